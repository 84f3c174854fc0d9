#include "draw/page.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace palermo::draw {
namespace {

constexpr double kMargin = 26;
constexpr double kLegendWidth = 158;
constexpr double kTitleSize = 13;
constexpr double kLineSize = 7.6;
constexpr double kSmall = 6.8;
constexpr double kLeading = 1.28;

Text line(double x, double y, std::string words, double size, Colour colour = kInk) {
  Text text;
  text.at = {x, y};
  text.words = std::move(words);
  text.size = size;
  text.colour = colour;
  return text;
}

double put_title(const Page& page, const Ruler& ruler, Picture& picture) {
  Mark mark{"title", {}, {}, {}, {}};
  const double width = page.width - 2 * kMargin;
  double y = kMargin + kTitleSize * 0.8;
  Text title =
      line(kMargin, y, fitted(page.title, kTitleSize, true, width, ruler, 300), kTitleSize);
  title.bold = true;
  mark.texts.push_back(std::move(title));
  y += 4;
  for (const std::string& paragraph : page.lines)
    for (std::string& words : lines_of(paragraph, kLineSize, width, ruler)) {
      y += kLineSize * kLeading;
      mark.texts.push_back(line(kMargin, y, std::move(words), kLineSize));
    }
  picture.marks.push_back(std::move(mark));
  return y + 8;
}

double put_caption(const Page& page, const Ruler& ruler, Picture& picture) {
  std::vector<std::string> lines;
  for (const std::string& paragraph : page.caption)
    for (std::string& words : lines_of(paragraph, kSmall, page.width - 2 * kMargin, ruler))
      lines.push_back(std::move(words));
  const double top =
      page.height - kMargin + 4 - static_cast<double>(lines.size()) * kSmall * kLeading;
  Mark mark{"caption", {}, {}, {}, {}};
  mark.paths.push_back(
      {{{kMargin, top - 4}, {page.width - kMargin, top - 4}}, false, {kPale, 0.6, {}, kNone}});
  double y = top;
  for (std::string& words : lines) {
    y += kSmall * kLeading;
    mark.texts.push_back(line(kMargin, y - 1, std::move(words), kSmall));
  }
  picture.marks.push_back(std::move(mark));
  return top - 10;
}

void move(Mark& mark, double x, double y) {
  for (Path& path : mark.paths)
    for (Point& point : path.points) point = {point.x + x, point.y + y};
  for (Circle& circle : mark.circles) circle.at = {circle.at.x + x, circle.at.y + y};
  for (Text& text : mark.texts) text.at = {text.at.x + x, text.at.y + y};
}

bool is_heading(const LegendRow& row) {
  return row.sample.paths.empty() && row.sample.circles.empty() && row.sample.texts.empty();
}

void put_legend(const Page& page, const Ruler& ruler, double top, double bottom, Picture& picture) {
  const double left = page.width - kMargin - kLegendWidth;
  double y = top;
  for (std::size_t i = 0; i < page.legend.size(); ++i) {
    LegendRow row = page.legend[i];
    const bool heading = is_heading(row);
    const double indent = heading ? 0 : kSampleWidth + 6;
    // Bold words are wider than they are measured here.
    const double room = heading ? 0.85 * kLegendWidth : kLegendWidth - indent;
    const auto lines = lines_of(row.words, kSmall, room, ruler);
    const double height =
        std::max(kSampleHeight + 2, static_cast<double>(lines.size()) * kSmall * kLeading + 2);
    const bool last = i + 1 == page.legend.size();
    if (y + height + (last ? 0 : kSmall * kLeading) > bottom) {
      Mark mark{"legend", {}, {}, {}, {}};
      mark.texts.push_back(line(
          left, y + kSmall, fmt::format("… and {} more lines", page.legend.size() - i), kSmall));
      picture.marks.push_back(std::move(mark));
      return;
    }
    if (heading && i > 0) y += 4;
    row.sample.kind = "legend";
    move(row.sample, left, y);
    double base = y + kSmall + 0.6;
    for (const std::string& words : lines) {
      Text text = line(left + indent, base, words, kSmall);
      text.bold = heading;
      row.sample.texts.push_back(std::move(text));
      base += kSmall * kLeading;
    }
    picture.marks.push_back(std::move(row.sample));
    y += height;
  }
}

}  // namespace

Box frame(const Page& page, const Ruler& ruler, Picture& picture) {
  picture.width = page.width;
  picture.height = page.height;
  const double top = put_title(page, ruler, picture);
  const double bottom = put_caption(page, ruler, picture);
  if (page.legend.empty()) return {kMargin, top, page.width - kMargin, bottom};
  put_legend(page, ruler, top, bottom, picture);
  return {kMargin, top, page.width - kMargin - kLegendWidth - 12, bottom};
}

}  // namespace palermo::draw
