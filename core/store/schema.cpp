#include "core/store/schema.hpp"

namespace palermo::store {
namespace {

// Tables that a court may be asked about are documented in docs/formats/case-file.md. Payload
// columns hold serialized protobuf messages and are hashed as stored, never after re-serialization.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT;

CREATE TABLE leaf (idx INTEGER PRIMARY KEY, bytes BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE node (level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL,
                   PRIMARY KEY (level, idx)) STRICT, WITHOUT ROWID;
-- Newest entry about each thing, so that the next one finds its predecessor. Derived from the leaves.
CREATE TABLE entry_head (kind TEXT NOT NULL, id TEXT NOT NULL, rev INTEGER NOT NULL,
                         leaf INTEGER NOT NULL REFERENCES leaf (idx),
                         PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;
CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
CREATE TABLE witness (size INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (size, line)) STRICT;

CREATE TABLE operator (name TEXT PRIMARY KEY, roles TEXT NOT NULL, vkey TEXT NOT NULL,
                       leaf INTEGER NOT NULL REFERENCES leaf (idx)) STRICT;

CREATE TABLE authorization (id TEXT NOT NULL, rev INTEGER NOT NULL, payload BLOB NOT NULL,
                            salt BLOB NOT NULL, leaf INTEGER NOT NULL REFERENCES leaf (idx),
                            PRIMARY KEY (id, rev)) STRICT;

CREATE TABLE source (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL UNIQUE,
                     payload BLOB NOT NULL, salt BLOB NOT NULL,
                     leaf INTEGER NOT NULL REFERENCES leaf (idx)) STRICT;

CREATE TABLE identifier (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL,
                         valid INTEGER NOT NULL, country TEXT NOT NULL, raw TEXT NOT NULL,
                         UNIQUE (kind, value)) STRICT;

-- Call records, by the million: packed columns (CallSegment), zstd, hashed as stored.
CREATE TABLE segment (id INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES source (seq),
                      records INTEGER NOT NULL, from_us INTEGER NOT NULL, to_us INTEGER NOT NULL,
                      blob BLOB NOT NULL, sha256 BLOB NOT NULL,
                      leaf INTEGER NOT NULL REFERENCES leaf (idx)) STRICT;
-- Which segments mention an identifier: bit (id - 4096 * block) of a 512-byte map, lowest bit first.
CREATE TABLE segment_identifier (block INTEGER NOT NULL,
                                 segment INTEGER NOT NULL REFERENCES segment (id),
                                 bits BLOB NOT NULL, PRIMARY KEY (block, segment)) STRICT,
                                 WITHOUT ROWID;

-- Intercept sessions, reports, statements, payments, relations: one row each (Record).
CREATE TABLE record (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
                     source INTEGER NOT NULL REFERENCES source (seq), line INTEGER NOT NULL,
                     kind TEXT NOT NULL, authorization_id TEXT NOT NULL, layer TEXT NOT NULL,
                     from_us INTEGER, to_us INTEGER, payload BLOB NOT NULL, salt BLOB NOT NULL,
                     content_sha256 BLOB NOT NULL) STRICT;
CREATE INDEX record_kind ON record (kind, seq);
CREATE INDEX record_content ON record (content_sha256);
CREATE TABLE record_identifier (identifier INTEGER NOT NULL REFERENCES identifier (id),
                                record INTEGER NOT NULL REFERENCES record (seq),
                                PRIMARY KEY (identifier, record)) STRICT, WITHOUT ROWID;

-- What its authorization does not cover: sealed, counted, in no analysis.
CREATE TABLE quarantine (seq INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES source (seq),
                         reason TEXT NOT NULL, authorization_id TEXT NOT NULL,
                         count INTEGER NOT NULL, first_line INTEGER NOT NULL,
                         last_line INTEGER NOT NULL, sealed BLOB NOT NULL, sha256 BLOB NOT NULL,
                         status TEXT NOT NULL, leaf INTEGER NOT NULL REFERENCES leaf (idx)) STRICT;

CREATE TABLE decision (seq INTEGER PRIMARY KEY, payload BLOB NOT NULL, salt BLOB NOT NULL,
                       leaf INTEGER NOT NULL REFERENCES leaf (idx)) STRICT;
CREATE TABLE finding (id TEXT PRIMARY KEY, payload BLOB NOT NULL,
                      leaf INTEGER NOT NULL REFERENCES leaf (idx)) STRICT;

-- A courtesy, not the defence: whoever can write the file can drop these.
CREATE TRIGGER leaf_is_final BEFORE UPDATE ON leaf BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER leaf_stays BEFORE DELETE ON leaf BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER segment_is_final BEFORE UPDATE ON segment BEGIN SELECT raise(ABORT, 'segments are immutable'); END;
)sql";

// What oversight or a court decided about quarantined product: released or destroyed, on whose
// word.
constexpr const char* kVersion2 = R"sql(
CREATE TABLE quarantine_decision (seq INTEGER PRIMARY KEY,
                                  quarantine INTEGER NOT NULL REFERENCES quarantine (seq),
                                  action TEXT NOT NULL, payload BLOB NOT NULL, salt BLOB NOT NULL,
                                  -- Number of the first record that the release added or would have.
                                  first_record INTEGER NOT NULL,
                                  leaf INTEGER NOT NULL REFERENCES leaf (idx)) STRICT;
)sql";

// Identifiers that a table of calls brings by the hundred thousand: packed by up to 4,096
// (IdentifierBlock). A record may mention one of them, so its mentions no longer refer to rows.
constexpr const char* kVersion3 = R"sql(
CREATE TABLE identifier_block (first INTEGER PRIMARY KEY, count INTEGER NOT NULL,
                               kind TEXT NOT NULL, low TEXT NOT NULL, high TEXT NOT NULL,
                               blob BLOB NOT NULL) STRICT;
CREATE INDEX identifier_block_value ON identifier_block (kind, low, high);
CREATE TABLE mention (identifier INTEGER NOT NULL,
                      record INTEGER NOT NULL REFERENCES record (seq),
                      PRIMARY KEY (identifier, record)) STRICT, WITHOUT ROWID;
INSERT INTO mention SELECT identifier, record FROM record_identifier;
DROP TABLE record_identifier;
ALTER TABLE mention RENAME TO record_identifier;
)sql";

// What operators decided about who is whom: merged, split, given a category, undone, redone.
constexpr const char* kVersion4 = R"sql(
CREATE TABLE entity_event (seq INTEGER PRIMARY KEY, payload BLOB NOT NULL, salt BLOB NOT NULL,
                           leaf INTEGER NOT NULL REFERENCES leaf (idx)) STRICT;
)sql";

