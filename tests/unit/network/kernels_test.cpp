// Kernels on flat arrays, key players, removal and the next shortest chains, on networks small
// enough to check by hand.
#include <cmath>

#include "analysis/network/betweenness.hpp"
#include "analysis/network/disrupt.hpp"
#include "analysis/network/distances.hpp"
#include "analysis/network/flat_graph.hpp"
#include "analysis/network/keyplayers.hpp"
#include "analysis/network/measures.hpp"
#include "analysis/network/paths.hpp"
#include "analysis/network/random.hpp"
#include "palermo/v1/disrupt.pb.h"
#include "palermo/v1/keyplayers.pb.h"
#include "tests/unit/network/net.hpp"

using namespace palermo;
using namespace palermo::network;
using palermo::test::must;
using palermo::test::net;
using Ids = std::vector<std::string>;

namespace {

Ids ids_of(const Graph& graph, const std::vector<std::uint32_t>& vertices) {
  Ids ids;
  for (const std::uint32_t v : vertices) ids.push_back(graph.nodes()[v].id);
  return ids;
}

/// Skewed degrees, some trees and some small components.
Graph skewed(std::uint32_t n, std::uint32_t m, std::uint64_t seed) {
  Random random{seed};
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (std::uint32_t e = 0; e < m; ++e) {
    const auto end = [&] {
      const double r = random.unit();
      return static_cast<std::uint32_t>(r * r * n);
    };
    pairs.emplace_back(end(), end());
  }
  return Graph::from_pairs(n, pairs);
}

BetweennessOptions on(std::size_t threads) {
  BetweennessOptions options;
  options.exact = true;
  options.threads = threads;
  return options;
}

}  // namespace

TEST_CASE("Blocks know what hangs on each of their vertices", "[network][kernel]") {
  // A triangle with a chain of two on C and a leaf on A.
  const Graph graph = net("A-B B-C C-A C-D D-E A-F");
  const Blocks found = blocks(flat(graph));
  CHECK(found.count() == 4);
  CHECK(found.bridges == 3);
  CHECK(found.cut == std::vector<bool>{true, false, true, true, false, false});
  for (std::uint32_t b = 0; b < found.count(); ++b) {
    std::uint32_t sum = 0;
    for (std::uint32_t i = found.offsets[b]; i < found.offsets[b + 1]; ++i) sum += found.hanging[i];
    CHECK(sum == 6);  // together a block's vertices stand for the whole component
  }
  CHECK(found.of_edge(0, 1) == found.of_edge(1, 2));
  CHECK(found.of_edge(2, 3) != found.of_edge(1, 2));
  CHECK(blocks(flat(net("A B"))).count() == 0);
}

TEST_CASE("Betweenness of trees needs no search", "[network][kernel]") {
  const Graph chain = net("A-B B-C C-D D-E");
  CHECK(betweenness_work(flat(chain)) == 0);
  CHECK(must(betweenness(chain)) == std::vector<double>{0, 3, 4, 3, 0});
  const Graph star = net("A-B A-C A-D A-E");
  CHECK(must(betweenness(star)) == std::vector<double>{6, 0, 0, 0, 0});
  CHECK(must(betweenness(net("A B"))) == std::vector<double>{0, 0});
}

TEST_CASE("Equally long chains share, also where 1/3 + 1/3 meets 2/3", "[network][kernel]") {
  const Graph square = net("A-B B-C C-D D-A");
  CHECK(must(betweenness(square)) == std::vector<double>{0.5, 0.5, 0.5, 0.5});
  // A-B-C costs 1/3 + 1/3, A-D-C 1/2 + 1/6.
  const Graph uneven = net("A-B:3 B-C:3 A-D:2 D-C:6");
  const auto scores = must(betweenness(uneven, inverse_strengths(uneven)));
  CHECK(scores[1] == Approx(0.5));
  CHECK(scores[3] == Approx(0.5));
}

TEST_CASE("Betweenness is the same to the last bit on any number of threads", "[network][kernel]") {
  const Graph graph = skewed(600, 2500, 7);
  const FlatGraph hops = flat(graph);
  std::vector<double> lengths(graph.m());
  Random random{3};
  for (double& length : lengths) length = 1.0 / static_cast<double>(1 + random.below(9));
  const FlatGraph weighted = flat(graph, lengths);
  for (const FlatGraph* one : {&hops, &weighted}) {
    const std::vector<double> alone = must(betweenness(*one, on(1))).scores;
    CHECK(alone == must(betweenness(*one, on(2))).scores);
    CHECK(alone == must(betweenness(*one, on(5))).scores);
  }
  BetweennessOptions sampled;
  sampled.error = 0.05;
  sampled.most_work = 0;
  sampled.threads = 1;
  const Betweenness alone = must(betweenness(hops, sampled));
  CHECK_FALSE(alone.exact);
  sampled.threads = 3;
  CHECK(alone.scores == must(betweenness(hops, sampled)).scores);
  std::vector<std::uint32_t> all(graph.n());
  for (std::uint32_t v = 0; v < graph.n(); ++v) all[v] = v;
  CHECK(distance_sums(hops, all, 1).inverse == distance_sums(hops, all, 3).inverse);
}

