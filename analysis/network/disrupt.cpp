#include "analysis/network/disrupt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "analysis/network/betweenness.hpp"
#include "analysis/network/distances.hpp"
#include "analysis/network/flat_graph.hpp"
#include "analysis/network/fragility.hpp"
#include "analysis/network/measures.hpp"
#include "analysis/network/random.hpp"
#include "analysis/network/ranked.hpp"
#include "core/base/parallel.hpp"
#include "core/base/text.hpp"
#include "palermo/v1/disrupt.pb.h"

namespace palermo::network {
namespace {

constexpr double kWorkOfAnEfficiency = 2e8;
constexpr double kWorkOfTheDraws = 4e9;
constexpr std::uint32_t kMostForRecovery = 20'000;
constexpr std::uint64_t kSourceSeed = 1;

using Order = std::vector<std::uint32_t>;

core::Error unknown(std::string_view what, const std::string& word,
                    const std::vector<std::string>& words) {
  const std::string nearest = core::nearest_word(word, words);
  return core::Error{core::ErrorCode::Usage,
                     fmt::format("there is no {} \"{}\"", what, core::printable(word, 40)),
                     std::nullopt,
                     (nearest.empty() ? std::string{} : "did you mean " + nearest + "? ") +
                         fmt::format("Known: {}", fmt::join(words, ", "))};
}

std::vector<double> filled(const std::vector<std::optional<double>>& values, double sign) {
  std::vector<double> result;
  for (const auto& value : values) result.push_back(value ? sign * *value : -1e9);
  return result;
}

/// The network as it stands; `lengths` holds the strengths of the ties.
class Network {
 public:
  Network(const Graph& graph, const DisruptOptions& options) : options_(options) {
    std::vector<double> weights;
    weights.reserve(graph.m());
    for (const Edge& edge : graph.edges()) weights.push_back(edge.weight);
    ties_ = flat(graph, weights);
    gone_.assign(graph.n(), false);
    may_ = rankable(graph);
  }

  [[nodiscard]] std::uint32_t n() const { return ties_.n(); }
  [[nodiscard]] const FlatGraph& ties() const { return ties_; }
  [[nodiscard]] bool gone(std::uint32_t v) const { return gone_[v]; }
  [[nodiscard]] bool betweenness_exact() const { return betweenness_exact_; }

  /// Those that remain, first to be removed first.
  core::Result<Order> ranking() {
    PALERMO_TRY(const std::vector<double> scores, score());
    const std::vector<std::uint32_t> rank = ranks(scores);
    Order order;
    for (std::uint32_t v = 0; v < n(); ++v)
      if (!gone_[v] && may_[v] != 0) order.push_back(v);
    std::sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
      if (rank[x] != rank[y]) return rank[x] < rank[y];
      if (ties_.degree(x) != ties_.degree(y)) return ties_.degree(x) > ties_.degree(y);
      return x < y;
    });
    return order;
  }

  void remove(const Order& vertices) {
    for (const std::uint32_t v : vertices) gone_[v] = true;
    ties_ = without(ties_, gone_);
  }

