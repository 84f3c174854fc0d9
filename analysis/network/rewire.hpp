// Degree-preserving random graphs: what a network of the same degrees looks like by chance.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "analysis/network/graph.hpp"
#include "analysis/network/random.hpp"

namespace palermo::network {

enum class Swap {
  Directed,    // for calls, messages, payments: in-, out- and mutual degrees stay
  Undirected,  // for ties without direction: degrees stay
};

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// Ties as swaps take them. No two are about the same two vertices, and none is a loop.
struct SwapTies {
  Pairs one_way;  // a > b where no tie b > a stands beside it
  Pairs two_way;  // both directions, or without direction
  [[nodiscard]] std::size_t size() const { return one_way.size() + two_way.size(); }
  [[nodiscard]] Pairs all() const;
};

/// Ties of a graph; with Swap::Undirected all are two-way.
[[nodiscard]] SwapTies ties_of(const Graph& graph, Swap swap);

/// Swaps ends of random ties: a>b, c>d become a>d, c>b. One-way ties swap among themselves and
/// two-way ties among themselves, because a swap that tore mutual pairs apart would leave a graph
/// of more connected pairs than the data, in which every community search finds less. A swap that
/// would make a loop or connect a connected pair is refused. Goes on until 10 swaps a tie were
/// made, or 200 a tie were tried (the degrees leave no choice).
/// @return swaps made
/// @cost O(ties)
/// @source Maslov and Sneppen (2002), Milo et al. (2003); mutual ties kept: Zlatic et al. (2009)
std::uint64_t rewire(SwapTies& ties, Random& random);

}  // namespace palermo::network
