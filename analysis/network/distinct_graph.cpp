#include "analysis/network/distinct_graph.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include "analysis/network/load/contact.hpp"
#include "core/base/time.hpp"

namespace palermo::network {
namespace {

using detail::day_of;
using detail::kNoDay;

class Builder {
 public:
  Builder(const DistinctInput& input, const DistinctRules& rules)
      : input_{&input},
        rules_{&rules},
        clock_us_{static_cast<std::int64_t>(rules.travel.clock_s * core::kUsPerSecond)} {}

  DistinctGraph run() {
    graph_.users = input_->users;
    graph_.counts.sightings = input_->seen.size();
    note_engaged();
    note_twins();
    for (const Talk& talk : input_->talks) add_talk(talk);
    if (rules_->places) compare_places();
    for (const Claim& claim : input_->claims) {
      if (claim.u == claim.v) continue;
      Proof proof;
      proof.u = std::min(claim.u, claim.v);
      proof.v = std::max(claim.u, claim.v);
      proof.kind = claim.kind;
      proof.source = claim.source;
      keep(proof);
    }
    for (auto& [key, proof] : best_) graph_.proofs.push_back(proof);
    return std::move(graph_);
  }

 private:
  [[nodiscard]] std::uint32_t user_at(std::uint32_t identifier, std::int64_t at_us) const {
    const std::vector<UserSpan>& spans = input_->spans[identifier];
    if (at_us == kNoTime) return spans.size() == 1 ? spans.front().user : kNoUser;
    for (const UserSpan& span : spans)
      if (at_us >= span.from_us && at_us <= span.to_us) return span.user;
    return kNoUser;
  }
  [[nodiscard]] bool asked(std::uint32_t identifier) const {
    return identifier < input_->identifiers;
  }
  [[nodiscard]] static std::int64_t end_us(const Talk& talk) {
    return talk.at_us + std::int64_t{talk.seconds} * core::kUsPerSecond;
  }

  /// The calls of each identifier in order of time, and when the last of them so far ended.
  void note_engaged() {
    const std::vector<Talk>& talks = input_->talks;
    std::vector<std::uint32_t> order;
    begin_.assign(std::size_t{input_->identifiers} + 1, 0);
    for (std::uint32_t i = 0; i < talks.size(); ++i) {
      const Talk& talk = talks[i];
      if (!talk.interval || talk.at_us == kNoTime || talk.seconds <= 0) continue;
      order.push_back(i);
      for (const std::uint32_t party : {talk.a, talk.b})
        if (asked(party)) ++begin_[party + 1];
    }
    std::stable_sort(order.begin(), order.end(), [&talks](std::uint32_t x, std::uint32_t y) {
      return talks[x].at_us < talks[y].at_us;
    });
    std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
    std::vector<std::size_t> next(begin_.begin(), begin_.end() - 1);
    calls_.resize(begin_.back());
    for (const std::uint32_t i : order)
      for (const std::uint32_t party : {talks[i].a, talks[i].b})
        if (asked(party)) calls_[next[party]++] = i;
    latest_.resize(calls_.size());
    for (std::uint32_t v = 0; v < input_->identifiers; ++v) {
      std::int64_t latest = std::numeric_limits<std::int64_t>::min();
      for (std::size_t k = begin_[v]; k < begin_[v + 1]; ++k)
        latest_[k] = latest = std::max(latest, end_us(talks[calls_[k]]));
    }
  }

  /// Whether `identifier` was in a call with somebody else than `partner` during the talk.
  [[nodiscard]] bool engaged_elsewhere(std::uint32_t identifier, std::uint32_t partner,
                                       const Talk& talk) const {
    const auto first = calls_.begin() + static_cast<std::ptrdiff_t>(begin_[identifier]);
    const auto last = calls_.begin() + static_cast<std::ptrdiff_t>(begin_[identifier + 1]);
    auto at = std::lower_bound(
        first, last, end_us(talk) + clock_us_,
        [this](std::uint32_t other, std::int64_t us) { return input_->talks[other].at_us < us; });
    while (at != first) {
      --at;
      if (latest_[static_cast<std::size_t>(at - calls_.begin())] + clock_us_ <= talk.at_us)
        return false;
      const Talk& other = input_->talks[*at];
      if ((other.a == identifier ? other.b : other.a) == partner) continue;
      // Two sources keep two clocks.
      const std::int64_t slack = other.evidence.source == talk.evidence.source ? 0 : clock_us_;
      if (other.at_us < end_us(talk) + slack && end_us(other) + slack > talk.at_us) return true;
    }
    return false;
  }

