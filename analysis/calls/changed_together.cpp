// The second look of `calls replacements`: who else changed, seen from those who changed.
#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analysis/calls/replacements.hpp"

namespace palermo::calls {
namespace {

/// p and share of impostors up to which a pair is read as one number.
constexpr double kMatched = 0.05;

/// Pairs that are each other's best and match well, by name: the one gone, the one come.
std::vector<std::pair<std::string, std::string>> matched_pairs(const v1::CallsReplacements& first) {
  std::map<std::string, double> best;  // of those that came
  for (const auto& row : first.candidates()) {
    double& excess = best[row.come()];
    excess = std::max(excess, row.excess());
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& row : first.candidates())
    if (row.rank() == 1 && row.has_p_value() && row.p_value() < kMatched &&
        row.has_false_match_rate() && row.false_match_rate() <= kMatched &&
        row.excess() >= best[row.come()])
      pairs.emplace_back(row.gone(), row.come());
  return pairs;
}

}  // namespace

core::Result<std::optional<v1::CallsReplacements::Together>> changed_together(
    Log log, const ReplacementOptions& options, const v1::CallsReplacements& first) {
  std::vector<Same> same;
  v1::CallsReplacements::Together out;
  for (const auto& [gone, come] : matched_pairs(first)) {
    same.push_back({gone, come});
    out.add_read_as_one(gone + "=" + come);
  }
  if (same.size() < 2) return std::optional<v1::CallsReplacements::Together>{};
  PALERMO_CHECK_OK(merge(log, same));
  ReplacementOptions again = options;
  again.draws = 0;
  for (const Same& pair : same)
    if (const auto party = log.find(pair.name)) again.towards.insert(*party);
  v1::CallsReplacements second = replacements(log, again);
  out.set_fell_silent(second.fell_silent());
  out.set_started(second.started());
  *out.mutable_candidates() = std::move(*second.mutable_candidates());
  *out.mutable_unmatched() = std::move(*second.mutable_unmatched());
  out.set_rule(fmt::format(
      "{} pairs that match each other best, p below {:g} and at most {:g} of the impostors as "
      "good, "
      "are read as one number each; only records with these decide who fell silent and who "
      "started, "
      "by the same rule, signatures are of all records. No p: who falls silent towards them and "
      "who "
      "starts towards them share contacts by that choice alone. false compares with those who are "
      "in touch with them afterwards too. Where a pair is wrong, so is what follows from it",
      same.size(), kMatched, kMatched));
  return std::optional{std::move(out)};
}

}  // namespace palermo::calls
