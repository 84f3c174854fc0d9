// What named humans decided about statements that the program proposed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/session/session.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/proposal.pb.h"

namespace palermo::criteria {

/// Reads a row of the decisions of a case as a decision about a statement; nullopt: it is about an
/// element.
[[nodiscard]] std::optional<v1::StatementDecision> read_statement_decision(
    const std::string& payload);

/// Decisions about each proposal, by its id, oldest first; in_effect is filled: the newest
/// acceptance or rejection, and every grade since it.
/// @param before_leaf  as the case stood when the ledger had this many entries; absent: now
[[nodiscard]] core::Result<std::map<std::string, std::vector<v1::StatementDecision>>>
statement_decisions(store::Database& db, std::optional<std::int64_t> before_leaf = std::nullopt);

/// proposed, accepted or rejected.
[[nodiscard]] std::string status_of(const std::vector<v1::StatementDecision>& decisions);

/// Adds to `facts` what was accepted, as facts with the grade that was given and the name of who
/// accepted; and every acceptance and rejection as a judgement that says who decided what and why.
/// Proposals that nobody accepted are not added.
[[nodiscard]] core::Status add_accepted(store::Database& db,
                                        std::optional<std::int64_t> before_leaf,
                                        v1::FactsFile& facts);

/// Decides about a proposal, signed: one entry of the ledger.
/// @param proposal  as it is proposed now, or was decided about last
/// @param outcome   accepted, rejected or graded
/// @param grade     empty: the one that was given last, or F6
/// @param reading   benefit: a transfer accepted as a benefit that the payee received; else empty
/// @error InvalidArgument  no reason, no such grade, a reading that the kind does not bear, or an
///                         acceptance of what is accepted (a rejection of what is rejected) already
/// @error Refused          the role may not decide
[[nodiscard]] core::Result<v1::StatementDecided> decide_statement(
    session::Session& session, const v1::ProposedStatement& proposal, const std::string& outcome,
    const std::string& grade, const std::string& reading, const std::string& reason);

}  // namespace palermo::criteria
