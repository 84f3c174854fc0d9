#include "ingest/calls/cell_values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace palermo::ingest {
namespace {

/// MM:SS or HH:MM:SS.
bool read_clock(std::string_view text, std::int32_t& value) {
  std::int64_t total = 0;
  int parts = 0;
  while (true) {
    const std::size_t colon = text.find(':');
    const std::string_view part = text.substr(0, colon);
    std::int32_t number = 0;
    if (part.empty() || part.size() > 5 || part.front() == '-' || !read_integer(part, number))
      return false;
    if (parts > 0 && number > 59) return false;
    total = total * 60 + number;
    ++parts;
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
  }
  if (parts < 2 || parts > 3 || total > std::numeric_limits<std::int32_t>::max()) return false;
  value = static_cast<std::int32_t>(total);
  return true;
}

/// "1 h 2 min 3 s", "2m03s", "15 sec": each unit once, from the largest down.
bool read_units(std::string_view text, std::int32_t& value) {
  std::int64_t total = 0;
  std::int64_t below = std::numeric_limits<std::int64_t>::max();
  std::size_t i = 0;
  bool any = false;
  while (true) {
    while (i < text.size() && (text[i] == ' ' || text[i] == ',')) ++i;
    if (i == text.size()) break;
    std::int64_t number = 0;
    const std::size_t digits = i;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9' && i - digits < 9)
      number = number * 10 + (text[i++] - '0');
    if (i == digits) return false;
    while (i < text.size() && text[i] == ' ') ++i;
    const std::size_t unit_begin = i;
    while (i < text.size() && ((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'z')) ++i;
    const char unit = i > unit_begin ? static_cast<char>(text[unit_begin] | 0x20) : '\0';
    if (i < text.size() && text[i] == '.') ++i;
    const std::int64_t seconds = unit == 'h' ? 3600 : unit == 'm' ? 60 : unit == 's' ? 1 : 0;
    if (seconds == 0 || seconds >= below) return false;
    below = seconds;
    total += number * seconds;
    any = true;
  }
  if (!any || total > std::numeric_limits<std::int32_t>::max()) return false;
  value = static_cast<std::int32_t>(total);
  return true;
}

bool read_milliseconds(std::string_view text, std::int32_t& value) {
  std::int64_t ms = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, ms);
  if (error != std::errc{} || at != end) return false;
  const std::int64_t seconds = ms / 1000;
  if (seconds > std::numeric_limits<std::int32_t>::max() ||
      seconds < std::numeric_limits<std::int32_t>::min())
    return false;
  value = static_cast<std::int32_t>(ms < 0 && seconds == 0 ? -1 : seconds);
  return true;
}

/// The number behind a word: "22.39711" behind "Lat-".
std::string_view number_behind(std::string_view text, std::string_view word) {
  const std::size_t at = text.find(word);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + word.size());
  return text.substr(0, text.find_first_not_of("0123456789.-"));
}

}  // namespace

std::string_view trimmed_cell(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool read_integer(std::string_view text, std::int32_t& value) {
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{}) return false;
  if (at == end) return true;
  // A table library's "60.0" or "60,0" is 60; "60.5" is not an integer.
  if ((*at != '.' && *at != ',') || at + 1 == end) return false;
  return std::all_of(at + 1, end, [](char c) { return c == '0'; });
}

bool read_duration(v1::MappingProfile::DurationFormat format, std::string_view text,
                   std::int32_t& value) {
  switch (format) {
    case v1::MappingProfile::CLOCK:
      return read_clock(text, value);
    case v1::MappingProfile::MILLISECONDS:
      return read_milliseconds(text, value);
    case v1::MappingProfile::UNITS:
      return read_units(text, value);
    default:
      return read_integer(text, value);
  }
}

bool read_degrees(std::string_view text, double limit, std::int32_t& value_e7) {
  double degrees = 0;
  std::string pointed;
  if (text.find(',') != std::string_view::npos) {
    pointed = text;
    pointed[pointed.find(',')] = '.';
    text = pointed;
  }
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, degrees);
  if (error != std::errc{} || at != end || !(std::abs(degrees) <= limit)) return false;
  value_e7 = static_cast<std::int32_t>(std::llround(degrees * 1e7));
  return true;
}

bool position_in_text(std::string_view text, std::string_view& latitude,
                      std::string_view& longitude) {
  latitude = number_behind(text, "Lat-");
  longitude = number_behind(text, "Long-");
  return !latitude.empty() || !longitude.empty();
}

bool is_place_name(std::string_view text) {
  return text.find_first_of("+-.0123456789") != 0 && text.find('/') == std::string_view::npos;
}

bool read_epoch(std::string_view text, std::int64_t& seconds) {
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return false;
  text = text.substr(0, dot);
  const std::size_t dash = text.rfind('-');
  if (dash != std::string_view::npos) text.remove_prefix(dash + 1);
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, seconds);
  return error == std::errc{} && at == end && seconds > 0 && seconds < 100'000'000'000;
}

}  // namespace palermo::ingest
