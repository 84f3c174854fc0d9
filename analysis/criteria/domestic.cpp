// Elements of other notions of a criminal group (Framework Decision 2008/841/JHA, StGB s. 129, CP
// 450-1, CP 416, 416-bis) that the Convention does not ask. Treaty tree and domestic tree stay
// apart: nothing here answers an element of the treaty.
#include <fmt/format.h>

#include <optional>

#include "analysis/criteria/evaluators.hpp"
#include "analysis/criteria/instrument.hpp"

namespace palermo::criteria {
namespace {

using v1::Element;
using v1::Statement;

const Instruments* trees() {
  static const std::optional<Instruments> loaded = [] {
    auto parsed = Instruments::builtin();
    return parsed ? std::optional<Instruments>{std::move(parsed).value()} : std::nullopt;
  }();
  return loaded ? &*loaded : nullptr;
}

/// A word that only a named officer may settle: what supports it is a lead, and nothing decides.
Answer for_an_officer(Answer answer, const std::string& term) {
  answer.outcome = kUndetermined;
  answer.reasons = {answer.supports() == 0 ? Element::MISSING : Element::JUDGEMENT_TERM};
  answer.missing = {fmt::format("a named officer's decision, with reasons, on \"{}\"", term)};
  return answer;
}

bool of_a_genuine_person(const Facts& facts, const Statement& s) {
  return facts.of_group(s) && !facts.genuine_persons(s).empty();
}

}  // namespace

Answer text_in_force(const Facts& facts, std::string_view instrument) {
  Answer out;
  out.rests_on_law = true;
  const v1::Instrument* text = trees() == nullptr ? nullptr : trees()->instrument(instrument);
  const auto days = days_in_question(facts);
  if (text == nullptr || days.empty()) {
    out.open(Element::LAW_UNKNOWN, "the date of the offence, on which the law is read");
    return out;
  }
  const auto from = day_of(text->in_force_from()), certain = day_of(text->certain_from()),
             to = day_of(text->in_force_to()), read_to = day_of(text->certain_to());
  const auto& since = from ? from : certain;
  v1::Evidence law;
  law.set_statement_id(text->id());
  law.set_kind("law");
  law.set_text(fmt::format("{}: {} {}{}", text->title(),
                           from ? "in force from" : "read in force on",
                           since ? core::format_date(*since) : "an unknown day",
                           to ? " to " + core::format_date(*to) : ""));
  law.set_source(text->source());
  for (const core::Date& day : days) {
    const bool before = since && day < *since, after = to && *to < day;
    if (!since || (before && !from) || (!to && read_to && *read_to < day)) {
      out.open(Element::LAW_UNKNOWN, fmt::format("the wording of {} in force on {}", text->title(),
                                                 core::format_date(day)));
      return out;
    }
    if (before || after) {
      // The provision had other words then; what they ask is not encoded.
      out.open(Element::LAW_UNKNOWN,
               fmt::format("the wording of {} on {}: this one is in force from {}", text->title(),
                           core::format_date(day), core::format_date(*since)));
      return out;
    }
  }
  law.set_why(fmt::format("in force on {}", core::format_date(days.back())));
  out.outcome = kIndicated;
  out.supporting.push_back(std::move(law));
  return out;
}

Answer evaluate_lasting(const Facts& facts) {
  Answer time = evaluate_time(facts);
  // What did not even exist for a period of time was not set up to last.
  if (time.outcome == kNotIndicated) return time;
  return for_an_officer(std::move(time), "set up to last");
}

Answer evaluate_organized_union(const Facts& facts) {
  Answer random = evaluate_random(facts), immediate = evaluate_immediate(facts);
  if (kleene_and({random.outcome, immediate.outcome}) == kIndicated) {
    Answer out;
    out.outcome = kNotIndicated;
    out.contrary = std::move(random.supporting);
    out.contrary.append(immediate.supporting);
    out.opposed = random.supported;
    out.opposed.add(immediate.supported);
    return out;
  }
  Tally tally{facts};
  tally.all(
      Statement::kAct,
      [&](const Statement& s) {
        const auto type = s.act().type();
        return of_a_genuine_person(facts, s) &&
               (type == v1::Act::direction || type == v1::Act::control ||
                type == v1::Act::planning);
      },
      "direction, control or planning", "denies the act");
  tally.all(
      Statement::kMembership,
      [&](const Statement& s) {
        return s.membership().group() == facts.group() && !s.membership().role().empty() &&
               s.membership().role() != "member";
      },
      "a role in the group", "denies the membership");
  tally.all(
      Statement::kAgreement, [&](const Statement& s) { return of_a_genuine_person(facts, s); },
      "agreement", "denies the agreement");
  return std::move(tally).settle("facts about direction, planning, roles or an agreement");
}

Answer evaluate_common_interest(const Facts& facts) {
  Tally tally{facts};
  const auto ours = [&](const Statement& s) { return of_a_genuine_person(facts, s); };
  tally.all(Statement::kAgreement, ours, "agreement", "denies the agreement");
  tally.all(
      Statement::kAct, [&](const Statement& s) { return ours(s) && s.act().joint(); }, "joint act",
      "denies the act");
  return for_an_officer(std::move(tally).settle(""), "overarching common interest");
}

Answer evaluate_material_act(const Facts& facts) {
  Tally tally{facts};
  tally.all(
      Statement::kAct, [&](const Statement& s) { return of_a_genuine_person(facts, s); },
      "a material act", "denies the act");
  return std::move(tally).settle("an act that shows the preparation");
}

Answer evaluate_aim_two_years(const Facts& facts) { return aim_punishable(facts, 2.0); }
Answer evaluate_aim_five_years(const Facts& facts) { return aim_punishable(facts, 5.0); }

Answer evaluate_several_offences(const Facts& facts) {
  Tally tally{facts};
  std::set<std::string> offences;
  std::set<core::Date> days;
  for (const auto body : {Statement::kAct, Statement::kAgreement})
    for (const Statement* s : facts.supporting(body)) {
      if (!of_a_genuine_person(facts, *s)) continue;
      tally.support(*s, "names an offence or a day");
      if (facts.contested(*s)) continue;
      if (!facts.offence_of(*s).empty()) offences.insert(facts.offence_of(*s));
      if (const auto day = day_of(*s); day && body == Statement::kAct) days.insert(*day);
    }
  Answer out = std::move(tally.answer);
  if (offences.size() > 1 || days.size() > 1) {
    out.outcome = kIndicated;
    return out;
  }
  out.open(Element::MISSING, "whether more than one offence was aimed at");
  return out;
}

Answer evaluate_intimidating_force(const Facts& facts) {
  Tally tally{facts};
  tally.all(
      Statement::kInterference,
      [](const Statement& s) {
        const auto means = s.interference().means();
        return means == v1::Interference::force || means == v1::Interference::threat ||
               means == v1::Interference::intimidation;
      },
      "force, threat or intimidation", "denies it");
  return for_an_officer(std::move(tally).settle(""), "intimidating force of the bond");
}

Answer evaluate_left_to_an_officer(const Facts&) {
  Answer out;
  out.open(Element::MISSING, "a named officer's decision: no statement can say this");
  return out;
}

}  // namespace palermo::criteria
