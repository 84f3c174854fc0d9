#include "analysis/network/groups.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>

#include "analysis/network/flat_leiden.hpp"
#include "analysis/network/groups_removals.hpp"
#include "analysis/network/scan.hpp"
#include "core/base/parallel.hpp"

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

void describe(const Graph& graph, Group& group) {
  std::vector<char> in(graph.n(), 0);
  for (const std::uint32_t v : group.members) in[v] = 1;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranked;  // (edges inside, vertex)
  for (const std::uint32_t v : group.members) {
    std::uint32_t inside = 0;
    for (const Neighbour& next : graph.neighbours(v)) {
      if (!in[next.vertex]) continue;
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

TieArrays weighted(const Graph& graph, bool by_weight) {
  if (!by_weight) return arrays_of(graph);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  std::vector<std::uint32_t> weights;
  for (const Edge& edge : graph.edges()) {
    pairs.emplace_back(edge.a, edge.b);
    weights.push_back(static_cast<std::uint32_t>(edge.count));
  }
  return arrays_of(graph.n(), pairs, weights);
}

CommunityTies ties_inside(const TieArrays& graph, const BinomialTail& tail,
                          const std::vector<std::uint32_t>& members) {
  CommunityTies row;
  std::vector<char> in(graph.n(), 0);
  for (const std::uint32_t v : members) in[v] = 1;
  std::uint64_t inside = 0;
  for (const std::uint32_t v : members) {
    row.degree_sum += graph.degree[v];
    for (std::uint32_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i)
      if (in[graph.targets[i]]) inside += graph.weight(i);
  }
  row.members = static_cast<std::uint32_t>(members.size());
  row.inside = static_cast<std::uint32_t>(inside / 2);
  if (graph.total == 0) return row;
  const auto total = static_cast<double>(graph.total);
  const double share = static_cast<double>(row.degree_sum) / (2 * total);
  row.modularity = row.inside / total - share * share;
  row.excess = graph.weights.empty()
                   ? tail.simple_excess(graph.total, row.degree_sum, row.inside, row.members)
                   : tail.excess(graph.total, row.degree_sum, row.inside);
  return row;
}

/// What one network, observed or drawn, gives.
struct Seen {
  double modularity = 0;
  double transitivity = 0;
  double swaps_per_tie = 0;
  std::vector<double> profile;  // scan()
};

struct Worker {
  FlatLeiden kernel;
};

/// Best of the searches at resolution 1, one after another on this thread.
FlatPartition best_search(const TieArrays& graph, FlatLeiden& kernel, std::uint32_t searches,
                          std::uint64_t seed) {
  FlatPartition best;
  for (std::uint32_t search = 0; search < searches; ++search) {
    FlatPartition found = kernel.search(graph, 1, seed + search);
    if (search == 0 || found.quality > best.quality + 1e-12) best = std::move(found);
  }
  return best;
}

/// Overlap of sorted vertex sets.
std::size_t shared_by(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
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
  return both;
}

/// Significant sets among those that the scan met, best first.
std::vector<Group> cores_of(const std::vector<Candidate>& met, const ScanNull& null,
                            const std::vector<Group>& communities) {
  std::vector<std::pair<double, std::size_t>> ranked;
  for (std::size_t i = 0; i < met.size(); ++i) {
    const auto size = static_cast<std::uint32_t>(met[i].members.size());
    if (null.p_value(size, met[i].surprise) < kSignificant)
      ranked.emplace_back(null.score(size, met[i].surprise), i);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& x, const auto& y) { return x.first > y.first; });
  constexpr std::size_t kMost = 100;
  std::vector<std::vector<std::uint32_t>> whole;
  for (const Group& community : communities) {
    whole.push_back(community.members);
    std::sort(whole.back().begin(), whole.back().end());
  }
  std::vector<Group> cores;
  std::vector<const std::vector<std::uint32_t>*> taken;
  for (const auto& [score, i] : ranked) {
    const std::vector<std::uint32_t>& members = met[i].members;
    const bool known =
        std::any_of(taken.begin(), taken.end(), [&](const std::vector<std::uint32_t>* other) {
          return 2 * shared_by(members, *other) >= std::min(members.size(), other->size());
        });
    if (known) continue;
    taken.push_back(&members);
    Group core;
    core.core = true;
    core.resolution = met[i].resolution;
    core.members = members;
    std::size_t most = 0;
    bool listed = false;
    for (std::uint32_t c = 0; c < whole.size(); ++c) {
      const std::size_t both = shared_by(members, whole[c]);
      listed = listed || (both == members.size() && both == whole[c].size());
      if (both > most) {
        most = both;
        core.within = c;
      }
    }
    if (listed) continue;  // the community itself
    cores.push_back(std::move(core));
    if (cores.size() >= kMost) break;
  }
  return cores;
}

/// Mean over the searches of the overlap with the best matching set that the search offers: its
/// community, or for a core also what peeling leaves of it.
std::optional<double> overlap_over_seeds(const TieArrays& graph, const Communities& communities,
                                         const Group& group) {
  if (communities.all.size() < 2) return std::nullopt;
  std::vector<char> in(graph.n(), 0);
  for (const std::uint32_t v : group.members) in[v] = 1;
  double sum = 0;
  for (const std::vector<std::uint32_t>& of : communities.all) {
    std::vector<std::uint32_t> all(graph.n(), 0), both(graph.n(), 0);
    for (std::uint32_t v = 0; v < graph.n(); ++v) {
      ++all[of[v]];
      both[of[v]] += in[v] ? 1 : 0;
    }
    double best = 0;
    for (const std::uint32_t v : group.members) {
      const double b = both[of[v]];
      // A core may be part of a larger community; then what counts is that it stays together.
      const double either = group.core ? static_cast<double>(group.members.size())
                                       : static_cast<double>(group.members.size()) + all[of[v]] - b;
      best = std::max(best, b / either);
    }
    sum += best;
  }
  return sum / static_cast<double>(communities.all.size());
}

core::Status test_against_chance(const Graph& graph, const TieArrays& flat,
                                 const BinomialTail& tail, const GroupOptions& options,
                                 Groups& groups) {
  NullResult& result = groups.null_model;
  if (options.two_mode != nullptr) {
    result.kind = NullKind::Curveball;
  } else {
    const Swap swap = options.swap.value_or(
        graph.kind() == LayerKind::PointEvents ? Swap::Directed : Swap::Undirected);
    result.kind = swap == Swap::Directed ? NullKind::Directed : NullKind::Undirected;
  }
  result.draws = graph.m() < 2 ? 0 : options.draws;
  result.transitivity = closed_share(flat);
  result.resolutions = resolutions_for(flat.total);
  if (result.draws == 0) return core::ok();
  const SwapTies ties =
      ties_of(graph, result.kind == NullKind::Directed ? Swap::Directed : Swap::Undirected);
  const unsigned threads = options.threads > 0 ? options.threads : core::cores();
  std::vector<Worker> workers(threads);
  std::vector<Seen> seen(result.draws);
  std::mutex guard;
  std::uint32_t done = 0;
  std::optional<core::Error> failed;
  core::in_parallel(result.draws, threads, [&](unsigned worker, std::uint32_t draw) {
    // A stream of its own for every draw: draw 17 is the same whatever the number of draws.
    Random random{options.seed * 1'000'003 + draw};
    TieArrays null;
    Seen& out = seen[draw];
    if (options.two_mode != nullptr) {
      Attendance attended = options.two_mode->attended;
      curveball(attended, random);
      core::Result<Projection> drawn = project(attended, options.two_mode->events);
      if (!drawn) {
        const std::scoped_lock lock{guard};
        if (!failed) failed = drawn.error();
        return;
      }
      null = arrays_of(graph.n(), drawn->pairs, drawn->shared);
      out.swaps_per_tie = 10;
    } else {
      SwapTies mine = ties;
      out.swaps_per_tie =
          static_cast<double>(rewire(mine, random)) / static_cast<double>(mine.size());
      null = arrays_of(graph.n(), mine.all());
    }
    FlatLeiden& kernel = workers[worker].kernel;
    const std::uint64_t seed = options.seed + 7919 * (std::uint64_t{draw} + 1);
    const FlatPartition found = best_search(null, kernel, groups.communities.searches, seed);
    out.modularity = found.quality;
    out.transitivity = closed_share(null).value_or(0);
    if (null.total <= flat.total || options.two_mode == nullptr) {
      out.profile = scan(null, kernel, tail, found.of, {options.min_size, 1, seed});
    } else {
      out.profile =
          scan(null, kernel, BinomialTail{null.total}, found.of, {options.min_size, 1, seed});
    }
    if (options.progress) {
      const std::scoped_lock lock{guard};
      options.progress(++done, result.draws);
    }
  });
  if (failed) return *failed;
  std::vector<double> modularities, transitivities;
  std::vector<std::vector<double>> profiles;
  result.swaps_per_tie = std::numeric_limits<double>::infinity();
  for (Seen& one : seen) {
    modularities.push_back(one.modularity);
    transitivities.push_back(one.transitivity);
    result.swaps_per_tie = std::min(result.swaps_per_tie, one.swaps_per_tie);
    profiles.push_back(std::move(one.profile));
  }
  const Moments q = moments(modularities);
  result.mean = q.mean;
  result.sd = q.sd;
  result.z = z_score(groups.communities.modularity, q);
  result.p_value = p_value(groups.communities.modularity, modularities);
  const Moments closed = moments(transitivities);
  result.transitivity_mean = closed.mean;
  result.transitivity_sd = closed.sd;
  if (result.transitivity) {
    result.transitivity_z = z_score(*result.transitivity, closed);
    result.transitivity_p = p_value(*result.transitivity, transitivities);
  }
  std::vector<Candidate> met;
  const std::vector<double> observed = scan(flat, workers[0].kernel, tail, groups.communities.of,
                                            {options.min_size, 1, options.seed}, &met);
  const ScanNull null{observed, profiles};
  result.best_p = null.p_of_best();
  for (Group& core : cores_of(met, null, groups.groups)) {
    core.ties = ties_inside(flat, tail, core.members);
    describe(graph, core);
    groups.groups.push_back(std::move(core));
  }
  for (Group& group : groups.groups) {
    const std::uint32_t size = group.ties.members;
    group.null_mean = null.mean(size);
    group.null_sd = null.sd(size);
    // Excess and surprise of one size differ by a constant.
    const double sets = log10_sets(graph.n(), size);
    group.null_mean = null.mean(size) + sets;
    group.null_sd = null.sd(size);
    group.z = z_score(group.ties.excess, {group.null_mean, group.null_sd});
    group.p_value = null.p_value(size, group.ties.excess - sets);
    if (*group.p_value >= kSignificant) continue;
    const double critical = null.critical(size, kSignificant) + sets;
    group.removals =
        options.two_mode == nullptr
            ? detail::fewest_removals(graph, tail, group, critical)
            : detail::greedy_removals(*options.two_mode, tail, flat.total, group, critical);
  }
  return core::ok();
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
  const TieArrays flat = weighted(graph, options.two_mode != nullptr);
  const BinomialTail tail{flat.total};
  result.communities = leiden(flat, {searches_for(graph.m()), options.seed});
  const auto members = members_of(result.communities);
  for (std::uint32_t c = 0; c < result.communities.count; ++c) {
    if (members[c].size() < 2) {
      ++result.isolates;
    } else if (members[c].size() < options.min_size) {
      ++result.smaller;
    } else {
      Group group;
      group.members = members[c];
      group.ties = ties_inside(flat, tail, group.members);
      describe(graph, group);
      result.groups.push_back(std::move(group));
    }
  }
  PALERMO_CHECK_OK(test_against_chance(graph, flat, tail, options, result));
  for (Group& group : result.groups)
    group.seed_jaccard = overlap_over_seeds(flat, result.communities, group);
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
