// Contact chaining: walking from one identifier to the next, within the authorized hops.
#pragma once

#include <string>
#include <vector>

#include "analysis/network/graph.hpp"
#include "analysis/network/hop_budget.hpp"
#include "cli/commands/network/selection.hpp"
#include "palermo/v1/authorization.pb.h"

namespace palermo::cli {

/// What chaining needs: the whole case for the budget, the selection for the answer. Both over
/// identifiers: hops are counted before identifiers become persons, or a merge would reach further
/// than an authorization allows.
struct Chaining {
  network::LoadOptions options;
  network::LoadedNetwork whole;
  network::LoadedNetwork selected;
  std::vector<v1::Authorization> authorizations;
};

/// Where a walk begins.
struct Seed {
  std::string node;                      // id in what walkable() gives
  std::vector<std::string> identifiers;  // ids in `whole` of all that belong to it
  std::vector<std::string> objects;      // as they stand in the trail
};

/// @param relied_on  id of an authorization; empty = all that the case holds
/// @error NotFound  no such authorization
core::Result<Chaining> load_for_chaining(session::Session& session, const Selection& selection,
                                         const std::string& relied_on);

/// The identifier a user names, or the person: by id, by name, or by one of the identifiers.
/// @param whole  graph of chaining.whole
/// @error NotFound  none. Usage  several
core::Result<Seed> find_seed(session::Session& session, const Chaining& chaining,
                             const network::Graph& whole, const std::string& named);

/// Hops that may be asked from a seed: of a person, as many as from the best of its identifiers.
network::HopDecision decide(const network::HopBudget& budget, const Seed& seed,
                            const std::string& relied_on);

/// Why hops are refused, and what a user can do: for Session::refuse with rule SC02.
std::string why_refused(const network::HopDecision& decision, std::uint32_t hops);
std::string what_opens(std::uint32_t allowed);

/// The selection's ties within the budget, over persons where these were asked for.
/// @param budget    null: all ties, to learn whether a refusal is due
/// @param left_out  counts the records behind ties left out
core::Result<network::LoadedNetwork> walkable(session::Session& session, const Chaining& chaining,
                                              const network::HopBudget* budget,
                                              const std::string& relied_on,
                                              std::uint64_t& left_out);

/// The vertex in the selection, or why it is not there though the case knows it.
core::Result<std::uint32_t> find_selected(const network::Graph& graph, const std::string& id);

/// Says how many records were not walked.
void add_left_out(v1::Basis& basis, std::uint64_t left_out);

}  // namespace palermo::cli
