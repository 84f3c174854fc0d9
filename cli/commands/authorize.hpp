// Parts of `palermo authorize`, and what the techniques' own commands share with it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "core/authorization/authorization_store.hpp"
#include "palermo/v1/authorization.pb.h"

namespace palermo::cli {

/// renew, confirm, refuse, cancel, review, condition, notify, destroy.
[[nodiscard]] std::vector<Command> add_authorize_life(CLI::App& authorize);

/// The summary of one authorization and the whole of it, as `show` answers.
[[nodiscard]] core::Result<v1::AuthorizationResult> authorization_shown(
    session::Session& session, const authorization::StoredAuthorization& stored,
    const std::string& as_of = {});
[[nodiscard]] std::string authorization_text(const v1::AuthorizationResult& result);

/// @error Usage  no time, named by its option
[[nodiscard]] core::Status check_time_option(const std::string& text, std::string_view option);
/// The same, and not in the future: a decision can be recorded late, but not before it was taken.
[[nodiscard]] core::Status check_past_option(const std::string& text, std::string_view option);

}  // namespace palermo::cli
