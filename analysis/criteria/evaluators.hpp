// Leaf evaluators: one named function an element, one file a family. Each reads facts under one
// lens and says indicated (with evidence), not indicated (with contrary evidence or an exhaustive
// bound) or undetermined (with reason codes and what is missing). None draws anything from silence.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "analysis/criteria/facts.hpp"
#include "analysis/criteria/outcome.hpp"

namespace palermo::criteria {

using Evaluator = Answer (*)(const Facts&);

/// The evaluator a LEAF names; nullptr when there is none.
[[nodiscard]] Evaluator find_evaluator(std::string_view name);
[[nodiscard]] std::vector<std::string> evaluator_names();

// group_elements.cpp: art. 2(a), 2(c)
Answer evaluate_random(const Facts&);
Answer evaluate_immediate(const Facts&);
Answer evaluate_number(const Facts&);
Answer evaluate_time(const Facts&);
Answer evaluate_concert(const Facts&);
Answer evaluate_aim_directed(const Facts&);
Answer evaluate_aim_serious(const Facts&);
/// Whether what the group set out to commit is punishable by a maximum of `years` or more.
[[nodiscard]] Answer aim_punishable(const Facts&, double years);
// benefit.cpp
Answer evaluate_benefit(const Facts&);
// serious_crime.cpp: art. 2(b), art. 37(3)
Answer evaluate_serious_crime(const Facts&);
/// Whether one of the offences named is a serious crime, together with the aggravated and organized
/// forms of the same State that no act names by themselves. Ids the file does not describe leave
/// the answer open (LAW_UNKNOWN); "" stands for an act that names none of several; an empty set
/// asks about all of them.
/// @param years  the maximum asked for, inclusive; four is the Convention's
[[nodiscard]] Answer serious_crime_among(const Facts&, const std::set<std::string>& named,
                                         double years = 4.0);
/// Offences that facts about acts and agreements name, whatever the lens: which law is in question
/// does not depend on how a statement was obtained.
[[nodiscard]] const std::set<std::string>& offences_in_question(const Facts&);
/// Days on which the law of the offences in question is read, in order; empty when none is stated.
[[nodiscard]] std::vector<core::Date> days_in_question(const Facts&);
Answer evaluate_one_offence(const Facts&);
Answer evaluate_bound_by_protocol(const Facts&);
/// The maximum of one offence on its date and, where a later law changed it, by that law.
struct Penalty {
  Outcome outcome = kUndetermined;
  std::set<Reason> reasons;
  std::string text;  // "Sr art. 197a(1) (NL, basic): maximum 4 years on 2017-01-15"
  std::string missing;
  bool in_force = false;      // on the date of the offence, whatever the maximum
  Outcome form = kIndicated;  // whether the facts of an aggravated or organized form are shown
  EvidenceList facts;         // that show an aggravated or organized form
};
/// @param offence  of the facts' own file; found once and kept with the facts
/// @param years    what the instrument asks of the maximum
[[nodiscard]] const Penalty& penalty_of(const Facts&, const v1::Offence& offence,
                                        double years = 4.0);
// transnational.cpp: art. 3(2)
Answer evaluate_committed_in_states(const Facts&);
Answer evaluate_directed_from_abroad(const Facts&);
Answer evaluate_group_active_in_states(const Facts&);
Answer evaluate_effects_abroad(const Facts&);
/// States in which an act of commission or attempt is stated as fact, uncontested.
[[nodiscard]] std::set<std::string> states_of_commission(const Facts&);
// participation.cpp: arts. 5, 10
Answer evaluate_agreement(const Facts&);
Answer evaluate_agreed_serious(const Facts&);
Answer evaluate_furtherance(const Facts&);
Answer evaluate_participant_knowledge(const Facts&);
Answer evaluate_active_part(const Facts&);
Answer evaluate_organizing_or_aiding(const Facts&);
Answer evaluate_aided_serious(const Facts&);
Answer evaluate_legal_person(const Facts&);
// other_offences.cpp: arts. 6, 8, 23
Answer evaluate_laundering(const Facts&);
Answer evaluate_bribery(const Facts&);
Answer evaluate_interference_testimony(const Facts&);
Answer evaluate_interference_duty(const Facts&);
// smuggling.cpp: Protocol arts. 3, 5, 6
Answer evaluate_procurement(const Facts&);
Answer evaluate_illegal_entry(const Facts&);
Answer evaluate_receiving_state_party(const Facts&);
Answer evaluate_migrant_status(const Facts&);
Answer evaluate_intent_entry(const Facts&);
Answer evaluate_migrants_protected(const Facts&);
Answer evaluate_document_producing(const Facts&);
Answer evaluate_document_procuring(const Facts&);
Answer evaluate_enabling_stay(const Facts&);
Answer evaluate_illegal_stay(const Facts&);
Answer evaluate_stay_status(const Facts&);
Answer evaluate_illegal_means(const Facts&);
Answer evaluate_attempt(const Facts&);
Answer evaluate_accomplice(const Facts&);
Answer evaluate_organizing_smuggling(const Facts&);
Answer evaluate_danger(const Facts&);
Answer evaluate_degrading(const Facts&);
// domestic.cpp: what other notions of a criminal group ask and the Convention does not
/// Whether the text that an instrument encodes was in force on the date of the offence.
[[nodiscard]] Answer text_in_force(const Facts&, std::string_view instrument);
Answer evaluate_lasting(const Facts&);
Answer evaluate_organized_union(const Facts&);
Answer evaluate_common_interest(const Facts&);
Answer evaluate_material_act(const Facts&);
Answer evaluate_aim_two_years(const Facts&);
Answer evaluate_aim_five_years(const Facts&);
Answer evaluate_several_offences(const Facts&);
Answer evaluate_intimidating_force(const Facts&);
Answer evaluate_left_to_an_officer(const Facts&);

/// Why evidence is shown: words, or a function that finds them when they are wanted.
template <typename Why>
[[nodiscard]] std::string said(Why&& why) {
  if constexpr (std::is_invocable_v<Why>) {
    return why();
  } else {
    return std::string{std::forward<Why>(why)};
  }
}

/// Shows evidence; in a brief derivation it is only counted.
template <typename Why>
void support(const Facts& facts, Answer& answer, const v1::Statement& s, Why&& why) {
  if (facts.brief()) return facts.weigh(s, is_fact(s), answer.supported);
  answer.supporting.push_back(facts.evidence(s, said(std::forward<Why>(why))));
}
template <typename Why>
void oppose(const Facts& facts, Answer& answer, const v1::Statement& s, Why&& why) {
  if (facts.brief()) return facts.weigh(s, is_fact(s), answer.opposed);
  answer.contrary.push_back(facts.evidence(s, said(std::forward<Why>(why))));
}

/// The offences that statements name, each once.
class NamedOffences {
 public:
  explicit NamedOffences(const Facts& facts)
      : facts_{&facts}, named_(facts.statements().offence_names().size(), 0) {}
  void insert(const v1::Statement& s) { named_[facts_->offence_number(s)] = 1; }
  [[nodiscard]] bool empty() const {
    return std::find(named_.begin(), named_.end(), 1) == named_.end();
  }
  [[nodiscard]] std::set<std::string> names() const {
    std::set<std::string> out;
    for (std::size_t i = 0; i < named_.size(); ++i)
      if (named_[i] != 0) out.insert(facts_->statements().offence_names()[i]);
    return out;
  }

