// Ties as evidence shows them, before they become a graph. Plain data: no store, no igraph.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace palermo::network {

/// No time stands behind a tie.
inline constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

/// An observed identifier: a line, handset, account or label, never a person. Only where somebody
/// asks for persons (LoadOptions::persons), a node is a person with all its identifiers.
struct Node {
  std::string id;        // unique in a table; what commands print and take
  std::string label;     // as shown; hostile text
  std::string kind;      // msisdn, imsi, imei, account, label, …; person, organisation
  std::string category;  // category of the person it is attributed to; empty = none stated
};

/// A record behind a tie. Printed as EvidenceNames::name_of says, e.g. "SRC-1:17".
struct EvidenceRef {
  std::uint32_t source = 0;  // index into EvidenceNames::sources, or kNamedRecord
  std::uint32_t line =
      0;  // 1-based line of the source's file, or index into EvidenceNames::records
  friend auto operator<=>(const EvidenceRef&, const EvidenceRef&) = default;
};

/// The record has an id of its own ("SRC-2:17.3").
inline constexpr std::uint32_t kNamedRecord = std::numeric_limits<std::uint32_t>::max();

/// What evidence is called.
struct EvidenceNames {
  std::vector<std::string> sources;  // "SRC-1", …
  std::vector<std::string> records;  // ids of records that a line alone does not name

  /// "SRC-1:17".
  [[nodiscard]] std::string name_of(const EvidenceRef& ref) const {
    if (ref.source == kNamedRecord) return ref.line < records.size() ? records[ref.line] : "?";
    return (ref.source < sources.size() ? sources[ref.source] : std::string{"?"}) + ":" +
           std::to_string(ref.line);
  }
};

/// Records kept per tie as examples; Tie::count says how many there are.
inline constexpr std::size_t kEvidenceKept = 5;

/// The first few records behind a tie or an edge: holds up to kEvidenceKept and takes no more.
/// Reads as a vector does, but gives its records by value: up to four lines of one source, as
/// nearly all ties have, stand in its 19 bytes, more in memory of their own. Millions of ties go
/// without an allocation each.
class EvidenceList {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = EvidenceRef;
    using difference_type = std::ptrdiff_t;
    using pointer = const EvidenceRef*;
    using reference = EvidenceRef;
    Iterator(const EvidenceList& list, std::size_t at) : list_{&list}, at_{at} {}
    EvidenceRef operator*() const { return (*list_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++at_;
      return before;
    }
    friend bool operator==(const Iterator& x, const Iterator& y) { return x.at_ == y.at_; }

   private:
    const EvidenceList* list_;
    std::size_t at_;
  };

