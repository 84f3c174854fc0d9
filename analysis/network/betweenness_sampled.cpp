// Betweenness estimated from shortest paths between random pairs.
#include "analysis/network/betweenness_sampled.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "analysis/network/random.hpp"
#include "analysis/network/shortest_lengths.hpp"
#include "core/base/parallel.hpp"

namespace palermo::network::detail {
namespace {

/// Component of each vertex, where paths cannot lead from one to another.
std::vector<std::uint32_t> components_of(const FlatGraph& graph) {
  if (graph.directed) return {};
  std::vector<std::uint32_t> of(graph.n(), kUnseen);
  std::vector<std::uint32_t> stack;
  std::uint32_t count = 0;
  for (std::uint32_t start = 0; start < graph.n(); ++start) {
    if (of[start] != kUnseen) continue;
    of[start] = count;
    stack.push_back(start);
    while (!stack.empty()) {
      const std::uint32_t v = stack.back();
      stack.pop_back();
      for (const std::uint32_t u : graph.neighbours(v))
        if (of[u] == kUnseen) {
          of[u] = count;
          stack.push_back(u);
        }
    }
    ++count;
  }
  return of;
}

/// Farthest vertex, its distance, and the vertex halfway.
struct Farthest {
  std::uint32_t vertex = 0;
  std::uint32_t distance = 0;
  std::uint32_t halfway = 0;
};
Farthest farthest(const FlatGraph& graph, std::uint32_t source,
                  std::vector<std::uint32_t>& distance, std::vector<std::uint32_t>& parent,
                  std::vector<std::uint32_t>& queue) {
  queue.assign(1, source);
  distance[source] = 0;
  parent[source] = source;
  for (std::size_t head = 0; head < queue.size(); ++head)
    for (const std::uint32_t u : graph.neighbours(queue[head]))
      if (distance[u] == kUnseen) {
        distance[u] = distance[queue[head]] + 1;
        parent[u] = queue[head];
        queue.push_back(u);
      }
  Farthest result{queue.back(), distance[queue.back()], queue.back()};
  for (std::uint32_t i = 0; i < result.distance / 2; ++i) result.halfway = parent[result.halfway];
  for (const std::uint32_t v : queue) distance[v] = kUnseen;
  return result;
}

/// At least the most vertices strictly inside a shortest path.
std::uint32_t most_inside(const FlatGraph& graph, const std::vector<std::uint32_t>& component) {
  if (graph.directed || !graph.lengths.empty()) return graph.n() > 2 ? graph.n() - 2 : 1;
  std::vector<std::uint32_t> distance(graph.n(), kUnseen), parent(graph.n()), queue, hub;
  for (std::uint32_t v = 0; v < graph.n(); ++v) {
    if (component[v] >= hub.size()) hub.resize(component[v] + 1, v);
    if (graph.degree(v) > graph.degree(hub[component[v]])) hub[component[v]] = v;
  }
  std::uint32_t most = 1;
  for (const std::uint32_t start : hub) {
    // Twice the eccentricity of any vertex is at least the diameter; one in the middle is best.
    const Farthest one = farthest(graph, start, distance, parent, queue);
    const auto size = static_cast<std::uint32_t>(queue.size());
    std::uint32_t diameter = 2 * one.distance;
    if (diameter > most) {
      const Farthest across = farthest(graph, one.vertex, distance, parent, queue);
      diameter =
          std::min(diameter, 2 * farthest(graph, across.halfway, distance, parent, queue).distance);
    }
    diameter = std::min(diameter, size - 1);
    if (diameter > 1) most = std::max(most, diameter - 1);
  }
  return most;
}

/// One side of a search from both ends.
struct Side {
  explicit Side(std::uint32_t n) : distance(n, kUnseen), paths(n, 0.0) {}
  std::vector<std::uint32_t> distance;
  std::vector<double> paths;
  std::vector<std::uint32_t> found;  // to clear
  std::size_t level = 0;             // where the outermost level begins in `found`
  std::uint64_t arcs = 0;            // that leave it
  void clear() {
    for (const std::uint32_t v : found) {
      distance[v] = kUnseen;
      paths[v] = 0;
    }
    found.clear();
    level = 0;
  }
};

/// Draws shortest paths between random pairs and counts who lies inside them.
class Sampler {
 public:
  Sampler(const FlatGraph& graph, const FlatGraph& backwards,
          const std::vector<std::uint32_t>& component)
      : graph_(graph),
        backwards_(backwards),
        component_(component),
        ends_{Side{graph.n()}, Side{graph.n()}},
        counts_(graph.n(), 0) {
    if (!graph.lengths.empty()) search_ = std::make_unique<LengthSearch>(graph.n());
  }
  void draw(std::uint64_t seed) {
    Random random{seed};
    const auto s = static_cast<std::uint32_t>(random.below(graph_.n()));
    auto t = static_cast<std::uint32_t>(random.below(graph_.n() - 1));
    if (t >= s) ++t;
    if (!graph_.directed && component_[s] != component_[t]) return;
    if (search_) {
      draw_lengths(s, t, random);
    } else {
      draw_hops(s, t, random);
    }
  }
  [[nodiscard]] const std::vector<std::uint32_t>& counts() const { return counts_; }

