#include "analysis/compliance/intrusion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "core/authorization/coverage.hpp"
#include "core/base/json_message.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/segment_store.hpp"

namespace palermo::compliance {
namespace {

using core::Result;
using core::Status;

using Ids = std::unordered_set<std::uint32_t>;

struct Touched {
  std::map<std::string, Ids> by;  // authorization
  Ids elsewhere;                  // in a statement, report, identifier link
};

/// Kinds of record that say who somebody is, whatever authorization they came under.
constexpr const char* kLinkedSql =
    "SELECT DISTINCT ri.identifier FROM record_identifier ri JOIN record r ON r.seq = ri.record "
    "WHERE r.kind IN ('statement', 'undercover', 'identifier_link', 'case')";
constexpr const char* kTouchedSql =
    "SELECT DISTINCT r.authorization_id, ri.identifier FROM record_identifier ri JOIN record r ON "
    "r.seq = ri.record WHERE r.authorization_id <> '' AND r.kind NOT IN ('statement', "
    "'technique_use', 'cell_site', 'offence', 'case')";

Status take_records(store::Database& db, Touched& touched) {
  PALERMO_TRY(store::Statement product, db.prepare(kTouchedSql));
  for (;;) {
    PALERMO_TRY(const bool row, product.step());
    if (!row) break;
    touched.by[std::string{product.text(0)}].insert(static_cast<std::uint32_t>(product.integer(1)));
  }
  PALERMO_TRY(store::Statement linked, db.prepare(kLinkedSql));
  for (;;) {
    PALERMO_TRY(const bool row, linked.step());
    if (!row) return core::ok();
    touched.elsewhere.insert(static_cast<std::uint32_t>(linked.integer(0)));
  }
}

/// A segment is product of the one authorization that its entry names.
Result<std::unordered_map<std::int64_t, std::string>> segment_authorizations(store::Database& db) {
  std::unordered_map<std::int64_t, std::string> by;
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT s.id, l.bytes FROM segment s JOIN leaf l ON l.idx = s.leaf"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return by;
    PALERMO_TRY(const core::Json entry, core::parse_json(query.blob(1)));
    const auto auth = entry.find("auth");
    if (auth != entry.end() && auth->is_string())
      by.emplace(query.integer(0), auth->get<std::string>());
  }
}

Status take_calls(store::Database& db, Touched& touched) {
  PALERMO_TRY(const auto authorizations, segment_authorizations(db));
  store::SegmentQuery query;
  query.columns = store::kColParties | store::kColForwarded;
  return store::for_each_segment(db, query, [&](const store::CallColumns& calls) {
    const auto found = authorizations.find(calls.segment_id);
    if (found == authorizations.end()) return core::ok();
    Ids& ids = touched.by[found->second];
    for (const auto* column : {&calls.a, &calls.b, &calls.forwarded_to})
      for (const std::uint32_t id : *column)
        if (id != 0) ids.insert(id);
    return core::ok();
  });
}

/// A handset or SIM is nobody's name; a cell is a place.
bool stands_for_people(std::string_view kind) {
  return kind != "imei" && kind != "imsi" && kind != "cell";
}

/// Authorizations of which an identifier is a target, by its comparable form.
using Targets = std::map<std::string, std::set<std::string>>;

Targets targets_of(const Facts& facts) {
  Targets targets;
  for (const auto& [id, authorization] : facts.authorizations)
    for (const auto& target : authorization.data.targets())
      if (!target.value().empty())
        targets[authorization::comparable(target.kind(), target.value())].insert(id);
  return targets;
}

struct Split {
  std::uint32_t named = 0;
  std::uint32_t linked = 0;
  std::uint32_t never_linked = 0;
};

Result<std::map<std::string, Split>> split(store::Database& db, const Touched& touched,
                                           const Targets& targets) {
  std::map<std::string, Split> splits;
  PALERMO_TRY(const auto identifiers, store::all_identifiers(db));
  for (const store::StoredIdentifier& each : identifiers) {
    if (!stands_for_people(each.identifier.kind)) continue;
    const auto id = static_cast<std::uint32_t>(each.id);
    const auto target =
        targets.find(authorization::comparable(each.identifier.kind, each.identifier.value));
    for (const auto& [authorization, ids] : touched.by) {
      if (!ids.contains(id)) continue;
      Split& counts = splits[authorization];
      if (target != targets.end() && target->second.contains(authorization)) {
        ++counts.named;
      } else if (target != targets.end() || touched.elsewhere.contains(id)) {
        ++counts.linked;
      } else {
        ++counts.never_linked;
      }
    }
  }
  return splits;
}

/// Sessions and minors are counts of their own: each is withheld where it is small.
void set_others(const Facts& facts, const statistics::Rule& rule, v1::IntrusionResult::Row& row,
                std::uint32_t& withheld) {
  std::uint32_t sessions = 0;
  std::uint32_t privileged = 0;
  for (const SessionFact& session : facts.sessions) {
    if (session.authorization_id != row.authorization_id()) continue;
    ++sessions;
    privileged += session.privileged != v1::InterceptSession::privilege_unspecified &&
                  session.privileged != v1::InterceptSession::none;
  }
  std::uint32_t minors = 0;
  if (const AuthorizationFact* authorization = facts.find(row.authorization_id()))
    for (const auto& target : authorization->data.targets()) minors += target.minor();
  const auto small = [&rule](std::uint32_t count) { return count > 0 && count < rule.threshold; };
  row.set_sessions(sessions);
  // Between none and all of a small number nothing is left to hide behind.
  if (small(privileged) || small(sessions - privileged)) {
    ++withheld;
  } else {
    row.set_privileged(privileged);
  }
  if (small(minors)) {
    ++withheld;
  } else {
    row.set_minors(minors);
  }
}

}  // namespace

