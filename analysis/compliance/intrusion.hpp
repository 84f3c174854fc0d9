// The collateral-intrusion meter: whom the product of an authorization touched beside its targets.
#pragma once

#include "analysis/compliance/facts.hpp"
#include "analysis/statistics/suppress.hpp"
#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/intrusion.pb.h"

namespace palermo::compliance {

/// One row for each authorization with product, and for each without. Counts below the rule's
/// threshold are withheld, and as many others as it takes that they cannot be computed.
///
/// @param facts  of the same case
/// @error Integrity  a segment is not what the ledger recorded
/// @cost one pass over all records' and calls' identifiers; memory of the distinct ones for each
///       authorization
/// @source Directive 2016/680 art. 4(1)(c); RIPA 2000 s. 5(2) and code of practice (collateral
///         intrusion); LEGAL section 3, SC06
[[nodiscard]] core::Result<v1::IntrusionResult> measure_intrusion(store::Database& db,
                                                                  const Facts& facts,
                                                                  const statistics::Rule& rule);

}  // namespace palermo::compliance
