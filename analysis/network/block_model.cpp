#include "analysis/network/block_model.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <unordered_map>

#include "analysis/network/flat_leiden.hpp"
#include "core/base/parallel.hpp"

namespace palermo::network {
namespace {

/// ln of the number of ways to write m as a sum of at most n parts, order apart.
double log_partitions_anew(double m, double n) {
  if (m < 1 || n < 1) return 0;
  if (n < std::pow(m, 0.25))
    return std::lgamma(m) - std::lgamma(n) - std::lgamma(m - n + 1) - std::lgamma(n + 1);
  const double most = std::numbers::pi * std::sqrt(2.0 / 3) * std::sqrt(m);
  // Szekeres' form for n near or above the square root of m, and its limit of no bound on n.
  const double u = n / std::sqrt(m);
  if (u > 4) return most - std::log(4 * std::sqrt(3.0) * m);
  double v = u;
  const auto dilog = [](double x) {  // Li2(1 - e^-v) by series
    double sum = 0, power = x;
    for (int k = 1; k < 400; ++k, power *= x) sum += power / (static_cast<double>(k) * k);
    return sum;
  };
  for (int turn = 0; turn < 60; ++turn) v = u * std::sqrt(dilog(1 - std::exp(-v)));
  const double dl = dilog(1 - std::exp(-v));
  const double f = std::log(v) - 1.5 * std::log(2.0) - std::log(u) - std::log(std::numbers::pi) -
                   0.5 * std::log(std::max(1e-12, 1 - (1 + u * u / 2) * std::exp(-v)));
  const double g = 2 * v / u - u * std::log1p(-std::exp(-v));
  return dl > 0 ? f - std::log(m) + std::sqrt(m) * g : 0;
}

/// The same few sums are asked for again and again.
double log_partitions(double m, double n) {
  thread_local std::unordered_map<std::uint64_t, double> known;
  const std::uint64_t key = (static_cast<std::uint64_t>(m) << 32) | static_cast<std::uint64_t>(n);
  const auto found = known.find(key);
  if (found != known.end()) return found->second;
  const double value = log_partitions_anew(m, n);
  if (known.size() > 1'000'000) known.clear();
  known.emplace(key, value);
  return value;
}

class Blocks {
 public:
  Blocks(const TieArrays& graph, std::vector<std::uint32_t> of, std::uint32_t blocks,
         bool corrected)
      : graph_{&graph},
        of_{std::move(of)},
        blocks_{blocks},
        corrected_{corrected},
        size_(blocks, 0),
        degree_(blocks, 0),
        ties_(std::size_t{blocks} * blocks, 0) {
    std::uint64_t widest = 0;
    for (const std::uint64_t degree : graph.degree) widest = std::max(widest, degree);
    width_ = static_cast<std::uint32_t>(widest) + 1;
    degrees_.assign(std::size_t{blocks} * width_, 0);
    log_factorial_.resize(2 * graph.total + graph.n() + 2, 0);
    for (std::size_t i = 2; i < log_factorial_.size(); ++i)
      log_factorial_[i] = log_factorial_[i - 1] + std::log(static_cast<double>(i));
    for (std::uint32_t v = 0; v < graph.n(); ++v) {
      ++size_[of_[v]];
      degree_[of_[v]] += graph.degree[v];
      ++degrees_[of_[v] * width_ + graph.degree[v]];
      for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i)
        ++at(of_[v], of_[graph.targets[i]]);  // the diagonal counts each tie twice
    }
    to_.assign(blocks, 0);
  }

  /// -ln likelihood of the ties.
  [[nodiscard]] double ties_nats() const {
    double sum = 0;
    for (std::uint32_t r = 0; r < blocks_; ++r) {
      sum += block_ties(r);
      for (std::uint32_t s = r; s < blocks_; ++s) sum += pair(r, s);
    }
    if (corrected_)
      for (const std::uint64_t degree : graph_->degree) sum -= log_factorial_[degree];
    return sum;
  }
  [[nodiscard]] double nats() const {
    double sum = ties_nats();
    const double n = graph_->n(), b = blocks_, m = static_cast<double>(graph_->total);
    for (std::uint32_t r = 0; r < blocks_; ++r) sum += block_model(r);
    sum += std::lgamma(n) - std::lgamma(b) - std::lgamma(n - b + 1) + log_factorial_[graph_->n()] +
           std::log(n);
    const double kinds = b * (b + 1) / 2;
    sum += std::lgamma(kinds + m) - std::lgamma(m + 1) - std::lgamma(kinds);
    return sum;
  }

