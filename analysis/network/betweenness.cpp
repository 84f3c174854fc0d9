#include "analysis/network/betweenness.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "analysis/network/random.hpp"
#include "core/base/parallel.hpp"

namespace palermo::network {
namespace {

constexpr std::uint32_t kUnseen = std::numeric_limits<std::uint32_t>::max();

/// Whether two lengths are the same but for rounding. @source igraph_cmp_epsilon
bool same_length(double a, double b) {
  constexpr double kEpsilon = 1e-10;
  return a == b || std::abs(a - b) < kEpsilon * (std::abs(a) + std::abs(b));
}

/// One block, with its own vertex numbers.
struct Part {
  FlatGraph graph;
  std::vector<std::uint32_t> vertices;  // of the whole graph
  std::vector<double> weight;           // of each: how many vertices it stands for
};

/// Arrays that one search needs, used again for the next.
struct Search {
  explicit Search(std::uint32_t n)
      : order(std::size_t{n} + 1), distance(n), paths(n), now(n), pull(n), sums(n) {}
  std::vector<std::uint32_t> order;     // as found
  std::vector<std::uint32_t> levels;    // where each distance begins in it
  std::vector<std::uint32_t> distance;  // hops
  std::vector<double> paths;            // number of shortest ones from the source
  std::vector<std::uint32_t> arcs;      // of the vertices of each level
  std::vector<std::uint32_t> missing;   // not found yet
  std::vector<double> now;              // paths of one level; zero between searches
  std::vector<double> pull;             // (weight + dependency) / paths; zero between searches
  std::vector<double> sums;             // of what a level takes from the one beyond
};

/// Numbers of shortest paths from one source, hops, level by level.
///
/// The inner loops have no branch that depends on data: which neighbour is new is a coin toss that
/// the processor cannot guess. While few are found, these give to their neighbours; once those
/// found have more arcs than those missing, the missing ones take: `now` is zero but for the level
/// before, so that a plain sum over all neighbours takes the right ones.
void find_hops(const Part& part, std::uint32_t source, Search& s) {
  const std::uint32_t n = part.graph.n();
  const std::uint32_t* const offsets = part.graph.offsets.data();
  const std::uint32_t* const targets = part.graph.targets.data();
  std::uint32_t* const distance = s.distance.data();
  std::uint32_t* const order = s.order.data();
  double* const paths = s.paths.data();
  double* const now = s.now.data();
  std::fill_n(distance, n, kUnseen);
  std::fill_n(paths, n, 0.0);
  s.levels.assign({0, 1});
  order[0] = source;
  distance[source] = 0;
  paths[source] = 1;
  s.arcs.assign(1, part.graph.degree(source));
  std::uint32_t tail = 1;
  std::uint32_t missing_arcs = part.graph.arcs() - s.arcs[0];
  std::uint32_t d = 0;
  for (; s.levels[d] < s.levels[d + 1] && s.levels[d + 1] < n; ++d) {
    if (!part.graph.directed && s.arcs[d] > missing_arcs / 2) break;
    const std::uint32_t end = s.levels[d + 1];
    for (std::uint32_t i = s.levels[d]; i < end; ++i) {
      const std::uint32_t v = order[i];
      const double own = paths[v];
      for (std::uint32_t a = offsets[v]; a < offsets[v + 1]; ++a) {
        const std::uint32_t u = targets[a];
        const std::uint32_t known = distance[u];
        const bool found = known == kUnseen;
        order[tail] = u;
        tail += found ? 1 : 0;
        distance[u] = found ? d + 1 : known;
        paths[u] += known > d ? own : 0.0;
      }
    }
    std::uint32_t arcs = 0;
    for (std::uint32_t i = end; i < tail; ++i) arcs += offsets[order[i] + 1] - offsets[order[i]];
    missing_arcs -= arcs;
    s.arcs.push_back(arcs);
    s.levels.push_back(tail);
  }
  if (s.levels[d] == s.levels[d + 1] || s.levels[d + 1] == n) return;
  s.missing.clear();
  for (std::uint32_t v = 0; v < n; ++v)
    if (distance[v] == kUnseen) s.missing.push_back(v);
  for (std::uint32_t i = s.levels[d]; i < s.levels[d + 1]; ++i) now[order[i]] = paths[order[i]];
  for (; s.levels[d] < s.levels[d + 1] && !s.missing.empty(); ++d) {
    std::size_t left = 0;
    std::uint32_t arcs = 0;
    for (const std::uint32_t u : s.missing) {
      double sum = 0;
      for (std::uint32_t a = offsets[u]; a < offsets[u + 1]; ++a) sum += now[targets[a]];
      const bool found = sum > 0;
      paths[u] = sum;
      order[tail] = u;
      s.missing[left] = u;
      tail += found ? 1 : 0;
      left += found ? 0 : 1;
      arcs += found ? offsets[u + 1] - offsets[u] : 0;
    }
    s.missing.resize(left);
    for (std::uint32_t i = s.levels[d]; i < s.levels[d + 1]; ++i) now[order[i]] = 0;
    for (std::uint32_t i = s.levels[d + 1]; i < tail; ++i) now[order[i]] = paths[order[i]];
    s.arcs.push_back(arcs);
    s.levels.push_back(tail);
  }
  for (std::uint32_t i = s.levels[d]; i < s.levels[d + 1]; ++i) now[order[i]] = 0;
}

/// Adds the dependency of one source, hops.
void add_hops(const Part& part, std::uint32_t source, Search& s, double* scores) {
  find_hops(part, source, s);
  const std::uint32_t* const offsets = part.graph.offsets.data();
  const std::uint32_t* const targets = part.graph.targets.data();
  const std::uint32_t* const order = s.order.data();
  double* const paths = s.paths.data();
  double* const pull = s.pull.data();
  double* const sums = s.sums.data();
  std::size_t last = s.levels.size() - 1;
  while (last > 0 && s.levels[last - 1] == s.levels[last]) --last;
  // Backwards, one level after the other, by whichever side has fewer arcs: a level takes from the
  // one beyond, `pull` being zero elsewhere; or the one beyond gives, and what falls on other
  // levels, which are done, is not looked at.
  std::fill_n(sums, part.graph.n(), 0.0);
  const double weight = part.weight[source];
  bool pull_is_set = false;
  for (std::size_t level = last - 1; level >= 1; --level) {
    const std::uint32_t begin = s.levels[level];
    const std::uint32_t end = s.levels[level + 1];
    const bool outermost = level == last - 1;
    if (!outermost && !part.graph.directed && s.arcs[level + 1] < s.arcs[level] / 2) {
      for (std::uint32_t i = end; i < s.levels[level + 2]; ++i) {
        const std::uint32_t v = order[i];
        const double own = pull[v];
        for (std::uint32_t a = offsets[v]; a < offsets[v + 1]; ++a) sums[targets[a]] += own;
      }
    } else if (!outermost) {
      for (std::uint32_t i = begin; i < end; ++i) {
        const std::uint32_t v = order[i];
        double sum = 0;
        for (std::uint32_t a = offsets[v]; a < offsets[v + 1]; ++a) sum += pull[targets[a]];
        sums[v] = sum;
      }
    }
    if (pull_is_set)
      for (std::uint32_t i = end; i < s.levels[level + 2]; ++i) pull[order[i]] = 0;
    for (std::uint32_t i = begin; i < end; ++i) {
      const std::uint32_t v = order[i];
      scores[v] += weight * (paths[v] * sums[v]);
      pull[v] = part.weight[v] / paths[v] + sums[v];
    }
    pull_is_set = true;
  }
  if (pull_is_set)
    for (std::uint32_t i = s.levels[1]; i < s.levels[2]; ++i) pull[order[i]] = 0;
}

/// Vertices by length, smallest on top; four children, so that few levels are touched.
class Heap {
 public:
  explicit Heap(std::uint32_t n) : at_(n, kUnseen) {}
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  /// Puts the vertex in, or moves it up to its smaller length.
  void set(std::uint32_t v, double length) {
    if (at_[v] == kUnseen) {
      at_[v] = static_cast<std::uint32_t>(entries_.size());
      entries_.push_back({length, v});
    }
    std::size_t i = at_[v];
    while (i > 0) {
      const std::size_t up = (i - 1) / 4;
      if (entries_[up].length <= length) break;
      place(i, entries_[up]);
      i = up;
    }
    place(i, {length, v});
  }
  std::uint32_t pop() {
    const std::uint32_t top = entries_.front().vertex;
    at_[top] = kUnseen;
    const Entry moved = entries_.back();
    entries_.pop_back();
    const std::size_t size = entries_.size();
    if (size == 0) return top;
    std::size_t i = 0;
    for (;;) {
      const std::size_t first = 4 * i + 1;
      if (first >= size) break;
      std::size_t least = first;
      for (std::size_t c = first + 1; c < std::min(first + 4, size); ++c)
        if (entries_[c].length < entries_[least].length) least = c;
      if (entries_[least].length >= moved.length) break;
      place(i, entries_[least]);
      i = least;
    }
    place(i, moved);
    return top;
  }
  void clear() {
    for (const Entry& entry : entries_) at_[entry.vertex] = kUnseen;
    entries_.clear();
  }

