// Core and periphery: a few who are tied to one another and to the rest, who are not tied among
// themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/network/random.hpp"
#include "analysis/network/rewire.hpp"
#include "analysis/network/tie_arrays.hpp"

namespace palermo::network {

/// Networks of which every split is tried: 65,536 of them.
inline constexpr std::uint32_t kAllSplits = 16;

struct CorePeriphery {
  std::vector<bool> core;
  double fit = 0;  // Pearson correlation over all pairs, -1 to 1; 0 where it is undefined
};

/// Discrete model: the split whose ideal pattern (a pair is tied where at least one of the two is
/// in the core) correlates best with the ties. Of up to kAllSplits nodes all splits are tried; of
/// more, degrees first, then single moves and exchanges from several starts: a good split, not
/// proved the best.
/// @source Borgatti and Everett (2000), equations 1 and 2
/// @cost a few times O(n^2) at worst
[[nodiscard]] CorePeriphery core_periphery(const TieArrays& graph, Random& random,
                                           std::uint32_t starts = 10);

/// Fit of a given split.
[[nodiscard]] double core_fit(const TieArrays& graph, const std::vector<bool>& core);

/// Continuous model: coreness c with c_i c_j as near to the ties as least squares bring it, without
/// the diagonal, largest 1. @source Borgatti and Everett (2000); MINRES, Comrey (1962)
struct Coreness {
  std::vector<double> values;
  double fit = 0;  // correlation of the ties with the products
};
[[nodiscard]] Coreness continuous_core(const TieArrays& graph);

struct CoreTest {
  CorePeriphery found;
  std::uint32_t draws = 0;
  double mean = 0;  // of the fit in the draws
  double sd = 0;
  std::optional<double> z;
  std::optional<double> p_value;  // (1 + k)/(N + 1)
};
/// The split and whether networks of the same degrees have as good a one.
[[nodiscard]] CoreTest test_core(std::uint32_t n, const SwapTies& ties, std::uint32_t draws,
                                 std::uint64_t seed);

}  // namespace palermo::network
