// What a number's strip on a time axis shows beside its calls: handsets, and days nobody covers.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/calls/events.hpp"

namespace palermo::calls {

/// A stretch of records of one number that name one handset, none of another between.
struct DeviceSpan {
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
  std::uint32_t imei = kNobody;  // index into Log::parties
  std::uint32_t records = 0;
};

/// By time. Records that name no handset neither begin nor end a stretch. @cost O(events)
[[nodiscard]] std::vector<DeviceSpan> device_spans(const Log& log, std::uint32_t party);

/// UTC days; both ends belong to the run.
struct DayRun {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

/// Runs of whole UTC days between two instants on which no record of anybody begins.
/// @cost O(events + days)
[[nodiscard]] std::vector<DayRun> days_without_records(const Log& log, std::int64_t from_us,
                                                       std::int64_t to_us);

}  // namespace palermo::calls
