// Records that come by the thousand: one row each, read back in the order of ingestion.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/encoding.hpp"
#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "core/store/record_row.hpp"
#include "palermo/v1/statement.pb.h"

namespace palermo::store {

/// What became of a row handed to RecordWriter.
struct RecordOutcome {
  enum class Kind {
    Stored,
    Duplicate,  // the same file holds the same content already
    Shared,     // an earlier file does: stored, and counted as a duplicate (decision 0029)
    Conflict,   // the case holds other content under the same session_id, report_id, use_id or
                // payment_id
  };
  Kind kind = Kind::Stored;
  std::string other;    // record id of the record that stands there already
  std::string message;  // for a reject with the code DUPLICATE_ID; empty unless Conflict
};

/// Writes the records of one source in two steps, because the source's ledger entry holds the root
/// over its records and the rows refer to the source: add() every row, append the entry, insert the
/// source, then write().
///
/// Two records have equal content when kind, body and authorization are equal, and for a statement
/// also the report or session that states it; grade, source and line do not count. Relations are
/// compared with their layer. Ids of sessions, reports, uses and payments are unique within an
/// authorization.
class RecordWriter {
 public:
  /// @param source_id  "SRC-3"
  [[nodiscard]] static Result<RecordWriter> open(Database& db, std::int64_t source_seq,
                                                 std::string source_id);

  /// Takes one row over and salts its commitment. Fills record_id, source_id, line,
  /// authorization_id and a statement's trace where they are missing. Writes nothing yet.
  [[nodiscard]] Result<RecordOutcome> add(RecordRow row);

  /// SHA-256 commitments to the rows to be stored (row_bytes.hpp), in order: the leaves of
  /// records_root.
  [[nodiscard]] const std::vector<core::Digest>& commitments() const { return commitments_; }
  /// Rows to be stored that no earlier file holds.
  [[nodiscard]] std::uint32_t stored() const {
    return static_cast<std::uint32_t>(pending_.size()) - shared_;
  }
  /// Rows to be stored that an earlier file holds too.
  [[nodiscard]] std::uint32_t shared() const { return shared_; }

  /// Inserts the rows and their identifiers in the caller's transaction; the source row must exist.
  [[nodiscard]] Status write();

 private:
  struct Pending {
    RecordRow row;
    std::string payload;
    std::string salt;
    core::Digest content;
  };
  RecordWriter(Database& db, std::int64_t seq, std::string id, Statement find)
      : db_{&db}, source_seq_{seq}, source_id_{std::move(id)}, find_content_{std::move(find)} {}
  Result<std::optional<RecordOutcome>> find_conflict(const RecordRow& row,
                                                     const core::Digest& content);
  Status load_ids(const std::string& kind);

  Database* db_;
  std::int64_t source_seq_;
  std::string source_id_;
  Statement find_content_;
  std::vector<Pending> pending_;
  std::uint32_t shared_ = 0;
  std::vector<core::Digest> commitments_;
  std::map<core::Digest, std::string> contents_;  // of this file's rows → record id
  struct Named {
    core::Digest content;
    std::string record_id;
  };
  std::map<std::string, Named> ids_;  // kind, authorization and own id
  std::set<std::string> loaded_kinds_;
};

/// What two records must share to be the same one; the column content_sha256.
[[nodiscard]] core::Digest record_content(const std::string& kind, v1::Record record);

/// Commitments to the stored records of one source, in order of ingestion.
[[nodiscard]] Result<std::vector<core::Digest>> record_commitments(Database& db,
                                                                   std::int64_t source_seq);

/// A record as stored.
struct StoredRecord {
  std::int64_t seq = 0;
  std::string kind;
  std::string layer;
  std::optional<std::int64_t> from_us;
  std::optional<std::int64_t> to_us;
  v1::Record record;
};

/// Which records to read. Empty members ask for all.
struct RecordQuery {
  std::string kind;
  std::string source_id;
  std::string layer;
  std::vector<std::int64_t> identifiers;  // that mention one of these; empty: all
  std::optional<std::int64_t> from_us;    // records without time are left out when a bound is set
  std::optional<std::int64_t> to_us;
  std::optional<std::int64_t> before_leaf;  // of sources entered in the ledger before this index
  /// Also the repeats of a record that several files hold, of which else the one of the file whose
  /// id comes first is read (kSourceOrder).
  bool with_repeats = false;
  /// In the order in which sources came in; else in that of their ids. What a first meaning is
  /// depends on the former (decision 0019).
  bool by_ingestion = false;
};

/// SQL that holds for the rows `alias` of table record that are no repeats.
/// @param before  parameter that holds the number of ledger entries or nothing, e.g. "?1"; empty:
/// the case as it stands
[[nodiscard]] std::string no_repeat(std::string_view alias, std::string_view before);

/// Calls `visit` with one record after another, those of a source in the order of its file; an
/// Error stops.
/// @error Integrity  a stored payload is no Record (reason ALTERED)
[[nodiscard]] Status for_each_record(Database& db, const RecordQuery& query,
                                     const std::function<Status(StoredRecord&)>& visit);
/// The record with this id ("SRC-2:17").
[[nodiscard]] Result<std::optional<StoredRecord>> find_record(Database& db,
                                                              const std::string& record_id);
/// Ids of the other rows with the same content, in the order of their sources.
[[nodiscard]] Result<std::vector<std::string>> same_records(Database& db,
                                                            const std::string& record_id);
/// session_id, report_id, use_id, payment_id or statement id of a record; empty where it has none.
[[nodiscard]] std::string own_id(const v1::Record& record);

/// Everything the case states, as one facts file for the element tests: the header of the latest
/// case record, offences and statements in order of ingestion. A statement without grade takes its
/// file's. An id that two files use differently keeps its first meaning; later ones become
/// "S1@SRC-2:12" (statements) or "O1@SRC-2" (offences, with the references inside that source).
/// @param before_leaf  as the case stood when the ledger had this many entries; absent: now
[[nodiscard]] Result<v1::FactsFile> facts_of_case(
    Database& db, std::optional<std::int64_t> before_leaf = std::nullopt);

}  // namespace palermo::store
