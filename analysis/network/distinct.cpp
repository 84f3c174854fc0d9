#include "analysis/network/distinct.hpp"

#include "analysis/network/clique.hpp"

namespace palermo::network {

PersonInterval persons_behind(const Graph& graph, std::span<const std::uint32_t> members,
                              std::uint64_t budget) {
  PersonInterval interval;
  interval.hi = static_cast<std::uint32_t>(members.size());
  if (members.empty()) return interval;
  constexpr std::uint32_t kOutside = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> local(graph.n(), kOutside);
  for (std::uint32_t i = 0; i < members.size(); ++i) local[members[i]] = i;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> spoke;
  for (const std::uint32_t v : members)
    for (const Neighbour& next : graph.neighbours(v))
      if (v < next.vertex && local[next.vertex] != kOutside && graph.edges()[next.edge].spoke)
        spoke.emplace_back(local[v], local[next.vertex]);
  const Clique clique = largest_clique(static_cast<std::uint32_t>(members.size()), spoke, budget);
  interval.lo = static_cast<std::uint32_t>(clique.members.size());
  interval.exact_lo = clique.exact;
  return interval;
}

}  // namespace palermo::network
