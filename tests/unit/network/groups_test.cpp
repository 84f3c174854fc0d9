#include "analysis/network/groups.hpp"

#include <algorithm>
#include <set>

#include "analysis/network/answers.hpp"
#include "analysis/network/rewire.hpp"
#include "analysis/network/scan.hpp"
#include "analysis/network/scan.hpp"
#include "core/base/json_message.hpp"
#include "tests/unit/network/net.hpp"

using namespace palermo;
using namespace palermo::network;
using palermo::test::must;
using palermo::test::net;

namespace {

/// Cliques of `size` joined in a ring by single ties.
std::string ring_of_cliques(int cliques, int size) {
  std::string drawing;
  for (int c = 0; c < cliques; ++c) {
    for (int i = 0; i < size; ++i)
      for (int j = i + 1; j < size; ++j)
        drawing += "c" + std::to_string(c) + "n" + std::to_string(i) + "-c" + std::to_string(c) +
                   "n" + std::to_string(j) + " ";
    drawing += "c" + std::to_string(c) + "n0-c" + std::to_string((c + 1) % cliques) + "n1 ";
  }
  return drawing;
}

std::vector<std::uint32_t> everyone(const Graph& graph) {
  std::vector<std::uint32_t> all(graph.n());
  for (std::uint32_t v = 0; v < graph.n(); ++v) all[v] = v;
  return all;
}

PersonInterval persons(const std::string& drawing) {
  const Graph graph = net(drawing);
  return persons_behind(graph, everyone(graph));
}

}  // namespace

TEST_CASE("Leiden finds cliques joined by single ties", "[network][groups]") {
  const Graph graph = net(ring_of_cliques(6, 5));
  const Communities found = must(leiden(graph, {10, 1}));
  CHECK(found.count == 6);
  CHECK(found.searches == 10);
  CHECK(found.worst_modularity <= found.modularity);
  CHECK(modularity(graph, found.of) == Approx(found.modularity));
  // 6 cliques of 10 edges, 66 edges in all: Q = 60/66 - 6 (22/132)^2
  CHECK(found.modularity == Approx(60.0 / 66 - 1.0 / 6));
}

TEST_CASE("A network without ties has communities of one and no modularity", "[network][groups]") {
  const Communities found = must(leiden(net("A B C"), {10, 1}));
  CHECK(found.count == 3);
  CHECK(found.modularity == 0);
  const Groups groups = must(find_groups(net("A B C"), {}));
  CHECK(groups.groups.empty());
  CHECK(groups.isolates == 3);
  CHECK_FALSE(groups.null_model.p_value.has_value());
  const Groups empty = must(find_groups(net(""), {}));
  CHECK(empty.groups.empty());
}

TEST_CASE("Groups that are no chance are told from groups that are", "[network][groups]") {
  GroupOptions options;
  options.draws = 99;
  SECTION("cliques in a ring: every group stands out") {
    const Groups groups = must(find_groups(net(ring_of_cliques(6, 5)), options));
    REQUIRE(groups.groups.size() == 6);  // and no core beside them
    CHECK(*groups.null_model.p_value == Approx(0.01));
    CHECK(*groups.null_model.z > 5);
    CHECK(*groups.null_model.best_p == Approx(0.01));
    CHECK(groups.communities.mean_rand == 1.0);
    for (const Group& group : groups.groups) {
      CHECK(*group.p_value == Approx(0.01));
      CHECK(group.ties.inside == 10);
      REQUIRE(group.removals);
      CHECK(group.removals->exact);
      CHECK(group.removals->records >= 2);
      CHECK(group.removals->records <= 10);
      CHECK(group.seed_jaccard == 1.0);
      CHECK(group.persons == PersonInterval{5, 5, true});
    }
  }
  SECTION("a graph that chance made has high modularity and no small p") {
    // A sparse random graph: Q above 0.3 shows nothing.
    Random random{5};
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (int i = 0; i < 130; ++i)
      pairs.emplace_back(static_cast<std::uint32_t>(random.below(100)),
                         static_cast<std::uint32_t>(random.below(100)));
    const Graph graph = Graph::from_pairs(100, pairs);
    options.swap = Swap::Undirected;
    const Groups groups = must(find_groups(graph, options));
    CHECK(groups.communities.modularity > 0.5);
    CHECK(*groups.null_model.p_value > 0.05);
    for (const Group& group : groups.groups) CHECK(*group.p_value > 0.05);
  }
}

TEST_CASE("Two runs give the same groups, z and p", "[network][groups]") {
  const Graph graph = net(ring_of_cliques(5, 4));
  GroupOptions options;
  options.draws = 50;
  const auto run = [&] {
    const Groups groups = must(find_groups(graph, options));
    return core::to_json(groups_answer(graph, groups, options, false)).dump();
  };
  const std::string once = run();
  CHECK(once == run());
  options.threads = 1;
  CHECK(once == run());
  options.threads = 3;
  CHECK(once == run());
  options.seed = 2;
  CHECK(once != run());
}