  void add(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& pairs) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> all;
    std::vector<double> weights;
    for (std::uint32_t v = 0; v < n(); ++v)
      for (std::uint32_t a = ties_.offsets[v]; a < ties_.offsets[v + 1]; ++a)
        if (v < ties_.targets[a]) {
          all.emplace_back(v, ties_.targets[a]);
          weights.push_back(ties_.lengths[a]);
        }
    all.insert(all.end(), pairs.begin(), pairs.end());
    weights.resize(all.size(), 1.0);
    ties_ = flat_of_pairs(n(), all, weights);
  }

  [[nodiscard]] RemovalPoint point(std::uint32_t removed, const Order& sources) const {
    RemovalPoint result;
    result.removed = removed;
    const Cohesion left = cohesion(ties_, gone_);
    result.largest = left.largest;
    result.components = left.components;
    result.efficiency = efficiency(hops(), gone_, sources);
    return result;
  }

  static std::optional<double> efficiency(const FlatGraph& hops, const std::vector<bool>& gone,
                                          const Order& sources) {
    Order here;
    for (const std::uint32_t v : sources)
      if (!gone[v]) here.push_back(v);
    const auto left = static_cast<double>(std::count(gone.begin(), gone.end(), false));
    if (left < 2 || here.empty()) return std::nullopt;
    return distance_sums(hops, here).inverse_total /
           (static_cast<double>(here.size()) * (left - 1));
  }

  [[nodiscard]] FlatGraph hops() const {
    FlatGraph result;
    result.offsets = ties_.offsets;
    result.targets = ties_.targets;
    return result;
  }

 private:
  core::Result<std::vector<double>> score() {
    const std::string& word = options_.strategy;
    std::vector<double> values(n(), 0.0);
    if (word == "betweenness") {
      BetweennessOptions options;
      options.seed = options_.seed;
      PALERMO_TRY(Betweenness found, betweenness(hops(), options));
      betweenness_exact_ = betweenness_exact_ && found.exact;
      return std::move(found.scores);
    }
    if (word == "harmonic") return nearness(hops(), kWorkOfTheDraws).harmonic;
    if (word == "pagerank") return pagerank(hops());
    if (word == "constraint") return filled(structural_holes(hops()).constraint, -1);
    if (word == "coreness") {
      const std::vector<std::uint32_t> cores = coreness(ties_);
      return std::vector<double>(cores.begin(), cores.end());
    }
    for (std::uint32_t v = 0; v < n(); ++v) {
      if (word == "strength") {
        for (std::uint32_t a = ties_.offsets[v]; a < ties_.offsets[v + 1]; ++a)
          values[v] += ties_.lengths[a];
      } else if (word == "collective_influence") {
        double around = 0;
        for (const std::uint32_t u : ties_.neighbours(v)) around += ties_.degree(u) - 1.0;
        values[v] = (ties_.degree(v) - 1.0) * around;
      } else {
        values[v] = ties_.degree(v);
      }
    }
    return values;
  }

  const DisruptOptions& options_;
  FlatGraph ties_;
  std::vector<bool> gone_;
  std::vector<char> may_;  // be ranked
  bool betweenness_exact_ = true;
};

/// New ties of those who lost one. Network::remove() has run; `before` is the network ahead of it.
std::vector<std::pair<std::uint32_t, std::uint32_t>> recover(const FlatGraph& before,
                                                             const FlatGraph& after,
                                                             const Order& removed,
                                                             const std::string& rule,
                                                             const std::vector<bool>& gone) {
  constexpr std::uint32_t kFar = std::numeric_limits<std::uint32_t>::max();
  const std::uint32_t n = before.n();
  std::vector<std::pair<std::uint32_t, std::uint32_t>> made;
  std::vector<std::vector<std::uint32_t>> fresh(n);  // ties of this round
  std::vector<std::uint32_t> orphans;                // once for each tie lost
  for (const std::uint32_t v : removed)
    for (const std::uint32_t u : before.neighbours(v))
      if (!gone[u]) orphans.push_back(u);
  std::sort(orphans.begin(), orphans.end());
  std::vector<std::uint32_t> distance(n), queue;
  std::vector<char> known(n), candidate(n);
  const auto degree = [&](std::uint32_t v) {
    return after.degree(v) + static_cast<std::uint32_t>(fresh[v].size());
  };
  for (const std::uint32_t orphan : orphans) {
    std::fill(known.begin(), known.end(), char{0});
    std::fill(candidate.begin(), candidate.end(), char{0});
    known[orphan] = 1;
    for (const std::uint32_t u : before.neighbours(orphan)) known[u] = 1;
    for (const std::uint32_t u : fresh[orphan]) known[u] = 1;
    std::vector<std::uint32_t> choices;
    for (const std::uint32_t u : before.neighbours(orphan))
      for (const std::uint32_t w : before.neighbours(u))
        if (!gone[w] && known[w] == 0 && candidate[w] == 0) {
          candidate[w] = 1;
          choices.push_back(w);
        }
    if (choices.empty()) continue;
    std::fill(distance.begin(), distance.end(), kFar);
    queue.assign(1, orphan);
    distance[orphan] = 0;
    for (std::size_t head = 0; head < queue.size(); ++head) {
      const std::uint32_t v = queue[head];
      const auto reach = [&](std::uint32_t u) {
        if (distance[u] != kFar) return;
        distance[u] = distance[v] + 1;
        queue.push_back(u);
      };
      for (const std::uint32_t u : after.neighbours(v)) reach(u);
      for (const std::uint32_t u : fresh[v]) reach(u);
    }
    const std::uint32_t chosen =
        *std::min_element(choices.begin(), choices.end(), [&](std::uint32_t x, std::uint32_t y) {
          const bool nearer = distance[x] < distance[y];
          const bool same_distance = distance[x] == distance[y];
          const bool bigger = degree(x) > degree(y);
          const bool same_degree = degree(x) == degree(y);
          if (rule == "distance") {
            if (!same_distance) return nearer;
            if (!same_degree) return bigger;
          } else {
            if (!same_degree) return bigger;
            if (!same_distance) return nearer;
          }
          return x < y;
        });
    fresh[orphan].push_back(chosen);
    fresh[chosen].push_back(orphan);
    made.emplace_back(std::min(orphan, chosen), std::max(orphan, chosen));
  }
  return made;
}

