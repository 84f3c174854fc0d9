// What every picture has around it: title, legend, caption. The legend never lies over the drawing.
#pragma once

#include <string>
#include <vector>

#include "draw/picture.hpp"

namespace palermo::draw {

/// A line of the legend: a sample, drawn in a box of kSampleWidth x kSampleHeight from (0, 0), and
/// words; a row without a sample is a heading.
struct LegendRow {
  Mark sample;
  std::string words;
};
inline constexpr double kSampleWidth = 26;
inline constexpr double kSampleHeight = 9;

struct Page {
  double width = 842;  // A4 landscape
  double height = 595;
  std::string title;
  std::vector<std::string> lines;    // below the title: what was selected
  std::vector<std::string> caption;  // paragraphs at the foot: what is shown, left out, and meant
  std::vector<LegendRow> legend;     // empty: no column for it
};

/// Puts title, legend and caption on the picture. Words are the program's own or made fit before.
/// Legend rows for which the page has no room are counted on its last line.
/// @return where the drawing goes
[[nodiscard]] Box frame(const Page& page, const Ruler& ruler, Picture& picture);

/// The smallest page that leaves room for a drawing, in points.
inline constexpr double kLeastWidth = 420;
inline constexpr double kLeastHeight = 297;

}  // namespace palermo::draw
