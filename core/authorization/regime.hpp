// Regimes and working-day calendars (data/regimes): what a State's law asks of an authorization.
// docs/formats/regimes.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "palermo/v1/regime.pb.h"

namespace palermo::authorization {

/// All regimes and calendars that the program carries.
[[nodiscard]] const v1::RegimeFile& regimes();
/// nullptr: no such regime.
[[nodiscard]] const v1::Regime* regime_of(std::string_view id);
/// nullptr: no calendar of that State; then Saturday and Sunday alone are no working days.
[[nodiscard]] const v1::WorkingCalendar* calendar_of(std::string_view state);

/// Whether a day is a working day. Without a calendar only Saturdays and Sundays are none.
/// @param day  days since 1970-01-01, in the State's own time
[[nodiscard]] bool is_working_day(const v1::WorkingCalendar* calendar, std::int32_t day);

/// Day of Easter Sunday, Gregorian. @source Meeus, Jones, Butcher
[[nodiscard]] std::int32_t easter_sunday(int year);

/// A moment at which something is due, and what was not known when it was computed.
struct Deadline {
  std::int64_t us = 0;
  std::string rule;        // "3 working days, DE-100a (StPO s. 100e(1) sentence 3)"
  std::string caveat;      // "no holiday list for FR: only weekends were left out"; empty: none
  bool unverified = false; // the number rests on a value that nobody verified
};

/// Until when an oral or urgent grant must be confirmed. A regime in hours counts from the grant; one
/// in working days runs to the end of the n-th working day after the day of the grant, in the
/// regime's zone, else in the offset that the time carries. Without a regime: three working days.
[[nodiscard]] Deadline confirm_by(std::string_view regime, std::string_view state,
                                  const core::Instant& oral);

/// `period` after an instant. Months are those of the calendar in the regime's zone: 31 January and
/// one month is the last day of February.
[[nodiscard]] std::int64_t after(std::int64_t from_us, const v1::LegalPeriod& period,
                                 std::string_view zone);
/// "3 months", "72 hours".
[[nodiscard]] std::string in_words(const v1::LegalPeriod& period);

/// The regime's longest duration for a kind of authorization; nullptr: none is known.
/// @param minor  whether a target or source is a minor
[[nodiscard]] const v1::Regime::Maximum* maximum_of(const v1::Regime& regime,
                                                    std::string_view kind, bool minor);

/// Day (since 1970-01-01) of an instant on the zone's calendar.
/// @param zone  IANA zone; empty: `offset_min` counts
[[nodiscard]] std::int32_t local_day(std::int64_t us, std::string_view zone, int offset_min = 0);

}  // namespace palermo::authorization
