// From the case to ties: which records stand behind which pair of identifiers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/network/tie_table.hpp"
#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/network.pb.h"

namespace palermo::network {

struct LoadOptions {
  std::string layer;                    // empty = all layers merged
  std::optional<std::int64_t> from_us;  // both ends belong to the period
  std::optional<std::int64_t> to_us;
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
  TieTable table;
  v1::Basis basis;                        // without convention
  std::vector<Layer> layers;              // of the whole case, whatever the options
  std::vector<std::int64_t> identifiers;  // identifier ids, parallel to table.nodes
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
/// Nodes are identifiers, never persons. A node's id is the identifier's value, "kind:value" where
/// the case holds the value under two kinds. Quarantined records are sealed: they are counted and
/// tie nobody.
/// @error NotFound  no such layer; names those there are. Integrity  a segment does not hold
/// @cost about 50 ns a call record
[[nodiscard]] core::Result<LoadedNetwork> load(store::Database& db, const LoadOptions& options);

/// Whether a layer of relations is one of calls by its name: one of its words is call, calls,
/// phonecall, phonecalls, wiretap or wiretaps. ("phone" alone may be an address book.)
[[nodiscard]] bool names_calls(std::string_view layer);

/// Microsecond in the middle of the times behind the ties; absent where fewer than two differ.
[[nodiscard]] std::optional<std::int64_t> middle_of(const TieTable& table);

/// "4812" as "4,812".
[[nodiscard]] std::string with_commas(std::uint64_t number);

}  // namespace palermo::network
