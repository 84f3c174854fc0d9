// Candidate groups and the question whether chance alone makes such groups.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/network/communities.hpp"
#include "analysis/network/distinct.hpp"
#include "analysis/network/graph.hpp"
#include "analysis/network/rewire.hpp"
#include "core/base/result.hpp"

namespace palermo::network {

struct GroupOptions {
  std::uint32_t draws = 200;  // null draws; 0 = no test
  std::uint64_t seed = 1;
  std::uint32_t min_size = 3;  // smaller communities are counted, not listed
  std::optional<Swap> swap;    // absent: Directed for point events, Undirected for relations
  std::function<void(std::uint32_t done, std::uint32_t all)> progress;  // may be empty
};

struct Group {
  std::vector<std::uint32_t> members;  // vertices, by degree inside the group, then by id
  CommunityTies ties;
  std::optional<double> z;          // of the excess, against the best group of every draw
  std::optional<double> p_value;    // corrected for the number of groups
  std::int64_t first_us = kNoTime;  // of the ties inside
  std::int64_t last_us = kNoTime;
  PersonInterval persons;
  std::optional<double> stability;  // see half_stability()
};

/// Outcome of the whole-network test.
struct NullResult {
  Swap swap = Swap::Directed;
  std::uint32_t draws = 0;
  double mean = 0;  // of the modularity found in the draws
  double sd = 0;
  std::optional<double> z;  // absent without spread
  std::optional<double>
      p_value;               // (1 + k) / (N + 1), k = draws with at least the observed modularity
  double swaps_per_tie = 0;  // fewest made in a draw; below 10 the graph leaves little choice
  std::optional<double> transitivity;  // observed
  double transitivity_mean = 0;
  double transitivity_sd = 0;
  std::optional<double> transitivity_z;
};

struct Groups {
  std::vector<Group> groups;
  Communities communities;
  std::uint32_t smaller = 0;   // communities of 2 .. min_size - 1 members
  std::uint32_t isolates = 0;  // communities of 1
  NullResult null_model;
};

/// Leiden communities as candidate groups, tested against degree-preserving rewiring.
///
/// Every draw rewires the ties (rewire()), repeats the same community search and keeps (1) its
/// modularity and (2) the largest excess of any of its groups of at least min_size. The network's
/// p = (1 + k)/(N + 1) counts draws with at least the observed modularity; a group's p counts draws
/// whose *best* group has at least its excess. Comparing with the best group of each draw holds for
/// all groups together (single-step maxT), so no further correction is due.
///
/// @cost draws x searches x O(m)
/// @source ANALYSIS; Westfall and Young (1993) for maxT; Phipson and Smyth (2010) for (1 + k)/(N +
/// 1)
[[nodiscard]] core::Result<Groups> find_groups(const Graph& graph, const GroupOptions& options);

/// Whether groups persist: both halves of the period are searched anew; for each group, the
/// community of each half that overlaps it best (Jaccard, members active in that half) is taken,
/// and the Jaccard overlap of these two is the group's stability. Absent where a half has no tie
/// between members.
/// @param first,second  graphs of the halves, with ids of `graph`
[[nodiscard]] core::Status half_stability(const Graph& graph, const Graph& first,
                                          const Graph& second, std::uint64_t seed, Groups& groups);

/// |A and B| / |A or B| of sorted sets; 0 for two empty ones.
[[nodiscard]] double jaccard(const std::vector<std::string>& a, const std::vector<std::string>& b);

}  // namespace palermo::network
