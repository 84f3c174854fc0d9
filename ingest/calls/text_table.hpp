// Distinct texts of a file: each gets a number the first time it is seen.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/calls/large_pages.hpp"
#include "ingest/calls/text_arena.hpp"

namespace palermo::ingest {

/// Open addressing. A text of up to 24 bytes, as numbers and cells are, stands whole in its slot,
/// so that looking it up touches one cache line; longer ones are compared with their borrowed
/// bytes.
class TextTable {
  /// Length and bytes; of a text longer than kWhole a digest of what lies between stands in
  /// `middle`.
  struct Key {
    std::uint64_t first = 0;
    std::uint64_t middle = 0;
    std::uint64_t last = 0;
    std::uint32_t size = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };

 public:
  /// A text's number and what was noted of it.
  struct Found {
    std::uint32_t id = 0;
    std::uint8_t note = 0;
  };
  /// A text with its place in the table; stays good while the table grows.
  struct Probe {
    std::string_view text;
    Key key;
    std::size_t hash = 0;
  };

  TextTable() : slots_(kFewestSlots) {}

  /// Number of the text, from 0 in order of first appearance; no allocation for a text seen before.
  /// @param text  must outlive the table, unless the table copies
  std::uint32_t intern(std::string_view text) { return look_up(text, no_note).id; }
  /// The same, and a note that is made when the text is seen for the first time. It stands beside
  /// the text, so that reading it touches no other memory.
  /// @param note_of  std::uint8_t of the text
  template <typename NoteOf>
  Found look_up(std::string_view text, const NoteOf& note_of) {
    const Key key = key_of(text);
    return find_or_add(text, key, hash_of(key), copies_all_, note_of);
  }
  template <typename NoteOf>
  Found look_up(const Probe& probe, const NoteOf& note_of) {
    return find_or_add(probe.text, probe.key, probe.hash, copies_all_, note_of);
  }
  std::uint32_t intern_copy(std::string_view text) {
    const Key key = key_of(text);
    return find_or_add(text, key, hash_of(key), true, no_note).id;
  }
  /// From now on intern() copies each text it sees for the first time, so that the memory it came
  /// from may go.
  void copy_texts() { copies_all_ = true; }
  /// A text about to be looked up: the memory that intern() will read is asked for. The slots of a
  /// large table are cold.
  [[nodiscard]] Probe probe(std::string_view text) const {
    const Key key = key_of(text);
    const std::size_t hash = hash_of(key);
    __builtin_prefetch(&slots_[hash & (slots_.size() - 1)], 1);
    return {text, key, hash};
  }
  std::uint32_t intern(const Probe& probe) { return look_up(probe, no_note).id; }

  /// Lets the memory that looking texts up takes go: from now on they are only read.
  void end_look_ups() { Slots(kFewestSlots).swap(slots_); }
  /// Lets everything go, copies included; what borrowed from them dangles.
  void forget() {
    end_look_ups();
    Texts{}.swap(texts_);
    TextArena::Memory copies;
    copies_.give(copies);
  }
  /// Moves the memory of the copies to `to`, behind what is there.
  void give_copies(TextArena::Memory& to) { copies_.give(to); }

  [[nodiscard]] std::size_t size() const { return texts_.size(); }
  [[nodiscard]] std::string_view operator[](std::uint32_t id) const { return texts_[id]; }
  [[nodiscard]] std::span<const std::string_view> texts() const { return texts_; }

 private:
  static constexpr std::size_t kWhole = 24;
  static constexpr std::size_t kFewestSlots = 64;
  static constexpr std::size_t kMostSize = (std::size_t{1} << 24) - 1;

  struct Slot {
    std::uint64_t first = 0;
    std::uint64_t middle = 0;
    std::uint64_t last = 0;
    std::uint32_t size : 24 = 0;  // at most kMostSize
    std::uint32_t note : 8 = 0;
    std::uint32_t id_plus_1 = 0;
    [[nodiscard]] Key key() const { return {first, middle, last, size}; }
  };
  static_assert(sizeof(Slot) == 32);  // two in a cache line
  using Slots = std::vector<Slot, LargePages<Slot>>;
  using Texts = std::vector<std::string_view, LargePages<std::string_view>>;

  /// Of the process: a file may have tables by the dozen.
  static const std::pair<std::uint64_t, std::uint64_t>& seeds() {
    static const std::pair<std::uint64_t, std::uint64_t> drawn = [] {
      std::random_device random;
      const auto draw = [&random] { return std::uint64_t{random()} << 32 | random(); };
      const std::uint64_t first = draw();
      return std::pair{first, draw()};
    }();
    return drawn;
  }
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

  [[nodiscard]] Key key_of(std::string_view text) const {
    Key key;
    const char* bytes = text.data();
    const std::size_t size = text.size();
    key.size = static_cast<std::uint32_t>(std::min(size, kMostSize));
    if (size >= 8) {
      key.first = load(bytes, 8);
      key.last = load(bytes + size - 8, 8);
      if (size > 16 && size <= kWhole) {
        key.middle = load(bytes + 8, 8);
      } else if (size > kWhole) {
        std::uint64_t state = seed_;
        for (std::size_t at = 8; at + 8 < size; at += 8)
          state = mix(state ^ load(bytes + at, 8), 0xA0761D6478BD642FULL);
        key.middle = state;
      }
    } else if (size >= 4) {
      key.first = load(bytes, 4);
      key.last = load(bytes + size - 4, 4);
    } else if (size > 0) {
      // Byte by byte: a copy of a variable length costs a call.
      key.first = static_cast<unsigned char>(bytes[0]);
      key.middle = static_cast<unsigned char>(bytes[size / 2]);
      key.last = static_cast<unsigned char>(bytes[size - 1]);
    }
    return key;
  }
  /// Seeded, so that a file made to collide cannot know how.
  [[nodiscard]] std::size_t hash_of(const Key& key) const {
    const std::uint64_t state = mix(key.first ^ seed_, key.last ^ seed_last_);
    return mix(state ^ key.middle, (key.size + 0x9E3779B97F4A7C15ULL) ^ seed_) >> 20;
  }

  static std::uint8_t no_note(std::string_view /*text*/) { return 0; }

  template <typename NoteOf>
  Found find_or_add(std::string_view text, const Key& key, std::size_t hash, bool copy,
                    const NoteOf& note_of) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    for (; slots_[at].id_plus_1 != 0; at = (at + 1) & mask) {
      if (slots_[at].key() != key) continue;
      const std::uint32_t id = slots_[at].id_plus_1 - 1;
      if (text.size() <= kWhole || texts_[id] == text)
        return {id, static_cast<std::uint8_t>(slots_[at].note)};
    }
    const auto id = static_cast<std::uint32_t>(texts_.size());
    if (copy) text = copies_.copy(text);
    texts_.push_back(text);
    const std::uint8_t note = note_of(text);
    slots_[at] = {key.first, key.middle, key.last, key.size, note, id + 1};
    if (texts_.size() * 2 > slots_.size()) grow();
    return {id, note};
  }

  void grow() {
    Slots old(slots_.size() * 2);
    old.swap(slots_);
    const std::size_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.id_plus_1 == 0) continue;
      std::size_t at = hash_of(slot.key()) & mask;
      while (slots_[at].id_plus_1 != 0) at = (at + 1) & mask;
      slots_[at] = slot;
    }
  }

  const std::uint64_t seed_ = seeds().first;
  const std::uint64_t seed_last_ = seeds().second;
  Slots slots_;
  Texts texts_;
  bool copies_all_ = false;
  TextArena copies_;
};

}  // namespace palermo::ingest
