#include "analysis/network/shortest_lengths.hpp"

#include <cmath>

namespace palermo::network::detail {
namespace {

/// Whether two lengths are the same but for rounding. @source igraph_cmp_epsilon
bool same_length(double a, double b) {
  constexpr double kEpsilon = 1e-10;
  return a == b || std::abs(a - b) < kEpsilon * (std::abs(a) + std::abs(b));
}

}  // namespace

std::uint32_t settle(const FlatGraph& graph, std::uint32_t source, std::uint32_t until,
                     LengthSearch& s) {
  std::fill(s.length.begin(), s.length.begin() + graph.n(),
            std::numeric_limits<double>::infinity());
  std::fill(s.settled.begin(), s.settled.begin() + graph.n(), char{0});
  s.links.clear();
  s.heap.clear();
  s.length[source] = 0;
  s.paths[source] = 1;
  s.first[source] = kUnseen;
  s.heap.set(source, 0);
  std::uint32_t reached = 0;
  while (!s.heap.empty()) {
    const std::uint32_t v = s.heap.pop();
    s.settled[v] = 1;
    s.order[reached++] = v;
    if (v == until) break;
    const double length = s.length[v];
    for (std::uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
      const std::uint32_t u = graph.targets[a];
      if (s.settled[u] != 0) continue;
      const double candidate = length + graph.lengths[a];
      const double known = s.length[u];
      if (same_length(candidate, known)) {
        s.paths[u] += s.paths[v];
      } else if (candidate < known) {
        s.length[u] = candidate;
        s.paths[u] = s.paths[v];
        s.first[u] = kUnseen;
        s.heap.set(u, candidate);
      } else {
        continue;
      }
      s.links.push_back({v, s.first[u]});
      s.first[u] = static_cast<std::uint32_t>(s.links.size() - 1);
    }
  }
  return reached;
}

}  // namespace palermo::network::detail
