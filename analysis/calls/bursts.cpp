#include "analysis/calls/bursts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/calls/basis.hpp"
#include "analysis/calls/chance.hpp"
#include "core/base/time.hpp"

namespace palermo::calls {
namespace {

struct Number {
  std::uint32_t party = 0;
  std::vector<const Event*> events;
  std::vector<std::uint32_t> contact_index;  // of its events among all contacts
};

/// The window in which a number stands out most.
struct Window {
  double ratio = 0;      // log likelihood
  std::size_t from = 0;  // indexes into the number's times
  std::size_t to = 0;
  double expected = 0;
};

/// @param ranks  ascending positions of the number's records among all records
/// @param times  of all records
Window scan(const std::vector<std::uint32_t>& ranks, const std::vector<std::int64_t>& times,
            std::int64_t window_us) {
  Window best;
  const auto n = static_cast<double>(ranks.size());
  const auto all = static_cast<double>(times.size());
  std::size_t i = 0;
  for (std::size_t j = 0; j < ranks.size(); ++j) {
    while (times[ranks[j]] - times[ranks[i]] > window_us) ++i;
    for (std::size_t k = i; k + 2 <= j; ++k) {  // three records or more
      const auto count = static_cast<double>(j - k + 1);
      const double expected = n * (static_cast<double>(ranks[j] - ranks[k]) + 1) / all;
      if (count <= expected) continue;
      double ratio = count * std::log(count / expected);
      if (count < n) ratio += (n - count) * std::log((n - count) / (n - expected));
      if (ratio > best.ratio) best = {ratio, k, j, expected};
    }
  }
  return best;
}

class Detector {
 public:
  Detector(const Log& log, const BurstOptions& options) : log_{&log}, options_{&options} {
    window_us_ = static_cast<std::int64_t>(options.window_h * 3600e6);
  }

  v1::CallsBursts run() {
    gather();
    if (options_->asked) out_.set_asked(log_->name_of(*options_->asked));
    out_.set_window_h(options_->window_h);
    if (options_->around_us) {
      around();
    } else {
      anywhere();
    }
    put_basis(*out_.mutable_basis(), *log_,
              "calls, SMS and MMS of a number in both directions, answered or not; busier says "
              "nothing of why");
    return std::move(out_);
  }

 private:
  void gather() {
    std::map<std::uint32_t, Number> by_party;
    std::uint32_t index = 0;
    for (const Event& event : log_->events) {
      if (!event.is_contact()) continue;
      times_.push_back(event.at_us);
      for (const std::uint32_t party : {event.a, event.b}) {
        Number& number = by_party[party];
        number.party = party;
        number.events.push_back(&event);
        number.contact_index.push_back(index);
      }
      ++index;
    }
    for (auto& [party, number] : by_party) {
      if (options_->asked && party != *options_->asked) continue;
      if (number.events.size() < options_->least_records) {
        out_.set_too_few(out_.too_few() + 1);
      } else {
        numbers_.push_back(std::move(number));
      }
    }
    out_.set_tested(static_cast<std::uint32_t>(numbers_.size()));
  }

  void put(v1::CallsBursts::Burst row, double corrected) {
    row.set_p_corrected(corrected);
    if (corrected <= options_->most_p) rows_.push_back(std::move(row));
  }

  void finish() {
    std::stable_sort(rows_.begin(), rows_.end(), [](const auto& x, const auto& y) {
      if (x.p_corrected() != y.p_corrected()) return x.p_corrected() < y.p_corrected();
      return x.p_value() < y.p_value();
    });
    for (auto& row : rows_) {
      if (options_->limit != 0 && static_cast<std::size_t>(out_.bursts_size()) == options_->limit)
        break;
      *out_.add_bursts() = std::move(row);
    }
  }

