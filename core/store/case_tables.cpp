// What `palermo sql` shows beside calls: records, sources, identifiers, authorizations.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/authorization/authorization_store.hpp"
#include "core/base/json_message.hpp"
#include "core/base/time.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/record_store.hpp"
#include "core/store/virtual_tables.hpp"
#include "palermo/v1/source.pb.h"

namespace palermo::store::detail {
namespace {

using Rows = std::vector<std::vector<Cell>>;

Cell number(std::uint64_t value) { return static_cast<std::int64_t>(value); }
Cell time_text(const std::optional<std::int64_t>& us) {
  if (!us) return std::monostate{};
  return core::format_utc(*us);
}
Cell time_us(const std::optional<std::int64_t>& us) {
  if (!us) return std::monostate{};
  return *us;
}

core::Result<Rows> load_records(Database& db) {
  Rows rows;
  PALERMO_CHECK_OK(for_each_record(db, {}, [&](StoredRecord& stored) -> Status {
    const v1::Record& record = stored.record;
    Cell a{std::monostate{}};
    Cell b{std::monostate{}};
    Cell weight{std::monostate{}};
    std::string text;
    switch (record.body_case()) {
      case v1::Record::kRelation:
        a = record.relation().a();
        b = record.relation().b();
        if (record.relation().has_weight()) weight = record.relation().weight();
        break;
      case v1::Record::kPayment:
        a = record.payment().from();
        b = record.payment().to();
        if (record.payment().has_amount()) weight = record.payment().amount();
        text = record.payment().reference();
        break;
      case v1::Record::kIntercept:
        a = record.intercept().line();
        text = record.intercept().summary();
        break;
      case v1::Record::kUndercover:
        text = record.undercover().narrative();
        break;
      case v1::Record::kStatement:
        text = record.statement().text();
        break;
      case v1::Record::kMessage:
        a = record.message().sender();
        b = fmt::format("{}", fmt::join(record.message().recipients(), ", "));
        text = record.message().text();
        break;
      case v1::Record::kCustody:
        a = record.custody().performer();
        text = record.custody().name();
        break;
      case v1::Record::kCellSite:
        a = record.cell_site().cell();
        text = record.cell_site().address();
        break;
      case v1::Record::kIdentifierLink:
        a = record.identifier_link().a();
        b = record.identifier_link().b();
        text = record.identifier_link().kind();
        break;
      case v1::Record::kOther:
        a = record.other().object_id();
        text = record.other().label();
        break;
      default:
        break;
    }
    rows.push_back(
        {record.record_id(), record.source_id(), number(record.line()), stored.kind, stored.layer,
         record.authorization_id(), record.grade(), time_text(stored.from_us),
         time_us(stored.from_us), time_us(stored.to_us), own_id(record), std::move(a), std::move(b),
         std::move(weight), std::move(text),
         core::to_json_sparse(record).dump(-1, ' ', false, core::Json::error_handler_t::replace)});
    return core::ok();
  }));
  return rows;
}

core::Result<Rows> load_sources(Database& db) {
  Rows rows;
  PALERMO_TRY(Statement query, db.prepare("SELECT payload FROM source ORDER BY seq"));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return rows;
    v1::Source source;
    const std::string_view payload = query.blob(0);
    if (!source.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
      return core::Error{core::ErrorCode::Integrity, "a source of the case cannot be read",
                         std::nullopt, "run `palermo audit verify`", "ALTERED"};
    rows.push_back({source.source_id(),
                    source.sha256(),
                    number(source.size()),
                    source.name(),
                    source.adapter(),
                    source.adapter_version(),
                    source.mapping(),
                    source.timezone(),
                    source.country(),
                    source.grading(),
                    source.layer(),
                    source.ingested_by(),
                    source.ingested_at(),
                    source.purpose(),
                    source.authorization_id(),
                    source.technique(),
                    number(source.rows_read()),
                    number(source.stored()),
                    number(source.duplicates()),
                    number(source.quarantined()),
                    number(source.rejected())});
  }
}

core::Result<Rows> load_identifiers(Database& db) {
  Rows rows;
  PALERMO_TRY(const auto all, all_identifiers(db));
  for (const StoredIdentifier& stored : all)
    rows.push_back({stored.id, stored.identifier.kind, stored.identifier.value,
                    std::int64_t{stored.identifier.valid ? 1 : 0}, stored.identifier.country,
                    stored.identifier.raw});
  return rows;
}

core::Result<Rows> load_authorizations(Database& db) {
  Rows rows;
  PALERMO_TRY(const auto all, authorization::load_all(db));
  for (const auto& [id, stored] : all) {
    PALERMO_TRY(const v1::AuthorizationSummary summary,
                authorization::summarize(db, stored, core::now_us()));
    rows.push_back({id, summary.status(), summary.technique(), summary.kind(), summary.regime(),
                    summary.state(), summary.effective_from(), summary.effective_to(),
                    number(summary.targets()), number(summary.max_hops()), number(summary.rev()),
                    number(summary.stored()), number(summary.quarantined())});
  }
  return rows;
}

}  // namespace

std::vector<MemoryTable> case_tables() {
  return {
      {"records",
       "record_id TEXT, source TEXT, line INTEGER, kind TEXT, layer TEXT, authorization_id TEXT, "
       "grade TEXT, "
       "started_at TEXT, started_at_us INTEGER, ended_at_us INTEGER, own_id TEXT, a TEXT, b TEXT, "
       "weight REAL, "
       "text TEXT, json TEXT",
       load_records},
      {"sources",
       "source TEXT, sha256 TEXT, size INTEGER, name TEXT, adapter TEXT, adapter_version TEXT, "
       "mapping TEXT, "
       "timezone TEXT, country TEXT, grading TEXT, layer TEXT, ingested_by TEXT, ingested_at TEXT, "
       "purpose TEXT, "
       "authorization_id TEXT, technique TEXT, rows_read INTEGER, stored INTEGER, duplicates "
       "INTEGER, "
       "quarantined INTEGER, rejected INTEGER",
       load_sources},
      {"identifiers", "id INTEGER, kind TEXT, value TEXT, valid INTEGER, country TEXT, raw TEXT",
       load_identifiers},
      {"authorizations",
       "authorization_id TEXT, status TEXT, technique TEXT, kind TEXT, regime TEXT, state TEXT, "
       "effective_from TEXT, "
       "effective_to TEXT, targets INTEGER, max_hops INTEGER, rev INTEGER, stored INTEGER, "
       "quarantined INTEGER",
       load_authorizations},
  };
}

}  // namespace palermo::store::detail
