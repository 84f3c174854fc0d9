// Where to draw the vertices.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/network/graph.hpp"
#include "core/base/result.hpp"

namespace palermo::network {

struct Point {
  double x = 0;
  double y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

/// Positions in the unit square (aspect kept, 0 .. 1 on the longer side), one per vertex: each
/// component drawn for itself (Fruchterman-Reingold, unweighted) and the components packed in rows,
/// the largest first, isolates in a grid at the end. Position carries no meaning beyond "tied
/// vertices are near": say so beside a drawing. The same graph and seed give the same positions.
/// @cost about n^2 a component up to 1,000 vertices, grid-approximated above
/// @source Fruchterman and Reingold (1991); igraph
[[nodiscard]] core::Result<std::vector<Point>> layout(const Graph& graph, std::uint64_t seed = 1);

}  // namespace palermo::network
