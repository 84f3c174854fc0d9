#include "analysis/calls/strips.hpp"

#include <algorithm>
#include <set>

#include "core/base/time.hpp"

namespace palermo::calls {

std::vector<DeviceSpan> device_spans(const Log& log, std::uint32_t party) {
  std::vector<DeviceSpan> spans;
  for (const Event& event : log.events) {
    if (event.imei == kNobody || event.owner() != party || event.imei == party) continue;
    if (spans.empty() || spans.back().imei != event.imei)
      spans.push_back({event.at_us, event.at_us, event.imei, 0});
    spans.back().to_us = std::max(spans.back().to_us, event.at_us);
    ++spans.back().records;
  }
  return spans;
}

std::vector<DayRun> days_without_records(const Log& log, std::int64_t from_us, std::int64_t to_us) {
  std::set<std::int64_t> days;
  for (const Event& event : log.events) days.insert(day_of(event.at_us));
  const bool begins_whole = from_us % core::kUsPerDay == 0;
  const std::int64_t first = day_of(from_us) + (begins_whole ? 0 : 1);
  const std::int64_t end = day_of(to_us + 1);  // the last day is whole where its end belongs to it
  std::vector<DayRun> runs;
  std::int64_t next = first;
  for (const std::int64_t day : days) {
    if (day < first) continue;
    if (day >= end) break;
    if (day > next) runs.push_back({next, day - 1});
    next = day + 1;
  }
  if (next < end) runs.push_back({next, end - 1});
  return runs;
}

}  // namespace palermo::calls
