#include "analysis/network/graph.hpp"

#include <algorithm>

#include "analysis/network/answers.hpp"
#include "analysis/network/communities.hpp"
#include "analysis/network/fragility.hpp"
#include "analysis/network/igraph_raii.hpp"
#include "analysis/network/layout.hpp"
#include "analysis/network/measures.hpp"
#include "tests/unit/network/net.hpp"

using namespace palermo;
using namespace palermo::network;
using palermo::test::must;
using palermo::test::net;

namespace {

using Pair = std::pair<std::uint32_t, std::uint32_t>;

/// Up to 12 vertices and any ties among them, loops and doubles included.
TieTable random_ties() {
  const auto n = *rc::gen::inRange<std::uint32_t>(1, 13);
  const auto end = rc::gen::inRange<std::uint32_t>(0, n);
  const auto pairs = *rc::gen::container<std::vector<Pair>>(rc::gen::pair(end, end));
  TieTable table;
  for (std::uint32_t v = 0; v < n; ++v)
    table.nodes.push_back({"N" + std::to_string(v), "N" + std::to_string(v), "label", ""});
  for (const auto& [a, b] : pairs) {
    Tie tie;
    tie.a = a;
    tie.b = b;
    tie.weight = 1 + static_cast<double>((a * 7 + b) % 5);
    table.ties.push_back(tie);
  }
  return table;
}

/// Naive betweenness: counts shortest paths between all pairs by walking distances.
std::vector<double> naive_betweenness(const Graph& graph) {
  const std::uint32_t n = graph.n();
  constexpr std::uint32_t kFar = 1'000'000;
  std::vector<std::vector<std::uint32_t>> d(n, std::vector<std::uint32_t>(n, kFar));
  std::vector<std::vector<double>> count(n, std::vector<double>(n, 0));
  for (std::uint32_t s = 0; s < n; ++s) {
    d[s][s] = 0;
    count[s][s] = 1;
    for (std::uint32_t level = 0; level < n; ++level)
      for (std::uint32_t v = 0; v < n; ++v)
        if (d[s][v] == level)
          for (const Neighbour& next : graph.neighbours(v)) {
            if (d[s][next.vertex] == kFar) d[s][next.vertex] = level + 1;
            if (d[s][next.vertex] == level + 1) count[s][next.vertex] += count[s][v];
          }
  }
  std::vector<double> result(n, 0);
  for (std::uint32_t s = 0; s < n; ++s)
    for (std::uint32_t t = s + 1; t < n; ++t)
      for (std::uint32_t v = 0; v < n; ++v)
        if (v != s && v != t && d[s][t] < kFar && d[s][v] + d[v][t] == d[s][t])
          result[v] += count[s][v] * count[v][t] / count[s][t];
  return result;
}

}  // namespace

TEST_CASE("igraph's errors come back as values, and the next call works", "[network][igraph]") {
  const Graph graph = net("A-B B-C");
  const auto handle = must(detail::to_igraph(graph));
  auto wrong = must(detail::RealVector::make(std::vector<double>{1.0}));
  auto result = must(detail::RealVector::make());
  const core::Status status = detail::igraph_call("betweenness", [&] {
    return igraph_betweenness(handle.get(), result.get(), igraph_vss_all(), false, wrong.get());
  });
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().code == core::ErrorCode::Graph);
  CHECK(status.error().message.find("betweenness: ") == 0);
  CHECK(status.error().message.find("eight") != std::string::npos);  // "weight vector length …"
  CHECK(must(betweenness(graph)) == std::vector<double>{0, 1, 0});
}

TEST_CASE("A measure says when its weights do not fit, before igraph sees them", "[network]") {
  const Graph graph = net("A-B B-C");
  const double wrong_number[] = {1.0};
  const double not_above_zero[] = {1.0, 0.0};
  const double not_finite[] = {1.0, std::numeric_limits<double>::quiet_NaN()};
  for (const std::span<const double> weights :
       {std::span<const double>{wrong_number}, std::span<const double>{not_above_zero},
        std::span<const double>{not_finite}}) {
    const auto result = betweenness(graph, weights);
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code == core::ErrorCode::InvalidArgument);
  }
}

TEST_CASE("Ties of a pair combine by sum, loops are dropped and counted, isolates stay",
          "[network]") {
  const Graph graph = net("B-A:2 A-B:3 A-A C-C D A-C");
  CHECK(graph.n() == 4);
  REQUIRE(graph.m() == 2);
  CHECK(graph.edges()[0].weight == 5);
  CHECK(graph.edges()[0].count == 2);
  CHECK(graph.edges()[0].evidence == std::vector<EvidenceRef>{{0, 1}, {0, 2}});
  CHECK(graph.arcs().size() == 3);
  CHECK(graph.loops_dropped() == 2);
  CHECK(graph.degree(*graph.find("D")) == 0);
  CHECK(graph.name_of(graph.edges()[0].evidence[0]) == "SRC-1:1");
}