/// One removal after the other; with `recovery` those who lost a tie make a new one.
core::Result<std::vector<RemovalPoint>> removal(Network network, const DisruptOptions& options,
                                                const Order& fixed, bool with_recovery,
                                                const Order& sources, Disruption& result) {
  std::vector<RemovalPoint> curve{network.point(0, sources)};
  std::vector<bool> gone(network.n(), false);
  for (std::uint32_t removed = 0; removed < options.remove;) {
    const std::uint32_t count = std::min(options.block, options.remove - removed);
    Order chosen;
    if (!fixed.empty()) {
      chosen.assign(fixed.begin() + removed, fixed.begin() + removed + count);
    } else {
      PALERMO_TRY(chosen, network.ranking());
      chosen.resize(count);
    }
    const FlatGraph before = with_recovery ? network.ties() : FlatGraph{};
    network.remove(chosen);
    removed += count;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> made;
    if (with_recovery) {
      for (const std::uint32_t v : chosen) gone[v] = true;
      made = recover(before, network.ties(), chosen, options.recovery, gone);
      if (!made.empty()) network.add(made);
      result.ties_made += static_cast<std::uint32_t>(made.size());
    }
    RemovalPoint point = network.point(removed, sources);
    point.gone = std::move(chosen);
    point.ties = std::move(made);
    curve.push_back(std::move(point));
  }
  result.betweenness_exact = result.betweenness_exact && network.betweenness_exact();
  return curve;
}

std::vector<std::uint32_t> counts_removed(const DisruptOptions& options) {
  std::vector<std::uint32_t> counts{0};
  while (counts.back() < options.remove)
    counts.push_back(std::min(options.remove, counts.back() + options.block));
  return counts;
}

std::vector<RemovalPoint> along(const FlatGraph& hops, const Order& order,
                                const DisruptOptions& options, const Order& sources) {
  const std::vector<Cohesion> cohesive = cohesion_along(hops, order);
  std::vector<RemovalPoint> curve;
  std::vector<bool> gone(hops.n(), false);
  std::uint32_t done = 0;
  for (const std::uint32_t count : counts_removed(options)) {
    RemovalPoint point;
    point.removed = count;
    point.largest = cohesive[count].largest;
    point.components = cohesive[count].components;
    for (; done < count; ++done) {
      gone[order[done]] = true;
      point.gone.push_back(order[done]);
    }
    point.efficiency = Network::efficiency(without(hops, gone), gone, sources);
    curve.push_back(std::move(point));
  }
  return curve;
}

Order random_order(Order order, std::uint32_t count, std::uint64_t seed) {
  Random random{seed};
  for (std::uint32_t i = 0; i < count; ++i)
    std::swap(order[i], order[i + random.below(order.size() - i)]);
  order.resize(count);
  return order;
}

