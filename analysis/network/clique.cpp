#include "analysis/network/clique.hpp"

#include <algorithm>
#include <numeric>

namespace palermo::network {
namespace {

using Bits = std::vector<std::uint64_t>;
constexpr std::uint32_t kWord = 64;

void set(Bits& bits, std::uint32_t i) { bits[i / kWord] |= std::uint64_t{1} << (i % kWord); }

struct Adjacency {
  std::vector<std::size_t> offsets;
  std::vector<std::uint32_t> to;
  [[nodiscard]] std::span<const std::uint32_t> of(std::uint32_t v) const {
    return std::span{to}.subspan(offsets[v], offsets[v + 1] - offsets[v]);
  }
};

Adjacency adjacency_of(std::uint32_t n,
                       std::span<const std::pair<std::uint32_t, std::uint32_t>> pairs) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> both;
  both.reserve(2 * pairs.size());
  for (const auto& [a, b] : pairs)
    if (a != b) {
      both.emplace_back(a, b);
      both.emplace_back(b, a);
    }
  std::sort(both.begin(), both.end());
  both.erase(std::unique(both.begin(), both.end()), both.end());
  Adjacency out;
  out.offsets.assign(std::size_t{n} + 1, 0);
  for (const auto& [a, b] : both) {
    ++out.offsets[a + 1];
    out.to.push_back(b);
  }
  std::partial_sum(out.offsets.begin(), out.offsets.end(), out.offsets.begin());
  return out;
}

/// Vertices so that each has as few later neighbours as can be. @return the coreness of each
std::vector<std::uint32_t> degeneracy_order(const Adjacency& adjacent,
                                            std::vector<std::uint32_t>& order) {
  const auto n = static_cast<std::uint32_t>(adjacent.offsets.size() - 1);
  std::vector<std::uint32_t> degree(n), coreness(n, 0);
  std::uint32_t most = 0;
  for (std::uint32_t v = 0; v < n; ++v) {
    degree[v] = static_cast<std::uint32_t>(adjacent.of(v).size());
    most = std::max(most, degree[v]);
  }
  std::vector<std::vector<std::uint32_t>> buckets(std::size_t{most} + 1);
  for (std::uint32_t v = n; v-- > 0;) buckets[degree[v]].push_back(v);
  std::vector<bool> done(n, false);
  std::uint32_t core = 0;
  for (std::uint32_t at = 0; order.size() < n;) {
    if (buckets[at].empty()) {
      ++at;
      continue;
    }
    const std::uint32_t v = buckets[at].back();
    buckets[at].pop_back();
    if (done[v] || degree[v] != at) continue;
    done[v] = true;
    core = std::max(core, at);
    coreness[v] = core;
    order.push_back(v);
    for (const std::uint32_t u : adjacent.of(v))
      if (!done[u]) buckets[--degree[u]].push_back(u);
    at = at > 0 ? at - 1 : 0;
  }
  return coreness;
}

class Search {
 public:
  Search(std::uint64_t budget, std::uint32_t above) : best_size_{above}, budget_{budget} {}

  /// Cliques that hold `first` and vertices of `others`.
  void around(const Adjacency& adjacent, std::uint32_t first, std::vector<std::uint32_t> others) {
    first_ = first;
    names_ = std::move(others);
    const auto k = static_cast<std::uint32_t>(names_.size());
    const std::size_t words = (k + kWord - 1) / kWord;
    rows_.assign(k, Bits(words, 0));
    for (std::uint32_t i = 0; i < k; ++i)
      for (const std::uint32_t u : adjacent.of(names_[i])) {
        const auto found = std::lower_bound(names_.begin(), names_.end(), u);
        if (found != names_.end() && *found == u)
          set(rows_[i], static_cast<std::uint32_t>(found - names_.begin()));
      }
    Bits all(words, 0);
    for (std::uint32_t i = 0; i < k; ++i) set(all, i);
    chosen_.clear();
    extend(all);
  }
  [[nodiscard]] bool exhausted() const { return steps_ >= budget_; }
  [[nodiscard]] std::uint32_t best_size() const { return best_size_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] std::vector<std::uint32_t> best() && { return std::move(best_); }