TEST_CASE("A graph refuses ties that make no sense", "[network]") {
  TieTable table = test::ties("A-B");
  SECTION("a weight of 0") { table.ties[0].weight = 0; }
  SECTION("a weight below 0") { table.ties[0].weight = -1; }
  SECTION("a weight that is no number") {
    table.ties[0].weight = std::numeric_limits<double>::quiet_NaN();
  }
  SECTION("a node that is not there") { table.ties[0].b = 2; }
  SECTION("two nodes with one id") { table.nodes[1].id = "A"; }
  const auto graph = Graph::make(table);
  REQUIRE_FALSE(graph.ok());
  CHECK(graph.error().code == core::ErrorCode::InvalidArgument);
}

TEST_CASE("Ids stand in the order people expect", "[network]") {
  const Graph graph = net("10 2 1 B A x10");
  std::vector<std::string> ids;
  for (const Node& node : graph.nodes()) ids.push_back(node.id);
  CHECK(ids == std::vector<std::string>{"1", "2", "10", "A", "B", "x10"});
  CHECK(graph.find("10") == 2U);
  CHECK_FALSE(graph.find("3").has_value());
}

TEST_CASE("Small networks have the measures one can count by hand", "[network]") {
  SECTION("a path of five: betweenness 3, 4, 3 in the middle") {
    const Graph graph = net("A-B B-C C-D D-E");
    CHECK(must(betweenness(graph)) == std::vector<double>{0, 3, 4, 3, 0});
    const PathLengths paths = path_lengths(graph);
    CHECK(paths.diameter == 4);
    CHECK(*paths.mean_of_largest == Approx(2.0));
    CHECK(must(bridges(graph)) == 4);
    CHECK(must(articulation(graph)) == std::vector<bool>{false, true, true, true, false});
    CHECK(*must(closeness(graph))[2] == Approx(4.0 / 6));
    CHECK(must(harmonic(graph))[0] == Approx((1 + 0.5 + 1.0 / 3 + 0.25) / 4));
  }
  SECTION("a triangle with a tail") {
    const Graph graph = net("A-B B-C C-A C-D");
    CHECK(*must(transitivity(graph)) == Approx(3.0 / 5));
    CHECK(*must(mean_clustering(graph)) == Approx((1 + 1 + 1.0 / 3 + 0) / 4));
    CHECK(must(coreness(graph)) == std::vector<std::uint32_t>{2, 2, 2, 1});
    CHECK(must(bridges(graph)) == 1);
    CHECK(*must(constraint(graph))[3] == Approx(1.0));
  }
  SECTION("what is not defined is absent, not 0") {
    const v1::NetworkSummary lone = must(summarize(net("A B C")));
    CHECK(lone.components() == 3);
    CHECK(lone.isolates() == 3);
    CHECK_FALSE(lone.has_transitivity());
    CHECK_FALSE(lone.has_assortativity());
    CHECK_FALSE(lone.has_reciprocity());
    CHECK_FALSE(lone.has_average_path_length());
    CHECK(lone.clustering() == 0);
    const v1::NetworkSummary pair = must(summarize(net("A-B")));
    CHECK(pair.average_path_length() == 1);
    CHECK_FALSE(pair.has_transitivity());
    CHECK_FALSE(pair.has_assortativity());
    CHECK(must(summarize(net(""))).nodes() == 0);
    CHECK_FALSE(must(constraint(net("A-B C")))[2].has_value());
    CHECK_FALSE(must(closeness(net("A-B C")))[2].has_value());
  }
  SECTION("reciprocity counts directed pairs with an opposite") {
    CHECK(*reciprocity(net("A-B B-A A-C")) == Approx(2.0 / 3));
  }
  SECTION("a call count is a strength: the frequent way is the short one") {
    const Graph graph = net("A-B:10 B-C:10 A-C:1");
    const std::vector<double> weighted = must(betweenness(graph, inverse_strengths(graph)));
    CHECK(weighted == std::vector<double>{0, 1, 0});
    CHECK(must(betweenness(graph)) == std::vector<double>{0, 0, 0});
  }
}

