// Ties as evidence shows them, before they become a graph. Plain data: no store, no igraph.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <string>
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

/// The first few records behind a tie or an edge. Reads as a vector does, holds up to kEvidenceKept
/// and takes no more: millions of ties go without an allocation each.
class EvidenceList {
 public:
  EvidenceList() = default;
  EvidenceList(std::initializer_list<EvidenceRef> refs) {
    for (const EvidenceRef& ref : refs) push_back(ref);
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] const EvidenceRef* begin() const { return refs_.data(); }
  [[nodiscard]] const EvidenceRef* end() const { return refs_.data() + size_; }
  [[nodiscard]] const EvidenceRef& operator[](std::size_t i) const { return refs_[i]; }
  /// Does nothing when it is full.
  void push_back(const EvidenceRef& ref) {
    if (size_ < kEvidenceKept) refs_[size_++] = ref;
  }
  /// Takes in those of another list: the first few of both, in order, each once.
  void merge(const EvidenceList& other) {
    if (empty() && std::is_sorted(other.begin(), other.end(), std::less_equal<>{})) {
      *this = other;
      return;
    }
    std::array<EvidenceRef, 2 * kEvidenceKept> all;
    auto last = std::copy(begin(), end(), all.begin());
    last = std::copy(other.begin(), other.end(), last);
    std::sort(all.begin(), last);
    last = std::unique(all.begin(), last);
    size_ = 0;
    for (auto ref = all.begin(); ref != last; ++ref) push_back(*ref);
  }
  friend bool operator==(const EvidenceList& x, const EvidenceList& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end());
  }
  friend bool operator==(const EvidenceList& x, const std::vector<EvidenceRef>& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end());
  }

 private:
  std::array<EvidenceRef, kEvidenceKept> refs_{};
  std::uint32_t size_ = 0;
};

/// Ties of one ordered pair under one authorization, of all layers that were asked for.
struct Tie {
  std::uint32_t a = 0;      // index into nodes: caller, sender, payer, first named
  std::uint32_t b = 0;      // index into nodes
  double weight = 1;        // strength (calls, meetings, payments): large = close; above 0
  std::uint64_t count = 1;  // records behind it
  std::int64_t first_us = kNoTime;
  std::int64_t last_us = kNoTime;
  std::int64_t seconds = 0;  // total talk time, where the records have durations
  bool spoke = false;        // at least one record shows the two in conversation with each other
  std::uint32_t authorization = 0;  // index into TieTable::authorizations; 0 = open material
  EvidenceList evidence;            // the first few, in the order of the records
};

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
