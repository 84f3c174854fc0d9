// What a network was read from: the layers of the case, and the sentences that stand below an
// answer.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/network/load.hpp"
#include "analysis/network/load/records.hpp"

namespace palermo::network::detail {

/// Layers of the case, each with its records.
/// @param before_leaf  as the case stood when the ledger had this many entries; absent: now
[[nodiscard]] core::Result<std::vector<Layer>> layers_of(store::Database& db,
                                                         const Sources& sources,
                                                         std::optional<std::int64_t> before_leaf);

/// How many records an answer rests on, how many are held back, and what was left out and why.
[[nodiscard]] core::Result<v1::Basis> basis_of(store::Database& db, const LoadOptions& options,
                                               std::optional<std::int64_t> before_leaf,
                                               std::uint64_t later_sources,
                                               const RecordCounts& counts);

/// What the layers asked for make of their records.
void add_layer_notices(const LoadOptions& options, const std::vector<Layer>& layers,
                       const Wants& wants, v1::Basis& basis);

/// Sorts ties by (a, b, authorization) and, by_day, day; those that share all become one.
void merge_ties(std::vector<Tie>& ties, bool by_day);

}  // namespace palermo::network::detail