 private:
  struct Entry {
    double length;
    std::uint32_t vertex;
  };
  void place(std::size_t i, const Entry& entry) {
    entries_[i] = entry;
    at_[entry.vertex] = static_cast<std::uint32_t>(i);
  }
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> at_;
};

/// Arrays of a search for lengths.
struct LengthSearch {
  explicit LengthSearch(std::uint32_t n)
      : heap(n), order(n), length(n), paths(n), sums(n, 0.0), first(n), settled(n) {}
  Heap heap;
  std::vector<std::uint32_t> order;  // as settled, nearest first
  std::vector<double> length;
  std::vector<double> paths;         // number of shortest ones from the source
  std::vector<double> sums;          // zero between searches
  std::vector<std::uint32_t> first;  // of the vertex's predecessors, in `links`
  std::vector<char> settled;
  struct Link {
    std::uint32_t before, next;
  };
  std::vector<Link> links;
};

/// Distances by Dijkstra, numbers of shortest paths and who comes before whom. Stops once `until`
/// is settled. @return how many were settled
std::uint32_t settle(const FlatGraph& graph, std::uint32_t source, std::uint32_t until,
                     LengthSearch& s) {
  std::fill(s.length.begin(), s.length.begin() + graph.n(),
            std::numeric_limits<double>::infinity());
  std::fill(s.settled.begin(), s.settled.begin() + graph.n(), char{0});
  s.links.clear();
  s.heap.clear();
  s.length[source] = 0;
  s.paths[source] = 1;
  s.first[source] = kUnseen;
  s.heap.set(source, 0);
  std::uint32_t reached = 0;
  while (!s.heap.empty()) {
    const std::uint32_t v = s.heap.pop();
    s.settled[v] = 1;
    s.order[reached++] = v;
    if (v == until) break;
    const double length = s.length[v];
    for (std::uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
      const std::uint32_t u = graph.targets[a];
      if (s.settled[u] != 0) continue;
      const double candidate = length + graph.lengths[a];
      const double known = s.length[u];
      if (same_length(candidate, known)) {
        s.paths[u] += s.paths[v];
      } else if (candidate < known) {
        s.length[u] = candidate;
        s.paths[u] = s.paths[v];
        s.first[u] = kUnseen;
        s.heap.set(u, candidate);
      } else {
        continue;
      }
      s.links.push_back({v, s.first[u]});
      s.first[u] = static_cast<std::uint32_t>(s.links.size() - 1);
    }
  }
  return reached;
}

void add_lengths(const Part& part, std::uint32_t source, LengthSearch& s, double* scores) {
  const std::uint32_t reached = settle(part.graph, source, kUnseen, s);
  for (std::uint32_t i = reached; i-- > 1;) {
    const std::uint32_t v = s.order[i];
    const double sum = s.sums[v];
    s.sums[v] = 0;
    scores[v] += part.weight[source] * (s.paths[v] * sum);
    const double gives = part.weight[v] / s.paths[v] + sum;
    for (std::uint32_t link = s.first[v]; link != kUnseen; link = s.links[link].next)
      s.sums[s.links[link].before] += gives;
  }
  s.sums[source] = 0;
}

/// Blocks of three and more vertices as graphs of their own, and what passes through articulation
/// points from one block to another.
std::vector<Part> take_apart(const FlatGraph& graph, std::vector<double>& scores) {
  std::vector<Part> parts;
  if (graph.directed) {
    // The blocks of a directed graph do not tell who reaches whom, so it stays whole.
    Part whole;
    whole.graph = graph;
    whole.vertices.resize(graph.n());
    for (std::uint32_t v = 0; v < graph.n(); ++v) whole.vertices[v] = v;
    whole.weight.assign(graph.n(), 1.0);
    parts.push_back(std::move(whole));
    return parts;
  }
  const Blocks found = blocks(graph);
  // Pairs in different branches of v: ((sum of branches)^2 - sum of their squares) / 2.
  std::vector<double> squares(graph.n(), 0.0);
  std::vector<std::uint32_t> part_of(found.count(), kUnseen);
  for (std::uint32_t b = 0; b < found.count(); ++b) {
    const std::uint32_t begin = found.offsets[b];
    const std::uint32_t end = found.offsets[b + 1];
    for (std::uint32_t i = begin; i < end; ++i) {
      const double branch = found.component_size[found.members[i]] - found.hanging[i];
      squares[found.members[i]] += branch * branch;
    }
    if (end - begin < 3) continue;
    part_of[b] = static_cast<std::uint32_t>(parts.size());
    Part part;
    part.vertices.assign(found.members.begin() + begin, found.members.begin() + end);
    part.weight.assign(found.hanging.begin() + begin, found.hanging.begin() + end);
    part.graph.offsets.assign(part.vertices.size() + 1, 0);
    parts.push_back(std::move(part));
  }
  for (std::uint32_t v = 0; v < graph.n(); ++v) {
    const double others = found.component_size[v] - 1.0;
    if (found.cut[v]) scores[v] = (others * others - squares[v]) / 2;
  }
  // Edges go to their blocks in one pass: a hub in many blocks is not searched once for each.
  struct LocalEdge {
    std::uint32_t part, u, v;
    double length;
  };
  std::vector<std::uint32_t> at_home(graph.n(), 0);  // number within the home block
  for (std::uint32_t b = 0; b < found.count(); ++b)
    for (std::uint32_t i = found.offsets[b]; i + 1 < found.offsets[b + 1]; ++i)
      at_home[found.members[i]] = i - found.offsets[b];
  // The last member of a block is its top, whose home is another block.
  const auto number = [&](std::uint32_t block, std::uint32_t v) {
    return found.home[v] == block ? at_home[v]
                                  : found.offsets[block + 1] - found.offsets[block] - 1;
  };
  for (int pass = 0; pass < 2; ++pass) {
    std::vector<std::vector<std::uint32_t>> next(pass == 1 ? parts.size() : 0);
    if (pass == 1)
      for (std::size_t p = 0; p < parts.size(); ++p) {
        FlatGraph& local = parts[p].graph;
        for (std::size_t v = 1; v < local.offsets.size(); ++v)
          local.offsets[v] += local.offsets[v - 1];
        next[p].assign(local.offsets.begin(), local.offsets.end() - 1);
        local.targets.resize(local.offsets.back());
        if (!graph.lengths.empty()) local.lengths.resize(local.offsets.back());
      }
    for (std::uint32_t v = 0; v < graph.n(); ++v)
      for (std::uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
        const std::uint32_t u = graph.targets[a];
        const std::uint32_t block = found.of_edge(u, v);
        const std::uint32_t p = part_of[block];
        if (p == kUnseen) continue;
        FlatGraph& local = parts[p].graph;
        const std::uint32_t own = number(block, v);
        if (pass == 0) {
          ++local.offsets[own + 1];
          continue;
        }
        const std::uint32_t at = next[p][own]++;
        local.targets[at] = number(block, u);
        if (!graph.lengths.empty()) local.lengths[at] = graph.lengths[a];
      }
  }
  return parts;
}

double work_of(const FlatGraph& graph) {
  // A search for lengths costs about ten times one for hops.
  return static_cast<double>(graph.n()) * graph.arcs() * (graph.lengths.empty() ? 1.0 : 10.0);
}

core::Result<std::vector<double>> exact_scores(const std::vector<Part>& parts, bool directed,
                                               std::vector<double> scores, std::size_t threads) {
  // Pieces: sources of one block. Their number depends on the graph alone.
  struct Piece {
    std::uint32_t part, begin, end;
  };
  constexpr double kWorthAPiece = 2e5;
  constexpr double kMostPieces = 32;
  std::vector<Piece> pieces;
  std::uint32_t largest = 0;
  for (std::uint32_t p = 0; p < parts.size(); ++p) {
    const std::uint32_t n = parts[p].graph.n();
    const double work = work_of(parts[p].graph);
    largest = std::max(largest, n);
    const auto count = std::min<std::uint32_t>(
        n, static_cast<std::uint32_t>(std::clamp(work / kWorthAPiece, 1.0, kMostPieces)));
    for (std::uint32_t i = 0; i < count; ++i)
      pieces.push_back({p, static_cast<std::uint32_t>(std::uint64_t{n} * i / count),
                        static_cast<std::uint32_t>(std::uint64_t{n} * (i + 1) / count)});
  }
  std::vector<std::unique_ptr<Search>> searches(threads);
  std::vector<std::unique_ptr<LengthSearch>> length_searches(threads);
  std::vector<std::vector<double>> sums(pieces.size());
  core::in_parallel(pieces.size(), threads, [&](std::size_t worker, std::size_t i) {
    const Part& part = parts[pieces[i].part];
    const bool hops = part.graph.lengths.empty();
    if (hops && !searches[worker]) searches[worker] = std::make_unique<Search>(largest);
    if (!hops && !length_searches[worker])
      length_searches[worker] = std::make_unique<LengthSearch>(largest);
    sums[i].assign(part.graph.n(), 0.0);
    for (std::uint32_t source = pieces[i].begin; source < pieces[i].end; ++source) {
      if (hops) {
        add_hops(part, source, *searches[worker], sums[i].data());
      } else {
        add_lengths(part, source, *length_searches[worker], sums[i].data());
      }
    }
  });
  const double count_of_a_pair = directed ? 1.0 : 0.5;  // undirected: found from both ends
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Part& part = parts[pieces[i].part];
    for (std::uint32_t v = 0; v < part.graph.n(); ++v)
      scores[part.vertices[v]] += count_of_a_pair * sums[i][v];
  }
  for (const double score : scores)
    if (!std::isfinite(score))
      return core::Error{
          core::ErrorCode::Graph,
          "betweenness: more shortest paths between two vertices than can be counted"};
  return scores;
}

/// Component of each vertex, where paths cannot lead from one to another.
std::vector<std::uint32_t> components_of(const FlatGraph& graph) {
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

Betweenness sampled(const FlatGraph& graph, double error, const BetweennessOptions& options,
                    std::size_t threads) {
  Betweenness result;
  result.exact = false;
  result.error = error;
  result.confidence = options.confidence;
  result.scores.assign(graph.n(), 0.0);
  if (graph.n() < 3) return result;
  const std::vector<std::uint32_t> component =
      graph.directed ? std::vector<std::uint32_t>{} : components_of(graph);
  const double dimension =
      std::floor(std::log2(static_cast<double>(most_inside(graph, component)))) + 1;
  constexpr double kConstant = 0.5;  // Loeffler and Phillips (2009)
  result.samples = static_cast<std::uint64_t>(
      std::ceil(kConstant / (error * error) * (dimension - std::log(1 - options.confidence))));
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

}  // namespace

core::Result<Betweenness> betweenness(const FlatGraph& graph, const BetweennessOptions& options) {
  if (options.error && (!(*options.error > 0) || *options.error >= 1))
    return core::Error{core::ErrorCode::InvalidArgument, "the error is not between 0 and 1"};
  if (!(options.confidence > 0) || options.confidence >= 1)
    return core::Error{core::ErrorCode::InvalidArgument, "the confidence is not between 0 and 1"};
  const std::size_t threads = options.threads > 0 ? options.threads : core::cores();
  if (options.error && !options.exact) return sampled(graph, *options.error, options, threads);
  std::vector<double> scores(graph.n(), 0.0);
  const std::vector<Part> parts = take_apart(graph, scores);
  double work = 0;
  for (const Part& part : parts) work += work_of(part.graph);
  if (work > options.most_work && !options.exact) {
    // A search for lengths is dearer, and nothing but the size bounds its number of samples.
    const double error = graph.lengths.empty() && !graph.directed ? kUsualError : 5 * kUsualError;
    return sampled(graph, error, options, threads);
  }
  constexpr double kWorthThreads = 2e6;
  Betweenness result;
  PALERMO_TRY(result.scores,
              exact_scores(parts, graph.directed, std::move(scores),
                           options.threads == 0 && work < kWorthThreads ? 1 : threads));
  return result;
}

double betweenness_work(const FlatGraph& graph) {
  std::vector<double> scores(graph.n(), 0.0);
  double work = 0;
  for (const Part& part : take_apart(graph, scores)) work += work_of(part.graph);
  return work;
}

}  // namespace palermo::network
