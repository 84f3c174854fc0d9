// Paths, ego networks, and how far an authorization lets one go.
#include "analysis/network/answers.hpp"
#include "analysis/network/hop_budget.hpp"
#include "analysis/network/paths.hpp"
#include "tests/unit/network/net.hpp"

using namespace palermo;
using namespace palermo::network;
using palermo::test::must;
using palermo::test::net;

namespace {

std::string walk(const Graph& graph, const std::string& from, const std::string& to,
                 Length length = Length::Hops) {
  const auto path = must(shortest_path(graph, *graph.find(from), *graph.find(to), length));
  if (!path) return "none";
  std::string text;
  for (const std::uint32_t v : path->vertices) text += graph.nodes()[v].id;
  return text;
}

std::string ego_of(const Graph& graph, const std::string& id, std::uint32_t hops) {
  const EgoNetwork ego = must(ego_network(graph, *graph.find(id), hops));
  std::string text;
  for (std::size_t i = 0; i < ego.vertices.size(); ++i)
    text += graph.nodes()[ego.vertices[i]].id + std::to_string(ego.hops[i]) + " ";
  return text + std::to_string(ego.edges.size());
}

v1::Authorization authorization(const std::string& id, const std::vector<std::string>& targets,
                                std::optional<std::uint32_t> max_hops) {
  v1::Authorization result;
  result.set_id(id);
  for (const std::string& value : targets) {
    auto* target = result.add_targets();
    target->set_kind("msisdn");
    target->set_value(value);
  }
  if (max_hops) result.mutable_scope()->set_max_hops(*max_hops);
  return result;
}

}  // namespace

TEST_CASE("The path is the one with fewest hops, through the smallest ids", "[network][path]") {
  const Graph graph = net("A-C C-D A-B B-D D-E X-Y");
  CHECK(walk(graph, "A", "E") == "ABDE");
  CHECK(walk(graph, "E", "A") == "EDBA");
  CHECK(walk(graph, "A", "A") == "A");
  CHECK(walk(graph, "A", "X") == "none");
}

TEST_CASE("By strength, a chain of frequent contacts is shorter than one rare contact",
          "[network][path]") {
  const Graph graph = net("A-C:1 A-B:4 B-C:4");
  CHECK(walk(graph, "A", "C") == "AC");
  CHECK(walk(graph, "A", "C", Length::InverseStrength) == "ABC");
  const auto path =
      must(shortest_path(graph, *graph.find("A"), *graph.find("C"), Length::InverseStrength));
  CHECK(path->cost == Approx(0.5));
}

TEST_CASE("Each step of a path names the records it rests on", "[network][path]") {
  const Graph graph = net("A-B B-A:2 B-C");
  const auto path = must(shortest_path(graph, 0, 2, Length::Hops));
  const v1::NetworkPath answer = path_answer(graph, path, Length::Hops);
  CHECK(answer.connected());
  CHECK(answer.hops() == 2);
  REQUIRE(answer.path_size() == 3);
  CHECK(answer.path(0).weight() == 3);
  CHECK(answer.path(0).records() == 2);
  REQUIRE(answer.path(0).evidence_size() == 2);
  CHECK(answer.path(0).evidence(0) == "SRC-1:1");
  CHECK(answer.path(0).evidence(1) == "SRC-1:2");
  CHECK(answer.path(1).evidence(0) == "SRC-1:3");
  CHECK(answer.path(2).evidence_size() == 0);
}

TEST_CASE("A path or ego of a vertex outside the graph is an error", "[network][path]") {
  const Graph graph = net("A-B");
  CHECK(shortest_path(graph, 0, 2, Length::Hops).error().code == core::ErrorCode::InvalidArgument);
  CHECK(ego_network(graph, 2, 1).error().code == core::ErrorCode::InvalidArgument);
}

TEST_CASE("An ego network grows ring by ring", "[network][ego]") {
  const Graph graph = net("A-B A-C B-C C-D D-E X");
  CHECK(ego_of(graph, "A", 0) == "A0 0");
  CHECK(ego_of(graph, "A", 1) == "A0 B1 C1 2");  // the tie B-C lies outside one hop
  CHECK(ego_of(graph, "A", 2) == "A0 B1 C1 D2 4");
  CHECK(ego_of(graph, "A", 9) == "A0 B1 C1 D2 E3 5");
  CHECK(ego_of(graph, "X", 3) == "X0 0");
}

