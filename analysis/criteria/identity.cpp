#include "analysis/criteria/identity.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <optional>

#include "core/base/time.hpp"

namespace palermo::criteria {
namespace {

constexpr std::size_t kExactNodes = 13;

struct Claims {
  std::vector<const v1::Statement*> same, distinct, open;
};

bool overlap(const v1::Attribution& a, const v1::Attribution& b) {
  const auto time = [](const std::string& text, bool end) -> std::optional<std::int64_t> {
    if (text.empty()) return std::nullopt;
    const auto instant = core::parse_date_or_instant(text, end);
    if (!instant) return std::nullopt;
    return instant->us;
  };
  const auto a_from = time(a.from(), false), a_to = time(a.to(), true);
  const auto b_from = time(b.from(), false), b_to = time(b.to(), true);
  return !(a_to && b_from && *a_to < *b_from) && !(b_to && a_from && *b_to < *a_from);
}

/// What operators decided about the users of identifiers. Decisions name identifiers by value;
/// statements may put the kind before it ("document:X1").
class DecidedUse {
 public:
  explicit DecidedUse(const Statements& all) {
    for (const Statements::Number n : all.about_identity()) {
      const v1::Statement* s = all.ordered()[n];
      if (!s->has_decided()) continue;
      if (s->has_attribution() && s->polarity() == v1::Statement::contradicts)
        denied_.emplace(s->attribution().person(), bare(s->attribution().identifier()));
      if (!s->has_identity() || !s->decided().of_identifiers() ||
          s->identity().relation() != v1::Identity::same)
        continue;
      const std::string a = root(bare(s->identity().a())), b = root(bare(s->identity().b()));
      parent_.emplace(b, b);
      parent_[a] = b;
    }
  }
  /// One name for all identifiers that were decided to have one user; else the name as it is.
  [[nodiscard]] std::string user_of(const std::string& identifier) const {
    return parent_.contains(bare(identifier)) ? root(bare(identifier)) : identifier;
  }
  [[nodiscard]] bool denied(const v1::Attribution& link) const {
    return denied_.contains({link.person(), bare(link.identifier())});
  }