TEST_CASE("Metrics rank by the asked measure and print the baseline beside it", "[network]") {
  const Graph graph = net("H-A H-B H-C C-D:9 D-E:9");
  MetricsOptions options;
  SECTION("betweenness by default, all nodes") {
    const v1::NetworkMetrics answer = must(metrics(graph, options));
    REQUIRE(answer.nodes_size() == 6);
    CHECK(answer.nodes(0).id() == "H");
    CHECK(answer.nodes(0).rank() == 1);
    CHECK(answer.nodes(0).baseline_rank() == 4);
    CHECK(answer.nodes(0).has_rank_stability());
    CHECK(answer.basis().convention().find("in hops") != std::string::npos);
  }
  SECTION("--top cuts, --sort orders, low constraint comes first") {
    options.top = 2;
    options.sort = "constraint";
    const v1::NetworkMetrics answer = must(metrics(graph, options));
    REQUIRE(answer.nodes_size() == 2);
    CHECK(answer.total_nodes() == 6);
    CHECK(answer.nodes(0).id() == "H");
    CHECK(answer.nodes(0).constraint() == Approx(1.0 / 3));
  }
  SECTION("isolates come last by constraint and have none") {
    options.sort = "constraint";
    const v1::NetworkMetrics answer = must(metrics(net("A-B Z"), options));
    CHECK(answer.nodes(2).id() == "Z");
    CHECK_FALSE(answer.nodes(2).has_constraint());
    CHECK_FALSE(answer.nodes(2).has_closeness());
  }
  SECTION("every sort word works") {
    for (const std::string& word : sort_measures()) {
      options.sort = word;
      options.draws = 5;
      CHECK(must(metrics(graph, options)).nodes_size() == 6);
    }
  }
  SECTION("an unknown measure is a usage error that names the nearest") {
    options.sort = "betweeness";
    const auto answer = metrics(graph, options);
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().code == core::ErrorCode::Usage);
    CHECK(answer.error().next.find("did you mean betweenness?") == 0);
  }
  SECTION("large networks are not drawn again unasked, and the answer says so") {
    std::vector<Pair> pairs;
    for (std::uint32_t v = 1; v < 6000; ++v) pairs.emplace_back(v / 2, v);
    const Graph tree = Graph::from_pairs(6000, pairs);
    CHECK(stability_draws_for(tree) == 0);
    options.sort = "degree";
    options.top = 1;
    const v1::NetworkMetrics answer = must(metrics(tree, options));
    CHECK_FALSE(answer.nodes(0).has_rank_stability());
    CHECK(answer.stability_method().find("not computed") == 0);
  }
}

TEST_CASE("Equal scores share a rank", "[network]") {
  CHECK(ranks({3, 5, 5, 1}) == std::vector<std::uint32_t>{3, 1, 1, 4});
  CHECK(ranks({0.1 + 0.2, 0.3}) == std::vector<std::uint32_t>{1, 1});
  CHECK(ranks({}).empty());
}

