#include "core/store/record_store.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "core/store/identifier_store.hpp"
#include "core/store/recalled.hpp"
#include "core/store/row_bytes.hpp"
#include "core/store/source_id.hpp"

namespace palermo::store {
namespace {

/// Bytes of a message that are equal for equal messages within one build.
std::string deterministic_bytes(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream{&bytes};
  google::protobuf::io::CodedOutputStream out{&stream};
  out.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&out);
  out.Trim();
  return bytes;
}

/// Kinds whose own ids are unique within an authorization.
bool has_unique_id(const std::string& kind) {
  return kind == "intercept" || kind == "undercover" || kind == "technique_use" ||
         kind == "payment";
}

std::string id_key(const std::string& kind, const v1::Record& record) {
  return kind + '\n' + record.authorization_id() + '\n' + own_id(record);
}

constexpr std::string_view kColumns =
    "SELECT r.seq, r.kind, r.layer, r.from_us, r.to_us, r.payload, r.id FROM record r ";

Result<StoredRecord> read_row(const Statement& row) {
  StoredRecord out;
  out.seq = row.integer(0);
  out.kind = row.text(1);
  out.layer = row.text(2);
  if (!row.is_null(3)) out.from_us = row.integer(3);
  if (!row.is_null(4)) out.to_us = row.integer(4);
  const std::string_view payload = row.blob(5);
  if (!out.record.ParseFromArray(payload.data(), static_cast<int>(payload.size())) ||
      out.record.record_id() != row.text(6))
    return core::Error{core::ErrorCode::Integrity,
                       fmt::format("record {} of the case cannot be read", out.seq), std::nullopt,
                       "run `palermo audit verify`", "ALTERED"};
  return out;
}

}  // namespace

core::Digest record_content(const std::string& kind, v1::Record record) {
  record.clear_record_id();
  record.clear_source_id();
  record.clear_line();
  record.clear_grade();
  if (record.has_statement()) record.mutable_statement()->clear_trace();
  core::Sha256 hash;
  hash.update("palermo/record/v1\n");
  hash.update(kind);
  hash.update("\n");
  hash.update(deterministic_bytes(record));
  return hash.finish();
}

std::string own_id(const v1::Record& record) {
  switch (record.body_case()) {
    case v1::Record::kIntercept:
      return record.intercept().session_id();
    case v1::Record::kUndercover:
      return record.undercover().report_id();
    case v1::Record::kTechniqueUse:
      return record.technique_use().use_id();
    case v1::Record::kPayment:
      return record.payment().payment_id();
    case v1::Record::kStatement:
      return record.statement().id();
    case v1::Record::kOffence:
      return record.offence().id();
    case v1::Record::kMessage:
      return record.message().message_id();
    case v1::Record::kCustody:
      return record.custody().action_id();
    case v1::Record::kOther:
      return record.other().object_id();
    default:
      return {};
  }
}

Result<RecordWriter> RecordWriter::open(Database& db, std::int64_t source_seq,
                                        std::string source_id) {
  PALERMO_TRY(Statement find,
              db.prepare("SELECT id, source = ?2 FROM record WHERE content_sha256 = ?1 "
                         "ORDER BY source = ?2 DESC, seq LIMIT 1"));
  return RecordWriter{db, source_seq, std::move(source_id), std::move(find)};
}

Status RecordWriter::load_ids(const std::string& kind) {
  if (!loaded_kinds_.insert(kind).second) return core::ok();
  PALERMO_TRY(
      Statement query,
      db_->prepare("SELECT payload, content_sha256, id FROM record WHERE kind = ?1 ORDER BY seq"));
  PALERMO_CHECK_OK(query.bind(1, kind));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return core::ok();
    v1::Record record;
    const std::string_view payload = query.blob(0);
    const auto content = core::digest_from(query.blob(1));
    if (!record.ParseFromArray(payload.data(), static_cast<int>(payload.size())) || !content)
      return core::Error{core::ErrorCode::Integrity, "a record of the case cannot be read",
                         std::nullopt, "run `palermo audit verify`", "ALTERED"};
    ids_.emplace(id_key(kind, record), Named{*content, std::string{query.text(2)}});
  }
}

