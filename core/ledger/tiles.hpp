// The tlog-tiles folder form of a log, for verifiers that know nothing of Palermo.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/store/database.hpp"

namespace palermo::ledger {

/// Called with each file of the folder: path below it, bytes.
using FileSink = std::function<core::Status(const std::string& path, std::string_view bytes)>;

/// "x001/x234/067" for 1234067. @source C2SP tlog-tiles
[[nodiscard]] std::string tile_path_number(std::uint64_t index);

/// Hash tiles and entry bundles of the first `size` entries, full and partial.
/// @error Integrity  a stored hash or entry is missing
[[nodiscard]] core::Status write_tiles(store::Database& db, std::uint64_t size,
                                       const FileSink& sink);

}  // namespace palermo::ledger