  /// Records of one side that say of a call between two that nobody, or perhaps another, answered.
  void note_twins() {
    for (std::uint32_t i = 0; i < input_->talks.size(); ++i) {
      const Talk& talk = input_->talks[i];
      if (talk.at_us != kNoTime && asked(talk.a) && asked(talk.b) &&
          (talk.diverted || (!talk.spoke && talk.interval)))
        denied_[std::minmax(talk.a, talk.b)].push_back(i);
    }
    for (auto& [pair, list] : denied_)
      std::sort(list.begin(), list.end(), [this](std::uint32_t x, std::uint32_t y) {
        return std::pair{input_->talks[x].at_us, x} < std::pair{input_->talks[y].at_us, y};
      });
  }
  /// Whether the talk's own record, or the other side's of the same call, says so.
  [[nodiscard]] bool denied(const Talk& talk) const {
    if (talk.diverted) return true;
    const auto found = denied_.find(std::minmax(talk.a, talk.b));
    if (found == denied_.end() || talk.at_us == kNoTime) return false;
    auto near = std::lower_bound(
        found->second.begin(), found->second.end(), talk.at_us - clock_us_,
        [this](std::uint32_t i, std::int64_t us) { return input_->talks[i].at_us < us; });
    for (; near != found->second.end(); ++near) {
      const Talk& other = input_->talks[*near];
      if (other.at_us > talk.at_us + clock_us_) return false;
      // A second record of one side in one source is another call.
      if (other.a == talk.a &&
          (other.of_called != talk.of_called || other.evidence.source != talk.evidence.source))
        return true;
    }
    return false;
  }

  void add_talk(const Talk& talk) {
    if (!talk.spoke || !asked(talk.a) || !asked(talk.b) || talk.a == talk.b) return;
    DistinctCounts& counts = graph_.counts;
    if (talk.seconds < rules_->min_talk_s && (talk.seconds > 0 || rules_->min_talk_s > 1)) {
      ++counts.short_ones;
      return;
    }
    if (rules_->called_side && !talk.of_called) {
      ++counts.caller_side;
      return;
    }
    if (!rules_->receivers && (!input_->own[talk.a] || !input_->own[talk.b])) {
      ++counts.to_receivers;
      return;
    }
    if (denied(talk)) {
      ++counts.diverted;
      return;
    }
    if (talk.interval && talk.at_us != kNoTime &&
        (engaged_elsewhere(talk.a, talk.b, talk) || engaged_elsewhere(talk.b, talk.a, talk))) {
      ++counts.engaged;
      return;
    }
    const std::uint32_t a = user_at(talk.a, talk.at_us), b = user_at(talk.b, talk.at_us);
    if (a == kNoUser || b == kNoUser) {
      ++counts.no_user;
      return;
    }
    if (a == b) {
      ++counts.own_user;
      return;
    }
    ++counts.conversations;
    Proof proof;
    proof.u = std::min(a, b);
    proof.v = std::max(a, b);
    proof.x = a < b ? talk.a : talk.b;
    proof.y = a < b ? talk.b : talk.a;
    proof.kind = ProofKind::Spoke;
    proof.day = day_of(talk.at_us);
    proof.at_us = talk.at_us;
    proof.seconds = talk.seconds;
    proof.called_side = talk.of_called;
    proof.first = talk.evidence;
    keep(proof);
  }

