// Times as a mapping profile writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"

namespace palermo::ingest {

/// What a pattern found in a text.
struct CivilTime {
  bool has_date = false;
  bool has_time = false;
  bool has_seconds = false;
  bool end_of_day = false;                 // written as 24:00, which time_us holds
  std::int32_t days = 0;                   // since 1970-01-01
  std::int64_t time_us = 0;                // since midnight
  std::optional<std::int32_t> offset_min;  // of %Z
  /// Wall-clock microseconds as if it were UTC.
  [[nodiscard]] std::int64_t local_us() const {
    return days * std::int64_t{86'400'000'000} + time_us;
  }
};

/// %Y four digits, %y two (1970-2069), %m %d %H %M %S two digits (%-m … one or two), %I %-I an hour
/// of twelve with %p (AM, p.m.), %b a month's name, short or whole, in seven languages, %f an
/// optional fraction of a second, %Z an offset (Z, +02:00, +0200, +02), %s %J %U an epoch in
/// seconds (up to 10 digits), milliseconds (11 to 13), microseconds (14 to 16), %x %X a
/// spreadsheet's number of days since 1900 or 1904, %n HHMMSS and %o MMSS as a number without
/// leading zeros, %% a percent sign; anything else stands for itself. The whole text must fit.
class TimePattern {
 public:
  /// @error BadInput  an unknown letter after %
  [[nodiscard]] static core::Result<TimePattern> compile(std::string_view pattern);
  /// nullopt: the text does not fit, or names no day or time of the calendar (leap
  /// seconds); 24:00 is the end of the day.
  [[nodiscard]] std::optional<CivilTime> read(std::string_view text) const;
  [[nodiscard]] const std::string& text() const { return text_; }
  /// The pattern with every field of two digits alike: two patterns of one shape fit the same
  /// texts.
  [[nodiscard]] std::string shape() const;
  [[nodiscard]] bool has_offset() const { return text_.find("%Z") != std::string::npos; }

 private:
  /// The usual case without a branch for each step: %Y %m %d %H %M %S and literals, %f
  /// that is not there, %Z at the end.
  struct Fixed {
    std::size_t size = 0;  // without %Z; 0: not such a pattern
    bool offset = false;
    int year = -1, month = -1, day = -1, hour = -1, minute = -1, second = -1;
    std::vector<std::pair<std::uint8_t, char>> literals;
    std::size_t fraction = 0;  // where %f might begin; 0: nowhere
  };
  void find_fixed();
  [[nodiscard]] bool read_fixed(std::string_view text, CivilTime& time) const;
  [[nodiscard]] std::optional<CivilTime> read_steps(std::string_view text) const;

  std::string text_;
  std::vector<char> steps_;  // letter with the high bit set for a field, else a literal
  Fixed fixed_;
};

}  // namespace palermo::ingest
