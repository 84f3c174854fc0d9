#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/ledger/merkle.hpp"
#include "core/ledger/verify_detail.hpp"
#include "core/store/call_columns.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/postings.hpp"
#include "core/store/record_store.hpp"
#include "core/store/row_bytes.hpp"
#include "core/store/segment_index.hpp"
#include "core/store/source_id.hpp"
#include "palermo/v1/ingest.pb.h"

namespace palermo::ledger::detail {

using core::Status;
using store::Statement;

namespace {

std::string lower_hex(std::string_view text) {
  const auto bytes = core::from_hex(text);
  return bytes ? core::to_hex(*bytes) : std::string{text};
}

}  // namespace

void expect_hash(Findings& findings, const std::string& place, const char* what,
                 const std::string& logged, const std::string& computed) {
  if (lower_hex(logged) != computed)
    findings.add("ALTERED", place, fmt::format("{} differs from what the ledger says", what),
                 logged, computed);
}

void expect_same(Findings& findings, const std::string& place, const char* what,
                 std::string_view logged, std::string_view stored) {
  if (logged != stored)
    findings.add("ALTERED", place, fmt::format("{} differs from what the ledger says", what),
                 core::printable(logged, 100), core::printable(stored, 100));
}

namespace {

Status check_operators(store::Database& db, const Spoken& entries, v1::VerifyResult& result,
                       Findings& findings) {
  Pairing pairs{entries, Body::kOperatorAdded, findings};
  PALERMO_TRY(Statement query,
              db.prepare("SELECT name, roles, vkey, leaf FROM operator ORDER BY leaf"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result.set_rows_checked(result.rows_checked() + 1);
    const std::string place = fmt::format("operator {}", core::printable(query.text(0), 60));
    const auto* entry = pairs.entry_of(place, query.integer(3));
    if (entry == nullptr) continue;
    const v1::OperatorAdded& body = entry->operator_added();
    expect_same(findings, place, "the name", body.name(), query.text(0));
    expect_same(findings, place, "the role", fmt::format("{}", fmt::join(body.roles(), ",")),
                query.text(1));
    expect_same(findings, place, "the key", body.vkey(), query.text(2));
  }
  pairs.report_missing("operator");
  return core::ok();
}

/// Rows (id, rev, payload, salt, leaf) whose entry holds a salted commitment to the payload.
Status check_authorizations(store::Database& db, const Spoken& entries, v1::VerifyResult& result,
                            Findings& findings) {
  Pairing pairs{entries, Body::kAuthorization, findings};
  PALERMO_TRY(Statement query, db.prepare("SELECT id, rev, payload, salt, leaf FROM authorization "
                                          "ORDER BY leaf"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result.set_rows_checked(result.rows_checked() + 1);
    const std::string place = fmt::format("authorization {} revision {}",
                                          core::printable(query.text(0), 60), query.integer(1));
    const auto* entry = pairs.entry_of(place, query.integer(4));
    if (entry == nullptr) continue;
    expect_same(findings, place, "the id", entry->id(), query.text(0));
    expect_same(findings, place, "the revision", std::to_string(entry->rev()),
                std::to_string(query.integer(1)));
    expect_hash(findings, place, "the commitment", entry->authorization().commit(),
                core::to_hex(core::commitment(query.blob(3), query.blob(2))));
  }
  pairs.report_missing("authorization");
  return core::ok();
}

struct SourceRow {
  std::string id;
  std::string salt;
  const v1::LedgerEntry* entry = nullptr;  // the newest revision; null when the row has none
  struct Revision {
    std::uint64_t leaf = 0;
    const v1::SourceEntry* body = nullptr;
  };
  std::vector<Revision> revisions;
  std::uint64_t segments = 0;
  CompactTree records;  // over commitments, in order of seq
};
using Sources = std::map<std::int64_t, SourceRow>;

/// Identifiers that each record mentions, read alongside the records in order of seq.
class Mentions {
 public:
  static core::Result<Mentions> open(store::Database& db) {
    PALERMO_TRY(Statement query,
                db.prepare("SELECT m.record, i.kind, i.value, m.identifier FROM "
                           "record_identifier m LEFT JOIN identifier i ON i.id = m.identifier "
                           "ORDER BY m.record"));
    Mentions mentions{std::move(query), db};
    PALERMO_TRY(mentions.ready_, mentions.query_.step());
    return mentions;
  }
  using Set = std::set<std::pair<std::string, std::string>>;
  /// @param strays  counts mentions of records that are not there
  core::Result<Set> of(std::int64_t record, std::size_t& strays) {
    Set found;
    while (ready_ && query_.integer(0) <= record) {
      if (query_.integer(0) < record) {
        ++strays;
      } else {
        PALERMO_TRY(auto mentioned, mentioned_now());
        if (!found.insert(std::move(mentioned)).second) ++strays;
      }
      PALERMO_TRY(ready_, query_.step());
    }
    return found;
  }
  core::Result<std::size_t> rest() {
    std::size_t count = 0;
    while (ready_) {
      ++count;
      PALERMO_TRY(ready_, query_.step());
    }
    return count;
  }

 private:
  Mentions(Statement query, store::Database& db) : query_{std::move(query)}, blocks_{db} {}
  /// Kind and value; both empty when neither a row nor a readable block has the identifier.
  core::Result<Set::value_type> mentioned_now() {
    if (!query_.is_null(1))
      return Set::value_type{std::string{query_.text(1)}, std::string{query_.text(2)}};
    auto packed = blocks_.find(query_.integer(3));
    if (!packed && packed.error().code != core::ErrorCode::Integrity)
      return std::move(packed).error();
    if (!packed || !*packed) return Set::value_type{};
    return Set::value_type{(*packed)->kind, (*packed)->value};
  }
  Statement query_;
  store::IdentifierBlocks blocks_;
  bool ready_ = false;
};

/// The columns that repeat what the payload says, and those computed from it.
void check_record_columns(const Statement& row, const std::string& source, Findings& findings) {
  const std::string place = fmt::format("record {}", core::printable(row.text(6), 60));
  const std::string_view payload = row.blob(2);
  v1::Record record;
  if (!record.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    findings.add("ALTERED", place, "the stored record cannot be read");
    return;
  }
  expect_same(findings, place, "the id", record.record_id(), row.text(6));
  expect_same(findings, place, "the source", record.source_id(), source);
  expect_same(findings, place, "the line", std::to_string(record.line()),
              std::to_string(row.integer(7)));
  expect_same(findings, place, "the authorization", record.authorization_id(), row.text(8));
  const std::string content =
      core::to_hex(store::record_content(std::string{row.text(4)}, std::move(record)));
  if (content != core::to_hex(row.blob(9)))
    findings.add("ALTERED", place, "its content hash is not that of the stored record",
                 core::to_hex(row.blob(9)), content);
}

/// Each revision's own root, so that a release cannot exchange what was there before it.
bool earlier_root_holds(const SourceRow& source) {
  for (std::size_t i = 0; i + 1 < source.revisions.size(); ++i)
    if (source.revisions[i].body->records() == source.records.size() &&
        lower_hex(source.revisions[i].body->records_root()) != core::to_hex(source.records.root()))
      return false;
  return true;
}

/// Tombstones of records: their commitments stand in the roots as if the rows were there.
class RecalledRecords {
 public:
  [[nodiscard]] static core::Result<RecalledRecords> read(store::Database& db) {
    RecalledRecords all;
    PALERMO_TRY(Statement query,
                db.prepare("SELECT seq, source, commitment FROM recalled_record ORDER BY seq"));
    for (;;) {
      PALERMO_TRY(const bool row, query.step());
      if (!row) return all;
      all.rows_.push_back({query.integer(0), query.integer(1), std::string{query.blob(2)}});
    }
  }
  void take_before(std::optional<std::int64_t> seq, Sources& sources,
                   std::set<std::int64_t>& damaged, Findings& findings) {
    bool taken = false;
    for (; next_ < rows_.size() && (!seq || rows_[next_].seq < *seq); ++next_) {
      expect_next(rows_[next_].seq, findings);
      taken = true;
      const auto source = sources.find(rows_[next_].source);
      if (source == sources.end()) {
        findings.add("ALTERED", fmt::format("recalled record {}", rows_[next_].seq),
                     "the row names a source that is not there");
        continue;
      }
      source->second.records.push(leaf_hash(rows_[next_].commitment));
      if (!earlier_root_holds(source->second)) damaged.insert(source->first);
    }
    if (!seq) return;
    if (taken) expect_next(*seq, findings);
    last_ = *seq;
  }

 private:
  struct Row {
    std::int64_t seq;
    std::int64_t source;
    std::string commitment;
  };
  /// Numbers of records are given without a hole, so a tombstone cannot move between its
  /// neighbours.
  void expect_next(std::int64_t seq, Findings& findings) {
    if (seq != last_ + 1)
      findings.add("ALTERED", fmt::format("recalled record before number {}", seq),
                   fmt::format("the number before it is {}", last_));
    last_ = seq;
  }
  std::vector<Row> rows_;
  std::size_t next_ = 0;
  std::int64_t last_ = 0;
};

Status check_records(store::Database& db, Sources& sources, v1::VerifyResult& result,
                     Findings& findings) {
  PALERMO_TRY(Mentions mentions, Mentions::open(db));
  PALERMO_TRY(Statement query,
              db.prepare("SELECT seq, source, payload, salt, kind, layer, id, line, "
                         "authorization_id, content_sha256, from_us, to_us FROM record "
                         "ORDER BY seq"));
  PALERMO_TRY(RecalledRecords recalled, RecalledRecords::read(db));
  std::size_t strays = 0;
  std::uint64_t newest = 0;  // entry behind the record before
  std::set<std::int64_t> damaged;
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    recalled.take_before(row ? std::optional{query.integer(0)} : std::nullopt, sources, damaged,
                         findings);
    if (!row) break;
    result.set_rows_checked(result.rows_checked() + 1);
    PALERMO_TRY(const auto mentioned, mentions.of(query.integer(0), strays));
    const auto found = sources.find(query.integer(1));
    if (found == sources.end()) {
      findings.add("ALTERED", fmt::format("record {}", query.integer(0)),
                   fmt::format("the row names source {}, which is not there", query.integer(1)));
      continue;
    }
    SourceRow& source = found->second;
    check_record_columns(query, source.id, findings);
    const store::RecordColumns columns{
        query.text(4), query.text(5),
        query.is_null(10) ? std::nullopt : std::optional{query.integer(10)},
        query.is_null(11) ? std::nullopt : std::optional{query.integer(11)}};
    const Digest commit =
        core::commitment(query.blob(3), store::record_bytes(query.blob(2), columns, mentioned));
    source.records.push(leaf_hash(core::bytes_of(commit)));
    // Records stand in the order of the entries that brought them in.
    const auto revision = std::find_if(
        source.revisions.begin(), source.revisions.end(),
        [&](const auto& each) { return each.body->records() >= source.records.size(); });
    if (revision == source.revisions.end()) continue;
    if (revision->leaf < newest)
      findings.add("ALTERED", fmt::format("record {}", core::printable(query.text(6), 60)),
                   "it stands behind records that came into the case after it");
    newest = std::max(newest, revision->leaf);
    if (!earlier_root_holds(source)) damaged.insert(found->first);
  }
  PALERMO_TRY(const std::size_t rest, mentions.rest());
  if (strays + rest > 0)
    findings.add(
        "ALTERED", "table record_identifier",
        fmt::format("{} rows name a record that is not there, or name it twice", strays + rest));
  for (const auto& [seq, source] : sources) {
    if (source.entry == nullptr) continue;
    const std::string place = fmt::format("records of source {}", core::printable(source.id, 60));
    const v1::SourceEntry& body = source.entry->source();
    if (damaged.contains(seq))
      findings.add("ALTERED", place, "the root over those from before a release differs");
    expect_same(findings, place, "the number of records", std::to_string(body.records()),
                std::to_string(source.records.size()));
    expect_same(findings, place, "the number of segments", std::to_string(body.segments()),
                std::to_string(source.segments));
    if (source.records.size() > 0 || !body.records_root().empty())
      expect_hash(findings, place, "the root over their commitments", body.records_root(),
                  core::to_hex(source.records.root()));
  }
  return core::ok();
}

/// Compares the index of segments with what their dictionaries say.
class IndexCheck {
 public:
  [[nodiscard]] static core::Result<IndexCheck> read(store::Database& db) {
    IndexCheck check;
    // Small beside the segments: about 2 bytes a call.
    PALERMO_TRY(Statement maps, db.prepare("SELECT segment, block, bits FROM segment_identifier"));
    for (;;) {
      PALERMO_TRY(const bool row, maps.step());
      if (!row) break;
      check.maps_[maps.integer(0)].emplace(maps.integer(1), maps.blob(2));
    }
    PALERMO_TRY(Statement lists,
                db.prepare("SELECT first, count, block, bits FROM segment_posting"));
    for (;;) {
      PALERMO_TRY(const bool row, lists.step());
      if (!row) break;
      check.lists_[{lists.integer(0), lists.integer(1)}].emplace(lists.integer(2), lists.blob(3));
    }
    return check;
  }

  /// Segments in the order of their ids. Whether the index of this one follows from it, as far as
  /// it is known yet.
  [[nodiscard]] bool segment(std::int64_t id, const v1::CallSegment& message) {
    const auto ids = store::dictionary_of(message);
    const bool readable = ids.ok() && std::is_sorted(ids->begin(), ids->end(), std::less_equal<>{});
    const auto map = maps_.extract(id);
    if (!begin_range(id)) return false;
    if (count_ > 0) {
      good_ = good_ && readable && map.empty();
      dictionaries_.push_back(readable ? *ids : std::vector<std::uint32_t>{});
      if (static_cast<std::int64_t>(dictionaries_.size()) < count_) return readable && map.empty();
      return finish_range();
    }
    if (!readable) return false;
    std::map<std::int64_t, std::string> expected;
    for (store::IndexBlock& block :
         message.version() == 2 ? store::index_as_maps(*ids) : store::index_of(*ids))
      expected.emplace(block.block, std::move(block.bits));
    return map.empty() ? expected.empty() : map.mapped() == expected;
  }

  /// A segment that was recalled into quarantine: no list may name it.
  [[nodiscard]] bool recalled(std::int64_t id) {
    if (!begin_range(id)) return false;
    if (count_ == 0) return true;
    dictionaries_.emplace_back();
    return static_cast<std::int64_t>(dictionaries_.size()) < count_ || finish_range();
  }

  /// Rows that are left when all segments were seen: they name segments that are not there.
  [[nodiscard]] std::optional<std::int64_t> left_over() const {
    if (!maps_.empty()) return maps_.begin()->first;
    if (!lists_.empty()) return lists_.begin()->first.first;
    if (count_ > 0) return static_cast<std::int64_t>(dictionaries_.size());
    return std::nullopt;
  }

 private:
  /// Begins the range of lists that starts with this segment, if one does.
  /// @return false when it cannot be a range
  bool begin_range(std::int64_t id) {
    // A range ends where the next one begins: overlapping ones cannot both hold.
    if (lists_.empty() || lists_.begin()->first.first != id || !dictionaries_.empty()) return true;
    count_ = lists_.begin()->first.second;
    listed_ = std::move(lists_.begin()->second);
    lists_.erase(lists_.begin());
    good_ = true;
    if (count_ >= 1 && count_ <= static_cast<std::int64_t>(store::kPostingSegments)) return true;
    count_ = 0;
    return false;
  }
  bool finish_range() {
    std::map<std::int64_t, std::string> expected;
    for (store::Postings& postings : store::postings_of(dictionaries_))
      expected.emplace(postings.block, std::move(postings.bytes));
    dictionaries_.clear();
    count_ = 0;
    return good_ && listed_ == expected;
  }

  std::map<std::int64_t, std::map<std::int64_t, std::string>> maps_;  // by segment, by block
  std::map<std::pair<std::int64_t, std::int64_t>, std::map<std::int64_t, std::string>>
      lists_;               // by first segment and their number, by block
  std::int64_t count_ = 0;  // of the range that is being read
  bool good_ = true;
  std::map<std::int64_t, std::string> listed_;
  std::vector<std::vector<std::uint32_t>> dictionaries_;
};

/// Tombstones of segments, met in the order of their ids among those that stand.
class RecalledSegments {
 public:
  [[nodiscard]] static core::Result<RecalledSegments> read(store::Database& db) {
    RecalledSegments all;
    PALERMO_TRY(Statement query,
                db.prepare("SELECT id, source, records, kept, sha256, leaf, quarantine "
                           "FROM recalled_segment ORDER BY id"));
    for (;;) {
      PALERMO_TRY(const bool row, query.step());
      if (!row) return all;
      all.rows_.push_back({query.integer(0), query.integer(1), query.integer(2), query.integer(3),
                           std::string{query.blob(4)}, query.integer(5)});
    }
  }
  /// Checks those with an id below `id`; all that are left where there is none.
  void check_before(std::optional<std::int64_t> id, IndexCheck& index, Pairing& pairs,
                    Sources& sources, Findings& findings) {
    for (; next_ < rows_.size() && (!id || rows_[next_].id < *id); ++next_) {
      const Row& row = rows_[next_];
      const std::string place = fmt::format("recalled segment {} (leaf {})", row.id, row.leaf);
      if (!index.recalled(row.id))
        findings.add("ALTERED", place, "the index of identifiers still names it");
      const auto source = sources.find(row.source);
      if (source == sources.end()) {
        findings.add("ALTERED", place,
                     fmt::format("the row names source {}, which is not there", row.source));
      } else {
        ++source->second.segments;
      }
      const auto* entry = pairs.entry_of(place, row.leaf);
      if (entry == nullptr) continue;
      expect_same(findings, place, "the id", entry->id(), fmt::format("SEG-{}", row.id));
      expect_hash(findings, place, "the hash of the call records", entry->segment().sha256(),
                  core::to_hex(row.sha256));
      expect_same(findings, place, "the number of call records",
                  std::to_string(entry->segment().records()), std::to_string(row.records));
    }
  }

 private:
  struct Row {
    std::int64_t id;
    std::int64_t source;
    std::int64_t records;
    std::int64_t kept;
    std::string sha256;
    std::int64_t leaf;
  };
  std::vector<Row> rows_;
  std::size_t next_ = 0;
};

Status check_segments(store::Database& db, const Spoken& entries, Sources& sources,
                      v1::VerifyResult& result, Findings& findings) {
  PALERMO_TRY(IndexCheck index, IndexCheck::read(db));
  Pairing pairs{entries, Body::kSegment, findings};
  PALERMO_TRY(RecalledSegments recalled, RecalledSegments::read(db));
  PALERMO_TRY(Statement query,
              db.prepare("SELECT id, source, records, blob, sha256, leaf, from_us, to_us "
                         "FROM segment ORDER BY id"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    recalled.check_before(row ? std::optional{query.integer(0)} : std::nullopt, index, pairs,
                          sources, findings);
    if (!row) break;
    result.set_segments_checked(result.segments_checked() + 1);
    const std::string place =
        fmt::format("segment {} (leaf {})", query.integer(0), query.integer(5));
    const std::string_view blob = query.blob(3);
    const std::string computed = core::to_hex(core::sha256(blob));
    if (core::to_hex(query.blob(4)) != computed)
      findings.add("ALTERED", place, "the call records differ from the hash stored beside them",
                   core::to_hex(query.blob(4)), computed);
    const auto source = sources.find(query.integer(1));
    if (source == sources.end()) {
      findings.add("ALTERED", place,
                   fmt::format("the row names source {}, which is not there", query.integer(1)));
    } else {
      ++source->second.segments;
    }
    v1::CallSegment segment;
    if (!segment.ParseFromArray(blob.data(), static_cast<int>(blob.size()))) {
      findings.add("ALTERED", place, "the call records cannot be read");
    } else if (!index.segment(query.integer(0), segment)) {
      findings.add("ALTERED", place,
                   "the index of its identifiers does not follow from the call records");
    }
    const auto* entry = pairs.entry_of(place, query.integer(5));
    if (entry == nullptr) continue;
    const v1::SegmentEntry& body = entry->segment();
    expect_same(findings, place, "the id", entry->id(), fmt::format("SEG-{}", query.integer(0)));
    expect_hash(findings, place, "the hash of the call records", body.sha256(), computed);
    expect_same(findings, place, "the number of call records", std::to_string(body.records()),
                std::to_string(query.integer(2)));
    expect_same(findings, place, "the time of the first", body.from(),
                core::format_utc_us(query.integer(6)));
    expect_same(findings, place, "the time of the last", body.to(),
                core::format_utc_us(query.integer(7)));
    if (source != sources.end())
      expect_same(findings, place, "the source", body.source_id(), source->second.id);
  }
  if (const auto left = index.left_over())
    findings.add("ALTERED", "the index of segments",
                 fmt::format("it names segment {}, which is not there", *left));
  pairs.report_missing("segment of call records");
  return core::ok();
}

/// Every identifier, a row or one of a block, lies in the range of exactly one entry, which commits
/// to all columns.
Status check_identifiers(store::Database& db, const Spoken& entries, const Sources& sources,
                         v1::VerifyResult& result, Findings& findings) {
  std::map<std::string_view, const SourceRow*> by_id;
  for (const auto& [seq, source] : sources) by_id.emplace(source.id, &source);
  std::int64_t next = 1;
  for (const auto& [index, entry] : entries) {
    if (entry.body_case() != Body::kIdentifiers) continue;
    const v1::IdentifiersEntry& body = entry.identifiers();
    const std::string place = fmt::format("identifiers {}-{} (leaf {})", body.first(),
                                          std::int64_t{body.first()} + body.count() - 1, index);
    if (body.first() != next)
      findings.add("ALTERED", place, fmt::format("the entry should begin with {}", next));
    next = std::int64_t{body.first()} + body.count();
    const auto source = by_id.find(body.source_id());
    if (source == by_id.end()) {
      findings.add("ALTERED", place,
                   fmt::format("the source they came with ({}) is not there",
                               core::printable(body.source_id(), 60)));
      continue;
    }
    const auto bytes = store::identifier_bytes(db, body.first(), body.count());
    if (!bytes) {
      if (bytes.error().code != core::ErrorCode::Integrity) return Status{bytes.error()};
      findings.add("ALTERED", place, bytes.error().message);
      continue;
    }
    result.set_rows_checked(result.rows_checked() + body.count());
    expect_hash(findings, place, "the commitment", body.commit(),
                core::to_hex(core::commitment(source->second->salt, *bytes)));
  }
  PALERMO_TRY(const std::int64_t stored,
              db.scalar("SELECT (SELECT count(*) FROM identifier) + "
                        "(SELECT coalesce(sum(max(count, 1)), 0) FROM identifier_block)"));
  PALERMO_TRY(const std::int64_t last, store::last_identifier(db));
  if (stored != next - 1 || last != next - 1)
    findings.add(
        "ALTERED", "table identifier",
        fmt::format("{} identifiers up to number {}; the ledger knows {}", stored, last, next - 1));
  return core::ok();
}

Status check_sources(store::Database& db, const Spoken& entries, Sources& sources,
                     v1::VerifyResult& result, Findings& findings) {
  std::map<std::string_view, std::vector<SourceRow::Revision>> revisions;
  for (const auto& [index, entry] : entries)
    if (entry.body_case() == Body::kSource)
      revisions[entry.id()].push_back({index, &entry.source()});
  Pairing pairs{entries, Body::kSource, findings};
  PALERMO_TRY(Statement query,
              db.prepare("SELECT seq, id, sha256, payload, salt, leaf FROM source ORDER BY seq"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result.set_rows_checked(result.rows_checked() + 1);
    const std::string place = fmt::format("source {}", core::printable(query.text(1), 60));
    const auto* entry = pairs.entry_of(place, query.integer(5));
    SourceRow& source = sources[query.integer(0)];
    source.id = query.text(1);
    source.salt = query.blob(4);
    if (!store::is_id_of_source(source.id, query.integer(0), query.text(2)))
      findings.add("ALTERED", place,
                   fmt::format("it stands as number {} for a file whose SHA-256 is {}",
                               query.integer(0), core::printable(query.text(2), 64)));
    if (entry == nullptr) continue;
    expect_same(findings, place, "the id", entry->id(), query.text(1));
    expect_same(findings, place, "the revision", std::to_string(entry->rev()), "1");
    source.revisions = revisions[entry->id()];
    // The row says what the newest revision says: a release changes the counts.
    source.entry = &entries.at(source.revisions.back().leaf);
    expect_hash(findings, place, "the file's SHA-256", source.entry->source().sha256(),
                std::string{query.text(2)});
    expect_hash(findings, place, "the commitment", source.entry->source().commit(),
                core::to_hex(core::commitment(query.blob(4), query.blob(3))));
  }
  pairs.report_missing("source", [](const v1::LedgerEntry& entry) { return entry.rev() == 1; });
  PALERMO_CHECK_OK(check_segments(db, entries, sources, result, findings));
  PALERMO_CHECK_OK(check_identifiers(db, entries, sources, result, findings));
  return check_records(db, sources, result, findings);
}

bool is_hold(const v1::LedgerEntry& entry) {
  const std::string& action = entry.quarantine().action();
  return action.empty() || action == "hold" || action == "recall";
}

/// What became of each item: "released" by a quarantine entry, "destroyed" by a destruction entry.
std::map<std::string, std::string> fates_of(const Spoken& entries) {
  std::map<std::string, std::string> fates;
  for (const auto& [index, entry] : entries) {
    if (entry.body_case() == Body::kQuarantine && entry.quarantine().action() == "release")
      fates[entry.id()] = "released";
    if (entry.body_case() == Body::kDestruction)
      for (const std::string& object : entry.destruction().objects()) fates[object] = "destroyed";
  }
  return fates;
}

/// Hold entries have a row each. A row that is no longer held needs a later entry that says so, and
/// a row that is held must not have one.
Status check_quarantine(store::Database& db, const Spoken& entries, const Sources& sources,
                        v1::VerifyResult& result, Findings& findings) {
  Pairing pairs{entries, Body::kQuarantine, findings};
  const std::map<std::string, std::string> fates = fates_of(entries);
  PALERMO_TRY(Statement query,
              db.prepare("SELECT seq, reason, count, sealed, sha256, status, leaf, source, "
                         "authorization_id, first_line, last_line FROM quarantine ORDER BY seq"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result.set_rows_checked(result.rows_checked() + 1);
    const std::string place =
        fmt::format("quarantine {} (leaf {})", query.integer(0), query.integer(6));
    const auto* entry = pairs.entry_of(place, query.integer(6));
    if (entry == nullptr) continue;
    const v1::QuarantineEntry& body = entry->quarantine();
    if (!is_hold(*entry))
      findings.add("ALTERED", place, "the row names an entry that holds nothing");
    const std::string id = fmt::format("Q-{}", query.integer(0));
    const auto source = sources.find(query.integer(7));
    expect_same(findings, place, "the id", entry->id(), id);
    expect_same(findings, place, "the source", body.source_id(),
                source == sources.end() ? std::string{} : source->second.id);
    expect_hash(findings, place, "the hash of the sealed product", body.sha256(),
                core::to_hex(query.blob(4)));
    expect_same(findings, place, "the reason", body.reason(), query.text(1));
    expect_same(findings, place, "the authorization", entry->auth(), query.text(8));
    expect_same(findings, place, "the number of records", std::to_string(body.count()),
                std::to_string(query.integer(2)));
    expect_same(findings, place, "the lines",
                fmt::format("{}-{}", body.first_line(), body.last_line()),
                fmt::format("{}-{}", query.integer(9), query.integer(10)));
    const auto fate = fates.find(id);
    const std::string wanted = fate == fates.end() ? "held" : fate->second;
    expect_same(findings, place, "what became of it", wanted, query.text(5));
    // Released product is in the case, destroyed product nowhere; entry and hash stay.
    if (wanted == "held") {
      expect_hash(findings, place, "the sealed product", body.sha256(),
                  core::to_hex(core::sha256(query.blob(3))));
    } else if (!query.blob(3).empty()) {
      findings.add("ALTERED", place, fmt::format("it was {}, and something stands there", wanted));
    }
  }
  pairs.report_missing("quarantined product", is_hold);
  return core::ok();
}

/// What was recalled from the case is what the items of the recall hold, no more and no less.
Status check_recalls(store::Database& db, const Spoken& entries, Findings& findings) {
  std::map<std::string, std::int64_t> gone;
  PALERMO_TRY(
      Statement query,
      db.prepare("SELECT quarantine, count(*) FROM recalled_record GROUP BY 1 UNION ALL "
                 "SELECT quarantine, sum(records - kept) FROM recalled_segment GROUP BY 1"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    gone[fmt::format("Q-{}", query.integer(0))] += query.integer(1);
  }
  for (const auto& [index, entry] : entries) {
    if (entry.body_case() != Body::kQuarantine || entry.quarantine().action() != "recall") continue;
    expect_same(findings,
                fmt::format("recall {} (leaf {})", core::printable(entry.id(), 40), index),
                "the number of records taken out of the case",
                std::to_string(entry.quarantine().count()), std::to_string(gone[entry.id()]));
    gone.erase(entry.id());
  }
  for (const auto& [id, count] : gone)
    findings.add(
        "ALTERED", fmt::format("quarantine {}", id),
        fmt::format("{} records are gone from the case, and no entry recalled them", count));
  return core::ok();
}

/// Decisions about quarantine: their words are committed to by the release or destruction entry.
Status check_quarantine_decisions(store::Database& db, const Spoken& entries,
                                  v1::VerifyResult& result, Findings& findings) {
  Pairing releases{entries, Body::kQuarantine, findings};
  Pairing destructions{entries, Body::kDestruction, findings};
  PALERMO_TRY(Statement query, db.prepare("SELECT seq, quarantine, action, payload, salt, "
                                          "first_record, leaf FROM quarantine_decision "
                                          "ORDER BY seq"));
  std::int64_t before = -1;
  std::int64_t number = 0;
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result.set_rows_checked(result.rows_checked() + 1);
    const std::string place =
        fmt::format("quarantine decision {} (leaf {})", query.integer(0), query.integer(6));
    const bool release = query.text(2) == "release";
    const auto* entry = (release ? releases : destructions).entry_of(place, query.integer(6));
    if (query.integer(6) <= before || query.integer(0) != ++number)
      findings.add("ALTERED", place, "it stands out of the order in which it was decided");
    before = query.integer(6);
    if (entry == nullptr) continue;
    const std::string_view payload = query.blob(3);
    expect_hash(findings, place, "the commitment",
                release ? entry->quarantine().commit() : entry->destruction().commit(),
                core::to_hex(core::commitment(query.blob(4), payload)));
    v1::QuarantineDecision decision;
    if (!decision.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
      findings.add("ALTERED", place, "it cannot be read");
      continue;
    }
    expect_same(findings, place, "the item", decision.quarantine_id(),
                fmt::format("Q-{}", query.integer(1)));
    expect_same(findings, place, "the item in its entry", entry->id(), decision.quarantine_id());
    expect_same(findings, place, "the action", decision.action(), query.text(2));
    expect_same(findings, place, "the first record", std::to_string(decision.first_record()),
                std::to_string(query.integer(5)));
  }
  releases.report_missing("decision to release",
                          [](const v1::LedgerEntry& entry) { return !is_hold(entry); });
  // A second entry about a destruction says what the search afterwards found.
  // The order to destroy a sealed identity stands beside the case, with the identities.
  destructions.report_missing("order to destroy", [](const v1::LedgerEntry& entry) {
    return entry.rev() == 1 && entry.destruction().method() != "KEY_ERASED";
  });
  return core::ok();
}

/// Cosignatures as stored, against the reviews that logged them.
Status check_cosignatures(store::Database& db, const Spoken& entries, Findings& findings) {
  std::set<std::pair<std::int64_t, std::string>> logged;
  for (const auto& [index, entry] : entries)
    if (entry.body_case() == Body::kReview && entry.review().kind() == "WITNESS")
      logged.emplace(static_cast<std::int64_t>(entry.review().checkpoint_size()),
                     entry.review().cosignature());
  PALERMO_TRY(Statement query, db.prepare("SELECT size, line FROM witness ORDER BY size, line"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    if (logged.erase({query.integer(0), std::string{query.text(1)}}) == 0)
      findings.add("ALTERED", fmt::format("cosignature of size {}", query.integer(0)),
                   "no entry logged it");
  }
  for (const auto& [size, line] : logged)
    findings.add("ALTERED", fmt::format("cosignature of size {}", size),
                 "it was logged, and is gone from the case");
  return core::ok();
}

}  // namespace

Status check_rows(store::Database& db, const Spoken& entries, v1::VerifyResult& result,
                  Findings& findings) {
  PALERMO_CHECK_OK(check_operators(db, entries, result, findings));
  PALERMO_CHECK_OK(check_authorizations(db, entries, result, findings));
  // Damaged messages are findings, not lines on standard error.
  const google::protobuf::LogSilencer silence;
  Sources sources;
  PALERMO_CHECK_OK(check_sources(db, entries, sources, result, findings));
  PALERMO_CHECK_OK(check_shared_calls(db, findings));
  PALERMO_CHECK_OK(check_quarantine(db, entries, sources, result, findings));
  PALERMO_CHECK_OK(check_recalls(db, entries, findings));
  PALERMO_CHECK_OK(check_quarantine_decisions(db, entries, result, findings));
  PALERMO_CHECK_OK(check_cosignatures(db, entries, findings));
  PALERMO_CHECK_OK(check_timestamps(db, entries, findings));
  return check_decisions(db, entries, result, findings);
}

}  // namespace palermo::ledger::detail
