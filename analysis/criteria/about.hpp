// Signed decisions about something other than an element: a proposed statement, another decision.
#pragma once

#include <string_view>

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

}  // namespace palermo::criteria
