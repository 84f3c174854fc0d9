#include "ingest/xlsx/cell_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/time.hpp"

namespace palermo::ingest {
namespace {

constexpr std::int64_t kMsPerDay = 86'400'000;

std::string clock_text(std::int64_t ms, bool may_pass_a_day) {
  const std::int64_t seconds = ms / 1000;
  std::string text =
      may_pass_a_day
          ? fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
          : fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (ms % 1000 != 0) text += fmt::format(".{:03}", ms % 1000);
  return text;
}

bool digits_only(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

CellFormat builtin_format(std::uint32_t id) {
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 58))
    return CellFormat::Date;
  if (id == 22) return CellFormat::DateTime;
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id == 45 || id == 47)
    return CellFormat::Time;
  return id == 46 ? CellFormat::Elapsed : CellFormat::Number;
}

CellFormat format_of_code(std::string_view code) {
  bool date = false;
  bool time = false;
  bool month_or_minute = false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '"') {
      i = code.find('"', i + 1);
      if (i == std::string_view::npos) break;
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '[') {
      const std::size_t end = code.find(']', i);
      if (end == std::string_view::npos) break;
      const std::string_view inside = code.substr(i + 1, end - i - 1);
      if (!inside.empty() && inside.find_first_not_of("hmsHMS") == std::string_view::npos)
        return CellFormat::Elapsed;
      i = end;
    } else if (c == ';') {
      break;  // the first section is that of positive numbers
    } else {
      const char low = static_cast<char>(c | 0x20);
      if (code.substr(i, 7) == "General" || code.substr(i, 7) == "GENERAL") {
        i += 6;
      } else if (low == 'y' || low == 'd') {
        date = true;
      } else if (low == 'h' || low == 's') {
        time = true;
      } else if (low == 'm') {
        month_or_minute = true;
      } else if (c == '0' || c == '#' || c == '?' || low == 'e') {
        if (!time) return CellFormat::Number;
      }
    }
  }
  if (!date && !time && month_or_minute) date = true;
  if (date && time) return CellFormat::DateTime;
  if (date) return CellFormat::Date;
  return time ? CellFormat::Time : CellFormat::Number;
}

std::string serial_text(double serial, CellFormat format, bool from_1904) {
  // 2958466 is the first day behind the year 9999.
  if (!(serial >= 0) || serial >= 2958466) return {};
  const auto total = static_cast<std::int64_t>(std::llround(serial * kMsPerDay));
  if (format == CellFormat::Elapsed) return clock_text(total, true);
  const std::int64_t ms = total % kMsPerDay;
  if (format == CellFormat::Time) return clock_text(ms, false);
  const std::int64_t day = total / kMsPerDay;
  std::int64_t since_1970 = day - 25569;
  if (from_1904) {
    since_1970 = day - 24107;
  } else if (day == 60 || day == 0) {
    return {};  // the 29th of February 1900, which never was, and the day before the first
  } else if (day < 60) {
    ++since_1970;
  }
  std::string text = core::format_date(core::Date{static_cast<std::int32_t>(since_1970)});
  if (format == CellFormat::DateTime) text += " " + clock_text(ms, false);
  return text;
}

std::string number_text(std::string_view raw, bool& lost) {
  lost = false;
  std::string_view text = raw;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t e = text.find_first_of("eE");
  std::string_view mantissa = text.substr(0, e);
  int exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view power = text.substr(e + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (error != std::errc{} || end != power.data() + power.size() || std::abs(exponent) > 400)
      return std::string{raw};
  }
  const std::size_t dot = mantissa.find('.');
  std::string digits{mantissa.substr(0, dot)};
  std::string after{dot == std::string_view::npos ? std::string_view{} : mantissa.substr(dot + 1)};
  if (!digits_only(digits) || (!after.empty() && !digits_only(after))) return std::string{raw};
  if (e != std::string_view::npos) {
    if (exponent < 0) return std::string{raw};
    while (after.size() > static_cast<std::size_t>(exponent) && after.back() == '0')
      after.pop_back();
    if (after.size() < static_cast<std::size_t>(exponent)) {
      // 9.19E+11: there are places whose digit nobody wrote.
      lost = exponent > 0;
      return std::string{raw};
    }
    digits += after.substr(0, static_cast<std::size_t>(exponent));
    after.erase(0, static_cast<std::size_t>(exponent));
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (digits.size() > 15 && after.empty()) {
    // Excel keeps 15 digits and writes 0 behind them; other programs keep a double, exact to 2^53.
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool tail_is_zero = digits.find_last_not_of('0') < 15;
    lost = error != std::errc{} || value > (std::uint64_t{1} << 53) || tail_is_zero;
    if (lost)
      return fmt::format("{}{}.{}E+{}", negative ? "-" : "", digits[0], digits.substr(1, 14),
                         digits.size() - 1);
  }
  if (!after.empty()) digits += "." + after;
  return negative ? "-" + digits : digits;
}

}  // namespace palermo::ingest
