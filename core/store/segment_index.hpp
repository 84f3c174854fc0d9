// Which identifiers a call segment mentions, as small maps of 4,096 each: the index of cases up to
// schema 4, whose segments keep it. New segments are indexed by postings.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace palermo::store {

inline constexpr std::uint32_t kIndexBlockIds = 4'096;

/// Which identifiers of one block of 4,096 a segment mentions: a map of 512 bytes, or the gaps
/// between them where that is shorter.
struct IndexBlock {
  std::uint32_t block = 0;
  std::string bits;
};

/// @param ids  ascending, none twice
[[nodiscard]] std::vector<IndexBlock> index_of(std::span<const std::uint32_t> ids);
/// As version 2 of segments had it: always a map.
[[nodiscard]] std::vector<IndexBlock> index_as_maps(std::span<const std::uint32_t> ids);

/// Whether a block mentions one of the ids.
/// @param within  each id - 4096 * block, ascending
/// @return nullopt when the bytes are no block
[[nodiscard]] std::optional<bool> mentions_any(std::string_view bits,
                                               std::span<const std::uint32_t> within);

}  // namespace palermo::store
