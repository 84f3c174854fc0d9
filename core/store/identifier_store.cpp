#include "core/store/identifier_store.hpp"

#include <fmt/format.h>

namespace palermo::store {
namespace {

constexpr std::string_view kColumns =
    "SELECT id, kind, value, valid, country, raw FROM identifier ";

StoredIdentifier read_row(const Statement& row) {
  return {row.integer(0),
          {std::string{row.text(1)}, std::string{row.text(2)}, std::string{row.text(5)},
           row.integer(3) != 0, std::string{row.text(4)}}};
}

Result<std::vector<StoredIdentifier>> read_all(Statement query) {
  std::vector<StoredIdentifier> found;
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return found;
    found.push_back(read_row(query));
  }
}

}  // namespace

Result<IdentifierWriter> IdentifierWriter::open(Database& db) {
  PALERMO_TRY(Statement find,
              db.prepare("SELECT id FROM identifier WHERE kind = ?1 AND value = ?2"));
  PALERMO_TRY(Statement insert,
              db.prepare("INSERT INTO identifier (kind, value, valid, country, raw) "
                         "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (kind, value) DO NOTHING"));
  return IdentifierWriter{std::move(find), std::move(insert), &db};
}

Result<std::int64_t> IdentifierWriter::intern(const ObservedIdentifier& identifier) {
  return intern(identifier.kind, identifier.value, identifier.raw, identifier.valid,
                identifier.country);
}

Result<std::int64_t> IdentifierWriter::intern(std::string_view kind, std::string_view value,
                                              std::string_view raw, bool valid,
                                              std::string_view country) {
  PALERMO_CHECK_OK(insert_.bind_all(kind, value, valid ? 1 : 0, country, raw));
  PALERMO_CHECK_OK(insert_.run());
  if (db_->changes() == 1) {
    ++added_;
    return db_->last_insert_rowid();
  }
  PALERMO_CHECK_OK(find_.bind_all(kind, value));
  PALERMO_TRY(const bool row, find_.step());
  if (!row)
    return core::Error{core::ErrorCode::Internal,
                       "an identifier was not found after its insertion"};
  const std::int64_t id = find_.integer(0);
  find_.reset();
  return id;
}

Result<BulkIdentifiers> BulkIdentifiers::look_up(Database& db,
                                                 std::span<const ObservedIdentifier> identifiers) {
  BulkIdentifiers bulk{db, identifiers};
  PALERMO_TRY(const std::int64_t last, db.scalar("SELECT coalesce(max(id), 0) FROM identifier"));
  bulk.last_id_ = static_cast<std::uint32_t>(last);
  if (last == 0) return bulk;
  PALERMO_TRY(Statement find,
              db.prepare("SELECT id FROM identifier WHERE kind = ?1 AND value = ?2"));
  for (std::size_t i = 0; i < identifiers.size(); ++i) {
    PALERMO_CHECK_OK(find.bind_all(identifiers[i].kind, identifiers[i].value));
    PALERMO_TRY(const bool row, find.step());
    if (row) bulk.ids_[i] = static_cast<std::uint32_t>(find.integer(0));
    find.reset();
  }
  return bulk;
}

void BulkIdentifiers::assign(const std::vector<bool>& used) {
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i] || ids_[i] != 0) continue;
    ids_[i] = ++last_id_;
    added_.push_back(static_cast<std::uint32_t>(i));
  }
}

Status BulkIdentifiers::insert() {
  PALERMO_TRY(Statement insert,
              db_->prepare("INSERT INTO identifier (id, kind, value, valid, country, raw) "
                           "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
  for (const std::uint32_t i : added_) {
    const ObservedIdentifier& identifier = identifiers_[i];
    PALERMO_CHECK_OK(insert.bind_all(std::int64_t{ids_[i]}, identifier.kind, identifier.value,
                                     identifier.valid ? 1 : 0, identifier.country, identifier.raw));
    PALERMO_CHECK_OK(insert.run());
  }
  added_.clear();
  return core::ok();
}

Result<StoredIdentifier> find_identifier(Database& db, std::int64_t id) {
  PALERMO_TRY(Statement query, db.prepare(fmt::format("{} WHERE id = ?1", kColumns)));
  PALERMO_CHECK_OK(query.bind(1, id));
  PALERMO_TRY(const bool row, query.step());
  if (!row)
    return core::Error{core::ErrorCode::NotFound, fmt::format("no identifier {} in this case", id)};
  return read_row(query);
}

Result<std::vector<StoredIdentifier>> find_identifiers(Database& db, std::string_view text) {
  PALERMO_TRY(Statement query,
              db.prepare(fmt::format("{} WHERE value = ?1 OR raw = ?1 ORDER BY id", kColumns)));
  PALERMO_CHECK_OK(query.bind(1, text));
  return read_all(std::move(query));
}

Result<std::vector<StoredIdentifier>> find_identifiers_by_value(Database& db,
                                                                std::string_view value) {
  // The index begins with the kind: walk from kind to kind, then look the value up under each.
  PALERMO_TRY(
      Statement query,
      db.prepare(fmt::format(
          "WITH RECURSIVE known(k) AS (SELECT min(kind) FROM identifier UNION ALL "
          "SELECT (SELECT min(kind) FROM identifier WHERE kind > k) FROM known WHERE k IS NOT "
          "NULL) "
          "{} WHERE kind IN (SELECT k FROM known WHERE k IS NOT NULL) AND value = ?1 ORDER BY id",
          kColumns)));
  PALERMO_CHECK_OK(query.bind(1, value));
  return read_all(std::move(query));
}

Result<std::vector<StoredIdentifier>> all_identifiers(Database& db) {
  PALERMO_TRY(Statement query, db.prepare(fmt::format("{} ORDER BY id", kColumns)));
  return read_all(std::move(query));
}

}  // namespace palermo::store
