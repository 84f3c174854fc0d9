#include "ingest/calls/time_pattern.hpp"

#include <fmt/format.h>

#include <cmath>

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

struct MonthName {
  std::string_view name;  // lower case
  int month;
};
// English, German, Italian, French, Spanish, Portuguese, Dutch; no short form means two months.
constexpr MonthName kMonths[] = {{"jan", 1},
                                 {"january", 1},
                                 {"januar", 1},
                                 {"j\xC3\xA4n", 1},
                                 {"j\xC3\xA4nner", 1},
                                 {"gen", 1},
                                 {"gennaio", 1},
                                 {"janv", 1},
                                 {"janvier", 1},
                                 {"ene", 1},
                                 {"enero", 1},
                                 {"janeiro", 1},
                                 {"januari", 1},
                                 {"feb", 2},
                                 {"february", 2},
                                 {"februar", 2},
                                 {"febbraio", 2},
                                 {"fev", 2},
                                 {"fevr", 2},
                                 {"f\xC3\xA9v", 2},
                                 {"f\xC3\xA9vr", 2},
                                 {"f\xC3\xA9vrier", 2},
                                 {"febrero", 2},
                                 {"fevereiro", 2},
                                 {"februari", 2},
                                 {"mar", 3},
                                 {"march", 3},
                                 {"m\xC3\xA4r", 3},
                                 {"m\xC3\xA4rz", 3},
                                 {"mrz", 3},
                                 {"marzo", 3},
                                 {"mars", 3},
                                 {"mar\xC3\xA7o", 3},
                                 {"mrt", 3},
                                 {"maart", 3},
                                 {"apr", 4},
                                 {"april", 4},
                                 {"aprile", 4},
                                 {"avr", 4},
                                 {"avril", 4},
                                 {"abr", 4},
                                 {"abril", 4},
                                 {"may", 5},
                                 {"mai", 5},
                                 {"mag", 5},
                                 {"maggio", 5},
                                 {"mayo", 5},
                                 {"maio", 5},
                                 {"mei", 5},
                                 {"jun", 6},
                                 {"june", 6},
                                 {"juni", 6},
                                 {"giu", 6},
                                 {"giugno", 6},
                                 {"juin", 6},
                                 {"junio", 6},
                                 {"junho", 6},
                                 {"jul", 7},
                                 {"july", 7},
                                 {"juli", 7},
                                 {"lug", 7},
                                 {"luglio", 7},
                                 {"juil", 7},
                                 {"juillet", 7},
                                 {"julio", 7},
                                 {"julho", 7},
                                 {"aug", 8},
                                 {"august", 8},
                                 {"ago", 8},
                                 {"agosto", 8},
                                 {"aout", 8},
                                 {"ao\xC3\xBBt", 8},
                                 {"augustus", 8},
                                 {"sep", 9},
                                 {"sept", 9},
                                 {"september", 9},
                                 {"set", 9},
                                 {"settembre", 9},
                                 {"septembre", 9},
                                 {"septiembre", 9},
                                 {"setembro", 9},
                                 {"oct", 10},
                                 {"october", 10},
                                 {"okt", 10},
                                 {"oktober", 10},
                                 {"ott", 10},
                                 {"ottobre", 10},
                                 {"octobre", 10},
                                 {"octubre", 10},
                                 {"out", 10},
                                 {"outubro", 10},
                                 {"nov", 11},
                                 {"november", 11},
                                 {"novembre", 11},
                                 {"noviembre", 11},
                                 {"novembro", 11},
                                 {"dec", 12},
                                 {"december", 12},
                                 {"dez", 12},
                                 {"dezember", 12},
                                 {"dic", 12},
                                 {"dicembre", 12},
                                 {"d\xC3\xA9"
                                  "c",
                                  12},
                                 {"d\xC3\xA9"
                                  "cembre",
                                  12},
                                 {"diciembre", 12},
                                 {"dezembro", 12}};

