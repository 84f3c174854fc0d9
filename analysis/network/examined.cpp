#include "analysis/network/examined.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/network/measures.hpp"

namespace palermo::network {

core::Result<Examined> examine(const Graph& graph, std::uint32_t most) {
  Examined result;
  std::vector<char> in(graph.n(), 0);
  std::uint32_t count = 0;
  for (std::uint32_t v = 0; v < graph.n(); ++v)
    if (graph.degree(v) > 0) {
      in[v] = 1;
      ++count;
    }
  if (count > most) {
    const Components parts = components(graph);
    for (std::uint32_t v = 0; v < graph.n(); ++v) in[v] = parts.of[v] == 0 ? 1 : 0;
    count = parts.sizes[0];
    result.restricted_to = fmt::format("the largest component, {} of {} nodes", count, graph.n());
  }
  if (count > most) {
    PALERMO_TRY(const std::vector<std::uint32_t> cores, coreness(graph));
    std::vector<std::uint32_t> sorted;
    for (std::uint32_t v = 0; v < graph.n(); ++v)
      if (in[v]) sorted.push_back(cores[v]);
    std::sort(sorted.begin(), sorted.end(), std::greater<>{});
    const std::uint32_t k = sorted[most] + 1;  // the first value that would be one too many
    count = 0;
    for (std::uint32_t v = 0; v < graph.n(); ++v) {
      in[v] = in[v] && cores[v] >= k ? 1 : 0;
      count += in[v] ? 1 : 0;
    }
    if (count == 0)
      return core::Error{
          core::ErrorCode::InvalidArgument,
          fmt::format("the network is too large for this method: more than {} nodes, "
                      "and no smaller k-core",
                      most),
          std::nullopt, "narrow it with --layer, --from and --to"};
    result.restricted_to =
        fmt::format("the {}-core of the largest component, {} of {} nodes", k, count, graph.n());
  }
  std::vector<std::uint32_t> place(graph.n(), 0);
  for (std::uint32_t v = 0; v < graph.n(); ++v)
    if (in[v]) {
      place[v] = static_cast<std::uint32_t>(result.vertices.size());
      result.vertices.push_back(v);
    }
  for (const Edge& edge : graph.edges()) {
    const bool both = in[edge.a] && in[edge.b];
    result.kept.push_back(both);
    if (both) result.pairs.emplace_back(place[edge.a], place[edge.b]);
  }
  return result;
}

}  // namespace palermo::network
