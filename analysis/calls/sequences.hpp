// Chains of calls that repeat: A calls B, and soon B calls C.
#pragma once

#include <cstdint>
#include <optional>

#include "analysis/calls/events.hpp"
#include "palermo/v1/calls_sequences.pb.h"

namespace palermo::calls {

struct SequenceOptions {
  double within_min = 30;              // from the start of the one to the start of the other
  std::uint32_t least_times = 3;       // chains listed
  std::optional<std::uint32_t> asked;  // chains that this number is part of
  std::uint32_t draws = 199;
  std::uint32_t seed = 1;
  std::size_t limit = 20;    // 0 = all
  std::size_t evidence = 3;  // pairs of records
};

/// A record of B from A is followed by one of B to C (not A) that starts later, at most so many
/// minutes. Each call to B counts once for each C, each call of B once for each A, the nearest
/// first. Starts in the same minute of a source without seconds have no order and count for
/// nothing.
/// @cost O(events x calls within the minutes) a draw
[[nodiscard]] v1::CallsSequences sequences(const Log& log, const SequenceOptions& options);

}  // namespace palermo::calls
