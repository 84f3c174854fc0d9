// What the `network` commands answer, computed from a graph. `basis` is left to the caller, except
// for basis.convention, which states how the figures were computed and is always printed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/network/graph.hpp"
#include "analysis/network/groups.hpp"
#include "analysis/network/paths.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/network.pb.h"

namespace palermo::network {

/// Size, density, components, path lengths, clustering, mixing, cut points.
/// @cost that of path_lengths()
[[nodiscard]] core::Result<v1::NetworkSummary> summarize(const Graph& graph);

/// Words that --sort takes, in the order of the columns.
[[nodiscard]] const std::vector<std::string>& sort_measures();

struct MetricsOptions {
  std::string sort = "betweenness";
  std::uint32_t top = 0;  // 0 = all nodes
  bool weights = false;   // distances 1/strength, strengths for eigenvector and PageRank
  double missing = 0.1;   // share of edges taken away for the stability of ranks
  std::optional<std::uint32_t> draws;  // absent: as many as take a few seconds
  std::uint64_t seed = 1;
  bool directed = false;        // betweenness, closeness, harmonic and PageRank along the ties
  bool exact = false;           // betweenness, closeness and harmonic from every node at any cost
  std::optional<double> error;  // betweenness sampled with this error, whatever the size
};

/// Every measure of every node, ranked by one of them (constraint: low first), the plain baseline
/// (strength) and the stability of the rank beside it. Equal scores stand by strength, then id.
/// @error Usage  an unknown sort word
[[nodiscard]] core::Result<v1::NetworkMetrics> metrics(const Graph& graph,
                                                       const MetricsOptions& options);

[[nodiscard]] v1::NetworkGroups groups_answer(const Graph& graph, const Groups& groups,
                                              const GroupOptions& options, bool has_halves);

/// @param others  the next shortest ones; all_shown is left to the caller
[[nodiscard]] v1::NetworkPath path_answer(const Graph& graph, const std::optional<Path>& path,
                                          Length length, std::span<const Path> others = {});

[[nodiscard]] v1::NetworkEgo ego_answer(const Graph& graph, const EgoNetwork& ego,
                                        std::uint32_t hops);

/// Vertex that a user names: by id, by "kind:value", or by a telephone number written with blanks,
/// hyphens or 00 for +, where exactly one vertex answers to it.
/// @error NotFound  none; offers similar ids. Usage  several; lists them
[[nodiscard]] core::Result<std::uint32_t> find_node(const Graph& graph, std::string_view named);

/// Up to `most` ids that look like `wanted`, nearest first: same letters and digits, then a common
/// beginning or end, then small edit distance. Hostile text: print through core::printable.
[[nodiscard]] std::vector<std::string> similar_ids(const Graph& graph, std::string_view wanted,
                                                   std::size_t most = 3);

}  // namespace palermo::network
