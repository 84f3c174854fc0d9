#include <fmt/format.h>

#include <algorithm>

#include "analysis/criteria/evaluators.hpp"

namespace palermo::criteria {
namespace {

using v1::Act;
using v1::Element;
using v1::Statement;

bool group_person(const Facts& facts, PersonId person) { return facts.possible().contains(person); }

/// Persons of the group, or associated with it, who did the act genuinely.
bool by_group_or_associate(const Facts& facts, const Statement& s) {
  if (facts.contested(s)) return facts.of_group(s);
  const Persons persons = facts.genuine_persons(s);
  return std::any_of(persons.begin(), persons.end(), [&](PersonId person) {
    return group_person(facts, person) || facts.associates().contains(person);
  });
}

void association_leads(const Facts& facts, Tally& tally) {
  for (const Statement* s : facts.supporting(Statement::kAssociation))
    tally.lead(*s, [&] {
      return fmt::format("association of {} with the group", s->association().person());
    });
}

}  // namespace

Answer evaluate_agreement(const Facts& facts) {
  Tally tally{facts};
  bool identity = false, enough = false, disputed = false;
  for (const Statement* s : facts.supporting(Statement::kAgreement)) {
    const Persons persons = facts.contested(*s) ? Persons{} : facts.genuine_persons(*s);
    if (facts.contested(*s)) {
      tally.support(*s, "agreement");
      continue;
    }
    if (persons.size() < 2 && !facts.against(*s).empty()) {
      disputed = true;
      support(facts, tally.answer, *s, "agreement");
      continue;
    }
    if (persons.size() < 2) {
      tally.answer.notes.push_back(
          fmt::format("{}: fewer than two persons who agree on their own account", s->id()));
      continue;
    }
    tally.support(*s, [&] { return "agreement of " + facts.listed(persons); });
    if (facts.identities().fewest(persons, facts.excluded()) >= 2) {
      enough = true;
    } else {
      identity = true;
    }
  }
  for (const Statement* s : facts.contradicting(Statement::kAgreement))
    tally.contrary(*s, "denies the agreement");
  for (const Statement* s : facts.assessments(Statement::kAgreement))
    if (!contradicts(*s)) tally.lead(*s, "agreement, as an assessment");
  for (const Joint& joint : facts.joints())
    if (!joint.agreement && !joint.contested)
      tally.lead(*joint.statement, "joint act from which an agreement may be inferred (art. 5(2))");
  if (identity && !enough) {
    tally.answer.open(Element::IDENTITY, "whether those who agreed are two persons");
    return std::move(tally.answer);
  }
  if (disputed && !tally.clean()) {
    tally.answer.open(Element::CONFLICT, "whether the disputed persons agreed");
    return std::move(tally.answer);
  }
  return std::move(tally).settle("an agreement of two or more persons");
}

Answer evaluate_agreed_serious(const Facts& facts) {
  NamedOffences firm{facts}, any{facts};
  for (const Statement* s : facts.supporting(Statement::kAgreement)) {
    any.insert(*s);
    if (!facts.contested(*s) &&
        facts.identities().fewest(facts.genuine_persons(*s), facts.excluded()) >= 2)
      firm.insert(*s);
  }
  if (firm.empty() && any.empty()) return evaluate_serious_crime(facts);
  return serious_crime_among(facts, (firm.empty() ? any : firm).names());
}

Answer evaluate_furtherance(const Facts& facts) {
  Tally tally{facts};
  for (const Statement* s : facts.supporting(Statement::kAct))
    if (!(s->act().has_knowing() && !s->act().knowing()) &&
        (facts.contested(*s) || !facts.genuine_persons(*s).empty()))
      tally.support(*s, "act in furtherance");
  // The limb stands only "where required by domestic law", and the file states no requirement.
  tally.answer.rests_on_law = true;
  if (tally.clean()) return std::move(tally).settle("");
  tally.answer.outcome = kIndicated;
  tally.answer.notes.emplace_back(
      "no act in furtherance is stated; the file names no domestic law that requires one, or a "
      "group: check the law of the State that charges");
  return std::move(tally.answer);
}

Answer evaluate_participant_knowledge(const Facts& facts) {
  Tally tally{facts};
  int silent = 0;
  for (const Statement* s : facts.supporting(Statement::kAct)) {
    if (!by_group_or_associate(facts, *s)) continue;
    if (!s->act().has_knowing()) {
      ++silent;
    } else if (s->act().knowing()) {
      tally.support(*s, "acted with knowledge");
    } else {
      tally.contrary(*s, "acted without knowledge");
    }
  }
  for (const Statement* s : facts.supporting(Statement::kAgreement))
    if (by_group_or_associate(facts, *s)) tally.support(*s, "agreed to the crime");
  association_leads(facts, tally);
  if (!tally.clean() && !tally.contested() && silent > 0) {
    tally.answer.open(Element::MISSING,
                      "whether those who acted knew the aim or the intended crimes");
    return std::move(tally.answer);
  }
  return std::move(tally).settle("knowledge of the aim or of the intended crimes");
}

Answer evaluate_active_part(const Facts& facts) {
  Tally tally{facts};
  for (const Statement* s : facts.supporting(Statement::kAct))
    if (!(s->act().has_knowing() && !s->act().knowing()) && by_group_or_associate(facts, *s))
      tally.support(*s, [&] { return fmt::format("{}", Act::Type_Name(s->act().type())); });
  for (const Statement* s : facts.contradicting(Statement::kAct))
    if (facts.of_group(*s)) tally.contrary(*s, "denies the act");
  for (const Statement* s : facts.assessments(Statement::kAct))
    if (!contradicts(*s)) tally.lead(*s, "act, as an assessment");
  association_leads(facts, tally);
  return std::move(tally).settle("acts within the group's criminal or other activities");
}

namespace {
bool organizes_or_aids(const Statement& s) {
  switch (s.act().type()) {
    case Act::direction:
    case Act::control:
    case Act::planning:
    case Act::preparation:
    case Act::facilitation:
      return true;
    default:
      return false;
  }
}
}  // namespace

Answer evaluate_aided_serious(const Facts& facts) {
  NamedOffences firm{facts}, any{facts};
  for (const Statement* s : facts.supporting(Statement::kAct)) {
    if (!organizes_or_aids(*s)) continue;
    any.insert(*s);
    if (!facts.contested(*s) && s->act().knowing() && !facts.genuine_persons(*s).empty())
      firm.insert(*s);
  }
  if (firm.empty() && any.empty()) return evaluate_serious_crime(facts);
  return serious_crime_among(facts, (firm.empty() ? any : firm).names());
}

Answer evaluate_organizing_or_aiding(const Facts& facts) {
  Tally tally{facts};
  int silent = 0;
  const auto wanted = organizes_or_aids;
  for (const Statement* s : facts.supporting(Statement::kAct)) {
    if (!wanted(*s) || (!facts.contested(*s) && facts.genuine_persons(*s).empty())) continue;
    if (!s->act().has_knowing()) {
      ++silent;
      tally.lead(*s, [&] { return Act::Type_Name(s->act().type()) + ", knowledge not stated"; });
    } else if (s->act().knowing()) {
      tally.support(*s, [&] { return Act::Type_Name(s->act().type()); });
    } else {
      tally.contrary(*s, [&] { return Act::Type_Name(s->act().type()) + " without knowledge"; });
    }
  }
  for (const Statement* s : facts.contradicting(Statement::kAct))
    if (wanted(*s)) tally.contrary(*s, "denies the act");
  for (const Statement* s : facts.assessments(Statement::kAct))
    if (wanted(*s) && !contradicts(*s)) tally.lead(*s, "act, as an assessment");
  const bool associated = !facts.supporting(Statement::kAssociation).empty();
  association_leads(facts, tally);
  if (!tally.clean() && !tally.contested() && (silent > 0 || associated)) {
    tally.answer.open(
        Element::MISSING,
        "an act of organizing, directing or aiding, done with knowledge; an association "
        "alone is none");
    return std::move(tally.answer);
  }
  return std::move(tally).settle(
      "an act of organizing, directing, aiding or facilitating, with knowledge");
}

Answer evaluate_legal_person(const Facts& facts) {
  Tally tally{facts};
  const auto company = [&](PersonId person) { return facts.is(person, v1::Person::legal_person); };
  PersonSet companies;
  for (const Statement* s : facts.all())
    if (s->has_person() && s->person().category() == v1::Person::legal_person)
      companies.insert(facts.person(s->person().id()));
  for (const Statement* s : facts.used()) {
    const Persons persons = facts.contested(*s) ? Persons{} : facts.persons_of(*s);
    const bool involved =
        std::any_of(persons.begin(), persons.end(), [&](const auto& p) { return company(p); }) ||
        (s->has_bribe() && company(facts.person(s->bribe().giver())));
    if (!involved || s->has_no_benefit()) continue;
    if (contradicts(*s)) {
      tally.contrary(*s, "denies that the legal person took part");
    } else if (s->has_act() || s->has_agreement() || s->has_property() || s->has_document() ||
               s->has_bribe() || s->has_interference()) {
      if (s->has_act() && s->act().has_knowing() && !s->act().knowing()) {
        tally.contrary(*s, "the legal person took part without knowing");
      } else {
        tally.support(*s, "a legal person took part");
      }
    } else if (s->has_membership() || s->has_association() || s->has_benefit()) {
      tally.lead(*s, "a legal person in association or with a benefit");
    }
  }
  return std::move(tally).settle(
      companies.empty() ? "a legal person and its part"
                        : fmt::format("an act in which {} took part", facts.listed(companies)));
}

}  // namespace palermo::criteria
