// Leiden on flat arrays: one search is one thread's work, and many run side by side.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/network/random.hpp"
#include "analysis/network/tie_arrays.hpp"

namespace palermo::network {

/// One search's result.
struct FlatPartition {
  std::vector<std::uint32_t> of;  // 0 is the largest community; equal sizes by their first vertex
  std::uint32_t count = 0;
  double quality = 0;  // modularity at the resolution searched; 0 without ties
  std::uint32_t rounds = 0;
};

/// Modularity maximization after Traag, Waltman and van Eck (2019): local moving over a queue,
/// refinement inside each community among well-connected parts (greedy, the limit of theta to 0,
/// ties by chance), aggregation by the refined partition; the whole repeated from its own result
/// until the quality no longer rises (above 20,000 ties: until a round adds less than 1e-4).
/// Communities never cross components, and each is connected.
///
/// Holds its working memory between searches; one object a thread. The result depends on the graph,
/// the resolution and the seed alone.
class FlatLeiden {
 public:
  /// @param resolution  1 = Newman's modularity; larger values give smaller communities
  /// @param most_rounds  rounds after which the search stops, converged or not
  /// @cost about 0.3 s a million ties for the first round, less for the later ones
  [[nodiscard]] FlatPartition search(const TieArrays& graph, double resolution, std::uint64_t seed,
                                     std::uint32_t most_rounds = 100);

 private:
  bool move(const TieArrays& graph, std::vector<std::uint32_t>& of, Random& random);
  void refine(const TieArrays& graph, const std::vector<std::uint32_t>& of,
              std::vector<std::uint32_t>& refined, Random& random);
  static TieArrays aggregate(const TieArrays& graph, const std::vector<std::uint32_t>& of,
                             std::uint32_t count);
  void order_by_chance(std::uint32_t n, Random& random);

  double scale_ = 0;  // resolution / sum of all degrees
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> queue_;
  std::vector<char> queued_;
  std::vector<double> sum_;      // degree of each community
  std::vector<double> outside_;  // refinement: weight from a part to the rest of its community
  std::vector<double> to_;       // weight from the vertex at hand to each community
  std::vector<std::uint32_t> size_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> touched_;
};

/// Sum over communities of inside/total - resolution (degree/2 total)^2; 0 without ties.
[[nodiscard]] double flat_modularity(const TieArrays& graph, const std::vector<std::uint32_t>& of,
                                     double resolution = 1);

/// 0 becomes the largest community; equal sizes stand in the order of their first vertex.
/// @return communities
std::uint32_t renumber_by_size(std::vector<std::uint32_t>& of);

/// Adjusted Rand index of two partitions of the same vertices: 1 = the same, about 0 = by chance.
/// 1 where both are trivial (all in one, or each alone). @source Hubert and Arabie (1985)
[[nodiscard]] double adjusted_rand(const std::vector<std::uint32_t>& a,
                                   const std::vector<std::uint32_t>& b);

}  // namespace palermo::network
