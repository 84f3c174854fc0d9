#include "analysis/network/changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "analysis/network/compare.hpp"
#include "analysis/network/load.hpp"
#include "analysis/network/load/contact.hpp"
#include "analysis/network/random.hpp"
#include "core/base/time.hpp"

namespace palermo::network {
namespace {

constexpr std::size_t kMostPeriods = 5'000;
/// Shortest stretch on either side of a split.
constexpr std::size_t kShortest = 2;

/// First day of the period a day belongs to.
std::int32_t begin_of(std::int32_t day, bool weeks) {
  if (!weeks) return day;
  // 1970-01-01 was a Thursday.
  const std::int32_t from_monday = ((day + 3) % 7 + 7) % 7;
  return day - from_monday;
}

struct Split {
  std::size_t at = 0;  // first period of the new state
  double gain = -1;
};

/// Best split of a series of counts, as 2 ln of the Poisson likelihood ratio.
Split best_count_split(const std::vector<double>& values) {
  const std::size_t n = values.size();
  const double all = std::accumulate(values.begin(), values.end(), 0.0);
  const auto cost = [](double sum, double length) {
    return sum > 0 ? sum * std::log(sum / length) : 0.0;
  };
  const double whole = cost(all, static_cast<double>(n));
  Split best;
  double left = 0;
  for (std::size_t t = 1; t + kShortest <= n; ++t) {
    left += values[t - 1];
    if (t < kShortest) continue;
    const double gain = 2 * (cost(left, static_cast<double>(t)) +
                             cost(all - left, static_cast<double>(n - t)) - whole);
    if (gain > best.gain + 1e-9) best = {t, gain};
  }
  return best;
}

using Matrix = std::vector<std::vector<double>>;

/// Best split by the energy statistic of distances between periods, in the given order.
Split best_energy_split(const Matrix& distances, const std::vector<std::size_t>& order) {
  const std::size_t n = order.size();
  // within: sums of distances inside the left and the right part; between: from one to the other.
  double left = 0, right = 0, between = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = i + 1; k < n; ++k) right += distances[order[i]][order[k]];
  Split best;
  for (std::size_t t = 1; t + kShortest <= n; ++t) {
    double to_left = 0, to_right = 0;
    for (std::size_t i = 0; i + 1 < t; ++i) to_left += distances[order[t - 1]][order[i]];
    for (std::size_t k = t; k < n; ++k) to_right += distances[order[t - 1]][order[k]];
    left += to_left;
    right -= to_right;
    between += to_right - to_left;
    if (t < kShortest) continue;
    const auto x = static_cast<double>(t), y = static_cast<double>(n - t);
    const double energy =
        2 * between / (x * y) - 2 * left / (x * (x - 1)) - 2 * right / (y * (y - 1));
    const double gain = x * y / (x + y) * energy;
    if (gain > best.gain + 1e-12) best = {t, gain};
  }
  return best;
}

struct Found {
  std::size_t begin = 0, at = 0, end = 0;  // of the stretch it splits
  double gain = 0;
  double p = 1;
};

/// Splits stretches for as long as splits are significant.
/// @param best  best split of a stretch whose periods stand in the order given
std::vector<Found> segment(
    std::size_t periods, double penalty_factor, const ChangeOptions& options, Random& random,
    std::optional<Found>& first,
    const std::function<Split(const std::vector<std::size_t>& order)>& best) {
  std::vector<Found> found;
  std::vector<std::pair<std::size_t, std::size_t>> stretches{{0, periods}};
  while (!stretches.empty()) {
    const auto [begin, end] = stretches.back();
    stretches.pop_back();
    if (end - begin < 2 * kShortest) continue;
    std::vector<std::size_t> order(end - begin);
    std::iota(order.begin(), order.end(), begin);
    const Split split = best(order);
    if (split.gain < 0) continue;
    std::uint32_t as_good = 0;
    for (std::uint32_t draw = 0; draw < options.draws; ++draw) {
      for (std::size_t i = order.size() - 1; i > 0; --i)
        std::swap(order[i], order[random.below(i + 1)]);
      if (best(order).gain >= split.gain - 1e-9) ++as_good;
    }
    const Found one{begin, begin + split.at, end, split.gain,
                    (1.0 + as_good) / (1.0 + options.draws)};
    if (!first) first = one;
    const double penalty = penalty_factor * std::log(static_cast<double>(end - begin));
    if (one.p > options.alpha || one.gain <= penalty) continue;
    found.push_back(one);
    stretches.emplace_back(begin, one.at);
    stretches.emplace_back(one.at, end);
  }
  std::sort(found.begin(), found.end(), [](const Found& x, const Found& y) { return x.at < y.at; });
  return found;
}

/// Distances 0 … 1 between periods whose activity is shared among keys.
class Profiles {
 public:
  explicit Profiles(std::size_t periods) : totals_(periods, 0) {}
  void add(std::uint64_t key, std::uint32_t period, double records) {
    auto& list = of_key_[key];
    if (list.empty() || list.back().first != period) list.emplace_back(period, 0.0);
    list.back().second += records;
    totals_[period] += records;
  }
  [[nodiscard]] Matrix distances() {
    const std::size_t n = totals_.size();
    Matrix out(n, std::vector<double>(n, 0));
    // In the order of the keys: sums of doubles depend on it.
    keys_.reserve(of_key_.size());
    for (auto& [key, list] : of_key_) {
      keys_.push_back(key);
      std::sort(list.begin(), list.end());
      std::vector<std::pair<std::uint32_t, double>> joined;
      for (const auto& [period, records] : list) {
        if (joined.empty() || joined.back().first != period) joined.emplace_back(period, 0.0);
        joined.back().second += records;
      }
      list = std::move(joined);
    }
    std::sort(keys_.begin(), keys_.end());
    for (const std::uint64_t key : keys_) {
      const auto& list = of_key_[key];
      for (std::size_t i = 0; i < list.size(); ++i)
        for (std::size_t k = i + 1; k < list.size(); ++k)
          out[list[i].first][list[k].first] += std::sqrt(list[i].second / totals_[list[i].first] *
                                                         list[k].second / totals_[list[k].first]);
    }
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = i + 1; k < n; ++k)
        out[i][k] = out[k][i] =
            totals_[i] == 0 && totals_[k] == 0 ? 0 : std::sqrt(std::max(0.0, 1 - out[i][k]));
    return out;
  }
  struct Mover {
    std::uint64_t key;
    double before, after;
  };
  /// Keys whose records a period moved most between [begin, at) and [at, end). After distances().
  [[nodiscard]] std::vector<Mover> movers(const Found& found, std::size_t most) const {
    std::vector<Mover> all;
    for (const std::uint64_t key : keys_) {
      Mover mover{key, 0, 0};
      for (const auto& [period, records] : of_key_.at(key)) {
        if (period >= found.begin && period < found.at) mover.before += records;
        if (period >= found.at && period < found.end) mover.after += records;
      }
      mover.before /= static_cast<double>(found.at - found.begin);
      mover.after /= static_cast<double>(found.end - found.at);
      all.push_back(mover);
    }
    const auto distance = [](const Mover& m) { return std::abs(m.before - m.after); };
    const std::size_t kept = std::min(most, all.size());
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kept), all.end(),
                      [&](const Mover& x, const Mover& y) {
                        return std::pair{distance(y), x.key} < std::pair{distance(x), y.key};
                      });
    all.resize(kept);
    return all;
  }

 private:
  std::vector<double> totals_;
  std::unordered_map<std::uint64_t, std::vector<std::pair<std::uint32_t, double>>> of_key_;
  std::vector<std::uint64_t> keys_;
};

}  // namespace

