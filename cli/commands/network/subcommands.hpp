// The commands under `palermo network`; one file each.
#pragma once

#include "cli/command.hpp"

namespace palermo::cli {

Command add_network_blocks(CLI::App* network);
Command add_network_changes(CLI::App* network);
Command add_network_compare(CLI::App* network);
Command add_network_core(CLI::App* network);
Command add_network_disrupt(CLI::App* network);
Command add_network_draw(CLI::App* network);
Command add_network_ego(CLI::App* network);
Command add_network_groups(CLI::App* network);
Command add_network_keyplayers(CLI::App* network);
Command add_network_metrics(CLI::App* network);
Command add_network_overlap(CLI::App* network);
Command add_network_path(CLI::App* network);
Command add_network_persons(CLI::App* network);
Command add_network_summary(CLI::App* network);

}  // namespace palermo::cli
