// The case file's tables, one migration after another.
#pragma once

#include <span>

namespace palermo::store {

/// SQL that takes the schema from version i to i + 1; user_version counts those applied.
[[nodiscard]] std::span<const char* const> migrations();

}  // namespace palermo::store
