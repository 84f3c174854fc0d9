// What becomes of each call: stored, a duplicate, or quarantine with a rule code.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/authorization/coverage.hpp"
#include "core/store/call_columns.hpp"
#include "ingest/calls/call_reader.hpp"

namespace palermo::ingest {

/// What product of a source rests on.
struct ScopeRule {
  /// Open or published material (--technique NONE): nothing to cover.
  bool open_material = false;
  /// The authorization given; without it and without open_material everything is held back.
  std::optional<authorization::Coverage> coverage;
};

/// A row of a table, and the row behind the table's own that is the same call in an earlier file.
struct SharedRow {
  std::uint32_t row = 0;
  std::uint32_t earlier = 0;
};

/// Row numbers of a table.
struct SortedCalls {
  std::vector<std::uint32_t> stored;  // with the shared ones; ascending
  std::vector<SharedRow> shared;      // each with another earlier row
  std::uint32_t duplicates = 0;       // of rows of the same table: not stored
  std::map<std::string, std::vector<std::uint32_t>> quarantine;  // rule code -> rows
};

/// Sorts rows [0, table rows). Scope first, then duplicates among what is covered. Two calls are
/// the same when every column but line, offset and authorization is; the first of a file is kept,
/// whatever other files hold. Whole records are compared: an equal hash alone never makes a
/// duplicate.
/// @param columns  those of `table`, possibly with rows of earlier segments appended after its own
/// @param own      number of rows that belong to the table
/// @param same_file  that many of the appended rows, the first of them, are of the same file
/// @cost about 50 ns a row, shared by the cores
[[nodiscard]] SortedCalls sort_calls(const CallTable& table, const store::CallColumns& columns,
                                     std::size_t own, const ScopeRule& scope,
                                     std::size_t same_file = 0);

}  // namespace palermo::ingest
