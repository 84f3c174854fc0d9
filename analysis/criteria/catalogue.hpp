// Offences of domestic law by reference (data/catalogue/offences.textproto).
#pragma once

#include <string>

#include "palermo/v1/statement.pb.h"

namespace palermo::criteria {

/// The law of a catalogue row; nullptr when there is no such row. Unknown bounds are absent, so
/// that they yield LAW_UNKNOWN.
[[nodiscard]] const v1::Law* catalogue_law(const std::string& id);

}  // namespace palermo::criteria
