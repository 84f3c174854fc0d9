#include "analysis/network/groups.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/network/measures.hpp"

namespace palermo::network {
namespace {

struct Moments {
  double mean = 0;
  double sd = 0;
};

Moments moments(const std::vector<double>& values) {
  Moments result;
  if (values.empty()) return result;
  result.mean =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  if (values.size() < 2) return result;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.sd = std::sqrt(squares / static_cast<double>(values.size() - 1));
  return result;
}

std::optional<double> z_score(double observed, const Moments& null) {
  if (!(null.sd > 1e-12)) return std::nullopt;
  return (observed - null.mean) / null.sd;
}

double p_value(double observed, const std::vector<double>& draws) {
  const auto as_large = std::count_if(draws.begin(), draws.end(),
                                      [&](double value) { return value >= observed - 1e-12; });
  return (1.0 + static_cast<double>(as_large)) / (static_cast<double>(draws.size()) + 1.0);
}

std::vector<std::vector<std::uint32_t>> members_of(const Communities& communities) {
  std::vector<std::vector<std::uint32_t>> members(communities.count);
  for (std::uint32_t v = 0; v < communities.of.size(); ++v) members[communities.of[v]].push_back(v);
  return members;
}

void describe(const Graph& graph, const std::vector<std::uint32_t>& of, Group& group) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranked;  // (edges inside, vertex)
  for (const std::uint32_t v : group.members) {
    std::uint32_t inside = 0;
    for (const Neighbour& next : graph.neighbours(v)) {
      if (of[next.vertex] != of[v]) continue;
      ++inside;
      const Edge& edge = graph.edges()[next.edge];
      if (edge.first_us != kNoTime && (group.first_us == kNoTime || edge.first_us < group.first_us))
        group.first_us = edge.first_us;
      if (edge.last_us != kNoTime && (group.last_us == kNoTime || edge.last_us > group.last_us))
        group.last_us = edge.last_us;
    }
    ranked.emplace_back(inside, v);
  }
  std::sort(ranked.begin(), ranked.end(), [](const auto& x, const auto& y) {
    return x.first != y.first ? x.first > y.first : x.second < y.second;
  });
  for (std::size_t i = 0; i < ranked.size(); ++i) group.members[i] = ranked[i].second;
  group.persons = persons_behind(graph, group.members);
}

core::Result<NullResult> test_against_chance(const Graph& graph, const GroupOptions& options,
                                             Groups& groups) {
  NullResult result;
  result.swap = options.swap.value_or(graph.kind() == LayerKind::PointEvents ? Swap::Directed
                                                                             : Swap::Undirected);
  result.draws = graph.m() < 2 ? 0 : options.draws;
  PALERMO_TRY(result.transitivity, transitivity(graph));
  if (result.draws == 0) return result;
  const SwapTies observed = ties_of(graph, result.swap);
  std::vector<double> modularities, best_excess, transitivities;
  double fewest = std::numeric_limits<double>::infinity();
  for (std::uint32_t draw = 0; draw < result.draws; ++draw) {
    // A stream of its own for every draw: draw 17 is the same whatever the number of draws.
    Random random{options.seed * 1'000'003 + draw};
    SwapTies ties = observed;
    const std::uint64_t swaps = rewire(ties, random);
    fewest = std::min(fewest, static_cast<double>(swaps) / static_cast<double>(ties.size()));
    const Graph null = Graph::from_pairs(graph.n(), ties.all());
    PALERMO_TRY(const Communities found,
                leiden(null, {groups.communities.searches, options.seed + 7919 * (draw + 1)}));
    modularities.push_back(found.modularity);
    double best = 0;
    for (const CommunityTies& row : community_ties(null, found.of, found.count))
      if (row.members >= options.min_size) best = std::max(best, row.excess);
    best_excess.push_back(best);
    PALERMO_TRY(const std::optional<double> closed, transitivity(null));
    transitivities.push_back(closed.value_or(0));
    if (options.progress) options.progress(draw + 1, result.draws);
  }
  const Moments q = moments(modularities);
  result.mean = q.mean;
  result.sd = q.sd;
  result.z = z_score(groups.communities.modularity, q);
  result.p_value = p_value(groups.communities.modularity, modularities);
  result.swaps_per_tie = fewest;
  const Moments closed = moments(transitivities);
  result.transitivity_mean = closed.mean;
  result.transitivity_sd = closed.sd;
  if (result.transitivity) result.transitivity_z = z_score(*result.transitivity, closed);
  const Moments excess = moments(best_excess);
  for (Group& group : groups.groups) {
    group.z = z_score(group.ties.excess, excess);
    group.p_value = p_value(group.ties.excess, best_excess);
  }
  return result;
}

std::vector<std::string> ids(const Graph& graph, const std::vector<std::uint32_t>& members) {
  std::vector<std::string> result;
  for (const std::uint32_t v : members) result.push_back(graph.nodes()[v].id);
  std::sort(result.begin(), result.end());
  return result;
}

/// The half's community that overlaps the group best; empty where no member has a tie to a member.
std::vector<std::string> best_match(const Graph& half,
                                    const std::vector<std::vector<std::string>>& communities,
                                    const std::vector<std::string>& group) {
  std::vector<std::string> active;
  bool tied = false;
  for (const std::string& id : group) {
    const auto v = half.find(id);
    if (!v || half.degree(*v) == 0) continue;
    active.push_back(id);
    for (const Neighbour& next : half.neighbours(*v))
      tied = tied || std::binary_search(group.begin(), group.end(), half.nodes()[next.vertex].id);
  }
  if (!tied) return {};
  const std::vector<std::string>* best = nullptr;
  double overlap = 0;
  for (const auto& community : communities) {
    const double now = jaccard(community, active);
    if (best == nullptr || now > overlap) {
      best = &community;
      overlap = now;
    }
  }
  return best != nullptr ? *best : std::vector<std::string>{};
}

}  // namespace

