#include "core/store/segment_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/parallel.hpp"
#include "core/store/postings.hpp"
#include "core/store/recalled.hpp"
#include "core/store/segment_index.hpp"
#include "core/store/source_id.hpp"

namespace palermo::store {
namespace {

core::Error damaged_index() {
  return core::Error{core::ErrorCode::Integrity,
                     "the identifier index of the call segments is damaged", std::nullopt,
                     "run `palermo audit verify`", "ALTERED"};
}

/// Segments of cases up to schema 4, and those that were written then.
Status add_from_maps(Database& db, std::span<const std::uint32_t> identifiers,
                     std::set<std::int64_t>& found) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> by_block;
  for (const std::uint32_t id : identifiers)
    by_block[id / kIndexBlockIds].push_back(id % kIndexBlockIds);
  PALERMO_TRY(
      Statement query,
      db.prepare("SELECT segment, bits FROM segment_identifier WHERE block = ?1 ORDER BY segment"));
  for (auto& [block, within] : by_block) {
    std::sort(within.begin(), within.end());
    PALERMO_CHECK_OK(query.bind(1, block));
    while (true) {
      PALERMO_TRY(const bool row, query.step());
      if (!row) break;
      const std::optional<bool> mentioned = mentions_any(query.blob(1), within);
      if (!mentioned) return damaged_index();
      if (*mentioned) found.insert(query.integer(0));
    }
    query.reset();
  }
  return core::ok();
}

/// Ids of the segments whose index mentions one of the identifiers.
Result<std::set<std::int64_t>> segments_mentioning(Database& db,
                                                   std::span<const std::uint32_t> identifiers) {
  std::set<std::int64_t> found;
  PALERMO_CHECK_OK(add_from_maps(db, identifiers, found));
  std::map<std::uint32_t, std::vector<std::uint32_t>> by_block;
  for (const std::uint32_t id : identifiers) by_block[id / kPostingIds].push_back(id % kPostingIds);
  PALERMO_TRY(
      Statement query,
      db.prepare("SELECT first, count, bits FROM segment_posting WHERE block = ?1 ORDER BY first"));
  std::vector<std::uint32_t> positions;
  for (const auto& [block, within] : by_block) {
    PALERMO_CHECK_OK(query.bind(1, block));
    while (true) {
      PALERMO_TRY(const bool row, query.step());
      if (!row) break;
      positions.clear();
      for (const std::uint32_t id : within)
        if (!find_postings(query.blob(2), id, positions)) return damaged_index();
      for (const std::uint32_t position : positions) {
        if (position >= query.integer(1)) return damaged_index();
        found.insert(query.integer(0) + position);
      }
    }
    query.reset();
  }
  return found;
}

Status check_hash_of(std::int64_t id, std::string_view blob, std::string_view sha256) {
  if (core::bytes_of(core::sha256(blob)) == sha256) return core::ok();
  return core::Error{core::ErrorCode::Integrity,
                     fmt::format("call segment {} is not what was stored: its hash differs", id),
                     std::nullopt, "run `palermo audit verify`; restore the case from a copy",
                     "ALTERED"};
}

Result<CallColumns> read_segment(const Statement& row, unsigned columns, bool check_hash,
                                 const SharedCalls& shared) {
  const std::int64_t id = row.integer(0);
  const std::string_view blob = row.blob(1);
  if (check_hash) PALERMO_CHECK_OK(check_hash_of(id, blob, row.blob(2)));
  PALERMO_TRY(const v1::CallSegment segment, parse_segment(blob));
  const bool repeats = shared.repeats_of(segment.source_id()) != nullptr;
  PALERMO_TRY(CallColumns decoded, unpack_segment(segment, columns | (repeats ? kColLine : 0U)));
  decoded.segment_id = id;
  if (repeats) shared.leave_out_repeats(decoded);
  return decoded;
}

}  // namespace

