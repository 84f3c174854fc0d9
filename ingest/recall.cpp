#include "ingest/recall.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/authorization/coverage.hpp"
#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/recalled.hpp"
#include "core/store/residue.hpp"
#include "core/store/row_bytes.hpp"
#include "core/store/segment_store.hpp"
#include "ingest/pipeline_calls_detail.hpp"
#include "ingest/pipeline_records_detail.hpp"
#include "ingest/shared_recall.hpp"
#include "ingest/source_writer.hpp"

namespace palermo::ingest {
namespace {

using authorization::Coverage;
using authorization::DataType;
using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;
using store::CallColumns;

constexpr const char* kToBeDestroyed = "DT02";

/// Which product goes, and under which rule.
struct Judge {
  Coverage coverage;
  RecallWhat what;
  bool refused;

  /// Empty: it stays.
  [[nodiscard]] std::string code_of(std::optional<std::int64_t> from,
                                    std::optional<std::int64_t> to) const {
    if (what == RecallWhat::Everything) return kToBeDestroyed;
    if (refused) return std::string{authorization::kRefusedEmergency};
    if (!from && !to) return {};
    const std::int64_t first = from ? *from : *to;
    return std::string{coverage.check(DataType::Statement, first, to.value_or(first), {})};
  }
};

struct RecalledRow {
  std::int64_t seq = 0;
  core::Digest commitment{};
  v1::QuarantinedRecord sealed;
};

/// Rows of one source that go for one reason.
struct Group {
  WrittenSource place;
  std::string reason;
  std::vector<RecalledRow> rows;
};

/// What the scope check would compare again on a release.
void describe_product(store::RecordRow& row) {
  const v1::Record& record = row.record;
  if (record.has_intercept()) {
    const v1::InterceptSession& session = record.intercept();
    const bool content = !session.summary().empty() || !session.transcript().empty() ||
                         session.kind() == v1::InterceptSession::room;
    row.data_type = content ? DataType::Content : DataType::Traffic;
    for (const store::ObservedIdentifier& each : row.identifiers)
      if (each.value == session.line() || each.raw == session.line()) row.targets.push_back(each);
  } else if (record.has_undercover()) {
    row.data_type = DataType::Undercover;
  } else if (record.has_payment()) {
    row.data_type = DataType::Financial;
  } else if (record.has_message()) {
    row.data_type = DataType::Content;
  }
}

Result<std::vector<store::ObservedIdentifier>> mentioned_by(store::Database& db,
                                                            store::IdentifierBlocks& blocks,
                                                            std::int64_t seq) {
  std::vector<store::ObservedIdentifier> all;
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT identifier FROM record_identifier WHERE record = ?1 "
                         "ORDER BY identifier"));
  PALERMO_CHECK_OK(query.bind(1, seq));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return all;
    PALERMO_TRY(store::StoredIdentifier found,
                store::find_identifier(db, blocks, query.integer(0)));
    all.push_back(std::move(found.identifier));
  }
}

