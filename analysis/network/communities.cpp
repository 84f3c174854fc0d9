#include "analysis/network/communities.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/network/flat_leiden.hpp"
#include "core/base/parallel.hpp"

namespace palermo::network {
std::uint32_t searches_for(std::uint32_t edges) {
  return std::clamp(20'000U / std::max(edges, 1U), 1U, 10U);
}

double modularity(const Graph& graph, const std::vector<std::uint32_t>& of) {
  if (graph.m() == 0 || of.size() != graph.n()) return 0;
  const std::uint32_t count = *std::max_element(of.begin(), of.end()) + 1;
  std::vector<std::uint64_t> degree_sum(count, 0);
  for (std::uint32_t v = 0; v < graph.n(); ++v) degree_sum[of[v]] += graph.degree(v);
  std::uint64_t inside = 0;
  for (const Edge& edge : graph.edges()) inside += of[edge.a] == of[edge.b] ? 1 : 0;
  const double m = graph.m();
  double expected = 0;
  for (const std::uint64_t sum : degree_sum) {
    const double share = static_cast<double>(sum) / (2 * m);
    expected += share * share;
  }
  return static_cast<double>(inside) / m - expected;
}

Communities leiden(const TieArrays& graph, const SearchOptions& options) {
  Communities best;
  best.searches = std::max(options.seeds, 1U);
  std::vector<FlatPartition> found(best.searches);
  std::vector<FlatLeiden> kernels(core::cores());
  core::in_parallel(best.searches, core::cores(), [&](unsigned worker, std::uint32_t search) {
    found[search] = kernels[worker].search(graph, 1, options.seed + search);
  });
  std::uint32_t first = 0;
  for (std::uint32_t search = 1; search < best.searches; ++search)
    if (found[search].quality > found[first].quality + 1e-12) first = search;
  best.of = found[first].of;
  best.count = found[first].count;
  best.modularity = found[first].quality;
  best.worst_modularity = best.modularity;
  best.least_count = best.most_count = best.count;
  for (const FlatPartition& one : found) {
    best.worst_modularity = std::min(best.worst_modularity, one.quality);
    best.least_count = std::min(best.least_count, one.count);
    best.most_count = std::max(best.most_count, one.count);
  }
  double sum = 0;
  std::uint32_t pairs = 0;
  for (std::uint32_t a = 0; a < best.searches; ++a)
    for (std::uint32_t b = a + 1; b < best.searches; ++b) {
      const double rand = adjusted_rand(found[a].of, found[b].of);
      sum += rand;
      ++pairs;
      best.least_rand = std::min(best.least_rand.value_or(rand), rand);
    }
  if (pairs > 0) best.mean_rand = sum / pairs;
  for (FlatPartition& one : found) best.all.push_back(std::move(one.of));
  return best;
}

core::Result<Communities> leiden(const Graph& graph, const SearchOptions& options) {
  return leiden(arrays_of(graph), options);
}

}  // namespace palermo::network
