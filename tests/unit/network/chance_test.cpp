// Own kernels of the group test: Leiden against igraph's, null models against enumeration, level
// and power of the test on small networks (tests/bench/calibrate_groups.cpp has the full run).
#include <algorithm>
#include <map>
#include <set>

#include "analysis/network/flat_leiden.hpp"
#include "analysis/network/groups.hpp"
#include "analysis/network/igraph_raii.hpp"
#include "analysis/network/scan.hpp"
#include "tests/support/planted.hpp"
#include "tests/unit/network/net.hpp"

using namespace palermo;
using namespace palermo::network;
using palermo::test::must;
using palermo::test::net;

namespace {

Pairs random_pairs(std::uint32_t n, std::uint32_t m, std::uint64_t seed, bool skewed) {
  Random random{seed};
  std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
  while (pairs.size() < m) {
    const auto end = [&] {
      const double x = random.unit();
      return static_cast<std::uint32_t>((skewed ? x * x : x) * n);
    };
    const std::uint32_t a = end(), b = end();
    if (a != b) pairs.emplace(std::min(a, b), std::max(a, b));
  }
  return {pairs.begin(), pairs.end()};
}

/// Best modularity of as many converged searches of igraph's Leiden.
double igraph_best(const Graph& graph, int searches) {
  const auto handle = must(detail::to_igraph(graph));
  std::vector<double> degrees(graph.n());
  for (std::uint32_t v = 0; v < graph.n(); ++v) degrees[v] = graph.degree(v);
  auto weights = must(detail::RealVector::make(degrees));
  auto membership = must(detail::IntVector::make(graph.n()));
  double best = 0;
  for (int search = 1; search <= searches; ++search) {
    double before = -1;
    for (int round = 0; round < 100; ++round) {
      const std::uint64_t seed = static_cast<std::uint64_t>(search * 1009 + round);
      igraph_integer_t count = 0;
      igraph_real_t quality = 0;
      REQUIRE(detail::igraph_call("Leiden", &seed, [&] {
                return igraph_community_leiden(handle.get(), nullptr, weights.get(),
                                               1 / (2.0 * graph.m()), 0.01, round > 0, 1,
                                               membership.get(), &count, &quality);
              }).ok());
      const double now = modularity(graph, membership.copy());
      if (now <= before + 1e-10) break;
      before = now;
    }
    best = std::max(best, before);
  }
  return best;
}

double chi_square(const std::map<std::string, int>& seen, std::size_t states, int draws) {
  const double expected = static_cast<double>(draws) / static_cast<double>(states);
  double sum = static_cast<double>(states - seen.size()) * expected;
  for (const auto& [state, count] : seen) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

}  // namespace

TEST_CASE("Own Leiden reaches igraph's modularity within .005", "[network][leiden]") {
  for (const bool skewed : {false, true})
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const Graph graph = Graph::from_pairs(150, random_pairs(150, 300, seed, skewed));
      CAPTURE(skewed, seed);
      CHECK(must(leiden(graph, {10, seed})).modularity >= igraph_best(graph, 10) - 0.005);
    }
}

TEST_CASE("Own Leiden reaches igraph's modularity on the public networks", "[network][leiden]") {
  PALERMO_NEED_SHARED(shared);
  for (const char* layer : {"meetings", "phonecalls"}) {
    const Graph graph = test::graph_of(test::montagna(shared, layer));
    CHECK(must(leiden(graph, {10, 1})).modularity >= igraph_best(graph, 10) - 0.005);
  }
}