Result<std::vector<Group>> records_to_recall(store::Database& db, const std::string& id,
                                             const Judge& judge) {
  std::map<std::pair<std::int64_t, std::string>, Group> groups;
  store::IdentifierBlocks blocks{db};
  PALERMO_TRY(
      store::Statement query,
      db.prepare("SELECT r.seq, r.source, s.id, r.kind, r.layer, r.from_us, r.to_us, "
                 "r.payload, r.salt FROM record r JOIN source s ON s.seq = r.source "
                 "WHERE r.authorization_id = ?1 AND r.kind <> 'technique_use' ORDER BY r.seq"));
  PALERMO_CHECK_OK(query.bind(1, id));
  for (;;) {
    PALERMO_TRY(const bool more, query.step());
    if (!more) break;
    store::RecordRow row;
    if (!query.is_null(5)) row.from_us = query.integer(5);
    if (!query.is_null(6)) row.to_us = query.integer(6);
    const std::string reason = judge.code_of(row.from_us, row.to_us);
    if (reason.empty()) continue;
    const std::string_view payload = query.blob(7);
    row.kind = query.text(3);
    row.layer = query.text(4);
    row.authorization_id = id;
    if (!row.record.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
      return Error{ErrorCode::Integrity, "a record of the case cannot be read", std::nullopt,
                   "nothing was changed; run `palermo audit verify`", "ALTERED"};
    PALERMO_TRY(row.identifiers, mentioned_by(db, blocks, query.integer(0)));
    std::set<std::pair<std::string, std::string>> mentioned;
    for (const auto& each : row.identifiers) mentioned.emplace(each.kind, each.value);
    RecalledRow gone;
    gone.seq = query.integer(0);
    gone.commitment = core::commitment(
        query.blob(8),
        store::record_bytes(payload, {row.kind, row.layer, row.from_us, row.to_us}, mentioned));
    describe_product(row);
    gone.sealed = detail::sealed_form(std::move(row));
    Group& group = groups[{query.integer(1), reason}];
    group.place = {query.integer(1), std::string{query.text(2)}};
    group.reason = reason;
    group.rows.push_back(std::move(gone));
  }
  std::vector<Group> all;
  for (auto& [key, group] : groups) all.push_back(std::move(group));
  return all;
}

/// Number of the item that write_quarantine just made: "Q-7".
Result<std::int64_t> last_item(store::Database& db) {
  return db.scalar("SELECT max(seq) FROM quarantine");
}

Status recall_group(session::Session& session, store::Transaction& transaction,
                    const std::string& id, Group& group, v1::IngestResult& written) {
  // The source's records are compared with the ledger while they all still stand.
  PALERMO_CHECK_OK(revise_source(session, transaction, group.place,
                                 {-static_cast<std::int64_t>(group.rows.size()), 0, 0}, {}));
  v1::QuarantinedProduct product;
  product.set_version(1);
  product.set_source_id(group.place.id);
  product.set_reason(group.reason);
  product.set_authorization_id(id);
  std::uint32_t first = ~0U;
  std::uint32_t last = 0;
  for (RecalledRow& row : group.rows) {
    first = std::min(first, row.sealed.record().line());
    last = std::max(last, row.sealed.record().line());
    *product.add_records() = std::move(row.sealed);
  }
  PALERMO_CHECK_OK(write_quarantine(session, transaction, group.place, product,
                                    static_cast<std::uint32_t>(group.rows.size()), first, last,
                                    written, "recall"));
  PALERMO_TRY(const std::int64_t item, last_item(session.db()));
  for (const RecalledRow& row : group.rows)
    PALERMO_CHECK_OK(
        store::recall_record(session.db(), row.seq, core::bytes_of(row.commitment), item));
  return core::ok();
}

struct SegmentPlace {
  std::int64_t id = 0;
  WrittenSource place;
};

/// Segments whose entry names the authorization.
Result<std::vector<SegmentPlace>> segments_of(store::Database& db, const std::string& id) {
  std::vector<SegmentPlace> all;
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT g.id, g.source, s.id, l.bytes FROM segment g "
                         "JOIN source s ON s.seq = g.source JOIN leaf l ON l.idx = g.leaf "
                         "ORDER BY g.id"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return all;
    PALERMO_TRY(const core::Json entry, core::parse_json(query.blob(3)));
    const auto auth = entry.find("auth");
    if (auth != entry.end() && *auth == id)
      all.push_back({query.integer(0), {query.integer(1), std::string{query.text(2)}}});
  }
}

/// The segment as a table of its own, with identifiers numbered from 1, for sealing.
Result<CallTable> table_of(store::Database& db, const CallColumns& columns,
                           std::vector<store::ObservedIdentifier>& texts) {
  CallTable table;
  table.columns = columns;
  std::map<std::uint32_t, std::uint32_t> numbers;
  const auto columns_with_ids = {&table.columns.a, &table.columns.b, &table.columns.imei,
                                 &table.columns.imsi, &table.columns.forwarded_to};
  for (const auto* column : columns_with_ids)
    for (const std::uint32_t id : *column)
      if (id != 0) numbers.emplace(id, 0);
  store::IdentifierBlocks blocks{db};
  for (auto& [id, number] : numbers) {
    PALERMO_TRY(store::StoredIdentifier found, store::find_identifier(db, blocks, id));
    texts.push_back(std::move(found.identifier));
    number = static_cast<std::uint32_t>(texts.size());
  }
  for (const store::ObservedIdentifier& each : texts) table.identifiers.emplace_back(each);
  for (auto* column : columns_with_ids)
    for (std::uint32_t& id : *column)
      if (id != 0) id = numbers.at(id);
  return table;
}

