#include "analysis/network/distances.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <memory>
#include <numeric>

#include "analysis/network/random.hpp"
#include "core/base/parallel.hpp"

namespace palermo::network {
namespace {

constexpr std::size_t kLanes = 64;

/// Breadth-first search from up to 64 sources at once, one bit each.
struct Lanes {
  explicit Lanes(std::uint32_t n) : seen(n, 0), now(n, 0), next(n, 0) {}
  std::vector<std::uint64_t> seen, now, next;
  std::vector<std::uint32_t> front, touched;

  /// @param found  called as found(vertex, sources that reach it now, distance); vertices in any
  /// order
  template <typename Found>
  void search(const FlatGraph& graph, std::span<const std::uint32_t> sources, Found&& found) {
    std::fill(seen.begin(), seen.end(), 0);
    std::uint64_t all = 0;
    front.clear();
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const std::uint64_t bit = std::uint64_t{1} << i;
      all |= bit;
      seen[sources[i]] |= bit;
      now[sources[i]] |= bit;
      front.push_back(sources[i]);
    }
    const std::uint32_t n = graph.n();
    const std::uint32_t* const offsets = graph.offsets.data();
    const std::uint32_t* const targets = graph.targets.data();
    for (std::uint32_t distance = 1; !front.empty(); ++distance) {
      touched.clear();
      if (!graph.directed && front.size() > n / 8) {
        // Most vertices give: everyone who still misses somebody takes.
        for (std::uint32_t v = 0; v < n; ++v) {
          if (seen[v] == all) continue;
          std::uint64_t given = 0;
          for (std::uint32_t a = offsets[v]; a < offsets[v + 1]; ++a) given |= now[targets[a]];
          given &= ~seen[v];
          if (given == 0) continue;
          next[v] = given;
          touched.push_back(v);
        }
        for (const std::uint32_t v : front) now[v] = 0;
      } else {
        for (const std::uint32_t v : front) {
          const std::uint64_t gives = now[v];
          now[v] = 0;
          for (std::uint32_t a = offsets[v]; a < offsets[v + 1]; ++a) {
            const std::uint32_t u = targets[a];
            const std::uint64_t fresh = gives & ~seen[u];
            if (fresh == 0) continue;
            if (next[u] == 0) touched.push_back(u);
            next[u] |= fresh;
          }
        }
      }
      for (const std::uint32_t v : touched) {
        const std::uint64_t fresh = next[v];
        next[v] = 0;
        seen[v] |= fresh;
        now[v] = fresh;
        found(v, fresh, distance);
      }
      front.swap(touched);
    }
  }
};

void settle_all(const FlatGraph& graph, std::uint32_t source, std::vector<double>& length,
                std::vector<std::pair<double, std::uint32_t>>& heap, DistanceSums& sums) {
  std::fill(length.begin(), length.end(), std::numeric_limits<double>::infinity());
  heap.assign(1, {0.0, source});
  length[source] = 0;
  const auto later = std::greater<>{};
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), later);
    const auto [reached, v] = heap.back();
    heap.pop_back();
    if (reached > length[v]) continue;
    if (v != source) {
      ++sums.reached[v];
      sums.sum[v] += reached;
      sums.inverse[v] += 1 / reached;
    }
    for (std::uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
      const double candidate = reached + graph.lengths[a];
      if (candidate >= length[graph.targets[a]]) continue;
      length[graph.targets[a]] = candidate;
      heap.emplace_back(candidate, graph.targets[a]);
      std::push_heap(heap.begin(), heap.end(), later);
    }
  }
}

DistanceSums empty_sums(std::uint32_t n) {
  DistanceSums sums;
  sums.reached.assign(n, 0);
  sums.sum.assign(n, 0.0);
  sums.inverse.assign(n, 0.0);
  sums.farthest.assign(n, 0);
  return sums;
}

}  // namespace

