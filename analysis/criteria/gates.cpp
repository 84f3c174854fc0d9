#include "analysis/criteria/gates.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/criteria/evaluators.hpp"

namespace palermo::criteria {
namespace {

using v1::Element;
using v1::Located;
using v1::Statement;

/// One gate in the making.
struct Draft {
  std::set<Reason> reasons;
  std::vector<std::string> because, missing;
  void open(Reason reason, std::string what) {
    reasons.insert(reason);
    missing.push_back(std::move(what));
  }
};

v1::Gate finish(Draft draft, Outcome outcome) {
  v1::Gate gate;
  gate.set_outcome(outcome);
  for (const std::string& line : draft.because) gate.add_because(line);
  if (outcome == kUndetermined) {
    if (draft.reasons.empty()) draft.reasons.insert(Element::MISSING);
    for (const Reason reason : draft.reasons) gate.add_reason_codes(reason);
    std::set<std::string> seen;
    for (const std::string& line : draft.missing)
      if (!line.empty() && seen.insert(line).second) gate.add_missing(line);
  }
  return gate;
}

class Builder {
 public:
  Builder(const Facts& facts, const std::map<std::string, Answer>& answers)
      : facts_{facts}, answers_{answers} {}

  [[nodiscard]] v1::Gate full_scope() const {
    Draft draft;
    take(draft, "untoc.3.1");
    return finish(std::move(draft), outcome("untoc.3.1"));
  }

  /// Art. 34(2): the offences of arts. 5, 6, 8, 23 and, by the same token, of the Protocol exist at
  /// home without transnationality and without a group; so does the domestic offence the case is
  /// about.
  [[nodiscard]] v1::Gate domestic() const {
    Draft draft;
    std::vector<Outcome> parts;
    for (const char* id : {"untoc.5.1", "untoc.6.1", "untoc.8.1", "untoc.23", "som.6"}) {
      parts.push_back(outcome(id));
      if (outcome(id) == kIndicated) draft.because.push_back(fmt::format("{} indicated", id));
    }
    const Outcome own = domestic_offence(draft);
    parts.push_back(own);
    const Outcome whole = kleene_or(parts);
    draft.because.push_back(
        "needs neither transnationality nor an organized criminal group (UNTOC art. 34(2))");
    if (whole == kUndetermined) {
      take(draft, "som.6");
      if (own == kUndetermined)
        draft.open(Element::MISSING,
                   "an act of commission or attempt of a domestic offence in force on its date");
    }
    return finish(std::move(draft), whole);
  }

  /// Art. 18(1): full scope, or reasonable grounds to suspect that the offence is transnational
  /// (also because victims, witnesses, proceeds, instrumentalities or evidence are in the requested
  /// State) and involves a group.
  [[nodiscard]] v1::Gate mla() const {
    Draft draft;
    if (outcome("untoc.3.1") == kIndicated) {
      draft.because.push_back("full scope indicated (art. 3)");
      return finish(std::move(draft), kIndicated);
    }
    const Outcome offence = offence_within(draft);
    const Outcome transnational = transnational_grounds(draft);
    const Outcome group = group_grounds(draft);
    const Outcome whole = kleene_and({offence, transnational, group});
    draft.because.push_back("reasonable grounds to suspect suffice (UNTOC art. 18(1))");
    draft.because.push_back(
        "absence of dual criminality is only an optional ground of refusal; bank secrecy and "
        "fiscal matters are none (art. 18(8), (9), (22))");
    return finish(std::move(draft), whole);
  }

  /// Art. 16(1): full scope, or an offence involving a group with the person in the requested
  /// State; and the conduct punishable in both States.
  [[nodiscard]] v1::Gate extradition() const {
    Draft draft;
    const std::string home = facts_.file().case_().state();
    std::set<std::string> places, strangers;
    bool unknown = false;
    for (const Statement* s : facts_.supporting(Statement::kLocated)) {
      if (s->located().what() != Located::suspect || s->located().state() == home ||
          facts_.contested(*s))
        continue;
      const std::string& state = s->located().state();
      const auto party = facts_.is_party(state);
      if (!party) {
        unknown = true;
        draft.open(Element::LAW_UNKNOWN,
                   fmt::format("whether {} is a Party to the Convention", state));
      } else if (!*party) {
        strangers.insert(state);
        draft.because.push_back(
            fmt::format("{}: {} is not a Party to the Convention", s->id(), state));
      } else {
        places.insert(state);
        draft.because.push_back(fmt::format("person located in {} ({})", state, s->id()));
      }
    }
    // The only place where the person is said to be lies outside the Convention.
    const bool barred = places.empty() && !unknown && !strangers.empty();
    const Outcome located = barred ? kNotIndicated : places.empty() ? kUndetermined : kIndicated;
    if (places.empty() && !barred)
      draft.open(Element::MISSING, "in which other State Party the person is");
    const Outcome scope = outcome("untoc.3.1");
    Outcome route = kleene_or(
        {scope, kleene_and({outcome("untoc.3.1.offence"), outcome("untoc.2a"), located})});
    if (barred) route = kNotIndicated;
    if (scope == kIndicated) draft.because.push_back("full scope indicated (art. 3)");
    if (route == kUndetermined) {
      take(draft, "untoc.3.1.offence");
      take(draft, "untoc.2a");
    }
    // Full scope needs no place; the other State whose law the file states is then the one asked.
    if (places.empty() && !barred && scope == kIndicated)
      for (const v1::Offence& offence : facts_.file().offences())
        if (state_of(offence) != home && facts_.is_party(state_of(offence)).value_or(false))
          places.insert(state_of(offence));
    const Outcome dual = dual_criminality(places, home, draft);
    draft.because.push_back(
        "transnationality can be replaced by the person's being in the requested State; dual "
        "criminality is of the conduct (UNTOC art. 16(1))");
    draft.because.push_back(
        "nationals: extradite or prosecute (art. 16(10)); no surrender for a discriminatory "
        "purpose (art. 16(14))");
    return finish(std::move(draft), kleene_and({route, dual}));
  }

