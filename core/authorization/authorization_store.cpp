#include "core/authorization/authorization_store.hpp"

#include <fmt/format.h>

#include <set>

#include "core/authorization/coverage.hpp"
#include "core/authorization/regime.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::authorization {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

Status check_dates(const v1::Authorization& a) {
  const auto check = [&a](const std::string& text, std::string_view field) -> Status {
    if (text.empty()) return core::ok();
    if (auto read = core::parse_date_or_instant(text, false); !read)
      return Error{ErrorCode::BadInput,
                   fmt::format("authorization {}: {}: {}", core::printable(a.id(), 60), field,
                               read.error().message),
                   std::nullopt, "write times as 2024-03-01T09:00:00+01:00"};
    return core::ok();
  };
  PALERMO_CHECK_OK(check(a.granted_at(), "granted_at"));
  PALERMO_CHECK_OK(check(a.effective_from(), "effective_from"));
  PALERMO_CHECK_OK(check(a.expires_at(), "expires_at"));
  PALERMO_CHECK_OK(check(a.cancelled_at(), "cancelled_at"));
  PALERMO_CHECK_OK(check(a.urgent().oral_at(), "urgent.oral_at"));
  PALERMO_CHECK_OK(check(a.urgent().confirmed_at(), "urgent.confirmed_at"));
  PALERMO_CHECK_OK(check(a.urgent().refused_at(), "urgent.refused_at"));
  for (const auto& renewal : a.renewals()) {
    PALERMO_CHECK_OK(check(renewal.granted_at(), "renewals.granted_at"));
    PALERMO_CHECK_OK(check(renewal.expires_at(), "renewals.expires_at"));
  }
  for (const auto& target : a.targets()) {
    PALERMO_CHECK_OK(check(target.from(), "targets.from"));
    PALERMO_CHECK_OK(check(target.to(), "targets.to"));
  }
  for (const auto& approval : a.second_approvals())
    PALERMO_CHECK_OK(check(approval.at(), "second_approvals.at"));
  for (const auto& review : a.reviews()) {
    PALERMO_CHECK_OK(check(review.due_at(), "reviews.due_at"));
    PALERMO_CHECK_OK(check(review.done_at(), "reviews.done_at"));
  }
  PALERMO_CHECK_OK(check(a.notification().due_at(), "notification.due_at"));
  PALERMO_CHECK_OK(check(a.notification().done_at(), "notification.done_at"));
  PALERMO_CHECK_OK(check(a.notification().deferred().until(), "notification.deferred.until"));
  PALERMO_CHECK_OK(check(a.retention().destroy_by(), "retention.destroy_by"));
  PALERMO_CHECK_OK(check(a.retention().destroyed_at(), "retention.destroyed_at"));
  for (const auto& condition : a.condition_states()) {
    PALERMO_CHECK_OK(check(condition.due_at(), "condition_states.due_at"));
    PALERMO_CHECK_OK(check(condition.met_at(), "condition_states.met_at"));
  }
  for (const auto& fact : a.suspicion_facts())
    PALERMO_CHECK_OK(check(fact.at(), "suspicion_facts.at"));
  for (const auto& use : a.foreign_request().uses()) {
    PALERMO_CHECK_OK(check(use.at(), "foreign_request.uses.at"));
    PALERMO_CHECK_OK(check(use.notice_at(), "foreign_request.uses.notice_at"));
  }
  return core::ok();
}

}  // namespace

Result<std::vector<v1::Authorization>> read_file(std::string_view text) {
  PALERMO_TRY(const core::Json json, core::parse_json(text));
  std::vector<v1::Authorization> all;
  std::set<std::string> ids;
  const auto read = [&](const core::Json& value, const std::string& path) -> Status {
    v1::Authorization authorization;
    PALERMO_CHECK_OK(core::fill_message(value, authorization, path));
    const std::string where = path.empty() ? "the authorization" : path;
    if (authorization.id().empty())
      return Error{ErrorCode::BadInput, fmt::format("{} has no id", where), std::nullopt,
                   "give every authorization an id, such as \"AUTH-1\""};
    if (!ids.insert(authorization.id()).second)
      return Error{ErrorCode::BadInput, fmt::format("{}: id '{}' stands twice in the file", where,
                                                    core::printable(authorization.id(), 60))};
    PALERMO_CHECK_OK(check_dates(authorization));
    all.push_back(std::move(authorization));
    return core::ok();
  };
  if (json.is_array()) {
    if (json.empty()) return Error{ErrorCode::BadInput, "the file holds no authorization"};
    for (std::size_t i = 0; i < json.size(); ++i)
      PALERMO_CHECK_OK(read(json[i], fmt::format("[{}]", i)));
  } else {
    PALERMO_CHECK_OK(read(json, ""));
  }
  return all;
}

