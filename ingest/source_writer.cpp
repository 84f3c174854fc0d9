#include "ingest/source_writer.hpp"

#include <fmt/format.h>

#include <map>

#include "core/authorization/authorization_store.hpp"
#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/ledger/merkle.hpp"
#include "core/sealing/sealed_box.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/record_store.hpp"
#include "core/store/row_bytes.hpp"
#include "core/store/source_id.hpp"

namespace palermo::ingest {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

Result<WrittenSource> next_source(store::Database& db, const std::string& sha256) {
  PALERMO_TRY(const std::int64_t last, db.scalar("SELECT coalesce(max(seq), 0) FROM source"));
  PALERMO_TRY(std::string id, store::free_source_id(db, sha256));
  return WrittenSource{last + 1, std::move(id)};
}

Result<std::optional<v1::Source>> find_source(store::Database& db, const std::string& sha256) {
  PALERMO_TRY(store::Statement query, db.prepare("SELECT payload FROM source WHERE sha256 = ?1"));
  PALERMO_CHECK_OK(query.bind(1, sha256));
  PALERMO_TRY(const bool row, query.step());
  if (!row) return std::optional<v1::Source>{};
  v1::Source source;
  const std::string_view payload = query.blob(0);
  if (!source.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
    return Error{ErrorCode::Integrity, "a source of this case cannot be read", std::nullopt,
                 "run `palermo audit verify`", "ALTERED"};
  return std::optional<v1::Source>{std::move(source)};
}

Status write_source(session::Session& session, store::Transaction& transaction,
                    const WrittenSource& place, v1::Source& source,
                    const v1::SourceEntry& entry_part) {
  source.set_source_id(place.id);
  source.set_ingested_by(session.operator_name());
  source.set_ingested_at(core::format_utc_us(core::now_us()));
  source.set_purpose(session.purpose());
  const std::string payload = source.SerializeAsString();
  const std::string salt = core::random_bytes(32);

  v1::LedgerEntry entry;
  entry.set_id(place.id);
  entry.set_auth(source.authorization_id());
  v1::SourceEntry& body = *entry.mutable_source();
  body = entry_part;
  body.set_sha256(source.sha256());
  body.set_size(source.size());
  body.set_adapter(source.adapter());
  body.set_mapping_sha256(source.mapping_sha256());
  body.set_technique(source.technique());
  body.set_rows_read(source.rows_read());
  body.set_stored(source.stored());
  body.set_duplicates(source.duplicates());
  body.set_quarantined(source.quarantined());
  body.set_rejected(source.rejected());
  body.set_commit(core::to_hex(core::commitment(salt, payload)));
  body.set_purpose(source.purpose());
  PALERMO_TRY(const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, std::move(entry), session.actor()));

  PALERMO_TRY(store::Statement insert,
              session.db().prepare("INSERT INTO source (seq, id, sha256, payload, salt, leaf) "
                                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
  PALERMO_CHECK_OK(insert.bind_all(place.seq, place.id, source.sha256()));
  PALERMO_CHECK_OK(insert.bind_blob(4, payload));
  PALERMO_CHECK_OK(insert.bind_blob(5, salt));
  PALERMO_CHECK_OK(insert.bind(6, static_cast<std::int64_t>(leaf.index)));
  return insert.run();
}

Status write_identifiers(session::Session& session, store::Transaction& transaction,
                         const WrittenSource& place, std::int64_t before, std::string bytes) {
  PALERMO_TRY(const std::int64_t last, store::last_identifier(session.db()));
  if (last == before) return core::ok();
  PALERMO_TRY(store::Statement query,
              session.db().prepare("SELECT salt FROM source WHERE seq = ?1"));
  PALERMO_CHECK_OK(query.bind(1, place.seq));
  PALERMO_TRY(const bool row, query.step());
  if (!row) return Error{ErrorCode::Internal, "identifiers were written before their source"};
  if (bytes.empty()) {
    PALERMO_TRY(bytes, store::identifier_bytes(session.db(), before + 1, last - before));
  }
  v1::LedgerEntry entry;
  entry.set_id(place.id);
  v1::IdentifiersEntry& body = *entry.mutable_identifiers();
  body.set_source_id(place.id);
  body.set_first(static_cast<std::uint32_t>(before + 1));
  body.set_count(static_cast<std::uint32_t>(last - before));
  body.set_commit(core::to_hex(core::commitment(query.blob(0), bytes)));
  PALERMO_TRY(const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, std::move(entry), session.actor()));
  (void)leaf;
  return core::ok();
}

namespace {

/// Those of `from` that `to` has not, in the order of the identifiers.
void add_spellings(const v1::Source& from, v1::Source& to) {
  std::map<std::uint32_t, std::string> all;
  for (const v1::Source* source : {static_cast<const v1::Source*>(&to), &from})
    for (const v1::Spelling& spelling : source->spellings())
      all.emplace(spelling.identifier(), spelling.raw());
  to.clear_spellings();
  for (auto& [identifier, raw] : all) {
    v1::Spelling& spelling = *to.add_spellings();
    spelling.set_identifier(identifier);
    spelling.set_raw(std::move(raw));
  }
}

}  // namespace

Status revise_source(session::Session& session, store::Transaction& transaction,
                     const WrittenSource& place, const SourceChange& change,
                     const std::vector<core::Digest>& added) {
  const auto altered = [](std::string message) {
    return Error{ErrorCode::Integrity, std::move(message), std::nullopt,
                 "nothing was changed; run `palermo audit verify`", "ALTERED"};
  };
  store::Database& db = session.db();
  PALERMO_TRY(store::Statement head, db.prepare("SELECT leaf FROM entry_head WHERE kind = 'source' "
                                                "AND id = ?1"));
  PALERMO_CHECK_OK(head.bind(1, place.id));
  PALERMO_TRY(const bool known, head.step());
  if (!known) return altered(fmt::format("the ledger does not know {}", place.id));
  PALERMO_TRY(const std::string bytes,
              session.ledger().leaf(static_cast<std::uint64_t>(head.integer(0))));
  PALERMO_TRY(const core::Json json, core::parse_json(bytes));
  v1::LedgerEntry last;
  PALERMO_CHECK_OK(core::fill_message(json, last));
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT payload, salt FROM source WHERE seq = ?1"));
  PALERMO_CHECK_OK(query.bind(1, place.seq));
  PALERMO_TRY(const bool row, query.step());
  v1::Source source;
  if (!row ||
      last.source().commit() != core::to_hex(core::commitment(query.blob(1), query.blob(0))) ||
      !source.ParseFromArray(query.blob(0).data(), static_cast<int>(query.blob(0).size())))
    return altered(fmt::format("{} is not what the ledger says", place.id));
  const std::string salt{query.blob(1)};

  // A new root over altered records would give them a clean record: compare with the last one.
  PALERMO_TRY(std::vector<core::Digest> leaves, store::record_commitments(db, place.seq));
  for (core::Digest& each : leaves) each = ledger::leaf_hash(core::bytes_of(each));
  if (leaves.size() != last.source().records() ||
      (!leaves.empty() && core::to_hex(ledger::root_of(leaves)) != last.source().records_root()))
    return altered(fmt::format("the records of {} are not what the ledger says", place.id));
  for (const core::Digest& each : added) leaves.push_back(ledger::leaf_hash(core::bytes_of(each)));

  const auto moved = [](std::uint32_t count, std::int64_t by) {
    return static_cast<std::uint32_t>(std::int64_t{count} + by);
  };
  source.set_stored(moved(source.stored(), change.stored));
  source.set_duplicates(moved(source.duplicates(), change.duplicates));
  source.set_quarantined(moved(source.quarantined(), -change.stored - change.duplicates));
  if (change.spellings != nullptr) add_spellings(*change.spellings, source);
  const std::string payload = source.SerializeAsString();
  v1::LedgerEntry entry;
  entry.set_id(place.id);
  entry.set_auth(last.auth());
  v1::SourceEntry& body = *entry.mutable_source();
  body = last.source();
  body.set_stored(source.stored());
  body.set_duplicates(source.duplicates());
  body.set_quarantined(source.quarantined());
  body.set_segments(body.segments() + change.segments);
  body.set_records(static_cast<std::uint32_t>(leaves.size()));
  if (!leaves.empty()) body.set_records_root(core::to_hex(ledger::root_of(leaves)));
  body.set_commit(core::to_hex(core::commitment(salt, payload)));
  body.set_purpose(session.purpose());
  PALERMO_TRY(const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, std::move(entry), session.actor()));
  (void)leaf;
  PALERMO_TRY(store::Statement update, db.prepare("UPDATE source SET payload = ?1 WHERE seq = ?2"));
  PALERMO_CHECK_OK(update.bind_blob(1, payload));
  PALERMO_CHECK_OK(update.bind(2, place.seq));
  return update.run();
}

Status write_quarantine(session::Session& session, store::Transaction& transaction,
                        const WrittenSource& place, const v1::QuarantinedProduct& product,
                        std::uint32_t count, std::uint32_t first_line, std::uint32_t last_line,
                        v1::IngestResult& result, const char* action) {
  PALERMO_TRY(const std::string key, session.quarantine_public_key());
  PALERMO_TRY(const std::string sealed, sealing::seal(key, product.SerializeAsString()));
  const core::Digest digest = core::sha256(sealed);
  PALERMO_TRY(const std::int64_t last,
              session.db().scalar("SELECT coalesce(max(seq), 0) FROM quarantine"));
  const std::string id = fmt::format("Q-{}", last + 1);

  v1::LedgerEntry entry;
  entry.set_id(id);
  entry.set_auth(product.authorization_id());
  v1::QuarantineEntry& body = *entry.mutable_quarantine();
  body.set_source_id(place.id);
  body.set_reason(product.reason());
  body.set_count(count);
  body.set_sha256(core::to_hex(digest));
  body.set_action(action);
  body.set_first_line(first_line);
  body.set_last_line(last_line);
  PALERMO_TRY(const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, std::move(entry), session.actor()));

