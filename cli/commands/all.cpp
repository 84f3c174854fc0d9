#include "cli/commands/all.hpp"

#include <CLI/CLI.hpp>

namespace palermo::cli {

std::vector<Command> add_commands(CLI::App& app) {
  (void)app;
  return {};
}

}  // namespace palermo::cli
