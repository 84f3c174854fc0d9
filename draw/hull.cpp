#include "draw/hull.hpp"

#include <algorithm>
#include <cmath>

namespace palermo::draw {
namespace {

double turn(const Point& o, const Point& a, const Point& b) {
  return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
}

}  // namespace

std::vector<Point> hull_around(const std::vector<Point>& points, double radius) {
  constexpr int kCorners = 16;
  const double step = 2 * std::acos(-1.0) / kCorners;
  std::vector<Point> rim;
  for (const Point& point : points)
    for (int i = 0; i < kCorners; ++i)
      rim.push_back({point.x + radius * std::cos(i * step), point.y + radius * std::sin(i * step)});
  std::sort(rim.begin(), rim.end(),
            [](const Point& a, const Point& b) { return a.x != b.x ? a.x < b.x : a.y < b.y; });
  // Andrew's monotone chain (1979): the lower side, then the upper.
  std::vector<Point> hull;
  const auto walk = [&hull](auto begin, auto end, std::size_t floor) {
    for (auto point = begin; point != end; ++point) {
      while (hull.size() >= floor + 2 && turn(hull[hull.size() - 2], hull.back(), *point) <= 0)
        hull.pop_back();
      hull.push_back(*point);
    }
    if (!hull.empty()) hull.pop_back();
  };
  walk(rim.begin(), rim.end(), 0);
  walk(rim.rbegin(), rim.rend(), hull.size());
  return hull;
}

void spread_apart(std::vector<Point>& points, const std::vector<double>& radii, double gap,
                  const Box& area, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    bool moved = false;
    for (std::size_t i = 0; i < points.size(); ++i)
      for (std::size_t j = i + 1; j < points.size(); ++j) {
        double dx = points[j].x - points[i].x;
        double dy = points[j].y - points[i].y;
        const double wanted = radii[i] + radii[j] + gap;
        if (std::abs(dx) >= wanted || std::abs(dy) >= wanted) continue;
        double apart = std::hypot(dx, dy);
        if (apart >= wanted) continue;
        if (apart < 1e-6) {  // one on the other: each pair goes its own way
          const double angle = static_cast<double>(i * 7 + j * 13);
          dx = std::cos(angle);
          dy = std::sin(angle);
          apart = 1;
          points[j] = {points[j].x + 1e-3 * dx, points[j].y + 1e-3 * dy};
        }
        const double push = 0.5 * (wanted - std::min(apart, wanted)) / apart + 1e-6;
        points[i] = {points[i].x - push * dx, points[i].y - push * dy};
        points[j] = {points[j].x + push * dx, points[j].y + push * dy};
        moved = true;
      }
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double r = radii[i];
      if (area.width() > 2 * r) points[i].x = std::clamp(points[i].x, area.x0 + r, area.x1 - r);
      if (area.height() > 2 * r) points[i].y = std::clamp(points[i].y, area.y0 + r, area.y1 - r);
    }
    if (!moved) return;
  }
}

}  // namespace palermo::draw
