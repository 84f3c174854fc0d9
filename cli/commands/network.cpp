// palermo network ...
#include <CLI/CLI.hpp>

#include "cli/commands/all.hpp"
#include "cli/commands/network/subcommands.hpp"

namespace palermo::cli {

std::vector<Command> add_network(CLI::App& app) {
  CLI::App* network = app.add_subcommand("network", "Who is tied to whom, and what it shows");
  network->require_subcommand(1);
  return {
      add_network_summary(network), add_network_metrics(network), add_network_groups(network),
      add_network_core(network),    add_network_blocks(network),  add_network_keyplayers(network),
      add_network_disrupt(network), add_network_path(network),    add_network_ego(network),
      add_network_compare(network), add_network_overlap(network), add_network_changes(network),
      add_network_draw(network),
      add_network_persons(network),
  };
}

}  // namespace palermo::cli
