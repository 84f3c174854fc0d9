// Betweenness from sampled shortest paths: called by betweenness() alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "analysis/network/betweenness.hpp"

namespace palermo::network::detail {

/// Pairs to draw so that every score is within `error` of all pairs with this confidence; 0 below 3
/// vertices. @cost O(n + m)
std::uint64_t samples_for(const FlatGraph& graph, double error, double confidence);

/// @cost samples_for() searches from both ends
Betweenness sampled(const FlatGraph& graph, double error, const BetweennessOptions& options,
                    std::size_t threads);

}  // namespace palermo::network::detail
