#include "analysis/network/two_mode.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace palermo::network {

std::optional<TwoMode> two_mode_of(const Graph& graph) {
  if (graph.arcs().empty()) return std::nullopt;
  constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::vector<char> from(graph.n(), 0), to(graph.n(), 0);
  for (const Arc& arc : graph.arcs()) from[arc.a] = to[arc.b] = 1;
  TwoMode table;
  std::vector<std::uint32_t> event(graph.n(), kNone);
  for (std::uint32_t v = 0; v < graph.n(); ++v) {
    if (from[v] && to[v]) return std::nullopt;
    if (to[v]) {
      event[v] = table.events++;
      table.event_vertices.push_back(v);
    } else if (from[v]) {
      table.persons.push_back(v);
    }
  }
  for (const std::uint32_t v : table.persons) {
    // Neighbours are sorted, and so are the numbers of the events.
    table.attended.emplace_back();
    table.records.emplace_back();
    for (const Neighbour& next : graph.neighbours(v)) {
      table.attended.back().push_back(event[next.vertex]);
      table.records.back().push_back(graph.edges()[next.edge].count);
    }
  }
  return table;
}

core::Result<Projection> project(const Attendance& attended, std::uint32_t events,
                                 std::uint64_t most) {
  std::vector<std::vector<std::uint32_t>> persons(events);
  for (std::uint32_t p = 0; p < attended.size(); ++p)
    for (const std::uint32_t e : attended[p]) persons[e].push_back(p);
  std::uint64_t work = 0;
  for (const auto& list : persons) work += std::uint64_t{list.size()} * (list.size() + 1) / 2;
  if (work > most)
    return core::Error{
        core::ErrorCode::InvalidArgument,
        fmt::format("the projection of this layer has {} pairs, more than {}", work, most),
        std::nullopt,
        "narrow it with --from and --to: an event that nearly everybody shares ties "
        "nobody in particular"};
  Projection result;
  std::vector<std::uint32_t> shared(attended.size(), 0);
  std::vector<std::uint32_t> others;
  for (std::uint32_t p = 0; p < attended.size(); ++p) {
    others.clear();
    for (const std::uint32_t e : attended[p])
      for (auto q = std::upper_bound(persons[e].begin(), persons[e].end(), p);
           q != persons[e].end(); ++q)
        if (shared[*q]++ == 0) others.push_back(*q);
    std::sort(others.begin(), others.end());
    for (const std::uint32_t q : others) {
      result.pairs.emplace_back(p, q);
      result.shared.push_back(shared[q]);
      shared[q] = 0;
    }
  }
  return result;
}

core::Result<Graph> projected_graph(const Graph& graph, const TwoMode& table,
                                    const Projection& projection) {
  TieTable ties;
  ties.kind = LayerKind::Relations;
  for (const std::uint32_t v : table.persons) ties.nodes.push_back(graph.nodes()[v]);
  std::vector<std::uint32_t> both;
  for (std::size_t i = 0; i < projection.pairs.size(); ++i) {
    const auto [p, q] = projection.pairs[i];
    Tie tie;
    tie.a = p;
    tie.b = q;
    tie.weight = projection.shared[i];
    tie.count = projection.shared[i];
    both.clear();
    std::set_intersection(table.attended[p].begin(), table.attended[p].end(),
                          table.attended[q].begin(), table.attended[q].end(),
                          std::back_inserter(both));
    for (const std::uint32_t e : both)
      for (const std::uint32_t person : {p, q}) {
        const auto edge = graph.edge_between(table.persons[person], table.event_vertices[e]);
        if (!edge) continue;
        const Edge& seen = graph.edges()[*edge];
        if (seen.first_us != kNoTime && (tie.first_us == kNoTime || seen.first_us < tie.first_us))
          tie.first_us = seen.first_us;
        if (seen.last_us != kNoTime && (tie.last_us == kNoTime || seen.last_us > tie.last_us))
          tie.last_us = seen.last_us;
      }
    ties.ties.push_back(std::move(tie));
  }
  return Graph::make(ties);
}

void curveball(Attendance& attended, Random& random, std::uint32_t trades) {
  const std::size_t n = attended.size();
  if (n < 2) return;
  const std::uint64_t all = std::max<std::uint64_t>(10, std::uint64_t{n} * trades / 2 + 1);
  std::vector<std::uint32_t> only, kept_a, kept_b;
  std::vector<char> of_a;
  for (std::uint64_t trade = 0; trade < all; ++trade) {
    const std::uint64_t i = random.below(n);
    std::uint64_t j = random.below(n - 1);
    if (j >= i) ++j;
    std::vector<std::uint32_t>& a = attended[i];
    std::vector<std::uint32_t>& b = attended[j];
    only.clear();
    std::size_t from_a = 0;
    for (std::size_t x = 0, y = 0; x < a.size() || y < b.size();) {
      if (y == b.size() || (x < a.size() && a[x] < b[y])) {
        only.push_back(a[x++]);
        ++from_a;
      } else if (x == a.size() || b[y] < a[x]) {
        only.push_back(b[y++]);
      } else {
        ++x;
        ++y;
      }
    }
    if (from_a == 0 || from_a == only.size()) continue;  // counts as a step of the chain
    // Which of the events that one alone attended go to a: selection sampling keeps them sorted.
    of_a.assign(only.size(), 0);
    std::size_t wanted = from_a;
    for (std::size_t k = 0; k < only.size() && wanted > 0; ++k)
      if (random.below(only.size() - k) < wanted) {
        of_a[k] = 1;
        --wanted;
      }
    kept_a.clear();
    kept_b.clear();
    std::size_t k = 0;
    for (std::size_t x = 0, y = 0; x < a.size() || y < b.size();) {
      if (x < a.size() && y < b.size() && a[x] == b[y]) {
        kept_a.push_back(a[x]);
        kept_b.push_back(b[y]);
        ++x;
        ++y;
        continue;
      }
      const bool first = y == b.size() || (x < a.size() && a[x] < b[y]);
      const std::uint32_t event = first ? a[x++] : b[y++];
      (of_a[k++] ? kept_a : kept_b).push_back(event);
    }
    std::swap(a, kept_a);
    std::swap(b, kept_b);
  }
}

}  // namespace palermo::network
