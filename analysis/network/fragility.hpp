// How much a ranking depends on ties that may be missing.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "analysis/network/graph.hpp"
#include "core/base/result.hpp"

namespace palermo::network {

/// Scores of all vertices of a graph, larger = earlier in the ranking.
using Score = std::function<core::Result<std::vector<double>>(const Graph&)>;

/// Rank of every vertex: 1 + the number of vertices with a greater score; equal scores share a
/// rank. Scores that differ by rounding alone (1e-9 of the larger) count as equal. @cost O(n log n)
[[nodiscard]] std::vector<std::uint32_t> ranks(const std::vector<double>& scores);

struct RankStability {
  std::vector<double> keeps_rank;   // share of draws in which the vertex keeps its rank
  std::vector<double> stays_first;  // share of draws in which it has rank 1
  std::uint32_t draws = 0;
  std::uint32_t edges_removed = 0;  // in each draw
};

/// Removes round(share m) random edges, all vertices stay, and ranks again.
/// @param share  of edges taken away, 0 .. 1
/// @cost draws x cost of the score
[[nodiscard]] core::Result<RankStability> rank_stability(const Graph& graph, const Score& score,
                                                         double share, std::uint32_t draws,
                                                         std::uint64_t seed);

/// Draws that a betweenness-like score on this graph allows in a few seconds: 200 for small graphs,
/// 0 where fewer than 20 would fit.
[[nodiscard]] std::uint32_t stability_draws_for(const Graph& graph);

}  // namespace palermo::network
