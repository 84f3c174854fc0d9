// Product that was stored and went back into quarantine: its places stay taken.
#pragma once

#include <cstdint>

#include "core/base/result.hpp"
#include "core/store/database.hpp"

namespace palermo::store {

/// Number that the next record row takes; those of recalled records stay theirs.
[[nodiscard]] core::Result<std::int64_t> next_record(Database& db);

/// Highest id given to a call segment, recalled ones included; 0 in a case without calls.
[[nodiscard]] core::Result<std::int64_t> last_segment(Database& db);

/// Puts the tombstone of a record in place of its row and of its mentions.
/// @param commitment  32 bytes, as the ledger's root over the source has it
[[nodiscard]] core::Status recall_record(Database& db, std::int64_t seq, std::string_view commitment,
                                         std::int64_t quarantine);

/// Puts the tombstone of a segment in place of its row, and writes the index of its range anew.
/// @param kept  calls of it that stand in later segments
[[nodiscard]] core::Status recall_segment(Database& db, std::int64_t id, std::int64_t kept,
                                          std::int64_t quarantine);

}  // namespace palermo::store