  PALERMO_TRY(
      store::Statement insert,
      session.db().prepare(
          "INSERT INTO quarantine (seq, source, reason, authorization_id, count, first_line, "
          "last_line, sealed, sha256, status, leaf) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'held', ?10)"));
  PALERMO_CHECK_OK(insert.bind_all(last + 1, place.seq, product.reason(),
                                   product.authorization_id(), count, first_line, last_line));
  PALERMO_CHECK_OK(insert.bind_blob(8, sealed));
  PALERMO_CHECK_OK(insert.bind_blob(9, core::bytes_of(digest)));
  PALERMO_CHECK_OK(insert.bind(10, static_cast<std::int64_t>(leaf.index)));
  PALERMO_CHECK_OK(insert.run());

  v1::QuarantineItem& item = *result.add_quarantine();
  item.set_quarantine_id(id);
  item.set_reason(product.reason());
  item.set_source_id(place.id);
  item.set_count(count);
  item.set_authorization_id(product.authorization_id());
  item.set_text(std::string{authorization::rule_text(product.reason())});
  item.set_first_line(first_line);
  item.set_last_line(last_line);
  item.set_status("held");
  return core::ok();
}

Result<ScopeRule> scope_of(session::Session& session, const IngestOptions& options) {
  ScopeRule rule;
  rule.open_material = options.technique == "NONE";
  if (options.authorization_id.empty()) return rule;
  auto stored = authorization::load(session.db(), options.authorization_id);
  if (!stored) {
    if (stored.error().code != ErrorCode::NotFound) return std::move(stored).error();
    return Error{
        ErrorCode::BadInput,
        fmt::format("this case has no authorization '{}'",
                    core::printable(options.authorization_id, 80)),
        std::nullopt,
        "see `palermo authorize list`; add it with `palermo authorize add FILE`; nothing was "
        "stored"};
  }
  PALERMO_TRY(rule.coverage, authorization::Coverage::compile(stored->authorization));
  return rule;
}