 private:
  static std::string bare(const std::string& identifier) {
    const auto colon = identifier.find(':');
    return colon == std::string::npos ? identifier : identifier.substr(colon + 1);
  }
  [[nodiscard]] std::string root(std::string at) const {
    for (auto next = parent_.find(at); next != parent_.end() && next->second != at;
         next = parent_.find(at))
      at = next->second;
    return at;
  }
  std::map<std::string, std::string> parent_;
  std::set<std::pair<std::string, std::string>> denied_;
};

}  // namespace

SaysOfTwo says_of_two(const v1::Statement& s) {
  const bool denied = s.polarity() == v1::Statement::contradicts;
  switch (s.identity().relation()) {
    case v1::Identity::same:
      return denied ? SaysOfTwo::Distinct : SaysOfTwo::Same;
    case v1::Identity::distinct:
      return denied ? SaysOfTwo::Same : SaysOfTwo::Distinct;
    default:
      return denied ? SaysOfTwo::Distinct : SaysOfTwo::Open;
  }
}

Identities::Pair Identities::key(PersonId a, PersonId b) const {
  const PersonId first = canonical(a), second = canonical(b);
  return second < first ? Pair{second, first} : Pair{first, second};
}

Identities::Identities(const Statements& all, const std::vector<char>& in_lens)
    : all_{&all}, canonical_(all.names().size()), open_(Spelled{&all.names()}) {
  const Names& names = all.names();
  std::iota(canonical_.begin(), canonical_.end(), 0U);
  std::map<Pair, Claims, Spelled> claims{Spelled{&names}};
  std::map<std::string, std::vector<const v1::Statement*>> users;
  const DecidedUse decided{all};
  for (const Statements::Number n : all.about_identity()) {
    const v1::Statement* s = all.ordered()[n];
    // What an operator decided and signed settles a question as a fact does (`decided`).
    const bool fact = is_fact(*s) || s->has_decided();
    if (s->has_attribution() && fact && !contradicts(*s) && !decided.denied(s->attribution()))
      users[decided.user_of(s->attribution().identifier())].push_back(s);
    if (!s->has_identity() || s->identity().a() == s->identity().b()) continue;
    if (s->decided().of_identifiers()) continue;
    statements_.push_back(s);
    Claims& claim = claims[key(names.find(s->identity().a()), names.find(s->identity().b()))];
    const bool firm = fact && in_lens[n] != 0;
    switch (says_of_two(*s)) {
      case SaysOfTwo::Same:
        (firm ? claim.same : claim.open).push_back(s);
        break;
      case SaysOfTwo::Distinct:
        if (firm) claim.distinct.push_back(s);
        break;
      case SaysOfTwo::Open:
        claim.open.push_back(s);
        break;
    }
  }
  for (const auto& [identifier, statements] : users)
    for (std::size_t i = 0; i < statements.size(); ++i)
      for (std::size_t k = i + 1; k < statements.size(); ++k) {
        const auto &a = statements[i]->attribution(), &b = statements[k]->attribution();
        if (a.person() == b.person() || !overlap(a, b)) continue;
        Claims& claim = claims[key(names.find(a.person()), names.find(b.person()))];
        claim.open.push_back(statements[i]);
        claim.open.push_back(statements[k]);
      }

  // Merge what facts call the same, unless the merged persons are also called distinct.
  std::vector<PersonId> parent = canonical_;
  const auto find = [&](PersonId x) {
    while (parent[x] != x) x = parent[x];
    return x;
  };
  for (const auto& [pair, claim] : claims) {
    if (claim.same.empty() || !claim.distinct.empty()) continue;
    const PersonId a = find(pair.first), b = find(pair.second);
    if (a == b) continue;
    (a < b ? parent[b] = a : parent[a] = b);
  }
  std::set<PersonId> torn;  // roots of merged sets that a fact tears apart
  for (const auto& [pair, claim] : claims)
    if (!claim.distinct.empty() && claim.same.empty() && find(pair.first) == find(pair.second))
      torn.insert(find(pair.first));

  std::vector<PersonId> settled = canonical_;
  for (const auto& [pair, claim] : claims)
    for (const PersonId person : {pair.first, pair.second})
      settled[person] = torn.contains(find(person)) ? person : find(person);
  canonical_ = std::move(settled);

  for (const auto& [pair, claim] : claims) {
    const bool in_torn = find(pair.first) == find(pair.second) && torn.contains(find(pair.first));
    const bool conflict = (!claim.same.empty() && !claim.distinct.empty()) || in_torn;
    const Pair name = key(pair.first, pair.second);
    if (name.first == name.second) continue;
    if (conflict || (claim.distinct.empty() && claim.same.empty() && !claim.open.empty())) {
      Open& open = open_[name];
      open.pair = name;
      open.conflict = open.conflict || conflict;
      for (const auto* list : {&claim.same, &claim.distinct, &claim.open})
        open.statements.insert(open.statements.end(), list->begin(), list->end());
    } else if (!claim.distinct.empty()) {
      distinct_.insert(name);
    }
  }
  // A fact about aliases answers the question for the person.
  std::erase_if(open_, [&](const auto& entry) {
    return !entry.second.conflict && distinct_.contains(entry.first);
  });
  for (const auto& [pair, open] : open_) {
    neighbours_[pair.first].push_back(pair.second);
    neighbours_[pair.second].push_back(pair.first);
  }
}

std::string Identities::canonical(const std::string& person) const {
  const PersonId found = all_->names().find(person);
  return found == kNobody ? person : all_->names()[canonical_[found]];
}

int Identities::fewest(Persons counted, Persons excluded) const {
  int total = 0;
  std::set<PersonId> seen;
  for (const PersonId start : counted) {
    if (contains(excluded, start)) continue;
    if (!neighbours_.contains(start)) {
      ++total;
      continue;
    }
    if (!seen.insert(start).second) continue;
    std::vector<PersonId> nodes{start};
    for (std::size_t i = 0; i < nodes.size(); ++i)
      for (const PersonId next : neighbours_.at(nodes[i]))
        if (seen.insert(next).second) nodes.push_back(next);
    total += fewest_classes(nodes, counted, excluded);
  }
  return total;
}

int Identities::fewest_classes(const std::vector<PersonId>& nodes, Persons counted,
                               Persons excluded) const {
  const std::size_t n = nodes.size();
  const auto counts = [&](std::size_t i) {
    return contains(counted, nodes[i]) && !contains(excluded, nodes[i]);
  };
  if (n > kExactNodes) {
    // Any set of mutually distinct persons bounds from below; each excluded one may hide one of
    // them.
    int clique = 0, hidden = 0;
    std::vector<std::size_t> chosen;
    bool any = false;
    for (std::size_t i = 0; i < n; ++i) {
      if (contains(excluded, nodes[i])) ++hidden;
      if (!counts(i)) continue;
      any = true;
      if (std::all_of(chosen.begin(), chosen.end(),
                      [&](std::size_t k) { return apart(nodes[i], nodes[k]); })) {
        chosen.push_back(i);
        ++clique;
      }
    }
    return std::max(hidden == 0 && any ? 1 : 0, clique - hidden);
  }
  // Fewest classes: each connected by open questions and free of distinct pairs; a class with an
  // excluded person adds nobody.
  std::vector<std::uint32_t> linked(n, 0), separate(n, 0);
  std::uint32_t counted_mask = 0, excluded_mask = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (counts(i)) counted_mask |= 1U << i;
    if (contains(excluded, nodes[i])) excluded_mask |= 1U << i;
    for (std::size_t k = 0; k < n; ++k) {
      if (i == k) continue;
      if (open_.contains(key(nodes[i], nodes[k]))) linked[i] |= 1U << k;
      if (apart(nodes[i], nodes[k])) separate[i] |= 1U << k;
    }
  }
  const std::uint32_t full = (1U << n) - 1;
  std::vector<char> possible(full + 1, 0);
  for (std::uint32_t mask = 1; mask <= full; ++mask) {
    std::uint32_t reached = mask & (~mask + 1), before = 0;
    bool free = true;
    for (std::size_t i = 0; i < n && free; ++i)
      if ((mask >> i & 1U) != 0 && (separate[i] & mask) != 0) free = false;
    while (free && reached != before) {
      before = reached;
      for (std::size_t i = 0; i < n; ++i)
        if ((before >> i & 1U) != 0) reached |= linked[i] & mask;
    }
    possible[mask] = free && reached == mask ? 1 : 0;
  }
  std::vector<int> best(full + 1, 1 << 20);
  best[0] = 0;
  for (std::uint32_t mask = 1; mask <= full; ++mask) {
    const std::uint32_t lowest = mask & (~mask + 1);
    for (std::uint32_t part = mask; part != 0; part = (part - 1) & mask) {
      if ((part & lowest) == 0 || possible[part] == 0) continue;
      const int cost = (part & counted_mask) != 0 && (part & excluded_mask) == 0 ? 1 : 0;
      best[mask] = std::min(best[mask], cost + best[mask ^ part]);
    }
  }
  return best[full];
}

std::vector<OpenPair> Identities::open_pairs(Persons persons) const {
  std::vector<const Open*> found;
  for (const auto& [pair, open] : open_)
    if (contains(persons, pair.first) || contains(persons, pair.second)) found.push_back(&open);
  std::sort(found.begin(), found.end(),
            [](const Open* x, const Open* y) { return x->pair < y->pair; });
  std::vector<OpenPair> out;
  for (const Open* open : found)
    out.push_back({all_->names()[open->pair.first], all_->names()[open->pair.second],
                   open->conflict, open->statements});
  return out;
}

std::vector<OpenPair> Identities::open_pairs_of(const std::string& person) const {
  PersonSet one;
  one.insert(canonical(all_->names().find(person)));
  return open_pairs(one);
}

std::vector<const v1::Statement*> Identities::statements(Persons persons, SaysOfTwo what) const {
  std::vector<const v1::Statement*> out;
  const auto wanted = [&](const std::string& name) {
    return contains(persons, canonical(all_->names().find(name)));
  };
  for (const v1::Statement* s : statements_)
    if (says_of_two(*s) == what && wanted(s->identity().a()) && wanted(s->identity().b()))
      out.push_back(s);
  return out;
}

}  // namespace palermo::criteria