std::vector<std::string> notices_about(const v1::Authorization& a) {
  std::vector<std::string> notices;
  const std::string id = core::printable(a.id(), 60);
  if (a.technique() == v1::Authorization::TECHNIQUE_UNSPECIFIED)
    notices.push_back(fmt::format("{}: no technique named", id));
  if (a.targets_size() == 0)
    notices.push_back(
        fmt::format("{}: no target named (rule AU13); no call or session will be covered", id));
  if (a.expires_at().empty())
    notices.push_back(
        fmt::format("{}: no expiry; an authorization without end covers nothing", id));
  if (auto coverage = Coverage::compile(a)) {
    bool covers = false;
    for (const DataType type : {DataType::Traffic, DataType::Content, DataType::Location,
                                DataType::Undercover, DataType::Delivery, DataType::Financial})
      covers = covers || coverage->covers_type(type);
    if (!covers)
      notices.push_back(
          fmt::format("{}: kind '{}' and scope.data_types name no data type this program knows; no "
                      "product is covered",
                      id, core::printable(a.kind(), 60)));
  }
  if (!a.scope().has_max_hops())
    notices.push_back(fmt::format("{}: no max_hops; contact chaining is limited to 1 hop", id));
  if (a.expires_at().size() == 10)
    notices.push_back(fmt::format(
        "{}: expires_at is a date; it ends with that day in UTC. A court's own midnight needs an "
        "offset",
        id));
  if (!a.granted_at().empty() && !a.effective_from().empty() && a.urgent().oral_at().empty()) {
    const auto granted = core::parse_date_or_instant(a.granted_at(), false);
    const auto effective = core::parse_date_or_instant(a.effective_from(), false);
    if (granted && effective && effective->us < granted->us)
      notices.push_back(fmt::format(
          "{}: effective_from lies before granted_at; what was captured before the grant is not "
          "covered",
          id));
  }
  if (!a.applicant().id().empty() && a.applicant().id() == a.authorizer().id())
    notices.push_back(
        fmt::format("{}: applicant and authorizer are the same person (rule AU07)", id));
  return notices;
}

Result<std::map<std::string, StoredAuthorization>> load_all(store::Database& db) {
  std::map<std::string, StoredAuthorization> all;
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT id, rev, payload FROM authorization ORDER BY id, rev"));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    StoredAuthorization stored;
    const std::string_view payload = query.blob(2);
    if (!stored.authorization.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
      return Error{ErrorCode::Integrity,
                   fmt::format("authorization {} cannot be read from the case",
                               core::printable(query.text(0))),
                   std::nullopt, "run `palermo audit verify`", "ALTERED"};
    stored.rev = static_cast<std::uint32_t>(query.integer(1));
    all[std::string{query.text(0)}] = std::move(stored);
  }
  return all;
}

Result<StoredAuthorization> load(store::Database& db, const std::string& id) {
  PALERMO_TRY(auto all, (load_all(db)));
  const auto found = all.find(id);
  if (found == all.end()) {
    std::vector<std::string> known;
    for (const auto& [key, value] : all) known.push_back(key);
    const std::string near = core::nearest_word(id, known);
    return Error{
        ErrorCode::NotFound,
        fmt::format("no authorization '{}' in this case", core::printable(id, 60)), std::nullopt,
        near.empty() ? "add it with `palermo authorize add FILE`, or see `palermo authorize list`"
                     : fmt::format("did you mean '{}'?", core::printable(near, 60))};
  }
  return std::move(found->second);
}

