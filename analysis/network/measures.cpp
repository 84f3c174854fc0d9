// Measures of the whole graph, and the simplest ones of its vertices.
#include "analysis/network/measures.hpp"

#include <algorithm>
#include <numeric>

#include "analysis/network/distances.hpp"
#include "analysis/network/random.hpp"

namespace palermo::network {

std::vector<double> strengths(const Graph& graph) {
  std::vector<double> sums(graph.n(), 0.0);
  for (const Edge& edge : graph.edges()) {
    sums[edge.a] += edge.weight;
    sums[edge.b] += edge.weight;
  }
  return sums;
}

DirectedDegrees directed_degrees(const Graph& graph) {
  DirectedDegrees degrees{std::vector<std::uint32_t>(graph.n(), 0),
                          std::vector<std::uint32_t>(graph.n(), 0)};
  for (const Arc& arc : graph.arcs()) {
    ++degrees.out[arc.a];
    ++degrees.in[arc.b];
  }
  return degrees;
}

Components components(const Graph& graph) {
  constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> found(graph.n(), kNone);
  std::vector<std::uint32_t> sizes;
  std::vector<std::uint32_t> stack;
  for (std::uint32_t start = 0; start < graph.n(); ++start) {
    if (found[start] != kNone) continue;
    const auto number = static_cast<std::uint32_t>(sizes.size());
    sizes.push_back(0);
    found[start] = number;
    stack.push_back(start);
    while (!stack.empty()) {
      const std::uint32_t v = stack.back();
      stack.pop_back();
      ++sizes[number];
      for (const Neighbour& next : graph.neighbours(v)) {
        if (found[next.vertex] != kNone) continue;
        found[next.vertex] = number;
        stack.push_back(next.vertex);
      }
    }
  }
  std::vector<std::uint32_t> order(sizes.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t x, std::uint32_t y) { return sizes[x] > sizes[y]; });
  std::vector<std::uint32_t> rank(sizes.size());
  Components result;
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    rank[order[i]] = i;
    result.sizes.push_back(sizes[order[i]]);
  }
  result.of = std::move(found);
  for (std::uint32_t& number : result.of) number = rank[number];
  return result;
}

PathLengths path_lengths(const Graph& graph, double most_work) {
  constexpr std::uint32_t kSample = 1000;
  constexpr std::uint64_t kSampleSeed = 1;
  PathLengths result;
  const std::uint32_t n = graph.n();
  if (n == 0) return result;
  const Components parts = components(graph);
  std::vector<std::uint32_t> sources(n);
  std::iota(sources.begin(), sources.end(), 0U);
  if (static_cast<double>(n) * (static_cast<double>(n) + graph.m()) > most_work && n > kSample) {
    Random random{kSampleSeed};
    for (std::uint32_t i = 0; i < kSample; ++i)
      std::swap(sources[i], sources[i + random.below(n - i)]);
    sources.resize(kSample);
    result.exact = false;
  }
  result.sources = static_cast<std::uint32_t>(sources.size());
  const DistanceSums sums = distance_sums(flat(graph), sources);
  // Sums of hops are whole numbers below 2^53, so these are exact.
  double sum_largest = 0, sum_all = 0;
  std::uint64_t pairs_largest = 0, pairs_all = 0;
  for (std::uint32_t v = 0; v < n; ++v) {
    sum_all += sums.sum[v];
    pairs_all += sums.reached[v];
    if (parts.of[v] != 0) continue;
    sum_largest += sums.sum[v];
    pairs_largest += sums.reached[v];
    result.diameter = std::max(result.diameter, sums.farthest[v]);
  }
  if (pairs_largest > 0) result.mean_of_largest = sum_largest / static_cast<double>(pairs_largest);
  if (pairs_all > 0) result.mean_of_all = sum_all / static_cast<double>(pairs_all);
  if (n > 1)
    result.efficiency =
        sums.inverse_total / (static_cast<double>(sources.size()) * (static_cast<double>(n) - 1));
  return result;
}

std::optional<double> reciprocity(const Graph& graph) {
  const std::vector<Arc>& arcs = graph.arcs();
  if (arcs.empty()) return std::nullopt;
  std::uint64_t mutual = 0;
  for (const Arc& arc : arcs) {
    const auto opposite = std::lower_bound(arcs.begin(), arcs.end(), std::pair{arc.b, arc.a},
                                           [](const Arc& x, const auto& wanted) {
                                             return std::pair{x.a, x.b} < wanted;
                                           });
    if (opposite != arcs.end() && opposite->a == arc.b && opposite->b == arc.a) ++mutual;
  }
  return static_cast<double>(mutual) / static_cast<double>(arcs.size());
}

core::Result<std::optional<double>> transitivity(const Graph& graph) {
  double triples = 0;
  for (std::uint32_t v = 0; v < graph.n(); ++v)
    triples += static_cast<double>(graph.degree(v)) * (graph.degree(v) - 1.0) / 2;
  if (triples == 0) return std::optional<double>{};
  const Triangles found = triangles(flat(graph), false);
  double corners = 0;
  for (const std::uint64_t count : found.at) corners += static_cast<double>(count);
  return std::optional<double>{corners / triples};
}

core::Result<std::optional<double>> mean_clustering(const Graph& graph) {
  if (graph.n() == 0) return std::optional<double>{};
  const Triangles found = triangles(flat(graph), false);
  double sum = 0;
  for (std::uint32_t v = 0; v < graph.n(); ++v) {
    const double degree = graph.degree(v);
    if (degree >= 2) sum += 2 * static_cast<double>(found.at[v]) / (degree * (degree - 1));
  }
  return std::optional<double>{sum / graph.n()};
}

core::Result<std::optional<double>> assortativity(const Graph& graph) {
  // Over both directions of every edge: covariance of the two degrees / variance of one.
  double products = 0, sum = 0, squares = 0;
  bool all_equal = true;
  for (const Edge& edge : graph.edges()) {
    const double a = graph.degree(edge.a);
    const double b = graph.degree(edge.b);
    all_equal = all_equal && a == b && a == graph.degree(graph.edges().front().a);
    products += a * b;
    sum += (a + b) / 2;
    squares += (a * a + b * b) / 2;
  }
  if (all_equal) return std::optional<double>{};
  const double m = graph.m();
  const double mean = sum / m;
  return std::optional<double>{(products / m - mean * mean) / (squares / m - mean * mean)};
}

core::Result<std::vector<std::uint32_t>> coreness(const Graph& graph) {
  return coreness(flat(graph));
}

core::Result<std::vector<bool>> articulation(const Graph& graph) { return blocks(flat(graph)).cut; }

core::Result<std::uint32_t> bridges(const Graph& graph) { return blocks(flat(graph)).bridges; }

std::vector<double> inverse_strengths(const Graph& graph) {
  std::vector<double> distances;
  distances.reserve(graph.m());
  for (const Edge& edge : graph.edges()) distances.push_back(1.0 / edge.weight);
  return distances;
}

}  // namespace palermo::network
