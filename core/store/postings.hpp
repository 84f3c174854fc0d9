// Which segments mention an identifier: lists of segments, a row for 64 identifiers and up to
// 1,024 segments. docs/formats/segments.md has the bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace palermo::store {

/// So few that a row mostly fits into a page of the index beside others.
inline constexpr std::uint32_t kPostingIds = 64;
/// Segments that one set of rows covers: what a verifier holds in memory at a time.
inline constexpr std::size_t kPostingSegments = 1'024;

/// The lists of identifiers 64 * block … 64 * block + 63.
struct Postings {
  std::uint32_t block = 0;
  std::string bytes;
};

/// Blocks of which at least one identifier is mentioned, ascending.
/// @param dictionaries  of each segment the ids it mentions, ascending and none twice; at most
/// kPostingSegments
/// @param threads  that share the work; the result does not depend on it
/// @cost about 20 ns a mention
[[nodiscard]] std::vector<Postings> postings_of(
    std::span<const std::vector<std::uint32_t>> dictionaries, unsigned threads = 1);

/// Appends the positions of the segments, from 0, that mention identifier 64 * block + within.
/// @return false when the bytes are no such lists, as far as they were looked at
[[nodiscard]] bool find_postings(std::string_view bytes, std::uint32_t within,
                                 std::vector<std::uint32_t>& segments);

}  // namespace palermo::store
