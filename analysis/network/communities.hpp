// Communities: sets of vertices with more ties inside than their degrees alone would give.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/network/graph.hpp"
#include "analysis/network/tie_arrays.hpp"
#include "core/base/result.hpp"

namespace palermo::network {

struct SearchOptions {
  std::uint32_t seeds = 10;  // independent searches; the best one counts
  std::uint64_t seed = 1;    // of the first search; the others follow from it
};

/// Searches worth their time for a graph of this size: 10 up to 2,000 edges, then fewer, at
/// least 1. The observed graph and every null draw are searched equally often.
[[nodiscard]] std::uint32_t searches_for(std::uint32_t edges);

struct Communities {
  std::vector<std::uint32_t>
      of;  // community of each vertex; 0 is the largest, then by first vertex
  std::uint32_t count = 0;
  double modularity = 0;        // of the best search; 0 for a graph without edges
  double worst_modularity = 0;  // of the worst search: the spread is part of the result
  std::uint32_t searches = 0;
  // How much the searches differ.
  std::uint32_t least_count = 0;
  std::uint32_t most_count = 0;
  std::optional<double> mean_rand;  // adjusted Rand index over pairs of searches; absent below 2
  std::optional<double> least_rand;
  std::vector<std::vector<std::uint32_t>> all;  // community of each vertex in every search
};

/// Leiden on modularity (resolution 1, unweighted), each search repeated until it rises no more,
/// the best of several seeds. A community never crosses components.
///
/// @cost searches x about 1 s a million edges, on all cores
/// @source Traag, Waltman and van Eck (2019); FlatLeiden
[[nodiscard]] core::Result<Communities> leiden(const Graph& graph, const SearchOptions& options);
[[nodiscard]] Communities leiden(const TieArrays& graph, const SearchOptions& options);

/// Newman's modularity, unweighted, of any partition. 0 for a graph without edges. @cost O(n + m)
[[nodiscard]] double modularity(const Graph& graph, const std::vector<std::uint32_t>& of);

/// Ties of one community against what its degrees give.
struct CommunityTies {
  std::uint32_t members = 0;
  std::uint32_t inside = 0;      // edges with both ends inside
  std::uint64_t degree_sum = 0;  // 2 inside + edges to the outside
  double modularity = 0;         // its share: inside/m - (degree_sum/2m)^2
  double excess = 0;             // -log10 of the chance of so many inside: BinomialTail
};

}  // namespace palermo::network
