// The decisions of a case: rows whose commitments stand in the ledger.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/session/session.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/decision.pb.h"
#include "palermo/v1/statement.pb.h"

namespace palermo::criteria {

/// What named humans decided about elements, as the case stands or stood.
struct ElementDecisions {
  /// With a judgement and `decided`, oldest first; withdrawn ones are not among them.
  std::vector<v1::Statement> standing;
  /// What was withdrawn: the decision and its withdrawal.
  std::vector<std::pair<v1::Statement, v1::Withdrawal>> withdrawn;
};

/// @param before_leaf  as the case stood when the ledger had this many entries; absent: now
/// @error Integrity  a stored decision cannot be read (reason ALTERED)
[[nodiscard]] core::Result<ElementDecisions> element_decisions(
    store::Database& db, std::optional<std::int64_t> before_leaf);

/// A withdrawal as a judgement about no element, so that findings say who withdrew what and why.
[[nodiscard]] v1::Statement as_judgement(const v1::Statement& decision,
                                         const v1::Withdrawal& withdrawal);

/// Id of the next decision: "DEC-3".
[[nodiscard]] core::Result<std::string> next_decision_id(store::Database& db);

/// Appends the entry of a decision, signed by the operator, and stores what it commits to.
/// @param element  what it is about, in words that name nobody
/// @return index of the leaf
[[nodiscard]] core::Result<std::uint64_t> append_decision(session::Session& session,
                                                          store::Transaction& transaction,
                                                          const std::string& id,
                                                          const std::string& element,
                                                          const std::string& outcome,
                                                          const google::protobuf::Message& payload);

/// Whether a reason says something, in valid UTF-8.
/// @param what  that is decided, e.g. "the element"
/// @error InvalidArgument
[[nodiscard]] core::Status check_reason(const std::string& reason, const char* what);

/// Bytes of a message, the same for equal messages of one build.
[[nodiscard]] std::string bytes_of(const google::protobuf::Message& message);

}  // namespace palermo::criteria
