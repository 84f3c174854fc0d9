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
#include "analysis/network/two_mode.hpp"
#include "core/base/result.hpp"

namespace palermo::network {

enum class NullKind {
  Directed,    // point events: rewire() with Swap::Directed
  Undirected,  // stated relations: rewire() with Swap::Undirected
  Curveball,   // co-presence: curveball() on the person-event table, then project()
};

struct GroupOptions {
  std::uint32_t draws = 200;  // null draws; 0 = no test
  std::uint64_t seed = 1;
  std::uint32_t min_size = 3;         // smaller communities are counted, not listed
  std::optional<Swap> swap;           // absent: Directed for point events, Undirected for relations
  const TwoMode* two_mode = nullptr;  // set: Curveball, and the graph is its projection
  unsigned threads = 0;               // 0 = all; results do not depend on it
  std::function<void(std::uint32_t done, std::uint32_t all)> progress;  // may be empty
};

/// p below this is called significant: for cores to be listed and for removals.
inline constexpr double kSignificant = 0.05;

/// Fewest records whose removal makes a significant group no longer significant.
struct Removals {
  std::uint64_t records = 0;
  bool exact = true;  // false: found greedily; fewer may do
};

struct Group {
  std::vector<std::uint32_t> members;  // vertices, by degree inside the group, then by id
  CommunityTies ties;
  bool core = false;                    // a denser set than the communities, found by the scan
  std::optional<std::uint32_t> within;  // of a core: index of the group that holds most of it
  double resolution = 1;
  std::optional<double>
      z;  // of the excess, against the most surprising sets of its size in the draws
  std::optional<double> p_value;  // corrected for all sets of all sizes
  double null_mean = 0;
  double null_sd = 0;
  std::optional<Removals> removals;  // absent: p is not below kSignificant
  std::optional<double>
      seed_jaccard;                 // mean over searches of the best overlap; absent for one search
  std::int64_t first_us = kNoTime;  // of the ties inside
  std::int64_t last_us = kNoTime;
  PersonInterval persons;
  std::optional<double> stability;  // see half_stability()
};

/// Outcome of the whole-network test.
struct NullResult {
  NullKind kind = NullKind::Directed;
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
  std::optional<double> transitivity_p;
  std::optional<double> best_p;     // of the most surprising set of all, listed or not
  std::vector<double> resolutions;  // searched in the data and in every draw
};

struct Groups {
  std::vector<Group> groups;  // the communities, largest first, then the cores, best first
  Communities communities;
  std::uint32_t smaller = 0;   // communities of 2 .. min_size - 1 members
  std::uint32_t isolates = 0;  // communities of 1
  NullResult null_model;
};

/// Leiden communities and denser cores as candidate groups, tested against a null model that fits
/// how the data arose.
///
/// Every draw makes a network by chance (NullKind) and repeats the same search: the best modularity
/// of as many seeds, and scan() at as many resolutions. The network's p = (1 + k)/(N + 1) counts
/// draws with at least the observed modularity. A group is scored by its surprise (scan.hpp)
/// against the best sets of its size, and its p counts draws whose *best* set of any size scores at
/// least as high (single-step maxT over all sizes): the p-values hold for all groups together.
/// Cores are the sets with p below kSignificant that the scan met beyond the communities, those
/// furthest from the best sets of their size first, none sharing half of the smaller one with a
/// better one.
///
/// Draws run on all cores with a seed each; the result does not depend on the number of threads.
///
/// @error InvalidArgument  the projection of a draw is too large
/// @cost draws x (searches + resolutions) x O(m)
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
