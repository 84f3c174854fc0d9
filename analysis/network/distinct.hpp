// How many users stand behind a set of identifiers, at least and at most.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/network/graph.hpp"

namespace palermo::network {

/// Fewest and most persons behind identifiers.
struct PersonInterval {
  std::uint32_t lo = 0;
  std::uint32_t hi = 0;
  bool exact_lo = true;  // false: the search was cut short; lo still holds, a larger one may exist
  friend bool operator==(const PersonInterval&, const PersonInterval&) = default;
};

/// Two identifiers that spoke with one another have distinct users (Edge::spoke): the largest set
/// of members that all spoke with one another bounds `lo` from below; `hi` is the number of
/// members, taking each identifier for one user. Messages, unanswered calls and stated relations
/// prove no distinct users, so without Edge::spoke `lo` is 1 (0 for no members). Contact alone:
/// attributions, places and statements are joined by `network persons`.
///
/// @param members  distinct vertices of the graph
/// @param budget   search steps before the best clique found is taken
/// @cost exponential in the worst case, bounded by the budget
/// @source DESIGN section 2; branch and bound after Tomita and Kameda (2007)
[[nodiscard]] PersonInterval persons_behind(const Graph& graph,
                                            std::span<const std::uint32_t> members,
                                            std::uint64_t budget = 5'000'000);

}  // namespace palermo::network