TEST_CASE("Small groups are counted, not listed", "[network][groups]") {
  GroupOptions options;
  options.draws = 0;
  const Graph graph = net("A-B C-D D-E E-C F");
  const Groups groups = must(find_groups(graph, options));
  REQUIRE(groups.groups.size() == 1);
  CHECK(groups.smaller == 1);
  CHECK(groups.isolates == 1);
  CHECK_FALSE(groups.groups[0].p_value.has_value());
  const v1::NetworkGroups answer = groups_answer(graph, groups, options, false);
  CHECK(answer.groups(0).id() == "G1");
  CHECK(answer.groups(0).members_size() == 3);
  CHECK_FALSE(answer.groups(0).has_p_value());
  options.min_size = 2;
  CHECK(must(find_groups(graph, options)).groups.size() == 2);
}

TEST_CASE("The answer says where the null model does not fit", "[network][groups]") {
  TieTable table = test::ties("A~B B~C C~A");
  GroupOptions options;
  options.draws = 9;
  const auto caution = [&] {
    const Graph graph = test::graph_of(table);
    return groups_answer(graph, must(find_groups(graph, options)), options, false)
        .null_model()
        .caution();
  };
  CHECK(caution().find("bipartite curveball") == std::string::npos);
  CHECK(caution().find("leave little choice") !=
        std::string::npos);  // a triangle cannot be swapped
  table.kind = LayerKind::Relations;
  CHECK(caution().find("bipartite curveball") != std::string::npos);
}

TEST_CASE("Rewiring keeps what it promises", "[network][groups][property]") {
  rc::prop("undirected: degrees and the number of ties; no loop, no double", [] {
    const auto seed = *rc::gen::inRange<std::uint64_t>(1, 1'000'000);
    Random random{seed};
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (int i = 0; i < 40; ++i)
      pairs.emplace_back(static_cast<std::uint32_t>(random.below(20)),
                         static_cast<std::uint32_t>(random.below(20)));
    const Graph before = Graph::from_pairs(20, pairs);
    SwapTies ties = ties_of(before, Swap::Undirected);
    const std::uint64_t swaps = rewire(ties, random);
    const Graph after = Graph::from_pairs(20, ties.all());
    RC_ASSERT(swaps >= 10 * ties.size());
    RC_ASSERT(after.m() == before.m());
    for (std::uint32_t v = 0; v < 20; ++v) RC_ASSERT(after.degree(v) == before.degree(v));
  });
  rc::prop("directed: in-, out- and mutual degrees", [] {
    const auto seed = *rc::gen::inRange<std::uint64_t>(1, 1'000'000);
    Random random{seed};
    std::string drawing;
    for (int i = 0; i < 60; ++i)
      drawing +=
          "n" + std::to_string(random.below(20)) + "-n" + std::to_string(random.below(20)) + " ";
    const Graph graph = net(drawing);
    const SwapTies before = ties_of(graph, Swap::Directed);
    SwapTies after = before;
    rewire(after, random);
    const auto degrees = [&](const SwapTies& ties) {
      std::vector<std::array<int, 3>> counts(graph.n());
      for (const auto& [a, b] : ties.one_way) {
        ++counts[a][0];
        ++counts[b][1];
      }
      for (const auto& [a, b] : ties.two_way) {
        ++counts[a][2];
        ++counts[b][2];
      }
      return counts;
    };
    RC_ASSERT(degrees(before) == degrees(after));
    std::set<std::pair<std::uint32_t, std::uint32_t>> distinct;
    for (const auto& [a, b] : after.all()) {
      RC_ASSERT(a != b);
      RC_ASSERT(distinct.emplace(std::min(a, b), std::max(a, b)).second);
    }
  });
}

