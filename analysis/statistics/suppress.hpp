// Which cells of a table must be withheld so that no small count can be computed from the rest.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace palermo::statistics {

inline constexpr std::uint64_t kUnbounded = std::numeric_limits<std::uint64_t>::max();

/// A count that is published or withheld: a cell, or a total.
struct Count {
  std::uint32_t value = 0;
  bool withheld = false;
  bool known = false;  // printed in an earlier release: to withhold it now would hide nothing
};

/// A table of counts with the totals that are published with it. Cells add up to totals.
struct Table {
  std::string section;
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  std::vector<std::vector<Count>> cells;  // rows × columns
  std::vector<Count> row_totals;          // one a row, or empty: not published
  std::vector<Count> column_totals;       // one a column, or empty
  std::optional<Count> total;             // of everything, where it is published

  /// Zero cells, and totals as they follow: a row's where there are two columns or more, and so on.
  static Table make(std::string section, std::vector<std::string> rows,
                    std::vector<std::string> columns);
  /// Totals from the cells.
  void add_up();
};

/// What can be computed about a count from everything published: least and most, both attained.
/// Zeros are always published, so what is withheld is at least 1.
struct Bounds {
  std::uint64_t least = 0;
  std::uint64_t most = 0;  // kUnbounded: any number
};

/// Bounds of every count that is withheld, in the order cells (by row), row totals, column totals,
/// total. Exact for these tables: they are networks, whose linear programs have integral optima
/// (maximum flow in the residual network).
/// @cost one maximum flow for each end of each withheld count
[[nodiscard]] std::vector<Bounds> attack(const Table& table);

/// Every count of the table, in the order of `attack`.
[[nodiscard]] std::vector<Count*> counts_of(Table& table);

/// Whether the change of a count between two releases can be computed, where the changes of some
/// are known. In the order of `attack`; a change that is known is one that can be computed.
/// @param known  whether the change of each count is known
[[nodiscard]] std::vector<bool> determined(const Table& table, const std::vector<bool>& known);

struct Rule {
  std::uint32_t threshold = 5;  // counts from 1 to below it are withheld
  std::uint32_t width = 5;      // least difference between most and least of what is withheld
};

/// Withholds small counts, and as many others as it takes that no withheld one can be computed more
/// narrowly than the rule allows; gives back what turns out not to be needed. What is withheld
/// already stays so.
/// @return how many counts are withheld
std::uint32_t suppress(Table& table, const Rule& rule);

}  // namespace palermo::statistics