Result<std::int64_t> write_segment(Database& db, std::int64_t source_seq,
                                   const EncodedSegment& segment, std::uint64_t leaf) {
  PALERMO_TRY(Statement insert,
              db.prepare("INSERT INTO segment (source, records, from_us, to_us, blob, "
                         "sha256, leaf, id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
  PALERMO_TRY(const std::int64_t last, last_segment(db));
  PALERMO_CHECK_OK(insert.bind_all(source_seq, segment.records, segment.from_us, segment.to_us));
  PALERMO_CHECK_OK(insert.bind_blob(5, segment.blob));
  PALERMO_CHECK_OK(insert.bind_blob(6, core::bytes_of(segment.sha256)));
  PALERMO_CHECK_OK(insert.bind(7, static_cast<std::int64_t>(leaf)));
  PALERMO_CHECK_OK(insert.bind(8, last + 1));
  PALERMO_CHECK_OK(insert.run());
  return last + 1;
}

Status write_index(Database& db, std::int64_t first,
                   std::span<const std::vector<std::uint32_t>> identifiers) {
  struct Row {
    std::int64_t first;
    std::int64_t count;
    Postings postings;
  };
  std::vector<Row> rows;
  for (std::size_t begin = 0; begin < identifiers.size(); begin += kPostingSegments) {
    const auto part =
        identifiers.subspan(begin, std::min(kPostingSegments, identifiers.size() - begin));
    for (Postings& postings : postings_of(part, core::cores()))
      rows.push_back({first + static_cast<std::int64_t>(begin),
                      static_cast<std::int64_t>(part.size()), std::move(postings)});
  }
  // In the order of the table's key its pages are written once and full.
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& x, const Row& y) { return x.postings.block < y.postings.block; });
  PALERMO_TRY(Statement insert, db.prepare("INSERT INTO segment_posting VALUES (?1, ?2, ?3, ?4)"));
  for (const Row& row : rows) {
    PALERMO_CHECK_OK(insert.bind_all(std::int64_t{row.postings.block}, row.first, row.count));
    PALERMO_CHECK_OK(insert.bind_blob(4, row.postings.bytes));
    PALERMO_CHECK_OK(insert.run());
  }
  return core::ok();
}

Result<std::vector<std::int64_t>> segment_ids(Database& db, const SegmentQuery& query) {
  std::set<std::int64_t> mentioning;
  if (!query.identifiers.empty()) {
    PALERMO_TRY(mentioning, segments_mentioning(db, query.identifiers));
    if (mentioning.empty()) return std::vector<std::int64_t>{};
  }
  PALERMO_TRY(const auto ranks, source_ranks(db));
  struct Place {
    std::int64_t rank, id;
    auto operator<=>(const Place&) const = default;
  };
  std::vector<Place> places;
  const bool one_by_one = !query.identifiers.empty();
  PALERMO_TRY(Statement list,
              db.prepare(fmt::format("SELECT segment.id, segment.source FROM segment WHERE {} AND "
                                     "(?2 IS NULL OR to_us >= ?2) AND "
                                     "(?3 IS NULL OR from_us <= ?3) AND "
                                     "(?4 IS NULL OR source = (SELECT seq FROM source AS named "
                                     "WHERE named.id = ?4)) AND "
                                     "(?5 IS NULL OR segment.leaf < ?5) ORDER BY segment.id",
                                     one_by_one ? "segment.id = ?1" : "?1 IS NULL")));
  const auto list_them = [&](std::optional<std::int64_t> one) -> Status {
    if (one) PALERMO_CHECK_OK(list.bind(1, *one));
    if (query.from_us) PALERMO_CHECK_OK(list.bind(2, *query.from_us));
    if (query.to_us) PALERMO_CHECK_OK(list.bind(3, *query.to_us));
    if (query.source_id) PALERMO_CHECK_OK(list.bind(4, *query.source_id));
    if (query.before_leaf) PALERMO_CHECK_OK(list.bind(5, *query.before_leaf));
    while (true) {
      PALERMO_TRY(const bool row, list.step());
      if (!row) break;
      const auto rank = ranks.find(list.integer(1));
      if (rank == ranks.end())
        return core::Error{core::ErrorCode::Integrity,
                           fmt::format("call segment {} belongs to no source", list.integer(0)),
                           std::nullopt, "run `palermo audit verify`", "DANGLING_SOURCE"};
      places.push_back({rank->second, list.integer(0)});
    }
    list.reset();
    return core::ok();
  };
  // The rows of other segments are not touched: they lie far apart, with their blobs between.
  if (one_by_one) {
    for (const std::int64_t id : mentioning) PALERMO_CHECK_OK(list_them(id));
  } else {
    PALERMO_CHECK_OK(list_them(std::nullopt));
  }
  std::sort(places.begin(), places.end());
  std::vector<std::int64_t> ids;
  ids.reserve(places.size());
  for (const Place& place : places) ids.push_back(place.id);
  return ids;
}