Result<std::optional<RecordOutcome>> RecordWriter::find_conflict(const RecordRow& row,
                                                                 const core::Digest& content) {
  if (!has_unique_id(row.kind)) return std::optional<RecordOutcome>{};
  PALERMO_CHECK_OK(load_ids(row.kind));
  const auto [at, fresh] =
      ids_.emplace(id_key(row.kind, row.record), Named{content, row.record.record_id()});
  if (fresh || at->second.content == content) return std::optional<RecordOutcome>{};
  RecordOutcome outcome;
  outcome.kind = RecordOutcome::Kind::Conflict;
  outcome.other = at->second.record_id;
  outcome.message = fmt::format(
      "its id is that of {}, which says something else under the same authorization; a corrected "
      "record "
      "needs an id of its own",
      at->second.record_id);
  return std::optional<RecordOutcome>{std::move(outcome)};
}

Result<RecordOutcome> RecordWriter::add(RecordRow row) {
  v1::Record& record = row.record;
  if (record.source_id().empty()) record.set_source_id(source_id_);
  if (record.record_id().empty())
    record.set_record_id(source_id_ + ":" +
                         (row.local_id.empty() ? std::to_string(record.line()) : row.local_id));
  if (record.authorization_id().empty()) record.set_authorization_id(row.authorization_id);
  if (record.has_statement()) {
    v1::SourceTrace& trace = *record.mutable_statement()->mutable_trace();
    trace.set_source_id(record.source_id());
    trace.set_line(record.line());
    trace.set_record_id(record.record_id());
  }

  const core::Digest content = record_content(row.kind, record);
  RecordOutcome outcome;
  if (const auto here = contents_.find(content); here != contents_.end()) {
    outcome.kind = RecordOutcome::Kind::Duplicate;
    outcome.other = here->second;
    return outcome;
  }
  find_content_.reset();
  PALERMO_CHECK_OK(find_content_.bind_blob(1, core::bytes_of(content)));
  PALERMO_CHECK_OK(find_content_.bind(2, source_seq_));
  PALERMO_TRY(const bool known, find_content_.step());
  if (known) {
    outcome.kind = find_content_.integer(1) != 0 ? RecordOutcome::Kind::Duplicate
                                                 : RecordOutcome::Kind::Shared;
    outcome.other = find_content_.text(0);
    if (outcome.kind == RecordOutcome::Kind::Duplicate) return outcome;
  }
  PALERMO_TRY(auto conflict, find_conflict(row, content));
  if (conflict) return *std::move(conflict);
  if (known) ++shared_;

  contents_.emplace(content, record.record_id());
  std::string payload = deterministic_bytes(record);
  std::string salt = core::random_bytes(32);
  std::set<std::pair<std::string, std::string>> mentioned;
  for (const ObservedIdentifier& identifier : row.identifiers)
    mentioned.emplace(identifier.kind, identifier.value);
  commitments_.push_back(core::commitment(
      salt, record_bytes(payload, {row.kind, row.layer, row.from_us, row.to_us}, mentioned)));
  pending_.push_back({std::move(row), std::move(payload), std::move(salt), content});
  return outcome;
}

