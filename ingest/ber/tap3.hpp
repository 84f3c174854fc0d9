// Roaming records between operators: GSMA TAP3.
#pragma once

#include "ingest/calls/call_adapter.hpp"

namespace palermo::ingest {

/// Call events of a TransferBatch: calls, short messages and data sessions of roaming subscribers.
/// Every event becomes a row or a reject: EMPTY_EVENT where it has neither party nor time,
/// MISSING_A_NUMBER or MISSING_TIME where it lacks one, OTHER_RECORD for events that are no use of
/// a service here. What the file says of itself stands in notices. The sender, the network in which
/// the subscriber was, is each row's roaming network.
/// @source GSMA TD.57 (TAP3), tags from release 10 on
[[nodiscard]] CallAdapter tap3_adapter();

}  // namespace palermo::ingest
