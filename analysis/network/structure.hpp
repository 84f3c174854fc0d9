// Answers of `network core` and `network blocks`. `basis` is left to the caller, but for its
// convention.
#pragma once

#include <cstdint>
#include <optional>

#include "analysis/network/graph.hpp"
#include "analysis/network/rewire.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/network_structure.pb.h"

namespace palermo::network {

struct StructureOptions {
  std::uint32_t draws = 200;  // core: null draws
  std::uint64_t seed = 1;
  std::optional<Swap> swap;         // absent: as the layer's kind says
  std::uint32_t most_blocks = 12;   // blocks: largest number tried
  std::uint32_t most_nodes = 3000;  // more: examine() restricts
};

/// @error InvalidArgument  no tie, or too large and without a small enough k-core
[[nodiscard]] core::Result<v1::NetworkCore> core_answer(const Graph& graph,
                                                        const StructureOptions& options);
[[nodiscard]] core::Result<v1::NetworkBlocks> blocks_answer(const Graph& graph,
                                                            const StructureOptions& options);

}  // namespace palermo::network
