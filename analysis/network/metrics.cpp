#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "analysis/network/answers.hpp"
#include "analysis/network/fragility.hpp"
#include "analysis/network/measures.hpp"
#include "core/base/text.hpp"

namespace palermo::network {
namespace {

constexpr double kAbsent = -1e9;  // below every score

std::vector<double> filled(const std::vector<std::optional<double>>& values, double sign) {
  std::vector<double> result;
  result.reserve(values.size());
  for (const std::optional<double>& value : values)
    result.push_back(value ? sign * *value : kAbsent);
  return result;
}

template <typename Integer>
std::vector<double> as_scores(const std::vector<Integer>& values) {
  return {values.begin(), values.end()};
}

/// The measure a ranking is by, larger = earlier.
core::Result<Score> score_of(const MetricsOptions& options) {
  const bool weights = options.weights;
  const auto distances = [weights](const Graph& g) {
    return weights ? inverse_strengths(g) : std::vector<double>{};
  };
  const auto edge_strengths = [weights](const Graph& g) {
    std::vector<double> values;
    if (weights)
      for (const Edge& edge : g.edges()) values.push_back(edge.weight);
    return values;
  };
  using Scores = core::Result<std::vector<double>>;
  const std::string& sort = options.sort;
  if (sort == "degree")
    return Score{[](const Graph& g) -> Scores {
      std::vector<double> values(g.n());
      for (std::uint32_t v = 0; v < g.n(); ++v) values[v] = g.degree(v);
      return values;
    }};
  if (sort == "in_degree")
    return Score{[](const Graph& g) -> Scores { return as_scores(directed_degrees(g).in); }};
  if (sort == "out_degree")
    return Score{[](const Graph& g) -> Scores { return as_scores(directed_degrees(g).out); }};
  if (sort == "strength") return Score{[](const Graph& g) -> Scores { return strengths(g); }};
  if (sort == "betweenness")
    return Score{[distances](const Graph& g) { return betweenness(g, distances(g)); }};
  if (sort == "closeness")
    return Score{[distances](const Graph& g) -> Scores {
      PALERMO_TRY(const auto values, closeness(g, distances(g)));
      return filled(values, 1);
    }};
  if (sort == "harmonic")
    return Score{[distances](const Graph& g) { return harmonic(g, distances(g)); }};
  if (sort == "eigenvector")
    return Score{[edge_strengths](const Graph& g) { return eigenvector(g, edge_strengths(g)); }};
  if (sort == "pagerank")
    return Score{[edge_strengths](const Graph& g) { return pagerank(g, edge_strengths(g)); }};
  if (sort == "constraint")
    return Score{[](const Graph& g) -> Scores {
      PALERMO_TRY(const auto values, constraint(g));
      return filled(values, -1);
    }};
  if (sort == "coreness")
    return Score{[](const Graph& g) -> Scores {
      PALERMO_TRY(const auto values, coreness(g));
      return as_scores(values);
    }};
  std::string known;
  for (const std::string& word : sort_measures()) known += (known.empty() ? "" : ", ") + word;
  const std::string nearest = core::nearest_word(sort, sort_measures());
  return core::Error{
      core::ErrorCode::Usage, fmt::format("there is no measure \"{}\"", core::printable(sort, 40)),
      std::nullopt,
      (nearest.empty() ? std::string{} : "did you mean " + nearest + "? ") + "Measures: " + known};
}

std::string convention(const MetricsOptions& options) {
  const std::string_view shortest =
      options.weights
          ? "shortest paths by distance 1/strength; eigenvector and PageRank by strength"
          : "shortest paths in hops; eigenvector and PageRank unweighted";
  return fmt::format(
      "undirected simple graph, both directions of a pair summed, loops dropped, isolates kept; "
      "in_degree and out_degree count directed pairs; strength = sum of tie weights (a call count "
      "is a "
      "strength, not a distance); {}; betweenness counts each unordered pair once, not normalized; "
      "closeness within the component, harmonic over all other nodes, eigenvector with largest "
      "entry 1, "
      "PageRank with damping .85; constraint unweighted (low = broker); baseline = rank by "
      "strength",
      shortest);
}

}  // namespace

const std::vector<std::string>& sort_measures() {
  static const std::vector<std::string> kWords = {
      "degree",   "in_degree",   "out_degree", "strength",   "betweenness", "closeness",
      "harmonic", "eigenvector", "pagerank",   "constraint", "coreness"};
  return kWords;
}

core::Result<v1::NetworkMetrics> metrics(const Graph& graph, const MetricsOptions& options) {
  PALERMO_TRY(const Score score, score_of(options));
  const std::vector<double> lengths =
      options.weights ? inverse_strengths(graph) : std::vector<double>{};
  std::vector<double> pulls;
  if (options.weights)
    for (const Edge& edge : graph.edges()) pulls.push_back(edge.weight);
  const DirectedDegrees directed = directed_degrees(graph);
  const std::vector<double> strength = strengths(graph);
  PALERMO_TRY(const auto between, betweenness(graph, lengths));
  PALERMO_TRY(const auto close, closeness(graph, lengths));
  PALERMO_TRY(const auto near, harmonic(graph, lengths));
  PALERMO_TRY(const auto eigen, eigenvector(graph, pulls));
  PALERMO_TRY(const auto rank_of_page, pagerank(graph, pulls));
  PALERMO_TRY(const auto constraints, constraint(graph));
  PALERMO_TRY(const auto cores, coreness(graph));
  PALERMO_TRY(const auto cuts, articulation(graph));
  PALERMO_TRY(const Communities found, leiden(graph, {searches_for(graph.m()), options.seed}));
  PALERMO_TRY(const std::vector<double> scores, score(graph));
  const std::vector<std::uint32_t> rank = ranks(scores);
  const std::vector<std::uint32_t> baseline = ranks(strength);
  const std::uint32_t draws = options.draws.value_or(stability_draws_for(graph));
  PALERMO_TRY(const RankStability stability,
              rank_stability(graph, score, options.missing, draws, options.seed));
  std::vector<std::uint64_t> records(graph.n(), 0);
  for (const Edge& edge : graph.edges()) {
    records[edge.a] += edge.count;
    records[edge.b] += edge.count;
  }

  v1::NetworkMetrics answer;
  answer.set_sort(options.sort);
  answer.set_total_nodes(graph.n());
  answer.set_community_method(
      fmt::format("Leiden on unweighted modularity, each search to convergence, best of {} (seed "
                  "{}): Q {:.4f}, "
                  "worst {:.4f}",
                  found.searches, options.seed, found.modularity, found.worst_modularity));
  answer.set_stability_method(
      draws == 0 ? std::string{"not computed: the network is large; ask with --draws"}
                 : fmt::format(
                       "share of {} draws with {} of {} edges ({:.0f} %) missing in which the node "
                       "keeps its rank by {}; seed {}",
                       draws, stability.edges_removed, graph.m(), options.missing * 100,
                       options.sort, options.seed));
  answer.mutable_basis()->set_convention(convention(options));
  std::vector<std::uint32_t> order(graph.n());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
    if (rank[x] != rank[y]) return rank[x] < rank[y];
    if (baseline[x] != baseline[y]) return baseline[x] < baseline[y];
    return x < y;
  });
  if (!order.empty()) answer.set_first_stays_first(stability.stays_first[order.front()]);
  const std::size_t shown =
      options.top == 0 ? order.size() : std::min<std::size_t>(options.top, order.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const std::uint32_t v = order[i];
    v1::NetworkMetrics::Node& node = *answer.add_nodes();
    node.set_id(graph.nodes()[v].id);
    node.set_label(graph.nodes()[v].label);
    node.set_kind(graph.nodes()[v].kind);
    node.set_category(graph.nodes()[v].category);
    node.set_degree(graph.degree(v));
    node.set_in_degree(directed.in[v]);
    node.set_out_degree(directed.out[v]);
    node.set_strength(strength[v]);
    node.set_betweenness(between[v]);
    if (close[v]) node.set_closeness(*close[v]);
    node.set_harmonic(near[v]);
    node.set_eigenvector(eigen[v]);
    node.set_pagerank(rank_of_page[v]);
    if (constraints[v]) node.set_constraint(*constraints[v]);
    node.set_coreness(cores[v]);
    node.set_community(found.of[v] + 1);
    node.set_articulation(cuts[v]);
    node.set_rank(rank[v]);
    node.set_baseline_rank(baseline[v]);
    node.set_records(records[v]);
    if (draws > 0) node.set_rank_stability(stability.keeps_rank[v]);
  }
  return answer;
}

}  // namespace palermo::network
