#include "analysis/network/core_periphery.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "core/base/parallel.hpp"

namespace palermo::network {
namespace {

/// Correlation of two 0/1 variables over `pairs` pairs: `ties` and `pattern` ones, `both` in
/// common.
double correlation(double pairs, double ties, double pattern, double both) {
  const double spread = ties * (pairs - ties) * pattern * (pairs - pattern);
  return spread > 0 ? (pairs * both - ties * pattern) / std::sqrt(spread) : 0;
}

class Split {
 public:
  Split(const TieArrays& graph, std::vector<bool> core)
      : graph_{&graph}, core_{std::move(core)}, in_core_(graph.n(), 0) {
    for (std::uint32_t v = 0; v < graph.n(); ++v) {
      size_ += core_[v] ? 1 : 0;
      for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i) {
        const std::uint32_t u = graph.targets[i];
        in_core_[v] += core_[u] ? 1 : 0;
        if (u > v && (core_[u] || core_[v])) ++covered_;
      }
    }
  }

  [[nodiscard]] double fit(double covered, double size) const {
    const double n = graph_->n();
    return correlation(n * (n - 1) / 2, static_cast<double>(graph_->total),
                       size * (size - 1) / 2 + size * (n - size), covered);
  }
  [[nodiscard]] double fit() const {
    return fit(static_cast<double>(covered_), static_cast<double>(size_));
  }
  /// Ties that v alone covers (as a member) or would add (as none).
  [[nodiscard]] std::int64_t own(std::uint32_t v) const {
    return static_cast<std::int64_t>(graph_->offsets[v + 1] - graph_->offsets[v]) - in_core_[v];
  }
  void toggle(std::uint32_t v) {
    covered_ += core_[v] ? -own(v) : own(v);
    size_ += core_[v] ? -1 : 1;
    const int step = core_[v] ? -1 : 1;
    core_[v] = !core_[v];
    for (std::uint32_t i = graph_->offsets[v]; i < graph_->offsets[v + 1]; ++i)
      in_core_[graph_->targets[i]] += step;
  }
  /// Single moves, then exchanges, while they help.
  void improve() {
    for (int turn = 0; turn < 1000; ++turn) {
      double best = fit() + 1e-12;
      std::int64_t chosen = -1, other = -1;
      std::uint32_t weakest = graph_->n();
      for (std::uint32_t v = 0; v < graph_->n(); ++v) {
        const double size = static_cast<double>(size_) + (core_[v] ? -1 : 1);
        const double now = fit(static_cast<double>(covered_ + (core_[v] ? -own(v) : own(v))), size);
        if (now > best) {
          best = now;
          chosen = v;
        }
        if (core_[v] && (weakest == graph_->n() || own(v) < own(weakest))) weakest = v;
      }
      // Exchanges: of every member in small networks, of the one that covers least in others.
      const bool all = graph_->n() <= 100;
      if (chosen < 0)
        for (std::uint32_t out = all ? 0 : weakest; out < graph_->n(); ++out) {
          if (!core_[out]) continue;
          toggle(out);
          for (std::uint32_t v = 0; v < graph_->n(); ++v) {
            if (core_[v] || v == out) continue;
            const double now =
                fit(static_cast<double>(covered_ + own(v)), static_cast<double>(size_) + 1);
            if (now > best) {
              best = now;
              chosen = out;
              other = v;
            }
          }
          toggle(out);
          if (!all) break;
        }
      if (chosen < 0) return;
      toggle(static_cast<std::uint32_t>(chosen));
      if (other >= 0) toggle(static_cast<std::uint32_t>(other));
    }
  }
  [[nodiscard]] const std::vector<bool>& core() const { return core_; }

 private:
  const TieArrays* graph_;
  std::vector<bool> core_;
  std::vector<int> in_core_;
  std::int64_t covered_ = 0;
  std::int64_t size_ = 0;
};

}  // namespace

double core_fit(const TieArrays& graph, const std::vector<bool>& core) {
  return Split{graph, core}.fit();
}

namespace {

/// All splits, each one member away from the one before it (Gray's code). Of equally good ones the
/// first in that order.
CorePeriphery best_of_all(const TieArrays& graph) {
  const std::uint32_t n = graph.n();
  Split split{graph, std::vector<bool>(n, false)};
  CorePeriphery best{split.core(), split.fit()};
  for (std::uint32_t step = 1; step < 1U << n; ++step) {
    split.toggle(static_cast<std::uint32_t>(std::countr_zero(step)));
    if (split.fit() <= best.fit + 1e-12) continue;
    best.fit = split.fit();
    best.core = split.core();
  }
  return best;
}

}  // namespace

