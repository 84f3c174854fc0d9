// Tables for the authorities of several States (UNTOC arts. 16, 21, 26, 27). They put side by side
// what a case states; none recommends, ranks or scores.
#pragma once

#include <string>

#include "analysis/criteria/assess.hpp"
#include "analysis/criteria/catalogue.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/cooperation.pb.h"
#include "palermo/v1/statement.pb.h"

namespace palermo::cooperation {

/// Conduct table of art. 16(1): every act that is stated as a fact and not denied, with the
/// provisions of both States that can punish it on its date: those of the case, and rows of the
/// catalogue that implement an element its offence implements. "Both" is indicated when one
/// provision of each State is in force on the day; else it is undetermined, for nothing here proves
/// that conduct is lawful.
[[nodiscard]] v1::DualCriminality dual_criminality(const v1::FactsFile& facts,
                                                   const criteria::Catalogue& catalogue,
                                                   const std::string& home,
                                                   const std::string& other);

/// Matrix of art. 21: States by acts, things and persons located there, and applicable law.
/// Nationality and residence stand in columns of their own: they may found jurisdiction (art. 15)
/// and never make an offence transnational.
[[nodiscard]] v1::JurisdictionMatrix jurisdictions(const v1::FactsFile& facts);

/// Routes and means of art. 27 and Protocol art. 10, counted by month and State: no person, no
/// name, no text of a statement, no day.
[[nodiscard]] v1::RouteSheet routes(const v1::FactsFile& facts);

/// What of a finding rests on one source: the assessment with everything that goes back to it left
/// out.
/// @error InvalidArgument  group or as_of of the options
/// @cost two assessments
[[nodiscard]] core::Result<v1::CorroborationMap> corroboration(
    const v1::FactsFile& facts, const std::string& source, const criteria::AssessOptions& options);

}  // namespace palermo::cooperation