Result<v1::IntrusionResult> measure_intrusion(store::Database& db, const Facts& facts,
                                              const statistics::Rule& rule) {
  Touched touched;
  PALERMO_CHECK_OK(take_records(db, touched));
  PALERMO_CHECK_OK(take_calls(db, touched));
  PALERMO_TRY(const auto splits, split(db, touched, targets_of(facts)));

  std::vector<std::string> ids;
  for (const auto& [id, authorization] : facts.authorizations) ids.push_back(id);
  statistics::Table table =
      statistics::Table::make("identifiers", ids, {"named", "linked", "never linked"});
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto found = splits.find(ids[i]);
    if (found == splits.end()) continue;
    table.cells[i][0].value = found->second.named;
    table.cells[i][1].value = found->second.linked;
    table.cells[i][2].value = found->second.never_linked;
  }
  table.add_up();
  // Sums over authorizations count an identifier twice and are not printed.
  table.column_totals.clear();
  table.total.reset();
  std::uint32_t withheld = ids.empty() ? 0 : statistics::suppress(table, rule);

  v1::IntrusionResult result;
  const auto printed = [](const statistics::Count& count, auto set) {
    if (!count.withheld) set(count.value);
  };
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const AuthorizationFact& authorization = facts.authorizations.at(ids[i]);
    v1::IntrusionResult::Row& row = *result.add_rows();
    row.set_authorization_id(ids[i]);
    row.set_kind(authorization.data.kind());
    row.set_targets(static_cast<std::uint32_t>(authorization.data.targets_size()));
    for (const StoredProduct& product : facts.products)
      if (product.authorization_id == ids[i]) row.set_records(row.records() + product.records);
    for (const HeldFact& held : facts.held)
      if (held.authorization_id == ids[i] && held.status == "held")
        row.set_held(row.held() + held.count);
    printed(table.cells[i][0], [&row](std::uint32_t n) { row.set_named(n); });
    printed(table.cells[i][1], [&row](std::uint32_t n) { row.set_linked(n); });
    printed(table.cells[i][2], [&row](std::uint32_t n) { row.set_never_linked(n); });
    printed(table.row_totals[i], [&row](std::uint32_t n) { row.set_touched(n); });
    row.set_assessed(authorization.data.collateral_intrusion().find_first_not_of(" \t\r\n") ==
                             std::string::npos
                         ? "no"
                         : "yes");
    set_others(facts, rule, row, withheld);
  }
  result.set_withheld(withheld);
  result.set_convention(
      "Counted are identifiers of people in the product stored under each authorization: numbers, "
      "accounts, addresses; no handset, SIM or cell. An identifier is no person. Named: targets of "
      "that authorization. Linked: target of another one, or in a statement, an undercover report "
      "or an identifier link. Never linked: nowhere else in the case. What lies in quarantine is "
      "sealed and not counted here.");
  result.set_rule(
      fmt::format("Counts from 1 to {} are withheld (x), and as many others as it takes "
                  "that they cannot be computed more narrowly than by {}.",
                  rule.threshold - 1, rule.width));
  for (const auto& [id, ids_of] : touched.by)
    if (!id.empty() && facts.find(id) == nullptr)
      result.add_notices("product names an authorization that the case does not hold: rule AU01");
  return result;
}

}  // namespace palermo::compliance
