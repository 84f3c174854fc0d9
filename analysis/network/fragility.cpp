#include "analysis/network/fragility.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/network/random.hpp"

namespace palermo::network {

std::vector<std::uint32_t> ranks(const std::vector<double>& scores) {
  std::vector<std::uint32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
    return scores[x] != scores[y] ? scores[x] > scores[y] : x < y;
  });
  std::vector<std::uint32_t> rank(scores.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    const bool tied = i > 0 && scores[order[i - 1]] - scores[order[i]] <=
                                   1e-9 * std::max(1.0, std::abs(scores[order[i - 1]]));
    rank[order[i]] = tied ? rank[order[i - 1]] : i + 1;
  }
  return rank;
}

core::Result<RankStability> rank_stability(const Graph& graph, const Score& score, double share,
                                           std::uint32_t draws, std::uint64_t seed) {
  RankStability result;
  result.keeps_rank.assign(graph.n(), 0.0);
  result.stays_first.assign(graph.n(), 0.0);
  result.draws = draws;
  result.edges_removed =
      static_cast<std::uint32_t>(std::lround(std::clamp(share, 0.0, 1.0) * graph.m()));
  if (draws == 0) return result;
  PALERMO_TRY(const std::vector<double> scores, score(graph));
  const std::vector<std::uint32_t> rank = ranks(scores);
  std::vector<std::uint32_t> kept(graph.n(), 0);
  std::vector<std::uint32_t> first(graph.n(), 0);
  std::vector<std::uint32_t> order(graph.m());
  for (std::uint32_t draw = 0; draw < draws; ++draw) {
    Random random{seed * 1'000'003 + draw};
    std::iota(order.begin(), order.end(), 0U);
    std::vector<bool> keep(graph.m(), true);
    for (std::uint32_t i = 0; i < result.edges_removed; ++i) {
      std::swap(order[i], order[i + random.below(graph.m() - i)]);
      keep[order[i]] = false;
    }
    PALERMO_TRY(const std::vector<double> again, score(graph.with_edges(keep)));
    const std::vector<std::uint32_t> now = ranks(again);
    for (std::uint32_t v = 0; v < graph.n(); ++v) {
      if (now[v] == rank[v]) ++kept[v];
      if (now[v] == 1) ++first[v];
    }
  }
  for (std::uint32_t v = 0; v < graph.n(); ++v) {
    result.keeps_rank[v] = static_cast<double>(kept[v]) / draws;
    result.stays_first[v] = static_cast<double>(first[v]) / draws;
  }
  return result;
}

std::uint32_t stability_draws_for(const Graph& graph) {
  constexpr double kWork = 2.5e8;
  const double once = std::max(1.0, static_cast<double>(graph.n()) * (graph.n() + graph.m()));
  const double draws = std::min(200.0, kWork / once);
  return draws < 20 ? 0 : static_cast<std::uint32_t>(draws);
}

}  // namespace palermo::network
