// A picture in plain values: what stands where, in which words. No Cairo, no file, no case.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace palermo::draw {

/// Points of 1/72 inch from the upper left corner, y downwards.
struct Point {
  double x = 0;
  double y = 0;
};

struct Box {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  [[nodiscard]] double width() const { return x1 - x0; }
  [[nodiscard]] double height() const { return y1 - y0; }
  [[nodiscard]] bool meets(const Box& other) const {
    return x0 < other.x1 && other.x0 < x1 && y0 < other.y1 && other.y0 < y1;
  }
  [[nodiscard]] bool holds(const Box& other) const {
    return x0 <= other.x0 && y0 <= other.y0 && other.x1 <= x1 && other.y1 <= y1;
  }
};

struct Colour {
  std::uint8_t r = 0, g = 0, b = 0;
  double alpha = 1;  // 0: nothing is drawn
};

inline constexpr Colour kNone{0, 0, 0, 0};
inline constexpr Colour kInk{0x22, 0x22, 0x22, 1};
inline constexpr Colour kGrey{0x77, 0x77, 0x77, 1};
inline constexpr Colour kPale{0xdd, 0xdd, 0xdd, 1};
inline constexpr Colour kPaper{0xff, 0xff, 0xff, 1};

/// How a line or an area looks.
struct Style {
  Colour line = kNone;
  double width = 0.6;
  std::vector<double> dash;  // lengths on and off; empty: solid
  Colour fill = kNone;
};

/// A line through points, or an area when it is closed.
struct Path {
  std::vector<Point> points;
  bool closed = false;
  Style style;
};

struct Circle {
  Point at;
  double radius = 1;
  Style style;
};

enum class Anchor { Start, Middle, End };

/// One line of words. They are shown as they are and never read as markup.
struct Text {
  Point at;  // on the baseline
  std::string words;
  double size = 7;
  bool bold = false;
  bool halo = false;  // paper-coloured rim, to be read across lines
  Anchor anchor = Anchor::Start;
  Colour colour = kInk;
  bool mono = false;  // letters of one width; a Ruler measures the others
};

/// One thing the reader sees: a tie, a node, a cell of a grid. `kind` becomes the class of its
/// group in SVG, so that marks can be counted; `title` the words a pointer shows there.
struct Mark {
  std::string kind;
  std::string title;
  std::vector<Path> paths;
  std::vector<Circle> circles;
  std::vector<Text> texts;
};

/// Drawn in order, later marks over earlier ones: per mark paths, circles, texts.
struct Picture {
  double width = 842;  // A4 landscape
  double height = 595;
  std::string title;    // of the document
  std::string summary;  // what it shows, for whoever cannot see it
  std::vector<Mark> marks;
};

/// Width in points of words set in one line.
using Ruler = std::function<double(std::string_view words, double size, bool bold)>;

/// Words from a file made fit for a picture: controls and what is invisible become visible escapes,
/// at most `limit` characters, and cut with "…" to `width` points.
[[nodiscard]] std::string fitted(std::string_view words, double size, bool bold, double width,
                                 const Ruler& ruler, std::size_t limit = 80);

/// Lines of at most `width` points, broken at blanks, or inside a word that is longer than a line.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view words, double size, double width,
                                                const Ruler& ruler);

/// Slanting lines across a box.
[[nodiscard]] Path rectangle(const Box& box, const Style& style);
[[nodiscard]] std::vector<Path> hatching(const Box& box, double distance, const Style& style);

}  // namespace palermo::draw
