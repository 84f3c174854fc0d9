// Whom the Smuggling Protocol protects in a case: migrants in danger, and migrants who were only
// the object of smuggling.
#pragma once

#include "core/base/result.hpp"
#include "palermo/v1/protection.pb.h"
#include "palermo/v1/statement.pb.h"

namespace palermo::criteria {

/// Statements that migrants are in danger or treated inhumanly, with the aggravating circumstances
/// they go to. An assessment is enough for an alert, because lives do not wait for proof; the
/// circumstance asks for facts, as in every finding. Nothing is left out for being disputed.
/// @source Protocol arts 6(3), 16(2)-(4)
/// @cost that of one assessment without what explains it
[[nodiscard]] core::Result<v1::DangerAlerts> danger_alerts(const v1::FactsFile& facts);

/// Persons stated or decided to be smuggled migrants. Whoever is also stated as a suspect, or acted
/// for a benefit of their own, is not sorted by the program: "to decide" names why, and a named
/// human gives the category.
/// @source Protocol art. 5
/// @cost O(n log n) for n statements
[[nodiscard]] core::Result<v1::MigrantRegister> migrant_register(const v1::FactsFile& facts);

}  // namespace palermo::criteria