DistanceSums distance_sums(const FlatGraph& graph, std::span<const std::uint32_t> sources,
                           std::size_t threads) {
  const std::uint32_t n = graph.n();
  const bool any_number = threads == 0;
  if (any_number) threads = core::cores();
  const bool hops = graph.lengths.empty();
  const std::size_t step = hops ? kLanes : 1;
  const std::size_t batches = (sources.size() + step - 1) / step;
  constexpr std::size_t kMostPieces = 32;
  const std::size_t pieces = std::min(batches, kMostPieces);
  if (any_number && static_cast<double>(batches) * (n + graph.arcs()) < 1e5) threads = 1;
  std::vector<DistanceSums> sums(pieces);
  core::in_parallel(pieces, threads, [&](std::size_t, std::size_t piece) {
    DistanceSums& own = sums[piece];
    own = empty_sums(n);
    const std::size_t begin = batches * piece / pieces;
    const std::size_t end = batches * (piece + 1) / pieces;
    if (hops) {
      Lanes lanes{n};
      for (std::size_t batch = begin; batch < end; ++batch)
        lanes.search(
            graph,
            sources.subspan(batch * kLanes, std::min(kLanes, sources.size() - batch * kLanes)),
            [&](std::uint32_t v, std::uint64_t fresh, std::uint32_t distance) {
              const int count = std::popcount(fresh);
              own.reached[v] += static_cast<std::uint64_t>(count);
              own.sum[v] += static_cast<double>(count) * distance;
              own.inverse[v] += static_cast<double>(count) / distance;
              own.farthest[v] = std::max(own.farthest[v], distance);
            });
    } else {
      std::vector<double> length(n);
      std::vector<std::pair<double, std::uint32_t>> heap;
      for (std::size_t i = begin; i < end; ++i) settle_all(graph, sources[i], length, heap, own);
    }
  });
  DistanceSums result = empty_sums(n);
  for (const DistanceSums& own : sums) {
    for (std::uint32_t v = 0; v < n; ++v) {
      result.reached[v] += own.reached[v];
      result.sum[v] += own.sum[v];
      result.inverse[v] += own.inverse[v];
      result.farthest[v] = std::max(result.farthest[v], own.farthest[v]);
    }
  }
  for (const double value : result.inverse) result.inverse_total += value;
  return result;
}

std::vector<std::uint32_t> distance_sources(const FlatGraph& graph, double most_work,
                                            std::uint64_t seed) {
  const std::uint32_t n = graph.n();
  std::vector<std::uint32_t> sources(n);
  std::iota(sources.begin(), sources.end(), 0U);
  // A search of 64 lanes passes over the arcs about ten times.
  const double one =
      (static_cast<double>(n) + graph.arcs()) * (graph.lengths.empty() ? 10.0 / kLanes : 10.0);
  if (one * n <= most_work) return sources;
  const auto fit = static_cast<std::uint32_t>(std::clamp(most_work / one, 256.0, 4096.0));
  if (fit >= n) return sources;
  Random random{seed};
  for (std::uint32_t i = 0; i < fit; ++i) std::swap(sources[i], sources[i + random.below(n - i)]);
  sources.resize(fit);
  std::sort(sources.begin(), sources.end());
  return sources;
}

Inverse::Inverse(const FlatGraph& graph)
    : graph_(&graph), seen_(graph.n()), now_(graph.n(), 0), next_(graph.n(), 0) {}

double Inverse::total(std::span<const std::uint32_t> sources, const std::vector<char>& gone) {
  const FlatGraph& graph = *graph_;
  const std::uint32_t n = graph.n();
  std::uint64_t counts_at[64] = {};  // pairs at each distance; those farther are added singly
  double result = 0;
  std::size_t at = 0;
  while (at < sources.size()) {
    // Who is gone counts as seen by all, and so is never entered.
    for (std::uint32_t v = 0; v < n; ++v) seen_[v] = gone[v] != 0 ? ~std::uint64_t{0} : 0;
    front_.clear();
    for (std::size_t lane = 0; lane < kLanes && at < sources.size(); ++at) {
      const std::uint32_t v = sources[at];
      if (gone[v] != 0) continue;
      seen_[v] |= std::uint64_t{1} << lane;
      now_[v] |= std::uint64_t{1} << lane;
      front_.push_back(v);
      ++lane;
    }
    for (std::uint32_t distance = 1; !front_.empty(); ++distance) {
      touched_.clear();
      for (const std::uint32_t v : front_) {
        const std::uint64_t gives = now_[v];
        now_[v] = 0;
        for (std::uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
          const std::uint32_t u = graph.targets[a];
          const std::uint64_t fresh = gives & ~seen_[u];
          if (fresh == 0) continue;
          if (next_[u] == 0) touched_.push_back(u);
          next_[u] |= fresh;
        }
      }
      std::uint64_t count = 0;
      for (const std::uint32_t v : touched_) {
        count += static_cast<std::uint64_t>(std::popcount(next_[v]));
        seen_[v] |= next_[v];
        now_[v] = next_[v];
        next_[v] = 0;
      }
      if (distance < 64) {
        counts_at[distance] += count;
      } else {
        result += static_cast<double>(count) / distance;
      }
      front_.swap(touched_);
    }
  }
  for (std::uint32_t distance = 1; distance < 64; ++distance)
    result += static_cast<double>(counts_at[distance]) / distance;
  return result;
}

}  // namespace palermo::network
