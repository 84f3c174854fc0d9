#include "analysis/calls/sequences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>

#include "analysis/calls/basis.hpp"
#include "analysis/calls/chance.hpp"
#include "core/base/time.hpp"

namespace palermo::calls {
namespace {

using Chain = std::array<std::uint32_t, 3>;
struct ChainHash {
  std::size_t operator()(const Chain& chain) const {
    std::uint64_t hash = 0;
    for (const std::uint32_t id : chain) hash = (hash ^ id) * 0x9E3779B97F4A7C15U;
    return static_cast<std::size_t>(hash ^ (hash >> 29));
  }
};

struct Call {
  std::uint32_t a = 0, b = 0;
  std::int64_t at_us = 0;
  std::int64_t day = 0;  // local
  bool minute_only = false;
  const Event* event = nullptr;
};

struct Occurrence {
  const Event* first = nullptr;
  const Event* second = nullptr;
};

class Searcher {
 public:
  Searcher(const Log& log, const SequenceOptions& options) : log_{&log}, options_{&options} {
    window_us_ = static_cast<std::int64_t>(options.within_min * 60e6);
  }

  v1::CallsSequences run() {
    for (const Event& event : log_->events)
      if (event.is_contact()) {
        const std::int64_t day = day_of(event.at_us + event.offset_min * core::kUsPerMinute);
        calls_.push_back({event.a, event.b, event.at_us, day, event.minute_only, &event});
      }
    for (const Call& call : calls_) ++daily_[pair(call.a, call.b)][call.day];
    std::unordered_map<Chain, std::vector<Occurrence>, ChainHash> seen;
    const std::uint32_t total =
        count(calls_, [&](const Chain& chain, const Call& x, const Call& y) {
          seen[chain].push_back({x.event, y.event});
        });
    std::unordered_map<Chain, double, ChainHash> sums;
    std::vector<double> highest;
    double totals = 0;
    draw(seen, sums, highest, totals);
    out_.set_occurrences(total);
    out_.set_tested(static_cast<std::uint32_t>(seen.size()));
    if (options_->draws > 0) out_.set_expected_occurrences(totals / options_->draws);

    struct Row {
      Chain chain;
      double excess;
    };
    std::vector<Row> rows;
    for (const auto& [chain, occurrences] : seen) {
      if (occurrences.size() < options_->least_times) continue;
      if (options_->asked && std::find(chain.begin(), chain.end(), *options_->asked) == chain.end())
        continue;
      rows.push_back({chain, excess(chain, static_cast<std::uint32_t>(occurrences.size()))});
    }
    std::sort(rows.begin(), rows.end(), [this](const Row& x, const Row& y) {
      if (x.excess != y.excess) return x.excess > y.excess;
      for (std::size_t i = 0; i < 3; ++i)
        if (x.chain[i] != y.chain[i]) return log_->name_of(x.chain[i]) < log_->name_of(y.chain[i]);
      return false;
    });
    out_.set_total(static_cast<std::uint32_t>(rows.size()));
    for (const Row& row : rows) {
      if (options_->limit != 0 &&
          static_cast<std::size_t>(out_.sequences_size()) == options_->limit)
        break;
      add(row.chain, seen.at(row.chain), sums, row.excess, highest);
    }
    describe();
    return std::move(out_);
  }

 private:
  static std::uint64_t pair(std::uint32_t a, std::uint32_t b) {
    return (std::uint64_t{a} << 32) | b;
  }

  template <typename Visit>
  std::uint32_t count(const std::vector<Call>& calls, const Visit& visit) {
    // Calls to each number not older than the window, and for each the numbers called after it.
    struct Open {
      const Call* call;
      std::vector<std::uint32_t> used;
    };
    std::unordered_map<std::uint32_t, std::deque<Open>> open;
    std::uint32_t total = 0;
    std::vector<std::uint32_t> callers;
    for (const Call& call : calls) {
      if (const auto found = open.find(call.a); found != open.end()) {
        std::deque<Open>& list = found->second;
        while (!list.empty() && call.at_us - list.front().call->at_us > window_us_)
          list.pop_front();
        callers.clear();
        for (auto at = list.rbegin(); at != list.rend(); ++at) {
          const Call& first = *at->call;
          if (first.a == call.b || !is_before(first, call)) continue;
          if (std::find(callers.begin(), callers.end(), first.a) != callers.end()) continue;
          if (std::find(at->used.begin(), at->used.end(), call.b) != at->used.end()) continue;
          callers.push_back(first.a);
          at->used.push_back(call.b);
          visit(Chain{first.a, call.a, call.b}, first, call);
          ++total;
        }
      }
      open[call.b].push_back({&call, {}});
    }
    return total;
  }

  static bool is_before(const Call& x, const Call& y) {
    if (x.minute_only || y.minute_only)
      return x.at_us / core::kUsPerMinute < y.at_us / core::kUsPerMinute;
    return x.at_us < y.at_us;
  }

