// Own Leiden against igraph's on one random graph with skewed degrees: time and modularity,
// alternating.
#include <fmt/format.h>
#include <igraph/igraph.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <thread>

#include "analysis/network/flat_leiden.hpp"

namespace {

using palermo::network::FlatLeiden;
using palermo::network::Random;
using palermo::network::TieArrays;
using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

// Endpoints by weight rank^-0.5: degrees from a few to some thousand.
Pairs skewed(std::uint32_t n, std::uint32_t m, std::uint64_t seed) {
  Random random{seed};
  Pairs pairs;
  while (pairs.size() < m) {
    for (std::size_t missing = m - pairs.size(); missing > 0; --missing) {
      const auto end = [&] {
        const double x = random.unit();
        return static_cast<std::uint32_t>(x * x * n);
      };
      const std::uint32_t a = end(), b = end();
      if (a != b) pairs.emplace_back(std::min(a, b), std::max(a, b));
    }
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  }
  return pairs;
}

double seconds(const std::chrono::steady_clock::time_point& since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint32_t m = argc > 1 ? static_cast<std::uint32_t>(std::atoi(argv[1])) : 1'000'000;
  const std::uint32_t rounds = 2;
  const std::uint32_t n = m / 5;
  const Pairs pairs = skewed(n, m, 1);
  const TieArrays flat = palermo::network::arrays_of(n, pairs);
  igraph_vector_int_t ends;
  igraph_vector_int_init(&ends, 2 * static_cast<igraph_integer_t>(pairs.size()));
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    VECTOR(ends)[2 * i] = pairs[i].first;
    VECTOR(ends)[2 * i + 1] = pairs[i].second;
  }
  igraph_t graph;
  igraph_create(&graph, &ends, n, false);
  igraph_vector_t degrees;
  igraph_vector_init(&degrees, n);
  for (std::uint32_t v = 0; v < n; ++v) VECTOR(degrees)[v] = static_cast<double>(flat.degree[v]);
  igraph_vector_int_t membership;
  igraph_vector_int_init(&membership, n);
  for (std::uint64_t run = 1; run <= 3; ++run) {
    igraph_rng_seed(igraph_rng_default(), run);
    igraph_integer_t count = 0;
    double theirs = 0;
    auto start = std::chrono::steady_clock::now();
    igraph_community_leiden(&graph, nullptr, &degrees, 1.0 / (2.0 * m), 0.01, false, rounds,
                            &membership, &count, &theirs);
    const double igraph_s = seconds(start);
    FlatLeiden kernel;
    start = std::chrono::steady_clock::now();
    const auto ours = kernel.search(flat, 1, run, rounds);
    const double own_s = seconds(start);
    start = std::chrono::steady_clock::now();
    const auto converged = kernel.search(flat, 1, run);
    const double converged_s = seconds(start);
    fmt::print(
        "{} edges, {} rounds: igraph {:.2f} s, Q {:.4f}; own {:.2f} s, Q {:.4f} ({} communities "
        "against {}); own converged {:.2f} s, {} rounds, Q {:.4f}\n",
        m, rounds, igraph_s, theirs, own_s, ours.quality, ours.count, count, converged_s,
        converged.rounds, converged.quality);
  }
  igraph_vector_int_destroy(&membership);
  igraph_vector_destroy(&degrees);
  igraph_destroy(&graph);
  igraph_vector_int_destroy(&ends);
}
