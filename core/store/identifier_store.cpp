#include "core/store/identifier_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "palermo/v1/source.pb.h"

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

std::vector<StoredIdentifier> in_order(std::vector<StoredIdentifier> found) {
  std::sort(found.begin(), found.end(),
            [](const StoredIdentifier& x, const StoredIdentifier& y) { return x.id < y.id; });
  return found;
}

}  // namespace

Result<IdentifierWriter> IdentifierWriter::open(Database& db) {
  PALERMO_TRY(Statement find,
              db.prepare("SELECT id FROM identifier WHERE kind = ?1 AND value = ?2"));
  PALERMO_TRY(Statement insert,
              db.prepare("INSERT INTO identifier (kind, value, valid, country, raw, id) "
                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (kind, value) DO NOTHING"));
  PALERMO_TRY(const std::int64_t last, last_identifier(db));
  return IdentifierWriter{std::move(find), std::move(insert), &db, last};
}

Result<std::int64_t> IdentifierWriter::intern(const ObservedIdentifier& identifier) {
  return intern(identifier.kind, identifier.value, identifier.raw, identifier.valid,
                identifier.country);
}

Result<std::int64_t> IdentifierWriter::intern(std::string_view kind, std::string_view value,
                                              std::string_view raw, bool valid,
                                              std::string_view country) {
  PALERMO_TRY(const std::int64_t packed, blocks_.id_of(kind, value));
  if (packed != 0) return packed;
  PALERMO_CHECK_OK(insert_.bind_all(kind, value, valid ? 1 : 0, country, raw, last_ + 1));
  PALERMO_CHECK_OK(insert_.run());
  if (db_->changes() == 1) {
    ++added_;
    return ++last_;
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

Result<std::int64_t> last_identifier(Database& db) {
  return db.scalar(
      "SELECT max((SELECT coalesce(max(id), 0) FROM identifier), "
      "(SELECT coalesce(max(first + count - 1), 0) FROM identifier_block))");
}

Result<BulkIdentifiers> BulkIdentifiers::look_up(Database& db,
                                                 std::span<const IdentifierView> identifiers) {
  BulkIdentifiers bulk{db, identifiers};
  PALERMO_TRY(const std::int64_t last, last_identifier(db));
  bulk.last_id_ = static_cast<std::uint32_t>(last);
  if (last == 0) return bulk;
  IdentifierBlocks blocks{db};
  PALERMO_TRY(Statement find,
              db.prepare("SELECT id FROM identifier WHERE kind = ?1 AND value = ?2"));
  for (std::size_t i = 0; i < identifiers.size(); ++i) {
    PALERMO_TRY(const std::int64_t packed, blocks.id_of(identifiers[i].kind, identifiers[i].value));
    if (packed != 0) {
      bulk.ids_[i] = static_cast<std::uint32_t>(packed);
      continue;
    }
    PALERMO_CHECK_OK(find.bind_all(identifiers[i].kind, identifiers[i].value));
    PALERMO_TRY(const bool row, find.step());
    if (row) bulk.ids_[i] = static_cast<std::uint32_t>(find.integer(0));
    find.reset();
  }
  return bulk;
}

Status BulkIdentifiers::spellings(const std::vector<bool>& used, v1::Source& source) const {
  std::vector<std::pair<std::int64_t, std::size_t>> known;  // id, position
  for (std::size_t i = 0; i < used.size(); ++i)
    if (used[i] && ids_[i] != 0) known.emplace_back(ids_[i], i);
  if (known.empty()) return core::ok();
  std::sort(known.begin(), known.end());
  std::vector<std::int64_t> ids;
  ids.reserve(known.size());
  for (const auto& [id, position] : known) ids.push_back(id);
  std::vector<std::string> firsts(known.size());
  std::vector<bool> packed(known.size(), false);
  std::size_t next = 0;
  IdentifierBlocks blocks{*db_};
  PALERMO_CHECK_OK(blocks.find_all(ids, [&](std::int64_t id, ObservedIdentifier identifier) {
    while (ids[next] != id) ++next;
    firsts[next] = std::move(identifier.raw);
    packed[next] = true;
  }));
  PALERMO_TRY(Statement find, db_->prepare("SELECT raw FROM identifier WHERE id = ?1"));
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (!packed[i]) {
      PALERMO_CHECK_OK(find.bind(1, ids[i]));
      PALERMO_TRY(const bool row, find.step());
      if (row) firsts[i] = find.text(0);
      find.reset();
    }
    const std::string_view raw = identifiers_[known[i].second].raw;
    if (raw == firsts[i]) continue;
    v1::Spelling& spelling = *source.add_spellings();
    spelling.set_identifier(static_cast<std::uint32_t>(ids[i]));
    spelling.set_raw(std::string{raw});
  }
  return core::ok();
}

void BulkIdentifiers::assign(const std::vector<bool>& used) {
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i] || ids_[i] != 0) continue;
    ids_[i] = ++last_id_;
    added_.push_back(static_cast<std::uint32_t>(i));
  }
}

