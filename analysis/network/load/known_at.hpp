// As known then: which entries of the ledger existed at an instant.
#pragma once

#include <cstdint>

#include "core/base/result.hpp"
#include "core/store/database.hpp"

namespace palermo::network::detail {

/// Number of ledger entries recorded until `us`, itself included: what the case held then has a
/// smaller index. O(log n), since times of entries never decrease.
/// @error Usage  the case began later. Integrity  an entry cannot be read
[[nodiscard]] core::Result<std::int64_t> entries_until(store::Database& db, std::int64_t us);

}  // namespace palermo::network::detail
