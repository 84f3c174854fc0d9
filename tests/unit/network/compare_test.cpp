// Periods and layers beside each other, and when a network changed.
#include "analysis/network/compare.hpp"

#include <cmath>

#include "analysis/network/changes.hpp"
#include "analysis/network/random.hpp"
#include "core/base/time.hpp"
#include "tests/unit/network/net.hpp"

using namespace palermo;
using namespace palermo::network;

namespace {

v1::RecordCoverage covered(std::int32_t first, std::int32_t last, std::uint32_t source = 0) {
  Coverage coverage;
  for (std::int32_t day = first; day <= last; ++day) coverage.add(source, day);
  return coverage_answer(coverage, {"SRC-1", "SRC-2"}, std::nullopt, std::nullopt);
}

const v1::NetworkComparison::NodeChange& node_of(const v1::NetworkComparison& answer,
                                                 const std::string& id) {
  for (const auto& node : answer.node_changes())
    if (node.id() == id) return node;
  FAIL("no such node: " + id);
  return answer.node_changes(0);
}

/// Ties of one day each, as load(by_day) gives them.
void add(TieTable& table, Coverage& coverage, const std::string& a, const std::string& b,
         std::int32_t day, std::uint64_t count = 1) {
  Tie tie;
  tie.a = test::node_of(table, a);
  tie.b = test::node_of(table, b);
  tie.count = count;
  tie.weight = static_cast<double>(count);
  tie.first_us = tie.last_us = day * core::kUsPerDay + 1;
  tie.evidence = {{0, day < 0 ? 1U : static_cast<std::uint32_t>(day)}};
  table.ties.push_back(tie);
  coverage.add(0, day, count);
}

}  // namespace

TEST_CASE("comparison: what came, went and stayed is counted by id", "[network][compare]") {
  const Graph a = test::net("A-B B-C C-A D-E X");
  const Graph b = test::net("A-B A-C:5 F-A F-B X-A");
  const auto answer =
      compare_networks({"before", &a, covered(10, 19)}, {"after", &b, covered(20, 29)}, true, 2, 0);
  CHECK(answer.nodes().stayed() == 3);  // A B C; X had no tie before
  CHECK(answer.nodes().went() == 2);
  CHECK(answer.nodes().came() == 2);
  CHECK(answer.nodes().jaccard() == Approx(3.0 / 7));
  CHECK(answer.ties().stayed() == 2);  // A-B, A-C
  CHECK(answer.ties().went() == 2);
  CHECK(answer.ties().came() == 3);
  CHECK(answer.ties().jaccard() == Approx(2.0 / 7));
  CHECK(answer.a().nodes() == 5);
  CHECK(node_of(answer, "A").rank_b() == 1);
  CHECK(node_of(answer, "A").contacts_kept() == 2);
  CHECK(node_of(answer, "F").change() == "came");
  CHECK_FALSE(node_of(answer, "F").has_rank_a());
  CHECK(node_of(answer, "D").change() == "went");
  CHECK(answer.comparable());
  CHECK(answer.tie_changes_size() == 7);
  for (const auto& tie : answer.tie_changes()) CHECK(tie.evidence_size() > 0);
}

TEST_CASE("comparison: unequal coverage is said", "[network][compare]") {
  const Graph a = test::net("A-B");
  const auto judged = [&](const v1::RecordCoverage& x, const v1::RecordCoverage& y) {
    return compare_networks({"a", &a, x}, {"b", &a, y}, true, 5, 0);
  };
  CHECK(judged(covered(1, 5), covered(6, 10)).comparable());
  CHECK_FALSE(judged(covered(1, 5), covered(6, 12)).comparable());
  CHECK_FALSE(judged(covered(1, 5), covered(6, 10, 1)).comparable());
  CHECK_FALSE(judged(covered(1, 5), {}).comparable());
  Coverage holes;
  for (const int day : {6, 7, 10}) holes.add(0, day);
  const auto gap = coverage_answer(holes, {"SRC-1"}, std::nullopt, std::nullopt);
  REQUIRE(gap.gaps_size() == 1);
  CHECK(gap.gaps(0) == "1970-01-09 to 1970-01-10");
  CHECK_FALSE(judged(covered(1, 5), gap).comparable());
  // The same network compared with itself.
  const auto same = judged(covered(1, 5), covered(1, 5));
  CHECK(same.ties().jaccard() == 1);
  CHECK(same.top_jaccard() == 1);
}

TEST_CASE("overlap: expectation and tail by hand", "[network][compare]") {
  // Four shared nodes, six pairs; three ties each, two shared.
  const Graph a = test::net("A-B B-C C-D P-Q");
  const Graph b = test::net("A-B B-C A-D R-A");
  const auto answer = test::must(overlap({{"x", &a}, {"y", &b}}, 99, 1, 0));
  REQUIRE(answer.pairs_size() == 1);
  const auto& pair = answer.pairs(0);
  CHECK(pair.shared_nodes() == 4);
  CHECK(pair.node_jaccard() == Approx(4.0 / 7));
  CHECK(pair.shared_ties() == 2);
  CHECK(pair.tie_jaccard() == Approx(2.0 / 6));
  CHECK(pair.only_a() == 2);
  CHECK(pair.only_b() == 2);
  CHECK(pair.among_shared_b() == 3);
  CHECK(pair.expected_uniform() == Approx(1.5));
  CHECK(pair.p_uniform() == Approx(0.5));  // (C(3,2) C(3,1) + C(3,3)) / C(6,3) = 10 / 20
  CHECK(pair.ties_size() == 2);
}

