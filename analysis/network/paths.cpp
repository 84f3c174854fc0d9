#include "analysis/network/paths.hpp"

#include <algorithm>
#include <queue>
#include <set>

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

core::Result<std::vector<Path>> shortest_paths(const Graph& graph, std::uint32_t from,
                                               std::uint32_t to, Length length,
                                               std::uint32_t count) {
  std::vector<Path> found;
  PALERMO_TRY(std::optional<Path> first, shortest_path(graph, from, to, length));
  if (!first || count == 0) return found;
  found.push_back(*std::move(first));
  const auto before = [](const Path& x, const Path& y) {
    if (x.cost != y.cost) return x.cost < y.cost;
    if (x.edges.size() != y.edges.size()) return x.edges.size() < y.edges.size();
    return x.vertices < y.vertices;
  };
  std::set<Path, decltype(before)> waiting{before};
  std::vector<bool> no_vertex(graph.n(), false);
  std::vector<bool> no_edge(graph.m(), false);
  while (found.size() < count) {
    // Every further path leaves one of those found at some vertex.
    const Path last = found.back();
    double root_cost = 0;
    for (std::size_t i = 0; i < last.edges.size(); ++i) {
      const std::uint32_t leaves_at = last.vertices[i];
      std::vector<std::uint32_t> banned;
      for (const Path& path : found)
        if (path.edges.size() > i &&
            std::equal(path.vertices.begin(),
                       path.vertices.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                       last.vertices.begin())) {
          no_edge[path.edges[i]] = true;
          banned.push_back(path.edges[i]);
        }
      PALERMO_TRY(const std::optional<Path> rest,
                  shortest_path(graph, leaves_at, to, length, [&](std::uint32_t e) {
                    return !no_edge[e] && !no_vertex[graph.edges()[e].a] &&
                           !no_vertex[graph.edges()[e].b];
                  }));
      for (const std::uint32_t e : banned) no_edge[e] = false;
      if (rest) {
        Path whole;
        const auto end = static_cast<std::ptrdiff_t>(i);
        whole.vertices.assign(last.vertices.begin(), last.vertices.begin() + end);
        whole.edges.assign(last.edges.begin(), last.edges.begin() + end);
        whole.vertices.insert(whole.vertices.end(), rest->vertices.begin(), rest->vertices.end());
        whole.edges.insert(whole.edges.end(), rest->edges.begin(), rest->edges.end());
        whole.cost = root_cost + rest->cost;
        waiting.insert(std::move(whole));
      }
      no_vertex[leaves_at] = true;
      root_cost += length == Length::Hops ? 1.0 : 1.0 / graph.edges()[last.edges[i]].weight;
    }
    for (const std::uint32_t v : last.vertices) no_vertex[v] = false;
    if (waiting.empty()) break;
    found.push_back(*waiting.begin());
    waiting.erase(waiting.begin());
  }
  return found;
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
