#include "draw/timeline_axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/base/time.hpp"

namespace palermo::draw {
namespace detail {
namespace {

constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Civil {
  int year = 1970;
  unsigned month = 1, day = 1;
};

Civil civil_of(std::int64_t day) {
  const std::string text = core::format_date(core::Date{static_cast<std::int32_t>(day)});
  const std::size_t year = text.find('-', 1);  // a year may be negative
  return {std::atoi(text.substr(0, year).c_str()),
          static_cast<unsigned>(std::atoi(text.substr(year + 1, 2).c_str())),
          static_cast<unsigned>(std::atoi(text.substr(year + 4, 2).c_str()))};
}

std::int64_t floor_div(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

/// Whether a tick of this step stands at the begin of a day. Steps: 1 day, 7 days (Mondays), then
/// 1, 3, 12 months as 100 + months.
bool is_tick(std::int64_t day, int step) {
  if (step == 1) return true;
  if (step == 7) return ((day + 3) % 7 + 7) % 7 == 0;  // 1970-01-01 was a Thursday
  const Civil civil = civil_of(day);
  return civil.day == 1 && (civil.month - 1) % static_cast<unsigned>(step - 100) == 0;
}

std::string words_of(std::int64_t day, int step, bool first) {
  const Civil civil = civil_of(day);
  const char* month = kMonths[(civil.month - 1) % 12];
  if (step == 112) return fmt::format("{}", civil.year);
  if (step > 100)
    return first || civil.month == 1 ? fmt::format("{} {}", month, civil.year) : month;
  return first ? fmt::format("{} {} {}", civil.day, month, civil.year)
               : fmt::format("{} {}", civil.day, month);
}

}  // namespace

double Axis::x(std::int64_t us) const {
  const Span& span = drawing_->span;
  const double share =
      static_cast<double>(std::clamp(us, span.from_us, span.to_us) - span.from_us) /
      static_cast<double>(std::max<std::int64_t>(span.to_us - span.from_us, 1));
  return left_ + share * (right_ - left_);
}

std::int64_t Axis::local_day(std::int64_t us) const {
  return floor_div(us + drawing_->offset_min(us) * core::kUsPerMinute, core::kUsPerDay);
}

std::int64_t Axis::begin_of(std::int64_t local_day) const {
  const std::int64_t wall = local_day * core::kUsPerDay;
  const std::int64_t guess = wall - drawing_->offset_min(wall) * core::kUsPerMinute;
  return wall - drawing_->offset_min(guess) * core::kUsPerMinute;
}

std::vector<Axis::Tick> Axis::ticks(const Ruler& ruler, double size) const {
  const Span& span = drawing_->span;
  const double days = static_cast<double>(span.to_us - span.from_us) / core::kUsPerDay;
  const double per_day = (right_ - left_) / std::max(days, 1e-9);
  const double room = ruler("30 Sep 2030", size, false) + 8;
  const int step = per_day >= room        ? 1
                   : per_day * 7 >= room  ? 7
                   : per_day * 30 >= room ? 101
                   : per_day * 91 >= room ? 103
                                          : 112;
  std::vector<Tick> ticks;
  const std::int64_t first = local_day(span.from_us), last = local_day(span.to_us);
  for (std::int64_t day = first; day <= last; ++day) {
    if (!is_tick(day, step)) continue;
    const std::int64_t us = begin_of(day);
    if (us >= span.from_us && us <= span.to_us)
      ticks.push_back({us, words_of(day, step, ticks.empty())});
    // Of a short span, hours between.
    for (int hour = 6; step == 1 && per_day > 4 * 26 && hour < 24; hour += 6) {
      const std::int64_t at = us + hour * 60 * core::kUsPerMinute;
      if (at >= span.from_us && at <= span.to_us)
        ticks.push_back({at, fmt::format("{:02}:00", hour)});
    }
  }
  return ticks;
}

}  // namespace detail

std::vector<std::int64_t> clock_changes(const Span& span,
                                        const std::function<int(std::int64_t us)>& offset_min) {
  std::vector<std::int64_t> changes;
  int before = offset_min(span.from_us);
  // Clocks change months apart; centuries are walked in longer strides.
  const std::int64_t stride = std::max(core::kUsPerDay, (span.to_us - span.from_us) / 20'000);
  for (std::int64_t us = span.from_us; us < span.to_us;) {
    const std::int64_t next = std::min(us + stride, span.to_us);
    if (offset_min(next) != before) {
      std::int64_t low = us, high = next;  // the offset of low is `before`, that of high is not
      while (high - low > core::kUsPerMinute) {
        const std::int64_t middle = low + (high - low) / 2;
        (offset_min(middle) == before ? low : high) = middle;
      }
      changes.push_back(high - high % core::kUsPerMinute);
      before = offset_min(next);
    }
    us = next;
  }
  return changes;
}

std::string offset_text(int offset_min) {
  if (offset_min == 0) return "UTC";
  const int minutes = std::abs(offset_min);
  return fmt::format("UTC{}{}{}", offset_min < 0 ? "\u2212" : "+", minutes / 60,
                     minutes % 60 == 0 ? std::string{} : fmt::format(":{:02}", minutes % 60));
}

}  // namespace palermo::draw