bool take_month(const char*& at, const char* end, int& month) {
  char folded[16];
  std::size_t size = 0;
  const char* scan = at;
  while (scan != end && size < sizeof folded) {
    const auto byte = static_cast<unsigned char>(*scan);
    if (byte >= 'A' && byte <= 'Z') {
      folded[size++] = static_cast<char>(byte + 0x20);
    } else if ((byte >= 'a' && byte <= 'z') || byte >= 0xC0) {
      folded[size++] = *scan;
    } else if (byte >= 0x80) {  // second byte of a letter such as A with dots
      folded[size++] = static_cast<char>(byte < 0x9F ? byte + 0x20 : byte);
    } else {
      break;
    }
    ++scan;
  }
  const std::string_view name{folded, size};
  for (const MonthName& known : kMonths) {
    if (known.name != name) continue;
    month = known.month;
    at = scan;
    return true;
  }
  return false;
}

/// One digit or two.
bool take_short(const char*& at, const char* end, int& value) {
  if (!take_number(at, end, 1, value)) return false;
  if (at != end && *at >= '0' && *at <= '9') value = value * 10 + (*at++ - '0');
  return true;
}

/// AM, pm, a.m., P. M.
bool take_half(const char*& at, const char* end, bool& afternoon) {
  if (at == end) return false;
  const char first = static_cast<char>(*at | 0x20);
  if (first != 'a' && first != 'p') return false;
  ++at;
  while (at != end && (*at == '.' || *at == ' ')) ++at;
  if (at == end || (*at | 0x20) != 'm') return false;
  ++at;
  if (at != end && *at == '.') ++at;
  afternoon = first == 'p';
  return true;
}

/// Digits to the end of a run, of a length between two.
bool take_run(const char*& at, const char* end, std::ptrdiff_t least, std::ptrdiff_t most,
              std::int64_t& value) {
  const char* begin = at;
  value = 0;
  while (at != end && *at >= '0' && *at <= '9' && at - begin < most)
    value = value * 10 + (*at++ - '0');
  return at - begin >= least && (at == end || *at < '0' || *at > '9');
}

/// A spreadsheet's number of days, with a point or a comma.
bool take_serial(const char*& at, const char* end, bool from_1904, CivilTime& time) {
  std::int64_t days = 0;
  if (!take_run(at, end, 1, 7, days)) return false;
  double fraction = 0;
  if (at != end && (*at == '.' || *at == ',')) {
    const char* begin = ++at;
    double scale = 0.1;
    for (; at != end && *at >= '0' && *at <= '9'; ++at, scale /= 10)
      fraction += (*at - '0') * scale;
    if (at == begin || at - begin > 18) return false;
  }
  // 2958465 is the last day of the year 9999; day 60 of the 1900 system never was.
  if (days > 2958465 || (!from_1904 && days == 60)) return false;
  const auto ms = static_cast<std::int64_t>(std::llround(fraction * 86'400'000));
  time.days =
      static_cast<std::int32_t>(from_1904 ? days - 24107 : days - (days < 60 ? 25568 : 25569));
  time.time_us = ms * 1000;
  time.has_date = time.has_time = time.has_seconds = true;
  return true;
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
// Fields of one or two digits, %-d and so on, have a code of their own.
constexpr std::string_view kShortFields = "dmHMSI";
constexpr std::string_view kShortCodes = "123456";
constexpr std::string_view kFields = "YymdHMSIbpfZsJUxXno%";

}  // namespace

core::Result<TimePattern> TimePattern::compile(std::string_view pattern) {
  TimePattern compiled;
  compiled.text_ = std::string{pattern};
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      compiled.steps_.push_back(pattern[i]);
      continue;
    }
    if (i + 2 < pattern.size() && pattern[i + 1] == '-') {
      if (const std::size_t at = kShortFields.find(pattern[i + 2]); at != std::string_view::npos) {
        compiled.steps_.push_back(field(kShortCodes[at]));
        i += 2;
        continue;
      }
    }
    if (++i == pattern.size() || kFields.find(pattern[i]) == std::string_view::npos)
      return core::Error{
          core::ErrorCode::BadInput,
          fmt::format("time pattern '{}': a letter of {} must follow %, or - and one of {}",
                      core::printable(pattern, 60), kFields.substr(0, kFields.size() - 1),
                      kShortFields)};
    compiled.steps_.push_back(pattern[i] == '%' ? '%' : field(pattern[i]));
  }
  compiled.find_fixed();
  return compiled;
}

