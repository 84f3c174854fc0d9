#include "analysis/network/paths.hpp"

#include <algorithm>
#include <queue>

namespace palermo::network {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

core::Error no_such_vertex() {
  return core::Error{core::ErrorCode::InvalidArgument, "the vertex is not in the graph"};
}

/// Distance of every vertex to `to`.
std::vector<double> distances_to(const Graph& graph, std::uint32_t to, Length length,
                                 const std::function<bool(std::uint32_t)>& passable) {
  std::vector<double> distance(graph.n(), std::numeric_limits<double>::infinity());
  using Entry = std::pair<double, std::uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  distance[to] = 0;
  queue.emplace(0.0, to);
  while (!queue.empty()) {
    const auto [reached, v] = queue.top();
    queue.pop();
    if (reached > distance[v]) continue;
    for (const Neighbour& next : graph.neighbours(v)) {
      if (passable && !passable(next.edge)) continue;
      const double cost = length == Length::Hops ? 1.0 : 1.0 / graph.edges()[next.edge].weight;
      if (reached + cost >= distance[next.vertex]) continue;
      distance[next.vertex] = reached + cost;
      queue.emplace(distance[next.vertex], next.vertex);
    }
  }
  return distance;
}

}  // namespace

core::Result<std::optional<Path>> shortest_path(
    const Graph& graph, std::uint32_t from, std::uint32_t to, Length length,
    const std::function<bool(std::uint32_t edge)>& passable) {
  if (from >= graph.n() || to >= graph.n()) return no_such_vertex();
  const std::vector<double> distance = distances_to(graph, to, length, passable);
  if (!(distance[from] < std::numeric_limits<double>::infinity())) return std::optional<Path>{};
  Path path;
  path.cost = distance[from];
  path.vertices.push_back(from);
  for (std::uint32_t v = from; v != to;) {
    // Neighbours are sorted, so the first one on a shortest way is the smallest. The distances were
    // made by the same additions, so equality is exact.
    std::uint32_t chosen = kNone;
    std::uint32_t edge = kNone;
    for (const Neighbour& next : graph.neighbours(v)) {
      if (passable && !passable(next.edge)) continue;
      const double cost = length == Length::Hops ? 1.0 : 1.0 / graph.edges()[next.edge].weight;
      if (distance[next.vertex] + cost == distance[v]) {
        chosen = next.vertex;
        edge = next.edge;
        break;
      }
    }
    if (chosen == kNone)
      return core::Error{core::ErrorCode::Internal, "the shortest path could not be followed"};
    path.vertices.push_back(chosen);
    path.edges.push_back(edge);
    v = chosen;
  }
  return std::optional<Path>{std::move(path)};
}

core::Result<EgoNetwork> ego_network(const Graph& graph, std::uint32_t ego, std::uint32_t hops,
                                     const std::function<bool(std::uint32_t edge)>& passable) {
  if (ego >= graph.n()) return no_such_vertex();
  EgoNetwork result;
  std::vector<std::uint32_t> hop(graph.n(), kNone);
  std::vector<bool> taken(graph.m(), false);
  hop[ego] = 0;
  result.vertices.push_back(ego);
  result.hops.push_back(0);
  std::vector<std::uint32_t> ring{ego};
  for (std::uint32_t h = 1; h <= hops && !ring.empty(); ++h) {
    std::vector<std::uint32_t> outer;
    for (const std::uint32_t v : ring)
      for (const Neighbour& next : graph.neighbours(v)) {
        if (passable && !passable(next.edge)) continue;
        if (!taken[next.edge]) {
          taken[next.edge] = true;
          result.edges.push_back(next.edge);
        }
        if (hop[next.vertex] != kNone) continue;
        hop[next.vertex] = h;
        outer.push_back(next.vertex);
      }
    std::sort(outer.begin(), outer.end());
    result.vertices.insert(result.vertices.end(), outer.begin(), outer.end());
    result.hops.insert(result.hops.end(), outer.size(), h);
    ring = std::move(outer);
  }
  std::sort(result.edges.begin(), result.edges.end());
  return result;
}

}  // namespace palermo::network
