// Removal: what is left of a network when those who seem to matter are taken out of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/network/graph.hpp"
#include "core/base/result.hpp"

namespace palermo::v1 {
class NetworkDisruption;
}

namespace palermo::network {

/// Words for DisruptOptions::strategy.
[[nodiscard]] const std::vector<std::string>& removal_strategies();

struct DisruptOptions {
  std::string strategy = "betweenness";
  std::uint32_t remove = 10;  // vertices in all; at most n
  std::uint32_t block = 1;    // removed between two rankings
  std::string recovery;       // "", "distance" or "degree"
  std::uint32_t draws = 200;  // random removals to compare with; 0 = none
  std::uint64_t seed = 1;
  std::vector<std::uint32_t> list;  // strategy "list": whom to remove, in order
};

struct RemovalPoint {
  std::uint32_t removed = 0;
  std::uint32_t largest = 0;         // vertices of the largest component
  std::uint32_t components = 0;      // of those that remain
  std::optional<double> efficiency;  // mean of 1/d over the pairs that remain
  std::vector<std::uint32_t> gone;   // in this step, in order
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ties;  // made in this step
};

/// Mean, and the 5 % and 95 % marks of the draws.
struct RandomPoint {
  std::uint32_t removed = 0;
  double largest_mean = 0;
  std::uint32_t largest_low = 0;
  std::uint32_t largest_high = 0;
  struct Efficiency {
    double mean, low, high;
  };
  std::optional<Efficiency> efficiency;
};

struct Disruption {
  std::vector<RemovalPoint>
      curve;  // ranked anew after every block; the first point: nobody removed
  std::vector<RemovalPoint> at_once;  // removed by the first ranking
  std::vector<RandomPoint> random;
  std::vector<RemovalPoint> recovery;
  std::uint32_t ties_made = 0;
  std::uint32_t sources = 0;
  bool efficiency_exact = true;
  bool betweenness_exact = true;
};

/// Removes vertices by rank, the greatest score first (constraint: the lowest); equal scores by
/// degree, then by id. Recovery: after each block everyone who lost a tie makes one new tie for
/// each, to a friend of a friend as of before (somebody at distance two), the nearest ("distance":
/// in what remains, then of higher degree) or the one of highest degree ("degree": then the
/// nearest), then by id; new ties have strength 1.
///
/// @error Usage  an unknown strategy or recovery; recovery on more than 20,000 vertices
/// @source Duijn, Kashirin and Sloot (2014) for the recovery; Morone and Makse (2015) for
///         collective_influence (at distance 1)
[[nodiscard]] core::Result<Disruption> disrupt(const Graph& graph, const DisruptOptions& options);

[[nodiscard]] v1::NetworkDisruption disruption_answer(const Graph& graph, const Disruption& found,
                                                      const DisruptOptions& options);

}  // namespace palermo::network
