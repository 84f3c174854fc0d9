// Contact chaining: walking from one identifier to the next, within the authorized hops.
#pragma once

#include <string>
#include <vector>

#include "analysis/network/graph.hpp"
#include "cli/commands/network/selection.hpp"
#include "palermo/v1/authorization.pb.h"

namespace palermo::cli {

/// What chaining needs: the whole case for the budget, the selection for the answer.
struct Chaining {
  network::LoadedNetwork whole;
  network::LoadedNetwork selected;
  std::vector<v1::Authorization> authorizations;
};

/// @param relied_on  id of an authorization; empty = all that the case holds
/// @error NotFound  no such authorization
core::Result<Chaining> load_for_chaining(session::Session& session, const Selection& selection,
                                         const std::string& relied_on);

/// The vertex in the selection, or why it is not there though the case knows it.
core::Result<std::uint32_t> find_selected(const network::Graph& graph, const std::string& id);

/// Says how many records were not walked.
void add_left_out(v1::Basis& basis, std::uint64_t left_out);

}  // namespace palermo::cli
