// One contact that a record shows, and the sum of those of a pair.
#pragma once

#include <cstdint>

#include "analysis/network/tie_table.hpp"
#include "core/base/time.hpp"

namespace palermo::network::detail {

/// UTC day of an instant; kNoDay where there is none.
inline constexpr std::int32_t kNoDay = std::numeric_limits<std::int32_t>::min();
[[nodiscard]] inline std::int32_t day_of(std::int64_t at_us) {
  if (at_us == kNoTime) return kNoDay;
  const std::int64_t day = at_us / core::kUsPerDay;
  return static_cast<std::int32_t>(at_us % core::kUsPerDay < 0 ? day - 1 : day);
}

/// Between two nodes, named by rank (Names).
struct Contact {
  std::uint32_t a = 0, b = 0;
  std::uint32_t authorization = 0;
  double weight = 1;
  std::int64_t first_us = kNoTime;
  std::int64_t last_us = kNoTime;
  std::int64_t seconds = 0;
  bool spoke = false;
  EvidenceRef evidence;
};

/// Adds the sums of one tie to another of the same pair.
inline void add_to(Tie& tie, const Tie& other) {
  tie.weight += other.weight;
  tie.count += other.count;
  tie.seconds += other.seconds;
  tie.spoke = tie.spoke || other.spoke;
  if (other.first_us != kNoTime && (tie.first_us == kNoTime || other.first_us < tie.first_us))
    tie.first_us = other.first_us;
  if (other.last_us != kNoTime && (tie.last_us == kNoTime || other.last_us > tie.last_us))
    tie.last_us = other.last_us;
  tie.evidence.merge(other.evidence);
}

[[nodiscard]] inline Tie tie_of(const Contact& contact) {
  Tie tie;
  tie.a = contact.a;
  tie.b = contact.b;
  tie.authorization = contact.authorization;
  tie.weight = contact.weight;
  tie.first_us = contact.first_us;
  tie.last_us = contact.last_us;
  tie.seconds = contact.seconds;
  tie.spoke = contact.spoke;
  tie.evidence.push_back(contact.evidence);
  return tie;
}

}  // namespace palermo::network::detail
