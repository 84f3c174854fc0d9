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
    return (std::uint64_t{a} << 32) | b;
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

Pairs pairs_of(const Graph& graph, Swap swap) {
  Pairs pairs;
  if (swap == Swap::Directed) {
    for (const Arc& arc : graph.arcs()) pairs.emplace_back(arc.a, arc.b);
  } else {
    for (const Edge& edge : graph.edges()) pairs.emplace_back(edge.a, edge.b);
  }
  return pairs;
}

std::uint64_t rewire(Pairs& pairs, Swap swap, Random& random) {
  const std::uint64_t ties = pairs.size();
  if (ties < 2) return 0;
  const bool directed = swap == Swap::Directed;
  const auto key = [directed](std::uint32_t a, std::uint32_t b) {
    return directed || a < b ? PairSet::key(a, b) : PairSet::key(b, a);
  };
  PairSet present{pairs.size()};
  for (const auto& [a, b] : pairs) present.insert(key(a, b));
  std::uint64_t made = 0;
  // Blocks of ten tries a tie: refused swaps count as steps of the chain, so that it stays uniform.
  for (int block = 0; block < 20 && made < 10 * ties; ++block) {
    for (std::uint64_t step = 0; step < 10 * ties; ++step) {
      auto& [a, b] = pairs[random.below(ties)];
      auto& [c, d] = pairs[random.below(ties)];
      if (!directed && (random.next() >> 63) != 0) std::swap(c, d);
      if (a == d || c == b || a == c || b == d) continue;
      const std::uint64_t first = key(a, d);
      const std::uint64_t second = key(c, b);
      if (present.contains(first) || present.contains(second)) continue;
      present.erase(key(a, b));
      present.erase(key(c, d));
      present.insert(first);
      present.insert(second);
      std::swap(b, d);
      ++made;
    }
  }
  return made;
}

}  // namespace palermo::network
