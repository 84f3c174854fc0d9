// Shortest chains of ties and ego networks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "analysis/network/graph.hpp"
#include "core/base/result.hpp"

namespace palermo::network {

struct Path {
  std::vector<std::uint32_t> vertices;  // from .. to
  std::vector<std::uint32_t> edges;     // one fewer
  double cost = 0;                      // hops, or the sum of 1/strength
};

enum class Length {
  Hops,             // every tie counts 1
  InverseStrength,  // a tie counts 1/strength: a chain of frequent contacts is short
};

/// Shortest path; of several equally short ones, the one through the smallest vertices, read from
/// the start. Absent when none exists; one vertex and no edge from a vertex to itself.
/// @param passable  whether an edge may be used; empty = all
/// @error InvalidArgument  a vertex outside the graph
/// @cost O(n + m) for hops, O((n + m) log n) else
[[nodiscard]] core::Result<std::optional<Path>> shortest_path(
    const Graph& graph, std::uint32_t from, std::uint32_t to, Length length,
    const std::function<bool(std::uint32_t edge)>& passable = {});

/// The `count` shortest paths without a vertex twice, shortest first; of equally short ones that
/// with fewer hops, then the one through the smallest vertices, read from the start. Fewer where no
/// more exist. The first is shortest_path()'s.
/// @error InvalidArgument  a vertex outside the graph
/// @cost count x hops x that of shortest_path()
/// @source Yen (1971)
[[nodiscard]] core::Result<std::vector<Path>> shortest_paths(const Graph& graph, std::uint32_t from,
                                                             std::uint32_t to, Length length,
                                                             std::uint32_t count);

struct EgoNetwork {
  std::vector<std::uint32_t> vertices;  // ego first, then by hop, then by id
  std::vector<std::uint32_t> hops;      // of each vertex
  std::vector<std::uint32_t> edges;     // passable ones whose nearer end is within hops - 1
};

/// Vertices at most `hops` away and the edges on the way: an edge belongs to it when its nearer end
/// is at most hops - 1 away, so ties among the outermost vertices are not shown.
/// @error InvalidArgument  a vertex outside the graph
/// @cost O(size of the result)
[[nodiscard]] core::Result<EgoNetwork> ego_network(
    const Graph& graph, std::uint32_t ego, std::uint32_t hops,
    const std::function<bool(std::uint32_t edge)>& passable = {});

}  // namespace palermo::network
