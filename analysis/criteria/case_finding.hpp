// Findings and decisions of a case: derived from what is stored, written to the ledger, derived
// again.
#pragma once

#include <optional>
#include <string>

#include "analysis/criteria/assess.hpp"
#include "analysis/entity/decisions.hpp"
#include "core/base/result.hpp"
#include "core/session/session.hpp"
#include "palermo/v1/decision.pb.h"
#include "palermo/v1/finding.pb.h"

namespace palermo::criteria {

/// What the case states, quarantine aside, with the decisions of named officers on elements and on
/// who is whom.
/// @param before_leaf  as the case stood when the ledger had this many entries; absent: now
[[nodiscard]] core::Result<v1::FactsFile> stated_by_case(store::Database& db,
                                                         std::optional<std::int64_t> before_leaf);

/// The same with other decisions on who is whom than those on record.
[[nodiscard]] core::Result<v1::FactsFile> stated_by_case(store::Database& db,
                                                         std::optional<std::int64_t> before_leaf,
                                                         const entity::Decisions& decisions);

/// Assesses the case and stores the finding with its ledger entry. The same facts, options and
/// versions give the finding that is already on record, and only the consultation is logged.
/// @error Refused  the role may not assess
[[nodiscard]] core::Result<v1::Finding> assess_case(session::Session& session,
                                                    AssessOptions options);

/// Derives a stored finding again from what the case held when it was made, and compares.
/// @error NotFound  no such finding
[[nodiscard]] core::Result<v1::Reproduction> reproduce(session::Session& session,
                                                       const std::string& finding_id);

/// Records a decision of the operator on one element, signed in the ledger.
/// @error InvalidArgument  no such element, no such outcome, or no reason
/// @error Refused  the role may not decide
[[nodiscard]] core::Result<v1::DecisionResult> decide(session::Session& session,
                                                      const std::string& element,
                                                      const std::string& outcome,
                                                      const std::string& reason);

/// Withdraws a decision on an element, signed in the ledger. It is kept, no longer counts, and every
/// later finding says who withdrew it and why. An earlier decision on the element that stands counts
/// again.
/// @param decision  "DEC-2"
/// @error NotFound         there is no such decision on an element
/// @error InvalidArgument  it is withdrawn already, is about a statement, or no reason is given
/// @error Refused          the role may not decide
[[nodiscard]] core::Result<v1::WithdrawalResult> withdraw(session::Session& session,
                                                          const std::string& decision,
                                                          const std::string& reason);

}  // namespace palermo::criteria
