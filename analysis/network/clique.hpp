// The largest set of vertices that are all tied to one another.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace palermo::network {

struct Clique {
  std::vector<std::uint32_t> members;  // ascending
  bool exact = true;                   // false: the budget ended first; a larger one may exist
  std::uint32_t at_most = 0;           // no clique is larger; the size itself where exact
  std::uint64_t steps = 0;
};

/// Largest clique. Steps, not seconds, are bounded: the same graph gives the same answer
/// everywhere.
///
/// Vertices are taken in degeneracy order, each with its later neighbours, of which there are at
/// most as many as the coreness; within these, branch and bound with a greedy colouring. Of several
/// largest cliques the first met is returned.
///
/// @param n       vertices
/// @param pairs   undirected, in any order; duplicates and loops are dropped
/// @param budget  search steps before the best clique found is taken
/// @param above   cliques of this size or less are of no interest: members may then be empty
/// @cost exponential in the worst case, bounded by the budget; O(n + pairs) memory
/// @source Eppstein, Löffler and Strash (2010) for the order; Tomita and Kameda (2007) for the
/// bound
[[nodiscard]] Clique largest_clique(std::uint32_t n,
                                    std::span<const std::pair<std::uint32_t, std::uint32_t>> pairs,
                                    std::uint64_t budget = 5'000'000, std::uint32_t above = 0);

/// Coreness of each vertex: the largest k such that it is in a subgraph where all have k ties.
/// A clique that holds the vertex has at most one more. O(n + pairs log pairs).
[[nodiscard]] std::vector<std::uint32_t> coreness_of(
    std::uint32_t n, std::span<const std::pair<std::uint32_t, std::uint32_t>> pairs);

}  // namespace palermo::network
