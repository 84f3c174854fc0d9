#include "analysis/calls/contacts.hpp"

namespace palermo::calls {

Neighbours neighbours(const Log& log) {
  Neighbours result(log.parties.size());
  for (const Event& event : log.events)
    if (event.is_contact()) {
      result[event.a].insert(event.b);
      result[event.b].insert(event.a);
    }
  return result;
}

network::SwapTies pairs_of(const Neighbours& neighbours) {
  network::SwapTies ties;
  for (std::uint32_t a = 0; a < neighbours.size(); ++a)
    for (const std::uint32_t b : neighbours[a])
      if (a < b) ties.two_way.emplace_back(a, b);
  return ties;
}

}  // namespace palermo::calls
