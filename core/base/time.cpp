#include "core/base/time.hpp"

#include <date/date.h>
#include <date/tz.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

namespace palermo::core {
namespace {

using Microseconds = std::chrono::microseconds;
using SysTime = date::sys_time<Microseconds>;

/// Consumes exactly `count` digits from the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

Error bad(std::string_view why) { return Error{ErrorCode::BadInput, std::string{why}}; }

struct CivilDate {
  int year;
  unsigned month, day;
};

Result<CivilDate> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return bad("not a date of the form YYYY-MM-DD");
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return bad("not a date of the form YYYY-MM-DD");
  const auto day = take_digits(text, 2);
  if (!day) return bad("not a date of the form YYYY-MM-DD");
  if (*year < 1) return bad("year 0 does not exist");
  if (!valid_day(*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day)))
    return bad("no such day in the calendar");
  return CivilDate{*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day)};
}

}  // namespace

bool valid_day(int year, unsigned month, unsigned day) {
  return date::year_month_day{date::year{year}, date::month{month}, date::day{day}}.ok();
}

std::int64_t civil_to_us(int year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                         unsigned second) {
  const date::sys_days days{
      date::year_month_day{date::year{year}, date::month{month}, date::day{day}}};
  return static_cast<std::int64_t>(days.time_since_epoch().count()) * kUsPerDay +
         (static_cast<std::int64_t>(hour) * 3600 + minute * 60 + second) * kUsPerSecond;
}

Result<Instant> parse_instant(std::string_view text) {
  PALERMO_TRY(const CivilDate civil, take_date(text));
  if (!take(text, 'T') && !take(text, ' ')) return bad("no time of day after the date");
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ':')) return bad("not a time of the form HH:MM:SS");
  const auto minute = take_digits(text, 2);
  if (!minute) return bad("not a time of the form HH:MM:SS");
  int second = 0;
  std::int64_t fraction = 0;
  if (take(text, ':')) {
    const auto read = take_digits(text, 2);
    if (!read) return bad("not a time of the form HH:MM:SS");
    second = *read;
    if (take(text, '.')) {
      std::int64_t scale = 100'000;
      std::size_t digits = 0;
      while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        fraction += (text.front() - '0') * scale;
        scale /= 10;
        text.remove_prefix(1);
        ++digits;
      }
      if (digits == 0) return bad("no digits after the decimal point of the seconds");
      if (digits > 9) return bad("more than nine digits after the decimal point of the seconds");
    }
  }
  if (*hour > 23 || *minute > 59 || second > 59)
    return bad(second == 60 ? "a leap second cannot be placed" : "no such time of day");
  std::int32_t offset = 0;
  if (!take(text, 'Z')) {
    if (text.empty()) return bad("no time zone: end the time with Z or an offset such as +02:00");
    const bool negative = text.front() == '-';
    if (!take(text, '+') && !take(text, '-')) return bad("unreadable time zone");
    const auto offset_hours = take_digits(text, 2);
    take(text, ':');
    const auto offset_minutes = take_digits(text, 2);
    if (!offset_hours || !offset_minutes || *offset_hours > 14 || *offset_minutes > 59)
      return bad("unreadable time zone offset");
    offset = *offset_hours * 60 + *offset_minutes;
    if (negative) offset = -offset;
  }
  if (!text.empty()) return bad("text after the time");
  const std::int64_t local =
      civil_to_us(civil.year, civil.month, civil.day, static_cast<unsigned>(*hour),
                  static_cast<unsigned>(*minute), static_cast<unsigned>(second)) +
      fraction;
  return Instant{local - offset * kUsPerMinute, offset};
}

Result<Date> parse_date(std::string_view text) {
  PALERMO_TRY(const CivilDate civil, take_date(text));
  if (!text.empty()) return bad("text after the date");
  return Date{static_cast<std::int32_t>(civil_to_us(civil.year, civil.month, civil.day, 0, 0, 0) /
                                        kUsPerDay)};
}

Result<Instant> parse_date_or_instant(std::string_view text, bool end) {
  if (text.size() == 10) {
    PALERMO_TRY(const Date date, parse_date(text));
    const std::int64_t start = static_cast<std::int64_t>(date.days) * kUsPerDay;
    return Instant{end ? start + kUsPerDay - 1 : start, 0};
  }
  return parse_instant(text);
}

Result<Date> parse_day(std::string_view text) {
  if (text.size() == 10) return parse_date(text);
  PALERMO_TRY(const Instant instant, parse_instant(text));
  return date_of(instant.us);
}

std::string format_utc_us(std::int64_t us) {
  const SysTime time{Microseconds{us}};
  const auto day = date::floor<date::days>(time);
  const date::year_month_day ymd{day};
  const date::hh_mm_ss<Microseconds> tod{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                     tod.hours().count(), tod.minutes().count(), tod.seconds().count(),
                     tod.subseconds().count());
}

