// `palermo cooperation`: tables for authorities of several States.
#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"
#include "palermo/v1/cooperation.pb.h"

namespace palermo::cli {

std::vector<Command> add_cooperation(CLI::App& app);
/// `cooperation deconflict`, `deconflict-key` and `deconflict-list`.
std::vector<Command> add_deconfliction(CLI::App* group);

[[nodiscard]] std::string conduct_text(const v1::DualCriminality& table);
[[nodiscard]] std::string jurisdiction_text(const v1::JurisdictionMatrix& matrix);
[[nodiscard]] std::string routes_text(const v1::RouteSheet& sheet);
[[nodiscard]] std::string corroboration_text(const v1::CorroborationMap& map);

}  // namespace palermo::cli
