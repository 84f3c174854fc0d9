// How much of the evidence a significant group hangs on: called by find_groups() alone.
#pragma once

#include <cstdint>
#include <optional>

#include "analysis/network/graph.hpp"
#include "analysis/network/groups.hpp"
#include "analysis/network/scan.hpp"
#include "analysis/network/two_mode.hpp"

namespace palermo::network::detail {

/// Fewest records to be removed from a simple graph, the draws held fixed: ties inside are taken
/// away cheapest first, and ties elsewhere too, whose loss makes the degrees of the group weigh
/// more. What the test sees is ties inside, degrees, size and ties in all, so trying every number
/// of ties inside is exact.
/// @param critical  largest excess that is not significant
[[nodiscard]] std::optional<Removals> fewest_removals(const Graph& graph, const BinomialTail& tail,
                                                      const Group& group, double critical);

/// The same for co-presence: attendances of members are taken away one at a time, each time the one
/// that lowers the excess most for its records. An upper bound.
[[nodiscard]] std::optional<Removals> greedy_removals(const TwoMode& table,
                                                      const BinomialTail& tail, std::uint64_t total,
                                                      const Group& group, double critical);

}  // namespace palermo::network::detail
