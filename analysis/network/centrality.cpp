// Measures of the vertices. The eigenvector is igraph's (ARPACK).
#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/network/betweenness.hpp"
#include "analysis/network/distances.hpp"
#include "analysis/network/igraph_raii.hpp"
#include "analysis/network/measures.hpp"
#include "core/base/parallel.hpp"

namespace palermo::network {
namespace {

using detail::igraph_call;
using detail::IgraphHandle;
using detail::RealVector;
using detail::to_igraph;

/// An edge property as igraph takes it; null stands for "all 1".
struct EdgeValues {
  std::optional<RealVector> owner;
  [[nodiscard]] const igraph_vector_t* get() const { return owner ? owner->get() : nullptr; }
};

core::Status check_values(std::size_t edges, std::span<const double> values, bool above_zero) {
  if (values.empty()) return core::ok();
  if (values.size() != edges)
    return core::Error{core::ErrorCode::InvalidArgument,
                       fmt::format("{} values for {} edges", values.size(), edges)};
  for (const double value : values)
    if (!std::isfinite(value) || value < 0 || (above_zero && value == 0))
      return core::Error{core::ErrorCode::InvalidArgument,
                         above_zero ? "a distance is not above 0" : "a strength is below 0"};
  return core::ok();
}

core::Result<EdgeValues> edge_values(const Graph& graph, std::span<const double> values) {
  EdgeValues result;
  if (values.empty()) return result;
  PALERMO_CHECK_OK(check_values(graph.m(), values, false));
  PALERMO_TRY(RealVector owner, RealVector::make(values));
  result.owner.emplace(std::move(owner));
  return result;
}

/// PageRank where `in` lists who gives to each vertex, `lengths` holding the strengths.
std::vector<double> power_iteration(const FlatGraph& in, const std::vector<double>& strength) {
  constexpr double kDamping = 0.85;
  constexpr double kSettled = 1e-15;  // sum of the changes of a step
  constexpr int kMostSteps = 1000;    // 0.85^1000 is far below it
  constexpr std::size_t kPieces = 32;
  constexpr std::uint32_t kWorthThreads = 200'000;
  const std::uint32_t n = in.n();
  // Pieces of about as many arcs each.
  std::array<std::uint32_t, kPieces + 1> begin{};
  for (std::size_t i = 1; i < kPieces; ++i) {
    const auto wanted = static_cast<std::uint32_t>(std::uint64_t{in.arcs()} * i / kPieces);
    begin[i] = static_cast<std::uint32_t>(
        std::lower_bound(in.offsets.begin(), in.offsets.end(), wanted) - in.offsets.begin());
    begin[i] = std::clamp(begin[i], begin[i - 1], n);
  }
  begin[kPieces] = n;
  const std::size_t threads = in.arcs() < kWorthThreads ? 1 : core::cores();
  std::vector<double> rank(n, 1.0 / n);
  std::vector<double> share(n);  // what a vertex gives for each unit of strength
  std::vector<double> next(n);
  std::array<double, kPieces> changes{};
  for (int step = 0; step < kMostSteps; ++step) {
    double without_ties = 0;
    for (std::uint32_t v = 0; v < n; ++v) {
      share[v] = strength[v] > 0 ? rank[v] / strength[v] : 0;
      if (strength[v] == 0) without_ties += rank[v];
    }
    const double base = (1 - kDamping + kDamping * without_ties) / n;
    core::in_parallel(kPieces, threads, [&](std::size_t, std::size_t piece) {
      double changed = 0;
      for (std::uint32_t v = begin[piece]; v < begin[piece + 1]; ++v) {
        double sum = 0;
        if (in.lengths.empty()) {
          for (std::uint32_t a = in.offsets[v]; a < in.offsets[v + 1]; ++a)
            sum += share[in.targets[a]];
        } else {
          for (std::uint32_t a = in.offsets[v]; a < in.offsets[v + 1]; ++a)
            sum += share[in.targets[a]] * in.lengths[a];
        }
        next[v] = base + kDamping * sum;
        changed += std::abs(next[v] - rank[v]);
      }
      changes[piece] = changed;
    });
    double changed = 0;
    for (const double value : changes) changed += value;
    rank.swap(next);
    if (changed < kSettled) break;
  }
  return rank;
}

std::vector<double> out_strengths(const FlatGraph& graph) {
  std::vector<double> result(graph.n(), 0.0);
  for (std::uint32_t v = 0; v < graph.n(); ++v) {
    if (graph.lengths.empty()) {
      result[v] = graph.degree(v);
      continue;
    }
    for (std::uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a)
      result[v] += graph.lengths[a];
  }
  return result;
}

}  // namespace

core::Result<std::vector<double>> betweenness(const Graph& graph,
                                              std::span<const double> distances) {
  PALERMO_CHECK_OK(check_values(graph.m(), distances, true));
  BetweennessOptions options;
  options.exact = true;
  PALERMO_TRY(Betweenness result, betweenness(flat(graph, distances), options));
  return std::move(result.scores);
}

Nearness nearness(const FlatGraph& graph, double most_work) {
  // The sources of the search are those that a vertex reaches: backwards where that differs.
  const FlatGraph turned = graph.directed ? reversed(graph) : FlatGraph{};
  const FlatGraph& backwards = graph.directed ? turned : graph;
  constexpr std::uint64_t kSampleSeed = 1;
  const std::vector<std::uint32_t> sources = distance_sources(
      backwards, most_work > 0 ? most_work : std::numeric_limits<double>::infinity(), kSampleSeed);
  const DistanceSums sums = distance_sums(backwards, sources);
  Nearness result;
  result.sources = static_cast<std::uint32_t>(sources.size());
  result.exact = sources.size() == graph.n();
  result.closeness.resize(graph.n());
  result.harmonic.assign(graph.n(), 0.0);
  std::vector<bool> is_source(graph.n(), false);
  for (const std::uint32_t v : sources) is_source[v] = true;
  for (std::uint32_t v = 0; v < graph.n(); ++v) {
    if (sums.reached[v] > 0)
      result.closeness[v] = static_cast<double>(sums.reached[v]) / sums.sum[v];
    const double others = static_cast<double>(sources.size()) - (is_source[v] ? 1 : 0);
    if (others > 0) result.harmonic[v] = sums.inverse[v] / others;
  }
  return result;
}

core::Result<std::vector<std::optional<double>>> closeness(const Graph& graph,
                                                           std::span<const double> distances) {
  PALERMO_CHECK_OK(check_values(graph.m(), distances, true));
  return nearness(flat(graph, distances), 0).closeness;
}

core::Result<std::vector<double>> harmonic(const Graph& graph, std::span<const double> distances) {
  PALERMO_CHECK_OK(check_values(graph.m(), distances, true));
  return nearness(flat(graph, distances), 0).harmonic;
}

core::Result<std::vector<double>> eigenvector(const Graph& graph,
                                              std::span<const double> strengths_of_edges) {
  if (graph.m() == 0) return std::vector<double>(graph.n(), 0.0);
  PALERMO_TRY(const EdgeValues weights, edge_values(graph, strengths_of_edges));
  PALERMO_TRY(const IgraphHandle handle, to_igraph(graph));
  PALERMO_TRY(RealVector result, RealVector::make());
  constexpr std::uint64_t kSeed = 1;  // ARPACK starts from the degrees, or from random numbers
  PALERMO_CHECK_OK(igraph_call("eigenvector centrality", &kSeed, [&] {
    igraph_arpack_options_t options;
    igraph_arpack_options_init(&options);
    return igraph_eigenvector_centrality(handle.get(), result.get(), nullptr, false, true,
                                         weights.get(), &options);
  }));
  return result.copy();
}

core::Result<std::vector<double>> pagerank(const Graph& graph,
                                           std::span<const double> strengths_of_edges) {
  PALERMO_CHECK_OK(check_values(graph.m(), strengths_of_edges, false));
  if (graph.n() == 0) return std::vector<double>{};
  const FlatGraph both = flat(graph, strengths_of_edges);
  return power_iteration(both, out_strengths(both));
}

std::vector<double> pagerank(const FlatGraph& undirected) {
  return undirected.n() == 0 ? std::vector<double>{}
                             : power_iteration(undirected, out_strengths(undirected));
}

core::Result<std::vector<double>> pagerank_directed(const Graph& graph,
                                                    std::span<const double> strengths_of_arcs) {
  PALERMO_CHECK_OK(check_values(graph.arcs().size(), strengths_of_arcs, false));
  if (graph.n() == 0) return std::vector<double>{};
  const FlatGraph out = flat_directed(graph, strengths_of_arcs);
  return power_iteration(reversed(out), out_strengths(out));
}

Holes structural_holes(const FlatGraph& graph) {
  const Triangles found = triangles(graph, true);
  Holes result;
  result.constraint.resize(graph.n());
  result.effective_size.resize(graph.n());
  for (std::uint32_t v = 0; v < graph.n(); ++v) {
    const double degree = graph.degree(v);
    if (degree == 0) continue;
    // Of the time and energy of v, a contact has 1/degree directly, and what common contacts give.
    double sum = 0;
    for (std::uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
      const double invested = (1 + found.weak[a]) / degree;
      sum += invested * invested;
    }
    result.constraint[v] = sum;
    result.effective_size[v] = degree - 2 * static_cast<double>(found.at[v]) / degree;
  }
  return result;
}

core::Result<std::vector<std::optional<double>>> constraint(const Graph& graph) {
  return structural_holes(flat(graph)).constraint;
}

std::vector<std::optional<double>> effective_size(const Graph& graph) {
  return structural_holes(flat(graph)).effective_size;
}

}  // namespace palermo::network
