#include "analysis/criteria/identity.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>

#include "core/base/time.hpp"

namespace palermo::criteria {
namespace {

constexpr std::size_t kExactNodes = 13;

bool digit(char c) { return c >= '0' && c <= '9'; }

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
  explicit DecidedUse(std::span<const v1::Statement* const> all) {
    for (const v1::Statement* s : all) {
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

bool natural_less(const std::string& a, const std::string& b) {
  // What both begin with decides nothing, but for a number that it cuts.
  const auto [differ, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (differ == a.end() && other == b.end()) return false;
  auto i = static_cast<std::size_t>(differ - a.begin());
  while (i > 0 && digit(a[i - 1])) --i;
  std::size_t k = i;
  while (i < a.size() && k < b.size()) {
    if (digit(a[i]) && digit(b[k])) {
      std::size_t ai = i, bk = k;
      while (ai < a.size() && digit(a[ai])) ++ai;
      while (bk < b.size() && digit(b[bk])) ++bk;
      std::size_t as = i, bs = k;
      while (as + 1 < ai && a[as] == '0') ++as;
      while (bs + 1 < bk && b[bs] == '0') ++bs;
      if (ai - as != bk - bs) return ai - as < bk - bs;
      const int order = a.compare(as, ai - as, b, bs, bk - bs);
      if (order != 0) return order < 0;
      i = ai;
      k = bk;
      continue;
    }
    if (a[i] != b[k]) return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[k]);
    ++i;
    ++k;
  }
  if (a.size() - i != b.size() - k) return a.size() - i < b.size() - k;
  return a < b;
}

Identities::Pair Identities::key(const std::string& a, const std::string& b) const {
  const std::string first = canonical(a), second = canonical(b);
  return natural_less(second, first) ? Pair{second, first} : Pair{first, second};
}

Identities::Identities(std::span<const v1::Statement* const> all,
                       std::span<const v1::Statement* const> used) {
  const std::set<const v1::Statement*> in_lens(used.begin(), used.end());
  std::map<Pair, Claims> claims;
  std::map<std::string, std::vector<const v1::Statement*>> users;
  const DecidedUse decided{all};
  for (const v1::Statement* s : all) {
    // What an operator decided and signed settles a question as a fact does (`decided`).
    const bool fact = s->kind() == v1::Statement::fact || s->has_decided();
    if (s->has_attribution() && fact && s->polarity() != v1::Statement::contradicts &&
        !decided.denied(s->attribution()))
      users[decided.user_of(s->attribution().identifier())].push_back(s);
    if (!s->has_identity() || s->identity().a() == s->identity().b()) continue;
    if (s->decided().of_identifiers()) continue;
    statements_.push_back(s);
    Claims& claim = claims[key(s->identity().a(), s->identity().b())];
    const bool firm = fact && in_lens.contains(s);
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
        Claims& claim = claims[key(a.person(), b.person())];
        claim.open.push_back(statements[i]);
        claim.open.push_back(statements[k]);
      }

  // Merge what facts call the same, unless the merged persons are also called distinct.
  std::map<std::string, std::string> parent;
  const auto find = [&](std::string x) {
    while (parent.contains(x) && parent[x] != x) x = parent[x];
    return x;
  };
  for (const auto& [pair, claim] : claims) {
    if (claim.same.empty() || !claim.distinct.empty()) continue;
    const std::string a = find(pair.first), b = find(pair.second);
    if (a == b) continue;
    (natural_less(a, b) ? parent[b] = a : parent[a] = b);
  }
  std::set<std::string> torn;  // roots of merged sets that a fact tears apart
  for (const auto& [pair, claim] : claims)
    if (!claim.distinct.empty() && claim.same.empty() && find(pair.first) == find(pair.second))
      torn.insert(find(pair.first));

  std::map<std::string, std::string> settled;
  for (const auto& [pair, claim] : claims)
    for (const std::string& person : {pair.first, pair.second})
      settled[person] = torn.contains(find(person)) ? person : find(person);
  canonical_ = settled;

  for (const auto& [pair, claim] : claims) {
    const bool in_torn = find(pair.first) == find(pair.second) && torn.contains(find(pair.first));
    const bool conflict = (!claim.same.empty() && !claim.distinct.empty()) || in_torn;
    const Pair name = key(pair.first, pair.second);
    if (name.first == name.second) continue;
    if (conflict || (claim.distinct.empty() && claim.same.empty() && !claim.open.empty())) {
      OpenPair& open = open_[name];
      open.a = name.first;
      open.b = name.second;
      open.conflict = open.conflict || conflict;
      for (const auto* list : {&claim.same, &claim.distinct, &claim.open})
        open.statements.insert(open.statements.end(), list->begin(), list->end());
    } else if (!claim.distinct.empty()) {
      distinct_.insert(name);
    }
  }
  for (const Pair& pair : distinct_) {  // a fact about aliases answers the question for the person
    const auto found = open_.find(pair);
    if (found != open_.end() && !found->second.conflict) open_.erase(found);
  }
  for (const auto& [pair, open] : open_) {
    neighbours_[pair.first].push_back(pair.second);
    neighbours_[pair.second].push_back(pair.first);
  }
}

std::string Identities::canonical(const std::string& person) const {
  const auto found = canonical_.find(person);
  return found == canonical_.end() ? person : found->second;
}

PersonSet Identities::canonical(const PersonSet& persons) const {
  PersonSet out;
  for (const std::string& person : persons) out.insert(canonical(person));
  return out;
}

int Identities::fewest(const PersonSet& counted_in, const PersonSet& excluded_in) const {
  const PersonSet counted = canonical(counted_in), excluded = canonical(excluded_in);
  int total = 0;
  std::set<std::string> seen;
  for (const std::string& start : counted) {
    if (excluded.contains(start) || !seen.insert(start).second) continue;
    if (!neighbours_.contains(start)) {
      ++total;
      continue;
    }
    std::vector<std::string> nodes{start};
    for (std::size_t i = 0; i < nodes.size(); ++i)
      for (const std::string& next : neighbours_.at(nodes[i]))
        if (seen.insert(next).second) nodes.push_back(next);
    const std::size_t n = nodes.size();
    const auto counts = [&](std::size_t i) {
      return counted.contains(nodes[i]) && !excluded.contains(nodes[i]);
    };
    const auto apart = [&](std::size_t i, std::size_t k) {
      return distinct_.contains(key(nodes[i], nodes[k]));
    };
    if (n > kExactNodes) {
      // Any set of mutually distinct persons bounds from below; each excluded one may hide one of
      // them.
      int clique = 0, hidden = 0;
      std::vector<std::size_t> chosen;
      bool any = false;
      for (std::size_t i = 0; i < n; ++i) {
        if (excluded.contains(nodes[i])) ++hidden;
        if (!counts(i)) continue;
        any = true;
        if (std::all_of(chosen.begin(), chosen.end(), [&](std::size_t k) { return apart(i, k); })) {
          chosen.push_back(i);
          ++clique;
        }
      }
      total += std::max(hidden == 0 && any ? 1 : 0, clique - hidden);
      continue;
    }
    // Fewest classes: each connected by open questions and free of distinct pairs; a class with an
    // excluded person adds nobody.
    std::vector<std::uint32_t> linked(n, 0), separate(n, 0);
    std::uint32_t counted_mask = 0, excluded_mask = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (counts(i)) counted_mask |= 1U << i;
      if (excluded.contains(nodes[i])) excluded_mask |= 1U << i;
      for (std::size_t k = 0; k < n; ++k) {
        if (i == k) continue;
        if (open_.contains(key(nodes[i], nodes[k]))) linked[i] |= 1U << k;
        if (apart(i, k)) separate[i] |= 1U << k;
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
    total += best[full];
  }
  return total;
}

std::vector<OpenPair> Identities::open_pairs(const PersonSet& persons) const {
  const PersonSet wanted = canonical(persons);
  std::vector<OpenPair> out;
  for (const auto& [pair, open] : open_)
    if (wanted.contains(pair.first) || wanted.contains(pair.second)) out.push_back(open);
  std::sort(out.begin(), out.end(), [](const OpenPair& x, const OpenPair& y) {
    return x.a == y.a ? natural_less(x.b, y.b) : natural_less(x.a, y.a);
  });
  return out;
}

std::vector<const v1::Statement*> Identities::statements(const PersonSet& persons,
                                                         SaysOfTwo what) const {
  const PersonSet wanted = canonical(persons);
  std::vector<const v1::Statement*> out;
  for (const v1::Statement* s : statements_)
    if (says_of_two(*s) == what && wanted.contains(canonical(s->identity().a())) &&
        wanted.contains(canonical(s->identity().b())))
      out.push_back(s);
  return out;
}

}  // namespace palermo::criteria