TEST_CASE("Names near a misspelt one are offered", "[network]") {
  const Graph graph = net("+447700900001-+447700900002 salvatore_lucania Mr.DD");
  CHECK(similar_ids(graph, "447700900001").front() == "+447700900001");
  CHECK(similar_ids(graph, "+44 7700 900 002").front() == "+447700900002");
  CHECK(similar_ids(graph, "salvatore lucana").front() == "salvatore_lucania");
  CHECK(similar_ids(graph, "mr dd").front() == "Mr.DD");
  CHECK(similar_ids(graph, "wholly other").empty());
  CHECK(similar_ids(graph, "").empty());
  CHECK(similar_ids(graph, std::string(100'000, 'x')).empty());
}

TEST_CASE("Networks drawn at random keep the laws of graphs", "[network][property]") {
  rc::prop("degrees sum to twice the edges, arcs to ties without loops", [] {
    const TieTable table = random_ties();
    const Graph graph = test::graph_of(table);
    std::uint64_t sum = 0;
    for (std::uint32_t v = 0; v < graph.n(); ++v) sum += graph.degree(v);
    RC_ASSERT(sum == 2ULL * graph.m());
    double in_ties = 0, in_edges = 0;
    for (const Tie& tie : table.ties) in_ties += tie.a == tie.b ? 0 : tie.weight;
    for (const Edge& edge : graph.edges()) in_edges += edge.weight;
    RC_ASSERT(in_ties == in_edges);
  });
  rc::prop("betweenness equals the naive count over all pairs", [] {
    const Graph graph = test::graph_of(random_ties());
    const std::vector<double> seen = *betweenness(graph);
    const std::vector<double> expected = naive_betweenness(graph);
    for (std::uint32_t v = 0; v < graph.n(); ++v) RC_ASSERT(std::abs(seen[v] - expected[v]) < 1e-9);
  });
  rc::prop("the order of nodes and ties changes nothing", [] {
    const TieTable table = random_ties();
    TieTable turned = table;
    std::reverse(turned.nodes.begin(), turned.nodes.end());
    std::reverse(turned.ties.begin(), turned.ties.end());
    const auto last = static_cast<std::uint32_t>(table.nodes.size() - 1);
    for (Tie& tie : turned.ties) {
      tie.a = last - tie.a;
      tie.b = last - tie.b;
    }
    const Graph a = test::graph_of(table);
    const Graph b = test::graph_of(turned);
    RC_ASSERT(a.edges() == b.edges());
    RC_ASSERT(a.arcs() == b.arcs());
    RC_ASSERT(leiden(a, {3, 1})->of == leiden(b, {3, 1})->of);
  });
  rc::prop("other names leave every measure as it was", [] {
    const TieTable table = random_ties();
    TieTable renamed = table;
    for (std::uint32_t v = 0; v < renamed.nodes.size(); ++v)
      renamed.nodes[v].id = std::string(1, static_cast<char>('z' - v));
    const Graph a = test::graph_of(table);
    const Graph b = test::graph_of(renamed);
    const auto check = [&](const std::vector<double>& x, const std::vector<double>& y) {
      for (std::uint32_t v = 0; v < table.nodes.size(); ++v) {
        const double before = x[*a.find(table.nodes[v].id)];
        const double after = y[*b.find(renamed.nodes[v].id)];
        RC_ASSERT(std::abs(before - after) < 1e-9);
      }
    };
    check(*betweenness(a), *betweenness(b));
    check(*harmonic(a), *harmonic(b));
    check(*pagerank(a), *pagerank(b));
    check(strengths(a), strengths(b));
    RC_ASSERT(components(a).sizes == components(b).sizes);
    RC_ASSERT(path_lengths(a).diameter == path_lengths(b).diameter);
  });
  rc::prop("PageRank is igraph's", [] {
    const Graph graph = test::graph_of(random_ties());
    std::vector<double> strengths_of_edges;
    for (const Edge& edge : graph.edges()) strengths_of_edges.push_back(edge.weight);
    const auto handle = detail::to_igraph(graph);
    auto weights = detail::RealVector::make(strengths_of_edges);
    auto theirs = detail::RealVector::make();
    RC_ASSERT(handle.ok() && weights.ok() && theirs.ok());
    RC_ASSERT(detail::igraph_call("PageRank", [&] {
                return igraph_pagerank(handle->get(), IGRAPH_PAGERANK_ALGO_PRPACK, theirs->get(),
                                       nullptr, igraph_vss_all(), false, 0.85, weights->get(),
                                       nullptr);
              }).ok());
    const auto ours = *pagerank(graph, strengths_of_edges);
    for (std::uint32_t v = 0; v < graph.n(); ++v)
      RC_ASSERT(std::abs(ours[v] - theirs->copy()[v]) < 1e-9);
  });
  rc::prop("a community never crosses components", [] {
    const Graph graph = test::graph_of(random_ties());
    const Communities found = *leiden(graph, {3, 1});
    const Components parts = components(graph);
    for (std::uint32_t u = 0; u < graph.n(); ++u)
      for (std::uint32_t v = 0; v < graph.n(); ++v)
        if (found.of[u] == found.of[v]) RC_ASSERT(parts.of[u] == parts.of[v]);
  });
  rc::prop("positions lie in the unit square and repeat", [] {
    const Graph graph = test::graph_of(random_ties());
    const auto once = *layout(graph, 7);
    RC_ASSERT(once.size() == graph.n());
    for (const Point& point : once)
      RC_ASSERT(point.x >= 0 && point.x <= 1 && point.y >= 0 && point.y <= 1);
    RC_ASSERT(once == *layout(graph, 7));
  });
}

TEST_CASE("Large networks are searched for path lengths from a sample, and say so", "[network]") {
  // A ring: every vertex sees the same distances, so the sample's figures equal the exact ones.
  constexpr std::uint32_t kSize = 2'001;
  std::vector<Pair> pairs;
  for (std::uint32_t v = 0; v < kSize; ++v) pairs.emplace_back(v, (v + 1) % kSize);
  const Graph graph = Graph::from_pairs(kSize, pairs);
  const PathLengths exact = path_lengths(graph);
  CHECK(exact.exact);
  CHECK(exact.sources == kSize);
  CHECK(exact.diameter == 1000);
  REQUIRE(exact.mean_of_largest.has_value());
  CHECK(*exact.mean_of_largest == 500.5);
  const PathLengths sampled = path_lengths(graph, 1e6);
  CHECK_FALSE(sampled.exact);
  CHECK(sampled.sources == 1000);
  CHECK(sampled.diameter == exact.diameter);
  CHECK(sampled.mean_of_largest == exact.mean_of_largest);
  // A sample of all vertices would be no sample.
  CHECK(path_lengths(net("A-B B-C"), 1).exact);
}