void TimePattern::find_fixed() {
  Fixed fixed;
  const auto take = [&fixed](int& place, std::size_t width) {
    if (place >= 0) return false;  // twice: the later one counts, as in read_steps
    place = static_cast<int>(fixed.size);
    fixed.size += width;
    return true;
  };
  for (const char step : steps_) {
    bool good = !fixed.offset && fixed.size < 100;
    if (step == field('Y')) {
      good = good && take(fixed.year, 4);
    } else if (step == field('m')) {
      good = good && take(fixed.month, 2);
    } else if (step == field('d')) {
      good = good && take(fixed.day, 2);
    } else if (step == field('H')) {
      good = good && take(fixed.hour, 2);
    } else if (step == field('M')) {
      good = good && take(fixed.minute, 2);
    } else if (step == field('S')) {
      good = good && take(fixed.second, 2);
    } else if (step == field('f')) {
      good = good && fixed.fraction == 0;
      fixed.fraction = fixed.size;
    } else if (step == field('Z')) {
      fixed.offset = true;
    } else if ((step & 0x80) == 0) {
      fixed.literals.emplace_back(static_cast<std::uint8_t>(fixed.size++), step);
    } else {
      good = false;
    }
    if (!good) return;
  }
  const bool whole = fixed.year >= 0 && fixed.month >= 0 && fixed.day >= 0 && fixed.hour >= 0 &&
                     fixed.minute >= 0 && fixed.second >= 0;
  if (whole) fixed_ = std::move(fixed);
}

std::string TimePattern::shape() const {
  std::string shape;
  for (const char step : steps_) {
    if (step == field('Y')) {
      shape += "##";
    } else if ((step & 0x80) != 0 && std::string_view{"bpfZsJUxXno"}.find(static_cast<char>(
                                         step & 0x7F)) != std::string_view::npos) {
      // The two systems of spreadsheet days fit the same texts.
      shape += step == field('X') ? field('x') : step;
    } else {
      shape += (step & 0x80) != 0 ? '#' : step;
    }
  }
  return shape;
}

namespace {

/// Days since 1970-01-01; false: no day of the calendar.
bool days_of(int year, int month, int day, std::int32_t& days) {
  // Rows come sorted by time: the day before is nearly always the day now.
  thread_local int known_year = 0, known_month = 0, known_day = 0;
  thread_local std::int32_t known_days = 0;
  if (year != known_year || month != known_month || day != known_day) {
    if (!core::valid_day(year, static_cast<unsigned>(month), static_cast<unsigned>(day)))
      return false;
    known_days = static_cast<std::int32_t>(
        core::civil_to_us(year, static_cast<unsigned>(month), static_cast<unsigned>(day), 0, 0, 0) /
        core::kUsPerDay);
    known_year = year;
    known_month = month;
    known_day = day;
  }
  days = known_days;
  return true;
}

}  // namespace

/// @return false: read_steps() is to decide
bool TimePattern::read_fixed(std::string_view text, CivilTime& time) const {
  if (fixed_.size == 0 || (fixed_.offset ? text.size() < fixed_.size : text.size() != fixed_.size))
    return false;
  if (fixed_.fraction > 0 && fixed_.fraction < text.size() && text[fixed_.fraction] == '.')
    return false;
  unsigned wrong = 0;
  for (const auto& [at, literal] : fixed_.literals)
    wrong |= static_cast<unsigned>(text[at] ^ literal);
  const auto two = [&](int at) {
    const unsigned tens = static_cast<unsigned char>(text[static_cast<std::size_t>(at)]) - 48U;
    const unsigned ones = static_cast<unsigned char>(text[static_cast<std::size_t>(at) + 1]) - 48U;
    wrong |= static_cast<unsigned>(tens > 9) | static_cast<unsigned>(ones > 9);
    return static_cast<int>(tens * 10 + ones);
  };
  const int year = two(fixed_.year) * 100 + two(fixed_.year + 2);
  const int month = two(fixed_.month);
  const int day = two(fixed_.day);
  const int hour = two(fixed_.hour);
  const int minute = two(fixed_.minute);
  const int second = two(fixed_.second);
  if (wrong != 0 || year < 1 || hour > 23 || minute > 59 || second > 59) return false;
  if (!days_of(year, month, day, time.days)) return false;
  if (fixed_.offset) {
    const char* at = text.data() + fixed_.size;
    const char* const end = text.data() + text.size();
    std::int32_t offset = 0;
    if (!take_offset(at, end, offset) || at != end) return false;
    time.offset_min = offset;
  }
  time.has_date = time.has_time = time.has_seconds = true;
  time.time_us = ((hour * 60 + minute) * 60 + second) * core::kUsPerSecond;
  return true;
}