core::Result<v1::NetworkChanges> find_changes(const TieTable& table, const Coverage& coverage,
                                              const ChangeOptions& options) {
  v1::NetworkChanges answer;
  std::map<std::int32_t, std::set<std::uint32_t>> sources_of;  // by day
  for (const auto& [key, records] : coverage.days()) sources_of[key.second].insert(key.first);
  const std::int32_t span =
      sources_of.empty() ? 0 : sources_of.rbegin()->first - sources_of.begin()->first + 1;
  const bool weeks = options.unit == Unit::Week || (options.unit == Unit::Auto && span > 400);
  answer.set_unit(weeks ? "week" : "day");
  *answer.mutable_coverage() =
      coverage_answer(coverage, table.names.sources, std::nullopt, std::nullopt);

  // Periods with records, whether or not these tie anybody.
  std::map<std::int32_t, std::uint32_t> number;
  std::vector<std::int32_t> begins;
  std::vector<std::set<std::uint32_t>> sources;
  for (const auto& [day, covering] : sources_of) {
    const std::int32_t begin = begin_of(day, weeks);
    if (begins.empty() || begins.back() != begin) {
      number[begin] = static_cast<std::uint32_t>(begins.size());
      begins.push_back(begin);
      sources.emplace_back();
    }
    sources.back().insert(covering.begin(), covering.end());
  }
  const std::size_t n = begins.size();
  if (n > kMostPeriods)
    return core::Error{core::ErrorCode::InvalidArgument,
                       fmt::format("{} {}s are too many to compare", n, answer.unit()),
                       std::nullopt,
                       weeks ? "narrow the period with --from and --to" : "--unit week"};

  std::vector<double> records(n, 0), ties(n, 0), nodes(n, 0);
  Profiles who{n}, pairs{n};
  std::uint64_t without_day = 0;
  std::vector<std::vector<std::uint64_t>> pairs_in(n);
  for (const Tie& tie : table.ties) {
    if (tie.a == tie.b) continue;
    const std::int32_t day = detail::day_of(tie.first_us);
    const auto at = number.find(day == detail::kNoDay ? day : begin_of(day, weeks));
    if (at == number.end()) {
      without_day += tie.count;
      continue;
    }
    const auto count = static_cast<double>(tie.count);
    const std::uint64_t pair =
        (std::uint64_t{std::min(tie.a, tie.b)} << 32) | std::max(tie.a, tie.b);
    records[at->second] += count;
    who.add(tie.a, at->second, count);
    who.add(tie.b, at->second, count);
    pairs.add(pair, at->second, count);
    pairs_in[at->second].push_back(pair);
  }
  std::unordered_set<std::uint64_t> seen_pairs;
  std::unordered_set<std::uint32_t> seen_nodes;
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<std::uint64_t>& active = pairs_in[i];
    std::sort(active.begin(), active.end());
    active.erase(std::unique(active.begin(), active.end()), active.end());
    std::vector<std::uint32_t> present;
    std::uint32_t new_pairs = 0, new_nodes = 0;
    for (const std::uint64_t pair : active) {
      new_pairs += seen_pairs.insert(pair).second ? 1 : 0;
      present.push_back(static_cast<std::uint32_t>(pair >> 32));
      present.push_back(static_cast<std::uint32_t>(pair));
    }
    std::sort(present.begin(), present.end());
    present.erase(std::unique(present.begin(), present.end()), present.end());
    for (const std::uint32_t node : present) new_nodes += seen_nodes.insert(node).second ? 1 : 0;
    ties[i] = static_cast<double>(active.size());
    nodes[i] = static_cast<double>(present.size());
    active = {};
    v1::NetworkChanges::Period& period = *answer.add_periods();
    period.set_from(core::format_date({begins[i]}));
    period.set_records(static_cast<std::uint32_t>(records[i]));
    period.set_ties(static_cast<std::uint32_t>(ties[i]));
    period.set_nodes(static_cast<std::uint32_t>(nodes[i]));
    period.set_new_ties(new_pairs);
    period.set_new_nodes(new_nodes);
    period.set_all_ties(static_cast<std::uint32_t>(seen_pairs.size()));
    period.set_all_nodes(static_cast<std::uint32_t>(seen_nodes.size()));
    period.set_sources(static_cast<std::uint32_t>(sources[i].size()));
  }

  Random random{options.seed};
  constexpr double kSeriesTested = 5;
  const std::int32_t length = weeks ? 7 : 1;
  std::map<std::uint32_t, std::pair<std::int32_t, std::int32_t>> span_of;  // by source
  for (const auto& [key, records_then] : coverage.days()) {
    auto& [first_day, last_day] =
        span_of.try_emplace(key.first, key.second, key.second).first->second;
    first_day = std::min(first_day, key.second);
    last_day = std::max(last_day, key.second);
  }
  // Looks at the period of the change and at the one before: a source that ends on a Monday shows
  // in the week that begins then.
  const auto coverage_changed = [&](const Found& found) {
    const std::int32_t from = begins[found.at - 1];
    const std::int32_t end = begins[found.at] + length;  // first day behind
    if (end - from != 2 * length) return true;           // a period without records between
    const auto days = std::distance(sources_of.lower_bound(from), sources_of.lower_bound(end));
    if (days != 2 * length) return true;  // a day without records
    return std::any_of(span_of.begin(), span_of.end(), [&](const auto& source) {
      const auto& [first_day, last_day] = source.second;
      return (first_day > from && first_day < end) || (last_day >= from && last_day < end - 1);
    });
  };
  const auto report = [&](const std::string& name, const std::vector<Found>& found,
                          const std::optional<Found>& first, const std::vector<double>* counts,
                          const Profiles* profiles) {
    v1::NetworkChanges::Series& series = *answer.add_series();
    series.set_name(name);
    if (first) {
      series.set_best_split(core::format_date({begins[first->at]}));
      series.set_gain(first->gain);
      series.set_p_value(first->p);
    }
    series.set_changes(static_cast<std::uint32_t>(found.size()));
    for (const Found& one : found) {
      v1::NetworkChanges::ChangePoint& change = *answer.add_changes();
      change.set_series(name);
      change.set_at(core::format_date({begins[one.at]}));
      change.set_gain(one.gain);
      change.set_p_value(one.p);
      change.set_p_all(std::min(1.0, kSeriesTested * one.p));
      change.set_coverage_changed(coverage_changed(one));
      std::string text;
      if (counts != nullptr) {
        const auto mean = [&](std::size_t from, std::size_t to) {
          return std::accumulate(counts->begin() + static_cast<std::ptrdiff_t>(from),
                                 counts->begin() + static_cast<std::ptrdiff_t>(to), 0.0) /
                 static_cast<double>(to - from);
        };
        change.set_before(mean(one.begin, one.at));
        change.set_after(mean(one.at, one.end));
        text = fmt::format("{} a {}: {:.1f} before, {:.1f} from then on", name, answer.unit(),
                           change.before(), change.after());
      } else {
        for (const Profiles::Mover& mover : profiles->movers(one, options.movers)) {
          v1::NetworkChanges::Mover& row = *change.add_movers();
          const auto id = [&](std::uint64_t v) {
            return table.nodes[static_cast<std::uint32_t>(v)].id;
          };
          row.set_id(name == "who" ? id(mover.key) : id(mover.key >> 32) + " - " + id(mover.key));
          row.set_before(mover.before);
          row.set_after(mover.after);
        }
        text = name == "who" ? "other nodes take part" : "other pairs are in contact";
      }
      if (change.coverage_changed())
        text += "; the records' coverage changes here too, so that the change may be theirs";
      change.set_text(std::move(text));
    }
  };
  for (const auto& [name, values] :
       {std::pair{"records", &records}, std::pair{"ties", &ties}, std::pair{"nodes", &nodes}}) {
    std::optional<Found> first;
    const std::vector<Found> found =
        segment(n, 2, options, random, first, [&, values = values](const auto& order) {
          std::vector<double> in_order(order.size());
          for (std::size_t i = 0; i < order.size(); ++i) in_order[i] = (*values)[order[i]];
          return best_count_split(in_order);
        });
    report(name, found, first, values, nullptr);
  }
  for (const auto& [name, profiles] : {std::pair{"who", &who}, std::pair{"pairs", &pairs}}) {
    std::optional<Found> first;
    const Matrix distances = profiles->distances();
    const std::vector<Found> found = segment(n, 0, options, random, first, [&](const auto& order) {
      return best_energy_split(distances, order);
    });
    report(name, found, first, nullptr, profiles);
  }
  std::stable_sort(answer.mutable_changes()->begin(), answer.mutable_changes()->end(),
                   [](const auto& x, const auto& y) { return x.at() < y.at(); });

  answer.set_draws(options.draws);
  answer.set_seed(static_cast<std::uint32_t>(options.seed));
  answer.set_alpha(options.alpha);
  answer.set_method(fmt::format(
      "binary segmentation (Scott and Knott 1974; Vostrikova 1981) of {} {}s with records, at "
      "least "
      "{} on either side; records, ties, nodes: Poisson likelihood ratio, penalty 2 ln n; who, "
      "pairs: energy statistic (Matteson and James 2014) on Hellinger distances between the shares "
      "of nodes and of pairs; p from {} permutations of the {}s (seed {}), p = (1 + k)/(N + 1), "
      "reported up to {}",
      n, answer.unit(), kShortest, options.draws, answer.unit(), options.seed, options.alpha));
  if (!answer.coverage().gaps().empty())
    answer.add_cautions(
        fmt::format("the records have {} gaps; they are left out and are no silence of persons",
                    answer.coverage().gaps_size()));
  if (without_day > 0)
    answer.add_cautions(
        fmt::format("{} records carry no time and are left out", with_commas(without_day)));
  if (n < 2 * kShortest)
    answer.add_cautions(
        fmt::format("too few {}s with records to look for a change", answer.unit()));
  answer.add_cautions(
      "five series are tested, so that by chance alone one in twenty splits each would pass: p_all "
      "is p times five. The test takes periods as exchangeable; weekdays and drift can make a "
      "split");
  answer.add_cautions(
      "new nodes and ties become fewer as time goes on whatever the persons do, because those seen "
      "before are not new; the first and last day may be in part only");
  return answer;
}

}  // namespace palermo::network