Result<CallColumns> load_segment(Database& db, std::int64_t id, unsigned columns, bool check_hash,
                                 const SharedCalls& shared) {
  PALERMO_TRY(Statement read, db.prepare("SELECT id, blob, sha256 FROM segment WHERE id = ?1"));
  PALERMO_CHECK_OK(read.bind(1, id));
  PALERMO_TRY(const bool row, read.step());
  if (!row)
    return core::Error{core::ErrorCode::Internal, "a call segment vanished while it was read"};
  return read_segment(read, columns, check_hash, shared);
}

Status load_each(Database& db, std::span<const std::int64_t> ids,
                 const std::function<void(SegmentBytes)>& take) {
  PALERMO_TRY(Statement read, db.prepare("SELECT blob, sha256 FROM segment WHERE id = ?1"));
  for (const std::int64_t id : ids) {
    PALERMO_CHECK_OK(read.bind(1, id));
    PALERMO_TRY(const bool row, read.step());
    if (!row)
      return core::Error{core::ErrorCode::Internal, "a call segment vanished while it was read"};
    take({id, std::string{read.blob(0)}, std::string{read.blob(1)}});
    read.reset();
  }
  return core::ok();
}

Result<std::vector<SegmentBytes>> load_bytes(Database& db, std::span<const std::int64_t> ids) {
  std::vector<SegmentBytes> all;
  all.reserve(ids.size());
  PALERMO_CHECK_OK(
      load_each(db, ids, [&all](SegmentBytes bytes) { all.push_back(std::move(bytes)); }));
  return all;
}

Result<v1::CallSegment> SegmentBytes::parse() const {
  PALERMO_CHECK_OK(check_hash_of(id, blob, sha256));
  return parse_segment(blob);
}

Status for_each_segment(Database& db, const SegmentQuery& query,
                        const std::function<Status(const CallColumns&)>& visit) {
  // Ids first, one blob at a time afterwards: a visitor may write or query in between.
  PALERMO_TRY(const std::vector<std::int64_t> ids, segment_ids(db, query));
  SharedCalls shared;
  if (!query.with_repeats) {
    PALERMO_TRY(shared, SharedCalls::load(db, query.before_leaf));
  }
  for (const std::int64_t id : ids) {
    PALERMO_TRY(const CallColumns columns,
                load_segment(db, id, query.columns, query.check_hash, shared));
    PALERMO_CHECK_OK(visit(columns));
  }
  return core::ok();
}

Result<std::optional<CallRow>> find_call(Database& db, const std::string& source_id,
                                         std::uint32_t line) {
  PALERMO_TRY(Statement read,
              db.prepare("SELECT segment.id, blob, segment.sha256 FROM segment JOIN source "
                         "ON source.seq = segment.source WHERE source.id = ?1 "
                         "ORDER BY segment.id"));
  PALERMO_CHECK_OK(read.bind(1, source_id));
  while (true) {
    PALERMO_TRY(const bool row, read.step());
    if (!row) return std::optional<CallRow>{};
    // Lines ascend within a segment, so only the line column of those before is decoded.
    PALERMO_TRY(const CallColumns lines, read_segment(read, kColLine, false, {}));
    const auto found = std::lower_bound(lines.line.begin(), lines.line.end(), line);
    if (found == lines.line.end() || *found != line) continue;
    PALERMO_TRY(const CallColumns columns, read_segment(read, kColAll, true, {}));
    return std::optional<CallRow>{
        row_of(columns, static_cast<std::size_t>(found - lines.line.begin()))};
  }
}

Result<std::int64_t> count_calls(Database& db) {
  PALERMO_TRY(const std::int64_t rows, db.scalar("SELECT coalesce(sum(records), 0) FROM segment"));
  PALERMO_TRY(const std::int64_t repeats, count_shared(db));
  return rows - repeats;
}

}  // namespace palermo::store
