#include "analysis/network/flat_leiden.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace palermo::network {
namespace {

constexpr std::size_t kExactTies = 20'000;
constexpr double kTolerance = 1e-4;
constexpr double kGain = 1e-9;  // smaller differences of weights are rounding

// Numbers below `bound` become 0 .. count - 1 in the order of appearance.
std::uint32_t compact(std::vector<std::uint32_t>& of, std::vector<std::uint32_t>& number,
                      std::uint32_t bound) {
  number.assign(bound, std::numeric_limits<std::uint32_t>::max());
  std::uint32_t count = 0;
  for (std::uint32_t& community : of) {
    if (number[community] == std::numeric_limits<std::uint32_t>::max()) number[community] = count++;
    community = number[community];
  }
  return count;
}

}  // namespace

std::uint32_t renumber_by_size(std::vector<std::uint32_t>& of) {
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

double flat_modularity(const TieArrays& graph, const std::vector<std::uint32_t>& of,
                       double resolution) {
  if (graph.total == 0 || of.empty()) return 0;
  const std::uint32_t count = *std::max_element(of.begin(), of.end()) + 1;
  std::vector<double> degree(count, 0);
  double inside = 0;  // twice the weight inside
  for (std::uint32_t v = 0; v < graph.n(); ++v) {
    degree[of[v]] += static_cast<double>(graph.degree[v]);
    for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i)
      if (of[graph.targets[i]] == of[v]) inside += graph.weight(i);
  }
  const double both = 2.0 * static_cast<double>(graph.total);
  double expected = 0;
  for (const double sum : degree) expected += (sum / both) * (sum / both);
  return inside / both - resolution * expected;
}

double adjusted_rand(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  const auto pairs = [](double x) { return x * (x - 1) / 2; };
  std::vector<std::pair<std::uint32_t, std::uint32_t>> both(a.size());
  for (std::size_t v = 0; v < a.size(); ++v) both[v] = {a[v], b[v]};
  std::sort(both.begin(), both.end());
  double together = 0, in_a = 0, in_b = 0;
  for (std::size_t i = 0; i < both.size();) {
    std::size_t end = i;
    while (end < both.size() && both[end] == both[i]) ++end;
    together += pairs(static_cast<double>(end - i));
    i = end;
  }
  const auto sizes = [&](const std::vector<std::uint32_t>& of) {
    std::vector<std::uint32_t> sorted = of;
    std::sort(sorted.begin(), sorted.end());
    double sum = 0;
    for (std::size_t i = 0; i < sorted.size();) {
      std::size_t end = i;
      while (end < sorted.size() && sorted[end] == sorted[i]) ++end;
      sum += pairs(static_cast<double>(end - i));
      i = end;
    }
    return sum;
  };
  in_a = sizes(a);
  in_b = sizes(b);
  const double all = pairs(static_cast<double>(a.size()));
  if (!(all > 0)) return 1;
  const double expected = in_a * in_b / all;
  const double most = (in_a + in_b) / 2;
  return most - expected < 1e-12 ? 1 : (together - expected) / (most - expected);
}

void FlatLeiden::order_by_chance(std::uint32_t n, Random& random) {
  order_.resize(n);
  std::iota(order_.begin(), order_.end(), 0U);
  for (std::uint32_t i = n; i > 1; --i) std::swap(order_[i - 1], order_[random.below(i)]);
}