  void compare_places() {
    constexpr double kDegree = 3.14159265358979323846 / 180;
    constexpr double kRadiusKm = 6371.0088;
    struct Point {
      std::array<double, 3> at;
      std::uint32_t index, user;
    };
    std::vector<std::uint32_t> order(input_->seen.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [this](std::uint32_t x, std::uint32_t y) {
      const Seen &a = input_->seen[x], &b = input_->seen[y];
      return std::tie(a.at.at_us, a.identifier, a.evidence) <
             std::tie(b.at.at_us, b.identifier, b.evidence);
    });
    std::vector<Point> points;
    for (const std::uint32_t i : order) {
      const analysis::Sighting& at = input_->seen[i].at;
      const double latitude = at.latitude * kDegree, longitude = at.longitude * kDegree;
      points.push_back({{std::cos(latitude) * std::cos(longitude),
                         std::cos(latitude) * std::sin(longitude), std::sin(latitude)},
                        i,
                        user_at(input_->seen[i].identifier, at.at_us)});
    }
    const double least_km = 2 * (rules_->travel.cell_range_km + rules_->travel.site_error_km);
    const double nearer = std::cos(std::min(least_km / kRadiusKm, 3.14159265358979323846));
    const auto gap_us = static_cast<std::int64_t>(rules_->most_gap_s * core::kUsPerSecond);
    // Visits pairs near enough in time and far enough in place; stops where the budget ends.
    const auto sweep = [&](const auto& visit) {
      std::size_t begin = 0;
      for (std::size_t i = 0; i < points.size(); ++i) {
        const Seen& mine = input_->seen[points[i].index];
        while (input_->seen[points[begin].index].at.at_us < mine.at.at_us - gap_us) ++begin;
        for (std::size_t j = begin; j < i; ++j) {
          if (graph_.counts.comparisons >= rules_->comparisons) {
            graph_.counts.places_cut = true;
            return;
          }
          ++graph_.counts.comparisons;
          const Point &x = points[i], &y = points[j];
          if (x.at[0] * y.at[0] + x.at[1] * y.at[1] + x.at[2] * y.at[2] >= nearer) continue;
          visit(x, y);
        }
      }
    };
    // One pass for what is in two places at once, and so proves nothing, and for all others: of two
    // identifiers, the first pair of sightings on each day.
    const std::size_t n = input_->identifiers;
    std::vector<bool> twice(n, false);
    std::vector<std::int32_t> proven(n * (n - std::min<std::size_t>(n, 1)) / 2, kNoDay);
    std::vector<Proof> found;
    sweep([&](const Point& x, const Point& y) {
      const Seen &mine = input_->seen[x.index], &theirs = input_->seen[y.index];
      const bool itself = mine.identifier == theirs.identifier;
      if (!itself && (x.user == kNoUser || y.user == kNoUser || x.user == y.user)) return;
      if (itself && twice[mine.identifier]) return;
      const auto [low, high] = std::minmax(mine.identifier, theirs.identifier);
      const std::int32_t day = day_of(mine.at.at_us);
      if (!itself && proven[std::size_t{high} * (high - 1) / 2 + low] == day) return;
      const analysis::Travel travel = analysis::travel_between(mine.at, theirs.at, rules_->travel);
      if (travel.possible) return;
      if (itself) {
        twice[mine.identifier] = true;
        return;
      }
      const bool turned = x.user > y.user;
      const Seen &first = turned ? theirs : mine, &second = turned ? mine : theirs;
      Proof proof;
      proof.u = std::min(x.user, y.user);
      proof.v = std::max(x.user, y.user);
      proof.x = first.identifier;
      proof.y = second.identifier;
      proof.kind = ProofKind::Apart;
      proof.at_us = mine.at.at_us;
      proof.day = day;
      proof.first = first.evidence;
      proof.second = second.evidence;
      proof.cell_x = first.cell;
      proof.cell_y = second.cell;
      proof.travel = travel;
      proven[std::size_t{high} * (high - 1) / 2 + low] = day;
      found.push_back(proof);
    });
    for (const Proof& proof : found)
      if (!twice[proof.x] && !twice[proof.y]) keep(proof);
    for (std::uint32_t i = 0; i < input_->identifiers; ++i)
      if (twice[i]) graph_.twice_at_once.push_back(i);
  }

 public:
  /// Whether x is the better proof of one kind.
  static bool better(const Proof& x, const Proof& y) {
    const auto speed = [](const Proof& proof) {
      return proof.travel.needed_kmh.value_or(std::numeric_limits<double>::infinity());
    };
    if (x.kind == ProofKind::Apart)
      return std::tuple{speed(x), x.travel.km} > std::tuple{speed(y), y.travel.km};
    if (x.kind == ProofKind::Spoke)
      return std::pair{x.called_side, x.seconds} > std::pair{y.called_side, y.seconds};
    return false;
  }

 private:
  void keep(const Proof& proof) {
    const auto [at, fresh] = best_.try_emplace({proof.u, proof.v, proof.day, proof.kind}, proof);
    if (!fresh && better(proof, at->second)) at->second = proof;
  }

  const DistinctInput* input_;
  const DistinctRules* rules_;
  std::int64_t clock_us_;
  std::vector<std::size_t> begin_;    // by identifier: where its calls begin in calls_
  std::vector<std::uint32_t> calls_;  // indexes of talks
  std::vector<std::int64_t> latest_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint32_t>> denied_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::int32_t, ProofKind>, Proof> best_;
  DistinctGraph graph_;
};

/// Users as the search numbers them, and the proofs between them.
struct Part {
  std::vector<std::uint32_t> users;
  std::vector<std::uint32_t> number;  // by user; kNoUser: not asked for

