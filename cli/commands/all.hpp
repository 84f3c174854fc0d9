// Every command of the program; one file each.
#pragma once

#include <vector>

#include "cli/command.hpp"

namespace palermo::cli {

Command add_init(CLI::App& app);
std::vector<Command> add_user(CLI::App& app);
std::vector<Command> add_case(CLI::App& app);
std::vector<Command> add_authorize(CLI::App& app);
std::vector<Command> add_quarantine(CLI::App& app);
Command add_ingest(CLI::App& app);
std::vector<Command> add_profile(CLI::App& app);
std::vector<Command> add_records(CLI::App& app);
Command add_locate(CLI::App& app);
Command add_sql(CLI::App& app);
std::vector<Command> add_entity(CLI::App& app);
Command add_assess(CLI::App& app);
std::vector<Command> add_catalogue(CLI::App& app);
Command add_report(CLI::App& app);
Command add_decide(CLI::App& app);
std::vector<Command> add_statement(CLI::App& app);
std::vector<Command> add_protection(CLI::App& app);
Command add_simulate(CLI::App& app);
std::vector<Command> add_audit(CLI::App& app);
std::vector<Command> add_mla(CLI::App& app);
Command add_policy(CLI::App& app);
std::vector<Command> add_identity(CLI::App& app);
std::vector<Command> add_calls(CLI::App& app);
std::vector<Command> add_network(CLI::App& app);

}  // namespace palermo::cli
