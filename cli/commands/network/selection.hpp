// What every `palermo network` command shares: the part of the case it looks at, what its answer
// rests on, and what it leaves in the trail.
#pragma once

#include <cstdint>
#include <string>

#include "analysis/network/load.hpp"
#include "cli/command.hpp"

namespace palermo::cli {

/// Part of the case a command looks at.
struct Selection {
  std::string layer;
  std::string from;
  std::string to;
};

/// --layer, --from and --to.
void add_selection(CLI::App* command, Selection& selection);

/// @error Usage  not a day or an instant; an end before the beginning
core::Result<network::LoadOptions> options_of(const Selection& selection);

/// The case, for a user who may read the network.
core::Result<session::Session> open_for_network(const Context& context);

/// Keeps the convention that the analysis wrote and adds what was computed on.
void add_basis(v1::Basis& basis, const v1::Basis& loaded);

/// Entry of the trail about one look at the network.
v1::Access access(const char* command, const char* operation, std::uint64_t results);

/// Identifiers stand in the trail by their number in the case, never by their value.
std::string object_of(const network::LoadedNetwork& loaded, const std::string& id);

}  // namespace palermo::cli
