// Draws and p-values, the same on every machine.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "analysis/network/random.hpp"

namespace palermo::calls {

using network::Random;

/// Differences below this are rounding: a draw that equals what was observed counts as extreme.
inline constexpr double kSame = 1e-9;

template <typename T>
void shuffle(std::span<T> values, Random& random) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.below(i)]);
}

/// (1 + draws at least as large) / (draws + 1).
[[nodiscard]] inline double p_of(double observed, std::span<const double> draws) {
  const auto extreme = std::count_if(draws.begin(), draws.end(),
                                     [&](double drawn) { return drawn >= observed - kSame; });
  return (1.0 + static_cast<double>(extreme)) / (static_cast<double>(draws.size()) + 1.0);
}

/// -log10 of the Poisson chance of at least `count`. @param mean  above 0
[[nodiscard]] inline double poisson_excess(std::uint32_t count, double mean) {
  if (count == 0) return 0;
  double term = count * std::log(mean) - mean - std::lgamma(count + 1.0);
  double log_sum = term;
  // Terms from `count` upwards, until they no longer matter.
  for (std::uint32_t k = count; k < count + 2000 && term > log_sum - 40; ++k) {
    term += std::log(mean / (k + 1.0));
    log_sum += std::log1p(std::exp(term - log_sum));
  }
  return std::max(0.0, -log_sum / std::log(10.0));
}

[[nodiscard]] inline double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

}  // namespace palermo::calls