  void sweep(Random& random, bool by_chance) {
    order_.resize(graph_->n());
    std::iota(order_.begin(), order_.end(), 0U);
    for (std::uint32_t i = graph_->n(); i > 1; --i)
      std::swap(order_[i - 1], order_[random.below(i)]);
    std::vector<double> cost(blocks_);
    for (const std::uint32_t v : order_) {
      const std::uint32_t from = of_[v];
      if (size_[from] == 1) continue;  // no block is emptied
      count(v);
      double least = 0;
      for (std::uint32_t s = 0; s < blocks_; ++s) {
        cost[s] = s == from ? 0 : change(v, s);
        least = std::min(least, cost[s]);
      }
      std::uint32_t to = from;
      if (by_chance) {
        double all = 0;
        for (const double c : cost) all += std::exp(least - c);
        double point = random.unit() * all;
        for (std::uint32_t s = 0; s < blocks_; ++s) {
          point -= std::exp(least - cost[s]);
          if (point < 0) {
            to = s;
            break;
          }
        }
      } else if (least < -1e-9) {
        to = static_cast<std::uint32_t>(std::min_element(cost.begin(), cost.end()) - cost.begin());
      }
      if (to != from) move(v, to);
    }
  }

  /// The partition after the merge of two blocks that costs least.
  [[nodiscard]] std::vector<std::uint32_t> merged() const {
    double least = std::numeric_limits<double>::infinity();
    std::uint32_t a = 0, b = 1;
    for (std::uint32_t r = 0; r < blocks_; ++r)
      for (std::uint32_t s = r + 1; s < blocks_; ++s) {
        std::vector<std::uint32_t> of = joined(r, s);
        const double now = Blocks{*graph_, std::move(of), blocks_ - 1, corrected_}.nats();
        if (now < least) {
          least = now;
          a = r;
          b = s;
        }
      }
    return joined(a, b);
  }
  [[nodiscard]] const std::vector<std::uint32_t>& of() const { return of_; }

 private:
  std::uint64_t& at(std::uint32_t r, std::uint32_t s) { return ties_[r * blocks_ + s]; }
  [[nodiscard]] std::uint64_t at(std::uint32_t r, std::uint32_t s) const {
    return ties_[r * blocks_ + s];
  }
  [[nodiscard]] std::vector<std::uint32_t> joined(std::uint32_t a, std::uint32_t b) const {
    std::vector<std::uint32_t> of = of_;
    for (std::uint32_t& r : of) {
      if (r == b) r = a;
      if (r > b) --r;
    }
    return of;
  }
  [[nodiscard]] double pair(std::uint32_t r, std::uint32_t s) const {
    if (r != s) return -log_factorial_[at(r, s)];
    const std::uint64_t inside = at(r, r) / 2;
    return -(static_cast<double>(inside) * std::numbers::ln2 + log_factorial_[inside]);
  }
  [[nodiscard]] double block_ties(std::uint32_t r) const {
    return corrected_ ? log_factorial_[degree_[r]]
                      : static_cast<double>(degree_[r]) * std::log(std::max(1.0, double(size_[r])));
  }
  /// What a block adds to the description beside the ties: who is in it, and their degrees.
  [[nodiscard]] double block_model(std::uint32_t r) const {
    double sum = -log_factorial_[size_[r]];
    if (!corrected_) return sum;
    sum += log_partitions(static_cast<double>(degree_[r]), size_[r]) + log_factorial_[size_[r]];
    for (std::uint32_t k = 0; k < width_; ++k) sum -= log_factorial_[degrees_[r * width_ + k]];
    return sum;
  }
  void count(std::uint32_t v) {
    std::fill(to_.begin(), to_.end(), 0);
    for (std::uint32_t i = graph_->offsets[v]; i < graph_->offsets[v + 1]; ++i)
      ++to_[of_[graph_->targets[i]]];
  }
  void shift(std::uint32_t v, std::uint32_t from, std::uint32_t to) {
    const std::uint64_t degree = graph_->degree[v];
    --size_[from];
    ++size_[to];
    degree_[from] -= degree;
    degree_[to] += degree;
    --degrees_[from * width_ + degree];
    ++degrees_[to * width_ + degree];
    for (std::uint32_t s = 0; s < blocks_; ++s) {
      if (to_[s] == 0) continue;
      at(from, s) -= to_[s];
      at(s, from) -= to_[s];
      at(to, s) += to_[s];
      at(s, to) += to_[s];
    }
  }
  [[nodiscard]] double rows(std::uint32_t r, std::uint32_t s) const {
    double sum = block_ties(r) + block_ties(s) + pair(r, s);
    for (std::uint32_t t = 0; t < blocks_; ++t) {
      if (t != s) sum += pair(r, t);
      if (t != r) sum += pair(s, t);
    }
    return sum;
  }
  /// Of the blocks' own description, only what depends on this degree and the sums.
  [[nodiscard]] double owns(std::uint32_t r, std::uint64_t degree) const {
    double sum = -log_factorial_[size_[r]];
    if (!corrected_) return sum;
    return sum + log_factorial_[size_[r]] +
           log_partitions(static_cast<double>(degree_[r]), size_[r]) -
           log_factorial_[degrees_[r * width_ + degree]];
  }
  double change(std::uint32_t v, std::uint32_t to) {
    const std::uint32_t from = of_[v];
    const std::uint64_t degree = graph_->degree[v];
    const double before = rows(from, to) + owns(from, degree) + owns(to, degree);
    shift(v, from, to);
    const double after = rows(from, to) + owns(from, degree) + owns(to, degree);
    shift(v, to, from);
    return after - before;
  }
  void move(std::uint32_t v, std::uint32_t to) {
    shift(v, of_[v], to);
    of_[v] = to;
  }