Status RecordWriter::write() {
  PALERMO_TRY(Statement insert,
              db_->prepare("INSERT INTO record (id, source, line, kind, authorization_id, layer, "
                           "from_us, to_us, payload, salt, content_sha256, seq) "
                           "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"));
  PALERMO_TRY(std::int64_t seq, next_record(*db_));
  PALERMO_TRY(Statement mention,
              db_->prepare("INSERT INTO record_identifier (identifier, record) VALUES (?1, ?2) "
                           "ON CONFLICT DO NOTHING"));
  PALERMO_TRY(IdentifierWriter identifiers, IdentifierWriter::open(*db_));
  for (const Pending& pending : pending_) {
    const v1::Record& record = pending.row.record;
    PALERMO_CHECK_OK(insert.bind_all(record.record_id(), source_seq_, record.line(),
                                     pending.row.kind, record.authorization_id(),
                                     pending.row.layer));
    PALERMO_CHECK_OK(pending.row.from_us ? insert.bind(7, *pending.row.from_us)
                                         : insert.bind_null(7));
    PALERMO_CHECK_OK(pending.row.to_us ? insert.bind(8, *pending.row.to_us) : insert.bind_null(8));
    PALERMO_CHECK_OK(insert.bind_blob(9, pending.payload));
    PALERMO_CHECK_OK(insert.bind_blob(10, pending.salt));
    PALERMO_CHECK_OK(insert.bind_blob(11, core::bytes_of(pending.content)));
    PALERMO_CHECK_OK(insert.bind(12, seq));
    PALERMO_CHECK_OK(insert.run());
    for (const ObservedIdentifier& identifier : pending.row.identifiers) {
      PALERMO_TRY(const std::int64_t id, identifiers.intern(identifier));
      PALERMO_CHECK_OK(mention.bind_all(id, seq));
      PALERMO_CHECK_OK(mention.run());
    }
    ++seq;
  }
  pending_.clear();
  return core::ok();
}

namespace {
/// Commitments of the source's recalled records by their place.
Result<std::map<std::int64_t, core::Digest>> recalled_commitments(Database& db,
                                                                  std::int64_t source_seq) {
  std::map<std::int64_t, core::Digest> recalled;
  PALERMO_TRY(Statement query,
              db.prepare("SELECT seq, commitment FROM recalled_record WHERE source = ?1"));
  PALERMO_CHECK_OK(query.bind(1, source_seq));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return recalled;
    const auto digest = core::digest_from(query.blob(1));
    if (!digest)
      return core::Error{core::ErrorCode::Integrity,
                         "a recalled record's commitment cannot be read", std::nullopt,
                         "run `palermo audit verify`", "ALTERED"};
    recalled.emplace(query.integer(0), *digest);
  }
}
}  // namespace

Result<std::vector<core::Digest>> record_commitments(Database& db, std::int64_t source_seq) {
  using Mentions = std::set<std::pair<std::string, std::string>>;
  std::map<std::int64_t, Mentions> mentions;
  PALERMO_TRY(Statement mention,
              db.prepare("SELECT m.record, m.identifier, i.kind, i.value FROM record r "
                         "JOIN record_identifier m ON m.record = r.seq "
                         "LEFT JOIN identifier i ON i.id = m.identifier WHERE r.source = ?1"));
  PALERMO_CHECK_OK(mention.bind(1, source_seq));
  IdentifierBlocks blocks{db};
  while (true) {
    PALERMO_TRY(const bool row, mention.step());
    if (!row) break;
    if (!mention.is_null(2)) {
      mentions[mention.integer(0)].emplace(mention.text(2), mention.text(3));
      continue;
    }
    PALERMO_TRY(const StoredIdentifier packed, find_identifier(db, blocks, mention.integer(1)));
    mentions[mention.integer(0)].emplace(packed.identifier.kind, packed.identifier.value);
  }
  std::vector<core::Digest> commitments;
  PALERMO_TRY(const auto recalled, recalled_commitments(db, source_seq));
  auto next = recalled.begin();
  PALERMO_TRY(Statement query,
              db.prepare("SELECT seq, payload, salt, kind, layer, from_us, to_us FROM record "
                         "WHERE source = ?1 ORDER BY seq"));
  PALERMO_CHECK_OK(query.bind(1, source_seq));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    for (; next != recalled.end() && (!row || next->first < query.integer(0)); ++next)
      commitments.push_back(next->second);
    if (!row) return commitments;
    const RecordColumns columns{query.text(3), query.text(4),
                                query.is_null(5) ? std::nullopt : std::optional{query.integer(5)},
                                query.is_null(6) ? std::nullopt : std::optional{query.integer(6)}};
    commitments.push_back(core::commitment(
        query.blob(2), record_bytes(query.blob(1), columns, mentions[query.integer(0)])));
  }
}

