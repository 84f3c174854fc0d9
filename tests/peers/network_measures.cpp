// Prints every measure of each graph on standard input, one JSON object a line, for
// network_peers.py. Input: for each graph a line "n arcs", then "from to strength" lines.
#include <cstdint>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/network/betweenness.hpp"
#include "analysis/network/measures.hpp"

using namespace palermo::network;
using Json = nlohmann::ordered_json;

namespace {

template <typename T>
T must(palermo::core::Result<T> result) {
  if (!result) {
    std::cerr << result.error().message << '\n';
    std::exit(1);
  }
  return *std::move(result);
}

Json json(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json json(const std::vector<std::optional<double>>& values) {
  Json result = Json::array();
  for (const auto& value : values) result.push_back(json(value));
  return result;
}

std::vector<double> exact(const FlatGraph& graph, std::size_t threads) {
  BetweennessOptions options;
  options.exact = true;
  options.threads = threads;
  return must(betweenness(graph, options)).scores;
}

Json measures(const Graph& graph) {
  Json out;
  const std::vector<double> lengths = inverse_strengths(graph);
  std::vector<double> weights, arc_weights, arc_lengths;
  for (const Edge& edge : graph.edges()) weights.push_back(edge.weight);
  for (const Arc& arc : graph.arcs()) {
    arc_weights.push_back(arc.weight);
    arc_lengths.push_back(1 / arc.weight);
  }
  const FlatGraph hops = flat(graph);
  const FlatGraph weighted = flat(graph, lengths);
  const FlatGraph arcs = flat_directed(graph);
  const FlatGraph weighted_arcs = flat_directed(graph, arc_lengths);
  out["degree"] = Json::array();
  for (std::uint32_t v = 0; v < graph.n(); ++v) out["degree"].push_back(graph.degree(v));
  const DirectedDegrees degrees = directed_degrees(graph);
  out["in_degree"] = degrees.in;
  out["out_degree"] = degrees.out;
  out["strength"] = strengths(graph);
  out["betweenness"] = must(betweenness(graph));
  out["betweenness_weighted"] = must(betweenness(graph, lengths));
  out["betweenness_directed"] = exact(arcs, 0);
  out["betweenness_weighted_directed"] = exact(weighted_arcs, 0);
  out["same_on_one_thread"] =
      exact(hops, 1) == exact(hops, 3) && exact(weighted, 1) == exact(weighted, 2);
  out["closeness"] = json(must(closeness(graph)));
  out["closeness_weighted"] = json(must(closeness(graph, lengths)));
  out["closeness_directed"] = json(nearness(arcs, 0).closeness);
  out["harmonic"] = must(harmonic(graph));
  out["harmonic_weighted"] = must(harmonic(graph, lengths));
  out["harmonic_directed"] = nearness(arcs, 0).harmonic;
  out["eigenvector"] = must(eigenvector(graph));
  out["eigenvector_weighted"] = must(eigenvector(graph, weights));
  out["pagerank"] = must(pagerank(graph));
  out["pagerank_weighted"] = must(pagerank(graph, weights));
  out["pagerank_directed"] = must(pagerank_directed(graph));
  out["pagerank_weighted_directed"] = must(pagerank_directed(graph, arc_weights));
  out["constraint"] = json(must(constraint(graph)));
  out["effective_size"] = json(effective_size(graph));
  out["coreness"] = must(coreness(graph));
  out["articulation"] = must(articulation(graph));
  out["bridges"] = must(bridges(graph));
  out["transitivity"] = json(must(transitivity(graph)));
  out["mean_clustering"] = json(must(mean_clustering(graph)));
  out["assortativity"] = json(must(assortativity(graph)));
  out["reciprocity"] = json(reciprocity(graph));
  out["component_sizes"] = components(graph).sizes;
  const PathLengths paths = path_lengths(graph);
  out["diameter"] = paths.diameter;
  out["mean_path_largest"] = json(paths.mean_of_largest);
  out["mean_path_all"] = json(paths.mean_of_all);
  out["efficiency"] = json(paths.efficiency);
  return out;
}

}  // namespace

int main() {
  std::uint32_t n = 0;
  std::size_t arcs = 0;
  while (std::cin >> n >> arcs) {
    TieTable table;
    for (std::uint32_t v = 0; v < n; ++v)
      table.nodes.push_back({std::to_string(v), std::to_string(v), "label", ""});
    for (std::size_t i = 0; i < arcs; ++i) {
      Tie tie;
      std::cin >> tie.a >> tie.b >> tie.weight;
      table.ties.push_back(tie);
    }
    std::cout << measures(must(Graph::make(table))).dump() << '\n';
  }
  return 0;
}
