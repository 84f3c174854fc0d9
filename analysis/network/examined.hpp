// Which part of a large network a method for small ones looks at.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "analysis/network/graph.hpp"

namespace palermo::network {

/// Vertices with at least one tie; where they are more than `most`, those of the largest component;
/// where these are still more, its smallest k-core that is small enough.
struct Examined {
  std::vector<std::uint32_t> vertices;                         // of the graph, in order
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;  // ties by place in `vertices`
  std::vector<bool> kept;     // for each edge of the graph: both ends are examined
  std::string restricted_to;  // empty: all that have a tie
};
/// @error InvalidArgument  not even a k-core is small enough
[[nodiscard]] core::Result<Examined> examine(const Graph& graph, std::uint32_t most);

}  // namespace palermo::network
