// Figures that others published on public data, or that the READMEs beside the data count.
#include "analysis/network/answers.hpp"
#include "analysis/network/fragility.hpp"
#include "analysis/network/groups.hpp"
#include "analysis/network/measures.hpp"
#include "tests/unit/network/net.hpp"

using namespace palermo;
using namespace palermo::network;
using palermo::test::graph_of;
using palermo::test::must;
using palermo::test::top;
using Ids = std::vector<std::string>;

namespace {

double score_of(const Graph& graph, const std::vector<double>& scores, const std::string& id) {
  const auto v = graph.find(id);
  REQUIRE(v.has_value());
  return scores[*v];
}

}  // namespace

TEST_CASE("Montagna phone calls give the published figures", "[network][published]") {
  PALERMO_NEED_SHARED(shared);
  const Graph graph = graph_of(test::montagna(shared, "phonecalls"));
  const v1::NetworkSummary summary = must(summarize(graph));
  CHECK(summary.nodes() == 100);
  CHECK(summary.edges() == 124);
  CHECK(summary.arcs() == 150);
  CHECK(summary.total_weight() == 276);
  CHECK(summary.components() == 5);
  CHECK(summary.largest_component() == 89);
  CHECK(std::vector<std::uint32_t>(summary.component_sizes().begin(),
                                   summary.component_sizes().end()) ==
        std::vector<std::uint32_t>{89, 5, 2, 2, 2});
  CHECK(summary.density() == Approx(0.0251).margin(5e-5));
  CHECK(summary.transitivity() == Approx(0.0727).margin(5e-5));
  CHECK(summary.clustering() == Approx(0.1046).margin(5e-5));
  CHECK(summary.diameter() == 7);
  CHECK(summary.average_path_length() == Approx(3.378).margin(5e-4));
  CHECK(summary.average_path_length_all() == Approx(3.372).margin(5e-4));
  CHECK(summary.assortativity() == Approx(-0.459).margin(5e-4));
  CHECK(summary.max_coreness() == 3);
  CHECK(summary.articulation_points() == 16);
  CHECK(summary.reciprocity() == Approx(52.0 / 150));
  const std::vector<double> between = must(betweenness(graph));
  CHECK(top(graph, between, 6) == Ids{"18", "61", "47", "29", "75", "36"});
  CHECK(score_of(graph, between, "18") == Approx(2028.86).margin(0.005));
  CHECK(score_of(graph, between, "61") == Approx(1366.44).margin(0.005));
  CHECK(score_of(graph, between, "47") == Approx(1145.68).margin(0.005));
  const std::vector<double> eigen = must(eigenvector(graph));
  CHECK(top(graph, eigen, 3) == Ids{"47", "27", "68"});
  CHECK(score_of(graph, eigen, "27") == Approx(0.599).margin(5e-4));
  CHECK(score_of(graph, eigen, "68") == Approx(0.588).margin(5e-4));
}

TEST_CASE("Montagna meetings give the published figures", "[network][published]") {
  PALERMO_NEED_SHARED(shared);
  const Graph graph = graph_of(test::montagna(shared, "meetings"));
  const v1::NetworkSummary summary = must(summarize(graph));
  CHECK(summary.nodes() == 101);
  CHECK(summary.edges() == 256);
  CHECK(summary.arcs() == 289);
  CHECK(summary.total_weight() == 456);
  CHECK(std::vector<std::uint32_t>(summary.component_sizes().begin(),
                                   summary.component_sizes().end()) ==
        std::vector<std::uint32_t>{92, 3, 2, 2, 2});
  CHECK(summary.density() == Approx(0.0507).margin(5e-5));
  CHECK(summary.transitivity() == Approx(0.4176).margin(5e-5));
  CHECK(summary.clustering() == Approx(0.6565).margin(5e-5));
  CHECK(summary.diameter() == 7);
  CHECK(summary.average_path_length() == Approx(3.309).margin(5e-4));
  CHECK(summary.average_path_length_all() == Approx(3.306).margin(5e-4));
  CHECK(summary.assortativity() == Approx(-0.039).margin(5e-4));
  CHECK(summary.max_coreness() == 6);
  CHECK(summary.articulation_points() == 12);
  const std::vector<double> between = must(betweenness(graph));
  CHECK(top(graph, between, 6) == Ids{"18", "47", "27", "68", "12", "25"});
  CHECK(score_of(graph, between, "18") == Approx(1847.28).margin(0.005));
  CHECK(score_of(graph, between, "25") == Approx(564.48).margin(0.005));
  const std::vector<double> eigen = must(eigenvector(graph));
  CHECK(top(graph, eigen, 3) == Ids{"47", "27", "18"});
  CHECK(score_of(graph, eigen, "27") == Approx(0.858).margin(5e-4));
  CHECK(score_of(graph, eigen, "18") == Approx(0.780).margin(5e-4));
}

