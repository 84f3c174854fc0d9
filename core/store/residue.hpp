// Whether bytes that were deleted are gone from the disk, as far as the case's own files go.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/base/result.hpp"
#include "core/store/database.hpp"

namespace palermo::store {

/// Moves the write-ahead log into the case file and cuts it to nothing.
/// @return false when another program reads or writes the case, so that the log stays
[[nodiscard]] Result<bool> truncate_log(Database& db);

/// How many pieces of 32 bytes, one in each 256 of every text, stand in the case file, its log or
/// its journal. Zero for a case in memory.
/// @error Io  a file cannot be read
/// @cost one pass over the files, about 1 GB/s
[[nodiscard]] Result<std::uint32_t> count_residue(Database& db,
                                                  std::span<const std::string> deleted);
/// The same for another SQLite file.
[[nodiscard]] Result<std::uint32_t> count_residue(const std::string& path,
                                                  std::span<const std::string> deleted);

}  // namespace palermo::store
