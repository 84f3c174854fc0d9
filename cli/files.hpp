// Reading and writing small files named on the command line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace palermo::cli {

/// The whole file. Refuses folders, and files above `limit` bytes.
/// @error BadInput  absent, a folder, unreadable, too large
[[nodiscard]] core::Result<std::string> read_text_file(const std::string& path, std::size_t limit);

/// Writes beside the target and renames, so that a reader sees the old file or the new one.
/// @error Io  cannot be written
[[nodiscard]] core::Status write_file(const std::string& path, std::string_view bytes);

}  // namespace palermo::cli
