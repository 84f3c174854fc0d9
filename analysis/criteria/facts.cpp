#include "analysis/criteria/facts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/criteria/parties.hpp"

namespace palermo::criteria {
namespace {

using v1::Person;
using v1::Statement;

bool compatible(const std::string& a, const std::string& b) {
  return a.empty() || b.empty() || a == b;
}

bool same_day(const std::string& a, const std::string& b) {
  const auto first = day_of(a), second = day_of(b);
  return !first || !second || *first == *second;
}

template <typename Repeated>
PersonSet set_of(const Repeated& names) {
  return {names.begin(), names.end()};
}

PersonSet raw_persons(const Statement& s) {
  switch (s.body_case()) {
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

bool intersects(const PersonSet& a, const PersonSet& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& p) { return b.contains(p); });
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

std::optional<core::Date> Facts::smuggling_day() const {
  std::optional<core::Date> last;
  for (const v1::Offence& offence : file_->offences()) {
    const auto day = day_of(offence.date());
    if (implements(offence.id(), "som.") && day && (!last || *last < *day)) last = day;
  }
  return last;
}

PersonSet persons_named(const Statement& s) {
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
      PersonSet out{s.bribe().giver(), s.bribe().official()};
      out.erase("");
      return out;
    }
    default:
      return raw_persons(s);
  }
}

bool contradicts(const Statement& s) { return s.polarity() == Statement::contradicts; }
bool is_fact(const Statement& s) { return s.kind() == Statement::fact; }

std::string listed(const PersonSet& names) {
  std::string out;
  std::size_t left = names.size();
  for (const std::string& name : names) {
    --left;
    out += name;
    if (left > 1) out += ", ";
    if (left == 1) out += " and ";
  }
  return out;
}

std::vector<const Statement*> in_natural_order(const v1::FactsFile& file) {
  std::vector<const Statement*> out;
  for (const Statement& s : file.statements())
    if (!s.has_judgement()) out.push_back(&s);
  std::stable_sort(out.begin(), out.end(), [](const Statement* a, const Statement* b) {
    return natural_less(a->id(), b->id());
  });
  return out;
}

Facts::Facts(const v1::FactsFile& file, const Choice& choice)
    : Facts{file, choice, in_natural_order(file)} {}

Facts::Facts(const v1::FactsFile& file, const Choice& choice, std::vector<const Statement*> ordered)
    : file_{&file},
      choice_{choice},
      as_of_{choice.as_of.empty() ? file.case_().as_of() : choice.as_of},
      all_{std::move(ordered)} {
  for (const Statement* s : all_) {
    by_id_.emplace(s->id(), s);
    if (under_lens(*s)) used_.push_back(s);
    if (s->source().empty()) continue;
    const auto [found, first] = repeated_by_.emplace(s->source(), s->origin());
    if (!first && found->second != s->origin()) found->second.clear();
  }
  in_lens_.insert(used_.begin(), used_.end());
  identities_ = std::make_unique<Identities>(all_, used_);
  for (const Statement* s : all_)
    if (s->has_person() && !criteria::contradicts(*s)) {
      const std::string person = identities_->canonical(s->person().id());
      persons_[person].push_back(s);
      if (s->has_decided()) decided_categories_[person] = s;  // ids of decisions rise with time
    }
  sort_by_body();
  choose_group();
  count();
  find_joints();
}

void Facts::sort_by_body() {
  for (const Statement* s : used_) {
    OfBody& body = by_body_[s->body_case()];
    if (!is_fact(*s)) {
      body.assessments.push_back(s);
    } else if (!criteria::contradicts(*s)) {
      body.supporting.push_back(s);
      if (s->has_association())
        associates_.insert(identities_->canonical(s->association().person()));
      if (!s->has_act() || !s->act().has_knowing() || s->act().at().empty()) continue;
      for (const std::string& person : identities_->canonical(raw_persons(*s)))
        (s->act().knowing() ? knowing_ : unwitting_)[person].push_back(s);
    } else {
      const PersonSet persons = identities_->canonical(raw_persons(*s));
      if (persons.empty()) body.denied_of_all.push_back(body.contradicting.size());
      for (const std::string& person : persons)
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

bool Facts::under_lens(const Statement& s) const {
  if (is_left_out(s)) return false;
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
  std::map<std::string, PersonSet> members;
  for (const Statement* s : all_)
    if (s->has_membership() && !criteria::contradicts(*s))
      members[s->membership().group()].insert(identities_->canonical(s->membership().person()));
  has_memberships_ = !members.empty();
  for (const auto& [group, persons] : members) groups_.push_back(group);
  std::sort(groups_.begin(), groups_.end(), natural_less);
  group_ = choice_.group;
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

namespace {
const std::vector<const Statement*> kNone;
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

std::vector<const Statement*> Facts::find_against(const Statement& s, const PersonSet& mine) const {
  std::vector<const Statement*> out;
  if (const OfBody* body = of_body(s.body_case());
      body != nullptr && !body->contradicting.empty()) {
    std::set<std::size_t> candidates(body->denied_of_all.begin(), body->denied_of_all.end());
    if (mine.empty())
      for (std::size_t i = 0; i < body->contradicting.size(); ++i) candidates.insert(i);
    for (const std::string& person : mine)
      if (const auto found = body->denied_of.find(person); found != body->denied_of.end())
        candidates.insert(found->second.begin(), found->second.end());
    for (const std::size_t i : candidates)
      if (same_matter(s, *body->contradicting[i])) out.push_back(body->contradicting[i]);
  }
  if (s.has_act() && is_fact(s) && !criteria::contradicts(s) && s.act().has_knowing()) {
    std::vector<const Statement*> reversed;
    for (const std::string& person : mine) {
      const auto& others = s.act().knowing() ? unwitting_ : knowing_;
      const auto found = others.find(person);
      if (found == others.end()) continue;
      for (const Statement* other : found->second)
        if (reverses(s, *other) &&
            std::find(reversed.begin(), reversed.end(), other) == reversed.end())
          reversed.push_back(other);
    }
    std::sort(reversed.begin(), reversed.end(), [](const Statement* a, const Statement* b) {
      return natural_less(a->id(), b->id());
    });
    out.insert(out.end(), reversed.begin(), reversed.end());
  }
  return out;
}

Facts::Weighed& Facts::weighed(const Statement& s) const {
  const auto [found, fresh] = weighed_.try_emplace(&s);
  Weighed& out = found->second;
  if (!fresh) return out;
  const PersonSet mine = identities_->canonical(raw_persons(s));
  out.against = find_against(s, mine);
  out.persons = mine;
  for (const Statement* other : out.against) {
    const PersonSet theirs = identities_->canonical(raw_persons(*other));
    if (theirs.empty()) {
      out.persons.clear();
      break;
    }
    for (const std::string& person : theirs) out.persons.erase(person);
  }
  out.contested = !out.against.empty() && out.persons.empty();
  return out;
}

const std::vector<const Statement*>& Facts::against(const Statement& s) const {
  return weighed(s).against;
}

const PersonSet& Facts::persons_of(const Statement& s) const { return weighed(s).persons; }

bool Facts::contested(const Statement& s) const { return weighed(s).contested; }

std::vector<Person::Category> Facts::categories(const std::string& person) const {
  const std::string id = identities_->canonical(person);
  const auto [known, fresh] = categories_.try_emplace(id);
  std::vector<Person::Category>& out = known->second;
  if (!fresh) return out;
  const auto found = persons_.find(id);
  if (found == persons_.end()) return out;
  if (const auto decided = decided_categories_.find(found->first);
      decided != decided_categories_.end())
    return out = {decided->second->person().category()};
  for (const Statement* s : found->second)
    if (std::find(out.begin(), out.end(), s->person().category()) == out.end())
      out.push_back(s->person().category());
  return out;
}

bool Facts::is(const std::string& person, Person::Category category) const {
  const auto all = categories(person);
  return std::find(all.begin(), all.end(), category) != all.end();
}

std::vector<const Statement*> Facts::person_statements(const std::string& person) const {
  const auto found = persons_.find(identities_->canonical(person));
  return found == persons_.end() ? std::vector<const Statement*>{} : found->second;
}

bool Facts::tasked(const std::string& person, std::optional<core::Date> day) const {
  for (const Statement* s : person_statements(person)) {
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
  for (const Statement* s : used_) {
    if (!is_fact(*s) || criteria::contradicts(*s)) continue;
    const auto take = [&](PersonSet& into) {
      const PersonSet& persons = persons_of(*s);
      into.insert(persons.begin(), persons.end());
    };
    if (s->has_act() || s->has_membership() || s->has_agreement()) take(out.involved);
    if (s->has_benefit()) take(out.benefits);
    if (!s->has_no_benefit()) continue;
    take(out.denied);
    out.all_denied = out.all_denied || s->no_benefit().persons().empty();
  }
}

bool Facts::acts_for_benefit(const std::string& person) const {
  find_motives();
  const std::string id = identities_->canonical(person);
  return motives_->involved.contains(id) && motives_->benefits.contains(id) &&
         !motives_->all_denied && !motives_->denied.contains(id);
}

bool Facts::genuine(const std::string& person, std::optional<core::Date> day) const {
  if (tasked(person, day)) return false;
  if (is(person, Person::victim)) return false;
  if (is(person, Person::smuggled_migrant) && !acts_for_benefit(person)) return false;
  return true;
}

const PersonSet& Facts::genuine_persons(const Statement& s) const {
  std::optional<PersonSet>& known = weighed(s).genuine;
  if (known) return *known;
  PersonSet out;
  for (const std::string& person : persons_of(s))
    if (genuine(person, day_of(s))) out.insert(person);
  return weighed(s).genuine.emplace(std::move(out));
}

void Facts::count() {
  using Standing = Counted::Standing;
  struct Seen {
    std::vector<const Statement*> memberships, joint, benefits, no_benefits;
    int knowing = 0, unwitting = 0, agreements = 0;
    bool in_used_joint = false;
    bool associated = false;
  };
  std::map<std::string, Seen, NaturalLess> seen;
  for (const auto& [person, statements] : persons_) seen[person];

  PersonSet members;
  const auto& in_lens = in_lens_;
  for (const Statement* s : all_) {
    if (criteria::contradicts(*s)) continue;
    const PersonSet persons = identities_->canonical(raw_persons(*s));
    if (s->has_membership() && (!has_memberships_ || s->membership().group() == group_)) {
      seen[*persons.begin()].memberships.push_back(s);
      members.insert(*persons.begin());
    } else if (s->has_association() && compatible(s->association().group(), group_)) {
      seen[*persons.begin()].associated = true;
    } else if (s->has_act()) {
      const bool unwitting = s->act().has_knowing() && !s->act().knowing();
      const bool joint = s->act().has_joint() ? s->act().joint() : persons.size() > 1;
      // Only a fact can show that somebody took part without knowing.
      const bool shown = unwitting && is_fact(*s) && in_lens.contains(s) && !contested(*s);
      for (const std::string& person : persons) {
        if (shown) ++seen[person].unwitting;
        if (!unwitting) ++seen[person].knowing;
        if (joint && !unwitting) seen[person].joint.push_back(s);
      }
    } else if (s->has_agreement()) {
      for (const std::string& person : persons) {
        ++seen[person].agreements;
        if (persons.size() > 1) seen[person].joint.push_back(s);
      }
    } else if (s->has_benefit()) {
      for (const std::string& person : persons) seen[person].benefits.push_back(s);
    } else if (s->has_no_benefit()) {
      for (const std::string& person : persons) seen[person].no_benefits.push_back(s);
    }
  }

  for (auto& [person, what] : seen) {
    Counted entry;
    entry.person = person;
    const auto words = categories(person);
    for (const auto word : words) {
      if (word == Person::category_unspecified) continue;
      entry.category += (entry.category.empty() ? "" : ", ") + Person::Category_Name(word);
    }
    if (entry.category.empty()) entry.category = "unknown";
    for (const Statement* s : person_statements(person)) entry.statements.push_back(s);
    for (const Statement* s : what.memberships) entry.statements.push_back(s);
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
      if (!is_fact(*s) || !in_lens.contains(s) || !persons_of(*s).contains(person)) continue;
      joint_facts.push_back(s);
      for (const std::string& other : persons_of(*s))
        with_member = with_member || (other != person && members.contains(other));
    }
    const auto before_or_after_tasking = [&]() -> const Statement* {
      for (const Statement* p : person_statements(person)) {
        const auto from = day_of(p->person().tasked_from()), to = day_of(p->person().tasked_to());
        const auto outside = [&](const std::optional<core::Date>& day) {
          return day && ((from && *day < *from) || (to && *day > *to));
        };
        for (const Statement* s : what.memberships)
          if (is_fact(*s) && in_lens.contains(s) &&
              (outside(day_of(s->membership().from())) || outside(day_of(s->membership().to()))))
            return s;
        for (const Statement* s : joint_facts)
          if (outside(day_of(*s))) return s;
      }
      return nullptr;
    };
    const auto settle_member = [&](const std::string& reason) {
      std::set<std::string> origins;
      const Statement *firm = nullptr, *contested_by = nullptr;
      bool outside_lens = false, assessed = false;
      for (const Statement* s : what.memberships) {
        if (!is_fact(*s)) {
          assessed = true;
        } else if (!in_lens.contains(s)) {
          outside_lens = true;
        } else if (contested(*s)) {
          contested_by = s;
        } else {
          firm = s;
          origins.insert(origin(*s));
        }
      }
      for (const Statement* s : joint_facts) origins.insert(origin(*s));
      origins.erase("");  // a statement that names no source cannot be shown to be independent
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
      if (choice_.lens == Lens::Corroborated && origins.size() < 2) {
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
        entry.statements.push_back(earlier);
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
        outside_lens = outside_lens || (is_fact(*s) && !in_lens.contains(s));
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
          fact_outside = fact_outside || (is_fact(*s) && !in_lens.contains(s));
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
        exclude(has_memberships_ ? "not stated as a member of the group"
                                 : "no joint act and no membership is stated");
      }
    } else if (!has_memberships_) {
      for (const Statement* s : joint_facts) entry.statements.push_back(s);
      std::set<std::string> origins;
      for (const Statement* s : joint_facts) origins.insert(origin(*s));
      origins.erase("");
      if (choice_.lens == Lens::Corroborated && origins.size() < 2) {
        doubt(v1::Element::PROVENANCE, "only one origin shows the person acting with others");
      } else {
        entry.standing = Standing::Certain;
        entry.reason = "acts jointly with others";
      }
    } else if (with_member) {
      doubt(v1::Element::MISSING, "acts with members; membership is not stated");
    } else {
      exclude("not stated as a member of the group");
    }
    if (entry.standing == Standing::Certain) certain_.insert(person);
    if (entry.standing == Standing::Excluded) {
      excluded_.insert(person);
    } else {
      possible_.insert(person);
    }
    counted_.push_back(std::move(entry));
  }
  lo_ = identities_->fewest(certain_, excluded_);
  hi_ = static_cast<int>(possible_.size());
}

bool Facts::of_group(const Statement& s) const {
  const PersonSet& persons = persons_of(s);
  return persons.empty() || possible_.empty() || intersects(persons, possible_);
}

void Facts::find_joints() {
  for (const Statement* s : used_) {
    if (!is_fact(*s) || criteria::contradicts(*s) || (!s->has_act() && !s->has_agreement()))
      continue;
    const PersonSet raw = identities_->canonical(raw_persons(*s));
    if (s->has_act()) {
      if (s->act().has_knowing() && !s->act().knowing()) continue;
      if (s->act().has_joint() ? !s->act().joint() : raw.size() < 2) continue;
    }
    Joint joint;
    joint.statement = s;
    joint.agreement = s->has_agreement();
    joint.offence = offence_of(*s);
    joint.day = day_of(*s);
    // An act of two that leaves one undisputed person is in dispute as a joint act.
    joint.contested =
        contested(*s) || (raw.size() > 1 && persons_of(*s).size() < 2 && !against(*s).empty());
    for (const std::string& person : joint.contested ? raw : persons_of(*s))
      if (possible_.contains(person) && genuine(person, joint.day)) joint.persons.insert(person);
    // What one member does with an officer or an outsider is no joint act of the group.
    const bool with_outsiders = raw.size() > 1 && joint.persons.size() < 2;
    if (!joint.persons.empty() && !with_outsiders) joints_.push_back(std::move(joint));
  }
}

const v1::Offence* Facts::offence(const std::string& id) const {
  for (const v1::Offence& offence : file_->offences())
    if (offence.id() == id) return &offence;
  return nullptr;
}

std::string Facts::offence_of(const Statement& s) const {
  const std::string& named = s.has_act()         ? s.act().offence()
                             : s.has_agreement() ? s.agreement().offence()
                                                 : s.effect().offence();
  if (named.empty() && file_->offences_size() == 1) return file_->offences(0).id();
  return named;
}

bool Facts::implements(const std::string& id, std::string_view prefix) const {
  const v1::Offence* found = offence(id);
  if (found == nullptr) return false;
  for (const std::string& element : found->law().implements())
    if (element.rfind(prefix, 0) == 0) return true;
  return false;
}

std::optional<bool> Facts::is_party(const std::string& state, std::optional<core::Date> day) const {
  // A State bound since a known day was not bound before it, whatever the list of a later date
  // says.
  if (const auto since = bound_at_the_earliest(state); since && day && *day < *since) return false;
  const auto& parties = file_->case_().parties();
  if (parties.empty()) return std::nullopt;
  return std::find(parties.begin(), parties.end(), state) != parties.end();
}

const Statement* Facts::statement(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::string Facts::repeats(const std::string& source) const {
  const auto found = repeated_by_.find(source);
  return found == repeated_by_.end() ? std::string{} : found->second;
}

std::string Facts::origin(const Statement& s) const {
  const auto [known, fresh] = origins_.try_emplace(&s);
  if (!fresh) return known->second;
  std::set<std::string> passed{s.id()};
  std::string name = s.origin().empty() ? s.source() : s.origin();
  bool own = s.origin().empty();  // the name is where the statement itself comes from
  while (!name.empty()) {
    const Statement* next = statement(name);
    if (next == &s && passed.size() == 1) break;  // named after itself
    std::string further;
    if (next != nullptr) {
      own = next->origin().empty();
      further = own ? next->source() : next->origin();
      if (further.empty()) break;
    } else {
      if (own) break;
      further = repeats(name);
      if (further.empty()) break;
    }
    // Who quotes each other in a ring shows no origin at all.
    if (!passed.insert(name).second) {
      name.clear();
      break;
    }
    name = std::move(further);
  }
  return known->second = name;
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
