// Where names go beside what they name.
#pragma once

#include <cstddef>
#include <vector>

#include "draw/picture.hpp"

namespace palermo::draw {

/// A name that wants a place.
struct LabelWish {
  Point at;           // middle of what is named
  double radius = 3;  // of what is named
  double width = 0;   // of the name
  double size = 6.5;  // of its letters
};

struct LabelPlace {
  bool placed = false;
  Point at;  // on the baseline
  Anchor anchor = Anchor::Start;
  Box box;
};

struct Line {
  Point from, to;
};

/// Whether a line runs through a box. @source Liang and Barsky (1984)
[[nodiscard]] bool crosses(const Line& line, const Box& box);

/// Gives each wish, the first first, one of eight places around what it names (right, left, below,
/// above, the corners): inside `area`, over nothing in `taken` and over no name placed before; of
/// those the one that the fewest lines cross, then the first. What finds none is left out, not
/// moved: a name beside another mark would be false.
/// @param taken  marks that names must not cover, what is named included
/// @param lines  that names had better not cover
/// @cost O(wishes x (taken + wishes + lines))
[[nodiscard]] std::vector<LabelPlace> place_labels(const std::vector<LabelWish>& wishes,
                                                   const Box& area, std::vector<Box> taken,
                                                   const std::vector<Line>& lines = {});

}  // namespace palermo::draw
