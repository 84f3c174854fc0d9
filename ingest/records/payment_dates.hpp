// How a column of a table writes its dates, found in the whole column.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "ingest/calls/time_pattern.hpp"

namespace palermo::ingest {

/// The one way in which the cells of a column of dates are written.
class DateColumn {
 public:
  /// @param cells  line and text of each cell that is not empty
  /// @param order  DMY or MDY where somebody says it; empty: the cells must settle it
  /// @return a column that reads nothing where no way fits any cell
  /// @error BadInput  the cells can be read as day and month or as month and day
  [[nodiscard]] static core::Result<DateColumn> find(
      const std::vector<std::pair<std::uint32_t, std::string>>& cells, std::string_view name,
      std::string_view order);

  /// ISO 8601 without offset where the cell states none; the cell as it stands where it is written
  /// in another way.
  /// @param time  time of day of another column; empty: none
  [[nodiscard]] std::string iso(std::string_view cell, std::string_view time) const;
  /// "%d.%m.%Y"; empty where no way fits.
  [[nodiscard]] std::string pattern() const;

 private:
  std::vector<TimePattern> patterns_;  // the one of most cells first
};

}  // namespace palermo::ingest
