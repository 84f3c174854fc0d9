#include "analysis/network/tie_arrays.hpp"

#include <algorithm>
#include <numeric>

#include "analysis/network/graph.hpp"

namespace palermo::network {

TieArrays arrays_of(const Graph& graph) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  pairs.reserve(graph.m());
  for (const Edge& edge : graph.edges()) pairs.emplace_back(edge.a, edge.b);
  return arrays_of(graph.n(), pairs);
}

TieArrays arrays_of(std::uint32_t n, std::span<const std::pair<std::uint32_t, std::uint32_t>> pairs,
                    std::span<const std::uint32_t> weights) {
  TieArrays flat;
  flat.offsets.assign(n + 1, 0);
  for (const auto& [a, b] : pairs) {
    ++flat.offsets[a + 1];
    ++flat.offsets[b + 1];
  }
  std::partial_sum(flat.offsets.begin(), flat.offsets.end(), flat.offsets.begin());
  flat.targets.resize(2 * pairs.size());
  if (!weights.empty()) flat.weights.resize(2 * pairs.size());
  flat.degree.assign(n, 0);
  std::vector<std::uint32_t> next(flat.offsets.begin(), flat.offsets.end() - 1);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto [a, b] = pairs[i];
    const std::uint32_t weight = weights.empty() ? 1 : weights[i];
    if (!weights.empty()) flat.weights[next[a]] = flat.weights[next[b]] = weight;
    flat.targets[next[a]++] = b;
    flat.targets[next[b]++] = a;
    flat.degree[a] += weight;
    flat.degree[b] += weight;
    flat.total += weight;
  }
  return flat;
}

std::optional<double> closed_share(const TieArrays& graph) {
  const std::uint32_t n = graph.n();
  const auto links = [&](std::uint32_t v) { return graph.offsets[v + 1] - graph.offsets[v]; };
  double triples = 0;
  for (std::uint32_t v = 0; v < n; ++v) triples += 0.5 * links(v) * (links(v) - 1.0);
  if (!(triples > 0)) return std::nullopt;
  // Each triangle is counted at its vertex of highest rank, where rank goes by degree.
  const auto above = [&](std::uint32_t u, std::uint32_t v) {
    return links(u) != links(v) ? links(u) > links(v) : u > v;
  };
  std::vector<std::uint32_t> mark(n, n);
  std::uint64_t triangles = 0;
  for (std::uint32_t v = 0; v < n; ++v) {
    for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i)
      if (above(graph.targets[i], v)) mark[graph.targets[i]] = v;
    for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i) {
      const std::uint32_t u = graph.targets[i];
      if (!above(u, v)) continue;
      for (std::uint32_t j = graph.offsets[u]; j < graph.offsets[u + 1]; ++j)
        triangles += above(graph.targets[j], u) && mark[graph.targets[j]] == v ? 1 : 0;
    }
  }
  return 3.0 * static_cast<double>(triangles) / triples;
}

}  // namespace palermo::network