TEST_CASE(
    "The lowest constraint among nodes of degree 5 and more is node 18 in both Montagna layers",
    "[network][published]") {
  PALERMO_NEED_SHARED(shared);
  for (const auto& [layer, expected] :
       {std::pair{"meetings", .098}, std::pair{"phonecalls", .042}}) {
    const Graph graph = graph_of(test::montagna(shared, layer));
    const auto values = must(constraint(graph));
    std::uint32_t lowest = *graph.find("47");
    for (std::uint32_t v = 0; v < graph.n(); ++v)
      if (graph.degree(v) >= 5 && *values[v] < *values[lowest]) lowest = v;
    CHECK(graph.nodes()[lowest].id == "18");
    CHECK(*values[lowest] == Approx(expected).margin(5e-4));
  }
}

TEST_CASE("The top broker of Montagna keeps its place as often as published when edges are missing",
          "[network][published]") {
  PALERMO_NEED_SHARED(shared);
  const Score score = [](const Graph& g) { return betweenness(g); };
  const std::pair<const char*, std::vector<double>> expected[] = {{"meetings", {.99, .96, .91}},
                                                                  {"phonecalls", {.95, .86, .74}}};
  for (const auto& [layer, shares] : expected) {
    const Graph graph = graph_of(test::montagna(shared, layer));
    for (int step = 0; step < 3; ++step) {
      const RankStability seen = must(rank_stability(graph, score, 0.1 * (step + 1), 1000, 1));
      // 1,000 draws: the standard error is at most .014.
      CHECK(seen.stays_first[*graph.find("18")] ==
            Approx(shares[static_cast<std::size_t>(step)]).margin(0.04));
    }
  }
}

TEST_CASE("On the Montagna calls modularity is no chance, transitivity is",
          "[network][published]") {
  PALERMO_NEED_SHARED(shared);
  GroupOptions options;
  options.draws = 200;
  const Graph graph = graph_of(test::montagna(shared, "phonecalls"));
  const Groups groups = must(find_groups(graph, options));
  CHECK(groups.null_model.kind == NullKind::Directed);
  REQUIRE(groups.null_model.z);
  CHECK(*groups.null_model.z == Approx(4.2).margin(1.0));
  CHECK(*groups.null_model.transitivity_z == Approx(-0.5).margin(0.5));
  CHECK(*groups.null_model.p_value == Approx(1.0 / 201));
  options.swap = Swap::Undirected;
  const Groups undirected = must(find_groups(graph, options));
  CHECK(*undirected.null_model.z == Approx(4.2).margin(0.8));
}

TEST_CASE("On the Montagna meetings modularity and transitivity stand far above chance",
          "[network][published]") {
  PALERMO_NEED_SHARED(shared);
  GroupOptions options;
  options.draws = 100;
  const Groups groups = must(find_groups(graph_of(test::montagna(shared, "meetings")), options));
  CHECK(groups.null_model.kind == NullKind::Undirected);
  CHECK(*groups.null_model.z == Approx(25).margin(5));
  CHECK(*groups.null_model.transitivity_z == Approx(25).margin(5));
  CHECK(*groups.null_model.p_value == Approx(1.0 / 101));
}

TEST_CASE("CAVIAR gives the counted figures, phase by phase and in full", "[network][published]") {
  PALERMO_NEED_SHARED(shared);
  const std::filesystem::path folder = shared / "data/caviar_montreal";
  struct Row {
    std::uint32_t actors, arcs, edges;
    double sum;
  };
  const Row rows[] = {{15, 26, 18, 59},  {24, 35, 28, 120}, {33, 68, 56, 282}, {33, 65, 48, 456},
                      {32, 50, 39, 162}, {27, 68, 47, 668}, {36, 63, 49, 379}, {42, 75, 58, 335},
                      {34, 60, 44, 317}, {42, 68, 50, 478}, {41, 72, 50, 355}};
  for (int phase = 1; phase <= 11; ++phase) {
    const Graph graph = graph_of(test::matrix(folder / ("phase" + std::to_string(phase) + ".csv")));
    const Row& row = rows[phase - 1];
    double sum = 0;
    for (const Arc& arc : graph.arcs()) sum += arc.weight;
    CAPTURE(phase);
    CHECK(graph.n() == row.actors);
    CHECK(graph.arcs().size() == row.arcs);
    CHECK(graph.m() == row.edges);
    CHECK(sum == row.sum);
  }
  const Graph full = graph_of(test::matrix(folder / "CAVIAR_FULL.csv"));
  const v1::NetworkSummary summary = must(summarize(full));
  CHECK(summary.nodes() == 110);
  CHECK(summary.arcs() == 295);
  CHECK(summary.edges() == 205);
  CHECK(summary.total_weight() == 3546);
  CHECK(summary.components() == 1);
  CHECK(summary.diameter() == 5);
  CHECK(summary.average_path_length() == Approx(2.655).margin(5e-4));
  CHECK(summary.density() == Approx(0.0342).margin(5e-5));
  CHECK(summary.transitivity() == Approx(0.1229).margin(5e-5));
  CHECK(summary.assortativity() == Approx(-0.362).margin(5e-4));
  const std::vector<double> between = must(betweenness(full));
  CHECK(top(full, between, 6) == Ids{"1", "12", "87", "76", "3", "37"});
  CHECK(score_of(full, between, "1") == Approx(3752.09).margin(0.005));
  CHECK(score_of(full, between, "37") == Approx(438.59).margin(0.005));
  CHECK(full.degree(*full.find("1")) == 60);
}

