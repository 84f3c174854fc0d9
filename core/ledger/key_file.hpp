// One key file in the place of another.
#pragma once

#include <string_view>

#include "core/base/result.hpp"
#include "core/ledger/keys.hpp"

namespace palermo::ledger {

[[nodiscard]] bool holds_key(const KeyFolder& folder, std::string_view file_name);

/// Puts the key `from` in the place of `to`, whose bytes are overwritten first: what a key file
/// held is gone from it before its name is. A file system that writes elsewhere may keep them.
/// @param from, to  names that KeyFolder::save took
/// @error Io  cannot be written
[[nodiscard]] core::Status replace_key(const KeyFolder& folder, std::string_view from,
                                       std::string_view to);

}  // namespace palermo::ledger
