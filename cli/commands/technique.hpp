// The log of what was done under an authorization.
#pragma once

#include <vector>

#include "cli/command.hpp"

namespace palermo::cli {

/// technique log and list, controlled-delivery log, undercover log.
[[nodiscard]] std::vector<Command> add_technique(CLI::App& app);

}  // namespace palermo::cli
