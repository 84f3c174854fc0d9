#include "analysis/calls/replacements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "analysis/calls/basis.hpp"
#include "analysis/calls/chance.hpp"
#include "analysis/calls/contacts.hpp"
#include "analysis/network/rewire.hpp"
#include "core/base/time.hpp"

namespace palermo::calls {
namespace {

constexpr double kLeastLogRatio = 6;

struct Weighted {
  std::uint32_t contact = 0;
  double weight = 0;
};

/// A number at its change: before it for one that fell silent, after it for one that started.
struct Side {
  std::uint32_t party = 0;
  std::int64_t day = 0;  // first local day after the change
  std::uint32_t before = 0, after = 0;
  std::vector<Weighted> signature;   // by contact
  std::set<std::uint32_t> contacts;  // all of them
  std::vector<double> weights;       // of all of them, before the cut
};

double log_ratio(double n1, double n2, double d1, double d2) {
  const auto term = [](double n, double rate) { return n > 0 ? n * std::log(rate) : 0.0; };
  const double pooled = (n1 + n2) / (d1 + d2);
  return term(n1, n1 / d1) + term(n2, n2 / d2) - term(n1 + n2, pooled);
}

class Finder {
 public:
  Finder(const Log& log, const ReplacementOptions& options) : log_{&log}, options_{&options} {}

  v1::CallsReplacements run() {
    gather();
    if (!days_.empty()) {
      find_sides();
      for (Side& side : gone_) sign(side, true);
      for (Side& side : come_) sign(side, false);
      compare();
    }
    describe();
    return std::move(out_);
  }

 private:
  struct Overlap {
    double excess = 0;    // -log10 of the chance of so many shared contacts
    double expected = 0;  // shared contacts by chance
    double score = 0;     // cosine of the weights
    std::uint32_t shared = 0;
  };
  struct Pair {
    std::size_t gone = 0, come = 0;  // indexes
    Overlap overlap;
  };

  /// Local microseconds by the record's own offset, also where the zone is not certain: a change of
  /// days needs no more.
  [[nodiscard]] static std::int64_t local(const Event& event) {
    return event.at_us + event.offset_min * core::kUsPerMinute;
  }

  [[nodiscard]] std::int64_t cut_us(std::int64_t day) const {
    return options_->at_us ? *options_->at_us : day * core::kUsPerDay;
  }
  /// Whether an event lies after a change that falls on the beginning of `day`.
  [[nodiscard]] bool is_after(const Event& event, std::int64_t day) const {
    const bool by_utc = options_->at_us && !options_->at_is_local;
    return (by_utc ? event.at_us : local(event)) >= cut_us(day);
  }
  [[nodiscard]] double days_from(const Event& event, std::int64_t day) const {
    const bool by_utc = options_->at_us && !options_->at_is_local;
    return std::abs(static_cast<double>((by_utc ? event.at_us : local(event)) - cut_us(day))) /
           static_cast<double>(core::kUsPerDay);
  }

  void gather() {
    of_.resize(log_->parties.size());
    strength_.resize(log_->parties.size(), 0);
    for (const std::set<std::uint32_t>& contacts : neighbours(*log_)) {
      degree_.push_back(static_cast<double>(contacts.size()));
      all_degrees_ += degree_.back();
    }
    for (const Event& event : log_->events) {
      if (!event.is_contact()) continue;
      days_.insert(day_of(local(event)));
      of_[event.a].push_back(&event);
      of_[event.b].push_back(&event);
      ++strength_[event.a];
      ++strength_[event.b];
    }
    watch();
  }

  /// What decides who fell silent and who started: all records, or those with some parties.
  void watch() {
    watched_ = of_;
    if (options_->towards.empty()) return;
    for (std::uint32_t p = 0; p < watched_.size(); ++p) {
      const bool one_of_them = options_->towards.contains(p);
      auto& events = watched_[p];
      events.erase(std::remove_if(events.begin(), events.end(),
                                  [&](const Event* event) {
                                    return one_of_them || !options_->towards.contains(
                                                              event->a == p ? event->b : event->a);
                                  }),
                   events.end());
    }
  }

