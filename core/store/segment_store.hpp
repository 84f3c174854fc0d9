// Call segments in the case file: written once, read one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/call_columns.hpp"
#include "core/store/database.hpp"
#include "core/store/shared_calls.hpp"

namespace palermo::store {

/// Inserts one segment in the caller's transaction; write_index follows for all of them.
/// @param leaf  ledger index of its SegmentEntry
/// @return the segment's id
[[nodiscard]] Result<std::int64_t> write_segment(Database& db, std::int64_t source_seq,
                                                 const EncodedSegment& segment, std::uint64_t leaf);

/// Writes which of the segments `first`, `first + 1`, … mention which identifiers.
/// @param identifiers  of each segment, as EncodedSegment has them
[[nodiscard]] Status write_index(Database& db, std::int64_t first,
                                 std::span<const std::vector<std::uint32_t>> identifiers);

/// What to read. Times are inclusive and select segments, whose rows may lie outside: filter again.
struct SegmentQuery {
  unsigned columns = kColAll;  // bit set of CallColumn
  std::optional<std::int64_t> from_us;
  std::optional<std::int64_t> to_us;
  std::optional<std::string> source_id;
  std::vector<std::uint32_t> identifiers;   // segments that mention one of these; empty: all
  std::optional<std::int64_t> before_leaf;  // entered in the ledger before this index
  /// Compares each blob with its hash, as every figure that reaches a report must.
  bool check_hash = true;
  /// Also the repeats of calls that several files hold (SharedCalls), which else are left out.
  bool with_repeats = false;
};

/// Calls `visit` with one decoded segment after another, in the order of segment_ids; an Error
/// stops.
/// @error Integrity  a segment is not what the ledger recorded (reason ALTERED)
/// @cost about 10 ns a record and column group
[[nodiscard]] Status for_each_segment(Database& db, const SegmentQuery& query,
                                      const std::function<Status(const CallColumns&)>& visit);

/// The segments that a query selects, those of a source together and in the order of its file,
/// sources by id (kSourceOrder); for readers that pull one at a time.
[[nodiscard]] Result<std::vector<std::int64_t>> segment_ids(Database& db,
                                                            const SegmentQuery& query);
/// One segment, without the repeats among its rows. @error Integrity  as above
[[nodiscard]] Result<CallColumns> load_segment(Database& db, std::int64_t id, unsigned columns,
                                               bool check_hash, const SharedCalls& shared);

/// The stored bytes of a segment, for readers that check and decode them on other threads.
struct SegmentBytes {
  std::int64_t id = 0;
  std::string blob;
  std::string sha256;
  /// The message, once the bytes are compared with their hash. Thread-safe. @error Integrity  as
  /// above
  [[nodiscard]] Result<v1::CallSegment> parse() const;
};
[[nodiscard]] Result<std::vector<SegmentBytes>> load_bytes(Database& db,
                                                           std::span<const std::int64_t> ids);
/// The same one after another, for who decodes the first while the next are read.
[[nodiscard]] Status load_each(Database& db, std::span<const std::int64_t> ids,
                               const std::function<void(SegmentBytes)>& take);

/// The call that stands on one line of one source, a repeat or not.
/// @return nullopt when no stored call stands there (rejected, duplicate, quarantined, or no such
/// line)
[[nodiscard]] Result<std::optional<CallRow>> find_call(Database& db, const std::string& source_id,
                                                       std::uint32_t line);

/// Number of stored calls; one that several files hold counts once. O(segments).
[[nodiscard]] Result<std::int64_t> count_calls(Database& db);

}  // namespace palermo::store
