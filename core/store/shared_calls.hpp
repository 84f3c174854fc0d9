// Calls that several files of a case hold. Each file's segments keep its own row, under its own
// authorization; whoever counts or names calls takes one of the rows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/call_columns.hpp"
#include "core/store/database.hpp"

namespace palermo::store {

/// A line of a source, by the source's number.
struct CallPlace {
  std::int64_t source = 0;
  std::uint32_t line = 0;
  friend auto operator<=>(const CallPlace&, const CallPlace&) = default;
};

/// `place` holds the call that stood at `first` already. No `first` is itself the place of another
/// pair, and no place has two. A source's rows less its places are what it counts as stored.
struct SharedPair {
  CallPlace place;
  CallPlace first;
};

/// Adds pairs, in the caller's transaction.
[[nodiscard]] Status write_shared(Database& db, std::vector<SharedPair> pairs);
/// Puts these in place of all that stand.
[[nodiscard]] Status replace_shared(Database& db, std::vector<SharedPair> pairs);
/// All pairs of the case.
/// @error Integrity  the table holds something else (reason ALTERED)
[[nodiscard]] Result<std::vector<SharedPair>> read_shared(Database& db);
/// Whether each row of the table has the bytes that write_shared gives its pairs.
[[nodiscard]] Result<bool> shared_as_written(Database& db);
/// How many pairs there are. O(rows of the table): one for 65,536 pairs of two files.
[[nodiscard]] Result<std::int64_t> count_shared(Database& db);

/// Which row of a shared call speaks for it: that of the source whose id comes first
/// (kSourceOrder), in whatever order the files came in; within a file the first line. The others
/// are repeats.
class SharedCalls {
 public:
  /// @param before_leaf  of the rows that stood when the ledger had this many entries; absent: all
  /// @error Integrity    as read_shared
  /// @cost one look at an empty table where no two files share a call, else 100 ns a pair
  [[nodiscard]] static Result<SharedCalls> load(
      Database& db, std::optional<std::int64_t> before_leaf = std::nullopt);

  [[nodiscard]] bool none() const { return stars_.empty(); }
  /// How many rows are repeats.
  [[nodiscard]] std::int64_t repeats() const { return count_; }
  /// Lines of a source that are repeats, ascending; nullptr: none.
  [[nodiscard]] const std::vector<std::uint32_t>* repeats_of(std::string_view source_id) const;
  /// Drops repeats. The lines must be there where the source has any.
  void leave_out_repeats(CallColumns& columns) const;

  struct Named {
    std::string source_id;
    std::uint32_t line = 0;
  };
  /// The other places of a call, by source and line; empty for a call that one file holds.
  [[nodiscard]] std::vector<Named> also_in(std::string_view source_id, std::uint32_t line) const;

 private:
  using Key = std::uint64_t;                              // rank of the source, line
  std::vector<std::string> ids_;                          // by rank
  std::unordered_map<std::string, std::uint32_t> ranks_;  // by id
  std::vector<std::pair<Key, Key>> stars_;                // (first, place), ascending
  std::vector<std::pair<Key, Key>> firsts_;               // (place, first), ascending
  std::unordered_map<std::string, std::vector<std::uint32_t>> repeats_;
  std::int64_t count_ = 0;
};

}  // namespace palermo::store
