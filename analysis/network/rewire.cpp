#include "analysis/network/rewire.hpp"

#include <algorithm>
#include <bit>

namespace palermo::network {
namespace {

/// Open addressing with linear probing; removal shifts back, so that no tombstones gather.
class PairSet {
 public:
  explicit PairSet(std::size_t expected)
      : mask_{std::bit_ceil(std::max<std::size_t>(16, 2 * expected)) - 1},
        slots_(mask_ + 1, kFree) {}

  static std::uint64_t key(std::uint32_t a, std::uint32_t b) {
    return (std::uint64_t{std::min(a, b)} << 32) | std::max(a, b);
  }
  [[nodiscard]] bool contains(std::uint64_t key) const {
    for (std::size_t i = home(key); slots_[i] != kFree; i = (i + 1) & mask_)
      if (slots_[i] == key) return true;
    return false;
  }
  void insert(std::uint64_t key) {
    std::size_t i = home(key);
    while (slots_[i] != kFree) i = (i + 1) & mask_;
    slots_[i] = key;
  }
  void erase(std::uint64_t key) {
    std::size_t hole = home(key);
    while (slots_[hole] != key) hole = (hole + 1) & mask_;
    for (std::size_t i = (hole + 1) & mask_; slots_[i] != kFree; i = (i + 1) & mask_) {
      const std::size_t wanted = home(slots_[i]);
      // Whoever may stand in the hole without being lost to its probe sequence moves there.
      if (((i - wanted) & mask_) >= ((i - hole) & mask_)) {
        slots_[hole] = slots_[i];
        hole = i;
      }
    }
    slots_[hole] = kFree;
  }

 private:
  static constexpr std::uint64_t kFree = ~std::uint64_t{0};
  [[nodiscard]] std::size_t home(std::uint64_t key) const {
    return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15U) >> 20) & mask_;
  }
  std::size_t mask_;
  std::vector<std::uint64_t> slots_;
};

}  // namespace

Pairs SwapTies::all() const {
  Pairs pairs = one_way;
  pairs.insert(pairs.end(), two_way.begin(), two_way.end());
  return pairs;
}

SwapTies ties_of(const Graph& graph, Swap swap) {
  SwapTies ties;
  if (swap == Swap::Undirected) {
    for (const Edge& edge : graph.edges()) ties.two_way.emplace_back(edge.a, edge.b);
    return ties;
  }
  const std::vector<Arc>& arcs = graph.arcs();
  for (const Arc& arc : arcs) {
    const auto opposite = std::lower_bound(arcs.begin(), arcs.end(), std::pair{arc.b, arc.a},
                                           [](const Arc& x, const auto& wanted) {
                                             return std::pair{x.a, x.b} < wanted;
                                           });
    const bool mutual = opposite != arcs.end() && opposite->a == arc.b && opposite->b == arc.a;
    if (!mutual) {
      ties.one_way.emplace_back(arc.a, arc.b);
    } else if (arc.a < arc.b) {
      ties.two_way.emplace_back(arc.a, arc.b);
    }
  }
  return ties;
}

std::uint64_t rewire(SwapTies& ties, Random& random) {
  const std::uint64_t all = ties.size();
  if (all < 2) return 0;
  PairSet connected{all};
  for (const Pairs* pairs : {&ties.one_way, &ties.two_way})
    for (const auto& [a, b] : *pairs) connected.insert(PairSet::key(a, b));
  std::uint64_t made = 0;
  // Blocks of ten tries a tie: refused swaps count as steps of the chain, so that it stays uniform.
  for (int block = 0; block < 20 && made < 10 * all; ++block) {
    for (std::uint64_t step = 0; step < 10 * all; ++step) {
      const std::uint64_t first = random.below(all);
      const bool one_way = first < ties.one_way.size();
      Pairs& pairs = one_way ? ties.one_way : ties.two_way;
      auto& [a, b] = pairs[one_way ? first : first - ties.one_way.size()];
      auto& [c, d] = pairs[random.below(pairs.size())];
      if (!one_way && (random.next() >> 63) != 0) std::swap(c, d);
      if (a == d || c == b || a == c || b == d) continue;
      const std::uint64_t ad = PairSet::key(a, d);
      const std::uint64_t cb = PairSet::key(c, b);
      if (connected.contains(ad) || connected.contains(cb)) continue;
      connected.erase(PairSet::key(a, b));
      connected.erase(PairSet::key(c, d));
      connected.insert(ad);
      connected.insert(cb);
      std::swap(b, d);
      ++made;
    }
  }
  return made;
}

}  // namespace palermo::network