bool FlatLeiden::move(const TieArrays& graph, std::vector<std::uint32_t>& of, Random& random) {
  const std::uint32_t n = graph.n();
  sum_.assign(n, 0);
  size_.assign(n, 0);
  to_.assign(n, 0);
  for (std::uint32_t v = 0; v < n; ++v) {
    sum_[of[v]] += static_cast<double>(graph.degree[v]);
    ++size_[of[v]];
  }
  free_.clear();
  for (std::uint32_t c = n; c-- > 0;)
    if (size_[c] == 0) free_.push_back(c);
  order_by_chance(n, random);
  queue_ = order_;
  queued_.assign(n, 1);
  std::size_t head = 0, waiting = n;  // a ring of n places
  bool moved = false;
  while (waiting > 0) {
    const std::uint32_t v = queue_[head];
    head = head + 1 == n ? 0 : head + 1;
    --waiting;
    queued_[v] = 0;
    const std::uint32_t from = of[v];
    const auto degree = static_cast<double>(graph.degree[v]);
    touched_.clear();
    for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i) {
      const std::uint32_t u = graph.targets[i];
      if (u == v) continue;
      const std::uint32_t c = of[u];
      if (to_[c] == 0) touched_.push_back(c);
      to_[c] += graph.weight(i);
    }
    const double stay = to_[from] - scale_ * degree * (sum_[from] - degree);
    std::uint32_t best = from;
    double most = stay;
    for (const std::uint32_t c : touched_) {
      if (c == from) continue;
      const double gain = to_[c] - scale_ * degree * sum_[c];
      if (gain > most + kGain) {
        most = gain;
        best = c;
      }
    }
    if (most < -kGain && size_[from] > 1 && !free_.empty()) best = free_.back();
    for (const std::uint32_t c : touched_) to_[c] = 0;
    if (best == from) continue;
    if (size_[best] == 0) free_.pop_back();
    sum_[from] -= degree;
    sum_[best] += degree;
    ++size_[best];
    if (--size_[from] == 0) {
      sum_[from] = 0;
      free_.push_back(from);
    }
    of[v] = best;
    moved = true;
    for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i) {
      const std::uint32_t u = graph.targets[i];
      if (queued_[u] || of[u] == best) continue;
      queued_[u] = 1;
      std::size_t tail = head + waiting;
      if (tail >= n) tail -= n;
      queue_[tail] = u;
      ++waiting;
    }
  }
  return moved;
}

void FlatLeiden::refine(const TieArrays& graph, const std::vector<std::uint32_t>& of,
                        std::vector<std::uint32_t>& refined, Random& random) {
  const std::uint32_t n = graph.n();
  std::vector<double> whole(n, 0);  // degree of each community that is refined
  refined.resize(n);
  std::iota(refined.begin(), refined.end(), 0U);
  sum_.resize(n);
  outside_.assign(n, 0);
  size_.assign(n, 1);
  for (std::uint32_t v = 0; v < n; ++v) {
    sum_[v] = static_cast<double>(graph.degree[v]);
    whole[of[v]] += sum_[v];
    for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i) {
      const std::uint32_t u = graph.targets[i];
      if (u != v && of[u] == of[v]) outside_[v] += graph.weight(i);
    }
  }
  order_by_chance(n, random);
  for (const std::uint32_t v : order_) {
    if (refined[v] != v || size_[v] != 1) continue;  // only who stands alone may still join
    const auto degree = static_cast<double>(graph.degree[v]);
    if (outside_[v] < scale_ * degree * (whole[of[v]] - degree) - kGain) continue;
    touched_.clear();
    for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i) {
      const std::uint32_t u = graph.targets[i];
      if (u == v || of[u] != of[v]) continue;
      const std::uint32_t c = refined[u];
      if (to_[c] == 0) touched_.push_back(c);
      to_[c] += graph.weight(i);
    }
    std::uint32_t best = v;
    double most = 0;
    std::uint32_t equal = 1;
    for (const std::uint32_t c : touched_) {
      // Parts that hang on their community by less than chance gives are left alone.
      if (outside_[c] < scale_ * sum_[c] * (whole[of[v]] - sum_[c]) - kGain) continue;
      const double gain = to_[c] - scale_ * degree * sum_[c];
      if (gain > most + kGain) {
        most = gain;
        best = c;
        equal = 1;
      } else if (gain > most - kGain && best != v && random.below(++equal) == 0) {
        best = c;
      }
    }
    if (best != v) {
      refined[v] = best;
      outside_[best] += outside_[v] - 2 * to_[best];
      sum_[best] += degree;
      ++size_[best];
      size_[v] = 0;
    }
    for (const std::uint32_t c : touched_) to_[c] = 0;
  }
}