TEST_CASE("A Leiden search depends on its seed alone, and its communities are connected",
          "[network][leiden][property]") {
  rc::prop("against a fresh kernel; every community in one piece; the quality is what it says", [] {
    const auto seed = *rc::gen::inRange<std::uint64_t>(1, 1'000'000);
    const Pairs pairs = random_pairs(40, 70, seed, seed % 2 == 0);
    const TieArrays arrays = arrays_of(40, pairs);
    FlatLeiden used, fresh;
    (void)used.search(arrays, 4, 99);
    const FlatPartition found = used.search(arrays, 1.5, seed);
    RC_ASSERT(found.of == fresh.search(arrays, 1.5, seed).of);
    RC_ASSERT(std::abs(found.quality - flat_modularity(arrays, found.of, 1.5)) < 1e-9);
    for (std::uint32_t c = 0; c < found.count; ++c) {
      std::vector<std::uint32_t> reached;
      std::set<std::uint32_t> left;
      for (std::uint32_t v = 0; v < 40; ++v)
        if (found.of[v] == c) left.insert(v);
      reached.push_back(*left.begin());
      left.erase(left.begin());
      while (!reached.empty()) {
        const std::uint32_t v = reached.back();
        reached.pop_back();
        for (std::uint32_t i = arrays.offsets[v]; i < arrays.offsets[v + 1]; ++i)
          if (left.erase(arrays.targets[i]) > 0) reached.push_back(arrays.targets[i]);
      }
      RC_ASSERT(left.empty());
    }
  });
}

TEST_CASE("The adjusted Rand index", "[network][leiden]") {
  CHECK(adjusted_rand({0, 0, 1, 1}, {1, 1, 0, 0}) == Approx(1));
  CHECK(adjusted_rand({0, 0, 1, 1}, {0, 1, 0, 1}) == Approx(-0.5));
  CHECK(adjusted_rand({0, 0, 0, 0}, {0, 0, 0, 0}) == Approx(1));
}

TEST_CASE("Swaps reach every graph of the degrees equally often", "[network][null]") {
  // Degrees 1, 1, 2, 2, 2 (a path of five): counted here by trying all sets of 4 pairs of 5.
  const Pairs path = {{0, 1}, {1, 2}, {2, 3}, {3, 4}};
  Pairs all;
  for (std::uint32_t a = 0; a < 5; ++a)
    for (std::uint32_t b = a + 1; b < 5; ++b) all.emplace_back(a, b);
  std::size_t states = 0;
  for (unsigned set = 0; set < 1024; ++set) {
    int degree[5] = {};
    for (unsigned i = 0; i < 10; ++i)
      if ((set >> i & 1U) != 0) {
        ++degree[all[i].first];
        ++degree[all[i].second];
      }
    states += std::equal(degree, degree + 5, std::array{1, 2, 2, 2, 1}.begin()) ? 1 : 0;
  }
  REQUIRE(states == 7);
  std::map<std::string, int> seen;
  constexpr int kDraws = 7000;
  for (int draw = 0; draw < kDraws; ++draw) {
    Random random{static_cast<std::uint64_t>(draw)};
    SwapTies ties;
    ties.two_way = path;
    rewire(ties, random);
    std::set<std::string> names;
    for (const auto& [a, b] : ties.all())
      names.insert(std::to_string(std::min(a, b)) + std::to_string(std::max(a, b)));
    std::string key;
    for (const std::string& name : names) key += name + " ";
    ++seen[key];
  }
  CHECK(seen.size() == states);
  CHECK(chi_square(seen, states, kDraws) < 22.5);  // 6 degrees of freedom: p = .001
}

TEST_CASE("Curveball reaches every table of the margins equally often", "[network][null]") {
  // Persons with 2, 1, 1 events; events with 2, 1, 1 persons: 5 tables.
  std::map<std::string, int> seen;
  constexpr int kDraws = 5000;
  for (int draw = 0; draw < kDraws; ++draw) {
    Attendance table = {{0, 1}, {0}, {2}};
    Random random{static_cast<std::uint64_t>(draw)};
    curveball(table, random);
    std::string key;
    for (const auto& events : table) {
      for (const std::uint32_t e : events) key += std::to_string(e);
      key += "|";
    }
    ++seen[key];
  }
  CHECK(seen.size() == 5);
  CHECK(chi_square(seen, 5, kDraws) < 18.5);  // 4 degrees of freedom: p = .001
}

