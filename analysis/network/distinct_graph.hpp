// Which users of identifiers are proven to be two persons, by what, and how many that makes at
// least. Plain data in, plain data out: distinct_load.hpp reads a case.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/location/travel.hpp"
#include "analysis/network/clique.hpp"
#include "analysis/network/tie_table.hpp"

namespace palermo::network {

inline constexpr std::uint32_t kNoUser = std::numeric_limits<std::uint32_t>::max();

/// What counts as a proof. Conventions and their reasons: docs/decisions/0017.
struct DistinctRules {
  std::int32_t min_talk_s = 1;  // shorter conversations prove nothing
  bool called_side = false;     // only records of the called party's own side show who answered
  bool receivers = false;       // numbers that only ever receive count; they may be machines
  bool places = true;
  analysis::TravelRule travel;
  double most_gap_s = 7'200;                  // sightings farther apart in time are not compared
  std::uint64_t comparisons = 2'000'000'000;  // of sightings; what is over is not compared
};

/// A call or conversation as a record has it. Parties below DistinctInput::identifiers are
/// identifiers that are asked for, others are numbered above it.
struct Talk {
  std::uint32_t a = 0, b = 0;  // caller, called
  std::int64_t at_us = kNoTime;
  std::int32_t seconds = 0;  // of talk; with `spoke` 0: not stated
  bool spoke = false;        // the record says so
  bool diverted = false;     // … or that somebody else may have answered
  bool of_called = false;    // the record is of the called party's side
  bool interval = true;      // at_us and seconds are when both were engaged
  EvidenceRef evidence;
};

/// A sighting of an identifier, with its record.
struct Seen {
  std::uint32_t identifier = 0;
  std::uint32_t cell = 0;  // index into DistinctInput::cells
  analysis::Sighting at;
  EvidenceRef evidence;
};

enum class ProofKind : std::uint8_t { Spoke, Apart, Stated, Decided };
[[nodiscard]] const char* word_of(ProofKind kind);

/// Two users are stated or decided to be two persons.
struct Claim {
  std::uint32_t u = 0, v = 0;
  ProofKind kind = ProofKind::Stated;
  std::uint32_t source = 0;  // index into a list of the caller's
};

/// One user of an identifier for a time; kNoUser: several at once or nobody's, which proves
/// nothing.
struct UserSpan {
  std::int64_t from_us = std::numeric_limits<std::int64_t>::min();  // itself included
  std::int64_t to_us = std::numeric_limits<std::int64_t>::max();    // itself included
  std::uint32_t user = kNoUser;
};

struct DistinctInput {
  std::uint32_t identifiers = 0;
  std::uint32_t users = 0;                   // persons or users nobody named: vertices
  std::vector<std::vector<UserSpan>> spans;  // by identifier, in order of time
  std::vector<bool> own;                     // by identifier: it is no machine (see receivers)
  std::vector<Talk> talks;
  std::vector<Seen> seen;
  std::vector<Claim> claims;
};

/// One proof that u and v, u < v, are two: the best of its kind on its UTC day.
struct Proof {
  std::uint32_t u = 0, v = 0;
  ProofKind kind = ProofKind::Spoke;
  std::int32_t day = std::numeric_limits<std::int32_t>::min();  // since 1970; min: no time
  std::int64_t at_us = kNoTime;
  EvidenceRef first, second;   // of a sighting both; second.line 0: none
  std::uint32_t x = 0, y = 0;  // identifiers of u and v it rests on
  std::int32_t seconds = 0;    // of talk
  bool called_side = false;    // the record is of the called party's side: that phone answered
  analysis::Travel travel;     // of sightings
  std::uint32_t cell_x = 0, cell_y = 0;
  std::uint32_t source = 0;  // of claims
};

/// Conversations that were not taken as proofs, and what was met on the way.
struct DistinctCounts {
  std::uint64_t conversations = 0;  // taken
  std::uint64_t short_ones = 0;
  std::uint64_t diverted = 0;     // the record, or another of the same call, says so
  std::uint64_t engaged = 0;      // a party was in a call with a third at the time
  std::uint64_t caller_side = 0;  // with called_side
  std::uint64_t to_receivers = 0;
  std::uint64_t own_user = 0;  // between identifiers of one user
  std::uint64_t no_user = 0;   // of identifiers with several users at once
  std::uint64_t sightings = 0;
  std::uint64_t comparisons = 0;
  bool places_cut = false;  // the comparisons ended first
};

struct DistinctGraph {
  std::uint32_t users = 0;
  std::vector<Proof> proofs;                 // by (u, v), day, kind
  std::vector<std::uint32_t> twice_at_once;  // identifiers seen in two places at once: no proofs
  DistinctCounts counts;

  /// The best proof of each kind for a pair, u < v: of the called side and longest talk, highest
  /// speed needed.
  [[nodiscard]] std::vector<const Proof*> of(std::uint32_t u, std::uint32_t v) const;
  [[nodiscard]] std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs() const;
};

/// The graph whose edges are proofs.
///
/// Spoke: an answered call between two identifiers, each with one user then. Not taken: a record
/// that says that the call was diverted, or another record of the same call (starts within
/// travel.clock_s) that says so or that nobody answered; a call during which a party was in another
/// call with a third (a leg of a diversion, a conference, a busy line's voicemail); a called
/// identifier that is nowhere seen to act.
/// Apart: two sightings that one person cannot both have made (travel_between). An identifier that
/// is itself in two places at once (a second card of the number, a gateway, a copied card) proves
/// nothing by place.
/// @cost O(talks log talks + sightings x sightings within most_gap_s), the latter bounded by
///       rules.comparisons
[[nodiscard]] DistinctGraph distinct_graph(const DistinctInput& input, const DistinctRules& rules);

/// The graph without the conversations that only the caller's side shows, or without all proofs but
/// conversations: what a bound rests on when one doubts the others.
[[nodiscard]] DistinctGraph called_side_alone(DistinctGraph graph);
[[nodiscard]] DistinctGraph conversations_alone(DistinctGraph graph);

/// Largest set of users, of those given (empty: all), that are all proven to be different persons.
[[nodiscard]] Clique most_distinct(const DistinctGraph& graph,
                                   const std::vector<std::uint32_t>& users, std::uint64_t budget);

/// The largest such set whose proofs by calls and places all lie within `days` UTC days; claims
/// hold always. Never larger than most_distinct(), and it grows with `days`.
struct WithinDays {
  std::uint32_t days = 0;
  std::uint32_t lo = 0;
  bool exact = true;
  std::optional<std::int32_t> first_day;  // of the stretch; absent: claims alone, or one user
};
[[nodiscard]] WithinDays most_distinct_within(const DistinctGraph& graph,
                                              const std::vector<std::uint32_t>& users,
                                              std::uint32_t days, std::uint64_t budget);

}  // namespace palermo::network
