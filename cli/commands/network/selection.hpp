// What every `palermo network` command shares: the part of the case it looks at, what its answer
// rests on, and what it leaves in the trail.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/network/load.hpp"
#include "cli/command.hpp"

namespace palermo::cli {

/// Part of the case a command looks at, and what its nodes are.
struct Selection {
  std::vector<std::string> layers;  // as given: names, or several with commas between
  std::string from;
  std::string to;
  std::string over = "identifiers";
  std::string known_at;

  [[nodiscard]] bool persons() const { return over == "persons"; }
};

/// --layer, --from, --to, --over and --known-at.
void add_selection(CLI::App* command, Selection& selection);

/// Layers as a user gives them: a name the case holds stands for itself, else commas part names.
/// @param db  the case whose names count
core::Result<std::vector<std::string>> layers_of(store::Database& db,
                                                 const std::vector<std::string>& given);

/// @error Usage  not a day or an instant; an end before the beginning
core::Result<network::LoadOptions> options_of(store::Database& db, const Selection& selection);

/// The case, for a user who may read the network.
core::Result<session::Session> open_for_network(const Context& context);

/// Keeps the convention that the analysis wrote and adds what was computed on.
void add_basis(v1::Basis& basis, const v1::Basis& loaded);

/// Entry of the trail about one look at the network.
v1::Access access(const char* command, const char* operation, std::uint64_t results);

/// Identifiers stand in the trail by their number in the case, never by their value.
std::string object_of(const network::LoadedNetwork& loaded, const std::string& id);

/// The same for all identifiers of a node that is a person.
std::vector<std::string> objects_of(const network::LoadedNetwork& loaded, const std::string& id);

}  // namespace palermo::cli
