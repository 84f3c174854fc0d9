// Instants, dates and the rules that turn local time into UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace palermo::core {

/// UTC microseconds since 1970-01-01T00:00:00Z, and the offset the text carried.
struct Instant {
  std::int64_t us = 0;
  std::int32_t utc_offset_min = 0;
  friend bool operator==(const Instant&, const Instant&) = default;
};

/// Days since 1970-01-01.
struct Date {
  std::int32_t days = 0;
  friend auto operator<=>(const Date&, const Date&) = default;
};

inline constexpr std::int64_t kUsPerSecond = 1'000'000;
inline constexpr std::int64_t kUsPerMinute = 60 * kUsPerSecond;
inline constexpr std::int64_t kUsPerDay = 86'400 * kUsPerSecond;

/// Reads "2031-03-04T08:15:53[.ffffff]Z" or with "+02:00"; seconds may be missing, a blank may stand
/// for the T. A text without zone is refused: local times go through TimeZone.
/// @error BadInput  not such a text, or no such day, hour, leap second
[[nodiscard]] Result<Instant> parse_instant(std::string_view text);

/// Reads "2031-03-04".
/// @error BadInput  not such a text or no such day
[[nodiscard]] Result<Date> parse_date(std::string_view text);

/// Reads a date or an instant; a date stands for its first (end = false) or last microsecond, UTC.
/// @error BadInput  neither
[[nodiscard]] Result<Instant> parse_date_or_instant(std::string_view text, bool end);

/// Day (UTC) on which an instant or date text falls.
[[nodiscard]] Result<Date> parse_day(std::string_view text);

/// "2031-03-04T08:15:53.000000Z": TS 103 280 QualifiedMicrosecondDateTime, always six digits.
[[nodiscard]] std::string format_utc_us(std::int64_t us);
/// "2031-03-04T08:15:53Z", or with the fraction when it is not zero.
[[nodiscard]] std::string format_utc(std::int64_t us);
/// "2031-03-04T10:15:53+02:00".
[[nodiscard]] std::string format_local(const Instant& instant);
[[nodiscard]] std::string format_date(Date date);
[[nodiscard]] Date date_of(std::int64_t us);

/// Wall clock in UTC microseconds. No flag, variable or file changes it: an entry of the ledger says
/// when it was made. Tests fix it through core/base/clock_for_tests.hpp.
[[nodiscard]] std::int64_t now_us();

/// What a clock change did to a local time.
enum class LocalTimeKind { Unique, Ambiguous, Nonexistent };

struct ZonedTime {
  Instant instant;
  LocalTimeKind kind = LocalTimeKind::Unique;
};

/// A rule that turns local wall-clock time into UTC: an IANA zone or a fixed offset.
class TimeZone {
 public:
  /// @param name  "Europe/Rome", "UTC", "+05:30"
  /// @error InvalidArgument  no such zone
  [[nodiscard]] static Result<TimeZone> find(std::string_view name);

  /// An ambiguous time takes the first (daylight) reading, a non-existent one the offset before the
  /// change; both are marked so that the caller counts and reports them.
  /// @param local_us  wall-clock microseconds as if it were UTC
  /// @cost O(log transitions), amortized O(1) within one period
  [[nodiscard]] ZonedTime to_utc(std::int64_t local_us);
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  const void* zone_ = nullptr;  // date::time_zone; null for a fixed offset
  std::int32_t fixed_offset_min_ = 0;
  // The period that answered last: calls come sorted by time.
  std::int64_t cached_local_begin_us_ = 1;
  std::int64_t cached_local_end_us_ = 0;
  std::int32_t cached_offset_s_ = 0;
};

/// Microseconds of a civil date and time read as UTC. No range check.
[[nodiscard]] std::int64_t civil_to_us(int year, unsigned month, unsigned day, unsigned hour,
                                       unsigned minute, unsigned second);
/// Whether such a day exists in the Gregorian calendar.
[[nodiscard]] bool valid_day(int year, unsigned month, unsigned day);

}  // namespace palermo::core
