// Degree-preserving random graphs: what a network of the same degrees looks like by chance.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "analysis/network/graph.hpp"
#include "analysis/network/random.hpp"

namespace palermo::network {

enum class Swap {
  Directed,    // a>b, c>d become a>d, c>b: in- and out-degrees stay; for calls, messages, payments
  Undirected,  // a-b, c-d become a-d, c-b: degrees stay; for ties without direction
};

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// Directed or undirected pairs of the graph, as the swap takes them.
[[nodiscard]] Pairs pairs_of(const Graph& graph, Swap swap);

/// Swaps ends of random pairs of ties; a swap that would make a loop or a double tie is refused.
/// Goes on until 10 swaps a tie were made, or 200 a tie were tried (a graph that leaves no choice).
/// @param pairs  distinct, no loops; undirected ones in any order of their ends
/// @return swaps made
/// @cost O(ties)
/// @source Maslov and Sneppen (2002); Milo et al. (2003)
std::uint64_t rewire(Pairs& pairs, Swap swap, Random& random);

}  // namespace palermo::network