 private:
  [[nodiscard]] const Answer& answer(const std::string& id) const { return answers_.at(id); }
  [[nodiscard]] Outcome outcome(const std::string& id) const { return answer(id).outcome; }

  void take(Draft& draft, const std::string& id) const {
    const Answer& a = answer(id);
    draft.because.push_back(fmt::format("{} {}", id, in_words(a.outcome)));
    if (a.outcome != kUndetermined) return;
    draft.reasons.insert(a.reasons.begin(), a.reasons.end());
    draft.missing.insert(draft.missing.end(), a.missing.begin(), a.missing.end());
  }

  /// Whether the provision stands on the offence date (whatever its maximum), its own facts
  /// included.
  [[nodiscard]] bool in_force(const v1::Offence& offence) const {
    const Penalty& penalty = penalty_of(facts_, offence);
    return penalty.in_force && penalty.form == kIndicated;
  }

  static const std::string& state_of(const v1::Offence& offence) {
    return offence.law().state().empty() ? offence.state() : offence.law().state();
  }

  /// Whether two provisions can punish one conduct: they implement a common element, or one of them
  /// does not say what it implements.
  static bool same_conduct(const v1::Offence& a, const v1::Offence& b) {
    const auto &x = a.law().implements(), &y = b.law().implements();
    if (x.empty() || y.empty()) return true;
    return std::any_of(x.begin(), x.end(), [&](const std::string& element) {
      return std::find(y.begin(), y.end(), element) != y.end();
    });
  }

  /// The conduct is punishable in the requesting State and in one of `places`.
  [[nodiscard]] Outcome dual_criminality(const std::set<std::string>& places,
                                         const std::string& home, Draft& draft) const {
    for (const v1::Offence& here : facts_.file().offences()) {
      if ((!home.empty() && state_of(here) != home) || !in_force(here)) continue;
      for (const v1::Offence& there : facts_.file().offences()) {
        if (&here == &there || !places.contains(state_of(there)) ||
            state_of(there) == state_of(here) || !in_force(there) || !same_conduct(here, there))
          continue;
        draft.because.push_back(fmt::format("punishable in {} ({}) and in {} ({})", state_of(here),
                                            here.law().provision(), state_of(there),
                                            there.law().provision()));
        return kIndicated;
      }
    }
    draft.open(Element::LAW_UNKNOWN,
               "dual criminality: the provisions of both States that punish the conduct, in force "
               "on its date");
    return kUndetermined;
  }

  [[nodiscard]] Outcome domestic_offence(Draft& draft) const {
    Outcome whole = kUndetermined;
    for (const Statement* s : facts_.supporting(Statement::kAct)) {
      const auto type = s->act().type();
      if (type != v1::Act::commission && type != v1::Act::attempt) continue;
      if (s->act().has_knowing() && !s->act().knowing()) continue;
      if (facts_.contested(*s) || facts_.genuine_persons(*s).empty()) continue;
      const v1::Offence* offence = facts_.offence(facts_.offence_of(*s));
      if (offence == nullptr || !in_force(*offence)) continue;
      if (whole != kIndicated)
        draft.because.push_back(fmt::format(
            "{}: {} of {}", s->id(), v1::Act::Type_Name(type),
            offence->law().provision().empty() ? offence->id() : offence->law().provision()));
      whole = kIndicated;
    }
    return whole;
  }

  /// Reasonable grounds on one element: indicated, or open with something that supports it.
  [[nodiscard]] Outcome grounds(const std::string& id, Draft& draft,
                                const std::string& what) const {
    const Answer& a = answer(id);
    if (a.outcome == kNotIndicated) {
      draft.because.push_back(fmt::format("{} not indicated", id));
      return kNotIndicated;
    }
    if (a.outcome == kIndicated || !a.supporting.empty()) {
      draft.because.push_back(a.outcome == kIndicated
                                  ? fmt::format("{} indicated", id)
                                  : fmt::format("facts point to {}, which is open", id));
      return kIndicated;
    }
    draft.open(Element::MISSING, "facts that point to " + what);
    return kUndetermined;
  }

