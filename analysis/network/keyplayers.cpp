#include "analysis/network/keyplayers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <unordered_map>

#include "analysis/network/betweenness.hpp"
#include "analysis/network/distances.hpp"
#include "analysis/network/flat_graph.hpp"
#include "analysis/network/fragility.hpp"
#include "analysis/network/measures.hpp"
#include "analysis/network/random.hpp"
#include "analysis/network/ranked.hpp"
#include "core/base/parallel.hpp"
#include "palermo/v1/keyplayers.pb.h"

namespace palermo::network {
namespace {

using Members = std::vector<std::uint32_t>;

constexpr double kEqual = 1e-12;  // values closer than this differ by rounding
constexpr std::uint64_t kSourceSeed = 1;
constexpr double kWorkOfAValue = 1e7;  // distances from every vertex up to this, else from a sample
constexpr std::uint64_t kMostSets = 5'000'000;

/// Value of a set; one for each thread.
class Oracle {
 public:
  virtual ~Oracle() = default;
  virtual double value(const Members& members) = 0;
};

class FragmentOracle final : public Oracle {
 public:
  FragmentOracle(const FlatGraph& graph, const Members& sources)
      : sources_(sources), inverse_(graph), gone_(graph.n(), 0) {}
  double value(const Members& members) override {
    for (const std::uint32_t v : members) gone_[v] = 1;
    double sources = 0;
    for (const std::uint32_t v : sources_) sources += gone_[v] != 0 ? 0 : 1;
    const double others = static_cast<double>(gone_.size() - members.size()) - 1;
    double result = 1;
    if (sources > 0 && others > 0)
      result = 1 - inverse_.total(sources_, gone_) / (sources * others);
    for (const std::uint32_t v : members) gone_[v] = 0;
    return result;
  }

 private:
  const Members& sources_;
  Inverse inverse_;
  std::vector<char> gone_;
};

/// Distances in hops from every candidate to every vertex.
struct Rows {
  static constexpr std::uint16_t kFar = std::numeric_limits<std::uint16_t>::max();
  std::uint32_t n = 0;
  std::vector<std::uint32_t> row_of;     // of each vertex; kNone when no candidate
  std::vector<std::uint16_t> distances;  // candidates x n
  [[nodiscard]] const std::uint16_t* row(std::uint32_t v) const {
    return distances.data() + std::size_t{row_of[v]} * n;
  }
};

Rows rows_of(const FlatGraph& graph, const Members& candidates) {
  Rows rows;
  rows.n = graph.n();
  rows.row_of.assign(graph.n(), 0);
  rows.distances.assign(candidates.size() * std::size_t{graph.n()}, Rows::kFar);
  for (std::size_t i = 0; i < candidates.size(); ++i)
    rows.row_of[candidates[i]] = static_cast<std::uint32_t>(i);
  core::in_parallel(candidates.size(), core::cores(), [&](std::size_t, std::size_t i) {
    std::uint16_t* const row = rows.distances.data() + i * graph.n();
    Members queue{candidates[i]};
    row[candidates[i]] = 0;
    for (std::size_t head = 0; head < queue.size(); ++head)
      for (const std::uint32_t u : graph.neighbours(queue[head]))
        if (row[u] == Rows::kFar) {
          row[u] = static_cast<std::uint16_t>(std::min(row[queue[head]] + 1, Rows::kFar - 1));
          queue.push_back(u);
        }
  });
  return rows;
}

class ReachOracle final : public Oracle {
 public:
  explicit ReachOracle(const Rows& rows) : rows_(rows), nearest_(rows.n) {
    inverse_.resize(std::size_t{Rows::kFar} + 1, 0.0);
    inverse_[0] = 1;
    for (std::size_t d = 1; d < Rows::kFar; ++d) inverse_[d] = 1.0 / static_cast<double>(d);
  }
  double value(const Members& members) override {
    if (members.empty() || rows_.n == 0) return 0;
    std::fill(nearest_.begin(), nearest_.end(), Rows::kFar);
    for (const std::uint32_t v : members) {
      const std::uint16_t* const row = rows_.row(v);
      for (std::uint32_t u = 0; u < rows_.n; ++u) nearest_[u] = std::min(nearest_[u], row[u]);
    }
    double sum = 0;
    for (const std::uint16_t d : nearest_) sum += inverse_[d];
    return sum / rows_.n;
  }

