#include "draw/labels.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace palermo::draw {
namespace {

struct Candidate {
  Point at;
  Anchor anchor;
};

std::array<Candidate, 8> around(const LabelWish& wish) {
  const double gap = wish.radius + 1.8;
  const double near = 0.75 * gap;
  const double middle = wish.at.y + wish.size * 0.35;
  const double above = wish.at.y - gap;
  const double below = wish.at.y + gap + wish.size * 0.75;
  return {Candidate{{wish.at.x + gap, middle}, Anchor::Start},
          {{wish.at.x - gap, middle}, Anchor::End},
          {{wish.at.x, below}, Anchor::Middle},
          {{wish.at.x, above}, Anchor::Middle},
          {{wish.at.x + near, below - 0.3 * gap}, Anchor::Start},
          {{wish.at.x + near, above + 0.3 * gap}, Anchor::Start},
          {{wish.at.x - near, below - 0.3 * gap}, Anchor::End},
          {{wish.at.x - near, above + 0.3 * gap}, Anchor::End}};
}

Box box_of(const Candidate& place, const LabelWish& wish) {
  const double left = place.anchor == Anchor::Start ? place.at.x
                      : place.anchor == Anchor::End ? place.at.x - wish.width
                                                    : place.at.x - wish.width / 2;
  return {left - 0.5, place.at.y - wish.size * 0.85, left + wish.width + 0.5,
          place.at.y + wish.size * 0.25};
}

}  // namespace

bool crosses(const Line& line, const Box& box) {
  const double dx = line.to.x - line.from.x, dy = line.to.y - line.from.y;
  double begin = 0, end = 1;
  for (const auto& [way, room] : {std::pair{-dx, line.from.x - box.x0},
                                  {dx, box.x1 - line.from.x},
                                  {-dy, line.from.y - box.y0},
                                  {dy, box.y1 - line.from.y}}) {
    if (way == 0) {
      if (room < 0) return false;
      continue;
    }
    const double at = room / way;
    if (way < 0) {
      begin = std::max(begin, at);
    } else {
      end = std::min(end, at);
    }
  }
  return begin <= end;
}

std::vector<LabelPlace> place_labels(const std::vector<LabelWish>& wishes, const Box& area,
                                     std::vector<Box> taken, const std::vector<Line>& lines) {
  std::vector<LabelPlace> places;
  for (const LabelWish& wish : wishes) {
    LabelPlace& place = places.emplace_back();
    auto fewest = static_cast<std::ptrdiff_t>(lines.size()) + 1;
    for (const Candidate& candidate : around(wish)) {
      const Box box = box_of(candidate, wish);
      if (!area.holds(box) || std::any_of(taken.begin(), taken.end(),
                                          [&](const Box& other) { return other.meets(box); }))
        continue;
      const auto crossed = std::count_if(lines.begin(), lines.end(),
                                         [&](const Line& line) { return crosses(line, box); });
      if (crossed >= fewest) continue;
      fewest = crossed;
      place = {true, candidate.at, candidate.anchor, box};
    }
    if (place.placed) taken.push_back(place.box);
  }
  return places;
}

}  // namespace palermo::draw