TEST_CASE("overlap: meetings and calls of Montagna share more than degrees explain",
          "[network][compare]") {
  PALERMO_NEED_SHARED(shared);
  const Graph meetings = test::graph_of(test::montagna(shared, "meetings"));
  const Graph calls = test::graph_of(test::montagna(shared, "phonecalls"));
  const auto answer = test::must(overlap({{"meetings", &meetings}, {"calls", &calls}}, 200, 1, 0));
  const auto& pair = answer.pairs(0);
  // Counted in the files by a few lines of Python: 101 and 100 persons, 47 in both, among whom 106
  // and 65 of the 256 and 124 pairs lie.
  CHECK(pair.shared_nodes() == 47);
  CHECK(pair.shared_ties() == 38);
  CHECK(pair.among_shared_a() == 106);
  CHECK(pair.among_shared_b() == 65);
  CHECK(pair.shared_ties() + pair.only_a() == 256);
  CHECK(pair.shared_ties() + pair.only_b() == 124);
  CHECK(pair.shared_ties() > pair.expected_degrees());
  CHECK(pair.p_uniform() < 1e-6);
  CHECK(pair.p_degrees() < 0.01);
}

TEST_CASE("changes: a planted change of counts is found, chance is not", "[network][changes]") {
  network::Random random{11};
  TieTable table;
  Coverage coverage;
  for (std::int32_t day = 0; day < 40; ++day) {
    const std::uint64_t ties = (day < 25 ? 10 : 30) + random.below(4);
    for (std::uint64_t i = 0; i < ties; ++i)
      add(table, coverage, "N" + std::to_string(random.below(15)),
          "M" + std::to_string(random.below(15)), day);
  }
  const auto answer = test::must(find_changes(table, coverage, {}));
  CHECK(answer.unit() == "day");
  CHECK(answer.periods_size() == 40);
  bool found = false;
  for (const auto& change : answer.changes())
    if (change.series() == "records") {
      CHECK(change.at() == core::format_date({25}));
      CHECK(change.after() > 2.5 * change.before());
      CHECK_FALSE(change.coverage_changed());
      found = true;
    }
  CHECK(found);
  // Growth: cumulative counts never fall and end at all there are.
  CHECK(answer.periods(39).all_nodes() == table.nodes.size());
}

TEST_CASE("changes: steady chatter has none", "[network][changes]") {
  std::uint32_t reported = 0;
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
    network::Random random{seed};
    TieTable table;
    Coverage coverage;
    for (std::int32_t day = 0; day < 30; ++day)
      for (std::uint64_t i = 0; i < 20 + random.below(6); ++i)
        add(table, coverage, "N" + std::to_string(random.below(12)),
            "M" + std::to_string(random.below(12)), day);
    ChangeOptions options;
    options.draws = 199;
    for (const auto& change : test::must(find_changes(table, coverage, options)).changes())
      if (change.p_all() <= 0.05) ++reported;
  }
  CHECK(reported <= 1);
}

TEST_CASE("changes: a gap in the records is no silence", "[network][changes]") {
  TieTable table;
  Coverage coverage;
  for (std::int32_t day = 0; day < 30; ++day) {
    if (day >= 10 && day < 16) continue;  // no record at all
    for (int i = 0; i < 10; ++i)
      add(table, coverage, "N" + std::to_string(i), "M" + std::to_string((i + day) % 3), day);
  }
  const auto answer = test::must(find_changes(table, coverage, {}));
  CHECK(answer.periods_size() == 24);
  REQUIRE(answer.coverage().gaps_size() == 1);
  CHECK(answer.coverage().gaps(0) == "1970-01-11 to 1970-01-16");
  CHECK(answer.changes().empty());
}

TEST_CASE("changes: a change of sources is marked as such", "[network][changes]") {
  TieTable table;
  table.names.sources = {"SRC-1", "SRC-2"};
  Coverage coverage;
  for (std::int32_t day = 0; day < 30; ++day) {
    for (int i = 0; i < 10; ++i)
      add(table, coverage, "N" + std::to_string(i), "M" + std::to_string((i + day) % 3), day);
    if (day < 15) continue;
    for (int i = 0; i < 20; ++i)
      add(table, coverage, "P" + std::to_string(i), "M" + std::to_string((i + day) % 3), day);
    coverage.add(1, day, 20);
  }
  const auto answer = test::must(find_changes(table, coverage, {}));
  REQUIRE_FALSE(answer.changes().empty());
  for (const auto& change : answer.changes())
    if (change.at() == core::format_date({15})) CHECK(change.coverage_changed());
}
