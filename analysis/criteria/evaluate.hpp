// Every element's answer from one set of facts: leaves by their evaluators, the rest by strong
// Kleene logic, then what named humans decided.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/criteria/facts.hpp"
#include "analysis/criteria/instrument.hpp"

namespace palermo::criteria {

/// By element id.
using Answers = std::map<std::string, Answer>;

struct EvaluateOptions {
  /// The answers under the lens `all`: what a decision rests on may lie outside another lens, and
  /// an element that is open here says what it is there. Null: this is that lens.
  const Answers* under_all = nullptr;
  bool evidence = true;   // false: elements with parts carry outcomes alone
  bool decisions = true;  // false: what the facts give, whatever anybody decided
};

/// @param notices  gets a line for every judgement that cannot be used
[[nodiscard]] Answers evaluate(const Instruments& instruments, const Facts& facts,
                               const EvaluateOptions& options, std::vector<std::string>& notices);
[[nodiscard]] Answers evaluate(const Instruments& instruments, const Facts& facts,
                               const EvaluateOptions& options = {});

/// Distinct origins of the facts among `evidence`; "" stands for those that name no source.
[[nodiscard]] std::set<std::string> origins_of(const Facts& facts, const EvidenceList& evidence);
/// Whether evidence carries an outcome, or is shown beside it: facts do, leads and law do not.
[[nodiscard]] bool carries(const v1::Evidence& item);

}  // namespace palermo::criteria
