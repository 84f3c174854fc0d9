#include "ingest/records/payment_dates.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

/// "1/2/2031" as "01/02/2031": patterns want two digits.
std::string padded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end == i) {
      out += text[i++];
      continue;
    }
    if (end - i == 1) out += '0';
    out += text.substr(i, end - i);
    i = end;
  }
  return out;
}

std::string day_part(const std::string& pattern) { return pattern.substr(0, pattern.find("%H")); }
std::string clock(std::int64_t us) {
  const std::string whole = core::format_utc(us);  // 1970-01-01T08:15:53Z
  const std::size_t from = whole.find('T') + 1;
  return whole.substr(from, whole.size() - from - 1);
}
std::string offset(std::int32_t minutes) {
  const std::int32_t size = minutes < 0 ? -minutes : minutes;
  return fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', size / 60, size % 60);
}

}  // namespace

core::Result<DateColumn> DateColumn::find(
    const std::vector<std::pair<std::uint32_t, std::string>>& cells, std::string_view name,
    std::string_view order) {
  static constexpr std::string_view kDays[] = {"%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
                                               "%d.%m.%Y", "%d.%m.%y", "%d %b %Y", "%d-%b-%Y",
                                               "%d-%b-%y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y",
                                               "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y"};
  static constexpr std::string_view kTimes[] = {
      "",       " %H:%M",        " %H:%M:%S%f", "T%H:%M:%S%f%Z", "T%H:%M:%S%f",
      "T%H:%M", " %H:%M:%S%f%Z", ", %H:%M:%S",  ", %H:%M"};
  std::vector<TimePattern> known;
  for (const std::string_view day : kDays) {
    const bool month_first = day.starts_with("%m");
    const bool day_first = day.starts_with("%d/") || day.starts_with("%d-%m");
    if ((order == "DMY" && month_first) || (order == "MDY" && day_first)) continue;
    for (const std::string_view time : kTimes) {
      PALERMO_TRY(TimePattern pattern, TimePattern::compile(std::string{day} + std::string{time}));
      known.push_back(std::move(pattern));
    }
  }
  std::vector<std::size_t> fits(known.size(), 0);
  for (const auto& [line, cell] : cells) {
    const std::string text = padded(cell);
    for (std::size_t i = 0; i < known.size(); ++i)
      if (known[i].read(text)) ++fits[i];
  }
  DateColumn out;
  // Most columns are written one way; an export that mixes times with and without seconds is read
  // with every pattern of the best one's days.
  const std::size_t best = static_cast<std::size_t>(
      std::distance(fits.begin(), std::max_element(fits.begin(), fits.end())));
  if (fits.empty() || fits[best] == 0) return out;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (i == best || fits[i] != fits[best]) continue;
    for (const auto& [line, cell] : cells) {
      const std::string text = padded(cell);
      const auto a = known[best].read(text);
      const auto b = known[i].read(text);
      if (a && b && a->local_us() != b->local_us())
        return bad_input(
            line,
            fmt::format("line {}: the dates of column '{}' can be read as day and month or as "
                        "month and day, and no row settles it",
                        line, core::printable(name, 60)),
            "say which: `date_order = DMY` or `date_order = MDY` in a mapping; "
            "docs/formats/exchange.md shows how; give it with --format payments --map FILE");
    }
  }
  const std::string days = day_part(known[best].text());
  out.patterns_.push_back(known[best]);
  for (std::size_t i = 0; i < known.size(); ++i)
    if (i != best && fits[i] > 0 && day_part(known[i].text()) == days)
      out.patterns_.push_back(known[i]);
  return out;
}

std::string DateColumn::iso(std::string_view cell, std::string_view time) const {
  std::string text = padded(cell);
  for (const TimePattern& pattern : patterns_) {
    const auto read = pattern.read(text);
    if (!read) continue;
    std::string out = core::format_date(core::Date{read->days});
    if (read->has_time) {
      out += "T" + clock(read->time_us);
      if (read->offset_min) out += offset(*read->offset_min);
    } else if (!time.empty()) {
      out += "T" + padded(time);
    }
    return out;
  }
  return std::string{cell};
}
std::string DateColumn::pattern() const {
  return patterns_.empty() ? std::string{} : patterns_.front().text();
}

}  // namespace palermo::ingest
