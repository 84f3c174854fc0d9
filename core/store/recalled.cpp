#include "core/store/recalled.hpp"

#include <vector>

#include "core/store/call_columns.hpp"
#include "core/store/postings.hpp"

namespace palermo::store {
namespace {

using core::Result;
using core::Status;

/// Identifiers of each segment of a range, none for those that are gone.
Result<std::vector<std::vector<std::uint32_t>>> dictionaries(Database& db, std::int64_t first,
                                                             std::int64_t count) {
  std::vector<std::vector<std::uint32_t>> all(static_cast<std::size_t>(count));
  PALERMO_TRY(Statement query, db.prepare("SELECT id, blob FROM segment WHERE id >= ?1 AND id < ?2"));
  PALERMO_CHECK_OK(query.bind_all(first, first + count));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return all;
    PALERMO_TRY(const v1::CallSegment segment, parse_segment(query.blob(1)));
    PALERMO_TRY(all[static_cast<std::size_t>(query.integer(0) - first)], dictionary_of(segment));
  }
}

/// The lists of the range that a segment lies in, once it is gone.
Status write_range(Database& db, std::int64_t id) {
  PALERMO_TRY(Statement find,
              db.prepare("SELECT DISTINCT first, count FROM segment_posting WHERE first <= ?1 AND "
                         "first + count > ?1"));
  PALERMO_CHECK_OK(find.bind(1, id));
  PALERMO_TRY(const bool listed, find.step());
  if (!listed) return core::ok();
  const std::int64_t first = find.integer(0);
  const std::int64_t count = find.integer(1);
  find.reset();
  PALERMO_TRY(const auto mentioned, dictionaries(db, first, count));
  PALERMO_TRY(Statement clear, db.prepare("DELETE FROM segment_posting WHERE first = ?1"));
  PALERMO_CHECK_OK(clear.bind(1, first));
  PALERMO_CHECK_OK(clear.run());
  PALERMO_TRY(Statement insert, db.prepare("INSERT INTO segment_posting (block, first, count, bits) "
                                           "VALUES (?1, ?2, ?3, ?4)"));
  for (const Postings& postings : postings_of(mentioned)) {
    PALERMO_CHECK_OK(insert.bind_all(postings.block, first, count));
    PALERMO_CHECK_OK(insert.bind_blob(4, postings.bytes));
    PALERMO_CHECK_OK(insert.run());
  }
  return core::ok();
}

Status run_with(Database& db, const char* sql, std::int64_t id) {
  PALERMO_TRY(Statement statement, db.prepare(sql));
  PALERMO_CHECK_OK(statement.bind(1, id));
  return statement.run();
}

}  // namespace

Result<std::int64_t> next_record(Database& db) {
  return db.scalar("SELECT max((SELECT coalesce(max(seq), 0) FROM record), "
                   "(SELECT coalesce(max(seq), 0) FROM recalled_record)) + 1");
}

Result<std::int64_t> last_segment(Database& db) {
  return db.scalar("SELECT max((SELECT coalesce(max(id), 0) FROM segment), "
                   "(SELECT coalesce(max(id), 0) FROM recalled_segment))");
}

Status recall_record(Database& db, std::int64_t seq, std::string_view commitment,
                     std::int64_t quarantine) {
  PALERMO_TRY(Statement insert,
              db.prepare("INSERT INTO recalled_record (seq, source, commitment, quarantine) "
                         "SELECT seq, source, ?2, ?3 FROM record WHERE seq = ?1"));
  PALERMO_CHECK_OK(insert.bind(1, seq));
  PALERMO_CHECK_OK(insert.bind_blob(2, commitment));
  PALERMO_CHECK_OK(insert.bind(3, quarantine));
  PALERMO_CHECK_OK(insert.run());
  PALERMO_CHECK_OK(run_with(db, "DELETE FROM record_identifier WHERE record = ?1", seq));
  return run_with(db, "DELETE FROM record WHERE seq = ?1", seq);
}

Status recall_segment(Database& db, std::int64_t id, std::int64_t kept, std::int64_t quarantine) {
  PALERMO_TRY(Statement insert,
              db.prepare("INSERT INTO recalled_segment (id, source, records, kept, sha256, leaf, "
                         "quarantine) SELECT id, source, records, ?2, sha256, leaf, ?3 FROM segment "
                         "WHERE id = ?1"));
  PALERMO_CHECK_OK(insert.bind_all(id, kept, quarantine));
  PALERMO_CHECK_OK(insert.run());
  PALERMO_CHECK_OK(run_with(db, "DELETE FROM segment_identifier WHERE segment = ?1", id));
  PALERMO_CHECK_OK(run_with(db, "DELETE FROM segment WHERE id = ?1", id));
  return write_range(db, id);
}

}  // namespace palermo::store
