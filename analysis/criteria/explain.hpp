// What stands behind an outcome in words: independent origins, single points of failure, and what
// would settle or change it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/criteria/minimum_evidence.hpp"

namespace palermo::criteria {

/// Reports and independent origins behind an answer: of the evidence that carries it, or of all
/// that speaks for it while it is open. Names who repeats whom.
[[nodiscard]] v1::Reporting reporting_of(const Facts& facts, const Answer& answer);

/// "All three statements go back to one origin, informant K." Empty when nothing alone carries it.
[[nodiscard]] std::vector<std::string> single_points(const Facts& facts, const Answer& answer,
                                                     const std::vector<v1::MinimumEvidence>& sets);

/// What would settle open elements or turn round settled ones, by element id. Open identities are
/// answered either way, leads are read as facts and disputed statements left out, one at a time,
/// and all elements derived again; what is only named as missing follows.
/// @param most  statements weighed by the derivations, at the most
[[nodiscard]] std::map<std::string, std::vector<v1::Change>> would_change(
    const Instruments& instruments, const v1::FactsFile& file, const Facts::Choice& choice,
    const Facts& facts, const Answers& answers, const MinimumEvidence& sets,
    std::size_t most = 60'000);

/// A finding beside the one without what is asked about, element by element (ElementShift).
/// @param facts, answers  as asked; `before` those that leave nothing out
[[nodiscard]] v1::WhatIf compared(const Facts& facts_before, const Answers& before,
                                  const Facts& facts_after, const Answers& after);

/// The best grade among the evidence; empty when none is graded.
[[nodiscard]] std::string best_grade(const EvidenceList& evidence);

}  // namespace palermo::criteria
