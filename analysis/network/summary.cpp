#include <algorithm>

#include "analysis/network/answers.hpp"
#include "analysis/network/measures.hpp"

namespace palermo::network {

core::Result<v1::NetworkSummary> summarize(const Graph& graph) {
  v1::NetworkSummary answer;
  const double n = graph.n();
  answer.set_nodes(graph.n());
  answer.set_edges(graph.m());
  answer.set_density(n > 1 ? 2.0 * graph.m() / (n * (n - 1)) : 0.0);
  const Components parts = components(graph);
  answer.set_components(static_cast<std::uint32_t>(parts.sizes.size()));
  answer.set_largest_component(parts.sizes.empty() ? 0 : parts.sizes.front());
  for (const std::uint32_t size : parts.sizes) answer.add_component_sizes(size);
  answer.set_isolates(
      static_cast<std::uint32_t>(std::count(parts.sizes.begin(), parts.sizes.end(), 1U)));
  const PathLengths paths = path_lengths(graph);
  answer.set_diameter(paths.diameter);
  answer.set_paths_exact(paths.exact);
  if (paths.mean_of_largest) answer.set_average_path_length(*paths.mean_of_largest);
  if (paths.efficiency) answer.set_efficiency(*paths.efficiency);
  if (paths.mean_of_all) answer.set_average_path_length_all(*paths.mean_of_all);
  PALERMO_TRY(const std::optional<double> closed, transitivity(graph));
  if (closed) answer.set_transitivity(*closed);
  PALERMO_TRY(const std::optional<double> local, mean_clustering(graph));
  if (local) answer.set_clustering(*local);
  PALERMO_TRY(const std::optional<double> mixing, assortativity(graph));
  if (mixing) answer.set_assortativity(*mixing);
  if (const std::optional<double> mutual = reciprocity(graph)) answer.set_reciprocity(*mutual);
  answer.set_arcs(static_cast<std::uint32_t>(graph.arcs().size()));
  double weight = 0;
  for (const Arc& arc : graph.arcs()) weight += arc.weight;
  answer.set_total_weight(weight);
  answer.set_loops_dropped(static_cast<std::uint32_t>(graph.loops_dropped()));
  PALERMO_TRY(const std::vector<std::uint32_t> cores, coreness(graph));
  answer.set_max_coreness(cores.empty() ? 0 : *std::max_element(cores.begin(), cores.end()));
  PALERMO_TRY(const std::vector<bool> cuts, articulation(graph));
  answer.set_articulation_points(
      static_cast<std::uint32_t>(std::count(cuts.begin(), cuts.end(), true)));
  PALERMO_TRY(const std::uint32_t bridge_count, bridges(graph));
  answer.set_bridges(bridge_count);
  std::string convention =
      "undirected simple graph, both directions of a pair summed, loops dropped, isolates kept; "
      "distances in hops; diameter and average_path_length of the largest component, "
      "average_path_length_all over all connected pairs; clustering 0 for degree below 2; "
      "reciprocity = share of directed pairs whose opposite exists";
  if (!paths.exact)
    convention +=
        "; path lengths from 1,000 sampled vertices (the network is too large for all), the "
        "diameter "
        "is at least the figure given";
  answer.mutable_basis()->set_convention(convention);
  return answer;
}

}  // namespace palermo::network