 private:
  static void begin(Side& side, const FlatGraph& graph, std::uint32_t v) {
    side.clear();
    side.found.push_back(v);
    side.distance[v] = 0;
    side.paths[v] = 1;
    side.arcs = graph.degree(v);
  }
  void draw_hops(std::uint32_t s, std::uint32_t t, Random& random) {
    begin(ends_[0], graph_, s);
    begin(ends_[1], backwards_, t);
    meeting_.clear();
    while (meeting_.empty()) {
      const int grows = ends_[0].arcs <= ends_[1].arcs ? 0 : 1;
      Side& side = ends_[grows];
      const Side& other = ends_[1 - grows];
      const FlatGraph& along = grows == 0 ? graph_ : backwards_;
      const std::size_t end = side.found.size();
      if (side.level == end) return;  // not connected
      const std::uint32_t next = side.distance[side.found[side.level]] + 1;
      side.arcs = 0;
      for (std::size_t i = side.level; i < end; ++i) {
        const std::uint32_t v = side.found[i];
        for (const std::uint32_t u : along.neighbours(v)) {
          if (side.distance[u] == kUnseen) {
            side.distance[u] = next;
            side.found.push_back(u);
            side.arcs += along.degree(u);
            if (other.distance[u] != kUnseen) meeting_.push_back(u);
          }
          if (side.distance[u] == next) side.paths[u] += side.paths[v];
        }
      }
      side.level = end;
    }
    double total = 0;
    for (const std::uint32_t v : meeting_) total += ends_[0].paths[v] * ends_[1].paths[v];
    double left = random.unit() * total;
    std::uint32_t middle = meeting_.back();
    for (const std::uint32_t v : meeting_) {
      left -= ends_[0].paths[v] * ends_[1].paths[v];
      if (left < 0) {
        middle = v;
        break;
      }
    }
    if (middle != s && middle != t) ++counts_[middle];
    walk(ends_[0], backwards_, middle, random);
    walk(ends_[1], graph_, middle, random);
  }
  /// Back to where the side began, each step drawn by the number of paths behind it.
  void walk(const Side& side, const FlatGraph& back, std::uint32_t v, Random& random) {
    while (side.distance[v] > 1) {
      double left = random.unit() * side.paths[v];
      std::uint32_t chosen = kUnseen;
      for (const std::uint32_t u : back.neighbours(v)) {
        if (side.distance[u] != side.distance[v] - 1) continue;
        chosen = u;
        left -= side.paths[u];
        if (left < 0) break;
      }
      ++counts_[chosen];
      v = chosen;
    }
  }
  void draw_lengths(std::uint32_t s, std::uint32_t t, Random& random) {
    LengthSearch& search = *search_;
    settle(graph_, s, t, search);
    if (search.settled[t] == 0) return;
    for (std::uint32_t v = t; v != s;) {
      double left = random.unit() * search.paths[v];
      std::uint32_t chosen = s;
      for (std::uint32_t link = search.first[v]; link != kUnseen; link = search.links[link].next) {
        chosen = search.links[link].before;
        left -= search.paths[chosen];
        if (left < 0) break;
      }
      if (chosen != s) ++counts_[chosen];
      v = chosen;
    }
  }

  const FlatGraph& graph_;
  const FlatGraph& backwards_;
  const std::vector<std::uint32_t>& component_;
  Side ends_[2];
  std::vector<std::uint32_t> meeting_;
  std::vector<std::uint32_t> counts_;
  std::unique_ptr<LengthSearch> search_;
};

std::uint64_t samples(const FlatGraph& graph, const std::vector<std::uint32_t>& component,
                      double error, double confidence) {
  const double dimension =
      std::floor(std::log2(static_cast<double>(most_inside(graph, component)))) + 1;
  constexpr double kConstant = 0.5;  // Loeffler and Phillips (2009)
  return static_cast<std::uint64_t>(
      std::ceil(kConstant / (error * error) * (dimension - std::log(1 - confidence))));
}

}  // namespace

std::uint64_t samples_for(const FlatGraph& graph, double error, double confidence) {
  return graph.n() < 3 ? 0 : samples(graph, components_of(graph), error, confidence);
}

Betweenness sampled(const FlatGraph& graph, double error, const BetweennessOptions& options,
                    std::size_t threads) {
  Betweenness result;
  result.exact = false;
  result.error = error;
  result.confidence = options.confidence;
  result.scores.assign(graph.n(), 0.0);
  if (graph.n() < 3) return result;
  const std::vector<std::uint32_t> component = components_of(graph);
  result.samples = samples(graph, component, error, options.confidence);
  const FlatGraph turned = graph.directed ? reversed(graph) : FlatGraph{};
  const FlatGraph& backwards = graph.directed ? turned : graph;
  constexpr std::uint64_t kSamplesOfAPiece = 256;
  const std::uint64_t pieces = (result.samples + kSamplesOfAPiece - 1) / kSamplesOfAPiece;
  std::vector<std::unique_ptr<Sampler>> samplers(threads);
  core::in_parallel(pieces, threads, [&](std::size_t worker, std::size_t piece) {
    if (!samplers[worker])
      samplers[worker] = std::make_unique<Sampler>(graph, backwards, component);
    const std::uint64_t end = std::min(result.samples, (piece + 1) * kSamplesOfAPiece);
    for (std::uint64_t i = piece * kSamplesOfAPiece; i < end; ++i)
      samplers[worker]->draw(options.seed * 0x9E3779B97F4A7C15U + i);
  });
  // Whole numbers add up to the same in any order.
  const double pairs =
      static_cast<double>(graph.n()) * (graph.n() - 1.0) * (graph.directed ? 1.0 : 0.5);
  for (std::uint32_t v = 0; v < graph.n(); ++v) {
    std::uint64_t count = 0;
    for (const auto& sampler : samplers)
      if (sampler) count += sampler->counts()[v];
    result.scores[v] = static_cast<double>(count) / static_cast<double>(result.samples) * pairs;
  }
  return result;
}

}  // namespace palermo::network::detail