  double expected_by_rate(const Chain& chain) {
    const auto [at, fresh] = rates_.try_emplace(chain, 0.0);
    if (!fresh) return at->second;
    const auto& first = daily_.at(pair(chain[0], chain[1]));
    const auto& second = daily_.at(pair(chain[1], chain[2]));
    double rate = 0;
    const double share = std::min(1.0, options_->within_min / (24 * 60));
    for (const auto& [day, calls] : first)
      if (const auto found = second.find(day); found != second.end())
        rate += share * calls * found->second;
    return at->second = rate;
  }
  double excess(const Chain& chain, std::uint32_t times) {
    return poisson_excess(times, std::max(expected_by_rate(chain), 1e-6));
  }

  void draw(const std::unordered_map<Chain, std::vector<Occurrence>, ChainHash>& seen,
            std::unordered_map<Chain, double, ChainHash>& sums, std::vector<double>& highest,
            double& totals) {
    std::map<std::int64_t, std::vector<std::size_t>> by_day;
    for (std::size_t i = 0; i < calls_.size(); ++i) by_day[calls_[i].day].push_back(i);
    Random random{options_->seed};
    std::vector<Call> drawn = calls_;
    for (std::uint32_t n = 0; n < options_->draws; ++n) {
      for (const auto& [day, members] : by_day) {
        struct When {
          std::int64_t at_us;
          bool minute_only;
        };
        std::vector<When> times;
        for (const std::size_t i : members)
          times.push_back({calls_[i].at_us, calls_[i].minute_only});
        shuffle(std::span{times}, random);
        for (std::size_t i = 0; i < members.size(); ++i) {
          drawn[members[i]] = calls_[members[i]];
          drawn[members[i]].at_us = times[i].at_us;
          drawn[members[i]].minute_only = times[i].minute_only;
        }
      }
      std::vector<Call> sorted = drawn;
      std::stable_sort(sorted.begin(), sorted.end(),
                       [](const Call& x, const Call& y) { return x.at_us < y.at_us; });
      std::unordered_map<Chain, std::uint32_t, ChainHash> times;
      totals +=
          count(sorted, [&](const Chain& chain, const Call&, const Call&) { ++times[chain]; });
      double best = 0;
      for (const auto& [chain, found] : times) {
        if (found >= options_->least_times) best = std::max(best, excess(chain, found));
        if (seen.contains(chain)) sums[chain] += found;
      }
      highest.push_back(best);
    }
  }

  void add(const Chain& chain, const std::vector<Occurrence>& occurrences,
           const std::unordered_map<Chain, double, ChainHash>& sums, double excess,
           const std::vector<double>& highest) {
    auto& row = *out_.add_sequences();
    row.set_a(log_->name_of(chain[0]));
    row.set_b(log_->name_of(chain[1]));
    row.set_c(log_->name_of(chain[2]));
    row.set_times(static_cast<std::uint32_t>(occurrences.size()));
    if (options_->draws > 0) {
      const auto found = sums.find(chain);
      row.set_expected(found == sums.end() ? 0 : found->second / options_->draws);
      row.set_p_value(p_of(excess, highest));
    }
    std::vector<double> delays;
    std::set<std::int64_t> days;
    for (const Occurrence& each : occurrences) {
      delays.push_back(static_cast<double>(each.second->at_us - each.first->at_us) / 1e6);
      days.insert(day_of(each.first->at_us + each.first->offset_min * core::kUsPerMinute));
      if (static_cast<std::size_t>(row.evidence_size()) < 2 * options_->evidence) {
        row.add_evidence(log_->record(*each.first));
        row.add_evidence(log_->record(*each.second));
      }
    }
    std::sort(delays.begin(), delays.end());
    const std::size_t n = delays.size();
    row.set_median_delay_s(n % 2 == 1 ? delays[n / 2] : (delays[n / 2 - 1] + delays[n / 2]) / 2);
    row.set_days(static_cast<std::uint32_t>(days.size()));
    row.set_first(core::format_utc(occurrences.front().first->at_us));
    row.set_last(core::format_utc(occurrences.back().first->at_us));
  }

  void describe() {
    out_.set_within_min(options_->within_min);
    out_.set_rule(fmt::format(
        "A calls B, then B calls C (not A), the second starting after the first and at most {:g} "
        "min after its start; each call to B counts once for each C, each call of B once for each "
        "A; listed from {} times on",
        options_->within_min, options_->least_times));
    auto& chance = *out_.mutable_chance();
    chance.set_null_model(
        "times of day shuffled among all calls of the same day (by each record's own offset): who "
        "calls whom on which day stays, and so does how busy each hour is; a number's own habits "
        "of "
        "the day do not");
    chance.set_statistic(
        "-log10 of the Poisson chance of so many, given how often the two calls were made on each "
        "day");
    chance.set_draws(options_->draws);
    chance.set_seed(options_->seed);
    chance.set_correction("single-step maxT: the best chain of all in each draw");
    put_basis(*out_.mutable_basis(), *log_,
              "directed; a call, SMS or MMS, answered or not; order in time says nothing of cause");
  }

  const Log* log_;
  const SequenceOptions* options_;
  std::int64_t window_us_ = 0;
  v1::CallsSequences out_;
  std::vector<Call> calls_;
  std::unordered_map<std::uint64_t, std::map<std::int64_t, std::uint32_t>> daily_;
  std::unordered_map<Chain, double, ChainHash> rates_;
};

}  // namespace

v1::CallsSequences sequences(const Log& log, const SequenceOptions& options) {
  return Searcher{log, options}.run();
}

}  // namespace palermo::calls