Status save(store::Database& db, ledger::Ledger& ledger, store::Transaction& transaction,
            const v1::Authorization& a, std::uint32_t rev, const std::string& action,
            const ledger::SigningKey& actor, const std::string& late_reason) {
  std::string payload;
  if (!a.SerializeToString(&payload))
    return Error{ErrorCode::Internal, "an authorization could not be serialized"};
  const std::string salt = core::random_bytes(32);
  v1::LedgerEntry entry;
  entry.set_id(a.id());
  entry.set_auth(a.id());
  auto& body = *entry.mutable_authorization();
  body.set_technique(v1::Authorization::Technique_Name(a.technique()));
  body.set_kind(a.kind());
  body.set_state(a.state());
  body.set_regime(a.regime());
  body.set_legal_basis(a.legal_basis());
  const std::string decided = action == "renew" && a.renewals_size() > 0
                                  ? a.renewals(a.renewals_size() - 1).granted_at()
                              : action == "confirm" ? a.urgent().confirmed_at()
                              : action == "cancel"  ? a.cancelled_at()
                              : action == "refuse"  ? a.urgent().refused_at()
                              : action == "notify"  ? a.notification().done_at()
                              : action == "destroy" ? a.retention().destroyed_at()
                              : action == "add"     ? a.granted_at()
                                                    : std::string{};
  entry.set_late_reason(late_reason);
  if (const auto at = core::parse_date_or_instant(decided, false); !decided.empty() && at)
    entry.set_occurred_at(core::format_utc_us(at->us));
  PALERMO_TRY(const DerivedStatus status, status_at(a, core::now_us()));
  body.set_effective_from(status.effective_from);
  body.set_expires_at(status.effective_to);
  body.set_status(status.status);
  body.set_target_count(static_cast<std::uint32_t>(a.targets_size()));
  body.set_max_hops(a.scope().has_max_hops() ? a.scope().max_hops() : 1);
  body.set_action(action);
  body.set_commit(core::to_hex(core::commitment(salt, payload)));
  PALERMO_TRY(const ledger::AppendedLeaf leaf, ledger.append(transaction, std::move(entry), actor));
  PALERMO_TRY(store::Statement insert,
              db.prepare("INSERT INTO authorization VALUES (?1, ?2, ?3, ?4, ?5)"));
  PALERMO_CHECK_OK(insert.bind(1, a.id()));
  PALERMO_CHECK_OK(insert.bind(2, rev));
  PALERMO_CHECK_OK(insert.bind_blob(3, payload));
  PALERMO_CHECK_OK(insert.bind_blob(4, salt));
  PALERMO_CHECK_OK(insert.bind(5, static_cast<std::int64_t>(leaf.index)));
  return insert.run();
}

Result<v1::AuthorizationSummary> summarize(store::Database& db, const StoredAuthorization& stored,
                                           std::int64_t at_us) {
  const v1::Authorization& a = stored.authorization;
  v1::AuthorizationSummary summary;
  PALERMO_TRY(const DerivedStatus status, status_at(a, at_us));
  summary.set_authorization_id(a.id());
  summary.set_status(status.status);
  summary.set_status_reason(status.reason);
  summary.set_technique(v1::Authorization::Technique_Name(a.technique()));
  summary.set_kind(a.kind());
  summary.set_regime(a.regime());
  summary.set_state(a.state());
  summary.set_effective_from(status.effective_from);
  summary.set_effective_to(status.effective_to);
  summary.set_targets(static_cast<std::uint32_t>(a.targets_size()));
  summary.set_max_hops(a.scope().has_max_hops() ? a.scope().max_hops() : 1);
  summary.set_rev(stored.rev);
  summary.set_desired_status(a.desired_status());
  if (a.has_urgent() && a.urgent().confirmed_at().empty() && a.urgent().refused_at().empty())
    if (const auto oral = core::parse_date_or_instant(a.urgent().oral_at(), false);
        !a.urgent().oral_at().empty() && oral)
      summary.set_confirm_by(core::format_utc(confirm_by(a.regime(), a.state(), *oral).us));
  PALERMO_TRY(store::Statement held, db.prepare("SELECT coalesce(sum(count), 0) FROM quarantine "
                                                "WHERE authorization_id = ?1 AND status = 'held'"));
  PALERMO_CHECK_OK(held.bind(1, a.id()));
  PALERMO_TRY(const bool row, held.step());
  if (row) summary.set_quarantined(static_cast<std::uint32_t>(held.integer(0)));
  PALERMO_TRY(store::Statement records,
              db.prepare("SELECT count(*) FROM record WHERE authorization_id = ?1"));
  PALERMO_CHECK_OK(records.bind(1, a.id()));
  PALERMO_TRY(const bool counted, records.step());
  std::int64_t stored_records = counted ? records.integer(0) : 0;
  // Each call segment rests on the one authorization that its entry names.
  PALERMO_TRY(store::Statement segments,
              db.prepare("SELECT s.records, l.bytes FROM segment s JOIN leaf l ON l.idx = s.leaf"));
  while (true) {
    PALERMO_TRY(const bool segment, segments.step());
    if (!segment) break;
    PALERMO_TRY(const core::Json entry, core::parse_json(segments.blob(1)));
    const auto auth = entry.find("auth");
    if (auth != entry.end() && *auth == a.id()) stored_records += segments.integer(0);
  }
  summary.set_stored(static_cast<std::uint32_t>(stored_records));
  return summary;
}

}  // namespace palermo::authorization
