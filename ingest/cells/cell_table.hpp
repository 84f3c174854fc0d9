// Where cells stand: tables of antennas, of operators and of open projects.
#pragma once

#include "ingest/batch.hpp"

namespace palermo::ingest {

/// Most rows of one table. A cell site is a row of its own in the case, so a table of the world's
/// cells does not belong there; the rows of the networks and areas at hand do.
inline constexpr std::uint32_t kMostCellSites = 250'000;

/// One record of kind `cell_site` for each row. docs/formats/cells.md lists the columns that are
/// understood; OpenCelliD without a header is known by its first column.
[[nodiscard]] Adapter cell_table_adapter();

}  // namespace palermo::ingest
