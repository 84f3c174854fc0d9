// The case's entity events: read, and written with their ledger entry.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/result.hpp"
#include "core/session/session.hpp"
#include "palermo/v1/entity.pb.h"

namespace palermo::entity {

/// In the order of their numbers, E-1 first.
/// @param before_leaf  as the case stood when the ledger had this many entries; absent: now
/// @error Integrity  a stored event cannot be read (reason ALTERED)
[[nodiscard]] core::Result<std::vector<v1::EntityEvent>> load_events(
    store::Database& db, std::optional<std::int64_t> before_leaf = std::nullopt);

/// Stores one event with its entry and the log of the access (COMBINE for a merge, ALTER for the
/// rest), in the caller's transaction. Fills id, by and at.
/// @return the index of its leaf
[[nodiscard]] core::Result<std::uint64_t> write_event(session::Session& session,
                                                      store::Transaction& transaction,
                                                      v1::EntityEvent& event);

}  // namespace palermo::entity