CorePeriphery core_periphery(const TieArrays& graph, Random& random, std::uint32_t starts) {
  const std::uint32_t n = graph.n();
  CorePeriphery best;
  best.core.assign(n, false);
  if (n < 2 || graph.total == 0) return best;
  if (n <= kAllSplits) return best_of_all(graph);
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
    return graph.degree[x] > graph.degree[y];
  });
  // The best run of the highest degrees.
  Split prefix{graph, std::vector<bool>(n, false)};
  std::uint32_t length = 1;
  double most = -2;
  for (std::uint32_t i = 0; i + 1 < n; ++i) {
    prefix.toggle(order[i]);
    if (prefix.fit() > most + 1e-12) {
      most = prefix.fit();
      length = i + 1;
    }
  }
  best.fit = -2;
  for (std::uint32_t start = 0; start < starts; ++start) {
    std::vector<bool> core(n, false);
    for (std::uint32_t i = 0; i < length; ++i) core[order[i]] = true;
    // Later starts exchange a part of the core and its size, every other one begins by chance.
    if (start > 0)
      for (std::uint32_t i = 0; i < std::min(n, 2 * length); ++i)
        if (random.below(4) == 0) core[order[i]] = !core[order[i]];
    if (start % 2 != 0)
      for (std::uint32_t v = 0; v < n; ++v) core[v] = random.below(2) == 0;
    Split split{graph, std::move(core)};
    split.improve();
    if (split.fit() > best.fit + 1e-12) {
      best.fit = split.fit();
      best.core = split.core();
    }
  }
  return best;
}

Coreness continuous_core(const TieArrays& graph) {
  const std::uint32_t n = graph.n();
  Coreness result;
  result.values.assign(n, 0);
  if (n < 2 || graph.total == 0) return result;
  std::vector<double>& c = result.values;
  for (std::uint32_t v = 0; v < n; ++v)
    c[v] = static_cast<double>(graph.degree[v]) / std::sqrt(2.0 * static_cast<double>(graph.total));
  double squares = 0;
  for (const double value : c) squares += value * value;
  for (int turn = 0; turn < 1000; ++turn) {
    double change = 0;
    for (std::uint32_t v = 0; v < n; ++v) {
      double sum = 0;
      for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i)
        sum += c[graph.targets[i]];
      const double rest = squares - c[v] * c[v];
      const double now = rest > 1e-12 ? sum / rest : 0;
      change = std::max(change, std::abs(now - c[v]));
      squares += now * now - c[v] * c[v];
      c[v] = now;
    }
    if (change < 1e-10) break;
  }
  // Correlation over pairs of the ties with c_i c_j, from sums alone.
  double sum = 0, fourth = 0, with_ties = 0;
  squares = 0;
  for (std::uint32_t v = 0; v < n; ++v) {
    sum += c[v];
    squares += c[v] * c[v];
    fourth += c[v] * c[v] * c[v] * c[v];
    for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i)
      with_ties += c[v] * c[graph.targets[i]] / 2;
  }
  const double pairs = 0.5 * n * (n - 1.0);
  const auto ties = static_cast<double>(graph.total);
  const double products = (sum * sum - squares) / 2;
  const double product_squares = (squares * squares - fourth) / 2;
  const double spread = ties * (1 - ties / pairs) * (product_squares - products * products / pairs);
  result.fit = spread > 0 ? (with_ties - ties * products / pairs) / std::sqrt(spread) : 0;
  const double largest = *std::max_element(c.begin(), c.end());
  if (largest > 0)
    for (double& value : c) value /= largest;
  return result;
}

CoreTest test_core(std::uint32_t n, const SwapTies& ties, std::uint32_t draws, std::uint64_t seed) {
  CoreTest test;
  Random first{seed};
  test.found = core_periphery(arrays_of(n, ties.all()), first);
  test.draws = ties.size() < 2 ? 0 : draws;
  std::vector<double> fits(test.draws);
  core::in_parallel(test.draws, core::cores(), [&](unsigned, std::uint32_t draw) {
    Random random{seed * 1'000'003 + draw};
    SwapTies mine = ties;
    rewire(mine, random);
    fits[draw] = core_periphery(arrays_of(n, mine.all()), random).fit;
  });
  if (test.draws == 0) return test;
  const double count = test.draws;
  test.mean = std::accumulate(fits.begin(), fits.end(), 0.0) / count;
  double squares = 0, as_large = 0;
  for (const double fit : fits) {
    squares += (fit - test.mean) * (fit - test.mean);
    as_large += fit >= test.found.fit - 1e-12 ? 1 : 0;
  }
  test.sd = test.draws < 2 ? 0 : std::sqrt(squares / (count - 1));
  if (test.sd > 1e-12) test.z = (test.found.fit - test.mean) / test.sd;
  test.p_value = (1 + as_large) / (count + 1);
  return test;
}

}  // namespace palermo::network
