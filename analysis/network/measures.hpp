// Measures of a graph and of its vertices. Leads for an analyst: no element rests on one alone.
//
// Common conventions, unless a function says otherwise: undirected, simple, isolates kept; hops,
// not weights; scores are not normalized. All but the eigenvector run on flat arrays of our own and
// use the processors of the machine; the same graph gives the same bits whatever their number.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/network/flat_graph.hpp"
#include "analysis/network/graph.hpp"
#include "core/base/result.hpp"

namespace palermo::network {

/// Sum of the strengths of a vertex's edges, both directions. @cost O(m)
[[nodiscard]] std::vector<double> strengths(const Graph& graph);
/// Number of vertices that reach (in) or are reached by (out) the vertex directly. @cost O(m)
struct DirectedDegrees {
  std::vector<std::uint32_t> in;
  std::vector<std::uint32_t> out;
};
[[nodiscard]] DirectedDegrees directed_degrees(const Graph& graph);

/// Connected components: the number of each vertex's component, and their sizes. Component 0 is the
/// largest; equal sizes stand in the order of their first vertex. @cost O(n + m)
struct Components {
  std::vector<std::uint32_t> of;
  std::vector<std::uint32_t> sizes;
};
[[nodiscard]] Components components(const Graph& graph);

/// Distances in hops.
struct PathLengths {
  std::uint32_t diameter = 0;             // longest shortest path of the largest component
  std::optional<double> mean_of_largest;  // over pairs of the largest component; absent below 2
  std::optional<double> mean_of_all;      // over all connected pairs; absent without an edge
  std::optional<double> efficiency;       // mean of 1/d over all pairs, 0 where not connected
  std::uint32_t sources = 0;              // vertices searched from
  bool exact = true;  // false: from a sample of sources; then diameter is a lower bound
};
/// Exact while n (n + m) is at most most_work, else from 1,000 vertices drawn with a fixed seed.
/// @cost about n/64 (n + m) steps for each level of distance when exact
/// @source Latora and Marchiori (2001) for the efficiency
[[nodiscard]] PathLengths path_lengths(const Graph& graph, double most_work = 4e10);

/// Share of connected triples that are closed. Absent where there is no triple.
[[nodiscard]] core::Result<std::optional<double>> transitivity(const Graph& graph);
/// Mean of local clustering, which is 0 for vertices of degree below 2. Absent without a vertex.
/// @source Watts and Strogatz (1998)
/// @cost O(m^1.5)
[[nodiscard]] core::Result<std::optional<double>> mean_clustering(const Graph& graph);
/// Pearson correlation of the degrees at the two ends of an edge. Absent where all degrees are
/// equal.
/// @source Newman (2002)
[[nodiscard]] core::Result<std::optional<double>> assortativity(const Graph& graph);
/// Share of directed pairs whose opposite exists too. Absent without a directed pair. @cost O(a log
/// a)
[[nodiscard]] std::optional<double> reciprocity(const Graph& graph);

/// How often a vertex lies on a shortest path between two others, each unordered pair counted once
/// and shared among equally short paths: 0 .. (n-1)(n-2)/2.
/// @param distances  m values above 0 in edge order (small = close); empty = hops
/// Exact, whatever it costs; betweenness.hpp has the sampled one.
/// @error InvalidArgument  distances neither empty nor m long, or one is not above 0
/// @cost see betweenness.hpp
/// @source Freeman (1977), Brandes (2001)
[[nodiscard]] core::Result<std::vector<double>> betweenness(const Graph& graph,
                                                            std::span<const double> distances = {});
/// Inverse of the mean distance to the vertices that can be reached: computed inside each
/// component, 0 .. 1 for hops. Components of unequal size do not compare; harmonic() does. Absent
/// for isolates.
/// @source Freeman (1978); igraph (normalized = true), networkx (wf_improved = False)
[[nodiscard]] core::Result<std::vector<std::optional<double>>> closeness(
    const Graph& graph, std::span<const double> distances = {});
/// Mean of 1/d over the n - 1 other vertices, 0 for those that cannot be reached: 0 .. 1 for hops.
/// @source Marchiori and Latora (2000)
[[nodiscard]] core::Result<std::vector<double>> harmonic(const Graph& graph,
                                                         std::span<const double> distances = {});
/// Leading eigenvector of the adjacency matrix, largest entry 1. In a graph of several components
/// only one of them (the densest) has entries above 0.
/// @param strengths_of_edges  m values of at least 0; empty = 1 each
/// @source Bonacich (1972); igraph (ARPACK)
[[nodiscard]] core::Result<std::vector<double>> eigenvector(
    const Graph& graph, std::span<const double> strengths_of_edges = {});
/// PageRank on undirected edges, damping .85, sum 1; a vertex without ties gives to all alike. By
/// power iteration in a fixed order, so that the same graph gives the same bits.
/// @source Brin and Page (1998)
/// @cost O(n + m) a step, about 200 steps
[[nodiscard]] core::Result<std::vector<double>> pagerank(
    const Graph& graph, std::span<const double> strengths_of_edges = {});
[[nodiscard]] std::vector<double> pagerank(const FlatGraph& undirected);
/// The same on the directed pairs, along their direction. @param strengths_of_arcs  in their order
[[nodiscard]] core::Result<std::vector<double>> pagerank_directed(
    const Graph& graph, std::span<const double> strengths_of_arcs = {});
/// Burt's constraint, unweighted, over the contacts: low where they do not know each other. Absent
/// for isolates.
/// @source Burt (1992)
[[nodiscard]] core::Result<std::vector<std::optional<double>>> constraint(const Graph& graph);
/// Burt's effective size, unweighted: contacts less the mean number of ties that a contact has to
/// the other contacts. Absent for isolates.
/// @source Burt (1992), Borgatti (1997)
[[nodiscard]] std::vector<std::optional<double>> effective_size(const Graph& graph);
/// Both, from one search for triangles.
struct Holes {
  std::vector<std::optional<double>> constraint;
  std::vector<std::optional<double>> effective_size;
};
[[nodiscard]] Holes structural_holes(const FlatGraph& graph);
/// Largest k such that the vertex belongs to the k-core.
/// @source Seidman (1983)
[[nodiscard]] core::Result<std::vector<std::uint32_t>> coreness(const Graph& graph);
/// Whether removing the vertex splits its component.
[[nodiscard]] core::Result<std::vector<bool>> articulation(const Graph& graph);
/// Edges whose removal splits their component.
[[nodiscard]] core::Result<std::uint32_t> bridges(const Graph& graph);

/// Closeness and harmonic centrality at once.
struct Nearness {
  std::vector<std::optional<double>> closeness;
  std::vector<double> harmonic;
  std::uint32_t sources = 0;  // vertices searched from
  bool exact = true;          // false: means over a sample of them
};
/// @param graph      directed: distances from the vertex to those that it reaches
/// @param most_work  exact while that takes at most as many steps; 0 = whatever it takes
[[nodiscard]] Nearness nearness(const FlatGraph& graph, double most_work);

/// 1 / strength of every edge, in edge order: what is close has many calls.
[[nodiscard]] std::vector<double> inverse_strengths(const Graph& graph);

}  // namespace palermo::network