TEST_CASE("Curveball keeps the margins", "[network][null][property]") {
  rc::prop("of random tables; lists stay sorted and without doubles", [] {
    const auto seed = *rc::gen::inRange<std::uint64_t>(1, 1'000'000);
    Random random{seed};
    Attendance table(12);
    for (auto& events : table)
      for (std::uint32_t e = 0; e < 9; ++e)
        if (random.below(3) == 0) events.push_back(e);
    const Attendance before = table;
    curveball(table, random);
    std::vector<int> was(9, 0), is(9, 0);
    for (std::size_t p = 0; p < 12; ++p) {
      RC_ASSERT(table[p].size() == before[p].size());
      RC_ASSERT(std::is_sorted(table[p].begin(), table[p].end()));
      RC_ASSERT(std::adjacent_find(table[p].begin(), table[p].end()) == table[p].end());
      for (const std::uint32_t e : before[p]) ++was[e];
      for (const std::uint32_t e : table[p]) ++is[e];
    }
    RC_ASSERT(was == is);
  });
}

TEST_CASE("Persons are projected by the events they share", "[network][null]") {
  const Graph graph = net("a-E1 b-E1 c-E1 a-E2 b-E2 d-E3");
  const auto table = two_mode_of(graph);
  REQUIRE(table);
  CHECK(table->persons.size() == 4);
  CHECK(table->events == 3);
  const Projection shared = must(project(table->attended, table->events));
  const Graph persons = must(projected_graph(graph, *table, shared));
  CHECK(persons.n() == 4);
  CHECK(persons.m() == 3);
  const auto edge = persons.edge_between(*persons.find("a"), *persons.find("b"));
  REQUIRE(edge);
  CHECK(persons.edges()[*edge].count == 2);
  CHECK_FALSE(two_mode_of(net("a-b b-c")));
  CHECK_FALSE(two_mode_of(net("a b")));
  CHECK_FALSE(project(table->attended, table->events, 3).ok());
}

TEST_CASE("One large meeting makes no group under curveball, but does under swaps",
          "[network][null]") {
  // Twelve at one meeting, and many small ones by chance: the clique of twelve is one event.
  TieTable table;
  Random random{3};
  std::string drawing;
  for (int p = 0; p < 12; ++p) drawing += "p" + std::to_string(p) + "~M0 ";
  for (int e = 1; e <= 60; ++e)
    for (int k = 0; k < 3; ++k)
      drawing += "p" + std::to_string(random.below(40)) + "~M" + std::to_string(e) + " ";
  const Graph whole = net(drawing);
  const auto attended = two_mode_of(whole);
  REQUIRE(attended);
  const Graph graph =
      must(projected_graph(whole, *attended, must(project(attended->attended, attended->events))));
  GroupOptions options;
  options.draws = 60;
  const Groups swapped = must(find_groups(graph, options));
  CHECK(*swapped.null_model.best_p < 0.05);
  options.two_mode = &*attended;
  const Groups fitting = must(find_groups(graph, options));
  CHECK(fitting.null_model.kind == NullKind::Curveball);
  CHECK(*fitting.null_model.best_p > 0.05);
}

TEST_CASE("A crew that meets again and again stands out under curveball", "[network][null]") {
  Random random{5};
  std::string drawing;
  for (int e = 0; e < 6; ++e)
    for (int p = 0; p < 5; ++p) drawing += "p" + std::to_string(p) + "~C" + std::to_string(e) + " ";
  for (int e = 1; e <= 60; ++e)
    for (int k = 0; k < 4; ++k)
      drawing += "p" + std::to_string(random.below(40)) + "~M" + std::to_string(e) + " ";
  const Graph whole = net(drawing);
  const auto attended = two_mode_of(whole);
  REQUIRE(attended);
  const Graph graph =
      must(projected_graph(whole, *attended, must(project(attended->attended, attended->events))));
  GroupOptions options;
  options.draws = 60;
  options.two_mode = &*attended;
  const Groups groups = must(find_groups(graph, options));
  bool found = false;
  for (const Group& group : groups.groups) {
    if (*group.p_value >= 0.05) continue;
    std::set<std::string> ids;
    for (const std::uint32_t v : group.members) ids.insert(graph.nodes()[v].id);
    REQUIRE(group.removals);
    CHECK_FALSE(group.removals->exact);
    CHECK(group.removals->records > 0);
    found = found || ids == std::set<std::string>{"p0", "p1", "p2", "p3", "p4"};
  }
  CHECK(found);
}

