#include "core/authorization/regime.hpp"

#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace palermo::embedded {
extern const std::string_view regime_de_textproto;
extern const std::string_view regime_gb_textproto;
extern const std::string_view regime_us_textproto;
extern const std::string_view regime_ca_textproto;
}  // namespace palermo::embedded

namespace palermo::authorization {
namespace {

constexpr std::int64_t kHour = 3600 * core::kUsPerSecond;

struct Civil {
  int year;
  unsigned month;
  unsigned day;
};

Civil civil_of(std::int32_t day) {
  const std::string text = core::format_date(core::Date{day});
  return {std::stoi(text.substr(0, 4)), static_cast<unsigned>(std::stoi(text.substr(5, 2))),
          static_cast<unsigned>(std::stoi(text.substr(8, 2)))};
}

std::int32_t day_of(int year, unsigned month, unsigned day) {
  return static_cast<std::int32_t>(core::civil_to_us(year, month, day, 0, 0, 0) / core::kUsPerDay);
}

/// 0 = Sunday; 1970-01-01 was a Thursday.
int weekday_of(std::int32_t day) { return ((day % 7) + 7 + 4) % 7; }

bool is_rest_day(const v1::WorkingCalendar& calendar, std::int32_t day) {
  return std::any_of(calendar.rest_days().begin(), calendar.rest_days().end(),
                     [&](std::uint32_t each) { return static_cast<int>(each) == weekday_of(day); });
}

std::int32_t nth_weekday(int year, const v1::WorkingCalendar::Holiday& holiday) {
  const int wanted = static_cast<int>(holiday.weekday() % 7);
  if (holiday.nth() > 0) {
    std::int32_t day = day_of(year, holiday.month(), 1);
    while (weekday_of(day) != wanted) ++day;
    return day + 7 * (holiday.nth() - 1);
  }
  std::int32_t day =
      holiday.month() == 12 ? day_of(year + 1, 1, 1) - 1 : day_of(year, holiday.month() + 1, 1) - 1;
  while (weekday_of(day) != wanted) --day;
  return day + 7 * (holiday.nth() + 1);
}

std::set<std::int32_t> holidays_of(const v1::WorkingCalendar& calendar, int year) {
  std::set<std::int32_t> days;
  std::vector<std::int32_t> moved;
  for (const auto& holiday : calendar.holidays()) {
    const std::int32_t day = holiday.has_easter() ? easter_sunday(year) + holiday.easter()
                             : holiday.nth() != 0 ? nth_weekday(year, holiday)
                                                  : day_of(year, holiday.month(), holiday.day());
    days.insert(day);
    if (holiday.substitute() && is_rest_day(calendar, day)) moved.push_back(day);
  }
  for (const std::string& text : calendar.not_that_year())
    if (const auto day = core::parse_date(text)) days.erase(day->days);
  for (const std::string& text : calendar.extra())
    if (const auto day = core::parse_date(text); day && civil_of(day->days).year == year)
      days.insert(day->days);
  // A holiday on a rest day moves to the next day that is free of both, in the order of the days.
  std::sort(moved.begin(), moved.end());
  for (std::int32_t day : moved) {
    while (is_rest_day(calendar, day) || days.contains(day)) ++day;
    days.insert(day);
  }
  return days;
}

/// UTC microseconds of a local midnight.
std::int64_t midnight_us(std::int32_t day, std::string_view zone, int offset_min) {
  const std::int64_t local = std::int64_t{day} * core::kUsPerDay;
  if (!zone.empty())
    if (auto found = core::TimeZone::find(zone)) return found->to_utc(local).instant.us;
  return local - std::int64_t{offset_min} * core::kUsPerMinute;
}

bool is_unverified(const v1::Authority& authority) {
  return authority.confidence() != v1::Authority::VERIFIED;
}

}  // namespace

std::int32_t easter_sunday(int year) {
  const int a = year % 19;
  const int b = year / 100;
  const int c = year % 100;
  const int d = b / 4;
  const int e = b % 4;
  const int f = (b + 8) / 25;
  const int g = (b - f + 1) / 3;
  const int h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4;
  const int k = c % 4;
  const int l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return day_of(year, static_cast<unsigned>(n / 31), static_cast<unsigned>(n % 31 + 1));
}

const v1::RegimeFile& regimes() {
  static const v1::RegimeFile all = [] {
    v1::RegimeFile file;
    for (const std::string_view text :
         {embedded::regime_de_textproto, embedded::regime_gb_textproto,
          embedded::regime_us_textproto, embedded::regime_ca_textproto}) {
      v1::RegimeFile part;
      // Embedded text that does not parse is caught by the tests, which name every regime.
      if (google::protobuf::TextFormat::ParseFromString(std::string{text}, &part))
        file.MergeFrom(part);
    }
    return file;
  }();
  return all;
}

const v1::Regime* regime_of(std::string_view id) {
  for (const v1::Regime& regime : regimes().regimes())
    if (regime.id() == id) return &regime;
  return nullptr;
}

const v1::WorkingCalendar* calendar_of(std::string_view state) {
  for (const v1::WorkingCalendar& calendar : regimes().calendars())
    if (calendar.state() == state) return &calendar;
  return nullptr;
}

bool is_working_day(const v1::WorkingCalendar* calendar, std::int32_t day) {
  if (calendar == nullptr) return weekday_of(day) != 0 && weekday_of(day) != 6;
  if (is_rest_day(*calendar, day)) return false;
  const int year = civil_of(day).year;
  // A holiday at the end of one year may move into the next.
  return !holidays_of(*calendar, year).contains(day) &&
         !holidays_of(*calendar, year - 1).contains(day);
}

std::int32_t local_day(std::int64_t us, std::string_view zone, int offset_min) {
  std::int64_t offset_us = std::int64_t{offset_min} * core::kUsPerMinute;
  if (!zone.empty()) {
    if (auto found = core::TimeZone::find(zone)) {
      // The offset in force shortly before may be that of the other side of a clock change.
      offset_us = std::int64_t{found->to_utc(us).instant.utc_offset_min} * core::kUsPerMinute;
      const core::ZonedTime read = found->to_utc(us + offset_us);
      if (read.instant.us != us)
        offset_us = std::int64_t{read.instant.utc_offset_min} * core::kUsPerMinute;
    }
  }
  return core::date_of(us + offset_us).days;
}

Deadline confirm_by(std::string_view id, std::string_view state, const core::Instant& oral) {
  Deadline deadline;
  const v1::Regime* regime = regime_of(id);
  v1::LegalPeriod within;
  if (regime != nullptr && regime->has_confirmation()) {
    within = regime->confirmation().within();
    deadline.rule = fmt::format("{}, {} ({})", in_words(within), id,
                                regime->confirmation().authority().source());
    deadline.unverified = is_unverified(regime->confirmation().authority());
  } else {
    within.set_working_days(3);
    deadline.rule = "3 working days, for want of a regime that this program knows";
    deadline.unverified = true;
  }
  if (within.working_days() == 0) {
    deadline.us = after(oral.us, within, {});
    return deadline;
  }
  const std::string_view zone = regime != nullptr ? std::string_view{regime->zone()} : "";
  const std::string_view where = regime != nullptr ? std::string_view{regime->state()} : state;
  const v1::WorkingCalendar* calendar = regime != nullptr ? calendar_of(where) : nullptr;
  std::int32_t day = local_day(oral.us, zone, oral.utc_offset_min);
  if (calendar == nullptr) {
    deadline.caveat = where.empty()
                          ? std::string{"no State is named, so public holidays are not known; only "
                                        "Saturdays and Sundays were left out"}
                          : fmt::format("public holidays of {} are not known here; only Saturdays "
                                        "and Sundays were left out",
                                        where);
  } else {
    const int year = civil_of(day).year;
    if (year < calendar->known_from() || year > calendar->known_to()) {
      deadline.caveat = fmt::format("the holidays of {} are listed for {}-{} only", where,
                                    calendar->known_from(), calendar->known_to());
    } else if (!calendar->note().empty()) {
      deadline.caveat = fmt::format("{}: {}", where, calendar->note());
    }
  }
  for (std::uint32_t counted = 0; counted < within.working_days();)
    if (is_working_day(calendar, ++day)) ++counted;
  deadline.us = midnight_us(day + 1, zone, oral.utc_offset_min) - 1;
  return deadline;
}

std::int64_t after(std::int64_t from_us, const v1::LegalPeriod& period, std::string_view zone) {
  std::int64_t us = from_us;
  if (period.months() > 0) {
    const std::int32_t day = local_day(us, zone);
    const std::int64_t in_day = us - midnight_us(day, zone, 0);
    const Civil civil = civil_of(day);
    const unsigned months = civil.month - 1 + period.months();
    const int year = civil.year + static_cast<int>(months / 12);
    const unsigned month = months % 12 + 1;
    unsigned last = civil.day;
    while (!core::valid_day(year, month, last)) --last;
    us = midnight_us(day_of(year, month, last), zone, 0) + in_day;
  }
  return us + std::int64_t{period.days()} * core::kUsPerDay + std::int64_t{period.hours()} * kHour;
}

std::string in_words(const v1::LegalPeriod& period) {
  std::string text;
  const auto add = [&text](std::uint32_t number, std::string_view unit) {
    if (number == 0) return;
    text += fmt::format("{}{} {}{}", text.empty() ? "" : " and ", number, unit,
                        number == 1 ? "" : "s");
  };
  add(period.months(), "month");
  add(period.days(), "day");
  add(period.hours(), "hour");
  add(period.working_days(), "working day");
  return text;
}

const v1::Regime::Maximum* maximum_of(const v1::Regime& regime, std::string_view kind, bool minor) {
  const v1::Regime::Maximum* general = nullptr;
  const v1::Regime::Maximum* named = nullptr;
  for (const auto& maximum : regime.maximums()) {
    if (maximum.kinds().empty()) {
      general = &maximum;
    } else if (std::find(maximum.kinds().begin(), maximum.kinds().end(), kind) !=
               maximum.kinds().end()) {
      if (maximum.minor() && minor) return &maximum;
      if (!maximum.minor()) named = &maximum;
    }
  }
  return named != nullptr ? named : general;
}

}  // namespace palermo::authorization
