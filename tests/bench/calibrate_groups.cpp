// Does the test of groups keep its level, and does it find what is there? Not a ctest: minutes to
// an hour.
//
//   calibrate_groups level GRAPHS DRAWS    share of graphs drawn from the null model with p < 0.05
//   calibrate_groups power GRAPHS DRAWS [DENSITY [SEED]]    planted groups of 8 in 400 found, by
//   density of the plant; the first graph has that seed, 5000 where none is named
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "analysis/network/groups.hpp"
#include "tests/support/planted.hpp"

namespace {

using namespace palermo::network;
using palermo::test::background;
using palermo::test::best_overlap;
using palermo::test::Planted;

Groups tested(std::uint32_t n, const Pairs& pairs, std::uint32_t draws, std::uint64_t seed) {
  GroupOptions options;
  options.draws = draws;
  options.seed = seed;
  options.swap = Swap::Undirected;
  return *find_groups(Graph::from_pairs(n, pairs), options);
}

void level(std::uint32_t graphs, std::uint32_t draws) {
  struct Shape {
    const char* name;
    std::uint32_t n, m;
    double power;
  };
  for (const Shape& shape :
       {Shape{"skewed degrees", 100, 160, 0.5}, Shape{"Poisson degrees", 100, 200, 0}}) {
    std::uint32_t best = 0, listed = 0, whole = 0;
    Random random{99};
    const Pairs base = background(shape.n, shape.m, shape.power, random);
    for (std::uint32_t trial = 0; trial < graphs; ++trial) {
      SwapTies ties;
      ties.two_way = base;
      Random chain{1'000'000 + trial};
      rewire(ties, chain);
      const Groups groups = tested(shape.n, ties.all(), draws, trial + 1);
      best += *groups.null_model.best_p < 0.05 ? 1 : 0;
      whole += *groups.null_model.p_value < 0.05 ? 1 : 0;
      listed += std::any_of(groups.groups.begin(), groups.groups.end(),
                            [](const Group& group) { return *group.p_value < 0.05; })
                    ? 1
                    : 0;
    }
    const auto share = [&](std::uint32_t count) { return static_cast<double>(count) / graphs; };
    fmt::print(
        "{}, {} nodes, {} ties: of {} graphs drawn from the null model ({} draws each), p < 0.05 "
        "for the "
        "best set of all in {:.3f}, for a listed group in {:.3f}, for the whole network's "
        "modularity in {:.3f}\n",
        shape.name, shape.n, shape.m, graphs, draws, share(best), share(listed), share(whole));
    std::fflush(stdout);
  }
}

void power(std::uint32_t graphs, std::uint32_t draws, double only, std::uint64_t seed) {
  constexpr std::uint32_t n = 400, planted = 8;
  for (const double power : {0.5, 0.0})
    for (const std::uint32_t m : {800U})
      for (const double density : {0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 1.0}) {
        if (only > 0 && std::abs(density - only) > 1e-9) continue;
        std::uint32_t found = 0, significant = 0;
        double sum = 0;
        for (std::uint32_t trial = 0; trial < graphs; ++trial) {
          const Planted one = palermo::test::planted(n, m, power, planted, density, seed + trial);
          const Groups groups = tested(n, one.pairs, draws, trial + 1);
          const double best = best_overlap(groups, one.members);
          significant += *groups.null_model.best_p < 0.05 ? 1 : 0;
          found += best >= 0.8 ? 1 : 0;
          sum += best;
        }
        fmt::print(
            "8 of 400 planted at density {:.1f} in {} ties ({} degrees): found in {} of {} (a "
            "listed group "
            "with p < 0.05 and Jaccard >= 0.8), something significant in {}, mean Jaccard {:.2f}; "
            "{} draws\n",
            density, m, power > 0 ? "skewed" : "Poisson", found, graphs, significant, sum / graphs,
            draws);
        std::fflush(stdout);
      }
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint32_t graphs = argc > 2 ? static_cast<std::uint32_t>(std::atoi(argv[2])) : 0;
  const std::uint32_t draws = argc > 3 ? static_cast<std::uint32_t>(std::atoi(argv[3])) : 40;
  const std::string what = argc > 1 ? argv[1] : "all";
  if (what == "level" || what == "all") level(graphs > 0 ? graphs : 500, draws);
  if (what == "power" || what == "all")
    power(graphs > 0 ? graphs : 100, draws, argc > 4 ? std::atof(argv[4]) : 0,
          argc > 5 ? std::strtoull(argv[5], nullptr, 10) : 5000);
}
