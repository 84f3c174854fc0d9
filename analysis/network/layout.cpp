#include "analysis/network/layout.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/network/igraph_raii.hpp"
#include "analysis/network/measures.hpp"
#include "analysis/network/random.hpp"

namespace palermo::network {
namespace {

struct Box {
  std::vector<std::uint32_t> vertices;
  std::vector<Point> points;  // from (0, 0)
  double width = 0;
  double height = 0;
};

constexpr double kGap = 1.0;  // about the length of an edge

/// @param local  scratch, one place per vertex of the graph
core::Status draw(const Graph& graph, std::uint64_t seed, std::vector<std::uint32_t>& local,
                  Box& box) {
  const auto size = box.vertices.size();
  if (size == 1) {
    box.points = {Point{}};
    return core::ok();
  }
  for (std::uint32_t i = 0; i < size; ++i) local[box.vertices[i]] = i;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (const std::uint32_t v : box.vertices)
    for (const Neighbour& next : graph.neighbours(v))
      if (v < next.vertex) pairs.emplace_back(local[v], local[next.vertex]);
  const Graph part = Graph::from_pairs(static_cast<std::uint32_t>(size), pairs);
  PALERMO_TRY(const detail::IgraphHandle handle, detail::to_igraph(part));
  PALERMO_TRY(detail::Matrix positions, detail::Matrix::make(size, 2));
  Random random{seed};
  const double span = std::sqrt(static_cast<double>(size));
  for (std::size_t i = 0; i < size; ++i) {
    positions.at(i, 0) = (random.unit() - 0.5) * span;
    positions.at(i, 1) = (random.unit() - 0.5) * span;
  }
  const igraph_integer_t rounds = size <= 1000 ? 500 : 100;
  PALERMO_CHECK_OK(detail::igraph_call("layout", &seed, [&] {
    return igraph_layout_fruchterman_reingold(handle.get(), positions.get(), true, rounds, span,
                                              IGRAPH_LAYOUT_AUTOGRID, nullptr, nullptr, nullptr,
                                              nullptr, nullptr);
  }));
  Point low{positions.at(0, 0), positions.at(0, 1)};
  Point high = low;
  for (std::size_t i = 0; i < size; ++i) {
    low = {std::min(low.x, positions.at(i, 0)), std::min(low.y, positions.at(i, 1))};
    high = {std::max(high.x, positions.at(i, 0)), std::max(high.y, positions.at(i, 1))};
  }
  box.width = high.x - low.x;
  box.height = high.y - low.y;
  for (std::size_t i = 0; i < size; ++i)
    box.points.push_back({positions.at(i, 0) - low.x, positions.at(i, 1) - low.y});
  return core::ok();
}

}  // namespace

core::Result<std::vector<Point>> layout(const Graph& graph, std::uint64_t seed) {
  std::vector<Point> result(graph.n());
  if (graph.n() == 0) return result;
  const Components parts = components(graph);
  std::vector<Box> boxes(parts.sizes.size());
  for (std::uint32_t v = 0; v < graph.n(); ++v) boxes[parts.of[v]].vertices.push_back(v);
  std::vector<std::uint32_t> local(graph.n(), 0);
  double area = 0;
  double widest = 0;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    PALERMO_CHECK_OK(draw(graph, seed + i, local, boxes[i]));
    area += (boxes[i].width + kGap) * (boxes[i].height + kGap);
    widest = std::max(widest, boxes[i].width);
  }
  // Rows from left to right; the largest component decides the width.
  const double row_width = std::max(widest, 1.2 * std::sqrt(area));
  double x = 0, y = 0, row_height = 0, right = 0;
  for (const Box& box : boxes) {
    if (x > 0 && x + box.width > row_width) {
      x = 0;
      y += row_height + kGap;
      row_height = 0;
    }
    for (std::size_t i = 0; i < box.vertices.size(); ++i)
      result[box.vertices[i]] = {x + box.points[i].x, y + box.points[i].y};
    right = std::max(right, x + box.width);
    x += box.width + kGap;
    row_height = std::max(row_height, box.height);
  }
  const double longest = std::max(right, y + row_height);
  if (longest <= 0) return std::vector<Point>(graph.n(), Point{0.5, 0.5});
  for (Point& point : result) point = {point.x / longest, point.y / longest};
  return result;
}

}  // namespace palermo::network
