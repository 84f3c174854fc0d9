#include "analysis/criteria/statement_decisions.hpp"

#include <fmt/format.h>

#include <set>

#include "analysis/criteria/about.hpp"
#include "analysis/criteria/decision_log.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::criteria {
namespace {

using core::Error;
using core::ErrorCode;

constexpr const char* kAsBenefit = "benefit";
constexpr const char* kUngraded = "F6";

bool is_grade(const std::string& text) {
  return text.size() == 2 && text[0] >= 'A' && text[0] <= 'F' && text[1] >= '1' && text[1] <= '6';
}

/// The statement as the element tests read it after its acceptance.
v1::Statement as_fact(const v1::StatementDecision& accepted, const std::string& grade) {
  v1::Statement out = accepted.statement();
  if (accepted.reading() == kAsBenefit) {
    const std::string payee = out.relation().b();
    v1::Benefit& benefit = *out.mutable_benefit();  // takes the relation's place
    benefit.add_persons(payee);
    benefit.set_kind(v1::Benefit::money);
    benefit.set_phase(v1::Benefit::received);
  }
  out.set_kind(v1::Statement::fact);
  out.set_grade(grade);
  out.set_text(fmt::format("{} Accepted by {} on {}: {}", out.text(), accepted.by(),
                           accepted.at().substr(0, 10), accepted.reason()));
  out.mutable_decided()->set_event_id(accepted.decision_id());
  out.mutable_decided()->set_by(accepted.by());
  out.mutable_decided()->set_at(accepted.at());
  return out;
}

/// The decision itself, so that a finding says who decided what and why.
v1::Statement as_judgement(const v1::StatementDecision& decision) {
  return judgement_about(
      std::string{kAboutStatement} + decision.proposal_id(), decision.outcome(), decision,
      fmt::format("the proposed statement {} was {}{} by {} on {}: {}", decision.proposal_id(),
                  decision.outcome(),
                  decision.reading().empty() ? "" : " as a " + decision.reading(), decision.by(),
                  decision.at().substr(0, 10), decision.reason()));
}

/// A later acceptance or rejection takes the place of what stood before it; a later grade that of
/// an earlier one.
void mark_in_effect(std::vector<v1::StatementDecision>& decisions) {
  bool settled = false, graded = false;
  for (auto one = decisions.rbegin(); one != decisions.rend(); ++one) {
    const bool grades = one->outcome() == "graded";
    one->set_in_effect(!settled && (!grades || !graded));
    graded = graded || grades;
    settled = settled || !grades;
  }
}

}  // namespace

std::optional<v1::StatementDecision> read_statement_decision(const std::string& payload) {
  v1::StatementDecision out;
  if (!out.ParseFromString(payload) || out.decision_id().empty()) return std::nullopt;
  return out;
}

core::Result<std::map<std::string, std::vector<v1::StatementDecision>>> statement_decisions(
    store::Database& db, std::optional<std::int64_t> before_leaf) {
  std::map<std::string, std::vector<v1::StatementDecision>> out;
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT payload, leaf FROM decision ORDER BY seq"));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    if (before_leaf && query.integer(1) >= *before_leaf) continue;
    if (auto decision = read_statement_decision(std::string{query.blob(0)}))
      out[decision->proposal_id()].push_back(*std::move(decision));
  }
  for (auto& [id, decisions] : out) mark_in_effect(decisions);
  return out;
}

std::string status_of(const std::vector<v1::StatementDecision>& decisions) {
  for (auto one = decisions.rbegin(); one != decisions.rend(); ++one)
    if (one->outcome() != "graded") return one->outcome();
  return "proposed";
}

core::Status add_accepted(store::Database& db, std::optional<std::int64_t> before_leaf,
                          v1::FactsFile& facts) {
  PALERMO_TRY(const auto all, statement_decisions(db, before_leaf));
  if (all.empty()) return core::ok();
  std::set<std::string> ids;
  for (const v1::Statement& s : facts.statements()) ids.insert(s.id());
  for (const auto& [id, decisions] : all) {
    const v1::StatementDecision* accepted = nullptr;
    for (const v1::StatementDecision& one : decisions) {
      if (one.outcome() != "graded") *facts.add_statements() = as_judgement(one);
      if (one.outcome() == "accepted" && one.in_effect()) accepted = &one;
    }
    if (accepted == nullptr) continue;
    v1::Statement fact = as_fact(*accepted, decisions.back().grade());
    // A file may call a statement of its own so.
    if (!ids.insert(fact.id()).second) fact.set_id(fact.id() + "@" + accepted->decision_id());
    *facts.add_statements() = std::move(fact);
  }
  return core::ok();
}

core::Result<v1::StatementDecided> decide_statement(
    session::Session& session, const v1::ProposedStatement& proposal, const std::string& outcome,
    const std::string& grade, const std::string& reading, const std::string& reason) {
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Decide));
  PALERMO_CHECK_OK(check_reason(reason, "the statement"));
  if (!grade.empty() && !is_grade(grade))
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("--grade: '{}' is no grade", core::printable(grade, 20)), std::nullopt,
                 "reliability A-F, then credibility 1-6, e.g. B2"};
  if (!reading.empty() && (reading != kAsBenefit || proposal.kind() != "transfer"))
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("--read-as: a {} cannot be read as '{}'", proposal.kind(),
                             core::printable(reading, 20)),
                 std::nullopt, "only a transfer of value can be read as benefit"};
  if (outcome != "graded" && outcome == proposal.status())
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("{} is {} already", proposal.id(), proposal.status()), std::nullopt,
                 "`palermo statement list` shows by whom and why"};
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY(const auto known, statement_decisions(session.db()));
  const auto meanwhile = known.find(proposal.id());
  if ((meanwhile == known.end() ? 0 : static_cast<int>(meanwhile->second.size())) !=
      proposal.decisions_size())
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("{} was decided about meanwhile", proposal.id()), std::nullopt,
                 "`palermo statement list` shows by whom and why"};
  PALERMO_TRY(const std::string id, next_decision_id(session.db()));
  v1::StatementDecision decision;
  decision.set_decision_id(id);
  decision.set_proposal_id(proposal.id());
  decision.set_outcome(outcome);
  const std::string given =
      proposal.decisions().empty() ? kUngraded : proposal.decisions().rbegin()->grade();
  decision.set_grade(grade.empty() ? given : grade);
  decision.set_by(session.operator_name());
  decision.set_at(core::format_utc_us(core::now_us()));
  decision.set_reason(reason);
  decision.set_reading(reading);
  decision.set_records(proposal.records());
  *decision.mutable_statement() = proposal.statement();
  decision.mutable_statement()->set_kind(v1::Statement::assessment);
  decision.mutable_statement()->set_grade(kUngraded);
  PALERMO_TRY(const std::uint64_t leaf,
              append_decision(session, transaction, id, "statement", outcome, decision));
  v1::Access access;
  access.add_objects(id);
  access.set_operation("ALTER");
  access.set_command(fmt::format("statement {}", outcome == "accepted"   ? "accept"
                                                 : outcome == "rejected" ? "reject"
                                                                         : "grade"));
  access.set_result_count(1);
  PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf logged,
              session.append_access(transaction, std::move(access)));
  PALERMO_CHECK_OK(transaction.commit());
  v1::StatementDecided out;
  out.set_status(outcome == "graded" ? proposal.status() : outcome);
  decision.set_in_effect(true);
  *out.mutable_decision() = std::move(decision);
  out.set_leaf_index(static_cast<std::uint32_t>(leaf));
  return out;
}

}  // namespace palermo::criteria