  [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> counts(
      const std::vector<const Event*>& events, std::int64_t day) const {
    std::uint32_t before = 0, after = 0;
    for (const Event* event : events) ++(is_after(*event, day) ? after : before);
    return {before, after};
  }

  [[nodiscard]] std::pair<double, double> covered(std::int64_t day) const {
    double before = 0, after = 0;
    for (const std::int64_t each : days_) ++(each < day ? before : after);
    return {before, after};
  }

  [[nodiscard]] bool changed(double busy, double quiet, double busy_days, double quiet_days) const {
    return busy >= options_->least_records && busy_days > 0 && quiet_days > 0 &&
           quiet / quiet_days <= options_->drop * busy / busy_days &&
           log_ratio(busy, quiet, busy_days, quiet_days) >= kLeastLogRatio;
  }

  void find_sides() {
    if (options_->at_us) {
      const std::int64_t day = day_of(*options_->at_us);
      const auto [d1, d2] = covered(day);
      for (std::uint32_t p = 0; p < of_.size(); ++p) {
        if (watched_[p].empty()) continue;
        const auto [n1, n2] = counts(watched_[p], day);
        add(p, day, n1, n2, changed(n1, n2, d1, d2), changed(n2, n1, d2, d1));
      }
    } else {
      const std::vector<std::int64_t> days(days_.begin(), days_.end());
      for (std::uint32_t p = 0; p < of_.size(); ++p)
        if (!watched_[p].empty()) find_change(p, days);
    }
    keep_asked();
  }

  /// The day boundary that splits a number's records best into many before and few after, and the
  /// one that splits them best the other way.
  void find_change(std::uint32_t party, const std::vector<std::int64_t>& days) {
    std::vector<std::uint32_t> daily(days.size(), 0);
    for (const Event* event : watched_[party])
      ++daily[static_cast<std::size_t>(
          std::lower_bound(days.begin(), days.end(), day_of(local(*event))) - days.begin())];
    const auto total = static_cast<std::uint32_t>(watched_[party].size());
    struct Best {
      double ratio = 0;
      std::size_t day = 0;
      std::uint32_t before = 0;
    } fall, rise;
    std::uint32_t before = 0;
    for (std::size_t d = 1; d < days.size(); ++d) {
      before += daily[d - 1];
      const std::uint32_t after = total - before;
      const auto d1 = static_cast<double>(d), d2 = static_cast<double>(days.size() - d);
      const double ratio = log_ratio(before, after, d1, d2);
      if (changed(before, after, d1, d2) && ratio > fall.ratio) fall = {ratio, d, before};
      if (changed(after, before, d2, d1) && ratio > rise.ratio) rise = {ratio, d, before};
    }
    if (fall.ratio > 0) add(party, days[fall.day], fall.before, total - fall.before, true, false);
    if (rise.ratio > 0) add(party, days[rise.day], rise.before, total - rise.before, false, true);
  }

  void add(std::uint32_t party, std::int64_t day, std::uint32_t before, std::uint32_t after,
           bool fell, bool started) {
    Side side;
    side.party = party;
    side.day = day;
    side.before = before;
    side.after = after;
    // A number that is asked by name with a date need not be silent afterwards.
    if (options_->asked == party && options_->at_us && !fell && !started)
      (before >= after ? fell : started) = true;
    if (fell) gone_.push_back(side);
    if (started) come_.push_back(side);
  }

  void keep_asked() {
    out_.set_fell_silent(static_cast<std::uint32_t>(gone_.size()));
    out_.set_started(static_cast<std::uint32_t>(come_.size()));
    if (!options_->asked) return;
    const auto other = [this](const Side& side) { return side.party != *options_->asked; };
    const bool is_gone = !std::all_of(gone_.begin(), gone_.end(), other);
    const bool is_come = !std::all_of(come_.begin(), come_.end(), other);
    if (is_gone || !is_come)
      gone_.erase(std::remove_if(gone_.begin(), gone_.end(), other), gone_.end());
    if (!is_gone && is_come)
      come_.erase(std::remove_if(come_.begin(), come_.end(), other), come_.end());
    if (is_gone || is_come) {
      out_.set_fell_silent(static_cast<std::uint32_t>(gone_.size()));
      out_.set_started(static_cast<std::uint32_t>(come_.size()));
    }
  }

  /// Contacts with their decayed records on one side of the change.
  void sign(Side& side, bool before) const {
    std::map<std::uint32_t, double> weights;
    for (const Event* event : of_[side.party]) {
      if (is_after(*event, side.day) == before) continue;
      weights[event->a == side.party ? event->b : event->a] +=
          std::exp2(-days_from(*event, side.day) / options_->half_life_days);
    }
    side.weights.clear();
    for (const auto& [contact, weight] : weights) {
      side.contacts.insert(contact);
      side.weights.push_back(weight);
      side.signature.push_back({contact, weight});
    }
    cut(side.signature);
  }

  void cut(std::vector<Weighted>& signature) const {
    if (signature.size() > options_->signature) {
      std::stable_sort(signature.begin(), signature.end(),
                       [](const Weighted& x, const Weighted& y) { return x.weight > y.weight; });
      signature.resize(options_->signature);
    }
    std::sort(signature.begin(), signature.end(),
              [](const Weighted& x, const Weighted& y) { return x.contact < y.contact; });
  }

  /// How far two signatures overlap. A contact that is in touch with many is expected in both: it
  /// stands in a signature of k contacts with chance 1 - exp(-k x its contacts / all contacts).
  /// @param a, b  whose signatures they are: the two are no contacts of the comparison
  [[nodiscard]] Overlap overlap(const std::vector<Weighted>& x, const std::vector<Weighted>& y,
                                std::uint32_t a, std::uint32_t b) const {
    Overlap result;
    double xy = 0, xx = 0, yy = 0, size = 0;
    const auto counts = [&](const Weighted& w) { return w.contact != a && w.contact != b; };
    for (const Weighted& w : y)
      if (counts(w)) {
        yy += w.weight * w.weight / strength_[w.contact];
        ++size;
      }
    for (const Weighted& w : x)
      if (counts(w)) {
        xx += w.weight * w.weight / strength_[w.contact];
        result.expected += -std::expm1(-size * degree_[w.contact] / all_degrees_);
      }
    for (std::size_t i = 0, j = 0; i < x.size() && j < y.size();) {
      if (x[i].contact < y[j].contact) {
        ++i;
      } else if (y[j].contact < x[i].contact) {
        ++j;
      } else {
        if (counts(x[i])) {
          xy += x[i].weight * y[j].weight / strength_[x[i].contact];
          ++result.shared;
        }
        ++i;
        ++j;
      }
    }
    if (result.shared == 0) return result;
    result.score = std::min(xy / std::sqrt(xx * yy), 1.0);
    result.excess = poisson_excess(result.shared, result.expected);
    return result;
  }

  [[nodiscard]] bool comparable(const Side& gone, const Side& come) const {
    if (gone.party == come.party) return false;
    if (options_->at_us) return true;
    const std::int64_t later = come.day - gone.day;
    return later >= -options_->overlap_days && later <= options_->gap_days;
  }

  void compare() {
    std::vector<Pair> pairs;
    for (std::size_t g = 0; g < gone_.size(); ++g)
      for (std::size_t c = 0; c < come_.size(); ++c)
        if (comparable(gone_[g], come_[c]))
          pairs.push_back(
              {g, c,
               overlap(gone_[g].signature, come_[c].signature, gone_[g].party, come_[c].party)});
    compared_ = pairs.size();
    const std::vector<double> drawn = draw(pairs);
    std::map<std::size_t, std::vector<Pair>> by_gone;
    for (std::size_t g = 0; g < gone_.size(); ++g) by_gone[g];
    for (const Pair& pair : pairs)
      if (pair.overlap.shared > 0) by_gone[pair.gone].push_back(pair);
    struct Block {
      std::size_t gone;
      double best;
    };
    std::vector<Block> order;
    for (auto& [g, list] : by_gone) {
      std::stable_sort(list.begin(), list.end(), [](const Pair& x, const Pair& y) {
        return std::pair{x.overlap.excess, x.overlap.score} >
               std::pair{y.overlap.excess, y.overlap.score};
      });
      out_.set_total(out_.total() + static_cast<std::uint32_t>(list.size()));
      if (list.empty())
        out_.add_unmatched(log_->name_of(gone_[g].party));
      else
        order.push_back({g, list.front().overlap.excess});
    }
    std::stable_sort(order.begin(), order.end(),
                     [](const Block& x, const Block& y) { return x.best > y.best; });
    for (const Block& block : order) {
      const std::vector<Pair>& list = by_gone[block.gone];
      const std::vector<double> impostors = impostor_excesses(gone_[block.gone]);
      std::uint32_t rank = 0;
      for (const Pair& pair : list) {
        ++rank;
        if (options_->limit != 0 && rank > options_->limit) break;
        add_candidate(pair, rank, impostors, drawn);
      }
    }
  }

  /// How well those match who were in use beside the old number on both sides of the change, and
  /// so did not take its place.
  [[nodiscard]] std::vector<double> impostor_excesses(const Side& gone) const {
    std::set<std::uint32_t> changed{gone.party};
    for (const Side& side : gone_) changed.insert(side.party);
    for (const Side& side : come_) changed.insert(side.party);
    std::vector<double> excesses;
    for (std::uint32_t p = 0; p < of_.size(); ++p) {
      if (of_[p].empty() || changed.contains(p)) continue;
      const auto [before, after] = counts(of_[p], gone.day);
      if (before == 0 || after == 0) continue;
      // Who was chosen for contacts with some is compared with those who have such contacts.
      if (!options_->towards.empty() && counts(watched_[p], gone.day).second == 0) continue;
      Side side;
      side.party = p;
      side.day = gone.day;
      sign(side, false);
      excesses.push_back(overlap(gone.signature, side.signature, gone.party, p).excess);
    }
    return excesses;
  }

  /// Highest excess of any pair in each draw.
  [[nodiscard]] std::vector<double> draw(const std::vector<Pair>& pairs) const {
    std::vector<double> highest;
    if (pairs.empty()) return highest;
    std::int64_t earliest = come_.front().day;
    std::map<std::uint32_t, std::size_t> index;
    for (std::size_t c = 0; c < come_.size(); ++c) {
      earliest = std::min(earliest, come_[c].day);
      index.emplace(come_[c].party, c);
    }
    std::set<std::pair<std::uint32_t, std::uint32_t>> in_contact;
    for (const Event& event : log_->events)
      if (event.is_contact() && is_after(event, earliest))
        in_contact.insert(std::minmax(event.a, event.b));
    network::SwapTies ties;
    for (const auto& [a, b] : in_contact) {
      // Of one that started, its signature's contacts alone.
      const auto stays = [&](std::uint32_t self, std::uint32_t other) {
        const auto found = index.find(self);
        return found == index.end() || come_[found->second].contacts.contains(other);
      };
      if (stays(a, b) && stays(b, a)) ties.two_way.emplace_back(a, b);
    }
    Random random{options_->seed};
    std::vector<std::vector<std::uint32_t>> contacts(come_.size());
    std::vector<std::vector<Weighted>> signatures(come_.size());
    for (std::uint32_t n = 0; n < options_->draws; ++n) {
      network::rewire(ties, random);
      for (auto& list : contacts) list.clear();
      for (const auto& [a, b] : ties.two_way) {
        if (const auto found = index.find(a); found != index.end())
          contacts[found->second].push_back(b);
        if (const auto found = index.find(b); found != index.end())
          contacts[found->second].push_back(a);
      }
      for (std::size_t c = 0; c < come_.size(); ++c) {
        std::vector<double> weights = come_[c].weights;
        shuffle(std::span{weights}, random);
        signatures[c].clear();
        for (std::size_t i = 0; i < contacts[c].size() && !weights.empty(); ++i)
          signatures[c].push_back({contacts[c][i], weights[i % weights.size()]});
        cut(signatures[c]);
      }
      double best = 0;
      for (const Pair& pair : pairs)
        best = std::max(best, overlap(gone_[pair.gone].signature, signatures[pair.come],
                                      gone_[pair.gone].party, come_[pair.come].party)
                                  .excess);
      highest.push_back(best);
    }
    return highest;
  }

  [[nodiscard]] std::string day_text(std::int64_t day) const {
    return core::format_date(core::Date{static_cast<std::int32_t>(day)});
  }

  void add_candidate(const Pair& pair, std::uint32_t rank, const std::vector<double>& impostors,
                     const std::vector<double>& drawn) {
    const Side& gone = gone_[pair.gone];
    const Side& come = come_[pair.come];
    auto& row = *out_.add_candidates();
    row.set_gone(log_->name_of(gone.party));
    row.set_come(log_->name_of(come.party));
    row.set_rank(rank);
    row.set_score(pair.overlap.score);
    row.set_excess(pair.overlap.excess);
    row.set_expected(pair.overlap.expected);
    std::size_t both = 0;
    for (const std::uint32_t contact : gone.contacts)
      both += come.contacts.contains(contact) ? 1 : 0;
    row.set_jaccard(static_cast<double>(both) /
                    static_cast<double>(gone.contacts.size() + come.contacts.size() - both));
    row.set_contacts_gone(static_cast<std::uint32_t>(gone.signature.size()));
    row.set_contacts_come(static_cast<std::uint32_t>(come.signature.size()));
    std::vector<Weighted> shared;
    for (const Weighted& x : gone.signature)
      for (const Weighted& y : come.signature)
        if (x.contact == y.contact && x.contact != come.party && x.contact != gone.party)
          shared.push_back({x.contact, x.weight * y.weight / strength_[x.contact]});
    std::stable_sort(shared.begin(), shared.end(),
                     [](const Weighted& x, const Weighted& y) { return x.weight > y.weight; });
    for (const Weighted& each : shared) row.add_shared(log_->name_of(each.contact));
    if (!drawn.empty()) row.set_p_value(p_of(pair.overlap.excess, drawn));
    row.set_impostors(static_cast<std::uint32_t>(impostors.size()));
    if (!impostors.empty())
      row.set_false_match_rate(
          static_cast<double>(
              std::count_if(impostors.begin(), impostors.end(),
                            [&](double each) { return each >= pair.overlap.excess - kSame; })) /
          static_cast<double>(impostors.size()));
    row.set_silent_from(day_text(gone.day));
    row.set_records_before(gone.before);
    row.set_records_after(gone.after);
    row.set_started_at(day_text(come.day));
    row.set_come_before(come.before);
    row.set_come_after(come.after);
    for (const Event* event : of_[gone.party])
      if (!is_after(*event, gone.day)) row.set_last_record(log_->record(*event));
    for (const Event* event : of_[come.party])
      if (is_after(*event, come.day)) {
        row.set_first_record(log_->record(*event));
        break;
      }
    std::set<std::uint32_t> wanted;
    for (const Weighted& each : shared) wanted.insert(each.contact);
    const auto cite = [&](const Side& side, bool before) {
      std::size_t cited = 0;
      for (const Event* event : of_[side.party]) {
        if (cited == options_->evidence) return;
        if (is_after(*event, side.day) == before) continue;
        if (!wanted.contains(event->a == side.party ? event->b : event->a)) continue;
        row.add_evidence(log_->record(*event));
        ++cited;
      }
    };
    cite(gone, true);
    cite(come, false);
    std::set<std::uint32_t> devices_gone, devices_come;
    for (const Event& event : log_->events) {
      if (event.is_contact() && event.has(gone.party) && event.has(come.party)) {
        row.set_spoke(row.spoke() + 1);
        if (static_cast<std::size_t>(row.spoke_records_size()) < options_->evidence)
          row.add_spoke_records(log_->record(event));
      }
      for (const std::uint32_t device : {event.imei, event.imsi}) {
        if (device == kNobody) continue;
        if (event.owner() == gone.party) devices_gone.insert(device);
        if (event.owner() == come.party) devices_come.insert(device);
      }
    }
    for (const std::uint32_t device : devices_gone)
      if (devices_come.contains(device))
        row.add_devices(log_->parties[device].kind + ":" + log_->name_of(device));
  }

  void describe() {
    if (options_->asked) out_.set_asked(log_->name_of(*options_->asked));
    if (options_->at_us)
      out_.set_at(options_->at_is_local ? day_text(day_of(*options_->at_us))
                                        : core::format_utc(*options_->at_us));
    out_.set_rule(fmt::format(
        "fell silent: at least {} records before, a daily rate afterwards of at most {:g} % of "
        "that "
        "before, Poisson likelihood ratio at least e^{:g}; started: the same the other way round; "
        "{}; days by each record's own offset, those with no record of anybody left out",
        options_->least_records, options_->drop * 100, kLeastLogRatio,
        options_->at_us
            ? std::string{"at the change that was asked"}
            : fmt::format("at the day boundary that splits a number's records best, the start at "
                          "most {} days after the end and {} before it",
                          options_->gap_days, options_->overlap_days)));
    out_.set_score_rule(fmt::format(
        "rank and excess: -log10 of the Poisson chance to share so many of the {} weightiest "
        "contacts "
        "before the end and after the start, given with how many numbers each contact is in touch; "
        "score: cosine of their weights (Cortes, Pregibon and Volinsky), a record's weight halving "
        "every {:g} days away from the change and a contact counting 1 / (all its records)",
        options_->signature, options_->half_life_days));
    out_.set_impostor_rule(
        "share of the numbers in use on both sides of the change, which therefore did not take "
        "the place of the one gone, that match it as well or better afterwards");
    auto& chance = *out_.mutable_chance();
    chance.set_null_model(
        "which contacts belong to which number is shuffled after the earliest start: "
        "degree-preserving swaps, every number keeps how many contacts it has and a starting one "
        "the weights of its own");
    chance.set_statistic("excess of the best pair");
    chance.set_draws(options_->draws);
    chance.set_seed(options_->seed);
    chance.set_correction(
        fmt::format("single-step maxT: the best of all {} pairs compared in each draw", compared_));
    put_basis(*out_.mutable_basis(), *log_,
              "contacts are calls, SMS and MMS in both directions; a candidate shares contacts, "
              "which a successor, a relative or a colleague does too: not that both are one user");
  }

  const Log* log_;
  const ReplacementOptions* options_;
  v1::CallsReplacements out_;
  std::set<std::int64_t> days_;  // local days with a contact of anybody
  std::vector<std::vector<const Event*>> of_;
  std::vector<std::vector<const Event*>> watched_;  // see watch()
  std::vector<std::uint32_t> strength_;
  std::vector<double> degree_;  // contacts in the whole selection
  double all_degrees_ = 0;
  std::vector<Side> gone_, come_;
  std::size_t compared_ = 0;
};

}  // namespace

v1::CallsReplacements replacements(const Log& log, const ReplacementOptions& options) {
  return Finder{log, options}.run();
}

}  // namespace palermo::calls
