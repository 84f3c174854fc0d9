#include "analysis/criteria/facts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/criteria/parties.hpp"

namespace palermo::criteria {
namespace {

using v1::Person;
using v1::Statement;

const std::vector<const Statement*> kNone;

bool compatible(const std::string& a, const std::string& b) {
  return a.empty() || b.empty() || a == b;
}

bool same_day(const std::string& a, const std::string& b) {
  const auto first = day_of(a), second = day_of(b);
  return !first || !second || *first == *second;
}

/// Whether the two statements are about the same thing, persons aside.
bool same_matter(const Statement& a, const Statement& b) {
  if (a.body_case() != b.body_case()) return false;
  switch (a.body_case()) {
    case Statement::kAct:
      return a.act().type() == b.act().type() && compatible(a.act().offence(), b.act().offence()) &&
             compatible(a.act().state(), b.act().state()) && same_day(a.act().at(), b.act().at());
    case Statement::kAgreement:
      return compatible(a.agreement().offence(), b.agreement().offence()) &&
             compatible(a.agreement().state(), b.agreement().state()) &&
             same_day(a.agreement().at(), b.agreement().at());
    case Statement::kMembership:
      return compatible(a.membership().group(), b.membership().group());
    case Statement::kAssociation:
      return compatible(a.association().group(), b.association().group());
    case Statement::kFormation:
      return compatible(a.formation().group(), b.formation().group());
    case Statement::kEntry:
      return compatible(a.entry().state(), b.entry().state());
    case Statement::kStay:
      return compatible(a.stay().state(), b.stay().state());
    case Statement::kDocument:
      return a.document().act() == b.document().act();
    case Statement::kDanger:
      return a.danger().kind() == b.danger().kind();
    case Statement::kEffect:
      return compatible(a.effect().offence(), b.effect().offence()) &&
             compatible(a.effect().state(), b.effect().state());
    case Statement::kProperty:
      return a.property().act() == b.property().act();
    case Statement::kBribe:
      return compatible(a.bribe().giver(), b.bribe().giver()) &&
             compatible(a.bribe().official(), b.bribe().official());
    case Statement::kInterference:
      return a.interference().aim() == b.interference().aim() &&
             a.interference().means() == b.interference().means();
    case Statement::kBenefit: {
      // That nothing was received says nothing about what was promised or aimed at.
      const auto &x = a.benefit(), &y = b.benefit();
      const bool kinds = x.kind() == y.kind() || x.kind() == v1::Benefit::kind_unspecified ||
                         y.kind() == v1::Benefit::kind_unspecified;
      return kinds && (x.phase() == y.phase() || x.phase() == v1::Benefit::phase_unspecified ||
                       y.phase() == v1::Benefit::phase_unspecified);
    }
    case Statement::kLocated:
      return a.located().what() == b.located().what() && a.located().state() == b.located().state();
    default:
      return true;
  }
}

/// Two acts on one day in one State, one stated to be done knowingly and the other without.
bool reverses(const Statement& a, const Statement& b) {
  return a.has_act() && b.has_act() && a.act().has_knowing() && b.act().has_knowing() &&
         a.act().knowing() != b.act().knowing() && !a.act().at().empty() && !b.act().at().empty() &&
         a.act().state() == b.act().state() && same_matter(a, b);
}

std::uint32_t bit_of(Person::Category category) {
  return 1U << (static_cast<std::uint32_t>(category) & 31U);
}

}  // namespace

std::string_view name_of(Lens lens) {
  switch (lens) {
    case Lens::All:
      return "all";
    case Lens::Lawful:
      return "lawful";
    case Lens::Corroborated:
      return "corroborated";
    case Lens::WithoutUndercover:
      return "without_undercover";
    case Lens::WithoutRestricted:
      return "without_restricted";
  }
  return "all";
}

std::optional<Lens> lens_named(std::string_view name) {
  for (const Lens lens : kAllLenses)
    if (name_of(lens) == name) return lens;
  return std::nullopt;
}

std::optional<core::Date> Facts::smuggling_day() const {
  std::optional<core::Date> last;
  for (const v1::Offence& offence : file().offences()) {
    const auto day = day_of(offence.date());
    if (implements(offence.id(), "som.") && day && (!last || *last < *day)) last = day;
  }
  return last;
}

NameSet persons_named(const Statement& s) {
  const auto set_of = [](const auto& names) { return NameSet{names.begin(), names.end()}; };
  switch (s.body_case()) {
    case Statement::kPerson:
      return {s.person().id()};
    case Statement::kIdentity:
      if (s.decided().of_identifiers()) return {};
      return {s.identity().a(), s.identity().b()};
    case Statement::kAttribution:
      return {s.attribution().person()};
    case Statement::kRelation:
      return {s.relation().a(), s.relation().b()};
    case Statement::kBribe: {
      NameSet out{s.bribe().giver(), s.bribe().official()};
      out.erase("");
      return out;
    }
    case Statement::kAct:
      return set_of(s.act().persons());
    case Statement::kAgreement:
      return set_of(s.agreement().persons());
    case Statement::kBenefit:
      return set_of(s.benefit().persons());
    case Statement::kNoBenefit:
      return set_of(s.no_benefit().persons());
    case Statement::kDocument:
      return set_of(s.document().persons());
    case Statement::kDanger:
      return set_of(s.danger().persons());
    case Statement::kProperty:
      return set_of(s.property().persons());
    case Statement::kInterference:
      return set_of(s.interference().persons());
    case Statement::kMembership:
      return {s.membership().person()};
    case Statement::kAssociation:
      return {s.association().person()};
    case Statement::kEntry:
      return {s.entry().person()};
    case Statement::kStay:
      return {s.stay().person()};
    default:
      return {};
  }
}

Facts::Facts(const v1::FactsFile& file, const Choice& choice)
    : Facts{std::make_unique<const Statements>(file), choice} {}

Facts::Facts(std::unique_ptr<const Statements> own, const Choice& choice) : Facts{*own, choice} {
  own_ = std::move(own);
}

Facts::Facts(const Statements& statements, const Choice& choice)
    : stated_{&statements},
      choice_{choice},
      as_of_{choice.as_of.empty() ? statements.file().case_().as_of() : choice.as_of} {
  sort_by_lens();
  identities_ = std::make_unique<Identities>(*stated_, in_lens_);
  canonical_from_.reserve(all().size() + 1);
  canonical_from_.push_back(0);
  for (Number n = 0; n < all().size(); ++n) {
    const auto from = static_cast<std::ptrdiff_t>(canonical_.size());
    const Persons persons = stated_->persons(n);
    bool changed = false;
    for (const PersonId person : persons) {
      canonical_.push_back(identities_->canonical(person));
      changed = changed || canonical_.back() != person;
    }
    if (changed) {
      std::sort(canonical_.begin() + from, canonical_.end());
      canonical_.erase(std::unique(canonical_.begin() + from, canonical_.end()), canonical_.end());
    }
    canonical_from_.push_back(static_cast<std::uint32_t>(canonical_.size()));
  }
  weighed_.resize(all().size());
  describe_persons();
  sort_by_body();
  choose_group();
  count();
  find_joints();
}

void Facts::sort_by_lens() {
  if (choice_.left_out != nullptr) {
    left_out_.resize(stated_->size(), 0);
    for (const Statement* s : *choice_.left_out)
      if (const Number n = stated_->number(*s); n != Statements::kNone) left_out_[n] = 1;
  }
  in_lens_.resize(all().size(), 0);
  used_.reserve(all().size());
  for (Number n = 0; n < all().size(); ++n) {
    const Statement& s = *all()[n];
    if (!left_out_.empty() && left_out_[n] != 0) continue;
    if (!under_lens(s)) continue;
    in_lens_[n] = 1;
    used_.push_back(&s);
  }
}

void Facts::describe_persons() {
  const std::size_t size = names().size();
  persons_.resize(size);
  decided_categories_.resize(size, nullptr);
  categories_.resize(size, 0);
  may_be_tasked_.resize(size, 0);
  for (const Number n : stated_->about_persons()) {
    const Statement* s = all()[n];
    if (criteria::contradicts(*s)) continue;
    const PersonId person = this->person(s->person().id());
    persons_[person].push_back(s);
    categories_[person] |= bit_of(s->person().category());
    if (s->has_decided()) decided_categories_[person] = s;  // ids of decisions rise with time
    if (s->person().category() == Person::undercover_officer ||
        s->person().category() == Person::informant)
      may_be_tasked_[person] = 1;
  }
  for (PersonId person = 0; person < size; ++person)
    if (const Statement* decided = decided_categories_[person])
      categories_[person] = bit_of(decided->person().category());
}

void Facts::sort_by_body() {
  knowing_.resize(names().size());
  unwitting_.resize(names().size());
  for (const Statement* s : used_) {
    OfBody& body = by_body_[s->body_case()];
    if (!is_fact(*s)) {
      body.assessments.push_back(s);
      continue;
    }
    const Persons persons = stated_persons(stated_->number(*s));
    if (!criteria::contradicts(*s)) {
      body.supporting.push_back(s);
      if (s->has_association()) associates_.insert(persons);
      if (!s->has_act() || !s->act().has_knowing() || s->act().at().empty()) continue;
      for (const PersonId person : persons)
        (s->act().knowing() ? knowing_ : unwitting_)[person].push_back(s);
    } else {
      if (persons.empty()) body.denied_of_all.push_back(body.contradicting.size());
      for (const PersonId person : persons)
        body.denied_of[person].push_back(body.contradicting.size());
      body.contradicting.push_back(s);
    }
  }
}

bool Facts::is_left_out(const Statement& s) const {
  if (choice_.left_out != nullptr && choice_.left_out->contains(&s)) return true;
  return !s.authorization_id().empty() && choice_.without.contains(s.authorization_id());
}

std::string Facts::outside_in_words() const {
  std::string out;
  if (choice_.lens != Lens::All) out = fmt::format("outside the lens '{}'", name_of(choice_.lens));
  if (choice_.without.empty()) return out.empty() ? "that is left out" : out;
  return fmt::format("{}{}obtained under {}", out, out.empty() ? "" : " or ",
                     fmt::join(choice_.without, ", "));
}

bool Facts::in_lens(const Statement& s) const { return in_lens_[stated_->number(s)] != 0; }

bool Facts::under_lens(const Statement& s) const {
  if (!left_out_.empty()) {
    const Number n = stated_->number(s);
    if (n != Statements::kNone && left_out_[n] != 0) return false;
  }
  if (!choice_.without.empty() && !s.authorization_id().empty() &&
      choice_.without.contains(s.authorization_id()))
    return false;
  switch (choice_.lens) {
    case Lens::Lawful:
      return !s.has_lawful() || s.lawful();
    case Lens::WithoutUndercover:
      return !s.undercover_act();
    case Lens::WithoutRestricted:
      return !s.restricted();
    default:
      return true;  // corroboration is asked of each element, not of each statement
  }
}

void Facts::choose_group() {
  group_ = choice_.group;
  if (choice_.brief && !group_.empty()) {
    for (const Statement* s : all())
      has_memberships_ = has_memberships_ || (s->has_membership() && !criteria::contradicts(*s) &&
                                              s->membership().group() == group_);
    return;
  }
  std::map<std::string, PersonSet> members;
  for (Number n = 0; n < all().size(); ++n) {
    const Statement* s = all()[n];
    if (s->has_membership() && !criteria::contradicts(*s))
      members[s->membership().group()].insert(stated_persons(n));
  }
  has_memberships_ = !members.empty();
  for (const auto& [group, persons] : members) groups_.push_back(group);
  std::sort(groups_.begin(), groups_.end(), natural_less);
  if (!group_.empty()) {
    has_memberships_ = members.contains(group_);
    return;
  }
  std::size_t most = 0;
  for (const std::string& group : groups_) {
    if (members[group].size() > most) {
      most = members[group].size();
      group_ = group;
    }
  }
}

const Facts::OfBody* Facts::of_body(Statement::BodyCase body) const {
  const auto found = by_body_.find(body);
  return found == by_body_.end() ? nullptr : &found->second;
}

const std::vector<const Statement*>& Facts::supporting(Statement::BodyCase body) const {
  const OfBody* found = of_body(body);
  return found == nullptr ? kNone : found->supporting;
}

const std::vector<const Statement*>& Facts::contradicting(Statement::BodyCase body) const {
  const OfBody* found = of_body(body);
  return found == nullptr ? kNone : found->contradicting;
}

const std::vector<const Statement*>& Facts::assessments(Statement::BodyCase body) const {
  const OfBody* found = of_body(body);
  return found == nullptr ? kNone : found->assessments;
}

std::vector<const Statement*> Facts::find_against(const Statement& s, Persons mine) const {
  std::vector<const Statement*> out;
  if (const OfBody* body = of_body(s.body_case());
      body != nullptr && !body->contradicting.empty()) {
    std::set<std::size_t> candidates(body->denied_of_all.begin(), body->denied_of_all.end());
    if (mine.empty())
      for (std::size_t i = 0; i < body->contradicting.size(); ++i) candidates.insert(i);
    for (const PersonId person : mine)
      if (const auto found = body->denied_of.find(person); found != body->denied_of.end())
        candidates.insert(found->second.begin(), found->second.end());
    for (const std::size_t i : candidates)
      if (same_matter(s, *body->contradicting[i])) out.push_back(body->contradicting[i]);
  }
  if (s.has_act() && is_fact(s) && !criteria::contradicts(s) && s.act().has_knowing()) {
    std::vector<const Statement*> reversed;
    for (const PersonId person : mine)
      for (const Statement* other : (s.act().knowing() ? unwitting_ : knowing_)[person])
        if (reverses(s, *other) &&
            std::find(reversed.begin(), reversed.end(), other) == reversed.end())
          reversed.push_back(other);
    std::sort(reversed.begin(), reversed.end(), [](const Statement* a, const Statement* b) {
      return natural_less(a->id(), b->id());
    });
    out.insert(out.end(), reversed.begin(), reversed.end());
  }
  return out;
}

Facts::Weighed& Facts::weighed(const Statement& s) const {
  const Number n = stated_->number(s);
  Weighed& out = weighed_[n];
  if (out.known) return out;
  out.known = true;
  const Persons mine = stated_persons(n);
  out.persons = mine;
  out.against = find_against(s, mine);
  if (out.against.empty()) return out;
  std::vector<PersonId>& left = fewer_.emplace_back(mine.begin(), mine.end());
  for (const Statement* other : out.against) {
    const Persons theirs = stated_persons(stated_->number(*other));
    if (theirs.empty()) {
      left.clear();
      break;
    }
    std::erase_if(left, [&](PersonId person) { return criteria::contains(theirs, person); });
  }
  out.persons = left;
  out.contested = left.empty();
  return out;
}

const std::vector<const Statement*>& Facts::against(const Statement& s) const {
  return weighed(s).against;
}

Persons Facts::persons_of(const Statement& s) const { return weighed(s).persons; }

bool Facts::contested(const Statement& s) const { return weighed(s).contested; }

PersonId Facts::person(const std::string& name) const {
  return identities_->canonical(names().find(name));
}

std::string Facts::listed(Persons persons) const {
  std::string out;
  std::size_t left = persons.size();
  for (const PersonId person : persons) {
    --left;
    out += names()[person];
    if (left > 1) out += ", ";
    if (left == 1) out += " and ";
  }
  return out;
}

std::vector<Person::Category> Facts::categories(PersonId person) const {
  std::vector<Person::Category> out;
  if (person == kNobody) return out;
  if (const Statement* decided = decided_categories_[person]) return {decided->person().category()};
  for (const Statement* s : persons_[person])
    if (std::find(out.begin(), out.end(), s->person().category()) == out.end())
      out.push_back(s->person().category());
  return out;
}

bool Facts::is(PersonId person, Person::Category category) const {
  return person != kNobody && (categories_[person] & bit_of(category)) != 0;
}

const std::vector<const Statement*>& Facts::person_statements(PersonId person) const {
  return person == kNobody ? kNone : persons_[person];
}

bool Facts::tasked(PersonId person, std::optional<core::Date> day) const {
  if (person == kNobody || may_be_tasked_[person] == 0) return false;
  for (const Statement* s : persons_[person]) {
    const Person& p = s->person();
    if (p.category() != Person::undercover_officer && p.category() != Person::informant) continue;
    const auto from = day_of(p.tasked_from()), to = day_of(p.tasked_to());
    if (!from && !to) {
      if (p.category() == Person::undercover_officer) return true;
      continue;  // an informant whose tasking is not dated: left open by the count
    }
    if (!day) return true;
    if ((!from || *day >= *from) && (!to || *day <= *to)) return true;
  }
  return false;
}

void Facts::find_motives() const {
  if (motives_) return;
  Motives& out = motives_.emplace();
  for (auto* list : {&out.involved, &out.benefits, &out.denied}) list->resize(names().size(), 0);
  for (const Statement* s : used_) {
    if (!is_fact(*s) || criteria::contradicts(*s)) continue;
    const auto take = [&](std::vector<char>& into) {
      for (const PersonId person : persons_of(*s)) into[person] = 1;
    };
    if (s->has_act() || s->has_membership() || s->has_agreement()) take(out.involved);
    if (s->has_benefit()) take(out.benefits);
    if (!s->has_no_benefit()) continue;
    take(out.denied);
    out.all_denied = out.all_denied || s->no_benefit().persons().empty();
  }
}

bool Facts::acts_for_benefit(PersonId person) const {
  if (person == kNobody) return false;
  find_motives();
  return motives_->involved[person] != 0 && motives_->benefits[person] != 0 &&
         !motives_->all_denied && motives_->denied[person] == 0;
}

bool Facts::genuine(PersonId person, std::optional<core::Date> day) const {
  if (tasked(person, day)) return false;
  if (is(person, Person::victim)) return false;
  if (is(person, Person::smuggled_migrant) && !acts_for_benefit(person)) return false;
  return true;
}

Persons Facts::genuine_persons(const Statement& s) const {
  Weighed& known = weighed(s);
  if (known.genuine_known) return known.genuine;
  known.genuine_known = true;
  known.genuine = known.persons;
  const auto day = stated_->day(stated_->number(s));
  const auto other = [&](PersonId person) { return !genuine(person, day); };
  if (std::none_of(known.persons.begin(), known.persons.end(), other)) return known.genuine;
  std::vector<PersonId>& left = fewer_.emplace_back(known.persons.begin(), known.persons.end());
  std::erase_if(left, other);
  return known.genuine = left;
}

void Facts::count() {
  constexpr const char* kOutsider = "not stated as a member of the group";
  using Standing = Counted::Standing;
  struct Seen {
    std::vector<const Statement*> memberships, joint, benefits, no_benefits;
    int knowing = 0, unwitting = 0, agreements = 0;
    bool named = false, member = false, associated = false;
  };
  std::vector<Seen> seen(names().size());
  for (PersonId person = 0; person < seen.size(); ++person)
    seen[person].named = !persons_[person].empty();

  for (Number n = 0; n < all().size(); ++n) {
    const Statement* s = all()[n];
    if (criteria::contradicts(*s)) continue;
    const Persons persons = stated_persons(n);
    if (s->has_membership() && (!has_memberships_ || s->membership().group() == group_)) {
      seen[persons.front()].memberships.push_back(s);
      seen[persons.front()].member = true;
    } else if (s->has_association() && compatible(s->association().group(), group_)) {
      seen[persons.front()].associated = true;
    } else if (s->has_act()) {
      const bool unwitting = s->act().has_knowing() && !s->act().knowing();
      const bool joint = s->act().has_joint() ? s->act().joint() : persons.size() > 1;
      // Only a fact can show that somebody took part without knowing; else nothing is said of them.
      const bool shown = unwitting && is_fact(*s) && in_lens_[n] != 0 && !contested(*s);
      if (unwitting && !shown) continue;
      for (const PersonId person : persons) {
        if (shown) ++seen[person].unwitting;
        if (!unwitting) ++seen[person].knowing;
        if (joint && !unwitting) seen[person].joint.push_back(s);
      }
    } else if (s->has_agreement()) {
      for (const PersonId person : persons) {
        ++seen[person].agreements;
        if (persons.size() > 1) seen[person].joint.push_back(s);
      }
    } else if (s->has_benefit()) {
      for (const PersonId person : persons) seen[person].benefits.push_back(s);
    } else if (s->has_no_benefit()) {
      for (const PersonId person : persons) seen[person].no_benefits.push_back(s);
    } else {
      continue;
    }
    for (const PersonId person : persons) seen[person].named = true;
  }

  possible_at_.resize(names().size(), 0);
  for (PersonId person = 0; person < seen.size(); ++person) {
    const Seen& what = seen[person];
    if (!what.named) continue;
    Counted entry;
    entry.id = person;
    if (!choice_.brief) entry.person = names()[person];
    if (!choice_.brief) {
      for (const auto word : categories(person)) {
        if (word == Person::category_unspecified) continue;
        entry.category += (entry.category.empty() ? "" : ", ") + Person::Category_Name(word);
      }
      if (entry.category.empty()) entry.category = "unknown";
      for (const Statement* s : person_statements(person)) entry.statements.push_back(s);
      for (const Statement* s : what.memberships) entry.statements.push_back(s);
    }
    const bool member = !what.memberships.empty();
    const auto exclude = [&](std::string reason) {
      entry.standing = Standing::Excluded;
      entry.reason = std::move(reason);
    };
    const auto doubt = [&](Reason code, std::string reason) {
      entry.standing = Standing::Uncertain;
      entry.reason = std::move(reason);
      entry.open.insert(code);
    };
    // Joint facts that stand under the lens, and those with members of the group.
    std::vector<const Statement*> joint_facts;
    bool with_member = false;
    for (const Statement* s : what.joint) {
      if (!is_fact(*s) || !in_lens(*s) || !criteria::contains(persons_of(*s), person)) continue;
      joint_facts.push_back(s);
      for (const PersonId other : persons_of(*s))
        with_member = with_member || (other != person && seen[other].member);
    }
    const auto before_or_after_tasking = [&]() -> const Statement* {
      for (const Statement* p : person_statements(person)) {
        const auto from = day_of(p->person().tasked_from()), to = day_of(p->person().tasked_to());
        const auto outside = [&](const std::optional<core::Date>& day) {
          return day && ((from && *day < *from) || (to && *day > *to));
        };
        for (const Statement* s : what.memberships)
          if (is_fact(*s) && in_lens(*s) &&
              (outside(day_of(s->membership().from())) || outside(day_of(s->membership().to()))))
            return s;
        for (const Statement* s : joint_facts)
          if (outside(day_of(*s))) return s;
      }
      return nullptr;
    };
    // Origins are asked for under one lens alone. A statement that names no source cannot be shown
    // to be independent.
    const bool asks_two = choice_.lens == Lens::Corroborated;
    std::set<std::string> origins;
    const auto corroborated_by = [&](const std::vector<const Statement*>& further) {
      for (const Statement* s : further) origins.insert(origin(*s));
      origins.erase("");
      return origins.size();
    };
    const auto settle_member = [&](const std::string& reason) {
      const Statement *firm = nullptr, *contested_by = nullptr;
      bool outside_lens = false, assessed = false;
      for (const Statement* s : what.memberships) {
        if (!is_fact(*s)) {
          assessed = true;
        } else if (!in_lens(*s)) {
          outside_lens = true;
        } else if (contested(*s)) {
          contested_by = s;
        } else {
          firm = s;
          if (asks_two) origins.insert(origin(*s));
        }
      }
      if (firm == nullptr) {
        if (contested_by != nullptr) {
          doubt(v1::Element::CONFLICT, "facts contradict the membership");
        } else if (outside_lens) {
          doubt(v1::Element::PROVENANCE, "the membership rests on statements outside the lens");
        } else if (assessed) {
          doubt(v1::Element::MISSING, "membership is an assessment, no fact");
        }
        return;
      }
      if (asks_two && corroborated_by(joint_facts) < 2) {
        doubt(v1::Element::PROVENANCE, "only one origin places the person in the group");
        return;
      }
      entry.standing = Standing::Certain;
      entry.reason = reason;
    };

    const bool officer = is(person, Person::undercover_officer);
    const bool informant = is(person, Person::informant);
    const bool protected_word = is(person, Person::victim) || is(person, Person::smuggled_migrant);
    if (is(person, Person::legal_person) && !choice_.count_legal_persons) {
      exclude("a legal person does not count; see art. 10 (UNTOC art. 10(3))");
    } else if (protected_word && is(person, Person::suspect) && member) {
      doubt(v1::Element::CONFLICT,
            "stated both as a suspect and in a category that does not count");
    } else if (is(person, Person::victim)) {
      exclude("a victim does not count");
    } else if (officer || informant) {
      bool dated = false;
      for (const Statement* s : person_statements(person))
        dated = dated || !s->person().tasked_from().empty() || !s->person().tasked_to().empty();
      const Statement* earlier = before_or_after_tasking();
      const char* word = officer ? "an undercover officer" : "an informant";
      if (earlier != nullptr) {
        if (!choice_.brief) entry.statements.push_back(earlier);
        if (member) {
          settle_member(fmt::format("{} who was in the group outside the time of tasking ({})",
                                    word, earlier->id()));
        } else if (!has_memberships_) {
          entry.standing = Standing::Certain;
          entry.reason =
              fmt::format("{} who acted outside the time of tasking ({})", word, earlier->id());
        } else {
          doubt(v1::Element::MISSING,
                "acted outside the time of tasking; membership is not stated");
        }
      } else if (informant && !dated && member) {
        doubt(v1::Element::MISSING, "an informant; from when to when tasked is not stated");
      } else {
        exclude(fmt::format("{} does not count while tasked", word));
      }
    } else if (is(person, Person::smuggled_migrant) && !acts_for_benefit(person)) {
      const bool torn = !what.benefits.empty() && !what.no_benefits.empty() &&
                        (member || what.knowing > 0 || what.agreements > 0);
      bool outside_lens = false;
      for (const Statement* s : what.benefits)
        outside_lens = outside_lens || (is_fact(*s) && !in_lens(*s));
      if (torn && member) {
        doubt(v1::Element::CONFLICT, "a migrant; facts disagree on a benefit for acting");
      } else if (outside_lens && member) {
        doubt(v1::Element::PROVENANCE, "a migrant; the benefit for acting rests outside the lens");
      } else {
        exclude("only the object of smuggling (Protocol art. 5)");
      }
    } else if (!member && what.associated) {
      exclude("an association is not membership");
    } else if (is(person, Person::customer) || is(person, Person::service_provider)) {
      const char* word = is(person, Person::customer) ? "a customer" : "a service provider";
      if (member && !joint_facts.empty()) {
        doubt(v1::Element::CONFLICT,
              fmt::format("{} by category, yet stated as a member who acts with the others", word));
      } else {
        exclude(fmt::format("{} as such does not count", word));
      }
    } else if (what.unwitting > 0 && what.knowing == 0 && what.agreements == 0) {
      exclude("took part without knowing");
    } else if (member) {
      settle_member("member of the group");
    } else if (joint_facts.empty()) {
      if (!what.joint.empty() && !has_memberships_) {
        bool fact_outside = false;
        for (const Statement* s : what.joint)
          fact_outside = fact_outside || (is_fact(*s) && !in_lens(*s));
        if (fact_outside) {
          doubt(v1::Element::PROVENANCE, "joint acts rest on statements outside the lens");
        } else {
          doubt(v1::Element::MISSING, "joint acts are contested or only assessed");
        }
      } else if (!has_memberships_ &&
                 (what.knowing > 0 || is(person, Person::suspect) || is(person, Person::unknown) ||
                  is(person, Person::category_unspecified))) {
        // No membership is stated of anybody: silence bounds nothing.
        doubt(v1::Element::MISSING, "neither a membership nor a joint act is stated");
      } else {
        if (has_memberships_) {
          exclude(kOutsider);
          entry.outsider = true;
        } else {
          exclude("no joint act and no membership is stated");
        }
      }
    } else if (!has_memberships_) {
      if (!choice_.brief)
        entry.statements.insert(entry.statements.end(), joint_facts.begin(), joint_facts.end());
      if (asks_two && corroborated_by(joint_facts) < 2) {
        doubt(v1::Element::PROVENANCE, "only one origin shows the person acting with others");
      } else {
        entry.standing = Standing::Certain;
        entry.reason = "acts jointly with others";
      }
    } else if (with_member) {
      doubt(v1::Element::MISSING, "acts with members; membership is not stated");
    } else {
      exclude(kOutsider);
      entry.outsider = true;
    }
    if (entry.standing == Standing::Certain) certain_.insert(person);
    if (entry.standing == Standing::Excluded) {
      excluded_.insert(person);
    } else {
      possible_.insert(person);
      possible_at_[person] = 1;
    }
    counted_.push_back(std::move(entry));
  }
  lo_ = identities_->fewest(certain_, excluded_);
  hi_ = static_cast<int>(possible_.size());
}

bool Facts::of_group(const Statement& s) const {
  const Persons persons = persons_of(s);
  return persons.empty() || possible_.empty() ||
         std::any_of(persons.begin(), persons.end(),
                     [&](PersonId person) { return possible_at_[person] != 0; });
}

void Facts::find_joints() {
  for (const Statement* s : used_) {
    if (!is_fact(*s) || criteria::contradicts(*s) || (!s->has_act() && !s->has_agreement()))
      continue;
    const Number n = stated_->number(*s);
    const Persons raw = stated_persons(n);
    if (s->has_act()) {
      if (s->act().has_knowing() && !s->act().knowing()) continue;
      if (s->act().has_joint() ? !s->act().joint() : raw.size() < 2) continue;
    }
    Joint joint;
    joint.statement = s;
    joint.agreement = s->has_agreement();
    joint.offence = stated_->offence(n);
    joint.day = stated_->day(n);
    // An act of two that leaves one undisputed person is in dispute as a joint act.
    joint.contested =
        contested(*s) || (raw.size() > 1 && persons_of(*s).size() < 2 && !against(*s).empty());
    for (const PersonId person : joint.contested ? raw : persons_of(*s))
      if (possible_at_[person] != 0 && genuine(person, joint.day)) joint.persons.insert(person);
    // What one member does with an officer or an outsider is no joint act of the group.
    const bool with_outsiders = raw.size() > 1 && joint.persons.size() < 2;
    if (!joint.persons.empty() && !with_outsiders) joints_.push_back(std::move(joint));
  }
}

const v1::Offence* Facts::offence(const std::string& id) const {
  for (const v1::Offence& offence : file().offences())
    if (offence.id() == id) return &offence;
  return nullptr;
}

const std::string& Facts::offence_of(const Statement& s) const { return offence_named(file(), s); }

std::uint32_t Facts::offence_number(const Statement& s) const {
  return stated_->offence(stated_->number(s));
}

bool Facts::implements(const std::string& id, std::string_view prefix) const {
  const v1::Offence* found = offence(id);
  if (found == nullptr) return false;
  for (const std::string& element : found->law().implements())
    if (element.rfind(prefix, 0) == 0) return true;
  return false;
}

std::vector<char> Facts::implementing(std::string_view prefix) const {
  std::vector<char> out;
  for (const std::string& name : stated_->offence_names())
    out.push_back(implements(name, prefix) ? 1 : 0);
  return out;
}

std::optional<bool> Facts::is_party(const std::string& state, std::optional<core::Date> day) const {
  // A State bound since a known day was not bound before it, whatever the list of a later date
  // says.
  if (const auto since = bound_at_the_earliest(state); since && day && *day < *since) return false;
  const auto& parties = file().case_().parties();
  if (parties.empty()) return std::nullopt;
  return std::find(parties.begin(), parties.end(), state) != parties.end();
}

const Statement* Facts::statement(const std::string& id) const {
  const Number found = stated_->find(id);
  return found == Statements::kNone ? nullptr : all()[found];
}

const std::string& Facts::origin(const Statement& s) const {
  return stated_->origin(stated_->number(s));
}

void Facts::weigh(const Statement& s, bool carries, Weight& into) const {
  ++into.shown;
  if (!carries || choice_.lens != Lens::Corroborated) return;
  const std::string& from = stated_->origin(stated_->first_of_id(stated_->number(s)));
  if (from.empty()) {
    into.unnamed = true;
  } else if (into.origin == nullptr) {
    into.origin = &from;
  } else {
    into.several = into.several || into.origin != &from;
  }
}

v1::Evidence Facts::evidence(const Statement& s, std::string why) const {
  v1::Evidence out;
  out.set_statement_id(s.id());
  if (choice_.brief) {
    out.set_kind(is_fact(s) ? "fact" : "assessment");
    out.set_why(std::move(why));
    return out;
  }
  out.set_text(s.text());
  out.set_grade(s.grade());
  out.set_kind(Statement::Kind_Name(s.kind()));
  if (s.kind() == Statement::kind_unspecified) out.set_kind("assessment");
  out.set_source(s.source());
  out.set_authorization_id(s.authorization_id());
  if (s.has_trace()) out.set_trace(fmt::format("{}:{}", s.trace().source_id(), s.trace().line()));
  out.set_why(std::move(why));
  return out;
}

}  // namespace palermo::criteria
