// What every text format refuses before it is read: nothing, other encodings, endless lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace palermo::ingest {

/// Longest line of a delimited or JSON-lines file.
inline constexpr std::size_t kMaxLineBytes = std::size_t{16} << 20;
/// Largest JSON document that is one value (JSON lines have no such limit).
inline constexpr std::size_t kMaxDocumentBytes = std::size_t{64} << 20;

/// Checks that `bytes` is text: not empty, no other encoding than UTF-8, no NUL, no line above
/// `max_line`. Looks for the endless line first and touches no byte behind it.
/// @return the text without a byte order mark; a view into `bytes`
/// @error BadInput  with the line, and what to do
/// @cost O(n), no copy
[[nodiscard]] core::Result<std::string_view> check_text(std::string_view bytes,
                                                        std::size_t max_line = kMaxLineBytes);

/// An Error at a line of the file; the caller adds the file's name.
[[nodiscard]] core::Error bad_input(std::uint64_t line, std::string message, std::string next = {});

}  // namespace palermo::ingest
