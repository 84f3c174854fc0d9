// Signed decisions about something other than an element: a proposed statement, another decision.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "palermo/v1/statement.pb.h"

namespace palermo::criteria {

/// What stands before the id of what was decided about, where elements are named: no instrument has
/// an element so called.
inline constexpr std::string_view kAboutStatement = "statement:";
inline constexpr std::string_view kAboutDecision = "decision:";

/// Whether a judgement only says what a named human decided about a statement or a decision. It is
/// shown with every finding; no element rests on it. Only signed ones count: a file cannot say so.
[[nodiscard]] inline bool is_about_no_element(const v1::Statement& s) {
  return s.has_decided() && s.has_judgement() &&
         (std::string_view{s.judgement().element()}.starts_with(kAboutStatement) ||
          std::string_view{s.judgement().element()}.starts_with(kAboutDecision));
}

/// Such a decision as the statement that findings show.
/// @param about     kAbout… and the id of what was decided about
/// @param decision  its decision_id, by, at and reason
template <typename Decision>
[[nodiscard]] v1::Statement judgement_about(const std::string& about, const std::string& outcome,
                                            const Decision& decision, std::string text) {
  v1::Statement out;
  out.set_id(decision.decision_id());
  out.set_kind(v1::Statement::assessment);
  out.set_text(std::move(text));
  out.set_source(decision.by());
  v1::Judgement& judgement = *out.mutable_judgement();
  judgement.set_element(about);
  judgement.set_outcome(outcome);
  judgement.set_by(decision.by());
  judgement.set_reason(decision.reason());
  judgement.set_at(decision.at());
  out.mutable_decided()->set_event_id(decision.decision_id());
  out.mutable_decided()->set_by(decision.by());
  out.mutable_decided()->set_at(decision.at());
  return out;
}

}  // namespace palermo::criteria
