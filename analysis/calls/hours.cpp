#include "analysis/calls/hours.hpp"

#include "core/base/time.hpp"

namespace palermo::calls {

void WeekHours::add(const Event& event) {
  const auto local = local_us(event);
  if (!local) {
    ++undetermined;
    return;
  }
  ++known;
  const std::int64_t day = day_of(*local);
  const auto hour =
      static_cast<std::size_t>((*local - day * core::kUsPerDay) / (60 * core::kUsPerMinute));
  const auto weekday = static_cast<std::size_t>(((day + 3) % 7 + 7) % 7);  // 1970-01-01: Thu
  ++counts[weekday][hour];
}

WeekHours hours_of(const Log& log, std::span<const std::uint32_t> parties) {
  std::vector<bool> asked(log.parties.size());
  for (const std::uint32_t party : parties) asked[party] = true;
  WeekHours hours;
  for (const Event& event : log.events)
    if (event.is_contact() && (asked[event.a] || asked[event.b])) hours.add(event);
  return hours;
}

}  // namespace palermo::calls
