// Rows of a table whose meaning a mapping profile cannot say, for the adapters that read them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "ingest/calls/call_adapter.hpp"

namespace palermo::ingest {

/// One row: quotes undone, outer blanks off; good until the visit ends.
struct TableRow {
  std::uint64_t line = 0;  // on which it begins, 1-based
  std::vector<std::string> cells;
  /// The cell at an index; empty where there is none.
  [[nodiscard]] std::string_view at(std::size_t index) const {
    return index < cells.size() ? std::string_view{cells[index]} : std::string_view{};
  }
};

struct TableShape {
  char delimiter = ',';
  bool header = true;  // the first row names the columns; repetitions of it are passed over
  std::size_t title_lines = 0;  // rows before the first that may have another number of columns
  std::size_t columns = 0;      // of every row; empty ones too many do not count
  bool windows_1252 = false;    // read as that where the bytes are no UTF-8
  /// Number of the last record, for adapters whose positions are records: a row that is rejected
  /// before the visit takes the next. Null: positions are lines.
  std::uint64_t* records = nullptr;
};

/// Hands over every row behind the header. Blank lines are passed over. A row with another number
/// of columns is rejected (COLUMN_COUNT) with --keep-going, and refuses the file without it.
/// Notices about the form of the file go into `out`.
/// @error BadInput  not UTF-8, an unterminated quote, a row above 1 MiB, a row with another number
///                  of columns; with the line
[[nodiscard]] core::Status for_each_table_row(const AdapterInput& input, const TableShape& shape,
                                              CallText& out,
                                              const std::function<void(const TableRow&)>& visit);

/// The first rows that are not blank, at most `count`, read from the first bytes alone; for
/// detection. Never fails.
[[nodiscard]] std::vector<TableRow> first_table_rows(std::string_view bytes, char delimiter,
                                                     std::size_t count);

/// A header row that names all of some columns.
struct TableHeader {
  char delimiter = ',';
  std::vector<std::string> names;  // folded
  /// Where a column stands; nullopt where the header does not name it.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
};
/// The first row, where it names all of `names` between commas, semicolons or tabs.
[[nodiscard]] std::optional<TableHeader> find_table_header(
    std::string_view bytes, const std::vector<std::string_view>& names);

/// "YYYY-MM-DD HH:MM:SS"; only the shape, not whether there is such a day.
[[nodiscard]] bool is_plain_time(std::string_view text);
[[nodiscard]] bool is_digits(std::string_view text);

}  // namespace palermo::ingest
