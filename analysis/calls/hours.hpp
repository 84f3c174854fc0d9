// Records by hour of the week, local time.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "analysis/calls/events.hpp"

namespace palermo::calls {

struct WeekHours {
  std::array<std::array<std::uint32_t, 24>, 7> counts{};  // Monday first
  std::uint32_t known = 0;
  std::uint32_t undetermined = 0;  // records whose local time is not known; in no count

  void add(const Event& event);
};

/// Contacts of any of the parties, each record once, also where it is one between two of them.
/// @param parties  indexes into log.parties
/// @cost O(events)
[[nodiscard]] WeekHours hours_of(const Log& log, std::span<const std::uint32_t> parties);

}  // namespace palermo::calls