Status BulkIdentifiers::insert_blocks(std::span<const std::uint32_t> positions,
                                      IdentifierBytes& bytes) {
  PALERMO_TRY(Statement insert,
              db_->prepare("INSERT INTO identifier_block (first, count, kind, low, high, blob) "
                           "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
  for (std::size_t begin = 0; begin < positions.size(); begin += kBlockIdentifiers) {
    const auto part =
        positions.subspan(begin, std::min(kBlockIdentifiers, positions.size() - begin));
    std::vector<IdentifierView> block;
    block.reserve(part.size());
    for (const std::uint32_t position : part) block.push_back(identifiers_[position]);
    const std::string blob = encode_identifiers(block);
    PALERMO_CHECK_OK(insert.bind_all(std::int64_t{ids_[part.front()]},
                                     static_cast<std::int64_t>(part.size()), block.front().kind,
                                     block.front().value, block.back().value));
    PALERMO_CHECK_OK(insert.bind_blob(6, blob));
    PALERMO_CHECK_OK(insert.run());
    bytes.block(ids_[part.front()], static_cast<std::int64_t>(part.size()), block.front().kind,
                block.front().value, block.back().value, blob);
  }
  return core::ok();
}

std::size_t BulkIdentifiers::end_of_stretch(std::size_t begin) const {
  std::size_t end = begin + 1;
  const std::string_view kind = identifiers_[added_[begin]].kind;
  // Most share the bytes of their kind, which need not be compared then.
  const auto same_kind = [kind](std::string_view other) {
    return (other.data() == kind.data() && other.size() == kind.size()) || other == kind;
  };
  while (end < added_.size() && same_kind(identifiers_[added_[end]].kind) &&
         identifiers_[added_[end - 1]].value < identifiers_[added_[end]].value)
    ++end;
  return end;
}

Result<std::string> BulkIdentifiers::insert() {
  if (added_.empty()) return std::string{};
  bool packed = false;
  for (std::size_t begin = 0, end = 0; begin < added_.size() && !packed; begin = end) {
    end = end_of_stretch(begin);
    packed = end - begin >= kFewestInBlocks;
  }
  IdentifierBytes bytes{packed};
  PALERMO_TRY(Statement insert,
              db_->prepare("INSERT INTO identifier (id, kind, value, valid, country, raw) "
                           "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
  // Ids follow one another over added_, so every stretch of it is a range.
  const std::span<const std::uint32_t> added{added_};
  for (std::size_t begin = 0, end = 0; begin < added.size(); begin = end) {
    end = end_of_stretch(begin);
    if (end - begin >= kFewestInBlocks) {
      PALERMO_CHECK_OK(insert_blocks(added.subspan(begin, end - begin), bytes));
    } else {
      for (const std::uint32_t i : added.subspan(begin, end - begin)) {
        const IdentifierView& identifier = identifiers_[i];
        PALERMO_CHECK_OK(insert.bind_all(std::int64_t{ids_[i]}, identifier.kind, identifier.value,
                                         identifier.valid ? 1 : 0, identifier.country,
                                         identifier.raw));
        PALERMO_CHECK_OK(insert.run());
        bytes.row(ids_[i], identifier.kind, identifier.value, identifier.valid, identifier.country,
                  identifier.raw);
      }
    }
  }
  added_.clear();
  return bytes.take();
}

Result<StoredIdentifier> find_identifier(Database& db, std::int64_t id) {
  IdentifierBlocks blocks{db};
  return find_identifier(db, blocks, id);
}

Result<StoredIdentifier> find_identifier(Database& db, IdentifierBlocks& blocks, std::int64_t id) {
  PALERMO_TRY(std::optional<ObservedIdentifier> packed, blocks.find(id));
  if (packed) return StoredIdentifier{id, *std::move(packed)};
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
  PALERMO_TRY(std::vector<StoredIdentifier> found, read_all(std::move(query)));
  IdentifierBlocks blocks{db};
  PALERMO_CHECK_OK(blocks.each([&](const IdentifierBlock& block) -> Status {
    for (std::size_t i = 0; i < block.values.size(); ++i) {
      if (block.values[i] != text && !block.raw_is(i, text)) continue;
      found.push_back({block.first + static_cast<std::int64_t>(i), block.at(i)});
    }
    return core::ok();
  }));
  return in_order(std::move(found));
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
  PALERMO_TRY(std::vector<StoredIdentifier> found, read_all(std::move(query)));
  IdentifierBlocks blocks{db};
  PALERMO_TRY(const std::vector<std::int64_t> ids, blocks.ids_of(value));
  for (const std::int64_t id : ids) {
    PALERMO_TRY(StoredIdentifier packed, find_identifier(db, blocks, id));
    found.push_back(std::move(packed));
  }
  return in_order(std::move(found));
}

Result<std::vector<StoredIdentifier>> all_identifiers(Database& db) {
  PALERMO_TRY(Statement query, db.prepare(fmt::format("{} ORDER BY id", kColumns)));
  PALERMO_TRY(std::vector<StoredIdentifier> found, read_all(std::move(query)));
  IdentifierBlocks blocks{db};
  PALERMO_CHECK_OK(blocks.each([&](const IdentifierBlock& block) -> Status {
    for (std::size_t i = 0; i < block.values.size(); ++i)
      found.push_back({block.first + static_cast<std::int64_t>(i), block.at(i)});
    return core::ok();
  }));
  return in_order(std::move(found));
}

}  // namespace palermo::store
