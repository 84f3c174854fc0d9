// Who is in contact with whom, and what chance alone would make of it.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "analysis/calls/events.hpp"
#include "analysis/network/rewire.hpp"

namespace palermo::calls {

/// Contacts of every party, without direction.
using Neighbours = std::vector<std::set<std::uint32_t>>;
[[nodiscard]] Neighbours neighbours(const Log& log);

/// Pairs in contact, each once, as swaps take them.
[[nodiscard]] network::SwapTies pairs_of(const Neighbours& neighbours);

struct CommonOptions {
  std::size_t at_least = 0;  // of the numbers; 0 = all of them
  double hub_share = 0.05;   // a contact of more than this share of all numbers is a hub
  std::uint32_t draws = 199;
  std::uint32_t seed = 1;
  std::size_t limit = 0;     // contacts listed; 0 = all
  std::size_t evidence = 3;  // record ids of each side
};

}  // namespace palermo::calls
