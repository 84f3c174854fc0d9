// Numbers that are busier than they use to be: around an event, or anywhere.
#pragma once

#include <cstdint>
#include <optional>

#include "analysis/calls/events.hpp"
#include "palermo/v1/calls_bursts.pb.h"

namespace palermo::calls {

struct BurstOptions {
  std::optional<std::int64_t> around_us;  // absent: look for bursts
  double window_h = 24;                   // before and after the event; of a burst at most
  std::uint32_t least_records = 10;       // of a number in the selection
  std::optional<std::uint32_t> asked;     // one number
  std::uint32_t draws = 999;              // without event
  std::uint32_t seed = 1;
  std::size_t limit = 20;  // listed; 0 = all
  std::size_t evidence = 5;
  double most_p = 1;  // list those with a corrected p of at most this
};

/// Around an event: records of a number in the window before it and in the one after it, against
/// the same hours of every other day of the selection; p of a number from the binomial chance of
/// such a split at an equal rate (two-sided, twice the smaller tail), corrected by Holm (1979).
///
/// Without event: the temporal scan statistic of Kulldorff (1997): for each number the window of at
/// most so many hours in which its records stand out most from the records of everybody; p from
/// times shuffled among all records, so that busy hours and gaps of the sources stay what they are.
/// @cost with an event O(events); else O(events x records in a window) a draw
[[nodiscard]] v1::CallsBursts bursts(const Log& log, const BurstOptions& options);

/// P(X >= count) of a binomial. @param share  0 < share < 1
[[nodiscard]] double binomial_at_least(std::uint32_t count, std::uint32_t of, double share);

}  // namespace palermo::calls
