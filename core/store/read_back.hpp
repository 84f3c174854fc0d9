// Records read back for people: calls out of segments and record rows, in one shape and one order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/record_store.hpp"
#include "palermo/v1/ingest.pb.h"

namespace palermo::store {

/// Which records to read back. Empty members ask for all.
struct ReadBackQuery {
  /// Records that mention one of these identifiers in any place (party, device, forwarding target).
  std::vector<std::uint32_t> identifiers;
  std::optional<std::int64_t> from_us;  // both ends belong to the period
  std::optional<std::int64_t> to_us;
  std::string kind;         // call, sms, …, intercept, payment, …; empty: every kind
  std::uint32_t limit = 0;  // records returned, the earliest first; 0 = all
};

/// Matching records by time of start; those without a time come last; ties by the
/// ids of their sources and by line.
/// `total` counts all that match, `quarantined` those of the case that no query sees.
/// @error Integrity  a segment or record is not what was stored (reason ALTERED)
/// @cost about 15 ns a call in segments that mention the identifiers, and 1 µs a record returned
[[nodiscard]] Result<v1::RecordsResult> read_back(Database& db, const ReadBackQuery& query);

/// One record, call or row, with the source it came from and the report that states it.
/// @param record_id  "SRC-2:17"
/// @error NotFound   no stored record has this id; the message says what became of the line where
///                   that is known (rejected, held in quarantine)
/// @error Integrity  as above
[[nodiscard]] Result<v1::RecordsResult> trace(Database& db, const std::string& record_id);

/// Identifiers that `text` may mean, the first of these that finds any: its exact value; the same
/// digits with 00 read as +; the same digits without any sign; its spelling as received.
/// @cost one index look-up for each kind of identifier; a scan only when none of them finds any
[[nodiscard]] Result<std::vector<StoredIdentifier>> identifiers_meant(Database& db,
                                                                      const std::string& text);

/// What a record row says in the columns that all kinds share.
[[nodiscard]] v1::RecordView view_of(const StoredRecord& stored);

/// Records held in quarantine, whose content no command shows.
[[nodiscard]] Result<std::int64_t> count_quarantined(Database& db);

}  // namespace palermo::store