TEST_CASE("The covert networks give the counted figures", "[network][published]") {
  PALERMO_NEED_SHARED(shared);
  const std::filesystem::path folder = shared / "data/covert_networks";
  struct Row {
    const char* file;
    std::uint32_t actors, arcs, edges, components, largest, diameter;
    double transitivity, path, assortativity;
    const char* broker;
    double betweenness;
  };
  const Row rows[] = {
      {"siren.csv", 44, 206, 103, 1, 44, 4, .4061, 2.212, -.465, "1", 720.58},
      {"togo.csv", 33, 94, 47, 1, 33, 4, .1479, 2.468, -.452, "1", 388.33},
      {"cielnet.csv", 25, 45, 35, 1, 25, 5, .1720, 2.453, -.510, "N2", 176.87},
      {"natarajan_cocaine.csv", 28, 40, 40, 1, 28, 4, .1243, 2.071, -.556, "Kay", 311.50},
      {"natarajan_heroin.csv", 38, 168, 87, 1, 38, 4, .2184, 2.360, -.477, "Mr.DD", 250.02},
      {"london_gang.csv", 54, 630, 315, 1, 54, 4, .5197, 2.054, .023, "1", 149.74},
      {"italian_gangs.csv", 67, 228, 114, 2, 65, 6, .2080, 3.011, -.352, "N19", 1192.15},
      {"montreal_street_gangs.csv", 35, 153, 78, 4, 29, 4, .3356, 2.143, -.283, "BMF", 118.42},
      {"french_connection.csv", 112, 722, 361, 1, 112, 8, .3195, 3.312, .068, "salvatore lucania",
       1160.16},
      {"sept11_hijackers_trusted_prior_contacts_edges.csv", 19, 27, 27, 1, 19, 9, .3971, 3.515,
       -.150, "Hamza Alghamdi", 60.40},
      {"jemaah_islamiyah_koschade_edges.csv", 17, 63, 63, 1, 17, 3, .7878, 1.588, -.023, "SAMUDRA",
       61.17},
      {"madoff_money_flows_edges.csv", 61, 60, 60, 1, 61, 7, 0, 3.431, -.367,
       "Bernard_Madoff_Investment", 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.file);
    const bool list = std::string_view{row.file}.ends_with("_edges.csv");
    const Graph graph = graph_of(list ? test::edge_list(folder / row.file, ',', true)
                                      : test::matrix(folder / row.file));
    const v1::NetworkSummary summary = must(summarize(graph));
    CHECK(summary.nodes() == row.actors);
    CHECK(summary.arcs() == row.arcs);
    CHECK(summary.edges() == row.edges);
    CHECK(summary.components() == row.components);
    CHECK(summary.largest_component() == row.largest);
    CHECK(summary.diameter() == row.diameter);
    CHECK(summary.transitivity() == Approx(row.transitivity).margin(5e-5));
    CHECK(summary.assortativity() == Approx(row.assortativity).margin(5e-4));
    // The README means inside components: over all connected pairs.
    CHECK(summary.average_path_length_all() == Approx(row.path).margin(5e-4));
    const std::vector<double> between = must(betweenness(graph));
    CHECK(top(graph, between, 1) == Ids{row.broker});
    if (row.betweenness > 0)
      CHECK(score_of(graph, between, row.broker) == Approx(row.betweenness).margin(0.005));
  }
  CHECK(graph_of(test::edge_list(folder / "madoff_money_flows_edges.csv", ',', true))
            .loops_dropped() == 1);
  CHECK(must(summarize(graph_of(test::matrix(folder / "montreal_street_gangs.csv")))).isolates() ==
        2);
}
