#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "analysis/network/answers.hpp"
#include "analysis/network/betweenness.hpp"
#include "analysis/network/fragility.hpp"
#include "analysis/network/measures.hpp"
#include "analysis/network/ranked.hpp"
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

constexpr double kMostDistanceWork = 4e9;

/// The graph that shortest paths are looked for in.
FlatGraph paths_graph(const Graph& graph, const MetricsOptions& options) {
  if (!options.directed)
    return flat(graph, options.weights ? inverse_strengths(graph) : std::vector<double>{});
  std::vector<double> lengths;
  if (options.weights)
    for (const Arc& arc : graph.arcs()) lengths.push_back(1.0 / arc.weight);
  return flat_directed(graph, lengths);
}

BetweennessOptions betweenness_options(const MetricsOptions& options) {
  BetweennessOptions result;
  result.exact = options.exact;
  result.error = options.error;
  result.seed = options.seed;
  return result;
}

core::Result<std::vector<double>> pagerank_of(const Graph& graph, const MetricsOptions& options) {
  std::vector<double> pulls;
  if (options.weights && options.directed)
    for (const Arc& arc : graph.arcs()) pulls.push_back(arc.weight);
  if (options.weights && !options.directed)
    for (const Edge& edge : graph.edges()) pulls.push_back(edge.weight);
  return options.directed ? pagerank_directed(graph, pulls) : pagerank(graph, pulls);
}

/// The measure a ranking is by, larger = earlier.
core::Result<Score> score_of(const MetricsOptions& options) {
  const bool weights = options.weights;
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
    return Score{[options](const Graph& g) -> Scores {
      PALERMO_TRY(Betweenness found,
                  betweenness(paths_graph(g, options), betweenness_options(options)));
      return std::move(found.scores);
    }};
  if (sort == "closeness")
    return Score{[options](const Graph& g) -> Scores {
      return filled(
          nearness(paths_graph(g, options), options.exact ? 0 : kMostDistanceWork).closeness, 1);
    }};
  if (sort == "harmonic")
    return Score{[options](const Graph& g) -> Scores {
      return nearness(paths_graph(g, options), options.exact ? 0 : kMostDistanceWork).harmonic;
    }};
  if (sort == "eigenvector")
    return Score{[edge_strengths](const Graph& g) { return eigenvector(g, edge_strengths(g)); }};
  if (sort == "pagerank")
    return Score{[options](const Graph& g) { return pagerank_of(g, options); }};
  if (sort == "constraint")
    return Score{[](const Graph& g) -> Scores {
      PALERMO_TRY(const auto values, constraint(g));
      return filled(values, -1);
    }};
  if (sort == "effective_size")
    return Score{[](const Graph& g) -> Scores { return filled(effective_size(g), 1); }};
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

std::string convention(const MetricsOptions& options, const Betweenness& between,
                       const Nearness& near) {
  const std::string_view shortest =
      options.weights ? "shortest paths by distance 1/strength" : "shortest paths in hops";
  const std::string_view pull = options.weights ? "eigenvector and PageRank by strength"
                                                : "eigenvector and PageRank unweighted";
  std::string text = fmt::format(
      "undirected simple graph, both directions of a pair summed, loops dropped, isolates kept; "
      "in_degree and out_degree count directed pairs; strength = sum of tie weights (a call count "
      "is a strength, not a distance); {}; {}; ",
      shortest, pull);
  text += options.directed
              ? "betweenness, closeness, harmonic and PageRank follow the direction of the ties: "
                "betweenness counts each ordered pair once, not normalized; closeness and harmonic "
                "look at those whom the node reaches (closeness at these alone, harmonic over all "
                "other nodes); the other measures are undirected; "
              : "betweenness counts each unordered pair once, not normalized; closeness within the "
                "component, harmonic over all other nodes; ";
  text +=
      "eigenvector with largest entry 1, PageRank with damping .85; constraint and effective size "
      "unweighted (low constraint, high effective size = broker); baseline = rank by strength";
  if (!between.exact)
    text += fmt::format(
        "; betweenness estimated from {} sampled pairs: with {:.0f} % probability every figure is "
        "within {:g} % of all pairs, so only the first ranks are meant (--exact for all)",
        between.samples, between.confidence * 100, between.error * 100);
  if (!near.exact)
    text += fmt::format("; closeness and harmonic estimated from the distances to {} sampled nodes",
                        near.sources);
  return text;
}

}  // namespace

