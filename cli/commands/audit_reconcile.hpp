// reconcile: product, uses, authorizations and the authority's numbers compared.
#pragma once

#include <vector>

#include "cli/command.hpp"

namespace palermo::cli {

[[nodiscard]] std::vector<Command> add_audit_reconcile(CLI::App& audit);

}  // namespace palermo::cli