double jaccard(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::size_t both = 0;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    if (*x < *y) {
      ++x;
    } else if (*y < *x) {
      ++y;
    } else {
      ++both;
      ++x;
      ++y;
    }
  }
  const std::size_t either = a.size() + b.size() - both;
  return either == 0 ? 0 : static_cast<double>(both) / static_cast<double>(either);
}

core::Result<Groups> find_groups(const Graph& graph, const GroupOptions& options) {
  Groups result;
  PALERMO_TRY(result.communities, leiden(graph, {searches_for(graph.m()), options.seed}));
  const std::vector<CommunityTies> ties =
      community_ties(graph, result.communities.of, result.communities.count);
  const auto members = members_of(result.communities);
  for (std::uint32_t c = 0; c < result.communities.count; ++c) {
    if (members[c].size() < 2) {
      ++result.isolates;
    } else if (members[c].size() < options.min_size) {
      ++result.smaller;
    } else {
      Group group;
      group.members = members[c];
      group.ties = ties[c];
      describe(graph, result.communities.of, group);
      result.groups.push_back(std::move(group));
    }
  }
  PALERMO_TRY(result.null_model, test_against_chance(graph, options, result));
  return result;
}

core::Status half_stability(const Graph& graph, const Graph& first, const Graph& second,
                            std::uint64_t seed, Groups& groups) {
  std::vector<std::vector<std::string>> sets[2];
  const Graph* halves[2] = {&first, &second};
  for (int h = 0; h < 2; ++h) {
    PALERMO_TRY(const Communities found, leiden(*halves[h], {searches_for(halves[h]->m()), seed}));
    for (const auto& members : members_of(found))
      if (members.size() > 1) sets[h].push_back(ids(*halves[h], members));
  }
  for (Group& group : groups.groups) {
    const std::vector<std::string> all = ids(graph, group.members);
    const std::vector<std::string> a = best_match(first, sets[0], all);
    const std::vector<std::string> b = best_match(second, sets[1], all);
    if (!a.empty() && !b.empty()) group.stability = jaccard(a, b);
  }
  return core::ok();
}

}  // namespace palermo::network
