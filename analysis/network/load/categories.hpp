// Persons behind identifiers, as far as a network shows them.
#pragma once

#include <optional>

#include "analysis/network/load.hpp"

namespace palermo::network::detail {

/// Gives each node the category of the persons to whom its identifier is attributed, as entity
/// decisions and statements have it; empty where nobody stated one.
/// @cost nothing in a case without statements, links and decisions
[[nodiscard]] core::Status fill_categories(store::Database& db,
                                           std::optional<std::int64_t> before_leaf,
                                           LoadedNetwork& loaded);

}  // namespace palermo::network::detail
