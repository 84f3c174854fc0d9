#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/criteria/evaluators.hpp"

namespace palermo::criteria {
namespace {

using v1::Act;
using v1::Element;
using v1::Statement;

bool unwitting(const Statement& s) { return s.act().has_knowing() && !s.act().knowing(); }

bool commits(const Statement& s) {
  return s.act().type() == Act::commission || s.act().type() == Act::attempt;
}

/// An act that somebody other than an officer, a victim or a migrant did knowingly, in a stated
/// State.
bool usable(const Facts& facts, const Statement& s) {
  if (!s.has_act() || s.act().state().empty() || unwitting(s)) return false;
  if (s.act().persons().empty()) return true;
  return facts.contested(s) || !facts.genuine_persons(s).empty();
}

/// Acts that `wanted` accepts in more than one State, offence by offence where `per_offence`.
Answer in_several_states(const Facts& facts, const std::function<bool(const Statement&)>& wanted,
                         bool per_offence, const std::string& what, const std::string& missing) {
  Tally tally{facts};
  std::map<std::uint32_t, std::set<std::string>> clean, with_contested;
  for (const Statement* s : facts.supporting(Statement::kAct)) {
    if (!wanted(*s) || !usable(facts, *s)) continue;
    const std::uint32_t key = per_offence ? facts.offence_number(*s) : 0;
    tally.support(*s, [&] { return fmt::format("{} in {}", what, s->act().state()); });
    with_contested[key].insert(s->act().state());
    if (!facts.contested(*s)) clean[key].insert(s->act().state());
  }
  std::set<std::string> denied;
  for (const Statement* s : facts.contradicting(Statement::kAct)) {
    if (!wanted(*s) || s->act().state().empty()) continue;
    denied.insert(s->act().state());
    tally.contrary(*s, [&] { return fmt::format("denies the act in {}", s->act().state()); });
  }
  for (const Statement* s : facts.assessments(Statement::kAct))
    if (wanted(*s) && !contradicts(*s) && usable(facts, *s))
      tally.lead(*s,
                 [&] { return fmt::format("{} in {}, as an assessment", what, s->act().state()); });
  Answer& out = tally.answer;
  const auto several = [](const auto& states) {
    return std::any_of(states.begin(), states.end(),
                       [](const auto& s) { return s.second.size() > 1; });
  };
  if (several(clean)) {
    out.outcome = kIndicated;
  } else if (several(with_contested)) {
    out.open(Element::CONFLICT, "whether the disputed acts took place in that State");
  } else if (!clean.empty() && !denied.empty() &&
             std::none_of(denied.begin(), denied.end(), [&](const std::string& state) {
               return std::any_of(clean.begin(), clean.end(),
                                  [&](const auto& c) { return c.second.contains(state); });
             })) {
    out.outcome = kNotIndicated;  // every other State that was alleged is denied by a fact
  } else {
    out.open(Element::MISSING, missing);
  }
  return std::move(out);
}

}  // namespace

std::set<std::string> states_of_commission(const Facts& facts) {
  std::set<std::string> out;
  for (const Statement* s : facts.supporting(Statement::kAct))
    if (commits(*s) && usable(facts, *s) && !facts.contested(*s)) out.insert(s->act().state());
  return out;
}

Answer evaluate_committed_in_states(const Facts& facts) {
  return in_several_states(facts, commits, true, "committed",
                           "an act of commission of the same offence in a second State");
}

Answer evaluate_group_active_in_states(const Facts& facts) {
  const auto wanted = [&](const Statement& s) {
    if (!commits(s) && s.act().type() != Act::facilitation) return false;
    const Persons persons = contradicts(s) ? Persons{} : facts.genuine_persons(s);
    if (facts.contested(s) || contradicts(s)) return facts.of_group(s);
    return std::any_of(persons.begin(), persons.end(),
                       [&](PersonId p) { return facts.possible().contains(p); });
  };
  return in_several_states(facts, wanted, false, "criminal activity of the group",
                           "criminal activities of the group in a second State");
}

Answer evaluate_directed_from_abroad(const Facts& facts) {
  Tally tally{facts};
  const auto committed = states_of_commission(facts);
  const auto elsewhere = [&](const std::string& state) {
    return std::any_of(committed.begin(), committed.end(),
                       [&](const std::string& c) { return c != state; });
  };
  const auto wanted = [&](const Statement& s) {
    const auto type = s.act().type();
    const bool kind = type == Act::preparation || type == Act::planning || type == Act::direction ||
                      type == Act::control;
    return kind && usable(facts, s) && elsewhere(s.act().state());
  };
  for (const Statement* s : facts.supporting(Statement::kAct))
    if (wanted(*s))
      tally.support(*s, [&] {
        return fmt::format("{} in {}, committed in {}", Act::Type_Name(s->act().type()),
                           s->act().state(), fmt::join(committed, ", "));
      });
  for (const Statement* s : facts.contradicting(Statement::kAct))
    if (wanted(*s))
      tally.contrary(*s, [&] { return fmt::format("denies the act in {}", s->act().state()); });
  for (const Statement* s : facts.assessments(Statement::kAct))
    if (wanted(*s) && !contradicts(*s)) tally.lead(*s, "act abroad, as an assessment");
  if (tally.clean()) {
    tally.answer.open(
        Element::JUDGEMENT_TERM,
        "a named officer's decision whether this part is \"substantial\", with reasons");
    return std::move(tally.answer);
  }
  return std::move(tally).settle(
      committed.empty()
          ? "a dated act of commission with its State, and acts of preparation, planning, "
            "direction or control elsewhere"
          : "acts of preparation, planning, direction or control in another State");
}

Answer evaluate_effects_abroad(const Facts& facts) {
  Tally tally{facts};
  std::set<std::string> home = states_of_commission(facts);
  if (home.empty() && !facts.file().case_().state().empty())
    home.insert(facts.file().case_().state());
  std::map<std::string, std::set<v1::Effect::Substantial>> marks;
  const auto abroad = [&](const Statement& s) {
    if (s.effect().state().empty()) return false;
    return std::any_of(home.begin(), home.end(),
                       [&](const std::string& h) { return h != s.effect().state(); });
  };
  for (const Statement* s : facts.supporting(Statement::kEffect)) {
    if (!abroad(*s)) {
      tally.answer.notes.push_back(s->id() + ": an effect where the offence was committed");
      continue;
    }
    auto mark = s->effect().substantial();
    const bool reasoned = !s->effect().text().empty() || !s->text().empty();
    if (mark != v1::Effect::unset && mark != v1::Effect::substantial_unspecified && !reasoned) {
      tally.answer.notes.push_back(s->id() +
                                   ": \"substantial\" is marked without a reason and is not used");
      mark = v1::Effect::unset;
    }
    if (mark == v1::Effect::no) {
      tally.contrary(*s, [&] {
        return fmt::format("effect in {} marked as not substantial", s->effect().state());
      });
    } else {
      tally.support(*s, [&] { return fmt::format("effect in {}", s->effect().state()); });
    }
    if (mark == v1::Effect::yes && s->source().empty())
      tally.answer.notes.push_back(s->id() +
                                   ": marked substantial in the statement, which names no source");
    if (!facts.contested(*s)) marks[s->effect().state()].insert(mark);
  }
  for (const Statement* s : facts.contradicting(Statement::kEffect))
    if (abroad(*s))
      tally.contrary(*s,
                     [&] { return fmt::format("denies the effect in {}", s->effect().state()); });
  for (const Statement* s : facts.assessments(Statement::kEffect))
    if (abroad(*s) && !contradicts(*s)) tally.lead(*s, "effect abroad, as an assessment");
  Answer& out = tally.answer;
  bool yes = false, conflict = false, open = false;
  for (const auto& [state, words] : marks) {
    const bool said_yes = words.contains(v1::Effect::yes), said_no = words.contains(v1::Effect::no);
    if (said_yes && said_no) {
      conflict = true;
    } else if (said_yes) {
      yes = true;
    } else if (!said_no) {
      open = true;
    }
  }
  if (yes) {
    out.outcome = kIndicated;
  } else if (conflict) {
    out.open(Element::CONFLICT, "whether the effects are substantial: the marks disagree");
    out.reasons.insert(Element::JUDGEMENT_TERM);
  } else if (open) {
    out.open(Element::JUDGEMENT_TERM,
             "a named officer's decision whether the effects are \"substantial\", with reasons");
  } else {
    return std::move(tally).settle("effects in another State");
  }
  return std::move(out);
}

}  // namespace palermo::criteria
