// The byte forms of rows that the ledger commits to. docs/formats/commitments.md describes them;
// writer and verifier must agree on nothing else.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/encoding.hpp"
#include "core/base/result.hpp"
#include "core/store/database.hpp"

namespace palermo::store {

/// Each text behind its length (8 bytes, big-endian), so that no two lists have the same bytes.
[[nodiscard]] std::string joined_bytes(std::initializer_list<std::string_view> texts);

/// What decides how a record is found and counted, beside its payload.
struct RecordColumns {
  std::string_view kind;
  std::string_view layer;
  std::optional<std::int64_t> from_us;
  std::optional<std::int64_t> to_us;
};

/// Bytes under a record's commitment: its payload, its columns, and the identifiers it mentions.
/// @param identifiers  (kind, value), each once
[[nodiscard]] std::string record_bytes(
    std::string_view payload, const RecordColumns& columns,
    const std::set<std::pair<std::string, std::string>>& identifiers);

/// Bytes under the commitment of identifiers, put together in the order of their ids.
class IdentifierBytes {
 public:
  /// @param packed  whether some of them stand in a block
  explicit IdentifierBytes(bool packed);
  void row(std::int64_t id, std::string_view kind, std::string_view value, bool valid,
           std::string_view country, std::string_view raw);
  void block(std::int64_t first, std::int64_t count, std::string_view kind, std::string_view low,
             std::string_view high, std::string_view blob);
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  bool packed_;
  std::string bytes_;
};

/// Bytes under the commitment of identifiers `first` … `first + count - 1`: every column of their
/// rows and blocks.
/// @error Integrity  one of them is not there, or stands there twice (reason ALTERED)
[[nodiscard]] Result<std::string> identifier_bytes(Database& db, std::int64_t first,
                                                   std::int64_t count);

}  // namespace palermo::store
