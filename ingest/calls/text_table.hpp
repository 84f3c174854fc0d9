// Distinct texts of a file: each gets a number the first time it is seen.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace palermo::ingest {

/// Open addressing over borrowed bytes; no allocation for a text seen before.
class TextTable {
 public:
  TextTable() : seed_{std::random_device{}()} { slots_.resize(1024); }

  /// Number of the text, from 0 in order of first appearance.
  /// @param text  must outlive the table, unless copied with intern_copy
  std::uint32_t intern(std::string_view text) { return find_or_add(text, false); }
  std::uint32_t intern_copy(std::string_view text) { return find_or_add(text, true); }

  [[nodiscard]] std::size_t size() const { return texts_.size(); }
  [[nodiscard]] std::string_view operator[](std::uint32_t id) const { return texts_[id]; }
  [[nodiscard]] const std::vector<std::string_view>& texts() const { return texts_; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t id_plus_1 = 0;
  };

  static std::uint64_t load(const char* bytes, std::size_t count) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes, count);
    return value;
  }
  static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  /// Seeded, so that a file made to collide cannot know how.
  [[nodiscard]] std::uint64_t hash_of(std::string_view text) const {
    const char* bytes = text.data();
    std::size_t left = text.size();
    std::uint64_t state = seed_ ^ (left * 0x9E3779B97F4A7C15ULL);
    while (left > 16) {
      state = mix(load(bytes, 8) ^ 0xA0761D6478BD642FULL, load(bytes + 8, 8) ^ state);
      bytes += 16;
      left -= 16;
    }
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    if (left >= 8) {
      low = load(bytes, 8);
      high = load(bytes + left - 8, 8);
    } else if (left >= 4) {
      low = load(bytes, 4);
      high = load(bytes + left - 4, 4);
    } else if (left > 0) {
      low = load(bytes, left);
    }
    return mix(low ^ 0xE7037ED1A0B428DBULL, high ^ state);
  }

  std::uint32_t find_or_add(std::string_view text, bool copy) {
    const auto hash = static_cast<std::uint32_t>(hash_of(text) >> 16);
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at].id_plus_1 != 0) {
      if (slots_[at].hash == hash) {
        const std::string_view known = texts_[slots_[at].id_plus_1 - 1];
        if (known.size() == text.size() && std::memcmp(known.data(), text.data(), text.size()) == 0)
          return slots_[at].id_plus_1 - 1;
      }
      at = (at + 1) & mask;
    }
    const auto id = static_cast<std::uint32_t>(texts_.size());
    if (copy) text = copies_.emplace_back(text);
    texts_.push_back(text);
    slots_[at] = {hash, id + 1};
    if (texts_.size() * 2 > slots_.size()) grow();
    return id;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 4);
    old.swap(slots_);
    const std::size_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.id_plus_1 == 0) continue;
      std::size_t at = slot.hash & mask;
      while (slots_[at].id_plus_1 != 0) at = (at + 1) & mask;
      slots_[at] = slot;
    }
  }

  std::uint64_t seed_;
  std::vector<Slot> slots_;
  std::vector<std::string_view> texts_;
  std::deque<std::string> copies_;
};

}  // namespace palermo::ingest