 private:
  const Rows& rows_;
  std::vector<std::uint16_t> nearest_;
  std::vector<double> inverse_;
};

Members sorted_with(Members members, std::uint32_t added) {
  members.insert(std::upper_bound(members.begin(), members.end(), added), added);
  return members;
}

Members without_member(Members members, std::uint32_t v) {
  members.erase(std::find(members.begin(), members.end(), v));
  return members;
}

bool contains(const Members& members, std::uint32_t v) {
  return std::find(members.begin(), members.end(), v) != members.end();
}

/// C(n, k), or `most` + 1 when above it.
std::uint64_t combinations(std::uint64_t n, std::uint64_t k, std::uint64_t most) {
  double count = 1;
  for (std::uint64_t i = 0; i < k; ++i)
    count = count * static_cast<double>(n - i) / static_cast<double>(i + 1);
  return count > static_cast<double>(most) ? most + 1
                                           : static_cast<std::uint64_t>(std::llround(count));
}

bool better(const PlayerSet& a, const PlayerSet& b) {
  return a.value != b.value ? a.value > b.value : a.members < b.members;
}

/// The best few sets met, best first.
class Best {
 public:
  explicit Best(std::size_t most) : most_(most) {}
  void offer(const Members& members, double value) {
    if (sets_.size() == most_ && value < sets_.back().value) return;
    PlayerSet fresh{members, value};
    const auto at = std::lower_bound(sets_.begin(), sets_.end(), fresh, better);
    if (at != sets_.end() && at->members == members) return;
    sets_.insert(at, std::move(fresh));
    if (sets_.size() > most_) sets_.pop_back();
  }
  [[nodiscard]] const std::vector<PlayerSet>& sets() const { return sets_; }

 private:
  std::size_t most_;
  std::vector<PlayerSet> sets_;
};

class Searcher {
 public:
  Searcher(const Graph& graph, const KeyPlayerOptions& options)
      : graph_(graph),
        options_(options),
        hops_(flat(graph)),
        may_(rankable(graph)),
        best_(options.listed + 1) {
    Random random{options.seed * 77 + 5};
    for (std::uint32_t v = 0; v < graph.n(); ++v) marks_.push_back(random.next());
  }

  core::Result<KeyPlayers> run() {
    PALERMO_CHECK_OK(prepare());
    KeyPlayers result;
    result.sources = static_cast<std::uint32_t>(sources_.size());
    result.value_exact = sources_.size() == graph_.n();
    result.candidates = static_cast<std::uint32_t>(candidates_.size());
    result.before = oracle(0).value({});
    result.greedy_order = greedy();
    result.greedy.members = result.greedy_order;
    std::sort(result.greedy.members.begin(), result.greedy.members.end());
    result.greedy.value = value_of(result.greedy.members);
    for (const Members& order : baselines_) {
      Members members(order.begin(), order.begin() + options_.k);
      std::sort(members.begin(), members.end());
      const double value = value_of(members);
      result.baselines.push_back({std::move(members), value});
    }
    const std::uint64_t all = combinations(candidates_.size(), options_.k, kMostSets);
    if (all_candidates_ && all <= kMostSets && static_cast<double>(all) <= most_values_) {
      look_at_all(result);
    } else {
      search(result);
    }
    finish(result);
    return result;
  }