TEST_CASE("Removing as many records as stated flips the verdict, one fewer does not",
          "[network][groups]") {
  // Every tie of a clique of 7 in a sparse network weighs one record: what is exact can be tried.
  Pairs pairs = random_pairs(300, 300, 4, false);
  for (std::uint32_t a = 0; a < 7; ++a)
    for (std::uint32_t b = a + 1; b < 7; ++b) pairs.emplace_back(a, b);
  const Graph graph = Graph::from_pairs(300, pairs);
  GroupOptions options;
  options.draws = 40;
  options.swap = Swap::Undirected;
  const Groups groups = must(find_groups(graph, options));
  const auto core = std::find_if(
      groups.groups.begin(), groups.groups.end(),
      [](const Group& group) { return group.removals.has_value() && group.ties.members <= 9; });
  REQUIRE(core != groups.groups.end());
  CHECK(core->removals->exact);
  CHECK(core->removals->records > 1);
  CHECK(core->removals->records < core->ties.inside);
  // The draws held fixed, the excess that is still significant lies between the two.
  const BinomialTail tail{graph.m()};
  const auto left = [&](std::uint64_t gone) {
    return tail.simple_excess(graph.m() - gone, core->ties.degree_sum - 2 * gone,
                              core->ties.inside - gone, core->ties.members);
  };
  CHECK(left(core->removals->records) < left(core->removals->records - 1));
}

TEST_CASE("On networks drawn from the null model the test keeps its level",
          "[network][calibration]") {
  // 60 networks, p < .05 in about 3 of them: 9 or more has probability .003.
  const Pairs base = random_pairs(40, 60, 11, true);
  int best = 0, whole = 0;
  for (std::uint64_t trial = 0; trial < 60; ++trial) {
    SwapTies ties;
    ties.two_way = base;
    Random chain{500 + trial};
    rewire(ties, chain);
    GroupOptions options;
    options.draws = 20;  // p < .05 where no draw is as large
    options.swap = Swap::Undirected;
    options.seed = trial + 1;
    const Groups groups = must(find_groups(Graph::from_pairs(40, ties.all()), options));
    best += *groups.null_model.best_p < 0.05 ? 1 : 0;
    whole += *groups.null_model.p_value < 0.05 ? 1 : 0;
    for (const Group& group : groups.groups)
      CHECK(*group.p_value >= *groups.null_model.best_p - 1e-12);
  }
  CHECK(best < 9);
  CHECK(whole < 9);
}

TEST_CASE("A pair holds one tie at most: the excess of sets against the formula",
          "[network][groups]") {
  const BinomialTail tail{800};
  // Two of degree 1 joined: one pair, mean 1/(4 x 10) x 4 x (1 - 1/2).
  CHECK(tail.simple_excess(10, 2, 1, 2) == Approx(-std::log10(0.05)));
  // Four in a square of 8 ties, degrees 2: mean 64/32 x 3/4 = 1.5 of 6 pairs, P[X >= 4 of 6].
  const double p = 0.25, q = 0.75;
  CHECK(tail.simple_excess(8, 8, 4, 4) ==
        Approx(-std::log10(15 * std::pow(p, 4) * q * q + 6 * std::pow(p, 5) * q + std::pow(p, 6))));
  // More pairs than ties: trials are the ties, as without the bound, the mean less the loops.
  CHECK(tail.simple_excess(10, 12, 6, 8) ==
        Approx(tail.minus_log10(10, 144 / 40.0 * (7 / 8.0) / 10, 6)));
  // Hubs: nearly complete is a surprise although the degrees give many ties.
  CHECK(tail.simple_excess(800, 139, 24, 8) > tail.excess(800, 139, 24) + 5);
  CHECK(tail.simple_excess(800, 330, 28, 8) == 0);  // the degrees give more than there are pairs
  CHECK(tail.simple_excess(0, 0, 0, 3) == 0);
  CHECK(tail.simple_excess(10, 4, 1, 1) == 0);
}

