// Stochastic block models: vertices that are tied alike belong to one block.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/network/tie_arrays.hpp"

namespace palermo::network {

struct BlockFit {
  std::vector<std::uint32_t> of;  // 0 is the largest block
  std::uint32_t blocks = 1;
  bool degree_corrected = false;
  double log_likelihood = 0;    // of the ties, given blocks and their counts (and degrees), in nats
  double description_nats = 0;  // less that, plus blocks, counts and degrees
};

/// Poisson block model with and without degree correction, and how many blocks the data pay for.
///
/// For each number of blocks from the most down to 1: moves of single vertices (first by chance in
/// proportion to their weight, then the best only), then the best merge of two blocks, and so on
/// down; from several starts; the shortest description of each number counts. What is minimized is
/// the description length in the microcanonical form, whose likelihood is that of Karrer and Newman
/// with the rates at their best: ties given blocks, plus the partition, the counts of ties between
/// blocks, and with correction the degrees. The start and the search are heuristics: a longer
/// search may find a shorter description.
///
/// @return fits for every number of blocks, both models; the first is the shortest of all
/// @source Karrer and Newman (2011); Peixoto (2017, PRE 95, 012317), equations for the
/// microcanonical
///         model with uniform priors
/// @cost starts x most x 20 sweeps of O(n most^2)
[[nodiscard]] std::vector<BlockFit> fit_blocks(const TieArrays& graph, std::uint32_t most,
                                               std::uint64_t seed, std::uint32_t starts = 4);

/// The same figure for a given partition.
[[nodiscard]] BlockFit describe_blocks(const TieArrays& graph, const std::vector<std::uint32_t>& of,
                                       bool degree_corrected);

}  // namespace palermo::network
