#include "analysis/network/communities.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/network/igraph_raii.hpp"

namespace palermo::network {
namespace {

using detail::igraph_call;
using detail::IgraphHandle;
using detail::IntVector;
using detail::RealVector;

constexpr int kMostRounds = 100;

// 0 is the largest community; equal sizes stand in the order of their first vertex.
std::uint32_t renumber(std::vector<std::uint32_t>& of) {
  if (of.empty()) return 0;
  const std::uint32_t count = *std::max_element(of.begin(), of.end()) + 1;
  std::vector<std::uint32_t> size(count, 0);
  std::vector<std::uint32_t> first(count, std::numeric_limits<std::uint32_t>::max());
  for (std::uint32_t v = 0; v < of.size(); ++v) {
    ++size[of[v]];
    first[of[v]] = std::min(first[of[v]], v);
  }
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
    return size[x] != size[y] ? size[x] > size[y] : first[x] < first[y];
  });
  std::vector<std::uint32_t> rank(count);
  for (std::uint32_t i = 0; i < count; ++i) rank[order[i]] = i;
  for (std::uint32_t& number : of) number = rank[number];
  // Communities that lost their last vertex have size 0 and stand at the end.
  return static_cast<std::uint32_t>(
      std::count_if(size.begin(), size.end(), [](std::uint32_t s) { return s > 0; }));
}

}  // namespace

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

core::Result<Communities> leiden(const Graph& graph, const SearchOptions& options) {
  Communities best;
  best.searches = std::max(options.seeds, 1U);
  best.of.resize(graph.n());
  std::iota(best.of.begin(), best.of.end(), 0U);
  best.count = graph.n();
  if (graph.m() == 0) return best;
  PALERMO_TRY(const IgraphHandle handle, detail::to_igraph(graph));
  std::vector<double> degrees(graph.n());
  for (std::uint32_t v = 0; v < graph.n(); ++v) degrees[v] = graph.degree(v);
  PALERMO_TRY(RealVector node_weights, RealVector::make(degrees));
  PALERMO_TRY(IntVector membership, IntVector::make(graph.n()));
  const double resolution = 1.0 / (2.0 * graph.m());
  bool first = true;
  for (std::uint32_t search = 0; search < best.searches; ++search) {
    const std::uint64_t seed = options.seed + search;
    std::vector<std::uint32_t> before;
    for (int round = 0; round < kMostRounds; ++round) {
      const std::uint64_t round_seed = seed * 1009 + static_cast<std::uint64_t>(round);
      igraph_integer_t count = 0;
      igraph_real_t quality = 0;
      PALERMO_CHECK_OK(igraph_call("Leiden", &round_seed, [&] {
        return igraph_community_leiden(handle.get(), nullptr, node_weights.get(), resolution, 0.01,
                                       round > 0, 1, membership.get(), &count, &quality);
      }));
      std::vector<std::uint32_t> now = membership.copy();
      renumber(now);
      if (now == before) break;
      before = std::move(now);
    }
    const double q = modularity(graph, before);
    if (first || q > best.modularity + 1e-12) {
      best.modularity = q;
      best.of = before;
    }
    best.worst_modularity = first ? q : std::min(best.worst_modularity, q);
    first = false;
  }
  best.count = renumber(best.of);
  return best;
}

double minus_log10_binomial_tail(std::uint64_t n, double p, std::uint64_t k) {
  if (k == 0 || p >= 1) return 0;
  if (k > n || p <= 0) return std::numeric_limits<double>::infinity();
  const double log_p = std::log(p);
  const double log_q = std::log1p(-p);
  const auto log_term = [&](std::uint64_t i) {
    const auto di = static_cast<double>(i);
    const auto dn = static_cast<double>(n);
    return std::lgamma(dn + 1) - std::lgamma(di + 1) - std::lgamma(dn - di + 1) + di * log_p +
           (dn - di) * log_q;
  };
  // Below the mean the tail is near 1 and its logarithm near 0; summing from k is exact enough, and
  // above the mean the terms fall fast.
  const double first = log_term(k);
  double sum = 0;
  double ratio = 1;
  for (std::uint64_t i = k; i <= n; ++i) {
    sum += ratio;
    const auto di = static_cast<double>(i);
    ratio *= (static_cast<double>(n) - di) / (di + 1) * (p / (1 - p));
    if (ratio < sum * 1e-17 && di > static_cast<double>(n) * p) break;
  }
  return std::max(0.0, -(first + std::log(sum)) / std::log(10.0));
}

std::vector<CommunityTies> community_ties(const Graph& graph, const std::vector<std::uint32_t>& of,
                                          std::uint32_t count) {
  std::vector<CommunityTies> rows(count);
  for (std::uint32_t v = 0; v < graph.n(); ++v) {
    ++rows[of[v]].members;
    rows[of[v]].degree_sum += graph.degree(v);
  }
  for (const Edge& edge : graph.edges())
    if (of[edge.a] == of[edge.b]) ++rows[of[edge.a]].inside;
  if (graph.m() == 0) return rows;
  const double m = graph.m();
  for (CommunityTies& row : rows) {
    const double share = static_cast<double>(row.degree_sum) / (2 * m);
    row.modularity = row.inside / m - share * share;
    row.excess = minus_log10_binomial_tail(graph.m(), share * share, row.inside);
  }
  return rows;
}

}  // namespace palermo::network