  void around() {
    const std::int64_t at = *options_->around_us;
    out_.set_around(core::format_utc(at));
    // Whole days before and after whose two windows lie within the records and touch neither the
    // event's own windows nor each other's.
    std::vector<std::int64_t> shifts;
    if (!times_.empty()) {
      const std::int64_t reach = (2 * window_us_ + core::kUsPerDay - 1) / core::kUsPerDay;
      const std::int64_t step = std::max<std::int64_t>(1, reach);
      for (std::int64_t day = step;; day += step) {
        bool any = false;
        for (const std::int64_t sign : {-1, 1}) {
          const std::int64_t shift = sign * day * core::kUsPerDay;
          const bool inside = at + shift - window_us_ >= times_.front() &&
                              at + shift + window_us_ <= times_.back() + 1;
          if (inside) shifts.push_back(shift);
          any = any || (sign < 0 ? at + shift + window_us_ >= times_.front()
                                 : at + shift - window_us_ <= times_.back());
        }
        if (!any) break;
      }
    }
    out_.set_control_days(static_cast<std::uint32_t>(shifts.size()));
    struct Test {
      v1::CallsBursts::Burst row;
      double p = 1;
    };
    std::vector<Test> tests;
    for (const Number& number : numbers_)
      for (const bool after : {false, true}) {
        const std::int64_t from = after ? at : at - window_us_;
        Test test;
        std::uint32_t others = 0, as_high = 0;
        const std::uint32_t records = count(number, from);
        for (const std::int64_t shift : shifts) {
          const std::uint32_t then = count(number, from + shift);
          others += then;
          as_high += then >= records ? 1 : 0;
        }
        if (shifts.empty()) continue;
        const double share = 1.0 / (static_cast<double>(shifts.size()) + 1);
        const std::uint32_t all = records + others;
        const double expected = static_cast<double>(others) / static_cast<double>(shifts.size());
        const double upper = binomial_at_least(records, all, share);
        const double lower = 1 - binomial_at_least(records + 1, all, share);
        test.p = std::min(1.0, 2 * std::min(upper, lower));
        auto& row = test.row;
        row.set_number(log_->name_of(number.party));
        row.set_side(after ? "after" : "before");
        row.set_from(core::format_utc(from));
        row.set_to(core::format_utc(from + window_us_));
        row.set_records(records);
        row.set_expected(expected);
        row.set_p_value(test.p);
        row.set_days_as_high(as_high);
        row.set_total(static_cast<std::uint32_t>(number.events.size()));
        row.set_direction(records >= expected ? "more" : "fewer");
        for (const Event* event : number.events)
          if (event->at_us >= from && event->at_us < from + window_us_ &&
              static_cast<std::size_t>(row.evidence_size()) < options_->evidence)
            row.add_evidence(log_->record(*event));
        tests.push_back(std::move(test));
      }
    std::stable_sort(tests.begin(), tests.end(),
                     [](const Test& x, const Test& y) { return x.p < y.p; });
    double highest = 0;
    for (std::size_t i = 0; i < tests.size(); ++i) {
      highest =
          std::max(highest, std::min(1.0, tests[i].p * static_cast<double>(tests.size() - i)));
      put(std::move(tests[i].row), highest);
    }
    finish();
    out_.set_rule(fmt::format(
        "records in the {:g} h before and in the {:g} h after the instant, against the same hours "
        "of the {} other days of the selection that hold both windows apart from these",
        options_->window_h, options_->window_h, shifts.size()));
    auto& chance = *out_.mutable_chance();
    chance.set_null_model(
        "one Poisson rate for those hours on every day; calls come in clusters, which makes p too "
        "small: read days_as_high beside it");
    chance.set_statistic("binomial chance of such a split, two-sided (twice the smaller tail)");
    chance.set_correction(
        fmt::format("Holm (1979), {} tests: each number before and after", tests.size()));
  }

  [[nodiscard]] std::uint32_t count(const Number& number, std::int64_t from) const {
    const auto before = [](const Event* event, std::int64_t us) { return event->at_us < us; };
    const auto begin = std::lower_bound(number.events.begin(), number.events.end(), from, before);
    return static_cast<std::uint32_t>(
        std::lower_bound(begin, number.events.end(), from + window_us_, before) - begin);
  }

