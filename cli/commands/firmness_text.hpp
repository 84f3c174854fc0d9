// How firm a finding is, in words: what carries each element, what would change it, what was
// decided, and what a revocation or an earlier date would leave.
#pragma once

#include <string>

#include "palermo/v1/finding.pb.h"

namespace palermo::cli {

/// What carries each settled element: reports and origins, single points of failure, smallest sets.
[[nodiscard]] std::string firmness_text(const v1::Finding& finding);
/// What would settle each open element, either way.
[[nodiscard]] std::string settling_text(const v1::Finding& finding);
/// Who decided what, beside what the facts give. Empty when nobody decided anything.
[[nodiscard]] std::string decisions_text(const v1::Finding& finding);
/// What survives, weakens, falls or changes. Empty without `--without` and `--known-at`.
[[nodiscard]] std::string what_if_text(const v1::Finding& finding);

/// Prose under a heading, 100 columns wide; what does not fit goes on below, as far in as it began.
[[nodiscard]] std::string prose(std::size_t indent, const std::string& label,
                                const std::string& text);
/// Where an element is printed again, only the place that sets it out speaks of it.
[[nodiscard]] bool elsewhere(const v1::Element& element);

}  // namespace palermo::cli
