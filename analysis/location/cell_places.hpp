// The rows of cell tables that name cells at hand.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/record.pb.h"

namespace palermo::analysis {

/// One row of a cell table.
struct CellPlace {
  v1::CellSite site;
  std::string record_id;
  std::optional<std::int64_t> from_us;  // of its validity; both ends belong to it
  std::optional<std::int64_t> to_us;
  bool named_in_full = false;  // matched by country, network and number, not by a short name
};

class CellPlaces {
 public:
  /// @param cells  names as the records have them
  /// @error Integrity  a stored row is no record
  /// @cost some µs for each cell_site row of the case
  [[nodiscard]] static core::Result<CellPlaces> read(store::Database& db,
                                                     const std::set<std::string>& cells);
  /// Rows for this cell that were valid at that time, in order of ingestion.
  [[nodiscard]] std::vector<const CellPlace*> at(const std::string& cell, std::int64_t us) const;
  /// Whether any row names the cell at all, valid or not.
  [[nodiscard]] bool names(const std::string& cell) const { return by_cell_.contains(cell); }
  [[nodiscard]] std::size_t rows() const { return places_.size(); }

 private:
  std::vector<CellPlace> places_;
  std::map<std::string, std::vector<std::size_t>> by_cell_;
};

}  // namespace palermo::analysis
