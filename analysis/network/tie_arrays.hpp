// A graph as plain arrays, for kernels that run on several threads beside igraph's lock.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace palermo::network {

class Graph;

/// Undirected, without loops except in aggregates. Vertex v has the neighbours targets[offsets[v]]
/// … targets[offsets[v + 1] - 1], each tie once in either direction.
struct TieArrays {
  std::vector<std::uint32_t> offsets{0};
  std::vector<std::uint32_t> targets;
  std::vector<std::uint32_t> weights;  // of each target, at least 1; empty = 1 each
  std::vector<std::uint64_t> degree;   // sum of the weights at v, a loop counted twice
  std::uint64_t total = 0;             // sum of the weights of the ties

  [[nodiscard]] std::uint32_t n() const { return static_cast<std::uint32_t>(offsets.size() - 1); }
  [[nodiscard]] std::uint32_t weight(std::uint32_t place) const {
    return weights.empty() ? 1 : weights[place];
  }
};

/// Unweighted ties of a graph.
[[nodiscard]] TieArrays arrays_of(const Graph& graph);
/// Ties of distinct pairs without loops, any order. @cost O(n + ties)
[[nodiscard]] TieArrays arrays_of(std::uint32_t n,
                                  std::span<const std::pair<std::uint32_t, std::uint32_t>> pairs,
                                  std::span<const std::uint32_t> weights = {});

/// Share of connected triples that are closed, weights ignored; absent without a triple.
/// @cost O(m^1.5)
[[nodiscard]] std::optional<double> closed_share(const TieArrays& graph);

}  // namespace palermo::network
