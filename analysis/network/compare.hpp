// What differs between two networks: windows of a case, or layers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/network/graph.hpp"
#include "analysis/network/load/coverage.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/network_compare.pb.h"

namespace palermo::network {

/// Days with records between two days that bound them (absent: the first and last with records).
/// @param sources  EvidenceNames::sources
[[nodiscard]] v1::RecordCoverage coverage_answer(const Coverage& coverage,
                                                 const std::vector<std::string>& sources,
                                                 std::optional<std::int64_t> from_us,
                                                 std::optional<std::int64_t> to_us);

/// One of the two.
struct ComparedSide {
  std::string name;
  const Graph* graph = nullptr;
  v1::RecordCoverage coverage;
};

/// Nodes (with a tie) and ties that came, went and stayed, Jaccard of each and of the K best
/// connected, moves of rank by degree. Nodes are the same where their ids are.
/// @param windows  the sides are times, whose record coverage must be alike; else layers
/// @param top      K; @param most  rows listed; 0 = all
/// @cost O(ties log ties)
[[nodiscard]] v1::NetworkComparison compare_networks(const ComparedSide& a, const ComparedSide& b,
                                                     bool windows, std::uint32_t top,
                                                     std::size_t most);

/// A layer by itself.
struct OverlapLayer {
  std::string name;
  const Graph* graph = nullptr;
};

/// Shared nodes and ties of every two layers, against chance in two ways, both on the nodes that
/// the two have in common, because a tie that could not be shared says nothing:
/// - uniform: hypergeometric, as if each layer's ties lay anywhere among these nodes;
/// - degrees: the second layer's ties are rewired (rewire.hpp, undirected) and counted again, since
///   busy nodes share ties by being busy.
/// @param most  shared ties listed; 0 = all
/// @cost draws * ties of the second layer, for each pair
[[nodiscard]] core::Result<v1::NetworkOverlap> overlap(const std::vector<OverlapLayer>& layers,
                                                       std::uint32_t draws, std::uint64_t seed,
                                                       std::size_t most);

}  // namespace palermo::network