TEST_CASE("Hops are counted from the authorization's targets, never from the question",
          "[network][hops]") {
  // T is the target of W1 (two hops) and calls A, who calls B, who calls C. Z is open material.
  const TieTable table = test::ties("T-A@W1 A-B@W1 B-C@W1 Z~A Z~Y");
  const v1::Authorization w1[] = {authorization("W1", {"T"}, 2)};
  const HopBudget budget = HopBudget::make(table, w1);
  struct Row {
    const char* id;
    bool unlimited;
    std::uint32_t allowed;
  };
  const Row rows[] = {{"T", false, 2}, {"A", false, 1}, {"B", false, 0},    {"C", false, 0},
                      {"Z", true, 0},  {"Y", true, 0},  {"nobody", true, 0}};
  for (const Row& row : rows) {
    CAPTURE(row.id);
    const HopDecision decision = budget.decide(row.id);
    CHECK(decision.unlimited == row.unlimited);
    if (!row.unlimited) CHECK(decision.allowed == row.allowed);
  }
  SECTION("the distance travels with the answer") {
    const HopDecision decision = budget.decide("B");
    REQUIRE(decision.allowances.size() == 1);
    CHECK(decision.allowances[0].authorization_id == "W1");
    CHECK(decision.allowances[0].max_hops == 2);
    CHECK(decision.allowances[0].distance == 2U);
  }
  SECTION("an expansion walks within the budget alone, from whatever seed") {
    std::uint64_t left_out = 0;
    const Graph walkable = test::graph_of(within_budget(table, budget, "", left_out));
    CHECK(left_out == 1);  // B-C lies three hops from T
    CHECK(ego_of(walkable, "Z", 9) == "Z0 A1 Y1 B2 T2 4");
    CHECK(ego_of(walkable, "C", 9) == "C0 0");
  }
  SECTION("open ties do not shorten the way: they are not what the judge allowed") {
    const TieTable shortcut = test::ties("T-A@W1 A-B@W1 B-C@W1 T~C");
    CHECK(HopBudget::make(shortcut, w1).decide("C").allowed == 0);
  }
}

TEST_CASE("Absent hops read as one; of several authorizations the widest counts",
          "[network][hops]") {
  const TieTable table = test::ties("T-A@W1 S-A@W2 A-B@W2");
  const v1::Authorization both[] = {authorization("W1", {"T"}, std::nullopt),
                                    authorization("W2", {"S"}, 3)};
  const HopBudget budget = HopBudget::make(table, both);
  CHECK(budget.decide("T").allowed == 1);
  CHECK(budget.decide("S").allowed == 3);
  CHECK(budget.decide("A").allowed == 2);
  CHECK(budget.decide("A").allowances.size() == 2);
  SECTION("the one relied on counts alone") {
    CHECK(budget.decide("A", "W1").allowed == 0);
    CHECK(budget.decide("A", "W2").allowed == 2);
    CHECK(budget.decide("T", "W2").allowed == 0);
    CHECK_FALSE(budget.decide("T", "W2").unlimited);
    std::uint64_t left_out = 0;
    const TieTable part = within_budget(table, budget, "W1", left_out);
    CHECK(part.ties.size() == 1);
    CHECK(left_out == 2);
  }
  SECTION("zero hops allow no expansion") {
    const v1::Authorization none[] = {authorization("W1", {"T"}, 0), authorization("W2", {"S"}, 0)};
    CHECK(HopBudget::make(table, none).decide("T").allowed == 0);
    CHECK_FALSE(HopBudget::make(table, none).may_walk("W1", "T", "A"));
  }
}

