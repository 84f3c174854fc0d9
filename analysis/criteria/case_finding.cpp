#include "analysis/criteria/case_finding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/criteria/decision_log.hpp"
#include "analysis/criteria/known_at.hpp"
#include "analysis/criteria/statement_decisions.hpp"
#include "analysis/entity/event_log.hpp"
#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/store/record_store.hpp"

namespace palermo::criteria {
namespace {

using core::Error;
using core::ErrorCode;

v1::Access consultation(const std::string& object, const char* command) {
  v1::Access access;
  access.add_objects(object);
  access.set_operation("CONSULT");
  access.set_command(command);
  return access;
}

core::Result<std::optional<v1::Finding>> stored_finding(store::Database& db,
                                                        const std::string& id) {
  PALERMO_TRY(store::Statement query, db.prepare("SELECT payload FROM finding WHERE id = ?1"));
  PALERMO_CHECK_OK(query.bind(1, id));
  PALERMO_TRY(const bool found, query.step());
  if (!found) return std::optional<v1::Finding>{};
  v1::Finding finding;
  if (!finding.ParseFromString(std::string{query.blob(0)}))
    return Error{ErrorCode::Integrity,
                 fmt::format("finding {} cannot be read back", core::printable(id, 40)),
                 std::nullopt,
                 {},
                 "ALTERED"};
  return std::optional<v1::Finding>{std::move(finding)};
}

void collect(const v1::Element& element, std::map<std::string, std::string>& out) {
  out[element.id()] = in_words(element.outcome());
  for (const v1::Element& child : element.children()) collect(child, out);
}

std::vector<std::string> differences(const v1::Finding& then, const v1::Finding& now) {
  std::vector<std::string> out;
  const auto field = [&](const char* name, const std::string& a, const std::string& b) {
    if (a != b) out.push_back(fmt::format("{}: {} then, {} now", name, a, b));
  };
  field("software_version", then.software_version(), now.software_version());
  field("instrument_version", then.instrument_version(), now.instrument_version());
  field("facts_sha256", then.facts_sha256(), now.facts_sha256());
  field("statements_used", std::to_string(then.statements_used()),
        std::to_string(now.statements_used()));
  field("persons", fmt::format("{}-{}", then.persons().lo(), then.persons().hi()),
        fmt::format("{}-{}", now.persons().lo(), now.persons().hi()));
  std::map<std::string, std::string> before, after;
  for (const v1::Element& element : then.elements()) collect(element, before);
  for (const v1::Element& element : now.elements()) collect(element, after);
  for (const auto& [id, outcome] : before)
    field(id.c_str(), outcome, after.contains(id) ? after[id] : "absent");
  for (const auto& [id, outcome] : after)
    if (!before.contains(id)) field(id.c_str(), "absent", outcome);
  if (out.empty()) out.push_back("evidence, notes or order differ; every outcome is the same");
  return out;
}

}  // namespace

core::Result<v1::FactsFile> stated_by_case(store::Database& db,
                                           std::optional<std::int64_t> before_leaf) {
  PALERMO_TRY(std::vector<v1::EntityEvent> events, entity::load_events(db, before_leaf));
  return stated_by_case(db, before_leaf, entity::Decisions::replay(std::move(events)));
}

core::Result<v1::FactsFile> stated_by_case(store::Database& db,
                                           std::optional<std::int64_t> before_leaf,
                                           const entity::Decisions& decisions) {
  PALERMO_TRY(v1::FactsFile facts, store::facts_of_case(db, before_leaf));
  for (v1::Statement& statement : decisions.statements())
    *facts.add_statements() = std::move(statement);
  // A decision counts when an operator signed it; what a file calls a judgement stays evidence of
  // its own and keeps its id, so that nobody takes it for the other.
  PALERMO_TRY(ElementDecisions decided, element_decisions(db, before_leaf));
  for (v1::Statement& statement : decided.standing) *facts.add_statements() = std::move(statement);
  for (const auto& [decision, withdrawal] : decided.withdrawn)
    *facts.add_statements() = as_judgement(decision, withdrawal);
  PALERMO_CHECK_OK(add_accepted(db, before_leaf, facts));
  return facts;
}

namespace {

/// Microseconds at which an entry was recorded.
core::Result<std::int64_t> recorded_at(session::Session& session, std::uint64_t index) {
  PALERMO_TRY(const std::string leaf, session.ledger().leaf(index));
  const auto json = core::parse_json(leaf);
  if (json && json->is_object() && json->contains("recorded_at") &&
      (*json)["recorded_at"].is_string()) {
    const auto at = core::parse_date_or_instant((*json)["recorded_at"].get<std::string>(), false);
    if (at) return at->us;
  }
  return Error{ErrorCode::Integrity,
               fmt::format("ledger entry {} does not say when it was recorded", index),
               std::nullopt,
               {},
               "ALTERED"};
}

/// How many of the first `size` entries were on record at that moment; their times never decrease.
core::Result<std::uint64_t> entries_at(session::Session& session, std::int64_t moment,
                                       std::uint64_t size) {
  std::uint64_t low = 0, high = size;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    PALERMO_TRY(const std::int64_t at, recorded_at(session, middle));
    if (at <= moment) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/// Derives a finding from what the case held when its ledger had `size` entries.
/// @param before_leaf  the same bound for the stored rows; absent: everything
core::Result<v1::Finding> derive(session::Session& session, AssessOptions options,
                                 std::uint64_t size, std::optional<std::int64_t> before_leaf) {
  options.ledger_size = static_cast<std::uint32_t>(size);
  PALERMO_TRY(const v1::FactsFile facts, stated_by_case(session.db(), before_leaf));
  if (options.known_at.empty()) return assess(facts, options);
  PALERMO_TRY(const std::int64_t moment, moment_of(options.known_at));
  PALERMO_TRY(const std::uint64_t known, entries_at(session, moment, size));
  if (known == 0)
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("--known-at: the case did not exist at {}",
                             core::printable(options.known_at, 40)),
                 std::nullopt, "give a moment after `palermo init`"};
  options.known_entries = static_cast<std::uint32_t>(known);
  options.now = &facts;
  PALERMO_TRY(const v1::FactsFile then,
              stated_by_case(session.db(), static_cast<std::int64_t>(known)));
  return assess(then, options);
}

}  // namespace

core::Result<v1::Finding> assess_case(session::Session& session, AssessOptions options) {
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Assess));
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY(const std::uint64_t size, session.ledger().size());
  PALERMO_TRY(v1::Finding finding, derive(session, std::move(options), size, std::nullopt));
  PALERMO_TRY(std::optional<v1::Finding> known, stored_finding(session.db(), finding.finding_id()));
  v1::LedgerEntry entry;
  if (known) {
    finding = *std::move(known);
    PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf leaf,
                session.append_access(transaction, consultation(finding.finding_id(), "assess")));
    PALERMO_CHECK_OK(transaction.commit());
    return finding;
  }
  const std::string payload = bytes_of(finding);
  entry.set_id(finding.finding_id());
  v1::FindingEntry& body = *entry.mutable_finding();
  body.set_instrument(finding.instrument());
  body.set_instrument_version(finding.instrument_version());
  body.set_software_version(finding.software_version());
  body.set_lens(finding.lens());
  body.set_as_of(finding.as_of());
  body.set_facts_sha256(finding.facts_sha256());
  body.set_sha256(core::to_hex(core::sha256(payload)));
  body.set_statements_used(finding.statements_used());
  PALERMO_TRY(const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, std::move(entry), session.actor()));
  PALERMO_TRY(store::Statement insert,
              session.db().prepare("INSERT INTO finding (id, payload, leaf) VALUES (?1, ?2, ?3)"));
  PALERMO_CHECK_OK(insert.bind(1, finding.finding_id()));
  PALERMO_CHECK_OK(insert.bind_blob(2, payload));
  PALERMO_CHECK_OK(insert.bind(3, static_cast<std::int64_t>(leaf.index)));
  PALERMO_CHECK_OK(insert.run());
  PALERMO_CHECK_OK(transaction.commit());
  return finding;
}

