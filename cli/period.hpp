// --from and --to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/result.hpp"

namespace palermo::cli {

/// A period whose ends belong to it; an absent end is open.
struct Period {
  std::optional<std::int64_t> from_us;
  std::optional<std::int64_t> to_us;
};

/// Reads ISO 8601 days or instants; a day is UTC and whole.
/// @error Usage  cannot be read, or the end is before the begin
[[nodiscard]] core::Result<Period> read_period(const std::string& from, const std::string& to);

}  // namespace palermo::cli
