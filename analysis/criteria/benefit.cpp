#include <fmt/format.h>

#include <algorithm>

#include "analysis/criteria/evaluators.hpp"

namespace palermo::criteria {
namespace {

using v1::Element;
using v1::Statement;

/// Whose purpose is asked for: the group, else those who act.
PersonSet actors(const Facts& facts) {
  if (!facts.possible().empty()) return facts.possible();
  PersonSet out;
  for (const Statement* s : facts.used())
    if (is_fact(*s) && !contradicts(*s) && (s->has_act() || s->has_agreement()))
      for (const PersonId person : facts.persons_of(*s))
        if (!facts.tasked(person, day_of(*s))) out.insert(person);
  return out;
}

/// A benefit that could be the group's or, through it, a third party's: not the passage a migrant
/// gets, not what an officer takes while tasked.
bool relevant(const Facts& facts, Persons persons) {
  if (persons.empty()) return true;
  return std::any_of(persons.begin(), persons.end(), [&](PersonId person) {
    if (facts.possible().contains(person)) return true;
    if (facts.is(person, v1::Person::smuggled_migrant)) return facts.acts_for_benefit(person);
    return facts.genuine(person, std::nullopt);
  });
}

std::string described(const v1::Benefit& b) {
  std::string what =
      b.kind() == v1::Benefit::kind_unspecified ? "benefit" : v1::Benefit::Kind_Name(b.kind());
  if (b.has_amount()) what += fmt::format(" {} {}", b.amount(), b.currency());
  if (b.phase() != v1::Benefit::phase_unspecified)
    what += ", " + v1::Benefit::Phase_Name(b.phase());
  if (b.has_direct() && !b.direct()) what += ", indirectly";
  return what;
}

}  // namespace

Answer evaluate_benefit(const Facts& facts) {
  Tally tally{facts};
  const PersonSet asked = actors(facts);
  PersonSet without;  // persons of whom a fact says that they act without benefit
  bool nobody = false;
  std::vector<const Statement*> denials;
  for (const Statement* s : facts.supporting(Statement::kNoBenefit)) {
    if (facts.contested(*s)) continue;
    denials.push_back(s);
    if (s->no_benefit().persons().empty()) nobody = true;
    without.insert(facts.persons_of(*s));
  }

  int clean = 0, torn = 0, zero = 0;
  for (const Statement* s : facts.supporting(Statement::kBenefit)) {
    const Persons persons = facts.persons_of(*s);
    if (!relevant(facts, facts.contested(*s) ? Persons{} : persons)) {
      tally.answer.notes.push_back(
          fmt::format("{}: a benefit of {} says nothing about the group's purpose", s->id(),
                      facts.listed(persons)));
      continue;
    }
    if (s->benefit().has_amount() && s->benefit().amount() <= 0) {
      ++zero;
      tally.answer.notes.push_back(fmt::format("{}: a sum of 0 shows no benefit", s->id()));
      continue;
    }
    const bool denied =
        nobody ||
        (persons.empty()
             ? !asked.empty() && std::all_of(asked.begin(), asked.end(),
                                             [&](const auto& p) { return without.contains(p); })
             : std::all_of(persons.begin(), persons.end(),
                           [&](const auto& p) { return without.contains(p); }));
    tally.support(*s, [&] { return described(s->benefit()); });
    if (facts.contested(*s) || denied) {
      ++torn;
    } else {
      ++clean;
    }
  }
  for (const Statement* s : facts.assessments(Statement::kBenefit)) {
    if (contradicts(*s)) {
      tally.contrary(*s, "denies a benefit");
    } else {
      tally.lead(*s, [&] { return described(s->benefit()) + ", as an assessment"; });
    }
  }
  for (const Statement* s : facts.contradicting(Statement::kNoBenefit))
    tally.answer.notes.push_back(
        fmt::format("{} denies that there was no benefit; which benefit is not stated", s->id()));

  int denied_benefits = 0;
  for (const Statement* s : facts.contradicting(Statement::kBenefit)) {
    if (s->benefit().phase() == v1::Benefit::received ||
        s->benefit().phase() == v1::Benefit::promised) {
      tally.contrary(*s, [&] {
        return fmt::format("denies that a benefit was {}; the purpose would suffice",
                           v1::Benefit::Phase_Name(s->benefit().phase()));
      });
      continue;
    }
    const Persons persons = facts.persons_of(*s);
    without.insert(persons);
    if (s->benefit().persons().empty()) nobody = true;
    ++denied_benefits;
    tally.contrary(*s, "denies a benefit");
  }
  for (const Statement* s : denials)
    tally.contrary(*s, [&] {
      return s->no_benefit().reason() == v1::NoBenefit::reason_unspecified
                 ? "without benefit"
                 : "without benefit: " + v1::NoBenefit::Reason_Name(s->no_benefit().reason());
    });
  for (const Statement* s : facts.assessments(Statement::kNoBenefit))
    tally.contrary(*s, "without benefit");

  int sums_missing = 0, surplus = 0, covered = 0;
  for (const Statement* s : facts.supporting(Statement::kCostSharing)) {
    const v1::CostSharing& cost = s->cost_sharing();
    if (!cost.has_amount_received() || !cost.has_amount_spent()) {
      ++sums_missing;
      tally.lead(*s, "money was taken towards costs; whether a surplus was left is not stated");
    } else if (cost.amount_received() > cost.amount_spent()) {
      ++surplus;
      tally.support(*s, [&] {
        return fmt::format("surplus: {} received, {} spent {}", cost.amount_received(),
                           cost.amount_spent(), cost.currency());
      });
    } else {
      ++covered;
      tally.contrary(*s, [&] {
        return fmt::format("no surplus: {} received, {} spent {}", cost.amount_received(),
                           cost.amount_spent(), cost.currency());
      });
    }
  }
  for (const Statement* s : facts.contradicting(Statement::kCostSharing))
    tally.answer.notes.push_back(fmt::format("{} denies the sharing of costs", s->id()));

  // A family tie is counter-evidence that stays in sight and never decides.
  Answer& out = tally.answer;
  for (const Statement* s : facts.used())
    if (s->has_relation() && s->relation().kind() == "family" && !contradicts(*s))
      out.contrary.push_back(facts.evidence(
          *s,
          fmt::format("family tie of {} and {}: counter-evidence, no bar where payment is shown",
                      s->relation().a(), s->relation().b())));

  if (clean + (nobody ? 0 : surplus) > 0) {
    if (clean == 0 && covered > 0) {
      out.open(Element::CONFLICT, "which of the sums of money taken and spent are right");
    } else {
      out.outcome = kIndicated;
    }
    return std::move(out);
  }
  if (torn > 0 || (surplus > 0 && nobody)) {
    out.open(Element::CONFLICT, "whether those concerned acted for a benefit: facts say both");
    return std::move(out);
  }
  if (sums_missing > 0) {
    out.open(Element::MISSING, "the sums received and spent: was there a surplus?");
    return std::move(out);
  }
  PersonSet left;
  if (!nobody)
    for (const PersonId person : asked)
      if (!without.contains(person)) left.insert(person);
  const bool denied = !denials.empty() || denied_benefits > 0;
  if ((denied && left.empty() && (nobody || !asked.empty())) ||
      (covered > 0 && (!denied || left.empty()))) {
    out.outcome = kNotIndicated;
    return std::move(out);
  }
  if (denied || covered > 0) {
    out.open(Element::MISSING,
             fmt::format("what {} acted for: the contrary facts do not speak of them",
                         facts.listed(left)));
    return std::move(out);
  }
  out.open(Element::MISSING,
           "payment, promise, advantage in kind or another material benefit, or its absence");
  return std::move(out);
}

}  // namespace palermo::criteria
