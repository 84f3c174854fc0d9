// Calls are said, not stored: log.call("A", "B", "2031-03-04T08:00:00Z", 60).
#pragma once

#include <string>
#include <utility>

#include "analysis/calls/events.hpp"
#include "core/base/time.hpp"
#include "palermo/v1/segment.pb.h"
#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

namespace palermo::test {

/// Value of a Result; the test fails with its message otherwise.
template <typename T>
T must(core::Result<T> result) {
  if (!result) FAIL(result.error().message);
  return *std::move(result);
}

class Calls {
 public:
  Calls() { log_.sources = {{"SRC-1", "offset in data"}, {"SRC-2", "offset in data"}}; }

  std::uint32_t party(const std::string& name, const std::string& kind = "label") {
    if (const auto known = log_.find(name)) return *known;
    log_.parties.push_back({static_cast<std::int64_t>(log_.parties.size() + 1), name, kind});
    return static_cast<std::uint32_t>(log_.parties.size() - 1);
  }
  /// The event added last may be changed until the next one.
  calls::Event& call(const std::string& a, const std::string& b, const std::string& at,
                     std::int32_t duration_s = 60) {
    const core::Instant instant = must(core::parse_instant(at));
    calls::Event& event = add(a, b, instant.us, duration_s);
    event.offset_min = static_cast<std::int16_t>(instant.utc_offset_min);
    event.zone_known = instant.utc_offset_min != 0;
    return event;
  }
  calls::Event& add(const std::string& a, const std::string& b, std::int64_t at_us,
                    std::int32_t duration_s = 60) {
    calls::Event event;
    event.a = party(a);
    event.b = b.empty() ? calls::kNobody : party(b);
    event.at_us = at_us;
    event.duration_s = duration_s;
    event.kind = b.empty() ? v1::LOCATION : v1::CALL;
    event.line = ++line_;
    log_.events.push_back(event);
    return log_.events.back();
  }
  std::uint32_t cell(const std::string& name) {
    for (std::uint32_t i = 0; i < log_.cells.size(); ++i)
      if (log_.cells[i] == name) return i + 1;
    log_.cells.push_back(name);
    return static_cast<std::uint32_t>(log_.cells.size());
  }
  /// The log in order.
  calls::Log& log() {
    calls::put_in_order(log_);
    log_.used = log_.events.size();
    return log_;
  }

 private:
  calls::Log log_;
  std::uint32_t line_ = 0;
};

}  // namespace palermo::test