 private:
  core::Status prepare() {
    const std::uint32_t n = graph_.n();
    const double k = options_.k;
    sources_ = distance_sources(hops_, kWorkOfAValue, kSourceSeed);
    double one = 0;  // steps for a value
    std::size_t most = n;
    if (options_.goal == Goal::Fragment) {
      one = (static_cast<double>(sources_.size()) / 64 + 1) * 4 * (n + hops_.arcs());
    } else {
      // Distances are kept for every candidate.
      sources_.resize(n);
      std::iota(sources_.begin(), sources_.end(), 0U);
      one = k * n / 4;
      most = std::max<std::size_t>(500, 100'000'000 / std::max(1U, n));
    }
    most_values_ = std::max(1000.0, options_.most_work / std::max(1.0, one));
    // Greedy and a few rounds of swaps look at about 20 k sets for each candidate.
    most =
        std::min(most, static_cast<std::size_t>(std::max(20.0 + 4 * k, most_values_ / (20 * k))));
    std::vector<double> degree(n);
    for (std::uint32_t v = 0; v < n; ++v) degree[v] = graph_.degree(v);
    BetweennessOptions between;
    between.seed = options_.seed;
    PALERMO_TRY(const Betweenness found, betweenness(hops_, between));
    for (const std::vector<double>& scores : {degree, strengths(graph_), found.scores})
      baselines_.push_back(ordered(scores));
    for (std::uint32_t v = 0; v < n; ++v)
      if (may_[v] != 0) candidates_.push_back(v);
    all_candidates_ = most >= candidates_.size();
    if (!all_candidates_) {
      std::vector<bool> taken(n, false);
      std::size_t count = 0;
      const auto take = [&](std::uint32_t v) {
        if (!taken[v]) ++count;
        taken[v] = true;
      };
      // The plain sets stand among the candidates, so that nothing plain is better than the answer.
      for (const Members& order : baselines_)
        for (std::uint32_t i = 0; i < options_.k; ++i) take(order[i]);
      for (std::size_t i = 0; i < candidates_.size() && count < most; ++i) {
        take(baselines_[2][i]);
        if (count < most) take(baselines_[0][i]);
      }
      std::erase_if(candidates_, [&](std::uint32_t v) { return !taken[v]; });
    }
    if (options_.goal == Goal::Reach) rows_ = rows_of(hops_, candidates_);
    oracles_.resize(core::cores());
    return core::ok();
  }

  [[nodiscard]] Members ordered(const std::vector<double>& scores) const {
    const std::vector<std::uint32_t> rank = ranks(scores);
    Members order;
    for (std::uint32_t v = 0; v < scores.size(); ++v)
      if (may_[v] != 0) order.push_back(v);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t x, std::uint32_t y) { return rank[x] < rank[y]; });
    return order;
  }

  Oracle& oracle(std::size_t worker) {
    if (!oracles_[worker]) {
      if (options_.goal == Goal::Fragment) {
        oracles_[worker] = std::make_unique<FragmentOracle>(hops_, sources_);
      } else {
        oracles_[worker] = std::make_unique<ReachOracle>(rows_);
      }
    }
    return *oracles_[worker];
  }

  [[nodiscard]] std::uint64_t mark_of(const Members& members) const {
    std::uint64_t mark = members.size();
    for (const std::uint32_t v : members) mark += marks_[v];
    return mark;
  }

  void note(const Members& members, double value) {
    if (members.size() == options_.k && known_.emplace(mark_of(members), value).second)
      best_.offer(members, value);
  }

  double value_of(const Members& members) {
    const double value = oracle(0).value(members);
    note(members, value);
    return value;
  }

