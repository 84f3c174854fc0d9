// Three-valued answers and what they rest on.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "palermo/v1/finding.pb.h"

namespace palermo::criteria {

using Outcome = v1::Element::Outcome;
using Reason = v1::Element::ReasonCode;

inline constexpr Outcome kIndicated = v1::Element::indicated;
inline constexpr Outcome kNotIndicated = v1::Element::not_indicated;
inline constexpr Outcome kUndetermined = v1::Element::undetermined;

/// Strong Kleene: one "not indicated" settles AND, one "indicated" settles OR, else an open part
/// leaves the whole open. Empty: AND is indicated, OR is not indicated.
[[nodiscard]] Outcome kleene_and(const std::vector<Outcome>& parts);
[[nodiscard]] Outcome kleene_or(const std::vector<Outcome>& parts);
[[nodiscard]] Outcome kleene_not(Outcome part);

/// "indicated", "not indicated", "undetermined".
[[nodiscard]] std::string in_words(Outcome outcome);

/// What an evaluator says about one element.
struct Answer {
  Outcome outcome = kUndetermined;
  std::set<Reason> reasons;
  std::vector<v1::Evidence> supporting;
  std::vector<v1::Evidence> contrary;
  std::vector<std::string> missing;
  std::vector<std::string> notes;
  std::optional<Outcome> derived;  // where a decision sets the outcome: what the facts give
  std::vector<v1::ElementDecision> decisions;  // on this element, the one in force last
  bool rests_on_law = false;  // settled by law or by an exhaustive bound: needs no second witness

  void open(Reason reason, std::string what) {
    outcome = kUndetermined;
    reasons.insert(reason);
    if (!what.empty()) missing.push_back(std::move(what));
  }
};

}  // namespace palermo::criteria