  Part(const DistinctGraph& graph, const std::vector<std::uint32_t>& asked) : users{asked} {
    if (users.empty()) {
      users.resize(graph.users);
      std::iota(users.begin(), users.end(), 0U);
    }
    number.assign(graph.users, kNoUser);
    for (std::uint32_t i = 0; i < users.size(); ++i) number[users[i]] = i;
  }
  [[nodiscard]] std::uint32_t n() const { return static_cast<std::uint32_t>(users.size()); }
  [[nodiscard]] bool holds(const Proof& proof) const {
    return number[proof.u] != kNoUser && number[proof.v] != kNoUser;
  }
  [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> pair(const Proof& proof) const {
    return {number[proof.u], number[proof.v]};
  }
};

}  // namespace

const char* word_of(ProofKind kind) {
  switch (kind) {
    case ProofKind::Spoke:
      return "spoke";
    case ProofKind::Apart:
      return "far_apart";
    case ProofKind::Stated:
      return "stated_distinct";
    case ProofKind::Decided:
      return "decided_distinct";
  }
  return "";
}

std::vector<const Proof*> DistinctGraph::of(std::uint32_t u, std::uint32_t v) const {
  std::array<const Proof*, 4> best{};
  auto at =
      std::lower_bound(proofs.begin(), proofs.end(), std::pair{u, v},
                       [](const Proof& proof, const std::pair<std::uint32_t, std::uint32_t>& pair) {
                         return std::pair{proof.u, proof.v} < pair;
                       });
  for (; at != proofs.end() && at->u == u && at->v == v; ++at) {
    const Proof*& known = best[static_cast<std::size_t>(at->kind)];
    if (known == nullptr || Builder::better(*at, *known)) known = &*at;
  }
  std::vector<const Proof*> out;
  for (const Proof* proof : best)
    if (proof != nullptr) out.push_back(proof);
  return out;
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> DistinctGraph::pairs() const {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> out;
  for (const Proof& proof : proofs)
    if (out.empty() || out.back() != std::pair{proof.u, proof.v})
      out.emplace_back(proof.u, proof.v);
  return out;
}

DistinctGraph distinct_graph(const DistinctInput& input, const DistinctRules& rules) {
  return Builder{input, rules}.run();
}

DistinctGraph called_side_alone(DistinctGraph graph) {
  std::erase_if(graph.proofs, [](const Proof& proof) {
    return proof.kind == ProofKind::Spoke && !proof.called_side;
  });
  return graph;
}

DistinctGraph conversations_alone(DistinctGraph graph) {
  std::erase_if(graph.proofs, [](const Proof& proof) { return proof.kind != ProofKind::Spoke; });
  return graph;
}

Clique most_distinct(const DistinctGraph& graph, const std::vector<std::uint32_t>& users,
                     std::uint64_t budget) {
  const Part part{graph, users};
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (const Proof& proof : graph.proofs)
    if (part.holds(proof) && (pairs.empty() || pairs.back() != part.pair(proof)))
      pairs.push_back(part.pair(proof));
  Clique clique = largest_clique(part.n(), pairs, budget);
  for (std::uint32_t& member : clique.members) member = part.users[member];
  std::sort(clique.members.begin(), clique.members.end());
  return clique;
}

WithinDays most_distinct_within(const DistinctGraph& graph, const std::vector<std::uint32_t>& users,
                                std::uint32_t days, std::uint64_t budget) {
  const Part part{graph, users};
  std::vector<std::pair<std::uint32_t, std::uint32_t>> always;
  std::vector<std::pair<std::int32_t, std::pair<std::uint32_t, std::uint32_t>>> dated;
  for (const Proof& proof : graph.proofs) {
    if (!part.holds(proof)) continue;
    if (proof.kind == ProofKind::Stated || proof.kind == ProofKind::Decided) {
      always.push_back(part.pair(proof));
    } else if (proof.day != kNoDay) {
      dated.emplace_back(proof.day, part.pair(proof));
    }
  }
  std::sort(dated.begin(), dated.end());
  WithinDays out;
  out.days = days;
  const Clique claimed = largest_clique(part.n(), always, budget);
  out.lo = static_cast<std::uint32_t>(claimed.members.size());
  out.exact = claimed.exact;
  std::uint64_t left = budget - std::min(budget, claimed.steps);
  std::size_t last = 0;
  for (std::size_t first = 0; first < dated.size();) {
    const std::int32_t day = dated[first].first;
    while (last < dated.size() && dated[last].first - day < static_cast<std::int64_t>(days)) ++last;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs = always;
    for (std::size_t i = first; i < last; ++i) pairs.push_back(dated[i].second);
    const Clique clique = largest_clique(part.n(), pairs, left, out.lo);
    left -= std::min(left, clique.steps);
    out.exact = out.exact && clique.exact;
    if (clique.members.size() > out.lo) {
      out.lo = static_cast<std::uint32_t>(clique.members.size());
      out.first_day = day;
    }
    if (left == 0) {
      out.exact = false;
      break;
    }
    while (first < dated.size() && dated[first].first == day) ++first;
  }
  return out;
}

}  // namespace palermo::network