TieArrays FlatLeiden::aggregate(const TieArrays& graph, const std::vector<std::uint32_t>& of,
                                std::uint32_t count) {
  const std::uint32_t n = graph.n();
  std::vector<std::uint32_t> start(count + 1, 0);
  for (std::uint32_t v = 0; v < n; ++v) ++start[of[v] + 1];
  std::partial_sum(start.begin(), start.end(), start.begin());
  std::vector<std::uint32_t> members(n);
  std::vector<std::uint32_t> next(start.begin(), start.end() - 1);
  for (std::uint32_t v = 0; v < n; ++v) members[next[of[v]]++] = v;
  TieArrays result;
  result.total = graph.total;
  result.offsets.assign(count + 1, 0);
  result.degree.assign(count, 0);
  std::vector<std::uint32_t> place(count, std::numeric_limits<std::uint32_t>::max());
  for (std::uint32_t c = 0; c < count; ++c) {
    const auto begin = static_cast<std::uint32_t>(result.targets.size());
    for (std::uint32_t k = start[c]; k < start[c + 1]; ++k) {
      const std::uint32_t v = members[k];
      result.degree[c] += graph.degree[v];
      for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i) {
        const std::uint32_t d = of[graph.targets[i]];
        if (d == c) continue;  // loops add nothing to any move; degree keeps their weight
        if (place[d] == std::numeric_limits<std::uint32_t>::max() || place[d] < begin) {
          place[d] = static_cast<std::uint32_t>(result.targets.size());
          result.targets.push_back(d);
          result.weights.push_back(0);
        }
        result.weights[place[d]] += graph.weight(i);
      }
    }
    result.offsets[c + 1] = static_cast<std::uint32_t>(result.targets.size());
    for (std::uint32_t i = begin; i < result.offsets[c + 1]; ++i)
      place[result.targets[i]] = std::numeric_limits<std::uint32_t>::max();
  }
  return result;
}

FlatPartition FlatLeiden::search(const TieArrays& graph, double resolution, std::uint64_t seed,
                                 std::uint32_t most_rounds) {
  const std::uint32_t n = graph.n();
  FlatPartition result;
  result.of.resize(n);
  std::iota(result.of.begin(), result.of.end(), 0U);
  result.count = n;
  if (graph.total == 0) return result;
  scale_ = resolution / (2.0 * static_cast<double>(graph.total));
  Random random{seed};
  std::vector<std::uint32_t> now = result.of;
  std::vector<std::uint32_t> refined, number, top, of, above;
  const double tolerance = graph.targets.size() <= 2 * kExactTies ? 0 : kTolerance;
  double before = -std::numeric_limits<double>::infinity();
  for (std::uint32_t round = 0; round < most_rounds; ++round) {
    TieArrays level;
    const TieArrays* current = &graph;
    top.resize(n);  // vertex of the current level that each vertex is part of
    std::iota(top.begin(), top.end(), 0U);
    of = now;
    while (true) {
      move(*current, of, random);
      refine(*current, of, refined, random);
      const std::uint32_t parts = compact(refined, number, current->n());
      if (parts == current->n()) break;
      above.assign(parts, 0);
      for (std::uint32_t v = 0; v < current->n(); ++v) above[refined[v]] = of[v];
      // Communities are numbered below the vertices of the next level.
      compact(above, number, current->n());
      TieArrays smaller = aggregate(*current, refined, parts);
      for (std::uint32_t& v : top) v = refined[v];
      level = std::move(smaller);
      current = &level;
      of = above;
    }
    for (std::uint32_t v = 0; v < n; ++v) now[v] = of[top[v]];
    ++result.rounds;
    const double quality = flat_modularity(graph, now, resolution);
    if (quality <= before + 1e-10) break;
    const bool settled = quality - before < tolerance;
    before = quality;
    result.of = now;
    if (settled) break;
  }
  result.quality = before;
  result.count = renumber_by_size(result.of);
  return result;
}

}  // namespace palermo::network