TEST_CASE("Sampled betweenness keeps its error", "[network][kernel]") {
  const Graph graph = skewed(400, 1200, 11);
  std::vector<double> lengths(graph.m());
  Random random{5};
  for (double& length : lengths) length = 0.5 + random.unit();
  for (const FlatGraph& one : {flat(graph), flat(graph, lengths)}) {
    const Betweenness exact = must(betweenness(one, on(0)));
    CHECK(exact.exact);
    BetweennessOptions options;
    options.error = 0.02;
    options.confidence = 0.99;
    options.most_work = 0;
    const Betweenness found = must(betweenness(one, options));
    CHECK_FALSE(found.exact);
    CHECK(found.samples > 1000);
    const double pairs = 400.0 * 399 / 2;
    for (std::uint32_t v = 0; v < graph.n(); ++v)
      CHECK(std::abs(found.scores[v] - exact.scores[v]) <= 0.02 * pairs);
  }
  BetweennessOptions options;
  options.most_work = 10;  // too much work: sampled without being asked
  const Betweenness found = must(betweenness(flat(graph), options));
  CHECK_FALSE(found.exact);
  CHECK(found.error == kUsualError);
  options.exact = true;
  CHECK(must(betweenness(flat(graph), options)).exact);
  // An error is asked for, but so many samples would take longer than all of it.
  options = {};
  options.error = 0.005;
  const Betweenness cheaper = must(betweenness(flat(graph), options));
  CHECK(cheaper.exact);
  CHECK(cheaper.samples == 0);
  CHECK(cheaper.error == 0);
  options.error = 0.1;
  CHECK_FALSE(must(betweenness(flat(graph), options)).exact);
  options = {};
  options.error = 0;
  CHECK(betweenness(flat(graph), options).error().code == core::ErrorCode::InvalidArgument);
}

TEST_CASE("Directed measures follow the ties", "[network][kernel]") {
  const Graph graph = net("A-B B-C C-D");
  const FlatGraph arcs = flat_directed(graph);
  CHECK(must(betweenness(arcs, on(0))).scores == std::vector<double>{0, 2, 2, 0});
  const Nearness near = nearness(arcs, 0);
  CHECK(near.closeness[0] == 3.0 / 6);
  CHECK_FALSE(near.closeness[3].has_value());
  CHECK(near.harmonic[0] == Approx((1 + 0.5 + 1.0 / 3) / 3));
  const auto ranks = must(pagerank_directed(graph));
  CHECK(ranks[3] > ranks[2]);
  CHECK(ranks[0] + ranks[1] + ranks[2] + ranks[3] == Approx(1));
}

TEST_CASE("Effective size counts contacts that do not repeat each other", "[network][kernel]") {
  const Graph graph = net("A-B A-C A-D B-C E");
  const auto sizes = effective_size(graph);
  CHECK(*sizes[0] == Approx(3 - 2.0 / 3));
  CHECK(*sizes[1] == Approx(1));
  CHECK(*sizes[3] == Approx(1));
  CHECK_FALSE(sizes[4].has_value());
}

TEST_CASE("Who matters most together is not who matters most one by one", "[network][keyplayers]") {
  // Two stars whose centres H and K have twins; H and its twin G cover the same people.
  const Graph graph = net("H-1 H-2 H-3 H-4 G-1 G-2 G-3 G-4 K-5 K-6 K-7 4-5");
  KeyPlayerOptions options;
  options.goal = Goal::Reach;
  options.k = 2;
  const KeyPlayers found = must(key_players(graph, options));
  CHECK(found.every_set);
  CHECK(found.sets == 45);
  CHECK(*found.at_least_share == 1);
  const Ids best = ids_of(graph, found.order);
  CHECK(std::find(best.begin(), best.end(), "K") != best.end());
  for (const PlayerSet& plain : found.baselines) CHECK(found.best.value >= plain.value);
  // Where not all sets may be looked at, the same set comes out.
  options.most_work = 1;
  options.starts = 5;
  const KeyPlayers searched = must(key_players(graph, options));
  CHECK(searched.best.value == Approx(found.best.value));
}

