#include "draw/hours.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace palermo::draw {
namespace {

constexpr std::array kDays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                           "Friday", "Saturday", "Sunday"};
constexpr int kSteps = 5;

/// From pale to dark blue: the order holds without colour.
Colour shade(int step) {
  constexpr std::array kShades{Colour{0xde, 0xeb, 0xf7, 1}, Colour{0xa6, 0xc8, 0xe2, 1},
                               Colour{0x5e, 0x9f, 0xcf, 1}, Colour{0x20, 0x6f, 0xb0, 1},
                               Colour{0x08, 0x3d, 0x7a, 1}};
  return kShades[static_cast<std::size_t>(std::clamp(step, 0, kSteps - 1))];
}

/// Upper ends of the steps: equal parts of the highest count, each at least one above the last.
std::array<std::uint32_t, kSteps> ends_of(std::uint32_t most) {
  std::array<std::uint32_t, kSteps> ends{};
  for (std::uint32_t i = 0; i < kSteps; ++i) {
    const std::uint64_t part = (std::uint64_t{most} * (i + 1) + kSteps - 1) / kSteps;
    ends[i] = std::max(static_cast<std::uint32_t>(part), i == 0 ? 1U : ends[i - 1] + 1);
  }
  return ends;
}

int step_of(std::uint32_t count, const std::array<std::uint32_t, kSteps>& ends) {
  return static_cast<int>(std::lower_bound(ends.begin(), ends.end(), count) - ends.begin());
}

std::vector<LegendRow> legend_of(std::uint32_t most) {
  std::vector<LegendRow> rows(1);
  rows[0].words = "Records in the hour";
  const auto sample = [&rows](const Style& style, std::string words) {
    LegendRow& row = rows.emplace_back();
    row.sample.paths.push_back(rectangle({2, 0, kSampleWidth - 2, kSampleHeight}, style));
    row.words = std::move(words);
  };
  sample({kPale, 0.5, {}, kPaper}, "none");
  const auto ends = ends_of(most);
  for (int i = 0; i < kSteps && most > 0; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::uint32_t first = i == 0 ? 1 : ends[at - 1] + 1;
    if (first > most) break;
    const std::uint32_t last = std::min(ends[at], most);
    sample({kPale, 0.5, {}, shade(i)},
           first == last ? fmt::format("{}", first) : fmt::format("{} to {}", first, last));
  }
  return rows;
}

Text centred(double x, double y, std::string words, double size, Colour colour = kInk) {
  return {{x, y}, std::move(words), size, false, false, Anchor::Middle, colour};
}

void add_rim(const HoursDrawing& drawing, const Box& grid, double cell_w, double cell_h,
             Picture& picture) {
  Mark rim{"rim", {}, {}, {}, {}};
  std::uint64_t all = 0;
  for (std::size_t hour = 0; hour < 24; ++hour) {
    std::uint64_t sum = 0;
    for (const auto& day : drawing.counts) sum += day[hour];
    all += sum;
    const double x = grid.x0 + (static_cast<double>(hour) + 0.5) * cell_w;
    rim.texts.push_back(centred(x, grid.y0 - 5, fmt::format("{:02}", hour), 7.4));
    rim.texts.push_back(centred(x, grid.y1 + 11, std::to_string(sum), 6.6, kGrey));
  }
  for (std::size_t day = 0; day < 7; ++day) {
    std::uint64_t sum = 0;
    for (const std::uint32_t count : drawing.counts[day]) sum += count;
    const double y = grid.y0 + (static_cast<double>(day) + 0.5) * cell_h + 2.6;
    rim.texts.push_back({{grid.x0 - 6, y}, kDays[day], 7.4, false, false, Anchor::End, kInk});
    rim.texts.push_back(
        {{grid.x1 + 6, y}, std::to_string(sum), 6.6, false, false, Anchor::Start, kGrey});
  }
  rim.texts.push_back({{grid.x0 - 6, grid.y1 + 11}, "sum", 6.6, false, false, Anchor::End, kGrey});
  rim.texts.push_back(
      {{grid.x1 + 6, grid.y1 + 11}, std::to_string(all), 6.6, true, false, Anchor::Start, kInk});
  picture.marks.push_back(std::move(rim));
}

}  // namespace

Picture draw_hours(const HoursDrawing& drawing, const Ruler& ruler) {
  std::uint32_t most = 0;
  for (const auto& day : drawing.counts)
    most = std::max(most, *std::max_element(day.begin(), day.end()));
  Page page = drawing.page;
  page.legend = legend_of(most);
  Picture picture;
  const Box area = frame(page, ruler, picture);
  picture.title = page.title;
  for (const std::string& line : page.caption) picture.summary += line + " ";
  const Box grid{area.x0 + 52, area.y0 + 18, area.x1 - 34, area.y1 - 18};
  const double cell_w = grid.width() / 24;
  const double cell_h = std::min(grid.height() / 7, cell_w * 2.4);
  const Box drawn{grid.x0, grid.y0, grid.x1, grid.y0 + 7 * cell_h};
  const auto ends = ends_of(most);
  for (std::size_t day = 0; day < 7; ++day)
    for (std::size_t hour = 0; hour < 24; ++hour) {
      const std::uint32_t count = drawing.counts[day][hour];
      const Point corner{drawn.x0 + static_cast<double>(hour) * cell_w,
                         drawn.y0 + static_cast<double>(day) * cell_h};
      const int step = count == 0 ? -1 : step_of(count, ends);
      Mark mark{"cell",
                fmt::format("{} {:02}:00 to {:02}:59: {}", kDays[day], hour, hour, count),
                {},
                {},
                {}};
      mark.paths.push_back(rectangle({corner.x, corner.y, corner.x + cell_w, corner.y + cell_h},
                                     {kPale, 0.6, {}, step < 0 ? kPaper : shade(step)}));
      if (count > 0) {
        std::string figures = std::to_string(count);
        double size = 7;
        while (size > 3.5 && ruler(figures, size, false) > cell_w - 2) size -= 0.5;
        mark.texts.push_back(centred(corner.x + cell_w / 2, corner.y + cell_h / 2 + size * 0.36,
                                     std::move(figures), size, step >= 2 ? kPaper : kInk));
      }
      picture.marks.push_back(std::move(mark));
    }
  add_rim(drawing, drawn, cell_w, cell_h, picture);
  return picture;
}

}  // namespace palermo::draw