  /// Values of the base with each of the candidates added; below every value for its own members.
  std::vector<double> values_with(const Members& base) {
    std::vector<double> values(candidates_.size(), -1);
    constexpr std::size_t kOfAPiece = 8;
    const std::size_t pieces = (candidates_.size() + kOfAPiece - 1) / kOfAPiece;
    core::in_parallel(pieces, oracles_.size(), [&](std::size_t worker, std::size_t piece) {
      const std::size_t end = std::min(candidates_.size(), (piece + 1) * kOfAPiece);
      for (std::size_t i = piece * kOfAPiece; i < end; ++i) {
        if (contains(base, candidates_[i])) continue;
        const Members members = sorted_with(base, candidates_[i]);
        if (members.size() == options_.k) {
          const auto known = known_.find(mark_of(members));
          if (known != known_.end()) {
            values[i] = known->second;
            continue;
          }
        }
        values[i] = oracle(worker).value(members);
      }
    });
    looked_ += static_cast<double>(candidates_.size());
    for (std::size_t i = 0; i < candidates_.size(); ++i)
      if (values[i] >= 0 && base.size() + 1 == options_.k)
        note(sorted_with(base, candidates_[i]), values[i]);
    return values;
  }

  static std::size_t largest(const std::vector<double>& values) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < values.size(); ++i)
      if (values[i] > values[best] + kEqual) best = i;
    return best;
  }

  Members greedy() {
    Members members, order;
    while (order.size() < options_.k) {
      const std::vector<double> values = values_with(members);
      const std::uint32_t chosen = candidates_[largest(values)];
      order.push_back(chosen);
      members = sorted_with(members, chosen);
    }
    return order;
  }

  PlayerSet improved(PlayerSet set) {
    for (std::size_t unchanged = 0, at = 0; unchanged < set.members.size();) {
      if (at >= set.members.size()) at = 0;
      const std::uint32_t leaves = set.members[at];
      const Members base = without_member(set.members, leaves);
      const std::vector<double> values = values_with(base);
      const std::size_t enters = largest(values);
      if (values[enters] > set.value + kEqual && candidates_[enters] != leaves) {
        set = {sorted_with(base, candidates_[enters]), values[enters]};
        unchanged = 0;
        at = 0;
      } else {
        ++unchanged;
        ++at;
      }
      if (looked_ > most_values_) break;
    }
    return set;
  }

  void search(KeyPlayers& result) {
    std::vector<PlayerSet> starts{result.greedy};
    starts.insert(starts.end(), result.baselines.begin(), result.baselines.end());
    Random random{options_.seed};
    while (starts.size() < options_.starts) {
      Members pool = candidates_;
      for (std::uint32_t i = 0; i < options_.k; ++i)
        std::swap(pool[i], pool[i + random.below(pool.size() - i)]);
      pool.resize(options_.k);
      std::sort(pool.begin(), pool.end());
      starts.push_back({std::move(pool), -1});
    }
    if (starts.size() > options_.starts) starts.resize(std::max(1U, options_.starts));
    for (PlayerSet& start : starts) {
      if (result.starts > 0 && looked_ > most_values_) break;
      if (start.value < 0) start.value = value_of(start.members);
      static_cast<void>(improved(start));
      ++result.starts;
    }
    result.sets = known_.size();
  }

  void look_at_all(KeyPlayers& result) {
    // One piece for each smallest member.
    const auto n = static_cast<std::uint32_t>(candidates_.size());
    const std::uint32_t k = options_.k;
    std::vector<Best> found(n, Best{options_.listed + 1});
    std::vector<std::vector<double>> values(n);
    core::in_parallel(n - k + 1, oracles_.size(), [&](std::size_t worker, std::size_t piece) {
      Members places(k), members(k);  // places among the candidates, which ascend
      for (std::uint32_t i = 0; i < k; ++i) places[i] = static_cast<std::uint32_t>(piece) + i;
      for (;;) {
        for (std::uint32_t i = 0; i < k; ++i) members[i] = candidates_[places[i]];
        const double value = oracle(worker).value(members);
        values[piece].push_back(value);
        found[piece].offer(members, value);
        std::uint32_t i = k;
        while (i > 1 && places[i - 1] == n - k + i - 1) --i;
        if (i <= 1) return;
        ++places[i - 1];
        for (std::uint32_t j = i; j < k; ++j) places[j] = places[j - 1] + 1;
      }
    });
    known_.clear();
    for (const Best& best : found)
      for (const PlayerSet& set : best.sets()) best_.offer(set.members, set.value);
    result.every_set = true;
    for (auto& part : values) {
      result.sets += part.size();
      all_values_.insert(all_values_.end(), part.begin(), part.end());
    }
  }

  void finish(KeyPlayers& result) {
    // Sets that differ by rounding alone are equal: greedy's comes first, then the smallest ids.
    result.best = best_.sets().front();
    if (result.greedy.value >= result.best.value - kEqual) result.best = result.greedy;
    for (const PlayerSet& set : best_.sets())
      if (set.members != result.best.members && result.alternatives.size() < options_.listed)
        result.alternatives.push_back(set);
    const double least =
        result.best.value - options_.tolerance * (result.best.value - result.before) - kEqual;
    std::uint64_t near = 0;
    for (const auto& [mark, value] : known_) near += value >= least ? 1 : 0;
    for (const double value : all_values_) near += value >= least ? 1 : 0;
    result.nearly_as_good = near > 0 ? near - 1 : 0;
    Members left = result.best.members, chosen;
    while (!left.empty()) {
      std::size_t best = 0;
      double value = -1;
      for (std::size_t i = 0; i < left.size(); ++i) {
        const double with = oracle(0).value(sorted_with(chosen, left[i]));
        if (with > value + kEqual) {
          value = with;
          best = i;
        }
      }
      const std::uint32_t v = left[best];
      result.order.push_back(v);
      result.steps.push_back(value);
      chosen = sorted_with(chosen, v);
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
      result.alone.push_back(oracle(0).value({v}));
      result.contribution.push_back(result.best.value -
                                    oracle(0).value(without_member(result.best.members, v)));
    }
    if (options_.goal == Goal::Reach && candidates_.size() == graph_.n()) {
      if (result.every_set) {
        result.at_least_share = 1;
      } else {
        // No set can add more to this one than the k greatest single gains together.
        std::vector<double> gains = values_with(result.best.members);
        std::sort(gains.begin(), gains.end(), std::greater<>{});
        double bound = result.best.value;
        for (std::uint32_t i = 0; i < options_.k && i < gains.size(); ++i)
          bound += std::max(0.0, gains[i] - result.best.value);
        result.at_least_share = result.best.value / bound;
      }
    }
  }

  const Graph& graph_;
  const KeyPlayerOptions& options_;
  FlatGraph hops_;
  std::vector<char> may_;  // enter a set
  Members sources_;
  Members candidates_;  // ascending
  bool all_candidates_ = false;
  std::vector<Members> baselines_;
  Rows rows_;
  std::vector<std::unique_ptr<Oracle>> oracles_;
  std::vector<std::uint64_t> marks_;  // a set's mark is the sum of its members'
  std::unordered_map<std::uint64_t, double> known_;
  std::vector<double> all_values_;
  Best best_;
  double most_values_ = 0;
  double looked_ = 0;
};

