// Times of the network kernels on one graph, as JSON; with --make writes such a graph. For
// network_bench.py.
#include <igraph/igraph.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <functional>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>
#include <vector>

#include "analysis/network/betweenness.hpp"
#include "analysis/network/communities.hpp"
#include "analysis/network/distances.hpp"
#include "analysis/network/measures.hpp"
#include "analysis/network/random.hpp"

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

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Best of some runs: wall clock and processor seconds.
Json timed(int runs, const std::function<void()>& work) {
  double best = std::numeric_limits<double>::infinity();
  double cpu = best;
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const double cpu_start = cpu_seconds();
    work();
    cpu = std::min(cpu, cpu_seconds() - cpu_start);
    best = std::min(
        best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return {{"wall", best}, {"cpu", cpu}};
}

/// Random pairs whose ends are drawn with chances falling as the root of the rank: skewed degrees.
void make(std::uint32_t m, std::uint64_t seed) {
  const std::uint32_t n = m / 5;
  Random random{seed};
  std::unordered_set<std::uint64_t> seen;
  const auto end = [&] {
    const double r = random.unit();
    return static_cast<std::uint32_t>(r * r * n);
  };
  std::cout << n << ' ' << m << '\n';
  while (seen.size() < m) {
    const std::uint32_t a = end();
    const std::uint32_t b = end();
    if (a == b || !seen.insert((std::uint64_t{std::min(a, b)} << 32) | std::max(a, b)).second)
      continue;
    std::cout << a << ' ' << b << '\n';
  }
}

/// Twenty times: remove whoever has most contacts, and look at what holds together.
std::uint32_t removal_curve(const Graph& graph) {
  FlatGraph left = flat(graph);
  std::vector<bool> gone(graph.n(), false);
  std::uint32_t sum = 0;
  for (int i = 0; i < 20; ++i) {
    std::uint32_t first = 0;
    for (std::uint32_t v = 1; v < left.n(); ++v)
      if (left.degree(v) > left.degree(first)) first = v;
    gone[first] = true;
    left = without(left, gone);
    sum += cohesion(left, gone).largest;
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string{argv[1]} == "--make") {
    make(static_cast<std::uint32_t>(std::stoul(argv[2])), std::stoull(argv[3]));
    return 0;
  }
  if (argc != 4) {
    std::cerr << "usage: bench_network --make EDGES SEED | bench_network GRAPH RUNS WORKS\n";
    return 2;
  }
  std::ifstream in{argv[1]};
  const int runs = std::stoi(argv[2]);
  const std::string works = std::string{","} + argv[3] + ",";
  const auto wanted = [&](const char* work) {
    return works.find(std::string{","} + work + ",") != std::string::npos;
  };
  std::uint32_t n = 0;
  std::size_t m = 0;
  in >> n >> m;
  TieTable table;
  for (std::uint32_t v = 0; v < n; ++v)
    table.nodes.push_back({std::to_string(v), std::to_string(v), "label", ""});
  table.ties.resize(m);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (Tie& tie : table.ties) {
    in >> tie.a >> tie.b;
    tie.weight = 1;
    tie.count = 1;
    tie.evidence.push_back({0, static_cast<std::uint32_t>(pairs.size() + 1)});
    pairs.emplace_back(tie.a, tie.b);
  }
  const Graph graph = must(Graph::make(table));
  Json out;
  if (wanted("build"))
    out["build"] = timed(runs, [&] {
      if (Graph::from_pairs(n, pairs).m() != m) std::abort();
    });
  if (wanted("build with ids and evidence"))
    out["build with ids and evidence"] =
        timed(runs, [&] { static_cast<void>(must(Graph::make(table))); });
  if (wanted("components"))
    out["components"] = timed(runs, [&] { static_cast<void>(components(graph)); });
  if (wanted("k-core"))
    out["k-core"] = timed(runs, [&] { static_cast<void>(must(coreness(graph))); });
  if (wanted("PageRank"))
    out["PageRank"] = timed(runs, [&] { static_cast<void>(must(pagerank(graph))); });
  if (wanted("Leiden")) {
    Communities found;
    out["Leiden"] = timed(runs, [&] { found = must(leiden(graph, {1, 1})); });
    out["Leiden"]["modularity"] = found.modularity;
  }
  if (wanted("removal curve"))
    out["removal curve"] = timed(runs, [&] {
      if (removal_curve(graph) == 0) std::abort();
    });
  if (wanted("constraint"))
    out["constraint"] = timed(runs, [&] { static_cast<void>(must(constraint(graph))); });
  if (wanted("closeness"))
    out["closeness"] = timed(runs, [&] { static_cast<void>(must(closeness(graph))); });
  if (wanted("betweenness"))
    out["betweenness"] = timed(runs, [&] { static_cast<void>(must(betweenness(graph))); });
  if (wanted("betweenness, weighted")) {
    std::vector<double> lengths(graph.m());
    Random random{1};
    for (double& length : lengths) length = 1.0 / static_cast<double>(1 + random.below(20));
    out["betweenness, weighted"] =
        timed(runs, [&] { static_cast<void>(must(betweenness(graph, lengths))); });
  }
  if (wanted("betweenness, sampled")) {
    BetweennessOptions options;
    options.error = kUsualError;
    Betweenness found;
    out["betweenness, sampled"] =
        timed(runs, [&] { found = must(betweenness(flat(graph), options)); });
    out["betweenness, sampled"]["samples"] = found.samples;
  }
  if (wanted("betweenness in C")) {
    // igraph's own call, without what Python adds.
    igraph_vector_int_t ends;
    igraph_vector_int_init(&ends, static_cast<igraph_integer_t>(2 * m));
    for (std::size_t e = 0; e < m; ++e) {
      VECTOR(ends)[2 * e] = table.ties[e].a;
      VECTOR(ends)[2 * e + 1] = table.ties[e].b;
    }
    igraph_t peer;
    igraph_create(&peer, &ends, static_cast<igraph_integer_t>(n), IGRAPH_UNDIRECTED);
    igraph_vector_t scores;
    igraph_vector_init(&scores, 0);
    out["betweenness in C"] =
        timed(runs, [&] { igraph_betweenness(&peer, &scores, igraph_vss_all(), false, nullptr); });
    const std::vector<double> ours = must(betweenness(graph));
    double off = 0;
    for (std::uint32_t v = 0; v < n; ++v)
      off = std::max(off, std::abs(ours[*graph.find(std::to_string(v))] - VECTOR(scores)[v]) /
                              std::max(1.0, VECTOR(scores)[v]));
    out["betweenness in C"]["differs_by"] = off;
    igraph_vector_destroy(&scores);
    igraph_destroy(&peer);
    igraph_vector_int_destroy(&ends);
  }
  std::cout << out.dump() << '\n';
  return 0;
}