 private:
  const Facts* facts_;
  std::vector<char> named_;  // by number
};

/// Collects what supports and contradicts one proposition and settles it: clean facts indicate;
/// facts for and against the same thing conflict; contrary facts alone do not indicate; assessments
/// alone and silence leave it open.
class Tally {
 public:
  explicit Tally(const Facts& facts) : facts_{&facts}, shown_(facts.all().size(), 0) {}
  /// A fact that supports; contested ones only open the question.
  template <typename Why>
  void support(const v1::Statement& s, const Why& why) {
    if (!first(s)) return;
    if (!is_fact(s)) {
      ++leads_;
      criteria::support(*facts_, answer, s, [&] { return said(why) + " (assessment)"; });
      return;
    }
    criteria::support(*facts_, answer, s, why);
    for (const v1::Statement* other : facts_->against(s))
      if (first(*other)) oppose(*facts_, answer, *other, [&] { return "contradicts " + s.id(); });
    ++(facts_->contested(s) ? contested_ : clean_);
  }
  template <typename Why>
  void contrary(const v1::Statement& s, const Why& why) {
    if (!first(s)) return;
    oppose(*facts_, answer, s,
           [&] { return is_fact(s) ? said(why) : said(why) + " (assessment)"; });
    if (is_fact(s)) ++against_;
  }
  /// A lead: shown, never enough.
  template <typename Why>
  void lead(const v1::Statement& s, const Why& why) {
    if (!first(s)) return;
    ++leads_;
    if (facts_->brief()) return facts_->weigh(s, false, answer.supported);
    answer.supporting.push_back(facts_->evidence(s, said(why) + " (a lead)"));
  }
  /// Adds every supporting fact, contradicting fact and assessment of a kind that `wanted` accepts.
  template <typename Wanted>
  void all(v1::Statement::BodyCase body, const Wanted& wanted, const char* why,
           const char* why_contrary) {
    for (const v1::Statement* s : facts_->supporting(body))
      if (wanted(*s)) support(*s, why);
    for (const v1::Statement* s : facts_->contradicting(body))
      if (wanted(*s)) contrary(*s, why_contrary);
    for (const v1::Statement* s : facts_->assessments(body)) {
      if (!wanted(*s)) continue;
      if (contradicts(*s)) {
        contrary(*s, why_contrary);
      } else {
        lead(*s, [&] { return std::string{why} + ", as an assessment"; });
      }
    }
  }
  [[nodiscard]] bool clean() const { return clean_ > 0; }
  [[nodiscard]] bool contested() const { return contested_ > 0; }
  [[nodiscard]] bool against() const { return against_ > 0; }
  [[nodiscard]] bool silent() const { return clean_ + contested_ + against_ == 0; }
  /// @param missing  what would settle it when nothing does
  [[nodiscard]] Answer settle(const std::string& missing) &&;
  Answer answer;

 private:
  /// Whether the statement was not shown yet.
  bool first(const v1::Statement& s) {
    const Statements& stated = facts_->statements();
    char& seen = shown_[stated.first_of_id(stated.number(s))];
    return std::exchange(seen, 1) == 0;
  }
  const Facts* facts_;
  int clean_ = 0, contested_ = 0, against_ = 0, leads_ = 0;
  std::vector<char> shown_;  // by number
};

}  // namespace palermo::criteria