TEST_CASE("What no target explains allows no hop", "[network][hops]") {
  SECTION("an authorization the case does not hold") {
    const HopBudget budget = HopBudget::make(test::ties("T-A@LOST"), {});
    CHECK_FALSE(budget.decide("T").unlimited);
    CHECK(budget.decide("T").allowed == 0);
    CHECK_FALSE(budget.may_walk("LOST", "T", "A"));
    CHECK_FALSE(budget.may_walk("NEVER HEARD OF", "T", "A"));
  }
  SECTION("ties that no target leads to") {
    const TieTable table = test::ties("T-A@W1 X-Y@W1");
    const v1::Authorization w1[] = {authorization("W1", {"T"}, 2)};
    const HopDecision decision = HopBudget::make(table, w1).decide("X");
    CHECK(decision.allowed == 0);
    REQUIRE(decision.allowances.size() == 1);
    CHECK_FALSE(decision.allowances[0].distance.has_value());
  }
}

TEST_CASE("Targets are recognized as they are written", "[network][hops]") {
  TieTable table = test::ties("+447700900001-+447700900002@W1");
  for (Node& node : table.nodes) node.kind = "msisdn";
  SECTION("a number with blanks") {
    const v1::Authorization w1[] = {authorization("W1", {"+44 7700 900001"}, 2)};
    CHECK(HopBudget::make(table, w1).decide("+447700900001").allowed == 2);
  }
  SECTION("a handset that served the number") {
    v1::Authorization w1[] = {authorization("W1", {}, 2)};
    auto* target = w1[0].add_targets();
    target->set_kind("imei");
    target->set_value("35-209900-176148-1");
    CHECK(HopBudget::make(table, w1).decide("+447700900001").allowed == 0);
    table.devices.push_back({0, 1, "imei", "35209900176148"});
    CHECK(HopBudget::make(table, w1).decide("+447700900001").allowed == 2);
    CHECK(HopBudget::make(table, w1).decide("+447700900002").allowed == 1);
  }
  SECTION("a place: whoever was seen there stands one hop from it") {
    v1::Authorization w1[] = {authorization("W1", {}, 2)};
    auto* target = w1[0].add_targets();
    target->set_kind("cell");
    target->set_value("234-15-1-1");
    CHECK(HopBudget::make(table, w1).decide("+447700900001").allowed == 1);
  }
}

TEST_CASE("No sequence of permitted questions reaches further than one from the target",
          "[network][hops][property]") {
  rc::prop("re-seeding with every reached identifier stays within max_hops of a target", [] {
    const auto n = *rc::gen::inRange(2, 12);
    const auto hops = *rc::gen::inRange<std::uint32_t>(0, 4);
    const auto end = rc::gen::inRange(0, n);
    const auto pairs =
        *rc::gen::container<std::vector<std::pair<int, int>>>(rc::gen::pair(end, end));
    std::string drawing = "n0-n1@W1 ";
    for (const auto& [a, b] : pairs)
      if (a != b) drawing += "n" + std::to_string(a) + "-n" + std::to_string(b) + "@W1 ";
    const TieTable table = test::ties(drawing);
    const v1::Authorization w1[] = {authorization("W1", {"n0"}, hops)};
    const HopBudget budget = HopBudget::make(table, w1);
    std::uint64_t left_out = 0;
    const Graph walkable = test::graph_of(within_budget(table, budget, "", left_out));
    const Graph all = test::graph_of(table);
    // What one question from the target reaches.
    const EgoNetwork lawful = *ego_network(all, *all.find("n0"), hops);
    std::vector<bool> within(all.n(), false);
    for (const std::uint32_t v : lawful.vertices) within[v] = true;
    // Every chain of permitted questions.
    std::vector<bool> seen(all.n(), false);
    std::vector<std::uint32_t> queue{*all.find("n0")};
    seen[queue[0]] = true;
    while (!queue.empty()) {
      const std::uint32_t v = queue.back();
      queue.pop_back();
      const HopDecision decision = budget.decide(all.nodes()[v].id);
      RC_ASSERT(!decision.unlimited);
      const EgoNetwork answer = *ego_network(walkable, v, decision.allowed);
      for (const std::uint32_t reached : answer.vertices) {
        RC_ASSERT(within[reached]);
        if (seen[reached]) continue;
        seen[reached] = true;
        queue.push_back(reached);
      }
    }
    RC_ASSERT(seen == within);
  });
}
