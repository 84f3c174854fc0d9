#include "analysis/criteria/minimum_evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "analysis/criteria/about.hpp"

namespace palermo::criteria {
namespace {

using v1::Statement;

/// Statements that fall together.
struct Unit {
  std::string name;
  std::vector<const Statement*> statements;
};

/// Indexes of units, in rising order.
using Units = std::vector<std::uint32_t>;

Units joined(const Units& a, const Units& b) {
  Units out;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

Units without(const Units& a, const Units& b) {
  Units out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

bool disjoint(const Units& a, const Units& b) {
  for (auto i = a.begin(), k = b.begin(); i != a.end() && k != b.end();) {
    if (*i == *k) return false;
    (*i < *k) ? ++i : ++k;
  }
  return true;
}

/// All elements' outcomes when units are left out; asked once for each set.
class Oracle {
 public:
  Oracle(const Instruments& instruments, const Statements& stated, Facts::Choice choice,
         const Answers* under_all, const std::vector<Unit>& units)
      : instruments_{instruments},
        stated_{stated},
        choice_{std::move(choice)},
        under_all_{under_all},
        units_{units} {
    choice_.brief = true;
  }

  /// What one question costs.
  [[nodiscard]] std::size_t weight() const { return stated_.ordered().size() + 1; }

  const std::vector<Outcome>& outcomes(const Units& out) {
    const std::string key{reinterpret_cast<const char*>(out.data()),
                          out.size() * sizeof(std::uint32_t)};
    const auto [known, fresh] = known_.try_emplace(key);
    if (!fresh) return known->second;
    weighed_ += weight();
    std::unordered_set<const Statement*> left_out;
    for (const std::uint32_t unit : out)
      left_out.insert(units_[unit].statements.begin(), units_[unit].statements.end());
    choice_.left_out = &left_out;
    EvaluateOptions options;
    options.evidence = false;
    Answers all;
    if (under_all_ != nullptr) {
      Facts::Choice every = choice_;
      every.lens = Lens::All;
      every.without.clear();
      all = evaluate(instruments_, Facts{stated_, every}, options);
      options.under_all = &all;
    }
    for (const auto& [id, answer] : evaluate(instruments_, Facts{stated_, choice_}, options))
      known->second.push_back(answer.outcome);
    choice_.left_out = nullptr;
    return known->second;
  }

  [[nodiscard]] std::size_t weighed() const { return weighed_; }

 private:
  const Instruments& instruments_;
  const Statements& stated_;
  Facts::Choice choice_;
  const Answers* under_all_;
  const std::vector<Unit>& units_;
  std::unordered_map<std::string, std::vector<Outcome>> known_;
  std::size_t weighed_ = 0;
};

/// One element's search.
struct Sought {
  std::string id;
  std::size_t index = 0;  // into the outcomes
  Outcome outcome = kUndetermined;
  Units carried_by;      // units of the evidence that carries the outcome
  bool settled = false;  // what there is to find was found, or there is nothing
  bool depends = true;   // whether leaving everything out changes it
  std::size_t at_least = 1;
  bool exact = false;
  std::vector<Units> sets;
  std::size_t sets_total = 0;
  std::string bound;
  std::vector<Units> parts;  // sufficient parts found; every set must meet each of them
};

class Search {
 public:
  Search(const char* unit, const std::vector<Unit>& units, Oracle& oracle,
         std::vector<Sought>& sought, const SearchLimits& limits)
      : word_{unit}, units_{units}, oracle_{oracle}, sought_{sought}, limits_{limits} {
    everything_.resize(units.size());
    std::iota(everything_.begin(), everything_.end(), 0U);
  }

  void run() {
    if (units_.empty()) return;
    const auto& none = oracle_.outcomes(everything_);
    for (Sought& one : sought_) {
      one.depends = none[one.index] != one.outcome;
      if (one.depends) continue;
      one.settled = true;
    }
    if (units_.size() * oracle_.weight() <= limits_.one_by_one) {
      combinations();
      if (units_.size() > 2 * kParts) part_off(kParts);
      const std::size_t until = oracle_.weighed() + limits_.directed;
      for (Sought& one : sought_)
        if (!one.settled) along(one, {}, share_of(until));
    } else {
      search_thinned();
    }
    for (Sought& one : sought_)
      if (one.depends && one.bound.empty()) one.bound = described(one);
  }

  /// Outcomes of all elements without each single unit, where these were derived.
  [[nodiscard]] const std::vector<std::vector<Outcome>>& singly() const { return singly_; }

 private:
  /// Leaves out each unit, then each pair, and so on, while the limits allow.
  void combinations() {
    std::size_t spent = 0;
    for (std::size_t size = 1; size <= std::min(units_.size(), limits_.largest_set); ++size) {
      const bool open = std::any_of(sought_.begin(), sought_.end(),
                                    [](const Sought& one) { return !one.settled; });
      if (!open && size > 1) return;
      double cost = static_cast<double>(oracle_.weight());
      for (std::size_t i = 0; i < size; ++i)
        cost *= static_cast<double>(units_.size() - i) / static_cast<double>(i + 1);
      if (size > 1 && static_cast<double>(spent) + cost > static_cast<double>(limits_.combined))
        return;
      spent += static_cast<std::size_t>(cost);
      Units chosen(size);
      std::iota(chosen.begin(), chosen.end(), 0U);
      do {
        const auto& outcomes = oracle_.outcomes(chosen);
        if (size == 1) singly_.push_back(outcomes);
        for (Sought& one : sought_) {
          if (one.settled && one.sets.empty()) continue;
          if (!one.sets.empty() && one.sets.front().size() < size) continue;
          if (outcomes[one.index] != one.outcome) keep(one, chosen);
        }
      } while (next(chosen));
      for (Sought& one : sought_) {
        if (!one.sets.empty()) one.settled = one.exact = true;
        if (one.sets.empty()) one.at_least = size + 1;
      }
    }
  }

  bool next(Units& chosen) const {
    const std::size_t k = chosen.size(), n = units_.size();
    for (std::size_t i = k; i-- > 0;) {
      if (chosen[i] + 1 > n - k + i) continue;
      ++chosen[i];
      for (std::size_t j = i + 1; j < k; ++j) chosen[j] = chosen[j - 1] + 1;
      return true;
    }
    return false;
  }

  void keep(Sought& one, const Units& set) const {
    ++one.sets_total;
    if (one.sets.size() < limits_.sets_listed) one.sets.push_back(set);
  }

  /// Smallest sets that meet every part, at most `size` large; nullopt when there are too many
  /// ways.
  std::optional<std::vector<Units>> hitting(const std::vector<Units>& parts,
                                            std::size_t size) const {
    constexpr std::size_t kWays = 20'000;
    std::size_t ways = 0;
    std::set<Units> out;
    const std::function<bool(Units, std::size_t)> extend = [&](Units chosen, std::size_t left) {
      if (++ways > kWays) return false;
      for (const Units& part : parts) {
        if (!disjoint(part, chosen)) continue;
        if (left == 0) return true;
        for (const std::uint32_t unit : part)
          if (!extend(joined(chosen, {unit}), left - 1)) return false;
        return true;
      }
      out.insert(std::move(chosen));
      return true;
    };
    if (!extend({}, size)) return std::nullopt;
    return std::vector<Units>(out.begin(), out.end());
  }

  /// No element alone uses up what is left for all.
  std::size_t share_of(std::size_t until) const {
    return std::min(until, oracle_.weighed() + limits_.directed / 4);
  }

  bool falls(const Sought& one, const Units& out) {
    return oracle_.outcomes(out)[one.index] != one.outcome;
  }

  /// A part of what is left that carries the element by itself, the rest of what carries it aside.
  Units sufficient(const Sought& one, const Units& out) {
    Units kept = without(one.carried_by, out), tried = out;
    for (std::size_t step = std::max<std::size_t>(kept.size() / 2, 1);; step /= 2) {
      for (std::size_t begin = 0; begin < kept.size();) {
        const auto from = kept.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto to =
            kept.begin() + static_cast<std::ptrdiff_t>(std::min(begin + step, kept.size()));
        const Units fewer = joined(tried, Units(from, to));
        if (falls(one, fewer)) {
          begin += step;
        } else {
          tried = fewer;
          kept.erase(from, to);
        }
      }
      if (step <= 1) return kept;
    }
  }

  /// Grows the sufficient parts until a smallest set that meets them all makes the element fall.
  void along(Sought& one, const Units& base, std::size_t until) {
    if (one.carried_by.empty()) one.carried_by = without(everything_, base);
    const std::size_t proven = one.at_least;
    for (std::size_t size = std::max<std::size_t>(1, one.at_least); size <= limits_.largest_set;) {
      if (oracle_.weighed() > until) break;
      const auto sets = hitting(one.parts, size);
      if (!sets) break;
      bool grew = false;
      for (const Units& set : *sets) {
        if (oracle_.weighed() > until) break;
        const Units out = joined(base, set);
        if (falls(one, out)) {
          if (base.empty() || falls(one, set)) keep(one, set);
        } else if (one.sets.empty()) {
          Units part = sufficient(one, out);
          if (part.empty()) {  // carried by what is shown for something else
            one.carried_by = without(everything_, base);
            part = sufficient(one, out);
          }
          if (part.empty()) break;
          one.parts.push_back(std::move(part));
          grew = true;
          break;
        }
      }
      if (!one.sets.empty()) {
        one.settled = true;
        one.exact = one.sets.front().size() <= proven;
        return;
      }
      if (!grew) ++size;
    }
    one.bound = fmt::format(
        "no single {} and no set of fewer than {} changes the outcome; larger sets were not "
        "searched in full",
        word_, one.at_least);
    if (!one.parts.empty()) {
      const std::size_t apart = disjoint_parts(one.parts);
      if (apart > one.at_least)
        one.bound = fmt::format(
            "at least {} {} would have to fall: that many parts that share none carry it each by "
            "itself",
            apart, plural());
      one.at_least = std::max(one.at_least, apart);
    }
    if (one.at_least < 2)
      one.bound = fmt::format("the search was stopped before every {} was tried", word_);
  }

  static std::size_t disjoint_parts(const std::vector<Units>& parts) {
    std::vector<const Units*> apart;
    for (const Units& part : parts)
      if (std::all_of(apart.begin(), apart.end(),
                      [&](const Units* other) { return disjoint(*other, part); }))
        apart.push_back(&part);
    return apart.size();
  }

  /// Parts of what carries the elements, each with all that carries none, show how many disjoint
  /// parts carry an element. What each of them carries is settled: it takes more to make it fall
  /// than a set is searched for.
  /// @return what carries any element
  Units part_off(std::size_t parts) {
    Units carriers;
    for (const Sought& one : sought_) carriers = joined(carriers, one.carried_by);
    std::vector<std::size_t> alone(sought_.size(), 0);
    for (std::size_t part = 0; part < parts; ++part) {
      Units others;
      for (std::size_t i = 0; i < carriers.size(); ++i)
        if (i % parts != part) others.push_back(carriers[i]);
      const auto& outcomes = oracle_.outcomes(others);
      for (std::size_t e = 0; e < sought_.size(); ++e)
        if (outcomes[sought_[e].index] == sought_[e].outcome) ++alone[e];
    }
    for (std::size_t e = 0; e < sought_.size(); ++e) {
      Sought& one = sought_[e];
      if (one.settled || alone[e] < parts) continue;
      one.at_least = std::max(one.at_least, parts);
      one.settled = true;
      one.bound = fmt::format(
          "at least {} {} would have to fall: that many parts that share none carry it each by "
          "itself; {} carry it in all",
          one.at_least, plural(), one.carried_by.size());
    }
    return carriers;
  }

  /// Where there is too much to leave out each unit: only what few carry is searched further, with
  /// the rest left out.
  void search_thinned() {
    constexpr std::size_t kSearched = 400, kVeryLarge = 4'000;
    const Units carriers = part_off(oracle_.weight() > kVeryLarge ? kParts / 2 : kParts);
    Units kept;
    for (Sought& one : sought_) {
      if (one.settled) continue;
      if (one.carried_by.size() > kSearched) {
        one.settled = true;
        one.bound = fmt::format("{} {} carry it; which of them it needs was not searched",
                                one.carried_by.size(), plural());
      } else {
        kept = joined(kept, one.carried_by);
      }
    }
    const Units base = without(carriers, kept);
    const auto& outcomes = oracle_.outcomes(base);
    const std::size_t until = oracle_.weighed() + limits_.directed;
    for (Sought& one : sought_) {
      if (one.settled || outcomes[one.index] != one.outcome) continue;
      along(one, base, share_of(until));
      one.exact = false;
    }
  }

  static constexpr std::size_t kParts = 8;

  std::string plural() const { return std::string{word_} + "s"; }

  std::string described(const Sought& one) const {
    if (!one.sets.empty() && one.exact)
      return fmt::format("exact: every smaller set of {} was left out and changes nothing",
                         plural());
    if (!one.sets.empty())
      return fmt::format(
          "no smaller set was found along what carries it; every set of fewer than {} was tried",
          one.at_least);
    return fmt::format("sets of up to {} {} were tried", one.at_least - 1, plural());
  }

  const char* word_;
  const std::vector<Unit>& units_;
  Oracle& oracle_;
  std::vector<Sought>& sought_;
  const SearchLimits& limits_;
  Units everything_;
  std::vector<std::vector<Outcome>> singly_;
};

std::vector<Unit> statements_of(const v1::FactsFile& file, const Facts& facts) {
  std::vector<Unit> out;
  for (const Statement* s : facts.used()) out.push_back({s->id(), {s}});
  for (const Statement& s : file.statements())
    if (s.has_judgement() && !is_about_no_element(s) && !facts.is_left_out(s))
      out.push_back({s.id(), {&s}});
  return out;
}

std::vector<Unit> grouped(const Facts& facts,
                          const std::function<std::string(const Statement&)>& name, bool nameless) {
  std::map<std::string, Unit> by_name;
  for (const Statement* s : facts.used()) {
    const std::string key = name(*s);
    if (key.empty() && !nameless) continue;
    Unit& unit = by_name[key];
    unit.name = key;
    unit.statements.push_back(s);
  }
  std::vector<Unit> out;
  for (auto& [key, unit] : by_name) out.push_back(std::move(unit));
  return out;
}

v1::MinimumEvidence message_of(const char* word, const std::vector<Unit>& units, const Sought& one,
                               Oracle& oracle) {
  v1::MinimumEvidence out;
  out.set_unit(word);
  out.set_available(static_cast<std::uint32_t>(units.size()));
  if (!one.depends) {
    out.set_exact(true);
    out.set_bound(fmt::format("leaving out every {} does not change the outcome", word));
    return out;
  }
  out.set_at_least(static_cast<std::uint32_t>(
      one.sets.empty() ? one.at_least : std::min(one.at_least, one.sets.front().size())));
  out.set_exact(one.exact);
  out.set_bound(one.bound);
  out.set_sets_total(static_cast<std::uint32_t>(one.sets_total));
  if (one.sets.empty()) return out;
  out.set_size(static_cast<std::uint32_t>(one.sets.front().size()));
  for (const Units& set : one.sets) {
    v1::EvidenceSet& row = *out.add_sets();
    for (const std::uint32_t unit : set) row.add_ids(units[unit].name);
    row.set_to(oracle.outcomes(set)[one.index]);
  }
  return out;
}

}  // namespace

MinimumEvidence minimum_evidence(const Instruments& instruments, const v1::FactsFile& file,
                                 const Facts::Choice& choice, const Facts& facts,
                                 const Answers& answers, const SearchLimits& limits) {
  MinimumEvidence out;
  const bool beside = choice.lens != Lens::All || !choice.without.empty();
  const auto search = [&](const char* word, const std::vector<Unit>& units) {
    std::unordered_map<const Statement*, std::uint32_t> unit_of;
    std::unordered_map<std::string, const Statement*> by_id;
    for (std::uint32_t i = 0; i < units.size(); ++i)
      for (const Statement* s : units[i].statements) {
        unit_of.emplace(s, i);
        by_id.emplace(s->id(), s);
      }
    std::vector<Sought> sought;
    std::size_t index = 0;
    for (const auto& [id, answer] : answers) {
      const std::size_t at = index++;
      if (answer.outcome == kUndetermined) continue;
      Sought& one = sought.emplace_back();
      one.id = id;
      one.index = at;
      one.outcome = answer.outcome;
      for (const v1::Evidence& item :
           answer.outcome == kIndicated ? answer.supporting : answer.contrary)
        if (const auto found = by_id.find(item.statement_id()); found != by_id.end())
          one.carried_by.push_back(unit_of.at(found->second));
      std::sort(one.carried_by.begin(), one.carried_by.end());
      one.carried_by.erase(std::unique(one.carried_by.begin(), one.carried_by.end()),
                           one.carried_by.end());
    }
    // Those that little carries come first: they are soon searched, and matter most.
    std::stable_sort(sought.begin(), sought.end(), [](const Sought& a, const Sought& b) {
      return a.carried_by.size() < b.carried_by.size();
    });
    Oracle oracle{instruments, facts.statements(), choice, beside ? &answers : nullptr, units};
    Search run{word, units, oracle, sought, limits};
    run.run();
    for (const Sought& one : sought)
      out.by_element[one.id].push_back(message_of(word, units, one, oracle));
    if (std::string_view{word} != "statement") return;
    index = 0;
    for (const auto& [id, answer] : answers) {
      const std::size_t at = index++;
      if (answer.outcome != kUndetermined) continue;
      for (std::size_t unit = 0; unit < run.singly().size(); ++unit) {
        const Outcome to = run.singly()[unit][at];
        if (to == kUndetermined) continue;
        v1::Change change;
        change.set_to(to);
        change.add_statements(units[unit].name);
        out.settles[id].push_back(std::move(change));
      }
    }
  };
  search("statement", statements_of(file, facts));
  search("origin", grouped(
                       facts, [&](const Statement& s) { return facts.origin(s); }, true));
  search("authorization",
         grouped(
             facts, [](const Statement& s) { return s.authorization_id(); }, false));
  return out;
}

}  // namespace palermo::criteria
