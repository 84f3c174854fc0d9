// What a definite outcome rests on: the smallest sets of statements, origins or authorizations
// without which it would not stand.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/criteria/evaluate.hpp"

namespace palermo::criteria {

/// Limits of the search, in statements weighed (one evaluation of n statements weighs n). They are
/// counts and no times, so that the same facts always give the same answer.
struct SearchLimits {
  std::size_t one_by_one = 100'000;  // for the units taken singly
  std::size_t combined = 20'000;     // for pairs, triples and so on
  std::size_t directed = 40'000;     // for the search along what carries each element
  std::size_t largest_set = 6;
  std::size_t sets_listed = 10;
};

/// For each element, by id, what was found for statements, origins and authorizations, in that
/// order. Elements whose outcome is undetermined have none.
struct MinimumEvidence {
  std::map<std::string, std::vector<v1::MinimumEvidence>> by_element;
  /// For undetermined elements: single statements without which they would be settled.
  std::map<std::string, std::vector<v1::Change>> settles;
};

/// Leaving evidence out means that nothing may rest on it; it is never read as silence, and a label
/// (the category of a person) stays.
///
/// Every set that is reported was left out and the elements derived again. Small cases are searched
/// exhaustively: each unit, then each pair, triple and so on, as far as the limits go; `at_least`
/// and `exact` say how far. Beyond that the search goes along what carries each element (implicit
/// hitting sets: each set that would have to fall must meet every sufficient part found so far),
/// which finds the smallest set wherever more evidence for an element never harms it. Where very
/// much carries an element, disjoint sufficient parts bound the size from below.
///
/// @param choice   of the finding; its lens, group and authorizations left out hold throughout
/// @param answers  of the finding, with evidence
/// @source Moreno-Centeno and Karp (2013), The implicit hitting set approach
[[nodiscard]] MinimumEvidence minimum_evidence(const Instruments& instruments,
                                               const v1::FactsFile& file,
                                               const Facts::Choice& choice, const Facts& facts,
                                               const Answers& answers,
                                               const SearchLimits& limits = {});

}  // namespace palermo::criteria