std::string format_utc(std::int64_t us) {
  std::string text = format_utc_us(us);
  if (text.ends_with(".000000Z")) {
    text.resize(text.size() - 8);
    text += 'Z';
  }
  return text;
}

std::string format_local(const Instant& instant) {
  std::string text = format_utc(instant.us + instant.utc_offset_min * kUsPerMinute);
  if (instant.utc_offset_min == 0) return text;
  text.pop_back();
  const int magnitude = std::abs(instant.utc_offset_min);
  return fmt::format("{}{}{:02}:{:02}", text, instant.utc_offset_min < 0 ? '-' : '+',
                     magnitude / 60, magnitude % 60);
}

std::string format_date(Date date) {
  return format_utc_us(static_cast<std::int64_t>(date.days) * kUsPerDay).substr(0, 10);
}

Date date_of(std::int64_t us) {
  const auto day = date::floor<date::days>(SysTime{Microseconds{us}});
  return Date{static_cast<std::int32_t>(day.time_since_epoch().count())};
}

namespace detail {
namespace {
std::optional<std::int64_t> clock_for_tests_us;
}
void fix_clock_for_tests(std::optional<std::int64_t> now) { clock_for_tests_us = now; }
}  // namespace detail

std::int64_t now_us() {
  if (detail::clock_for_tests_us) return *detail::clock_for_tests_us;
  return std::chrono::duration_cast<Microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Result<TimeZone> TimeZone::find(std::string_view name) {
  TimeZone zone;
  zone.name_ = std::string{name};
  if (name == "UTC" || name == "Z" || name == "GMT") return zone;
  if (!name.empty() && (name.front() == '+' || name.front() == '-')) {
    std::string_view rest = name.substr(1);
    const auto hours = take_digits(rest, 2);
    take(rest, ':');
    const auto minutes = rest.empty() ? std::optional<int>{0} : take_digits(rest, 2);
    if (!hours || !minutes || !rest.empty() || *hours > 14 || *minutes > 59)
      return Error{ErrorCode::InvalidArgument,
                   fmt::format("'{}' is no offset; write +02:00", name)};
    zone.fixed_offset_min_ = (*hours * 60 + *minutes) * (name.front() == '-' ? -1 : 1);
    return zone;
  }
  try {
    zone.zone_ = date::locate_zone(std::string{name});
  } catch (const std::exception&) {
    return Error{
        ErrorCode::InvalidArgument,
        fmt::format("'{}' is no IANA time zone; write for example Europe/Rome or +02:00", name)};
  }
  return zone;
}

ZonedTime TimeZone::to_utc(std::int64_t local_us) {
  if (zone_ == nullptr)
    return {{local_us - fixed_offset_min_ * kUsPerMinute, fixed_offset_min_},
            LocalTimeKind::Unique};
  if (local_us >= cached_local_begin_us_ && local_us < cached_local_end_us_)
    return {{local_us - cached_offset_s_ * kUsPerSecond, cached_offset_s_ / 60},
            LocalTimeKind::Unique};
  const auto* zone = static_cast<const date::time_zone*>(zone_);
  const date::local_time<Microseconds> local{Microseconds{local_us}};
  const date::local_info info = zone->get_info(local);
  const std::int64_t offset_s = info.first.offset.count();
  ZonedTime result{{local_us - offset_s * kUsPerSecond, static_cast<std::int32_t>(offset_s / 60)},
                   LocalTimeKind::Unique};
  if (info.result == date::local_info::ambiguous) {
    result.kind = LocalTimeKind::Ambiguous;
  } else if (info.result == date::local_info::nonexistent) {
    result.kind = LocalTimeKind::Nonexistent;
  } else {
    // A margin of one day on both sides keeps clock changes out of the cached period. Only bounds
    // within a few centuries are scaled, so that the sentinels of the library do not overflow.
    const std::int64_t begin_s =
        std::chrono::duration_cast<std::chrono::seconds>(info.first.begin.time_since_epoch())
            .count();
    const std::int64_t end_s =
        std::chrono::duration_cast<std::chrono::seconds>(info.first.end.time_since_epoch()).count();
    constexpr std::int64_t kLimitS = 20'000'000'000;
    cached_local_begin_us_ = (std::max(begin_s, -kLimitS) + offset_s + 86'400) * kUsPerSecond;
    cached_local_end_us_ = (std::min(end_s, kLimitS) + offset_s - 86'400) * kUsPerSecond;
    cached_offset_s_ = static_cast<std::int32_t>(offset_s);
  }
  return result;
}

}  // namespace palermo::core