  const TieArrays* graph_;
  std::vector<std::uint32_t> of_;
  std::uint32_t blocks_;
  bool corrected_;
  std::vector<std::uint32_t> size_;
  std::vector<std::uint64_t> degree_;
  std::vector<std::uint64_t> ties_;
  std::uint32_t width_ = 1;
  std::vector<std::uint32_t> degrees_;  // vertices of each degree in each block
  std::vector<double> log_factorial_;
  std::vector<std::uint64_t> to_;  // ties of the vertex at hand to each block
  std::vector<std::uint32_t> order_;
};

BlockFit fit_of(const Blocks& blocks, std::uint32_t count, bool corrected) {
  BlockFit fit;
  fit.of = blocks.of();
  renumber_by_size(fit.of);
  fit.blocks = count;
  fit.degree_corrected = corrected;
  fit.log_likelihood = -blocks.ties_nats();
  fit.description_nats = blocks.nats();
  return fit;
}

}  // namespace

BlockFit describe_blocks(const TieArrays& graph, const std::vector<std::uint32_t>& of,
                         bool degree_corrected) {
  const std::uint32_t count = of.empty() ? 1 : *std::max_element(of.begin(), of.end()) + 1;
  return fit_of(Blocks{graph, of, count, degree_corrected}, count, degree_corrected);
}

std::vector<BlockFit> fit_blocks(const TieArrays& graph, std::uint32_t most, std::uint64_t seed,
                                 std::uint32_t starts) {
  const std::uint32_t n = graph.n();
  std::vector<BlockFit> result;
  if (n == 0) return result;
  most = std::clamp(most, 1U, n);
  std::vector<std::vector<BlockFit>> found(std::size_t{2} * starts);
  core::in_parallel(2 * starts, core::cores(), [&](unsigned, std::uint32_t run) {
    const bool corrected = run % 2 != 0;
    Random random{seed + run};
    std::vector<std::uint32_t> of(n);
    std::uint32_t count = most;
    if (run < 2) {
      // One start from communities, the others by chance.
      FlatLeiden kernel;
      of = kernel.search(graph, 1, seed).of;
      for (std::uint32_t& r : of) r = r % most;
      count = std::min(most, *std::max_element(of.begin(), of.end()) + 1);
    } else {
      for (std::uint32_t v = 0; v < n; ++v)
        of[v] = v < most ? v : static_cast<std::uint32_t>(random.below(most));
    }
    for (; count >= 1; --count) {
      Blocks blocks{graph, of, count, corrected};
      double least = blocks.nats();
      Blocks best = blocks;
      for (int turn = 0; turn < 20 && count > 1; ++turn) {
        blocks.sweep(random, turn < 12);
        const double now = blocks.nats();
        if (now < least - 1e-9) {
          least = now;
          best = blocks;
        } else if (turn > 13) {
          break;
        }
      }
      found[run].push_back(fit_of(best, count, corrected));
      if (count == 1) break;
      of = best.merged();
    }
  });
  for (std::uint32_t corrected = 0; corrected < 2; ++corrected)
    for (std::uint32_t count = 1; count <= most; ++count) {
      const BlockFit* best = nullptr;
      for (std::uint32_t run = corrected; run < 2 * starts; run += 2)
        for (const BlockFit& fit : found[run])
          if (fit.blocks == count &&
              (best == nullptr || fit.description_nats < best->description_nats - 1e-9))
            best = &fit;
      if (best != nullptr) result.push_back(*best);
    }
  const auto shortest = std::min_element(
      result.begin(), result.end(),
      [](const BlockFit& x, const BlockFit& y) { return x.description_nats < y.description_nats; });
  std::rotate(result.begin(), shortest, shortest + 1);
  return result;
}

}  // namespace palermo::network
