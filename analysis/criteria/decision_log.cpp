#include "analysis/criteria/decision_log.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <map>

#include "analysis/criteria/about.hpp"
#include "analysis/criteria/statement_decisions.hpp"
#include "core/base/encoding.hpp"
#include "core/base/text.hpp"

namespace palermo::criteria {
namespace {

core::Error unreadable(std::int64_t leaf) {
  return core::Error{core::ErrorCode::Integrity,
                     fmt::format("the decision of leaf {} cannot be read back", leaf),
                     std::nullopt,
                     {},
                     "ALTERED"};
}

}  // namespace

core::Result<ElementDecisions> element_decisions(store::Database& db,
                                                 std::optional<std::int64_t> before_leaf) {
  std::vector<v1::Statement> all;
  std::map<std::string, v1::Withdrawal> withdrawals;
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT payload, leaf FROM decision ORDER BY seq"));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    if (before_leaf && query.integer(1) >= *before_leaf) continue;
    const std::string payload{query.blob(0)};
    v1::Withdrawal withdrawal;
    v1::Statement statement;
    if (!statement.ParseFromString(payload) || !withdrawal.ParseFromString(payload))
      return unreadable(query.integer(1));
    if (!withdrawal.withdrawn().empty()) {
      std::string id = withdrawal.withdrawn();
      withdrawals.emplace(std::move(id), std::move(withdrawal));
    } else if (statement.has_judgement()) {
      v1::Decided& decided = *statement.mutable_decided();
      decided.set_event_id(statement.id());
      decided.set_by(statement.judgement().by());
      decided.set_at(statement.judgement().at());
      all.push_back(std::move(statement));
    } else if (!read_statement_decision(payload)) {
      return unreadable(query.integer(1));
    }
  }
  ElementDecisions out;
  for (v1::Statement& statement : all) {
    const auto found = withdrawals.find(statement.id());
    if (found == withdrawals.end()) {
      out.standing.push_back(std::move(statement));
    } else {
      out.withdrawn.emplace_back(std::move(statement), std::move(found->second));
    }
  }
  return out;
}

v1::Statement as_judgement(const v1::Statement& decision, const v1::Withdrawal& withdrawal) {
  const v1::Judgement& judged = decision.judgement();
  return judgement_about(
      std::string{kAboutDecision} + decision.id(), "withdrawn", withdrawal,
      fmt::format("the decision {} of {} on {} ('{}' for {}: {}) was withdrawn by {} on {} and no "
                  "longer counts: {}",
                  decision.id(), judged.by(), judged.at().substr(0, 10), judged.outcome(),
                  judged.element(), judged.reason(), withdrawal.by(), withdrawal.at().substr(0, 10),
                  withdrawal.reason()));
}

core::Result<std::string> next_decision_id(store::Database& db) {
  PALERMO_TRY(const std::int64_t before, db.scalar("SELECT count(*) FROM decision"));
  return fmt::format("DEC-{}", before + 1);
}

core::Result<std::uint64_t> append_decision(session::Session& session,
                                            store::Transaction& transaction, const std::string& id,
                                            const std::string& element, const std::string& outcome,
                                            const google::protobuf::Message& payload) {
  const std::string bytes = bytes_of(payload);
  const std::string salt = core::random_bytes(32);
  v1::LedgerEntry entry;
  entry.set_id(id);
  v1::DecisionEntry& body = *entry.mutable_decision();
  body.set_element(element);
  body.set_outcome(outcome);
  body.set_reason_commit(core::to_hex(core::commitment(salt, bytes)));
  PALERMO_TRY(const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, std::move(entry), session.actor()));
  PALERMO_TRY(
      store::Statement insert,
      session.db().prepare("INSERT INTO decision (payload, salt, leaf) VALUES (?1, ?2, ?3)"));
  PALERMO_CHECK_OK(insert.bind_blob(1, bytes));
  PALERMO_CHECK_OK(insert.bind_blob(2, salt));
  PALERMO_CHECK_OK(insert.bind(3, static_cast<std::int64_t>(leaf.index)));
  PALERMO_CHECK_OK(insert.run());
  return static_cast<std::uint64_t>(leaf.index);
}

core::Status check_reason(const std::string& reason, const char* what) {
  if (reason.find_first_not_of(" \t\r\n") == std::string::npos)
    return core::Error{core::ErrorCode::InvalidArgument, "--reason: a decision needs reasons",
                       std::nullopt, fmt::format("say in words why {} is so decided", what)};
  if (!core::is_valid_utf8(reason))
    return core::Error{core::ErrorCode::InvalidArgument, "--reason: the text is not valid UTF-8"};
  return core::ok();
}

std::string bytes_of(const google::protobuf::Message& message) {
  std::string out;
  {
    google::protobuf::io::StringOutputStream stream{&out};
    google::protobuf::io::CodedOutputStream coded{&stream};
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return out;
}

}  // namespace palermo::criteria
