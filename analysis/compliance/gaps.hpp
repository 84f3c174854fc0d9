// The clock-and-gap view: for each authorization the days in force, with product, and silent; for
// each source whether its clock runs on; for the log its silences and set clocks.
#pragma once

#include "analysis/compliance/facts.hpp"
#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/intrusion.pb.h"

namespace palermo::compliance {

/// Signs of a strip: '#' in force with product, '.' in force and silent, '!' product outside the
/// time in force, ' ' neither. A sign that stands for several days shows the first of '!', '#', '.'
/// that one of them has.
inline constexpr std::uint32_t kStripWidth = 60;

/// @param facts  of the same case
/// @error Integrity  a segment is not what the ledger recorded
/// @cost one pass over the times of all calls
[[nodiscard]] core::Result<v1::GapsResult> find_gaps(store::Database& db, const Facts& facts);

}  // namespace palermo::compliance
