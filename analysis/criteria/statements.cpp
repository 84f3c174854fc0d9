#include "analysis/criteria/statements.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace palermo::criteria {

using v1::Statement;

namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

/// Calls `name` with each person who acts, belongs, benefits or is concerned.
template <typename Name>
void each_person(const Statement& s, const Name& name) {
  const auto all = [&](const auto& persons) {
    for (const std::string& person : persons) name(person);
  };
  switch (s.body_case()) {
    case Statement::kAct:
      return all(s.act().persons());
    case Statement::kAgreement:
      return all(s.agreement().persons());
    case Statement::kBenefit:
      return all(s.benefit().persons());
    case Statement::kNoBenefit:
      return all(s.no_benefit().persons());
    case Statement::kDocument:
      return all(s.document().persons());
    case Statement::kDanger:
      return all(s.danger().persons());
    case Statement::kProperty:
      return all(s.property().persons());
    case Statement::kInterference:
      return all(s.interference().persons());
    case Statement::kMembership:
      return name(s.membership().person());
    case Statement::kAssociation:
      return name(s.association().person());
    case Statement::kEntry:
      return name(s.entry().person());
    case Statement::kStay:
      return name(s.stay().person());
    default:
      return;
  }
}

/// Calls `name` with each further person whom a statement names.
template <typename Name>
void each_other(const Statement& s, const Name& name) {
  switch (s.body_case()) {
    case Statement::kPerson:
      return name(s.person().id());
    case Statement::kIdentity:
      name(s.identity().a());
      return name(s.identity().b());
    case Statement::kAttribution:
      return name(s.attribution().person());
    case Statement::kBribe:
      name(s.bribe().giver());
      return name(s.bribe().official());
    default:
      return;
  }
}

}  // namespace

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

void PersonSet::insert(PersonId person) {
  if (ids_.empty() || ids_.back() < person) {
    ids_.push_back(person);
    return;
  }
  const auto at = std::lower_bound(ids_.begin(), ids_.end(), person);
  if (*at != person) ids_.insert(at, person);
}

void PersonSet::insert(Persons persons) {
  for (const PersonId person : persons) insert(person);
}

bool PersonSet::contains(PersonId person) const { return criteria::contains(ids_, person); }

bool contains(Persons persons, PersonId person) {
  return std::binary_search(persons.begin(), persons.end(), person);
}

Names::Names(const std::vector<std::string_view>& names) {
  std::unordered_map<std::string_view, PersonId> seen;
  for (const std::string_view name : names)
    if (seen.emplace(name, 0).second) names_.emplace_back(name);
  std::sort(names_.begin(), names_.end(), natural_less);
  std::vector<PersonId> by_bytes(names_.size());
  std::iota(by_bytes.begin(), by_bytes.end(), 0U);
  std::sort(by_bytes.begin(), by_bytes.end(),
            [&](PersonId a, PersonId b) { return names_[a] < names_[b]; });
  spelled_.resize(names_.size());
  for (std::uint32_t i = 0; i < by_bytes.size(); ++i) spelled_[by_bytes[i]] = i;
  ids_.reserve(names_.size());
  for (PersonId i = 0; i < names_.size(); ++i) ids_.emplace(names_[i], i);
}

PersonId Names::find(std::string_view name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? kNobody : found->second;
}

Statements::Statements(const v1::FactsFile& file) : file_{&file} {
  for (const Statement& s : file.statements())
    (s.has_judgement() ? judgements_ : ordered_).push_back(&s);
  const auto before = [](const Statement* a, const Statement* b) {
    return natural_less(a->id(), b->id());
  };
  for (auto* list : {&ordered_, &judgements_})
    if (!std::is_sorted(list->begin(), list->end(), before))
      std::stable_sort(list->begin(), list->end(), before);
  number_statements();
  number_persons();
  number_offences();
  origins_.resize(ordered_.size(), nullptr);
}

void Statements::number_statements() {
  slots_.resize(std::bit_ceil(2 * size() + 2), {nullptr, kNone});
  const auto place = [&](const Statement* s, Number n) {
    std::size_t slot = std::hash<const void*>{}(s) / alignof(Statement) & (slots_.size() - 1);
    while (slots_[slot].first != nullptr) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = {s, n};
  };
  by_id_.reserve(ordered_.size());
  for (Number n = 0; n < ordered_.size(); ++n) {
    const Statement& s = *ordered_[n];
    place(&s, n);
    first_of_id_.push_back(by_id_.emplace(s.id(), n).first->second);
    days_.push_back(day_of(s));
    if (s.has_identity() || s.has_attribution()) about_identity_.push_back(n);
    if (s.has_person()) about_persons_.push_back(n);
    if (s.source().empty()) continue;
    const auto [found, first] = repeated_by_.emplace(s.source(), s.origin());
    if (!first && found->second != s.origin()) found->second = {};
  }
  for (Number n = 0; n < judgements_.size(); ++n)
    place(judgements_[n], static_cast<Number>(ordered_.size()) + n);
}