std::optional<CivilTime> TimePattern::read(std::string_view text) const {
  CivilTime time;
  if (read_fixed(text, time)) return time;
  return read_steps(text);
}

std::optional<CivilTime> TimePattern::read_steps(std::string_view text) const {
  const char* at = text.data();
  const char* end = at + text.size();
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  bool has_year = false, has_month = false, has_day = false, has_hour = false;
  bool twelve = false, half = false, afternoon = false;
  std::int64_t fraction_us = 0;
  CivilTime time;
  bool after_month = false;
  for (const char step : steps_) {
    if (after_month) {  // a short name may end with a point
      if (step != '.' && at != end && *at == '.') ++at;
      after_month = false;
    }
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
        after_month = true;
        has_month = true;
        break;
      case field('1'):
        if (!take_short(at, end, day)) return std::nullopt;
        has_day = true;
        break;
      case field('2'):
        if (!take_short(at, end, month)) return std::nullopt;
        has_month = true;
        break;
      case field('3'):
        if (!take_short(at, end, hour)) return std::nullopt;
        has_hour = true;
        break;
      case field('4'):
        if (!take_short(at, end, minute)) return std::nullopt;
        break;
      case field('5'):
        if (!take_short(at, end, second)) return std::nullopt;
        time.has_seconds = true;
        break;
      case field('6'):
        if (!take_short(at, end, hour)) return std::nullopt;
        has_hour = twelve = true;
        break;
      case field('I'):
        if (!take_number(at, end, 2, hour)) return std::nullopt;
        has_hour = twelve = true;
        break;
      case field('p'):
        if (!take_half(at, end, afternoon)) return std::nullopt;
        half = true;
        break;
      case field('s'):
      case field('J'):
      case field('U'): {
        // Ten, thirteen and sixteen digits: no number of one kind is one of another.
        std::int64_t value = 0;
        const std::ptrdiff_t most = step == field('s') ? 10 : step == field('J') ? 13 : 16;
        if (!take_run(at, end, step == field('s') ? 1 : most - 2, most, value)) return std::nullopt;
        const std::int64_t us = step == field('s')   ? value * core::kUsPerSecond
                                : step == field('J') ? value * 1000
                                                     : value;
        time.days = static_cast<std::int32_t>(us / core::kUsPerDay);
        time.time_us = us % core::kUsPerDay;
        time.has_date = time.has_time = time.has_seconds = true;
        time.offset_min = 0;
        break;
      }
      case field('x'):
      case field('X'):
        if (!take_serial(at, end, step == field('X'), time)) return std::nullopt;
        break;
      case field('n'):
      case field('o'): {
        std::int64_t value = 0;
        if (!take_run(at, end, 1, step == field('n') ? 6 : 4, value)) return std::nullopt;
        if (step == field('n')) {
          hour = static_cast<int>(value / 10000);
          has_hour = true;
        }
        minute = static_cast<int>(value / 100 % 100);
        second = static_cast<int>(value % 100);
        time.has_seconds = true;
        break;
      }
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
  if (twelve) {
    if (!half || hour < 1 || hour > 12) return std::nullopt;
    hour = hour % 12 + (afternoon ? 12 : 0);
  } else if (half) {
    return std::nullopt;
  }
  if (at != end || minute > 59 || second > 59) return std::nullopt;
  if (hour > 23) {
    // ISO 8601:2004: 24:00 is the end of the day.
    if (hour != 24 || minute != 0 || second != 0 || fraction_us != 0) return std::nullopt;
    time.end_of_day = true;
  }
  if (time.has_date) {  // an epoch or a spreadsheet's number of days
    time.time_us += fraction_us;
    return time;
  }
  if (has_year && has_month && has_day) {
    if (!days_of(year, month, day, time.days)) return std::nullopt;
    time.has_date = true;
  }
  time.has_time = has_hour;
  time.time_us = ((hour * 60 + minute) * 60 + second) * core::kUsPerSecond + fraction_us;
  return time;
}

}  // namespace palermo::ingest