std::vector<RandomPoint> at_random(const FlatGraph& hops, const Order& pool,
                                   const DisruptOptions& options, const Order& sources) {
  const std::vector<std::uint32_t> counts = counts_removed(options);
  const double work = static_cast<double>(options.draws) * static_cast<double>(counts.size()) *
                      (static_cast<double>(sources.size()) / 64 + 1) * 10 *
                      (static_cast<double>(hops.n()) + hops.arcs());
  const bool with_efficiency = work <= kWorkOfTheDraws;
  struct Draw {
    std::vector<std::uint32_t> largest;
    std::vector<double> efficiency;
  };
  std::vector<Draw> draws(options.draws);
  core::in_parallel(options.draws, core::cores(), [&](std::size_t, std::size_t d) {
    const Order order = random_order(pool, options.remove, options.seed * 1'000'003 + d);
    const std::vector<Cohesion> cohesive = cohesion_along(hops, order);
    std::vector<char> gone(hops.n(), 0);
    std::uint32_t done = 0;
    Inverse inverse{hops};
    for (const std::uint32_t count : counts) {
      draws[d].largest.push_back(cohesive[count].largest);
      for (; done < count; ++done) gone[order[done]] = 1;
      if (!with_efficiency) continue;
      double here = 0;
      for (const std::uint32_t v : sources) here += gone[v] == 0 ? 1 : 0;
      const double others = static_cast<double>(hops.n()) - count - 1;
      draws[d].efficiency.push_back(
          here > 0 && others > 0 ? inverse.total(sources, gone) / (here * others) : -1);
    }
  });
  const std::size_t cut = options.draws / 20;
  std::vector<RandomPoint> result;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    RandomPoint point;
    point.removed = counts[i];
    std::vector<std::uint32_t> largest;
    std::vector<double> efficiency;
    for (const Draw& draw : draws) {
      largest.push_back(draw.largest[i]);
      if (with_efficiency && draw.efficiency[i] >= 0) efficiency.push_back(draw.efficiency[i]);
    }
    std::sort(largest.begin(), largest.end());
    std::sort(efficiency.begin(), efficiency.end());
    for (const std::uint32_t size : largest) point.largest_mean += size;
    point.largest_mean /= static_cast<double>(largest.size());
    point.largest_low = largest[cut];
    point.largest_high = largest[largest.size() - 1 - cut];
    if (efficiency.size() == draws.size()) {
      double sum = 0;
      for (const double value : efficiency) sum += value;
      point.efficiency =
          RandomPoint::Efficiency{sum / static_cast<double>(efficiency.size()), efficiency[cut],
                                  efficiency[efficiency.size() - 1 - cut]};
    }
    result.push_back(point);
  }
  return result;
}

void fill(v1::NetworkDisruption::Point& out, const Graph& graph, const RemovalPoint& point,
          double whole) {
  out.set_removed(point.removed);
  out.set_largest_component(point.largest);
  out.set_components(point.components);
  if (point.efficiency) out.set_efficiency(*point.efficiency);
  if (whole > 0) out.set_share(point.largest / whole);
  for (const std::uint32_t v : point.gone) out.add_ids(graph.nodes()[v].id);
  for (const auto& [a, b] : point.ties)
    out.add_ties(fmt::format("{} - {}", graph.nodes()[a].id, graph.nodes()[b].id));
}

}  // namespace

const std::vector<std::string>& removal_strategies() {
  static const std::vector<std::string> kWords = {
      "betweenness", "degree",     "strength", "harmonic",
      "pagerank",    "constraint", "coreness", "collective_influence",
      "random",      "list"};
  return kWords;
}

core::Result<Disruption> disrupt(const Graph& graph, const DisruptOptions& options) {
  const auto& words = removal_strategies();
  if (std::find(words.begin(), words.end(), options.strategy) == words.end())
    return unknown("strategy", options.strategy, words);
  static const std::vector<std::string> kRules = {"distance", "degree"};
  if (!options.recovery.empty() &&
      std::find(kRules.begin(), kRules.end(), options.recovery) == kRules.end())
    return unknown("recovery", options.recovery, kRules);
  if (!options.recovery.empty() && graph.n() > kMostForRecovery)
    return core::Error{
        core::ErrorCode::Usage,
        fmt::format("recovery is for networks of up to {} identifiers", kMostForRecovery)};
  if (options.strategy == "list" && options.list.empty())
    return core::Error{core::ErrorCode::Usage, "the strategy list needs identifiers", std::nullopt,
                       "name them: --list ID --list ID"};
  DisruptOptions used = options;
  used.block = std::max(1U, options.block);
  // Whoever is named is removed; the others are chosen among those who may be ranked.
  const bool named = options.strategy == "list";
  const std::vector<char> may = rankable(graph);
  Order pool;
  for (std::uint32_t v = 0; v < graph.n(); ++v)
    if (named || may[v] != 0) pool.push_back(v);
  used.remove = std::min(options.remove, static_cast<std::uint32_t>(pool.size()));
  if (named)
    used.remove = static_cast<std::uint32_t>(std::min<std::size_t>(options.list.size(), graph.n()));
  Order fixed;
  if (named) fixed = options.list;
  if (options.strategy == "random") fixed = random_order(pool, used.remove, used.seed);
  Disruption result;
  Network network{graph, used};
  const FlatGraph hops = network.hops();
  const Order sources = distance_sources(hops, kWorkOfAnEfficiency, kSourceSeed);
  result.sources = static_cast<std::uint32_t>(sources.size());
  result.efficiency_exact = sources.size() == graph.n();
  PALERMO_TRY(result.curve, removal(network, used, fixed, false, sources, result));
  Order first = fixed;
  if (first.empty() && used.remove > 0) {
    PALERMO_TRY(first, network.ranking());
    first.resize(used.remove);
  }
  result.at_once = along(hops, first, used, sources);
  if (used.draws > 0) result.random = at_random(hops, pool, used, sources);
  if (!used.recovery.empty()) {
    PALERMO_TRY(result.recovery, removal(network, used, fixed, true, sources, result));
  }
  return result;
}