void fill(v1::NetworkKeyPlayers::Set& out, const Graph& graph, const Members& members, double value,
          const char* by) {
  for (const std::uint32_t v : members) out.add_ids(graph.nodes()[v].id);
  out.set_value(value);
  out.set_by(by);
}

}  // namespace

core::Result<KeyPlayers> key_players(const Graph& graph, const KeyPlayerOptions& options) {
  const std::vector<char> may = rankable(graph);
  const auto choice = std::count(may.begin(), may.end(), 1);
  if (options.k == 0 || options.k > choice)
    return core::Error{
        core::ErrorCode::Usage,
        fmt::format("{} players cannot be chosen among {} identifiers", options.k, choice),
        std::nullopt, not_ranked_notice(graph)};
  return Searcher{graph, options}.run();
}

v1::NetworkKeyPlayers key_players_answer(const Graph& graph, const KeyPlayers& found,
                                         const KeyPlayerOptions& options) {
  v1::NetworkKeyPlayers answer;
  const bool fragment = options.goal == Goal::Fragment;
  if (std::string left_out = not_ranked_notice(graph); !left_out.empty())
    answer.mutable_basis()->add_notices(std::move(left_out));
  answer.set_goal(fragment ? "fragment" : "reach");
  answer.set_k(options.k);
  answer.set_value(found.best.value);
  answer.set_before(found.before);
  answer.set_every_set(found.every_set);
  answer.set_sets(found.sets);
  answer.set_value_exact(found.value_exact);
  answer.set_sources(found.sources);
  answer.set_candidates(found.candidates);
  answer.set_nearly_as_good(found.nearly_as_good);
  answer.set_tolerance(options.tolerance);
  answer.set_seed(static_cast<std::uint32_t>(options.seed));
  answer.set_starts(found.starts);
  answer.set_total_nodes(graph.n());
  if (found.at_least_share) answer.set_at_least_share(*found.at_least_share);
  answer.set_method(
      found.every_set
          ? fmt::format("all {} sets of {} were looked at: none is better", found.sets, options.k)
          : fmt::format(
                "greedy, then swaps of one member while one improves, from {} starts (greedy, "
                "the plain sets, random ones; seed {}); {} sets looked at among {} candidates; "
                "a better set may exist",
                found.starts, options.seed, found.sets, found.candidates));
  std::vector<double> degree(graph.n());
  for (std::uint32_t v = 0; v < graph.n(); ++v) degree[v] = graph.degree(v);
  const std::vector<std::uint32_t> degree_rank = ranks(degree);
  for (std::size_t i = 0; i < found.order.size(); ++i) {
    const std::uint32_t v = found.order[i];
    const Node& node = graph.nodes()[v];
    v1::NetworkKeyPlayers::Player& player = *answer.add_players();
    player.set_id(node.id);
    player.set_label(node.label);
    player.set_kind(node.kind);
    player.set_category(node.category);
    player.set_contribution(found.contribution[i]);
    player.set_alone(found.alone[i]);
    player.set_step(found.steps[i]);
    player.set_degree(graph.degree(v));
    player.set_degree_rank(degree_rank[v]);
    player.set_in_greedy(contains(found.greedy.members, v));
    std::uint32_t held = 0;
    for (const PlayerSet& set : found.alternatives) held += contains(set.members, v) ? 1 : 0;
    player.set_alternatives(held);
  }
  fill(*answer.mutable_greedy(), graph, found.greedy_order, found.greedy.value, "greedy");
  constexpr const char* kPlain[] = {"degree", "strength", "betweenness"};
  for (std::size_t i = 0; i < found.baselines.size(); ++i)
    fill(*answer.add_baselines(), graph, found.baselines[i].members, found.baselines[i].value,
         kPlain[i]);
  for (const PlayerSet& set : found.alternatives)
    fill(*answer.add_alternatives(), graph, set.members, set.value, "");
  std::string convention = fmt::format(
      "undirected simple graph, both directions of a pair summed, loops dropped, isolates kept; "
      "distances in hops; {}; contribution = what the set loses when this one alone is left out; "
      "nearly as good = within {:g} % of what the set gains",
      fragment
          ? "value = distance-weighted fragmentation F of the identifiers that remain: 1 - mean "
            "of 1/distance over their pairs (1 = nobody reaches anybody)"
          : "value = reach: (members + sum of 1/distance of the others to the nearest member) / "
            "all identifiers (1 = everybody is a member or a contact of one)",
      options.tolerance * 100);
  if (!found.value_exact)
    convention += fmt::format("; distances from {} sampled identifiers only", found.sources);
  answer.mutable_basis()->set_convention(convention);
  return answer;
}

}  // namespace palermo::network