core::Result<v1::Reproduction> reproduce(session::Session& session, const std::string& finding_id) {
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Assess));
  PALERMO_TRY(const std::optional<v1::Finding> then, stored_finding(session.db(), finding_id));
  if (!then)
    return Error{ErrorCode::NotFound,
                 fmt::format("this case has no finding '{}'", core::printable(finding_id, 60)),
                 std::nullopt, "`palermo assess` prints the id of each finding"};
  AssessOptions options;
  options.instrument = then->instrument();
  options.group = then->group();
  options.standard = then->standard();
  options.as_of = then->as_of();
  options.count_legal_persons = then->count_legal_persons();
  options.without.assign(then->without().begin(), then->without().end());
  options.known_at = then->known_at();
  const auto lens = lens_named(then->lens());
  if (!lens)
    return Error{ErrorCode::Integrity,
                 fmt::format("finding {} names an unknown lens", finding_id),
                 std::nullopt,
                 {},
                 "ALTERED"};
  options.lens = *lens;
  v1::Reproduction out;
  out.set_finding_id(finding_id);
  auto now = derive(session, options, then->ledger_size(), then->ledger_size());
  if (!now) {
    out.add_differences(now.error().message);
  } else {
    *out.mutable_finding() = *now;
    out.set_same(bytes_of(*then) == bytes_of(*now));
    if (!out.same())
      for (const std::string& line : differences(*then, *now)) out.add_differences(line);
  }
  PALERMO_CHECK_OK(session.log_access(consultation(finding_id, "assess --reproduce")));
  return out;
}