  void anywhere() {
    std::vector<Window> found;
    for (const Number& number : numbers_)
      found.push_back(scan(number.contact_index, times_, window_us_));
    std::vector<double> highest;
    std::vector<std::uint32_t> as_good(numbers_.size(), 0);
    std::vector<std::uint32_t> place(times_.size());
    for (std::uint32_t i = 0; i < place.size(); ++i) place[i] = i;
    Random random{options_->seed};
    std::vector<std::uint32_t> ranks;
    for (std::uint32_t draw = 0; draw < options_->draws && !numbers_.empty(); ++draw) {
      shuffle(std::span{place}, random);
      double best = 0;
      for (std::size_t n = 0; n < numbers_.size(); ++n) {
        ranks.clear();
        for (const std::uint32_t index : numbers_[n].contact_index) ranks.push_back(place[index]);
        std::sort(ranks.begin(), ranks.end());
        const double ratio = scan(ranks, times_, window_us_).ratio;
        best = std::max(best, ratio);
        as_good[n] += ratio >= found[n].ratio - kSame ? 1 : 0;
      }
      highest.push_back(best);
    }
    for (std::size_t n = 0; n < numbers_.size(); ++n) {
      const Number& number = numbers_[n];
      const Window& window = found[n];
      if (window.ratio <= 0) continue;
      v1::CallsBursts::Burst row;
      row.set_number(log_->name_of(number.party));
      row.set_from(core::format_utc(number.events[window.from]->at_us));
      row.set_to(core::format_utc(number.events[window.to]->at_us));
      row.set_records(static_cast<std::uint32_t>(window.to - window.from + 1));
      row.set_expected(window.expected);
      row.set_total(static_cast<std::uint32_t>(number.events.size()));
      row.set_direction("more");
      for (std::size_t i = window.from; i <= window.to; ++i)
        if (static_cast<std::size_t>(row.evidence_size()) < options_->evidence)
          row.add_evidence(log_->record(*number.events[i]));
      if (options_->draws > 0) {
        row.set_p_value((1.0 + as_good[n]) / (options_->draws + 1.0));
        put(std::move(row), p_of(window.ratio, highest));
      } else {
        rows_.push_back(std::move(row));
      }
    }
    finish();
    out_.set_rule(fmt::format(
        "for each number the window of at most {:g} h, from one of its records to another, in "
        "which "
        "it has most more than its share of everybody's records; three records at least",
        options_->window_h));
    auto& chance = *out_.mutable_chance();
    chance.set_null_model(
        "times shuffled among all records: every number keeps how many it has, and busy hours and "
        "gaps of the sources stay; a number's own habits do not");
    chance.set_statistic("log likelihood ratio of the window (Kulldorff 1997)");
    chance.set_draws(options_->draws);
    chance.set_seed(options_->seed);
    chance.set_correction(
        fmt::format("single-step maxT: the best of all {} numbers in each draw", numbers_.size()));
  }

  const Log* log_;
  const BurstOptions* options_;
  std::int64_t window_us_ = 0;
  v1::CallsBursts out_;
  std::vector<v1::CallsBursts::Burst> rows_;
  std::vector<std::int64_t> times_;  // of all contacts, ascending
  std::vector<Number> numbers_;
};

}  // namespace

double binomial_at_least(std::uint32_t count, std::uint32_t of, double share) {
  if (count == 0) return 1;
  if (count > of) return 0;
  const auto log_term = [&](std::uint32_t k) {
    return std::lgamma(of + 1.0) - std::lgamma(k + 1.0) - std::lgamma(of - k + 1.0) +
           k * std::log(share) + (of - k) * std::log1p(-share);
  };
  double sum = 0;
  // The smaller tail is the exact one to add up.
  if (count > share * of) {
    for (std::uint32_t k = count; k <= of; ++k) sum += std::exp(log_term(k));
    return std::min(1.0, sum);
  }
  for (std::uint32_t k = 0; k < count; ++k) sum += std::exp(log_term(k));
  return std::max(0.0, 1 - sum);
}

v1::CallsBursts bursts(const Log& log, const BurstOptions& options) {
  return Detector{log, options}.run();
}

}  // namespace palermo::calls
