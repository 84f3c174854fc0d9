// Sums over distances, from all vertices or from a sample: closeness, harmonic, path lengths,
// efficiency.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/network/flat_graph.hpp"

namespace palermo::network {

struct DistanceSums {
  std::vector<std::uint64_t> reached;  // of each vertex: sources that reach it, itself left out
  std::vector<double> sum;             // of the distances from these; whole numbers for hops
  std::vector<double> inverse;         // sum of 1/distance
  double inverse_total = 0;            // over all vertices
  std::vector<std::uint32_t>
      farthest;  // hops: largest distance to a source; 0 where none reaches it
};

/// Distances from every source to every vertex, added up per vertex. Hops: 64 sources at a time,
/// one bit each. The same to the last bit whatever the number of threads.
/// @param sources  each once
/// @param threads  0 = all of the machine
/// @cost sources / 64 x (n + m) x levels for hops; sources x (m + n) log n for lengths
/// @source Then et al. (2014), "The more the merrier"
[[nodiscard]] DistanceSums distance_sums(const FlatGraph& graph,
                                         std::span<const std::uint32_t> sources,
                                         std::size_t threads = 0);

/// Sources whose distances stand for all: every vertex while that takes at most `most_work` steps,
/// else as many drawn with `seed` as fit, from 256 up to 4,096. Ascending.
[[nodiscard]] std::vector<std::uint32_t> distance_sources(const FlatGraph& graph, double most_work,
                                                          std::uint64_t seed);

/// Sum of 1/distance (hops) over ordered pairs of a source and a vertex that is not gone: a kernel
/// for trying many sets of removed vertices, on one thread, with its arrays kept.
class Inverse {
 public:
  explicit Inverse(const FlatGraph& graph);
  /// @param gone  vertices that are not there; sources among them are passed over
  [[nodiscard]] double total(std::span<const std::uint32_t> sources, const std::vector<char>& gone);

 private:
  const FlatGraph* graph_;
  std::vector<std::uint64_t> seen_, now_, next_;
  std::vector<std::uint32_t> front_, touched_;
};

}  // namespace palermo::network
