// Product against uses, uses against authorizations, authorizations against the authority's own
// numbers: the holes that no log shows by itself.
#pragma once

#include "analysis/compliance/facts.hpp"
#include "palermo/v1/reconcile.pb.h"

namespace palermo::compliance {

/// Product counts as matched when a use of the same authorization ran at its time. Product without a
/// time, and what is sealed, is matched when its authorization has any use at all.
/// Numbers are missing between the lowest and the highest of a series; what lies beyond is unknown.
/// @cost O(n log n)
[[nodiscard]] v1::ReconcileResult reconcile(const Facts& facts);

}  // namespace palermo::compliance
