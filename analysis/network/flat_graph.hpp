// A graph as three plain arrays, for the kernels: nothing but who is next to whom.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analysis/network/graph.hpp"

namespace palermo::network {

/// Compressed rows. Undirected: every edge stands twice. Neighbours in ascending order.
struct FlatGraph {
  std::vector<std::uint32_t> offsets{0};  // n + 1
  std::vector<std::uint32_t> targets;     // of each arc
  std::vector<double> lengths;            // of each arc, above 0; empty = 1 each
  bool directed = false;

  [[nodiscard]] std::uint32_t n() const { return static_cast<std::uint32_t>(offsets.size() - 1); }
  /// Arcs; twice the edges when undirected.
  [[nodiscard]] std::uint32_t arcs() const { return static_cast<std::uint32_t>(targets.size()); }
  [[nodiscard]] std::uint32_t degree(std::uint32_t v) const { return offsets[v + 1] - offsets[v]; }
  [[nodiscard]] std::span<const std::uint32_t> neighbours(std::uint32_t v) const {
    return std::span{targets}.subspan(offsets[v], degree(v));
  }
};

/// @param lengths_of_edges  m values in edge order, or empty
[[nodiscard]] FlatGraph flat(const Graph& graph, std::span<const double> lengths_of_edges = {});
/// The directed pairs. @param lengths_of_arcs  as many as arcs, in their order, or empty
[[nodiscard]] FlatGraph flat_directed(const Graph& graph,
                                      std::span<const double> lengths_of_arcs = {});
/// Every arc turned round.
[[nodiscard]] FlatGraph reversed(const FlatGraph& graph);
/// Undirected, from pairs that each stand once, u != v. @param weights one each, or empty
[[nodiscard]] FlatGraph flat_of_pairs(
    std::uint32_t n, std::span<const std::pair<std::uint32_t, std::uint32_t>> pairs,
    std::span<const double> lengths = {});
/// The same vertices without the arcs at those that are gone: these stay as isolates.
[[nodiscard]] FlatGraph without(const FlatGraph& graph, const std::vector<bool>& gone);

/// Biconnected components of an undirected graph (blocks): sets of vertices that no single vertex
/// separates; a bridge is a block of two. Every edge lies in one block.
struct Blocks {
  std::vector<std::uint32_t> offsets{0};  // blocks + 1
  std::vector<std::uint32_t> members;     // of each block
  std::vector<std::uint32_t> hanging;     // beside members: vertices that the block reaches only
                                          // through this one, itself included
  std::vector<std::uint32_t> home;        // block of the edge to the parent; kNoBlock for roots
  std::vector<std::uint32_t> found_at;    // when the search met the vertex
  std::vector<std::uint32_t> component_size;  // of the vertex's component
  std::vector<bool> cut;                      // whether removing the vertex splits its component
  std::uint32_t bridges = 0;
  static constexpr std::uint32_t kNoBlock = 0xFFFFFFFFU;

  [[nodiscard]] std::uint32_t count() const {
    return static_cast<std::uint32_t>(offsets.size() - 1);
  }
  /// Block that the edge between two neighbours lies in.
  [[nodiscard]] std::uint32_t of_edge(std::uint32_t u, std::uint32_t v) const {
    return found_at[u] > found_at[v] ? home[u] : home[v];
  }
};
/// @cost O(n + m)  @source Hopcroft and Tarjan (1973)
[[nodiscard]] Blocks blocks(const FlatGraph& graph);

/// Triangles, once for all measures that need them.
struct Triangles {
  std::vector<std::uint64_t> at;  // triangles that the vertex belongs to
  std::vector<double> weak;  // of each arc u -> v: sum of 1/degree over their common neighbours
};
/// @cost O(m^1.5)  @source Schank and Wagner (2005), "forward"
[[nodiscard]] Triangles triangles(const FlatGraph& graph, bool with_weak);

/// Largest k such that the vertex belongs to the k-core. @cost O(n + m)
/// @source Batagelj and Zaversnik (2003)
[[nodiscard]] std::vector<std::uint32_t> coreness(const FlatGraph& graph);

/// Size of the largest component, and their number, vertices that are gone left out. @cost O(n + m)
struct Cohesion {
  std::uint32_t largest = 0;
  std::uint32_t components = 0;
};
[[nodiscard]] Cohesion cohesion(const FlatGraph& graph, const std::vector<bool>& gone);
/// cohesion() of the whole graph and after each removal, in one pass backwards by union and find:
/// result[i] is after the first i of `order`. @cost O(n + m)
[[nodiscard]] std::vector<Cohesion> cohesion_along(const FlatGraph& graph,
                                                   std::span<const std::uint32_t> order);

}  // namespace palermo::network
