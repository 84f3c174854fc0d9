#include "analysis/network/betweenness.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "analysis/network/betweenness_sampled.hpp"
#include "analysis/network/shortest_lengths.hpp"
#include "core/base/parallel.hpp"

namespace palermo::network {
namespace {
using detail::kUnseen;
using detail::LengthSearch;
using detail::settle;

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

}  // namespace

core::Result<Betweenness> betweenness(const FlatGraph& graph, const BetweennessOptions& options) {
  if (options.error && (!(*options.error > 0) || *options.error >= 1))
    return core::Error{core::ErrorCode::InvalidArgument, "the error is not between 0 and 1"};
  if (!(options.confidence > 0) || options.confidence >= 1)
    return core::Error{core::ErrorCode::InvalidArgument, "the confidence is not between 0 and 1"};
  const std::size_t threads = options.threads > 0 ? options.threads : core::cores();
  std::vector<double> scores(graph.n(), 0.0);
  const std::vector<Part> parts = take_apart(graph, scores);
  double work = 0;
  for (const Part& part : parts) work += work_of(part.graph);
  // A sample takes more steps than so many: below, exact scores are the cheaper ones too.
  constexpr double kStepsOfASample = 64;
  const auto worth_sampling = [&](double error) {
    return work > options.most_work ||
           work > kStepsOfASample *
                      static_cast<double>(detail::samples_for(graph, error, options.confidence));
  };
  if (!options.exact &&
      (options.error ? worth_sampling(*options.error) : work > options.most_work)) {
    // A search for lengths is dearer, and nothing but the size bounds its number of samples.
    const double usual = graph.lengths.empty() && !graph.directed ? kUsualError : 5 * kUsualError;
    return detail::sampled(graph, options.error.value_or(usual), options, threads);
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