TEST_CASE("The binomial tail is exact", "[network][groups]") {
  const BinomialTail tail{1'000'000};
  // P[X >= 3], X ~ binomial(5, .5) = 16/32
  CHECK(tail.minus_log10(5, 0.5, 3) == Approx(-std::log10(0.5)));
  // P[X >= 5] = 1/32
  CHECK(tail.minus_log10(5, 0.5, 5) == Approx(-std::log10(1.0 / 32)));
  CHECK(tail.minus_log10(5, 0.5, 0) == 0);
  CHECK(tail.minus_log10(5, 1, 5) == 0);
  // P[X >= 1] = 1 - (1 - 1e-6)^1000
  CHECK(tail.minus_log10(1000, 1e-6, 1) == Approx(-std::log10(1 - std::pow(1 - 1e-6, 1000))));
  CHECK(std::isfinite(tail.minus_log10(1'000'000, 0.5, 999'999)));
}

TEST_CASE("Identifiers that spoke with one another prove as many users", "[network][persons]") {
  CHECK(persons("A") == PersonInterval{1, 1, true});
  CHECK(persons("A-B") == PersonInterval{2, 2, true});
  CHECK(persons("A-B B-C") == PersonInterval{2, 3, true});      // A and C may be one man's phones
  CHECK(persons("A-B B-C C-A") == PersonInterval{3, 3, true});  // three phones, three users
  CHECK(persons("A-B C-D") == PersonInterval{2, 4, true});
  CHECK(persons("A-B B-C C-D D-A A-C") == PersonInterval{3, 4, true});
}

TEST_CASE("Messages and stated relations prove no distinct users", "[network][persons]") {
  CHECK(persons("A~B B~C C~A") == PersonInterval{1, 3, true});
  CHECK(persons("A-B B~C C~A") == PersonInterval{2, 3, true});
}

TEST_CASE("One man's three phones never make a gang", "[network][persons]") {
  // X calls each of three phones; they never speak with one another.
  const Graph graph = net("X-A X-B X-C");
  const std::vector<std::uint32_t> phones = {*graph.find("A"), *graph.find("B"), *graph.find("C")};
  CHECK(persons_behind(graph, phones) == PersonInterval{1, 3, true});
  CHECK(persons_behind(graph, {}) == PersonInterval{0, 0, true});
}

TEST_CASE("A search cut short still gives a bound that holds, and says so", "[network][persons]") {
  const Graph graph = net(ring_of_cliques(8, 7));
  const PersonInterval full = persons_behind(graph, everyone(graph));
  CHECK(full == PersonInterval{7, 56, true});
  const PersonInterval cut = persons_behind(graph, everyone(graph), 3);
  CHECK_FALSE(cut.exact_lo);
  CHECK(cut.lo >= 2);
  CHECK(cut.lo <= 7);
}

TEST_CASE("The clique found is the largest there is", "[network][persons][property]") {
  rc::prop("against trying all subsets of 9", [] {
    const auto bits = *rc::gen::container<std::vector<bool>>(36, rc::gen::arbitrary<bool>());
    std::string drawing = "v0 v1 v2 v3 v4 v5 v6 v7 v8 ";
    bool adjacent[9][9] = {};
    std::size_t next = 0;
    for (int i = 0; i < 9; ++i)
      for (int j = i + 1; j < 9; ++j)
        if (bits[next++]) {
          drawing += "v" + std::to_string(i) + "-v" + std::to_string(j) + " ";
          adjacent[i][j] = true;
        }
    std::uint32_t largest = 1;
    for (unsigned set = 0; set < 512; ++set) {
      bool clique = true;
      for (unsigned i = 0; i < 9 && clique; ++i)
        for (unsigned j = i + 1; j < 9 && clique; ++j)
          if ((set >> i & 1U) != 0 && (set >> j & 1U) != 0) clique = adjacent[i][j];
      if (clique) largest = std::max(largest, static_cast<std::uint32_t>(__builtin_popcount(set)));
    }
    RC_ASSERT(persons(drawing).lo == largest);
  });
}

TEST_CASE("Groups that persist are told from groups that do not", "[network][groups]") {
  GroupOptions options;
  options.draws = 0;
  const Graph whole = net("A-B B-C C-A D-E E-F F-D A-D");
  Groups groups = must(find_groups(whole, options));
  REQUIRE(groups.groups.size() == 2);
  SECTION("the same groups in both halves") {
    REQUIRE(
        half_stability(whole, net("A-B B-C C-A D-E E-F"), net("A-B B-C D-E E-F F-D"), 1, groups));
    for (const Group& group : groups.groups) CHECK(*group.stability == Approx(1.0));
  }
  SECTION("a group that is silent in one half has no stability") {
    REQUIRE(half_stability(whole, net("A-B B-C C-A"), net("A-B B-C D-E E-F F-D"), 1, groups));
    int absent = 0;
    for (const Group& group : groups.groups) absent += group.stability ? 0 : 1;
    CHECK(absent == 1);
  }
  SECTION("a group that changed") {
    REQUIRE(half_stability(whole, net("A-B B-C C-A D-E E-F F-D"), net("A-B B-X X-A D-E E-F F-D"), 1,
                           groups));
    std::vector<double> seen;
    for (const Group& group : groups.groups) seen.push_back(*group.stability);
    std::sort(seen.begin(), seen.end());
    CHECK(seen[0] == Approx(0.5));  // {A, B, C} and {A, B, X}
    CHECK(seen[1] == Approx(1.0));
  }
}

TEST_CASE("Jaccard overlap", "[network][groups]") {
  CHECK(jaccard({"a", "b"}, {"b", "c"}) == Approx(1.0 / 3));
  CHECK(jaccard({}, {}) == 0);
  CHECK(jaccard({"a"}, {"a"}) == 1);
}
