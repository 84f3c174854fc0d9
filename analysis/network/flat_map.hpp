// A hash map from pairs of 32-bit ids to 32-bit positions, for loops over millions of records.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

namespace palermo::network {

/// Open addressing, linear probing, no removal. The pair (2^32-1, 2^32-1) is reserved.
class PairMap {
 public:
  PairMap() : slots_(16) {}

  /// Position of the pair; `fresh` when it was not there.
  std::uint32_t& at(std::uint32_t a, std::uint32_t b, std::uint32_t fresh) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    const std::uint64_t key = (std::uint64_t{a} << 32) | b;
    std::size_t i = home(key);
    while (slots_[i].key != kFree && slots_[i].key != key) i = (i + 1) & (slots_.size() - 1);
    if (slots_[i].key == kFree) {
      slots_[i] = {key, fresh};
      ++size_;
    }
    return slots_[i].value;
  }

 private:
  static constexpr std::uint64_t kFree = std::numeric_limits<std::uint64_t>::max();
  struct Slot {
    std::uint64_t key = kFree;
    std::uint32_t value = 0;
  };
  [[nodiscard]] std::size_t home(std::uint64_t key) const {
    return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15U) >>
                                    (64 - std::countr_zero(slots_.size())));
  }
  void grow() {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.key == kFree) continue;
      std::size_t i = home(slot.key);
      while (slots_[i].key != kFree) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = slot;
    }
  }
  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace palermo::network