std::string no_repeat(std::string_view alias, std::string_view before) {
  // CROSS JOIN keeps the index of contents first: nearly every row ends there.
  std::string sql = fmt::format(
      "NOT EXISTS (SELECT 1 FROM record AS other CROSS JOIN source AS of_other ON of_other.seq = "
      "other.source CROSS JOIN source AS of_this ON of_this.seq = {0}.source "
      "WHERE other.content_sha256 = {0}.content_sha256 AND other.seq <> {0}.seq AND "
      "(length(of_other.id), of_other.id, other.seq) < (length(of_this.id), of_this.id, {0}.seq)",
      alias);
  if (!before.empty())
    sql += fmt::format(
        " AND ({0} IS NULL OR (of_other.leaf < {0} AND other.seq < coalesce((SELECT "
        "min(first_record) FROM quarantine_decision WHERE leaf >= {0}), other.seq + 1)))",
        before);
  return sql + ") ";
}

Status for_each_record(Database& db, const RecordQuery& query,
                       const std::function<Status(StoredRecord&)>& visit) {
  std::string sql{kColumns};
  if (!query.source_id.empty()) sql += "JOIN source s ON s.seq = r.source ";
  if (!query.by_ingestion) sql += "JOIN source ON source.seq = r.source ";
  sql += "WHERE 1 ";
  if (!query.kind.empty()) sql += "AND r.kind = :kind ";
  if (!query.source_id.empty()) sql += "AND s.id = :source ";
  if (!query.layer.empty()) sql += "AND r.layer = :layer ";
  if (query.before_leaf)
    // A release adds records to an earlier source, always behind all that were there.
    sql +=
        "AND r.source IN (SELECT of_record.seq FROM source AS of_record WHERE of_record.leaf < "
        ":before) AND r.seq < coalesce("
        "(SELECT min(first_record) FROM quarantine_decision WHERE leaf >= :before), r.seq + 1) ";
  if (query.from_us) sql += "AND coalesce(r.to_us, r.from_us) >= :from ";
  if (query.to_us) sql += "AND coalesce(r.from_us, r.to_us) <= :to ";
  if (!query.identifiers.empty()) {
    // Numbers of the case, not text from outside.
    sql +=
        fmt::format("AND r.seq IN (SELECT record FROM record_identifier WHERE identifier IN ({})) ",
                    fmt::join(query.identifiers, ","));
  }
  if (!query.with_repeats) sql += "AND " + no_repeat("r", query.before_leaf ? ":before" : "");
  sql += query.by_ingestion ? "ORDER BY r.seq" : fmt::format("ORDER BY {}, r.seq", kSourceOrder);
  PALERMO_TRY(Statement rows, db.prepare(sql));
  // Named parameters take their numbers in the order in which they stand in the text.
  int parameter = 0;
  if (!query.kind.empty()) PALERMO_CHECK_OK(rows.bind(++parameter, query.kind));
  if (!query.source_id.empty()) PALERMO_CHECK_OK(rows.bind(++parameter, query.source_id));
  if (!query.layer.empty()) PALERMO_CHECK_OK(rows.bind(++parameter, query.layer));
  if (query.before_leaf) PALERMO_CHECK_OK(rows.bind(++parameter, *query.before_leaf));
  if (query.from_us) PALERMO_CHECK_OK(rows.bind(++parameter, *query.from_us));
  if (query.to_us) PALERMO_CHECK_OK(rows.bind(++parameter, *query.to_us));
  while (true) {
    PALERMO_TRY(const bool row, rows.step());
    if (!row) return core::ok();
    PALERMO_TRY(StoredRecord record, read_row(rows));
    PALERMO_CHECK_OK(visit(record));
  }
}

