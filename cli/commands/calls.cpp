// palermo calls ...
#include <CLI/CLI.hpp>

#include "cli/commands/all.hpp"
#include "cli/commands/calls/subcommands.hpp"

namespace palermo::cli {

std::vector<Command> add_calls(CLI::App& app) {
  CLI::App* calls = app.add_subcommand("calls", "What the pattern of calls shows");
  calls->require_subcommand(1);
  return {
      add_calls_profile(calls),    add_calls_devices(calls),   add_calls_replacements(calls),
      add_calls_common(calls),     add_calls_sequences(calls), add_calls_bursts(calls),
      add_calls_colocation(calls), add_calls_places(calls),    add_calls_convoy(calls),
      add_calls_timeline(calls),   add_calls_hours(calls),
  };
}

}  // namespace palermo::cli
