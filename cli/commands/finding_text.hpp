// A finding for people.
#pragma once

#include <string>

#include "palermo/v1/finding.pb.h"

namespace palermo::cli {

/// The matrix of elements, the persons, the gates and what other lenses change, as plain text.
/// Speaks of what is indicated, never of guilt.
[[nodiscard]] std::string finding_text(const v1::Finding& finding);

}  // namespace palermo::cli