Statements::Number Statements::number(const Statement& s) const {
  std::size_t slot = std::hash<const void*>{}(&s) / alignof(Statement) & (slots_.size() - 1);
  while (slots_[slot].first != &s) {
    if (slots_[slot].first == nullptr) return kNone;
    slot = (slot + 1) & (slots_.size() - 1);
  }
  return slots_[slot].second;
}

void Statements::number_persons() {
  std::vector<std::string_view> named;
  const auto note = [&](const std::string& name) { named.emplace_back(name); };
  for (const Statement* s : ordered_) {
    each_person(*s, note);
    each_other(*s, note);
  }
  names_ = Names{named};
  persons_from_.push_back(0);
  for (const Statement* s : ordered_) {
    const auto from = static_cast<std::ptrdiff_t>(persons_.size());
    each_person(*s, [&](const std::string& name) { persons_.push_back(names_.find(name)); });
    std::sort(persons_.begin() + from, persons_.end());
    persons_.erase(std::unique(persons_.begin() + from, persons_.end()), persons_.end());
    persons_from_.push_back(static_cast<std::uint32_t>(persons_.size()));
  }
}

void Statements::number_offences() {
  std::unordered_map<std::string_view, std::uint32_t> known{{std::string_view{}, 0U}};
  offence_names_.emplace_back();
  for (const Statement* s : ordered_) {
    const std::string& name = offence_named(*file_, *s);
    const auto [found, fresh] =
        known.emplace(name, static_cast<std::uint32_t>(offence_names_.size()));
    if (fresh) offence_names_.push_back(name);
    offences_.push_back(found->second);
    if ((s->has_act() || s->has_agreement()) && is_fact(*s) && !contradicts(*s))
      in_question_.insert(name);
  }
}

Statements::Number Statements::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? kNone : found->second;
}

const std::string& Statements::origin(Number n) const {
  if (origins_[n] != nullptr) return *origins_[n];
  const Statement& s = *ordered_[n];
  std::set<std::string_view> passed{s.id()};
  std::string_view name = s.origin().empty() ? s.source() : s.origin();
  bool own = s.origin().empty();  // the name is where the statement itself comes from
  while (!name.empty()) {
    const Number at = find(name);
    const Statement* next = at == kNone ? nullptr : ordered_[at];
    if (next == &s && passed.size() == 1) break;  // named after itself
    std::string_view further;
    if (next != nullptr) {
      own = next->origin().empty();
      further = own ? next->source() : next->origin();
      if (further.empty()) break;
    } else {
      if (own) break;
      const auto found = repeated_by_.find(name);
      if (found != repeated_by_.end()) further = found->second;
      if (further.empty()) break;
    }
    // Who quotes each other in a ring shows no origin at all.
    if (!passed.insert(name).second) {
      name = {};
      break;
    }
    name = further;
  }
  auto known = origin_names_.find(name);
  if (known == origin_names_.end()) known = origin_names_.emplace(name).first;
  origins_[n] = &*known;
  return *known;
}

std::optional<core::Date> day_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (!core::parse_day(text)) return std::nullopt;
  // An instant is dated where it happened: the law of the place goes by the day there, not by UTC.
  const auto day = core::parse_day(std::string_view{text}.substr(0, 10));
  if (!day) return std::nullopt;
  return *day;
}

std::optional<core::Date> day_of(const Statement& s) {
  if (s.has_act()) return day_of(s.act().at());
  if (s.has_agreement()) return day_of(s.agreement().at());
  return std::nullopt;
}

bool contradicts(const Statement& s) { return s.polarity() == Statement::contradicts; }
bool is_fact(const Statement& s) { return s.kind() == Statement::fact; }

const std::string& offence_named(const v1::FactsFile& file, const Statement& s) {
  const std::string& named = s.has_act()         ? s.act().offence()
                             : s.has_agreement() ? s.agreement().offence()
                                                 : s.effect().offence();
  if (named.empty() && file.offences_size() == 1) return file.offences(0).id();
  return named;
}

}  // namespace palermo::criteria
