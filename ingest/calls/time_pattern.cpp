#include "ingest/calls/time_pattern.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::ingest {
namespace {

bool take_number(const char*& at, const char* end, int digits, int& value) {
  if (end - at < digits) return false;
  value = 0;
  for (int i = 0; i < digits; ++i) {
    const unsigned digit = static_cast<unsigned char>(at[i]) - unsigned{'0'};
    if (digit > 9) return false;
    value = value * 10 + static_cast<int>(digit);
  }
  at += digits;
  return true;
}

bool take_month(const char*& at, const char* end, int& month) {
  static constexpr std::string_view kNames = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (end - at < 3) return false;
  char name[3];
  for (int i = 0; i < 3; ++i) name[i] = static_cast<char>(at[i] | 0x20);
  for (std::size_t i = 0; i < 12; ++i) {
    if (kNames.substr(i * 3, 3) != std::string_view(name, 3)) continue;
    month = static_cast<int>(i) + 1;
    at += 3;
    return true;
  }
  return false;
}

bool take_offset(const char*& at, const char* end, std::int32_t& offset_min) {
  if (at == end) return false;
  if (*at == 'Z') {
    ++at;
    offset_min = 0;
    return true;
  }
  if (*at != '+' && *at != '-') return false;
  const bool negative = *at++ == '-';
  int hours = 0;
  int minutes = 0;
  if (!take_number(at, end, 2, hours)) return false;
  if (at != end && *at == ':') {
    ++at;
    if (!take_number(at, end, 2, minutes)) return false;
  } else if (at != end && !take_number(at, end, 2, minutes)) {
    return false;
  }
  if (hours > 14 || minutes > 59) return false;
  offset_min = (hours * 60 + minutes) * (negative ? -1 : 1);
  return true;
}

constexpr char field(char letter) { return static_cast<char>(letter | 0x80); }

}  // namespace

core::Result<TimePattern> TimePattern::compile(std::string_view pattern) {
  TimePattern compiled;
  compiled.text_ = std::string{pattern};
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      compiled.steps_.push_back(pattern[i]);
      continue;
    }
    if (++i == pattern.size() ||
        std::string_view{"YymdHMSbfZ%"}.find(pattern[i]) == std::string_view::npos)
      return core::Error{core::ErrorCode::BadInput,
                         fmt::format("time pattern '{}': a letter of YymdHMSbfZ must follow %",
                                     core::printable(pattern, 60))};
    compiled.steps_.push_back(pattern[i] == '%' ? '%' : field(pattern[i]));
  }
  return compiled;
}

std::string TimePattern::shape() const {
  std::string shape;
  for (const char step : steps_) {
    if (step == field('Y')) {
      shape += "##";
    } else if (step == field('b') || step == field('f') || step == field('Z')) {
      shape += step;
    } else {
      shape += (step & 0x80) != 0 ? '#' : step;
    }
  }
  return shape;
}

std::optional<CivilTime> TimePattern::read(std::string_view text) const {
  const char* at = text.data();
  const char* end = at + text.size();
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  bool has_year = false, has_month = false, has_day = false, has_hour = false;
  std::int64_t fraction_us = 0;
  CivilTime time;
  for (const char step : steps_) {
    switch (step) {
      case field('Y'):
        if (!take_number(at, end, 4, year) || year < 1) return std::nullopt;
        has_year = true;
        break;
      case field('y'):
        if (!take_number(at, end, 2, year)) return std::nullopt;
        year += year < 70 ? 2000 : 1900;
        has_year = true;
        break;
      case field('m'):
        if (!take_number(at, end, 2, month)) return std::nullopt;
        has_month = true;
        break;
      case field('b'):
        if (!take_month(at, end, month)) return std::nullopt;
        has_month = true;
        break;
      case field('d'):
        if (!take_number(at, end, 2, day)) return std::nullopt;
        has_day = true;
        break;
      case field('H'):
        if (!take_number(at, end, 2, hour)) return std::nullopt;
        has_hour = true;
        break;
      case field('M'):
        if (!take_number(at, end, 2, minute)) return std::nullopt;
        break;
      case field('S'):
        if (!take_number(at, end, 2, second)) return std::nullopt;
        time.has_seconds = true;
        break;
      case field('f'): {
        if (at == end || *at != '.') break;
        ++at;
        std::int64_t scale = 100'000;
        int digits = 0;
        for (; at != end && *at >= '0' && *at <= '9'; ++at, ++digits) {
          fraction_us += (*at - '0') * scale;
          scale /= 10;
        }
        if (digits == 0 || digits > 9) return std::nullopt;
        break;
      }
      case field('Z'): {
        std::int32_t offset = 0;
        if (!take_offset(at, end, offset)) return std::nullopt;
        time.offset_min = offset;
        break;
      }
      default:
        if (at == end || *at != step) return std::nullopt;
        ++at;
    }
  }
  if (at != end || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  if (has_year && has_month && has_day) {
    // Rows come sorted by time: the day before is nearly always the day now.
    thread_local int known_year = 0, known_month = 0, known_day = 0;
    thread_local std::int32_t known_days = 0;
    if (year != known_year || month != known_month || day != known_day) {
      if (!core::valid_day(year, static_cast<unsigned>(month), static_cast<unsigned>(day)))
        return std::nullopt;
      known_days =
          static_cast<std::int32_t>(core::civil_to_us(year, static_cast<unsigned>(month),
                                                      static_cast<unsigned>(day), 0, 0, 0) /
                                    core::kUsPerDay);
      known_year = year;
      known_month = month;
      known_day = day;
    }
    time.days = known_days;
    time.has_date = true;
  }
  time.has_time = has_hour;
  time.time_us = ((hour * 60 + minute) * 60 + second) * core::kUsPerSecond + fraction_us;
  return time;
}

}  // namespace palermo::ingest