v1::NetworkDisruption disruption_answer(const Graph& graph, const Disruption& found,
                                        const DisruptOptions& options) {
  v1::NetworkDisruption answer;
  const double whole = found.curve.empty() ? 0 : found.curve.front().largest;
  if (std::string left_out = not_ranked_notice(graph);
      !left_out.empty() && options.strategy != "list")
    answer.mutable_basis()->add_notices(std::move(left_out));
  answer.set_strategy(options.strategy);
  answer.set_block(std::max(1U, options.block));
  answer.set_total_nodes(graph.n());
  answer.set_efficiency_exact(found.efficiency_exact);
  answer.set_sources(found.sources);
  answer.set_seed(static_cast<std::uint32_t>(options.seed));
  answer.set_draws(options.draws);
  answer.set_betweenness_exact(found.betweenness_exact);
  answer.set_recovery_rule(options.recovery);
  answer.set_ties_made(found.ties_made);
  for (const RemovalPoint& point : found.curve) fill(*answer.add_curve(), graph, point, whole);
  for (const RemovalPoint& point : found.at_once) fill(*answer.add_at_once(), graph, point, whole);
  for (const RemovalPoint& point : found.recovery)
    fill(*answer.add_recovery(), graph, point, whole);
  for (std::size_t i = 1; i < found.recovery.size(); ++i)
    if (found.recovery[i].efficiency && found.recovery[i - 1].efficiency &&
        *found.recovery[i].efficiency > *found.recovery[i - 1].efficiency)
      answer.add_strengthened(found.recovery[i].removed);
  for (const RandomPoint& point : found.random) {
    v1::NetworkDisruption::Baseline& out = *answer.add_random();
    out.set_removed(point.removed);
    out.set_largest_mean(point.largest_mean);
    out.set_largest_low(point.largest_low);
    out.set_largest_high(point.largest_high);
    if (!point.efficiency) continue;
    out.set_efficiency_mean(point.efficiency->mean);
    out.set_efficiency_low(point.efficiency->low);
    out.set_efficiency_high(point.efficiency->high);
  }
  std::string convention = fmt::format(
      "undirected simple graph, both directions of a pair summed, loops dropped, isolates kept; "
      "removed by {}{}, equal scores by degree, then by id; efficiency = mean of 1/distance (hops) "
      "over the pairs of identifiers that remain, 0 where not connected: it can rise when those "
      "who hung on loosely are gone; random: mean and the marks of 5 and 95 of 100 over {} draws, "
      "seed {}",
      options.strategy, options.strategy == "constraint" ? " (lowest first)" : "", options.draws,
      options.seed);
  if (options.strategy == "collective_influence")
    convention +=
        "; collective influence at distance 1: (k - 1) times the sum of (k - 1) of the contacts";
  if (!found.betweenness_exact)
    convention += fmt::format("; betweenness from sampled shortest paths (error {:g} of all pairs)",
                              kUsualError);
  if (!found.efficiency_exact)
    convention +=
        fmt::format("; efficiency from the distances to {} sampled identifiers", found.sources);
  if (!options.recovery.empty())
    convention += fmt::format(
        "; recovery: after each step everyone who lost a tie makes one new tie of strength 1 for "
        "each, to a friend of a friend as of before, {}, and the next ranking is of that network",
        options.recovery == "distance" ? "the nearest one in what remains, then of highest degree"
                                       : "the one of highest degree, then the nearest");
  answer.mutable_basis()->set_convention(convention);
  return answer;
}

}  // namespace palermo::network
