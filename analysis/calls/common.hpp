// Contacts that several numbers share, and how many they would share by chance.
#pragma once

#include <vector>

#include "analysis/calls/contacts.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/calls_common.pb.h"

namespace palermo::calls {

/// The statistic is the sum over shared contacts of 1 / (its contacts), so that a pizzeria adds
/// next to nothing; the draws rewire who is in contact with whom, every number keeping how many
/// contacts it has.
/// @param numbers  at least two distinct parties
/// @error InvalidArgument  fewer than two, or at_least above their number or below two
/// @cost O(pairs in contact) a draw
/// @source index: Zhou, Lü and Zhang (2009), resource allocation; swaps: network/rewire.hpp
[[nodiscard]] core::Result<v1::CallsCommon> common(const Log& log,
                                                   const std::vector<std::uint32_t>& numbers,
                                                   const CommonOptions& options);

}  // namespace palermo::calls