// Which of `count` segments from `first` on mention an identifier, a row for 64 identifiers
// (Postings). Segments written before keep their rows in segment_identifier.
constexpr const char* kVersion5 = R"sql(
CREATE TABLE segment_posting (block INTEGER NOT NULL,
                              first INTEGER NOT NULL REFERENCES segment (id),
                              count INTEGER NOT NULL, bits BLOB NOT NULL,
                              PRIMARY KEY (block, first)) STRICT, WITHOUT ROWID;
)sql";

// Product that was stored and then recalled into quarantine, after a refusal or a cancellation: its
// row is gone, its place and its commitment stay, so that the roots over a source still hold.
constexpr const char* kVersion6 = R"sql(
CREATE TABLE recalled_record (seq INTEGER PRIMARY KEY,
                              source INTEGER NOT NULL REFERENCES source (seq),
                              commitment BLOB NOT NULL,
                              quarantine INTEGER NOT NULL REFERENCES quarantine (seq)) STRICT;
-- `kept` calls of the segment were covered and stand in later segments.
CREATE TABLE recalled_segment (id INTEGER PRIMARY KEY,
                               source INTEGER NOT NULL REFERENCES source (seq),
                               records INTEGER NOT NULL, kept INTEGER NOT NULL,
                               sha256 BLOB NOT NULL,
                               leaf INTEGER NOT NULL REFERENCES leaf (idx),
                               quarantine INTEGER NOT NULL REFERENCES quarantine (seq)) STRICT;
-- The first segment of a range may be recalled, so the index no longer refers to rows.
CREATE TABLE posting (block INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL,
                      bits BLOB NOT NULL, PRIMARY KEY (block, first)) STRICT, WITHOUT ROWID;
INSERT INTO posting SELECT block, first, count, bits FROM segment_posting;
DROP TABLE segment_posting;
ALTER TABLE posting RENAME TO segment_posting;
)sql";

// Calls that an earlier file holds too: each stands in the segments of both, `lines` of `source` beside
// `first_lines` of the file that came first (PackedColumn, `count` each), in parts from 0 on.
constexpr const char* kVersion7 = R"sql(
CREATE TABLE shared_calls (source INTEGER NOT NULL REFERENCES source (seq),
                           first_source INTEGER NOT NULL REFERENCES source (seq),
                           part INTEGER NOT NULL, count INTEGER NOT NULL, lines BLOB NOT NULL,
                           first_lines BLOB NOT NULL,
                           PRIMARY KEY (source, first_source, part)) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* kMigrations[] = {kVersion1, kVersion2, kVersion3,
                                       kVersion4, kVersion5, kVersion6, kVersion7};

}  // namespace

std::span<const char* const> migrations() { return kMigrations; }

}  // namespace palermo::store