Result<std::optional<StoredRecord>> find_record(Database& db, const std::string& record_id) {
  PALERMO_TRY(Statement query, db.prepare(std::string{kColumns} + "WHERE r.id = ?1"));
  PALERMO_CHECK_OK(query.bind(1, record_id));
  PALERMO_TRY(const bool row, query.step());
  if (!row) return std::optional<StoredRecord>{};
  PALERMO_TRY(StoredRecord record, read_row(query));
  return std::optional<StoredRecord>{std::move(record)};
}

Result<std::vector<std::string>> same_records(Database& db, const std::string& record_id) {
  std::vector<std::string> ids;
  PALERMO_TRY(Statement query,
              db.prepare(fmt::format("SELECT other.id FROM record AS this JOIN record AS other ON "
                                     "other.content_sha256 = this.content_sha256 JOIN source ON "
                                     "source.seq = other.source WHERE this.id = ?1 AND "
                                     "other.seq <> this.seq ORDER BY {}, other.seq",
                                     kSourceOrder)));
  PALERMO_CHECK_OK(query.bind(1, record_id));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return ids;
    ids.emplace_back(query.text(0));
  }
}

namespace {
RecordQuery of_kind(const char* kind, std::optional<std::int64_t> before_leaf) {
  RecordQuery query;
  query.kind = kind;
  query.before_leaf = before_leaf;
  query.by_ingestion = true;
  return query;
}
}  // namespace

Result<v1::FactsFile> facts_of_case(Database& db, std::optional<std::int64_t> before_leaf) {
  v1::FactsFile facts;
  struct Meaning {
    std::string content;
    std::string source_id;
  };
  std::map<std::string, Meaning> offences;  // id → first meaning
  std::map<std::pair<std::string, std::string>, std::string>
      renamed;  // source, offence id → new id
  PALERMO_CHECK_OK(
      for_each_record(db, of_kind("case", before_leaf), [&](StoredRecord& stored) -> Status {
        *facts.mutable_case_() = stored.record.case_header();
        return core::ok();
      }));
  PALERMO_CHECK_OK(
      for_each_record(db, of_kind("offence", before_leaf), [&](StoredRecord& stored) -> Status {
        v1::Offence offence = stored.record.offence();
        const auto [first, fresh] = offences.emplace(
            offence.id(), Meaning{deterministic_bytes(offence), stored.record.source_id()});
        if (!fresh && first->second.content == deterministic_bytes(offence)) return core::ok();
        if (!fresh) {
          const std::string name = offence.id() + "@" + stored.record.source_id();
          renamed[{stored.record.source_id(), offence.id()}] = name;
          offence.set_id(name);
        }
        *facts.add_offences() = std::move(offence);
        return core::ok();
      }));
  std::set<std::string> ids;
  PALERMO_CHECK_OK(
      for_each_record(db, of_kind("statement", before_leaf), [&](StoredRecord& stored) -> Status {
        v1::Statement statement = std::move(*stored.record.mutable_statement());
        if (statement.grade().empty()) statement.set_grade(stored.record.grade());
        if (statement.authorization_id().empty())
          statement.set_authorization_id(stored.record.authorization_id());
        if (!ids.insert(statement.id()).second) {
          statement.set_id(statement.id() + "@" + stored.record.record_id());
          ids.insert(statement.id());
        }
        const auto rename = [&](std::string* offence) {
          const auto found = renamed.find({stored.record.source_id(), *offence});
          if (found != renamed.end()) *offence = found->second;
        };
        if (statement.has_agreement()) rename(statement.mutable_agreement()->mutable_offence());
        if (statement.has_act()) rename(statement.mutable_act()->mutable_offence());
        if (statement.has_effect()) rename(statement.mutable_effect()->mutable_offence());
        *facts.add_statements() = std::move(statement);
        return core::ok();
      }));
  return facts;
}

}  // namespace palermo::store