core::Result<v1::DecisionResult> decide(session::Session& session, const std::string& element,
                                        const std::string& outcome, const std::string& reason) {
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Decide));
  PALERMO_TRY(const Instruments instruments, Instruments::builtin());
  const v1::ElementDef* known = instruments.find(element);
  if (known == nullptr) {
    const std::string near = core::nearest_word(element, instruments.ids());
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("there is no element '{}'", core::printable(element, 60)),
                 std::nullopt,
                 near.empty() ? "`palermo assess` lists the elements"
                              : fmt::format("did you mean {}?", near)};
  }
  if (outcome != "indicated" && outcome != "not_indicated" && outcome != "undetermined")
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("--outcome: '{}'", core::printable(outcome, 40)), std::nullopt,
                 "use indicated, not_indicated or undetermined"};
  PALERMO_CHECK_OK(check_reason(reason, "the element"));

  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY(const std::string id, next_decision_id(session.db()));
  const std::string at = core::format_utc_us(core::now_us());
  v1::Statement statement;
  statement.set_id(id);
  statement.set_kind(v1::Statement::assessment);
  statement.set_text(reason);
  statement.set_source(session.operator_name());
  v1::Judgement& judgement = *statement.mutable_judgement();
  judgement.set_element(element);
  judgement.set_outcome(outcome);
  judgement.set_by(session.operator_name());
  judgement.set_reason(reason);
  judgement.set_at(at);
  PALERMO_TRY(const std::uint64_t leaf,
              append_decision(session, transaction, id, element, outcome, statement));
  PALERMO_CHECK_OK(transaction.commit());

  v1::DecisionResult out;
  out.set_decision_id(statement.id());
  out.set_element(element);
  out.set_outcome(outcome);
  out.set_by(session.operator_name());
  out.set_at(at);
  out.set_leaf_index(static_cast<std::uint32_t>(leaf));
  out.set_overrides(known->judgement_term().empty());
  return out;
}

namespace {

/// The decision on an element that counts among those that stand: the newest.
std::string counting(const std::vector<v1::Statement>& standing, const std::string& element,
                     const std::string& without) {
  std::string out;
  for (const v1::Statement& one : standing)
    if (one.judgement().element() == element && one.id() != without) out = one.id();
  return out;
}

/// Why a decision that does not stand cannot be withdrawn.
Error not_standing(const ElementDecisions& decided, bool about_statement, const std::string& id) {
  for (const auto& [decision, withdrawal] : decided.withdrawn)
    if (decision.id() == id)
      return Error{ErrorCode::InvalidArgument,
                   fmt::format("{} was withdrawn already by {} on {}", id, withdrawal.by(),
                               withdrawal.at().substr(0, 10)),
                   std::nullopt, "`palermo decide ELEMENT` decides anew"};
  if (about_statement)
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("{} is about a proposed statement, not about an element", id),
                 std::nullopt, "`palermo statement reject` takes an acceptance back"};
  return Error{ErrorCode::NotFound,
               fmt::format("no decision on an element is called '{}'", core::printable(id, 60)),
               std::nullopt, "`palermo assess` shows the decisions of each element with their ids"};
}

}  // namespace

core::Result<v1::WithdrawalResult> withdraw(session::Session& session, const std::string& decision,
                                            const std::string& reason) {
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Decide));
  PALERMO_CHECK_OK(check_reason(reason, "the withdrawal"));
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY(const ElementDecisions decided, element_decisions(session.db(), std::nullopt));
  const auto meant = std::find_if(decided.standing.begin(), decided.standing.end(),
                                  [&](const v1::Statement& one) { return one.id() == decision; });
  if (meant == decided.standing.end()) {
    PALERMO_TRY(const auto statements, statement_decisions(session.db()));
    bool about_statement = false;
    for (const auto& [proposal, all] : statements)
      for (const v1::StatementDecision& one : all)
        about_statement = about_statement || one.decision_id() == decision;
    return not_standing(decided, about_statement, decision);
  }
  const v1::Judgement& judged = meant->judgement();
  PALERMO_TRY(const std::string id, next_decision_id(session.db()));
  v1::Withdrawal withdrawal;
  withdrawal.set_decision_id(id);
  withdrawal.set_withdrawn(decision);
  withdrawal.set_by(session.operator_name());
  withdrawal.set_at(core::format_utc_us(core::now_us()));
  withdrawal.set_reason(reason);
  PALERMO_TRY(const std::uint64_t leaf,
              append_decision(session, transaction, id, judged.element(), "withdrawn", withdrawal));
  PALERMO_CHECK_OK(transaction.commit());

  v1::WithdrawalResult out;
  out.set_decision_id(id);
  out.set_withdrawn(decision);
  out.set_element(judged.element());
  out.set_outcome(judged.outcome());
  out.set_decided_by(judged.by());
  out.set_decided_at(judged.at());
  out.set_by(withdrawal.by());
  out.set_at(withdrawal.at());
  out.set_counts_now(counting(decided.standing, judged.element(), decision));
  out.set_leaf_index(static_cast<std::uint32_t>(leaf));
  return out;
}

}  // namespace palermo::criteria
