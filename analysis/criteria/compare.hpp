// The same facts under several notions of a criminal group. Treaty tree and domestic trees stay
// apart: they are printed beside one another and never added up.
#pragma once

#include <string>
#include <vector>

#include "analysis/criteria/instrument.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/comparison.pb.h"

namespace palermo::criteria {

/// Instruments of "untoc,de-129", in the order given.
/// @error Usage  none, an unknown one (with the nearest known one), or one twice
[[nodiscard]] core::Result<std::vector<std::string>> instruments_named(const std::string& list);

/// Puts findings on the same facts side by side, topic by topic, and says from the texts why they
/// differ.
/// @param findings  one an instrument, as assess() made them from the same facts and options
[[nodiscard]] v1::Comparison compare(const Instruments& trees,
                                     const std::vector<v1::Finding>& findings);

}  // namespace palermo::criteria
