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

/// Row numbers of a table.
struct SortedCalls {
  std::vector<std::uint32_t> stored;
  std::uint32_t duplicates = 0;
  std::map<std::string, std::vector<std::uint32_t>> quarantine;  // rule code -> rows
};

/// A set of calls that remembers whole records, so that an equal hash alone never makes a
/// duplicate. Two calls are the same when every column but line, offset and authorization is.
class CallSet {
 public:
  /// @param columns  outlives the set; rows may be appended as long as reserve() was called for
  /// them
  explicit CallSet(const store::CallColumns& columns) : columns_{&columns} {}
  void reserve(std::size_t rows);
  /// True when no equal row was there before.
  bool insert(std::uint32_t row) { return insert_hashed(row, hash_of(row)); }
  [[nodiscard]] std::uint64_t hash_of(std::uint32_t row) const;
  bool insert_hashed(std::uint32_t row, std::uint64_t hash);
  void prefetch(std::uint64_t hash) const;

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t row_plus_1 = 0;
  };
  [[nodiscard]] bool equal(std::uint32_t x, std::uint32_t y) const;
  const store::CallColumns* columns_;
  std::vector<Slot> slots_;
};

/// Sorts rows [0, table rows). Scope first, then duplicates among what is covered.
/// @param columns  those of `table`, possibly with rows of earlier segments appended after its own
/// @param own      number of rows that belong to the table
[[nodiscard]] SortedCalls sort_calls(const CallTable& table, const store::CallColumns& columns,
                                     std::size_t own, const ScopeRule& scope);

}  // namespace palermo::ingest
