// Edge lists and matrices: relations stated by research data, charts and analysts' tables.
#pragma once

#include "ingest/batch.hpp"

namespace palermo::ingest {

/// Rows `a,b[,weight][,layer][,from][,to]`, with or without a header line; tab, semicolon, comma,
/// pipe or blanks between the cells. Each row is one Relation; nothing is merged here.
/// docs/formats/evidence.md
[[nodiscard]] Adapter edge_list_adapter();

/// A matrix with labels: square (row and column labels are the same set) or two-mode (they share no
/// label). Each cell that states a tie is one Relation, row to column; a label without any tie is
/// one Relation with an empty `b`, so that no node is lost.
[[nodiscard]] Adapter matrix_adapter();

}  // namespace palermo::ingest