/// Takes one segment out: what is covered stands again in a new one.
Status recall_calls(session::Session& session, store::Transaction& transaction,
                    const std::string& id, const SegmentPlace& at, const Judge& judge,
                    SharedRecall& shared, v1::IngestResult& written) {
  store::Database& db = session.db();
  PALERMO_TRY(const CallColumns columns, store::load_segment(db, at.id, store::kColAll, true, {}));
  std::vector<std::uint32_t> gone;
  std::vector<std::uint32_t> kept;
  std::string reason;
  for (std::uint32_t row = 0; row < columns.records; ++row) {
    const std::int64_t time = columns.started_at_us[row];
    const std::string code = judge.code_of(time, time);
    (code.empty() ? kept : gone).push_back(row);
    if (!code.empty() && reason.empty()) reason = code;
  }
  if (gone.empty()) return core::ok();
  std::vector<std::uint32_t> lines;
  for (const std::uint32_t row : gone) lines.push_back(columns.line[row]);
  const std::int64_t duplicates = shared.take_out(at.place.seq, lines);
  PALERMO_CHECK_OK(revise_source(
      session, transaction, at.place,
      {duplicates - static_cast<std::int64_t>(gone.size()), -duplicates, kept.empty() ? 0U : 1U},
      {}));
  std::vector<store::ObservedIdentifier> texts;
  PALERMO_TRY(const CallTable table, table_of(db, columns, texts));
  const v1::QuarantinedProduct product = detail::product_of(table, table.columns, gone, reason, id);
  PALERMO_CHECK_OK(write_quarantine(
      session, transaction, at.place, product, static_cast<std::uint32_t>(gone.size()),
      columns.line[gone.front()], columns.line[gone.back()], written, "recall"));
  PALERMO_TRY(const std::int64_t item, last_item(db));
  PALERMO_CHECK_OK(store::recall_segment(db, at.id, static_cast<std::int64_t>(kept.size()), item));
  if (kept.empty()) return core::ok();
  const CallColumns part = detail::gather(columns, kept, {});
  store::EncodedSegment segment = store::encode_segment(part, columns.texts, 0, kept.size());
  return detail::write_segments(
      session, transaction, at.place, id, 1,
      [&segment](std::size_t) -> store::EncodedSegment& { return segment; });
}

}  // namespace

Result<v1::QuarantineOutcome> recall_product(session::Session& session,
                                             store::Transaction& transaction,
                                             const v1::Authorization& authorization,
                                             RecallWhat what) {
  PALERMO_TRY(Coverage coverage, Coverage::compile(authorization));
  const Judge judge{std::move(coverage), what, !authorization.urgent().refused_at().empty()};
  v1::IngestResult written;
  PALERMO_TRY(std::vector<Group> groups,
              (records_to_recall(session.db(), authorization.id(), judge)));
  for (Group& group : groups)
    PALERMO_CHECK_OK(recall_group(session, transaction, authorization.id(), group, written));
  PALERMO_TRY(const auto segments, (segments_of(session.db(), authorization.id())));
  PALERMO_TRY(SharedRecall shared, SharedRecall::load(session.db()));
  for (const SegmentPlace& segment : segments)
    PALERMO_CHECK_OK(
        recall_calls(session, transaction, authorization.id(), segment, judge, shared, written));
  PALERMO_CHECK_OK(shared.finish(session, transaction));
  v1::QuarantineOutcome outcome;
  std::uint32_t records = 0;
  for (const v1::QuarantineItem& item : written.quarantine()) {
    records += item.count();
    *outcome.add_items() = item;
  }
  outcome.set_still_held(records);
  if (records > 0)
    outcome.add_notices(
        "findings and pictures made before rest on what was recalled: make them "
        "again; copies elsewhere are not reached from here");
  return outcome;
}

Status finish_recall(session::Session& session, v1::QuarantineOutcome& outcome) {
  if (outcome.items().empty()) return core::ok();
  PALERMO_TRY(const bool truncated, store::truncate_log(session.db()));
  if (!truncated)
    outcome.add_notices(
        "another program has the case open, so its log still holds what was "
        "recalled; close it and open the case once more");
  return core::ok();
}

}  // namespace palermo::ingest