std::string shared_notice(std::string_view what, std::uint32_t count) {
  return fmt::format(
      "{} of the duplicates: {} that another file of the case holds too, counted once and kept "
      "with the place and the authorization of each file",
      count, what);
}

void describe_text(const SourceFile& file, v1::Source& source) {
  if (file.decoded() == nullptr) return;
  source.set_encoding(file.decoded()->encoding);
  for (const v1::SourceSheet& sheet : file.sheets()) *source.add_sheets() = sheet;
  for (const std::string& notice : file.decoded()->notices) source.add_notices(notice);
}

void describe(const v1::Source& source, v1::IngestResult& result) {
  result.set_source_id(source.source_id());
  result.set_sha256(source.sha256());
  result.set_rows_read(source.rows_read());
  result.set_stored(source.stored());
  result.set_duplicates(source.duplicates());
  result.set_quarantined(source.quarantined());
  result.set_rejected(source.rejected());
  *result.mutable_rejects() = source.rejects();
  result.set_mapping(source.mapping());
  result.set_timezone(source.timezone());
  *result.mutable_notices() = source.notices();
  result.set_layer(source.layer());
  result.set_invalid_numbers(source.invalid_numbers());
  result.set_ambiguous_local_times(source.ambiguous_local_times());
  result.set_nonexistent_local_times(source.nonexistent_local_times());
}

}  // namespace palermo::ingest
