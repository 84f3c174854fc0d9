#include "analysis/compliance/load_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "analysis/criteria/catalogue.hpp"
#include "analysis/entity/model.hpp"
#include "core/authorization/authorization_store.hpp"
#include "core/base/json_message.hpp"
#include "core/store/record_store.hpp"
#include "palermo/v1/source.pb.h"

namespace palermo::compliance {
namespace {

using core::Result;
using core::Status;

Status load_authorizations(store::Database& db, Facts& facts) {
  PALERMO_TRY(auto stored, (authorization::load_all(db)));
  for (auto& [id, each] : stored) {
    PALERMO_TRY(auto coverage, authorization::Coverage::compile(each.authorization));
    PALERMO_TRY(auto status, authorization::status_at(each.authorization, facts.as_of_us));
    const v1::Regime* regime = authorization::regime_of(each.authorization.regime());
    facts.authorizations.emplace(
        id, AuthorizationFact{std::move(each.authorization), std::move(coverage), std::move(status),
                              regime});
  }
  return core::ok();
}

SessionFact session_of(const store::StoredRecord& stored) {
  const v1::InterceptSession& from = stored.record.intercept();
  SessionFact session;
  session.record_id = stored.record.record_id();
  session.session_id = from.session_id();
  session.authorization_id = stored.record.authorization_id();
  session.privileged = from.privileged();
  session.minimised = from.minimised();
  session.has_words = !from.summary().empty() || !from.transcript().empty();
  session.deletion_recorded = !from.deletion_record().empty();
  return session;
}

/// Grade of the file a record came with.
Result<std::map<std::string, std::string>> gradings(store::Database& db) {
  std::map<std::string, std::string> all;
  PALERMO_TRY(store::Statement query, db.prepare("SELECT id, payload FROM source ORDER BY seq"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return all;
    v1::Source source;
    if (!source.ParseFromArray(query.blob(1).data(), static_cast<int>(query.blob(1).size())))
      return core::Error{core::ErrorCode::Integrity, "a source cannot be read from the case",
                         std::nullopt, "run `palermo audit verify`", "ALTERED"};
    all[std::string{query.text(0)}] = source.grading();
  }
}

Status load_records(store::Database& db, Facts& facts) {
  PALERMO_TRY(const auto grades, gradings(db));
  std::set<std::pair<std::string, std::string>> reports;  // source and report id
  std::map<std::pair<std::string, std::string>, std::size_t> sessions;
  return store::for_each_record(db, {}, [&](store::StoredRecord& stored) -> Status {
    v1::Record& record = stored.record;
    const std::string& source = record.source_id();
    if (!record.authorization_id().empty() && !record.has_technique_use())
      facts.products.push_back(
          {record.record_id(), record.authorization_id(), stored.from_us, stored.to_us});
    switch (record.body_case()) {
      case v1::Record::kTechniqueUse: {
        UseFact& use = facts.uses.emplace_back();
        use.record_id = record.record_id();
        use.from_us = stored.from_us;
        use.to_us = stored.to_us;
        if (record.technique_use().authorization_id().empty())
          record.mutable_technique_use()->set_authorization_id(record.authorization_id());
        use.data = std::move(*record.mutable_technique_use());
        break;
      }
      case v1::Record::kUndercover: {
        reports.emplace(source, record.undercover().report_id());
        if (record.undercover().authorization_id().empty())
          record.mutable_undercover()->set_authorization_id(record.authorization_id());
        facts.reports.push_back({record.record_id(), std::move(*record.mutable_undercover())});
        break;
      }
      case v1::Record::kIntercept:
        sessions[{source, record.intercept().session_id()}] = facts.sessions.size();
        facts.sessions.push_back(session_of(stored));
        break;
      case v1::Record::kStatement: {
        StatementFact& statement = facts.statements.emplace_back();
        statement.record_id = record.record_id();
        statement.part_of = record.part_of();
        statement.grade = record.statement().grade();
        if (statement.grade.empty()) statement.grade = record.grade();
        if (const auto file = grades.find(source); statement.grade.empty() && file != grades.end())
          statement.grade = file->second;
        statement.of_undercover = reports.contains({source, record.part_of()});
        if (const auto session = sessions.find({source, record.part_of()});
            !record.part_of().empty() && session != sessions.end())
          facts.sessions[session->second].has_words = true;
        statement.data = std::move(*record.mutable_statement());
        break;
      }
      case v1::Record::kOffence: {
        const v1::Offence& offence = record.offence();
        const v1::Law* law = offence.has_law() ? &offence.law() : nullptr;
        if (law == nullptr && !offence.catalogue_ref().empty())
          if (const v1::CatalogueRow* row =
                  criteria::Catalogue::builtin().find(offence.catalogue_ref()))
            law = &row->law();
        if (law != nullptr && !law->provision().empty())
          facts.provisions[offence.id()] = law->provision();
        break;
      }
      default:
        break;
    }
    return core::ok();
  });
}

/// Call segments: one authorization and one stretch of time each.
Status load_segments(store::Database& db, Facts& facts) {
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT s.id, s.from_us, s.to_us, l.bytes, s.records FROM segment s "
                         "JOIN leaf l ON l.idx = s.leaf ORDER BY s.id"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return core::ok();
    PALERMO_TRY(const core::Json entry, core::parse_json(query.blob(3)));
    const auto auth = entry.find("auth");
    if (auth == entry.end()) continue;
    facts.products.push_back({fmt::format("segment {}", query.integer(0)), auth->get<std::string>(),
                              query.integer(1), query.integer(2),
                              static_cast<std::uint32_t>(query.integer(4)), true});
  }
}

Status load_quarantine(store::Database& db, Facts& facts) {
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT seq, reason, authorization_id, count, status FROM quarantine "
                         "ORDER BY seq"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return core::ok();
    facts.held.push_back({fmt::format("Q-{}", query.integer(0)), std::string{query.text(1)},
                          std::string{query.text(2)}, static_cast<std::uint32_t>(query.integer(3)),
                          std::string{query.text(4)}});
  }
}

Status load_ledger(store::Database& db, Facts& facts) {
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT idx, bytes FROM leaf WHERE json_extract(CAST(bytes AS TEXT), "
                         "'$.kind') IN ('access', 'disclosure') ORDER BY idx"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return core::ok();
    PALERMO_TRY(const core::Json json, core::parse_json(query.blob(1)));
    v1::LedgerEntry entry;
    PALERMO_CHECK_OK(core::fill_message(json, entry));
    const auto leaf = static_cast<std::uint64_t>(query.integer(0));
    if (entry.has_access())
      facts.accesses.push_back({leaf, entry.actor(), entry.recorded_at(), entry.access()});
    if (entry.has_disclosure())
      facts.disclosures.push_back({leaf, entry.actor(), entry.recorded_at(), entry.disclosure()});
  }
}

Status load_persons(store::Database& db, Facts& facts) {
  PALERMO_TRY(const entity::Model model, entity::Model::load(db, {std::nullopt, true}));
  for (const auto& [id, person] : model.persons()) {
    if (person.organisation) continue;
    facts.persons.push_back({id, person.members, person.category, person.category_decided});
  }
  return core::ok();
}

}  // namespace

Result<Facts> load_facts(store::Database& db, std::int64_t as_of_us) {
  Facts facts;
  facts.as_of_us = as_of_us;
  PALERMO_CHECK_OK(load_authorizations(db, facts));
  PALERMO_CHECK_OK(load_records(db, facts));
  std::stable_sort(facts.uses.begin(), facts.uses.end(), [](const UseFact& x, const UseFact& y) {
    constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
    return x.from_us.value_or(kLast) < y.from_us.value_or(kLast);
  });
  PALERMO_CHECK_OK(load_segments(db, facts));
  PALERMO_CHECK_OK(load_quarantine(db, facts));
  PALERMO_CHECK_OK(load_ledger(db, facts));
  PALERMO_CHECK_OK(load_persons(db, facts));
  PALERMO_TRY(const std::int64_t findings, db.scalar("SELECT count(*) FROM finding"));
  facts.findings = static_cast<std::uint32_t>(findings);
  return facts;
}

}  // namespace palermo::compliance