 private:
  void extend(const Bits& candidates) {
    if (chosen_.size() + 1 > best_size_) {
      best_size_ = static_cast<std::uint32_t>(chosen_.size() + 1);
      best_ = {first_};
      for (const std::uint32_t i : chosen_) best_.push_back(names_[i]);
    }
    // Vertices of one colour are not adjacent, so a clique takes at most one of each.
    std::vector<std::uint32_t> order, bound;
    Bits left = candidates;
    for (std::uint32_t colour = 1; any(left); ++colour) {
      Bits open = left;
      for (std::uint32_t v = 0; (v = next(open, v)) != kEnd; ++v) {
        clear(left, v);
        for (std::size_t w = 0; w < open.size(); ++w) open[w] &= ~rows_[v][w];
        clear(open, v);
        order.push_back(v);
        bound.push_back(colour);
      }
    }
    Bits rest = candidates;
    for (std::size_t i = order.size(); i-- > 0;) {
      if (chosen_.size() + 1 + bound[i] <= best_size_ || exhausted()) return;
      ++steps_;
      const std::uint32_t v = order[i];
      Bits inside(rest.size());
      for (std::size_t w = 0; w < rest.size(); ++w) inside[w] = rest[w] & rows_[v][w];
      chosen_.push_back(v);
      extend(inside);
      chosen_.pop_back();
      clear(rest, v);
    }
  }

  static constexpr std::uint32_t kEnd = 0xFFFFFFFF;
  static bool any(const Bits& bits) {
    return std::any_of(bits.begin(), bits.end(), [](std::uint64_t w) { return w != 0; });
  }
  static void clear(Bits& bits, std::uint32_t i) {
    bits[i / kWord] &= ~(std::uint64_t{1} << (i % kWord));
  }
  /// First member at or behind `from`.
  static std::uint32_t next(const Bits& bits, std::uint32_t from) {
    for (std::size_t w = from / kWord; w < bits.size(); ++w) {
      std::uint64_t word = bits[w];
      if (w == from / kWord) word &= ~std::uint64_t{0} << (from % kWord);
      if (word != 0)
        return static_cast<std::uint32_t>(w * kWord + static_cast<unsigned>(__builtin_ctzll(word)));
    }
    return kEnd;
  }

  std::uint32_t first_ = 0;
  std::vector<std::uint32_t> names_;
  std::vector<Bits> rows_;
  std::vector<std::uint32_t> chosen_, best_;
  std::uint32_t best_size_;
  std::uint64_t budget_;
  std::uint64_t steps_ = 0;
};

}  // namespace

std::vector<std::uint32_t> coreness_of(
    std::uint32_t n, std::span<const std::pair<std::uint32_t, std::uint32_t>> pairs) {
  std::vector<std::uint32_t> order;
  return degeneracy_order(adjacency_of(n, pairs), order);
}

Clique largest_clique(std::uint32_t n,
                      std::span<const std::pair<std::uint32_t, std::uint32_t>> pairs,
                      std::uint64_t budget, std::uint32_t above) {
  Clique out;
  if (n == 0) return out;
  const Adjacency adjacent = adjacency_of(n, pairs);
  std::vector<std::uint32_t> order, place(n);
  const std::vector<std::uint32_t> coreness = degeneracy_order(adjacent, order);
  for (std::uint32_t i = 0; i < n; ++i) place[order[i]] = i;
  Search search{budget, above};
  // From the densest end: a large clique found early cuts the rest.
  std::uint32_t i = n;
  for (; i-- > 0;) {
    const std::uint32_t v = order[i];
    if (search.exhausted()) break;
    if (coreness[v] + 1 <= search.best_size()) continue;
    std::vector<std::uint32_t> later;
    for (const std::uint32_t u : adjacent.of(v))
      if (place[u] > i) later.push_back(u);
    if (later.size() + 1 <= search.best_size() && search.best_size() > 0) continue;
    search.around(adjacent, v, std::move(later));
  }
  out.exact = !search.exhausted();
  out.steps = search.steps();
  out.at_most = search.best_size();
  if (!out.exact) {
    // A clique lies in a core, and no two of one colour are in it.
    std::uint32_t deepest = 0;
    for (const std::uint32_t c : coreness) deepest = std::max(deepest, c);
    std::vector<std::uint32_t> colour(n, 0);
    std::vector<std::uint32_t> seen(std::size_t{deepest} + 3, 0);
    std::uint32_t colours = 0;
    for (std::uint32_t k = n; k-- > 0;) {
      const std::uint32_t v = order[k];
      for (const std::uint32_t u : adjacent.of(v))
        if (colour[u] != 0) seen[colour[u]] = v + 1;
      std::uint32_t own = 1;
      while (seen[own] == v + 1) ++own;
      colour[v] = own;
      colours = std::max(colours, own);
    }
    out.at_most = std::max(out.at_most, std::min(deepest + 1, colours));
  }
  out.members = std::move(search).best();
  std::sort(out.members.begin(), out.members.end());
  return out;
}

}  // namespace palermo::network
