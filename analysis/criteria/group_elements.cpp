#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "analysis/criteria/evaluators.hpp"
#include "core/base/text.hpp"

namespace palermo::criteria {
namespace {

using v1::Element;
using v1::Statement;

/// First day of a joint act (agreements aside), or nullopt.
std::optional<core::Date> first_act(const Facts& facts) {
  std::optional<core::Date> first;
  for (const Joint& joint : facts.joints())
    if (!joint.agreement && !joint.contested && joint.day && (!first || *joint.day < *first))
      first = joint.day;
  return first;
}

bool prepares(const Statement& s) {
  switch (s.act().type()) {
    case v1::Act::preparation:
    case v1::Act::planning:
    case v1::Act::direction:
    case v1::Act::control:
      return true;
    default:
      return false;
  }
}

std::set<core::Date> act_days(const Facts& facts) {
  std::set<core::Date> days;
  for (const Joint& joint : facts.joints())
    if (!joint.agreement && !joint.contested && joint.day) days.insert(*joint.day);
  return days;
}

/// Statements about the formation of the group that carry a word on `which`.
void formation(const Facts& facts, Tally& tally, bool (v1::Formation::*has)() const,
               bool (v1::Formation::*value)() const, const std::string& yes, const std::string& no,
               int& stated_yes) {
  for (const Statement* s : facts.used()) {
    if (!s->has_formation()) continue;
    const v1::Formation& f = s->formation();
    if (!f.group().empty() && !facts.group().empty() && f.group() != facts.group()) continue;
    if (!(f.*has)()) continue;
    const bool says = (f.*value)() != contradicts(*s);
    if (says) {
      if (!is_fact(*s)) {
        tally.lead(*s, yes);
        continue;
      }
      ++stated_yes;
      support(facts, tally.answer, *s, yes);
    } else {
      tally.contrary(*s, no);
    }
  }
}

Answer settle_formation(Tally&& tally, int stated_yes, const std::string& missing) {
  if (stated_yes > 0 && tally.against()) {
    tally.answer.open(Element::CONFLICT,
                      "how the group was formed: the statements and the dated conduct disagree");
    return std::move(tally.answer);
  }
  if (stated_yes > 0) {
    tally.answer.outcome = kIndicated;
    return std::move(tally.answer);
  }
  return std::move(tally).settle(missing);
}

}  // namespace

Answer evaluate_random(const Facts& facts) {
  Tally tally{facts};
  int stated = 0;
  formation(facts, tally, &v1::Formation::has_random, &v1::Formation::random,
            "states that the group was formed at random", "states that it was not formed at random",
            stated);
  const auto first = first_act(facts);
  for (const Joint& joint : facts.joints())
    if (joint.agreement && !joint.contested && joint.day && first && *joint.day < *first)
      tally.contrary(*joint.statement, [&] {
        return fmt::format("agreed on {}, before the first joint act on {}",
                           core::format_date(*joint.day), core::format_date(*first));
      });
  std::map<std::string, const Statement*> roles;
  for (const Statement* s : facts.supporting(Statement::kMembership)) {
    const auto& m = s->membership();
    if (m.group() != facts.group() || m.role().empty() || facts.contested(*s)) continue;
    if (!facts.possible().contains(facts.person(m.person()))) continue;
    roles.emplace(m.role(), s);
  }
  if (roles.size() > 1)
    for (const auto& entry : roles)
      tally.contrary(*entry.second, [&] { return fmt::format("divided roles: {}", entry.first); });
  return settle_formation(std::move(tally), stated, "how the group came together");
}

Answer evaluate_immediate(const Facts& facts) {
  Tally tally{facts};
  int stated = 0;
  formation(facts, tally, &v1::Formation::has_immediate, &v1::Formation::immediate,
            "states that the group was formed for the immediate commission",
            "states that it was not formed for an immediate commission", stated);
  const auto days = act_days(facts);
  for (const Joint& joint : facts.joints()) {
    if (joint.contested || !joint.day) continue;
    if (joint.agreement && !days.empty() && *joint.day < *days.begin())
      tally.contrary(*joint.statement, [&] {
        return fmt::format("agreed on {}, before the first joint act on {}",
                           core::format_date(*joint.day), core::format_date(*days.begin()));
      });
    if (!joint.agreement && days.size() > 1)
      tally.contrary(*joint.statement, [&] {
        return fmt::format("joint act on {}, one of {} dates", core::format_date(*joint.day),
                           days.size());
      });
  }
  return settle_formation(
      std::move(tally), stated,
      "whether the group was formed for one immediate offence: dated joint acts or "
      "an agreement");
}

Answer evaluate_number(const Facts& facts) {
  Answer out;
  out.rests_on_law = true;  // corroboration is asked of each person, in the count
  bool only_bound = false;
  const bool weighed = std::any_of(facts.counted().begin(), facts.counted().end(),
                                   [](const Counted& entry) { return !entry.outsider; });
  if (facts.brief()) {  // corroboration is asked of each person, so that no origin counts here
    if (!weighed) return out;
    if (facts.lo() >= 3) out.outcome = kIndicated;
    if (facts.hi() < 3) out.outcome = kNotIndicated;
    return out;
  }
  EvidenceList not_counted;
  std::map<std::string, std::size_t> reasons_not_counted;
  const auto show = [&](EvidenceList& list, const Counted& entry) {
    // What lies outside the lens may bound the number from above; nothing rests on it. Nor does a
    // category make a member.
    for (const Statement* s : entry.statements)
      if (&list == &not_counted || (!s->has_person() && facts.under_lens(*s)))
        list.push_back(facts.evidence(*s, fmt::format("{}: {}", entry.person, entry.reason)));
  };
  for (const Counted& entry : facts.counted()) {
    if (entry.outsider) continue;
    if (entry.standing == Counted::Standing::Certain) show(out.supporting, entry);
    if (entry.standing == Counted::Standing::Excluded) {
      show(not_counted, entry);
      ++reasons_not_counted[entry.reason];
    }
  }
  for (const Statement* s : facts.identities().statements(facts.possible(), SaysOfTwo::Distinct))
    if (is_fact(*s) && facts.under_lens(*s))
      out.supporting.push_back(facts.evidence(*s, "two persons, not one"));
  for (const auto what : {SaysOfTwo::Same, SaysOfTwo::Open})
    for (const Statement* s : facts.identities().statements(facts.possible(), what))
      out.contrary.push_back(facts.evidence(
          *s, what == SaysOfTwo::Same ? "one person, not two" : "may be one person"));
  out.notes.push_back(fmt::format("fewest {}, most {} distinct persons", facts.lo(), facts.hi()));
  if (!weighed) {
    out.contrary.prepend(not_counted);
    out.open(Element::MISSING, "who belongs to the group");
    return out;
  }
  for (const auto& [reason, persons] : reasons_not_counted)
    out.notes.push_back(
        fmt::format("{} {} not counted: {}", persons, persons == 1 ? "person" : "persons", reason));
  if (facts.lo() >= 3) {
    // Who does not count says nothing against three who do.
    out.outcome = kIndicated;
    return out;
  }
  out.contrary.prepend(not_counted);
  if (facts.hi() < 3) {
    out.outcome = kNotIndicated;
    only_bound = out.contrary.empty();
    if (only_bound)
      for (const Counted& entry : facts.counted())
        if (facts.possible().contains(entry.id)) {
          for (const Statement* s : entry.statements)
            out.contrary.push_back(
                facts.evidence(*s, fmt::format("the facts allow at most {} persons", facts.hi())));
        }
    return out;
  }
  out.outcome = kUndetermined;
  for (const OpenPair& pair : facts.identities().open_pairs(facts.possible())) {
    out.open(
        pair.conflict ? Element::CONFLICT : Element::IDENTITY,
        fmt::format("whether {} and {} are one person{}", pair.a, pair.b,
                    pair.conflict ? ": facts say both"
                                  : " (handset, voice or subscriber data; a sighting of both)"));
    out.reasons.insert(Element::IDENTITY);
  }
  for (const Counted& entry : facts.counted())
    if (entry.standing == Counted::Standing::Uncertain) {
      out.reasons.insert(entry.open.begin(), entry.open.end());
      out.missing.push_back(fmt::format("whether {} counts: {}", entry.person, entry.reason));
      show(out.supporting, entry);
    }
  if (out.reasons.empty()) out.open(Element::IDENTITY, "which of the persons are distinct");
  return out;
}

Answer evaluate_time(const Facts& facts) {
  Tally tally{facts};
  const Joint *first = nullptr, *last = nullptr;
  bool disputed = false;
  // Planning and orders stand beside agreements: on the eve of one act they belong to that act.
  std::set<core::Date> agreements, acts;
  for (const Joint& joint : facts.joints()) {
    if (!joint.day) {
      if (!joint.contested && !facts.brief())
        tally.answer.notes.push_back(joint.statement->id() + " carries no date");
      continue;
    }
    tally.support(*joint.statement, [&] {
      return fmt::format("{} on {}", joint.agreement ? "agreement" : "joint act",
                         core::format_date(*joint.day));
    });
    disputed = disputed || joint.contested;
    if (joint.contested) continue;
    (joint.agreement || prepares(*joint.statement) ? agreements : acts).insert(*joint.day);
    if (first == nullptr || *joint.day < *first->day) first = &joint;
    if (last == nullptr || *last->day < *joint.day) last = &joint;
  }
  // Membership stated from one day to another, for two persons or more.
  int spans = 0, one_day = 0, members = 0;
  std::set<core::Date> begins;
  std::vector<core::Date> joined;
  for (const Statement* s : facts.supporting(Statement::kMembership)) {
    const auto& m = s->membership();
    if (m.group() != facts.group() || facts.contested(*s)) continue;
    if (!facts.certain().contains(facts.person(m.person()))) continue;
    ++members;
    const auto from = day_of(m.from()), to = day_of(m.to());
    if (from && to && *from < *to) {
      ++spans;
      tally.support(*s, [&] { return fmt::format("member from {} to {}", m.from(), m.to()); });
    } else if (from && to) {
      ++one_day;
    } else if (from) {
      joined.push_back(*from);
    }
  }
  // The group stands from the day on which its third (if only two are dated, second) member is in.
  std::sort(joined.begin(), joined.end());
  if (joined.size() > 1) begins.insert(joined[std::min<std::size_t>(2, joined.size() - 1)]);
  for (const Statement* s : facts.contradicting(Statement::kAct))
    if (facts.of_group(*s) && s->act().joint()) tally.contrary(*s, "denies the joint act");
  for (const Statement* s : facts.contradicting(Statement::kAgreement))
    if (facts.of_group(*s)) tally.contrary(*s, "denies the agreement");

  // Days count as they are: no minimum. Only an agreement on the eve of a single act stays open.
  std::set<core::Date> earlier = agreements;
  earlier.insert(begins.begin(), begins.end());
  bool before = false;
  for (const core::Date& day : earlier)
    if (!acts.empty() && day.days + 1 < acts.rbegin()->days) before = true;
  Answer& out = tally.answer;
  if (first != nullptr && last != nullptr)
    out.notes.push_back(fmt::format(
        "first dated joint act or agreement {} ({}), last {} ({}): {} {} apart",
        core::format_date(*first->day), first->statement->id(), core::format_date(*last->day),
        last->statement->id(), last->day->days - first->day->days,
        last->day->days - first->day->days == 1 ? "day" : "days"));
  if (acts.size() > 1 || agreements.size() > 1 || before || spans > 1) {
    out.outcome = kIndicated;
    return std::move(out);
  }
  if (members > 2 && one_day == members && acts.size() < 2) {
    out.outcome = kNotIndicated;
    for (const Statement* s : facts.supporting(Statement::kMembership))
      if (s->membership().group() == facts.group())
        out.contrary.push_back(facts.evidence(*s, "membership is stated for that one day only"));
    return std::move(out);
  }
  if (tally.contested() || disputed) {
    out.open(Element::CONFLICT, "whether the disputed joint acts took place");
    return std::move(out);
  }
  // A denied act says nothing about how long the group stood.
  out.open(Element::MISSING, acts.empty() ? "dated joint acts" : "a joint act on a second date");
  return std::move(out);
}

Answer evaluate_concert(const Facts& facts) {
  Tally tally{facts};
  std::vector<PersonSet> by_offence(facts.statements().offence_names().size());
  for (const Joint& joint : facts.joints())
    if (!joint.contested) by_offence[joint.offence].insert(joint.persons);
  std::vector<char> two_of;  // by offence: whether those together are two at the least
  for (const PersonSet& persons : by_offence)
    two_of.push_back(facts.identities().fewest(persons, facts.excluded()) >= 2 ? 1 : 0);
  bool enough = false, identity = false, disputed = false;
  for (const Joint& joint : facts.joints()) {
    const PersonSet& together = joint.contested ? joint.persons : by_offence[joint.offence];
    if (together.size() < 2) continue;
    tally.support(*joint.statement, [&] {
      return (joint.agreement ? "agreement of " : "joint act of ") + facts.listed(joint.persons);
    });
    disputed = disputed || joint.contested;
    if (joint.contested) continue;
    (two_of[joint.offence] != 0 ? enough : identity) = true;
  }
  for (const Statement* s : facts.used()) {
    if (s->has_relation() && !contradicts(*s)) {
      if (!facts.brief())
        tally.answer.notes.push_back(fmt::format(
            "{} states that two persons are related ({}), and not that they act together: "
            "a lead, not concert",
            s->id(), core::printable(s->relation().kind(), 40)));
      continue;
    }
    if (!s->has_act() && !s->has_agreement()) continue;
    const bool group = facts.of_group(*s);
    if (!group) continue;
    if (!is_fact(*s)) {
      if (!contradicts(*s) && (s->has_agreement() || s->act().joint()))
        tally.lead(*s, "acting together, as an assessment");
      continue;
    }
    if (contradicts(*s)) {
      if (s->has_agreement() || s->act().joint()) tally.contrary(*s, "denies acting together");
      continue;
    }
    // Each may do alone what was divided among them: such an act is shown, and settles nothing.
    if (s->has_act() && s->act().has_joint() && !s->act().joint() &&
        !facts.genuine_persons(*s).empty())
      oppose(facts, tally.answer, *s, "stated not to be a joint act");
  }
  Answer& out = tally.answer;
  if (enough) {
    out.outcome = kIndicated;
    return std::move(out);
  }
  if (identity) {
    out.open(Element::IDENTITY, "whether those who acted together are at least two persons");
    return std::move(out);
  }
  if (tally.contested() || disputed) {
    out.open(Element::CONFLICT, "whether the disputed joint acts took place");
    return std::move(out);
  }
  if (tally.against()) {
    out.outcome = kNotIndicated;
    return std::move(out);
  }
  out.open(Element::MISSING,
           "content, payments, division of labour or coordinated acts of two or more persons");
  return std::move(out);
}

namespace {
/// Whether an act or agreement shows what the group set out to do.
bool shows_aim(const Facts& facts, const Statement& s) {
  if (facts.offence_of(s).empty() && facts.file().offences().empty()) return false;
  if (s.has_act() && s.act().has_knowing() && !s.act().knowing()) return false;
  if (contradicts(s) || facts.contested(s)) return facts.of_group(s);
  const Persons persons = facts.genuine_persons(s);
  return std::any_of(persons.begin(), persons.end(),
                     [&](PersonId p) { return facts.possible().contains(p); });
}
}  // namespace

Answer evaluate_aim_serious(const Facts& facts) { return aim_punishable(facts, 4.0); }

Answer aim_punishable(const Facts& facts, double years) {
  NamedOffences firm{facts}, any{facts};
  for (const auto body : {Statement::kAct, Statement::kAgreement})
    for (const Statement* s : facts.supporting(body)) {
      if (!shows_aim(facts, *s)) continue;
      any.insert(*s);
      if (!facts.contested(*s)) firm.insert(*s);
    }
  if (any.empty()) return serious_crime_among(facts, offences_in_question(facts), years);
  return serious_crime_among(facts, (firm.empty() ? any : firm).names(), years);
}

Answer evaluate_aim_directed(const Facts& facts) {
  Tally tally{facts};
  const auto by_group = [&](const Statement& s) { return shows_aim(facts, s); };
  tally.all(Statement::kAgreement, by_group, "agreed to commit the offence",
            "denies the agreement");
  tally.all(Statement::kAct, by_group, "worked towards the offence", "denies the act");
  return std::move(tally).settle("an agreement or an act of the group towards an offence");
}

}  // namespace palermo::criteria
