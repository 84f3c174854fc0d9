#include "ingest/cells/cell_columns.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "ingest/records/delimited.hpp"
#include "ingest/records/relation_text.hpp"

namespace palermo::ingest {
namespace {

struct Name {
  std::string_view name;
  CellColumn column;
};
constexpr Name kNames[] = {
    {"cell", CellColumn::Cell},
    {"cell_id", CellColumn::Cell},
    {"cgi", CellColumn::Cell},
    {"ecgi", CellColumn::Cell},
    {"antenna_id", CellColumn::Cell},
    {"radio", CellColumn::Radio},
    {"technology", CellColumn::Radio},
    {"mcc", CellColumn::Mcc},
    {"net", CellColumn::Mnc},
    {"mnc", CellColumn::Mnc},
    {"area", CellColumn::Area},
    {"lac", CellColumn::Area},
    {"tac", CellColumn::Area},
    {"ci", CellColumn::Identity},
    {"identity", CellColumn::Identity},
    {"eci", CellColumn::Eci},
    {"nci", CellColumn::Eci},
    {"lat", CellColumn::Latitude},
    {"latitude", CellColumn::Latitude},
    {"wgs84.lat", CellColumn::Latitude},
    {"lon", CellColumn::Longitude},
    {"lng", CellColumn::Longitude},
    {"longitude", CellColumn::Longitude},
    {"wgs84.lon", CellColumn::Longitude},
    {"azimuth", CellColumn::Azimuth},
    {"azimuth_degrees", CellColumn::Azimuth},
    {"beam_width", CellColumn::BeamWidth},
    {"beamwidth", CellColumn::BeamWidth},
    {"range", CellColumn::Range},
    {"range_m", CellColumn::Range},
    {"accuracy_m", CellColumn::Range},
    {"date_start", CellColumn::ValidFrom},
    {"valid_from", CellColumn::ValidFrom},
    {"date_end", CellColumn::ValidTo},
    {"valid_to", CellColumn::ValidTo},
    {"address", CellColumn::Address},
    {"state", CellColumn::State},
};

constexpr std::string_view kRadios[] = {"gsm", "umts", "lte", "nr", "cdma", "nbiot"};

bool is_radio(std::string_view word) {
  return std::find(std::begin(kRadios), std::end(kRadios), word) != std::end(kRadios);
}

void set(CellLayout& layout, CellColumn column, std::size_t at) {
  layout.index[static_cast<std::size_t>(column)] = static_cast<int>(at);
}

/// Columns of OpenCelliD, in order: radio, mcc, net, area, cell, unit, lon, lat, range, samples,
/// changeable, created, updated, averageSignal.
CellLayout open_cell_id(std::size_t columns) {
  CellLayout layout;
  layout.header = false;
  layout.columns = columns;
  layout.index.fill(-1);
  set(layout, CellColumn::Radio, 0);
  set(layout, CellColumn::Mcc, 1);
  set(layout, CellColumn::Mnc, 2);
  set(layout, CellColumn::Area, 3);
  set(layout, CellColumn::Identity, 4);
  set(layout, CellColumn::Longitude, 6);
  set(layout, CellColumn::Latitude, 7);
  set(layout, CellColumn::Range, 8);
  layout.name = "OpenCelliD, no header";
  return layout;
}

}  // namespace

std::optional<CellLayout> find_cell_layout(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  for (const char separator : {',', ';', '\t'}) {
    DelimitedReader reader{text.substr(0, std::size_t{64} << 10), separator};
    Row row;
    const auto any = reader.next(row);
    if (!any || !*any || row.cells.size() < 3) continue;
    constexpr std::size_t kOpenCellId = 14;
    if (row.cells.size() == kOpenCellId && is_radio(detail::folded(row.cells[0])) &&
        detail::is_number(row.cells[1]) && detail::is_number(row.cells[6])) {
      CellLayout layout = open_cell_id(row.cells.size());
      layout.separator = separator;
      return layout;
    }
    CellLayout layout;
    layout.separator = separator;
    layout.columns = row.cells.size();
    layout.index.fill(-1);
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const std::string name = detail::folded(row.cells[i]);
      const auto* known = std::find_if(std::begin(kNames), std::end(kNames),
                                       [&](const Name& n) { return n.name == name; });
      if (known == std::end(kNames) || layout.has(known->column)) {
        layout.left_alone.push_back(core::printable(row.cells[i], 40));
      } else {
        set(layout, known->column, i);
      }
    }
    // Beside country, network and area, "cell" is the number within the area.
    const bool parts =
        layout.has(CellColumn::Mcc) && layout.has(CellColumn::Mnc) && layout.has(CellColumn::Area);
    if (parts && layout.has(CellColumn::Cell) && !layout.has(CellColumn::Identity) &&
        !layout.has(CellColumn::Eci))
      std::swap(layout.index[static_cast<std::size_t>(CellColumn::Cell)],
                layout.index[static_cast<std::size_t>(CellColumn::Identity)]);
    const bool names_cell =
        layout.has(CellColumn::Cell) ||
        (parts && (layout.has(CellColumn::Identity) || layout.has(CellColumn::Eci)));
    const bool has_position = layout.has(CellColumn::Latitude) && layout.has(CellColumn::Longitude);
    if (!names_cell ||
        !(has_position || layout.has(CellColumn::Address) || layout.has(CellColumn::State)))
      continue;
    layout.name = parts ? "country, network, area and cell by the names in the header"
                        : "cells by the names in the header";
    return layout;
  }
  return std::nullopt;
}

}  // namespace palermo::ingest
