// Key players as sets: who matters most together, which is not who matters most one by one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/network/graph.hpp"
#include "core/base/result.hpp"

namespace palermo::v1 {
class NetworkKeyPlayers;
}

namespace palermo::network {

enum class Goal {
  Fragment,  // KPP-NEG: removed, they leave the rest farthest apart
  Reach,     // KPP-POS: together they are nearest to everybody
};

struct KeyPlayerOptions {
  Goal goal = Goal::Fragment;
  std::uint32_t k = 3;
  std::uint32_t starts = 10;  // searches, from different sets
  std::uint64_t seed = 1;     // of the random starts
  double tolerance = 0.01;    // share of the gain within which a set counts as nearly as good
  std::uint32_t listed = 5;   // alternatives
  double most_work = 3e9;     // steps; bounds candidates and searches
};

struct PlayerSet {
  std::vector<std::uint32_t> members;  // ascending
  double value = 0;
};

struct KeyPlayers {
  PlayerSet best;
  std::vector<std::uint32_t> order;  // of the best set: each adds most to those before
  std::vector<double> steps;         // value up to each of them
  std::vector<double> contribution;  // of each in `order`: value lost without it
  std::vector<double> alone;         // of each in `order`
  double before = 0;                 // of the empty set
  PlayerSet greedy;
  std::vector<std::uint32_t> greedy_order;
  std::vector<PlayerSet> baselines;  // k of highest degree, greatest strength, highest betweenness
  std::vector<PlayerSet> alternatives;
  std::uint64_t nearly_as_good = 0;  // sets looked at within the tolerance, the best left out
  std::uint64_t sets = 0;            // of k members, looked at
  bool every_set = false;
  std::uint32_t starts = 0;
  std::uint32_t candidates = 0;
  std::uint32_t sources = 0;
  bool value_exact = true;
  std::optional<double> at_least_share;  // of the best possible value (reach only)
};

/// Searches the set of k vertices with the greatest value. Fragment: 1 - mean of 1/d over the
/// ordered pairs that remain (Borgatti's distance-weighted fragmentation F). Reach: (k + sum over
/// the others of 1/d to the nearest member) / n. Distances in hops.
///
/// All sets where these are few enough; else greedy, then swaps of one member as long as one
/// improves, from several starts. Of equal sets the one met first, candidates in order of id.
///
/// @error Usage  k is 0 or above the number of vertices
/// @source Borgatti (2006); Nemhauser, Wolsey and Fisher (1978) for the bound of reach
[[nodiscard]] core::Result<KeyPlayers> key_players(const Graph& graph,
                                                   const KeyPlayerOptions& options);

[[nodiscard]] v1::NetworkKeyPlayers key_players_answer(const Graph& graph, const KeyPlayers& found,
                                                       const KeyPlayerOptions& options);

}  // namespace palermo::network
