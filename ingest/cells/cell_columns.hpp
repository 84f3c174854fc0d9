// Which column of a table of cells is what.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace palermo::ingest {

enum class CellColumn : std::size_t {
  Cell,  // a cell's whole name, as call records have it
  Radio,
  Mcc,
  Mnc,
  Area,      // LAC or TAC
  Identity,  // CI
  Eci,       // 28 or 36 bits
  Latitude,
  Longitude,
  Azimuth,
  BeamWidth,
  Range,
  ValidFrom,
  ValidTo,
  Address,
  State,
  Count,
};

struct CellLayout {
  char separator = ',';
  bool header = true;
  std::size_t columns = 0;
  std::array<int, static_cast<std::size_t>(CellColumn::Count)> index{};  // -1: none
  std::vector<std::string> left_alone;  // columns of the header that are not read; printable
  std::string name;                     // for the mapping: "OpenCelliD, no header", …

  [[nodiscard]] bool has(CellColumn column) const {
    return index[static_cast<std::size_t>(column)] >= 0;
  }
};

/// The layout of a table that says which cell stands where.
/// @return nullopt when it names no cell, or neither a position nor an address nor a State
[[nodiscard]] std::optional<CellLayout> find_cell_layout(std::string_view text);

}  // namespace palermo::ingest
