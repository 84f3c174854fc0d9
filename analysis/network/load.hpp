// From the case to ties: which records stand behind which pair of identifiers, or of persons.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/network/load/coverage.hpp"
#include "analysis/network/tie_table.hpp"
#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/network.pb.h"

namespace palermo::network {

struct LoadOptions {
  std::vector<std::string> layers;      // empty = all merged, but for those kept apart
  std::optional<std::int64_t> from_us;  // both ends belong to the period
  std::optional<std::int64_t> to_us;
  /// The case as it stood at this instant: sources ingested, quarantined product released and
  /// decisions taken until then.
  std::optional<std::int64_t> known_at_us;
  bool persons = false;  // nodes are persons where the case says who used an identifier
  bool by_day = false;   // one tie for each pair and UTC day on which its records begin
  unsigned threads = 0;  // 0 = as many as cores; the result does not depend on it
};

struct Layer {
  // calls, intercepts, payments, messages, conversations, or the name of a layer of relations
  std::string name;
  std::uint64_t records = 0;
  LayerKind kind = LayerKind::PointEvents;
  bool calls = false;     // its ties are conversations: what `calls` and layers named so hold
  bool two_mode = false;  // stated as persons by events
  bool apart = false;     // read only when it is named
};

struct LoadedNetwork {
  TieTable table;                         // nodes in the order of their ids, ties by (a, b)
  v1::Basis basis;                        // without convention
  std::vector<Layer> layers;              // of the whole case, whatever the options
  std::vector<std::int64_t> identifiers;  // numbers in the case, parallel to table.nodes; of a
                                          // person the first
  std::map<std::uint32_t, std::vector<std::int64_t>> members;  // of nodes that are persons
  Coverage coverage;                                           // of the layers and the period
};

/// Ties of a case:
/// - calls: caller > called, one a call record, weight 1 each; spoke where an answered call of more
///   than 0 seconds was not forwarded. Records without a second party (locations, data) tie nobody.
///   Calls that exchange formats and chats state among their messages count too: caller > each
///   party called, and each pair of the parties where no caller is stated (conferences, bridges).
/// - intercepts: the line and each other party, in the session's direction; in a room, each pair of
///   those present. Spoke: voice of the line with a party, longer than 0 seconds.
/// - payments: payer > payee, weight 1 each.
/// - messages: sender > each recipient that the export names, weight 1 each; nobody spoke. Lines of
///   the application, dispatches and drafts tie nobody.
/// - conversations, only when it is named: sender > conversation, weight 1 each, for messages whose
///   recipients the export does not name: a group, a channel, a chat as text. Two-mode, because to
///   write in one group is no contact between two of its members; hence the layers merged leave it
///   out and the basis says so.
/// - relations: a > b with their weight (1 where none is stated); a relation without b is an
/// isolate.
///   A layer whose name says so (call, calls, phonecalls …) counts as one of calls, and the basis
///   says so.
/// Nodes are identifiers; persons only with LoadOptions::persons (over_persons says how). A node's
/// id is the identifier's value, "kind:value" where the case holds the value under two kinds; its
/// category is that of the persons to whom the identifier is attributed, decided ones first.
/// Quarantined records are sealed: they are counted and tie nobody.
/// @error NotFound  no such layer; names those there are. Integrity  a segment does not hold.
///        Usage     the case did not exist at known_at
/// @cost about 250 ns a call record divided by the cores; 60 bytes a call and 110 a tie, at once
[[nodiscard]] core::Result<LoadedNetwork> load(store::Database& db, const LoadOptions& options);

/// Merges the nodes that are identifiers of one person, or that decisions joined:
/// - an identifier that facts, link records or decisions say one person used becomes that person,
///   node id "P-1" as statements name the person ("person:P-1" where an identifier's node is so
///   called), label the person's name; mere assessments do not count;
/// - identifiers merged with one another become the first of them;
/// - an identifier attributed to several persons, and one attributed to nobody, stays a node.
/// Ties between identifiers of one node become loops, which Graph::make drops and counts. The basis
/// says how many of each there were. For hop budgets, apply them to identifiers first: whoever
/// merges before may reach further than an authorization allows.
[[nodiscard]] core::Status over_persons(store::Database& db, const LoadOptions& options,
                                        LoadedNetwork& loaded);

/// Whether a layer of relations is one of calls by its name: one of its words is call, calls,
/// phonecall, phonecalls, wiretap or wiretaps. ("phone" alone may be an address book.)
[[nodiscard]] bool names_calls(std::string_view layer);

/// Microsecond in the middle of the times behind the ties; absent where fewer than two differ.
[[nodiscard]] std::optional<std::int64_t> middle_of(const TieTable& table);

/// "4812" as "4,812".
[[nodiscard]] std::string with_commas(std::uint64_t number);

}  // namespace palermo::network
