// Ties that records show: intercepts, payments, messages, relations.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "analysis/network/flat_map.hpp"
#include "analysis/network/load.hpp"
#include "analysis/network/load/calls.hpp"
#include "analysis/network/load/contact.hpp"
#include "analysis/network/load/names.hpp"
#include "core/store/record_store.hpp"

namespace palermo::network::detail {

/// Layers that are not named by a file.
inline constexpr std::string_view kCalls = "calls";
inline constexpr std::string_view kIntercepts = "intercepts";
inline constexpr std::string_view kPayments = "payments";
inline constexpr std::string_view kMessages = "messages";
inline constexpr std::string_view kConversations = "conversations";

/// What the records were, beside their ties.
struct RecordCounts {
  std::uint64_t used = 0;
  std::uint64_t one_party = 0;
  std::uint64_t without_time = 0;
  std::uint64_t no_weight = 0;
  std::uint64_t nobodys_words = 0;
  std::uint64_t unnamed_recipients = 0;
};

/// Whether a layer was asked for.
using Wants = std::function<bool(std::string_view)>;

/// Which layer a message belongs to, as `network` reads it.
enum class MessageLayer { Call, Message, Conversation, NobodysWords, UnnamedRecipients };
[[nodiscard]] MessageLayer layer_of(const v1::Message& message);

/// Collects the ties of records, one for each pair, authorization and, by_day, UTC day. Thousands
/// of records, not millions: one after another.
class RecordTies {
 public:
  RecordTies(store::Database& db, const LoadOptions& options, const Names& names,
             const Sources& sources, Wants wants,
             std::function<std::uint32_t(std::string_view)> authorization)
      : used(names.ranks()),
        db_{&db},
        options_{&options},
        names_{&names},
        sources_{&sources},
        wants_{std::move(wants)},
        authorization_{std::move(authorization)} {}

  /// Reads the records of one kind, and of one layer of relations where one is named.
  /// @error Integrity  a record names what the case does not list
  core::Status read(const std::string& kind, const std::string& layer,
                    std::optional<std::int64_t> before_leaf);

  std::function<void(const Contact&)> each;  // called with every contact; may be empty
  std::vector<Tie> ties;                     // of ranks, in no order
  std::vector<bool> used;                    // by rank
  std::vector<std::string> evidence_names;   // EvidenceNames::records
  RecordCounts counts;
  Coverage coverage;

 private:
  core::Status add_record(store::StoredRecord& stored);
  bool in_period(const store::StoredRecord& stored);
  bool is_wanted(const v1::Message& message);
  void add(const Contact& contact);
  core::Status add_message(const v1::Message& message, Contact contact);
  core::Status add_noted_call(const v1::Message& call, Contact contact);
  core::Status add_intercept(const v1::InterceptSession& session, Contact contact);
  core::Status add_payment(const v1::Payment& payment, Contact contact);
  core::Status add_relation(const store::StoredRecord& stored, Contact contact);
  core::Result<std::uint32_t> node_of(const std::string& text, bool relation);
  core::Result<std::uint32_t> node_of_party(const v1::Message& message, const std::string& text);
  std::uint32_t use(std::uint32_t identifier);

  store::Database* db_;
  const LoadOptions* options_;
  const Names* names_;
  const Sources* sources_;
  Wants wants_;
  std::function<std::uint32_t(std::string_view)> authorization_;
  std::map<std::pair<std::uint32_t, std::int32_t>, PairMap> places_;  // by authorization and day
  std::map<std::tuple<bool, std::string, std::string>, std::uint32_t> nodes_of_text_;
  std::string country_;
};

}  // namespace palermo::network::detail