TEST_CASE("A planted group with hubs is listed, but for a member or two", "[network][groups]") {
  // Degrees fall with the rank; two of the eight have most contacts of all.
  const std::vector<std::uint32_t> planted = {0, 2, 90, 140, 190, 240, 290, 340};
  int found = 0;
  for (std::uint64_t trial = 0; trial < 6; ++trial) {
    Pairs pairs = random_pairs(400, 800, 31 + trial, true);
    Random random{8 + trial};
    for (std::size_t i = 0; i < planted.size(); ++i)
      for (std::size_t j = i + 1; j < planted.size(); ++j)
        if (random.unit() < 0.85) pairs.emplace_back(planted[i], planted[j]);
    GroupOptions options;
    options.draws = 20;
    options.swap = Swap::Undirected;
    const Groups groups = must(find_groups(Graph::from_pairs(400, pairs), options));
    const double overlap = test::best_overlap(groups, planted);
    UNSCOPED_INFO("overlap " << overlap);
    found += overlap >= 0.7 ? 1 : 0;
  }
  CHECK(found >= 5);
}

TEST_CASE("A planted group of 8 in 400 is found", "[network][calibration]") {
  int found = 0;
  for (std::uint64_t trial = 0; trial < 4; ++trial) {
    const test::Planted one =
        test::planted(400, 800, trial % 2 == 0 ? 0.5 : 0, 8, 0.8, 5000 + trial);
    GroupOptions options;
    options.draws = 20;
    options.swap = Swap::Undirected;
    const Groups groups = must(find_groups(Graph::from_pairs(400, one.pairs), options));
    found += test::best_overlap(groups, one.members) >= 0.8 ? 1 : 0;
  }
  CHECK(found >= 3);
}

// Not in the ordinary run: `ctest -C soak -L soak`. Minutes on two cores in a release build.
TEST_CASE("Planted groups of 8 in 400 are found at least 95 times in 100", "[.][soak]") {
  int found = 0;
  for (std::uint64_t trial = 0; trial < 100; ++trial) {
    const test::Planted one = test::planted(400, 800, 0.5, 8, 0.8, 5000 + trial);
    GroupOptions options;
    options.draws = 40;
    options.seed = trial + 1;
    options.swap = Swap::Undirected;
    const Groups groups = must(find_groups(Graph::from_pairs(400, one.pairs), options));
    found += test::best_overlap(groups, one.members) >= 0.8 ? 1 : 0;
  }
  CHECK(found >= 95);
}

TEST_CASE("Of 500 networks of the null model .03 to .07 have p < .05", "[.][soak]") {
  Random random{99};
  const Pairs base = test::background(100, 160, 0.5, random);
  int best = 0, listed = 0, whole = 0;
  for (std::uint64_t trial = 0; trial < 500; ++trial) {
    SwapTies ties;
    ties.two_way = base;
    Random chain{1'000'000 + trial};
    rewire(ties, chain);
    GroupOptions options;
    options.draws = 40;
    options.seed = trial + 1;
    options.swap = Swap::Undirected;
    const Groups groups = must(find_groups(Graph::from_pairs(100, ties.all()), options));
    best += *groups.null_model.best_p < 0.05 ? 1 : 0;
    whole += *groups.null_model.p_value < 0.05 ? 1 : 0;
    listed += std::any_of(groups.groups.begin(), groups.groups.end(),
                          [](const Group& group) { return *group.p_value < 0.05; })
                  ? 1
                  : 0;
  }
  for (const int count : {best, listed, whole}) {
    CHECK(count >= 15);
    CHECK(count <= 35);
  }
}
