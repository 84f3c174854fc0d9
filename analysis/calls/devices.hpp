// Which SIM was in which handset when, and what cannot have been at once.
#pragma once

#include <cstdint>
#include <optional>

#include "analysis/calls/events.hpp"
#include "palermo/v1/calls_devices.pb.h"

namespace palermo::calls {

struct DeviceOptions {
  std::size_t limit = 0;        // strips, changes and conflicts listed, each; 0 = all
  std::int64_t at_once_s = 60;  // two handsets within so many seconds are a conflict
};

/// Histories of SIMs in handsets, numbers in handsets and numbers on SIMs. Handsets are compared by
/// the first 14 digits of the IMEI, which is how the case keeps them (check digit and software
/// version say nothing of the handset).
/// @param asked  a number, SIM or handset: histories that name it; absent: all
/// @cost O(events log events)
[[nodiscard]] v1::CallsDevices devices(const Log& log, std::optional<std::uint32_t> asked,
                                       const DeviceOptions& options);

}  // namespace palermo::calls
