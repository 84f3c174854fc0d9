// Measures computed on our own arrays; those that igraph computes are in centrality.cpp.
#include "analysis/network/measures.hpp"

#include <algorithm>
#include <numeric>

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
  constexpr std::uint32_t kUnseen = std::numeric_limits<std::uint32_t>::max();
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
  std::vector<std::uint32_t> distance(n, kUnseen);
  std::vector<std::uint32_t> queue;
  queue.reserve(n);
  std::uint64_t sum_largest = 0, pairs_largest = 0, sum_all = 0, pairs_all = 0;
  for (const std::uint32_t source : sources) {
    queue.assign(1, source);
    distance[source] = 0;
    std::uint64_t sum = 0;
    for (std::size_t head = 0; head < queue.size(); ++head) {
      const std::uint32_t v = queue[head];
      sum += distance[v];
      for (const Neighbour& next : graph.neighbours(v)) {
        if (distance[next.vertex] != kUnseen) continue;
        distance[next.vertex] = distance[v] + 1;
        queue.push_back(next.vertex);
      }
    }
    sum_all += sum;
    pairs_all += queue.size() - 1;
    if (parts.of[source] == 0) {
      sum_largest += sum;
      pairs_largest += queue.size() - 1;
      result.diameter = std::max(result.diameter, distance[queue.back()]);
    }
    for (const std::uint32_t v : queue) distance[v] = kUnseen;
  }
  if (pairs_largest > 0)
    result.mean_of_largest = static_cast<double>(sum_largest) / static_cast<double>(pairs_largest);
  if (pairs_all > 0)
    result.mean_of_all = static_cast<double>(sum_all) / static_cast<double>(pairs_all);
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

std::vector<double> inverse_strengths(const Graph& graph) {
  std::vector<double> distances;
  distances.reserve(graph.m());
  for (const Edge& edge : graph.edges()) distances.push_back(1.0 / edge.weight);
  return distances;
}

}  // namespace palermo::network