  /// Suspicion may cover transnationality and the group; what the law of the offence is, it cannot.
  [[nodiscard]] Outcome offence_within(Draft& draft) const {
    const Answer& law = answer("untoc.2b");
    if (outcome("untoc.3.1.offence") == kUndetermined &&
        law.reasons.contains(Element::LAW_UNKNOWN)) {
      draft.because.emplace_back("the law of the offence is not known (untoc.2b)");
      draft.reasons.insert(law.reasons.begin(), law.reasons.end());
      draft.missing.insert(draft.missing.end(), law.missing.begin(), law.missing.end());
      return kUndetermined;
    }
    return grounds("untoc.3.1.offence", draft, "an offence within art. 3(1)(a) or (b)");
  }

  [[nodiscard]] Outcome transnational_grounds(Draft& draft) const {
    const Answer& whole = answer("untoc.3.2");
    if (whole.outcome == kIndicated) {
      draft.because.push_back("untoc.3.2 indicated");
      return kIndicated;
    }
    Outcome found = kUndetermined;
    for (const char* id : {"untoc.3.2.b", "untoc.3.2.d"})
      if (outcome(id) == kUndetermined && !answer(id).supporting.empty()) {
        draft.because.push_back(fmt::format(
            "grounds for {}: in another State, {} {} stated", id, answer(id).supporting.size(),
            answer(id).supporting.size() == 1 ? "act or effect is" : "acts or effects are"));
        found = kIndicated;
      }
    for (const char* id : {"untoc.3.2.a", "untoc.3.2.c.activities"})
      if (outcome(id) == kIndicated || answer(id).reasons.contains(Element::CONFLICT)) {
        draft.because.push_back(fmt::format("grounds for {}: acts in more than one State", id));
        found = kIndicated;
      }
    const std::string home = facts_.file().case_().state();
    for (const Statement* s : facts_.supporting(Statement::kLocated)) {
      const Located& l = s->located();
      if (l.what() == Located::suspect || l.state() == home || facts_.contested(*s)) continue;
      const auto party = facts_.is_party(l.state());
      if (!party) {
        draft.open(Element::LAW_UNKNOWN,
                   fmt::format("whether {} is a Party to the Convention", l.state()));
      } else if (*party) {
        draft.because.push_back(
            fmt::format("{} located in {} ({}): a ground of its own under art. 18(1)",
                        Located::What_Name(l.what()), l.state(), s->id()));
        found = kIndicated;
      } else {
        draft.because.push_back(
            fmt::format("{}: {} is not a Party to the Convention", s->id(), l.state()));
      }
    }
    if (found == kUndetermined && whole.outcome == kNotIndicated) {
      draft.because.push_back("untoc.3.2 not indicated");
      return kNotIndicated;
    }
    if (found == kUndetermined)
      draft.open(Element::MISSING,
                 "conduct, direction or effects in another State, or victims, witnesses, proceeds, "
                 "instrumentalities or evidence located in the requested State Party");
    return found;
  }

  [[nodiscard]] Outcome group_grounds(Draft& draft) const {
    const Outcome whole = outcome("untoc.2a");
    if (whole == kNotIndicated) {
      draft.because.push_back("untoc.2a not indicated");
      return kNotIndicated;
    }
    if (whole == kIndicated) {
      draft.because.push_back("untoc.2a indicated");
      return kIndicated;
    }
    const bool several = facts_.hi() >= 3;
    const bool together =
        outcome("untoc.2a.concert") == kIndicated || !answer("untoc.2a.concert").supporting.empty();
    const bool purpose = !answer("untoc.2a.aim").supporting.empty() ||
                         !answer("untoc.2a.benefit").supporting.empty();
    if (several && together && purpose) {
      draft.because.push_back(fmt::format(
          "grounds to suspect an organized criminal group: up to {} persons, who act together, and "
          "an aim or a benefit that facts support",
          facts_.hi()));
      return kIndicated;
    }
    if (!several) draft.open(Element::MISSING, "grounds to suspect three or more persons");
    if (!together) draft.open(Element::MISSING, "grounds to suspect that they act in concert");
    if (!purpose) draft.open(Element::MISSING, "grounds to suspect the aim or the benefit");
    return kUndetermined;
  }

  const Facts& facts_;
  const std::map<std::string, Answer>& answers_;
};

}  // namespace

v1::Gates gates_of(const Facts& facts, const std::map<std::string, Answer>& answers) {
  const Builder build{facts, answers};
  v1::Gates gates;
  *gates.mutable_domestic() = build.domestic();
  *gates.mutable_mla() = build.mla();
  *gates.mutable_extradition() = build.extradition();
  *gates.mutable_full_scope() = build.full_scope();
  return gates;
}

}  // namespace palermo::criteria
