// Shared by the steps in a sealed identity's life; no other room includes this.
#pragma once

#include <string_view>

#include "core/sealing/identity_log.hpp"
#include "core/session/session.hpp"
#include "palermo/v1/identity.pb.h"

namespace palermo::sealing::detail {

/// Refuses, and logs, an operator with both roles: nobody holds both halves.
[[nodiscard]] core::Status require_one_half(session::Session& session, std::string_view act);
/// @error Usage  empty, too long, or not UTF-8
[[nodiscard]] core::Status check_words(std::string_view words, std::string_view option);
/// Whether the stored row is the one the ledger speaks of.
[[nodiscard]] bool as_logged(const v1::SealedIdentity& identity, const SealedEntry& entry);

}  // namespace palermo::sealing::detail
