// Random networks with and without a planted group: for the tests and the calibration of
// `network groups`.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "analysis/network/groups.hpp"

namespace palermo::test {

/// Distinct pairs, ends by weight rank^-power: 0 = alike (Poisson degrees), 0.5 = skewed as
/// telephone contacts.
inline network::Pairs background(std::uint32_t n, std::uint32_t m, double power,
                                 network::Random& random) {
  std::vector<double> sum(n + 1, 0);
  for (std::uint32_t v = 0; v < n; ++v) sum[v + 1] = sum[v] + std::pow(v + 1.0, -power);
  const auto end = [&] {
    const double x = random.unit() * sum[n];
    return static_cast<std::uint32_t>(std::upper_bound(sum.begin(), sum.end(), x) - sum.begin()) -
           1;
  };
  network::Pairs pairs;
  while (pairs.size() < m) {
    const std::uint32_t a = end(), b = end();
    if (a == b) continue;
    const std::pair pair{std::min(a, b), std::max(a, b)};
    if (std::find(pairs.begin(), pairs.end(), pair) == pairs.end()) pairs.push_back(pair);
  }
  return pairs;
}

struct Planted {
  network::Pairs pairs;
  std::vector<std::uint32_t> members;  // sorted
};

/// A background, and `size` of its vertices joined pair by pair with chance `density`.
inline Planted planted(std::uint32_t n, std::uint32_t m, double power, std::uint32_t size,
                       double density, std::uint64_t seed) {
  network::Random random{seed};
  Planted result{background(n, m, power, random), {}};
  std::vector<std::uint32_t>& members = result.members;
  while (members.size() < size) {
    const auto v = static_cast<std::uint32_t>(random.below(n));
    if (std::find(members.begin(), members.end(), v) == members.end()) members.push_back(v);
  }
  std::sort(members.begin(), members.end());
  for (std::uint32_t i = 0; i < size; ++i)
    for (std::uint32_t j = i + 1; j < size; ++j)
      if (random.unit() < density) result.pairs.emplace_back(members[i], members[j]);
  return result;
}

/// Largest Jaccard overlap of a group with p < 0.05 with these members; 0 where none is
/// significant.
inline double best_overlap(const network::Groups& groups,
                           const std::vector<std::uint32_t>& members) {
  double best = 0;
  for (const network::Group& group : groups.groups) {
    if (!(*group.p_value < 0.05)) continue;
    std::vector<std::uint32_t> sorted = group.members, both;
    std::sort(sorted.begin(), sorted.end());
    std::set_intersection(sorted.begin(), sorted.end(), members.begin(), members.end(),
                          std::back_inserter(both));
    const std::size_t either = sorted.size() + members.size() - both.size();
    best = std::max(best, static_cast<double>(both.size()) / static_cast<double>(either));
  }
  return best;
}

}  // namespace palermo::test
