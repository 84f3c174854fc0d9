// Cells of a call table as numbers: durations, positions, epochs.
#pragma once

#include <cstdint>
#include <string_view>

#include "palermo/v1/profile.pb.h"

namespace palermo::ingest {

/// Outer blanks and tabs off.
[[nodiscard]] std::string_view trimmed_cell(std::string_view text);
/// A whole number; "60.0" and "60,0" are 60.
[[nodiscard]] bool read_integer(std::string_view text, std::int32_t& value);
/// Seconds of a duration as the layout writes it; milliseconds are cut to whole seconds.
[[nodiscard]] bool read_duration(v1::MappingProfile::DurationFormat format, std::string_view text,
                                 std::int32_t& value);
/// Decimal degrees with a point or a comma, at most `limit` either way.
[[nodiscard]] bool read_degrees(std::string_view text, double limit, std::int32_t& value_e7);
/// A position inside the name of a tower: "Mill Lane; Lat-22.39711; Long-88.43938".
[[nodiscard]] bool position_in_text(std::string_view text, std::string_view& latitude,
                                    std::string_view& longitude);
/// Text that is no attempt at a position: a tower's name without one.
[[nodiscard]] bool is_place_name(std::string_view text);
/// UTC seconds out of "1690325492.2" or "host-1690325492.2".
[[nodiscard]] bool read_epoch(std::string_view text, std::int64_t& seconds);

}  // namespace palermo::ingest