TEST_CASE("Swaps mend what greedy spoils", "[network][keyplayers]") {
  Random random{17};
  for (int draw = 0; draw < 5; ++draw) {
    const Graph graph = skewed(24, 40, random.next());
    for (const Goal goal : {Goal::Fragment, Goal::Reach}) {
      KeyPlayerOptions options;
      options.goal = goal;
      options.k = 3;
      const KeyPlayers all = must(key_players(graph, options));
      REQUIRE(all.every_set);
      CHECK(all.best.value >= all.greedy.value - 1e-12);
      CHECK(all.steps.back() == Approx(all.best.value));
      for (std::size_t i = 0; i < all.order.size(); ++i)
        CHECK(all.contribution[i] <= all.best.value);
      const v1::NetworkKeyPlayers answer = key_players_answer(graph, all, options);
      CHECK(answer.players_size() == 3);
      CHECK(answer.alternatives_size() == 5);
      CHECK(answer.alternatives(0).value() <= answer.value() + 1e-12);
    }
  }
  KeyPlayerOptions too_many;
  too_many.k = 4;
  CHECK(key_players(net("A-B"), too_many).error().code == core::ErrorCode::Usage);
}

TEST_CASE("Removing the centre of a star leaves single ones", "[network][disrupt]") {
  const Graph graph = net("A-B A-C A-D A-E B-C");
  DisruptOptions options;
  options.strategy = "degree";
  options.remove = 1;
  options.draws = 40;
  const Disruption found = must(disrupt(graph, options));
  REQUIRE(found.curve.size() == 2);
  CHECK(found.curve[0].largest == 5);
  CHECK(*found.curve[0].efficiency == Approx((5 + 5 * 0.5) / 10));
  CHECK(ids_of(graph, found.curve[1].gone) == Ids{"A"});
  CHECK(found.curve[1].largest == 2);
  CHECK(found.curve[1].components == 3);
  CHECK(*found.curve[1].efficiency == Approx(1.0 / 6));
  CHECK(found.random[1].largest_mean > 2);
  const v1::NetworkDisruption answer = disruption_answer(graph, found, options);
  CHECK(answer.curve(1).share() == Approx(0.4));
}

TEST_CASE("Those who lost a tie find friends of friends", "[network][disrupt]") {
  const Graph graph = net("A-B A-C A-D");
  DisruptOptions options;
  options.strategy = "degree";
  options.remove = 1;
  options.draws = 0;
  options.recovery = "distance";
  const Disruption found = must(disrupt(graph, options));
  // B ties to C, C to B already so to D, D then has C and takes B.
  CHECK(found.ties_made == 3);
  CHECK(found.recovery[1].largest == 3);
  CHECK(*found.recovery[1].efficiency == Approx(1));
  CHECK(*found.recovery[1].efficiency > *found.recovery[0].efficiency);
  options.recovery = "by magic";
  CHECK(disrupt(graph, options).error().code == core::ErrorCode::Usage);
  options.recovery.clear();
  options.strategy = "degre";
  CHECK(disrupt(graph, options).error().code == core::ErrorCode::Usage);
}

TEST_CASE("Removal backwards by union agrees with removal forwards", "[network][disrupt]") {
  const Graph graph = skewed(200, 300, 5);
  const FlatGraph hops = flat(graph);
  std::vector<std::uint32_t> order;
  for (std::uint32_t v = 0; v < 200; v += 3) order.push_back(v);
  const std::vector<Cohesion> curve = cohesion_along(hops, order);
  std::vector<bool> gone(200, false);
  for (std::size_t i = 0; i <= order.size(); ++i) {
    const Cohesion here = cohesion(hops, gone);
    CHECK(here.largest == curve[i].largest);
    CHECK(here.components == curve[i].components);
    if (i < order.size()) gone[order[i]] = true;
  }
}

TEST_CASE("The next shortest chains come in order, none twice through one", "[network][paths]") {
  const Graph graph = net("A-B:4 B-D:4 A-C:2 C-D:2 B-C:1 D-E");
  const auto at = [&](const char* id) { return *graph.find(id); };
  const auto paths = must(shortest_paths(graph, at("A"), at("D"), Length::Hops, 10));
  REQUIRE(paths.size() == 4);
  CHECK(ids_of(graph, paths[0].vertices) == Ids{"A", "B", "D"});
  CHECK(ids_of(graph, paths[1].vertices) == Ids{"A", "C", "D"});
  CHECK(ids_of(graph, paths[2].vertices) == Ids{"A", "B", "C", "D"});
  CHECK(ids_of(graph, paths[3].vertices) == Ids{"A", "C", "B", "D"});
  const auto weighted = must(shortest_paths(graph, at("A"), at("D"), Length::InverseStrength, 3));
  REQUIRE(weighted.size() == 3);
  CHECK(weighted[0].cost == Approx(0.5));
  CHECK(weighted[1].cost == Approx(1));
  CHECK(weighted[2].cost == Approx(1.75));
  CHECK(must(shortest_paths(graph, at("A"), at("D"), Length::Hops, 1)).size() == 1);
  CHECK(must(shortest_paths(net("A-B C"), 0, 2, Length::Hops, 3)).empty());
}
