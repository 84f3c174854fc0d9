// The commands under `palermo calls`; one file each.
#pragma once

#include "cli/command.hpp"

namespace palermo::cli {

Command add_calls_bursts(CLI::App* calls);
Command add_calls_colocation(CLI::App* calls);
Command add_calls_common(CLI::App* calls);
Command add_calls_convoy(CLI::App* calls);
Command add_calls_devices(CLI::App* calls);
Command add_calls_hours(CLI::App* calls);
Command add_calls_places(CLI::App* calls);
Command add_calls_profile(CLI::App* calls);
Command add_calls_replacements(CLI::App* calls);
Command add_calls_sequences(CLI::App* calls);
Command add_calls_timeline(CLI::App* calls);

}  // namespace palermo::cli
