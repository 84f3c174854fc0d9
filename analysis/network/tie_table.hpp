// Ties as evidence shows them, before they become a graph. Plain data: no store, no igraph.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace palermo::network {

/// No time stands behind a tie.
inline constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

/// An observed identifier. A node is a line, handset, account or label, never a person.
struct Node {
  std::string id;        // unique in a table; what commands print and take
  std::string label;     // as shown; hostile text
  std::string kind;      // msisdn, imsi, imei, account, label, …
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

/// Ties of one ordered pair under one authorization in one layer.
struct Tie {
  std::uint32_t a = 0;      // index into nodes: caller, sender, payer, first named
  std::uint32_t b = 0;      // index into nodes
  double weight = 1;        // strength (calls, meetings, payments): large = close; above 0
  std::uint64_t count = 1;  // records behind it
  std::int64_t first_us = kNoTime;
  std::int64_t last_us = kNoTime;
  std::int64_t seconds = 0;  // total talk time, where the records have durations
  bool spoke = false;        // at least one record shows the two in conversation with each other
  std::uint32_t authorization = 0;    // index into TieTable::authorizations; 0 = open material
  std::vector<EvidenceRef> evidence;  // the first few, in the order of the records
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