const std::vector<std::string>& sort_measures() {
  static const std::vector<std::string> kWords = {
      "degree",   "in_degree",   "out_degree", "strength",   "betweenness",    "closeness",
      "harmonic", "eigenvector", "pagerank",   "constraint", "effective_size", "coreness"};
  return kWords;
}

core::Result<v1::NetworkMetrics> metrics(const Graph& graph, const MetricsOptions& options) {
  PALERMO_TRY(const Score score, score_of(options));
  if (options.exact && options.error)
    return core::Error{core::ErrorCode::Usage, "--exact and --error contradict each other"};
  std::vector<double> pulls;
  if (options.weights)
    for (const Edge& edge : graph.edges()) pulls.push_back(edge.weight);
  const DirectedDegrees directed = directed_degrees(graph);
  const std::vector<double> strength = strengths(graph);
  const FlatGraph paths = paths_graph(graph, options);
  PALERMO_TRY(const Betweenness between, betweenness(paths, betweenness_options(options)));
  const Nearness near = nearness(paths, options.exact ? 0 : kMostDistanceWork);
  PALERMO_TRY(const auto eigen, eigenvector(graph, pulls));
  PALERMO_TRY(const auto rank_of_page, pagerank_of(graph, options));
  const Holes holes = structural_holes(flat(graph));
  PALERMO_TRY(const auto cores, coreness(graph));
  PALERMO_TRY(const auto cuts, articulation(graph));
  PALERMO_TRY(const Communities found, leiden(graph, {searches_for(graph.m()), options.seed}));
  PALERMO_TRY(std::vector<double> scores, options.sort == "betweenness"
                                              ? core::Result<std::vector<double>>{between.scores}
                                              : score(graph));
  const std::vector<char> may = rankable(graph);
  const std::vector<std::uint32_t> rank = ranks(among_ranked(std::move(scores), may));
  const std::vector<std::uint32_t> baseline = ranks(among_ranked(strength, may));
  const Score ranked_score = [&](const Graph& some) -> core::Result<std::vector<double>> {
    PALERMO_TRY(std::vector<double> values, score(some));
    return among_ranked(std::move(values), may);
  };
  // An estimate's rank moves by itself; whoever wants to see that asks for draws.
  const bool settled = between.exact || options.sort != "betweenness";
  const std::uint32_t draws = options.draws.value_or(settled ? stability_draws_for(graph) : 0);
  PALERMO_TRY(const RankStability stability,
              rank_stability(graph, ranked_score, options.missing, draws, options.seed));
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
      draws == 0 ? std::string{"not computed: the network is large, or the ranking sampled; ask "
                               "with --draws"}
                 : fmt::format(
                       "share of {} draws with {} of {} edges ({:.0f} %) missing in which the node "
                       "keeps its rank by {}; seed {}",
                       draws, stability.edges_removed, graph.m(), options.missing * 100,
                       options.sort, options.seed));
  answer.mutable_basis()->set_convention(convention(options, between, near));
  answer.set_directed(options.directed);
  answer.set_betweenness_exact(between.exact);
  answer.set_betweenness_samples(between.samples);
  if (!between.exact) {
    answer.set_betweenness_error(between.error);
    answer.set_betweenness_confidence(between.confidence);
  }
  answer.set_distance_sources(near.sources);
  answer.set_distances_exact(near.exact);
  if (std::string left_out = not_ranked_notice(graph); !left_out.empty())
    answer.mutable_basis()->add_notices(std::move(left_out));
  std::vector<std::uint32_t> order;
  for (std::uint32_t v = 0; v < graph.n(); ++v)
    if (may[v] != 0) order.push_back(v);
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
    node.set_betweenness(between.scores[v]);
    if (near.closeness[v]) node.set_closeness(*near.closeness[v]);
    node.set_harmonic(near.harmonic[v]);
    node.set_eigenvector(eigen[v]);
    node.set_pagerank(rank_of_page[v]);
    if (holes.constraint[v]) node.set_constraint(*holes.constraint[v]);
    if (holes.effective_size[v]) node.set_effective_size(*holes.effective_size[v]);
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
