// The outline of a group.
#pragma once

#include <vector>

#include "draw/picture.hpp"

namespace palermo::draw {

/// Corners of the smallest convex area that holds a circle of `radius` around every point, in
/// order. Empty for no points.
[[nodiscard]] std::vector<Point> hull_around(const std::vector<Point>& points, double radius);

/// Moves circles apart that lie closer than `gap`, as far as `area` and `rounds` allow; what is far
/// apart stays. The same circles give the same places.
/// @cost rounds x n^2
void spread_apart(std::vector<Point>& points, const std::vector<double>& radii, double gap,
                  const Box& area, int rounds = 80);

}  // namespace palermo::draw
