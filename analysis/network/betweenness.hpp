// Betweenness on flat arrays: exact, or from sampled shortest paths with a stated error.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/network/flat_graph.hpp"
#include "core/base/result.hpp"

namespace palermo::network {

struct BetweennessOptions {
  bool exact = false;           // whatever it costs
  std::optional<double> error;  // sampled with this error, unless exact takes fewer steps than that
  double confidence = 0.9;      // that every score is within the error
  double most_work = 4e9;       // exact up to this many steps; then sampled, with kUsualError where
                                // no error is given; 0: never exact
  std::uint64_t seed = 1;
  std::size_t threads = 0;  // 0 = all of the machine; the result is the same to the last bit
};
inline constexpr double kUsualError = 0.01;

struct Betweenness {
  std::vector<double> scores;  // undirected: unordered pairs; directed: ordered pairs
  bool exact = true;
  std::uint64_t samples = 0;  // pairs drawn
  double error = 0;           // every score is within this share of all pairs, at once,
  double confidence = 1;      // with this probability
};

/// How often a vertex lies between two others on a shortest path, shared among equally short paths
/// (lengths that differ by 1e-10 of themselves count as equal).
///
/// Exact: the graph is taken apart at its articulation points, so that trees and everything that
/// hangs on one vertex cost nothing; the search runs inside each biconnected component, every
/// vertex weighted by what hangs on it. Sampled: shortest paths between random pairs; their number
/// follows from error, confidence and the diameter.
///
/// @error Graph  more shortest paths between two vertices than a double can count
/// @cost sum over blocks of n_b m_b (hops), n_b (m_b + n_b) log n_b (lengths); sampled: 0.5 /
/// error^2
///       (log2 of the diameter + 1 + ln(1 / (1 - confidence))) searches from both ends
/// @source Brandes (2001); Puzis et al. (2012) for the blocks; Riondato and Kornaropoulos (2016)
/// for
///         the number of samples
[[nodiscard]] core::Result<Betweenness> betweenness(const FlatGraph& graph,
                                                    const BetweennessOptions& options);

/// Steps that the exact search takes: sum over blocks of vertices times arcs.
[[nodiscard]] double betweenness_work(const FlatGraph& graph);

}  // namespace palermo::network