  EvidenceList() = default;
  EvidenceList(std::initializer_list<EvidenceRef> refs) {
    for (const EvidenceRef& ref : refs) push_back(ref);
  }
  EvidenceList(const EvidenceList& other) : bytes_{other.bytes_}, size_{other.size_} {
    if (outside()) put_pointer(new Refs{*other.pointer()});
  }
  EvidenceList(EvidenceList&& other) noexcept : bytes_{other.bytes_}, size_{other.size_} {
    other.size_ = 0;
  }
  EvidenceList& operator=(const EvidenceList& other) {
    if (this != &other) *this = EvidenceList{other};
    return *this;
  }
  EvidenceList& operator=(EvidenceList&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~EvidenceList() {
    if (outside()) delete pointer();
  }

  [[nodiscard]] std::size_t size() const { return size_ & kSizeBits; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] Iterator begin() const { return {*this, 0}; }
  [[nodiscard]] Iterator end() const { return {*this, size()}; }
  [[nodiscard]] EvidenceRef operator[](std::size_t i) const {
    if (outside()) return (*pointer())[i];
    const std::uint16_t source = own_source();
    EvidenceRef ref{source == kNamedInside ? kNamedRecord : source, 0};
    std::memcpy(&ref.line, bytes_.data() + line_at(i), sizeof ref.line);
    return ref;
  }
  /// Does nothing when it is full.
  void push_back(const EvidenceRef& ref) {
    const std::size_t at = size();
    if (at == kEvidenceKept) return;
    if (!outside()) {
      const bool fits = ref.source < kNamedInside || ref.source == kNamedRecord;
      const std::uint16_t source = static_cast<std::uint16_t>(ref.source);
      if (fits && at < kLinesInside && (at == 0 || source == own_source())) {
        std::memcpy(bytes_.data(), &source, sizeof source);
        std::memcpy(bytes_.data() + line_at(at), &ref.line, sizeof ref.line);
        ++size_;
        return;
      }
      move_outside();
    }
    (*pointer())[at] = ref;
    ++size_;
  }
  /// Takes in those of another list: the first few of both, in order, each once.
  void merge(const EvidenceList& other) {
    std::array<EvidenceRef, 2 * kEvidenceKept> all;
    auto last = std::copy(other.begin(), other.end(), all.begin());
    if (empty() && std::is_sorted(all.begin(), last, std::less_equal<>{})) {
      *this = other;
      return;
    }
    last = std::copy(begin(), end(), last);
    std::sort(all.begin(), last);
    last = std::unique(all.begin(), last);
    EvidenceList merged;
    for (auto ref = all.begin(); ref != last; ++ref) merged.push_back(*ref);
    *this = std::move(merged);
  }
  friend bool operator==(const EvidenceList& x, const EvidenceList& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end());
  }
  friend bool operator==(const EvidenceList& x, const std::vector<EvidenceRef>& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end());
  }

 private:
  using Refs = std::array<EvidenceRef, kEvidenceKept>;
  static constexpr std::size_t kLinesInside = 4;
  static constexpr std::uint16_t kNamedInside = 0xFFFF;  // the low bits of kNamedRecord
  static constexpr std::uint8_t kOutside = 0x80, kSizeBits = 0x7F;

  static constexpr std::size_t line_at(std::size_t i) {
    return sizeof(std::uint16_t) + i * sizeof(std::uint32_t);
  }
  [[nodiscard]] bool outside() const { return (size_ & kOutside) != 0; }
  [[nodiscard]] std::uint16_t own_source() const {
    std::uint16_t source = 0;
    std::memcpy(&source, bytes_.data(), sizeof source);
    return source;
  }
  [[nodiscard]] Refs* pointer() const {
    Refs* refs = nullptr;
    std::memcpy(&refs, bytes_.data(), sizeof refs);
    return refs;
  }
  void put_pointer(Refs* refs) { std::memcpy(bytes_.data(), &refs, sizeof refs); }
  void move_outside() {
    auto* refs = new Refs{};
    std::copy(begin(), end(), refs->begin());
    put_pointer(refs);
    size_ |= kOutside;
  }

  // A source and lines, or a pointer: bytes, so that nothing is lost to alignment.
  std::array<unsigned char, sizeof(std::uint16_t) + kLinesInside * sizeof(std::uint32_t)> bytes_{};
  std::uint8_t size_ = 0;
};

/// Ties of one ordered pair under one authorization, of all layers that were asked for.
struct Tie {
  std::uint32_t a = 0;      // index into nodes: caller, sender, payer, first named
  std::uint32_t b = 0;      // index into nodes
  double weight = 1;        // strength (calls, meetings, payments): large = close; above 0
  std::uint64_t count = 1;  // records behind it
  std::int64_t first_us = kNoTime;
  std::int64_t last_us = kNoTime;
  std::int64_t seconds = 0;         // total talk time, where the records have durations
  std::uint32_t authorization = 0;  // index into TieTable::authorizations; 0 = open material
  EvidenceList evidence;            // the first few, in the order of the records
  bool spoke = false;  // at least one record shows the two in conversation with each other
};
static_assert(sizeof(Tie) == 72, "there are millions");

/// What kind of observation a layer consists of; decides the null model.
enum class LayerKind {
  PointEvents,  // calls, messages, payments: each between two; directed
  Relations,    // stated or projected ties; a relation has no direction unless its layer is one of
                // calls
};

/// A node was served by a handset or SIM (IMEI, IMSI) in records of an authorization: where these
/// are its targets, so is the node.
struct Device {
  std::uint32_t node = 0;
  std::uint32_t authorization = 0;
  std::string kind;  // imei, imsi
  std::string value;
};

struct TieTable {
  std::vector<Node> nodes;
  std::vector<Tie> ties;
  EvidenceNames names;
  std::vector<std::string> authorizations{""};  // entry 0 stands for open material
  std::vector<Device> devices;
  LayerKind kind = LayerKind::PointEvents;  // Relations as soon as one layer is
};

}  // namespace palermo::network
