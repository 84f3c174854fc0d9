// Measures that igraph computes, and PageRank, whose solver in igraph does not repeat to the last
// digit.
#include <algorithm>
#include <cmath>

#include "analysis/network/igraph_raii.hpp"
#include "analysis/network/measures.hpp"

namespace palermo::network {
namespace {

using detail::igraph_call;
using detail::IgraphHandle;
using detail::IntVector;
using detail::RealVector;
using detail::to_igraph;

/// An edge property as igraph takes it; null stands for "all 1".
struct EdgeValues {
  std::optional<RealVector> owner;
  [[nodiscard]] const igraph_vector_t* get() const { return owner ? owner->get() : nullptr; }
};

core::Result<EdgeValues> edge_values(const Graph& graph, std::span<const double> values,
                                     bool above_zero) {
  EdgeValues result;
  if (values.empty()) return result;
  if (values.size() != graph.m())
    return core::Error{core::ErrorCode::InvalidArgument,
                       fmt::format("{} values for {} edges", values.size(), graph.m())};
  for (const double value : values)
    if (!std::isfinite(value) || value < 0 || (above_zero && value == 0))
      return core::Error{core::ErrorCode::InvalidArgument,
                         above_zero ? "a distance is not above 0" : "a strength is below 0"};
  PALERMO_TRY(RealVector owner, RealVector::make(values));
  result.owner.emplace(std::move(owner));
  return result;
}

std::optional<double> defined(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::vector<std::optional<double>> defined(std::span<const double> values) {
  std::vector<std::optional<double>> result;
  result.reserve(values.size());
  for (const double value : values) result.push_back(defined(value));
  return result;
}

template <typename Call>
core::Result<std::optional<double>> one_number(const char* what, const Graph& graph, Call&& call) {
  PALERMO_TRY(const IgraphHandle handle, to_igraph(graph));
  igraph_real_t value = 0;
  PALERMO_CHECK_OK(igraph_call(what, [&] { return call(handle.get(), &value); }));
  return defined(value);
}

}  // namespace

core::Result<std::optional<double>> transitivity(const Graph& graph) {
  return one_number("transitivity", graph, [](const igraph_t* g, igraph_real_t* value) {
    return igraph_transitivity_undirected(g, value, IGRAPH_TRANSITIVITY_NAN);
  });
}

core::Result<std::optional<double>> mean_clustering(const Graph& graph) {
  if (graph.n() == 0) return std::optional<double>{};
  return one_number("clustering", graph, [](const igraph_t* g, igraph_real_t* value) {
    return igraph_transitivity_avglocal_undirected(g, value, IGRAPH_TRANSITIVITY_ZERO);
  });
}

core::Result<std::optional<double>> assortativity(const Graph& graph) {
  if (graph.m() == 0) return std::optional<double>{};
  return one_number("assortativity", graph, [](const igraph_t* g, igraph_real_t* value) {
    return igraph_assortativity_degree(g, value, false);
  });
}

core::Result<std::vector<double>> betweenness(const Graph& graph,
                                              std::span<const double> distances) {
  PALERMO_TRY(const EdgeValues weights, edge_values(graph, distances, true));
  PALERMO_TRY(const IgraphHandle handle, to_igraph(graph));
  PALERMO_TRY(RealVector result, RealVector::make());
  PALERMO_CHECK_OK(igraph_call("betweenness", [&] {
    return igraph_betweenness(handle.get(), result.get(), igraph_vss_all(), false, weights.get());
  }));
  return result.copy();
}

core::Result<std::vector<std::optional<double>>> closeness(const Graph& graph,
                                                           std::span<const double> distances) {
  PALERMO_TRY(const EdgeValues weights, edge_values(graph, distances, true));
  PALERMO_TRY(const IgraphHandle handle, to_igraph(graph));
  PALERMO_TRY(RealVector result, RealVector::make());
  PALERMO_CHECK_OK(igraph_call("closeness", [&] {
    return igraph_closeness(handle.get(), result.get(), nullptr, nullptr, igraph_vss_all(),
                            IGRAPH_ALL, weights.get(), true);
  }));
  return defined(result.values());
}

core::Result<std::vector<double>> harmonic(const Graph& graph, std::span<const double> distances) {
  PALERMO_TRY(const EdgeValues weights, edge_values(graph, distances, true));
  PALERMO_TRY(const IgraphHandle handle, to_igraph(graph));
  PALERMO_TRY(RealVector result, RealVector::make());
  PALERMO_CHECK_OK(igraph_call("harmonic centrality", [&] {
    return igraph_harmonic_centrality(handle.get(), result.get(), igraph_vss_all(), IGRAPH_ALL,
                                      weights.get(), true);
  }));
  // A single vertex has no others to be near to.
  std::vector<double> values = result.copy();
  for (double& value : values)
    if (!std::isfinite(value)) value = 0;
  return values;
}

core::Result<std::vector<double>> eigenvector(const Graph& graph,
                                              std::span<const double> strengths_of_edges) {
  if (graph.m() == 0) return std::vector<double>(graph.n(), 0.0);
  PALERMO_TRY(const EdgeValues weights, edge_values(graph, strengths_of_edges, false));
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
  const auto checked = edge_values(graph, strengths_of_edges, false);
  if (!checked) return checked.error();
  const std::uint32_t n = graph.n();
  if (n == 0) return std::vector<double>{};
  const auto strength_of = [&](std::uint32_t e) {
    return strengths_of_edges.empty() ? 1.0 : strengths_of_edges[e];
  };
  std::vector<double> strength(n, 0.0);
  for (std::uint32_t e = 0; e < graph.m(); ++e) {
    strength[graph.edges()[e].a] += strength_of(e);
    strength[graph.edges()[e].b] += strength_of(e);
  }
  constexpr double kDamping = 0.85;
  constexpr double kSettled = 1e-15;  // sum of the changes of a step
  constexpr int kMostSteps = 1000;    // 0.85^1000 is far below it
  std::vector<double> rank(n, 1.0 / n);
  std::vector<double> share(n);  // what a vertex gives for each unit of strength
  std::vector<double> next(n);
  for (int step = 0; step < kMostSteps; ++step) {
    double without_ties = 0;
    for (std::uint32_t v = 0; v < n; ++v) {
      share[v] = strength[v] > 0 ? rank[v] / strength[v] : 0;
      if (strength[v] == 0) without_ties += rank[v];
    }
    std::fill(next.begin(), next.end(), 0.0);
    for (std::uint32_t e = 0; e < graph.m(); ++e) {
      const Edge& edge = graph.edges()[e];
      next[edge.b] += share[edge.a] * strength_of(e);
      next[edge.a] += share[edge.b] * strength_of(e);
    }
    double changed = 0;
    for (std::uint32_t v = 0; v < n; ++v) {
      next[v] = (1 - kDamping + kDamping * without_ties) / n + kDamping * next[v];
      changed += std::abs(next[v] - rank[v]);
    }
    rank.swap(next);
    if (changed < kSettled) break;
  }
  return rank;
}

core::Result<std::vector<std::optional<double>>> constraint(const Graph& graph) {
  PALERMO_TRY(const IgraphHandle handle, to_igraph(graph));
  PALERMO_TRY(RealVector result, RealVector::make());
  PALERMO_CHECK_OK(igraph_call("constraint", [&] {
    return igraph_constraint(handle.get(), result.get(), igraph_vss_all(), nullptr);
  }));
  return defined(result.values());
}

core::Result<std::vector<std::uint32_t>> coreness(const Graph& graph) {
  PALERMO_TRY(const IgraphHandle handle, to_igraph(graph));
  PALERMO_TRY(IntVector result, IntVector::make());
  PALERMO_CHECK_OK(igraph_call(
      "coreness", [&] { return igraph_coreness(handle.get(), result.get(), IGRAPH_ALL); }));
  return result.copy();
}

core::Result<std::vector<bool>> articulation(const Graph& graph) {
  PALERMO_TRY(const IgraphHandle handle, to_igraph(graph));
  PALERMO_TRY(IntVector points, IntVector::make());
  PALERMO_CHECK_OK(igraph_call("articulation points", [&] {
    return igraph_articulation_points(handle.get(), points.get());
  }));
  std::vector<bool> result(graph.n(), false);
  for (const igraph_integer_t v : points.values()) result[static_cast<std::size_t>(v)] = true;
  return result;
}

core::Result<std::uint32_t> bridges(const Graph& graph) {
  PALERMO_TRY(const IgraphHandle handle, to_igraph(graph));
  PALERMO_TRY(IntVector found, IntVector::make());
  PALERMO_CHECK_OK(
      igraph_call("bridges", [&] { return igraph_bridges(handle.get(), found.get()); }));
  return static_cast<std::uint32_t>(found.values().size());
}

}  // namespace palermo::network
