// ETSI TS 102 657: retained data over the handover interface, in XML.
#pragma once

#include "ingest/calls/call_adapter.hpp"

namespace palermo::ingest {

/// Reads the answers of operators (any version of the schema: local names are matched). Each
/// telephonyServiceUsage of a ResponseRecord gives one row for each pair of caller and called
/// party; two where both ends have a device or a place of their own, because a cell belongs to one
/// of them. The three shapes that occur are understood: parties with time and place of their own
/// (calls, SMS), nationalTelephonyServiceUsage/internetAccess (data), and the two together, where
/// device and identities stand in the one and time and place in the other.
///
/// A record without usage (subscriber data) is rejected with NO_SERVICE_USAGE. Names of the request
/// and of the operator go into notices. BER is not read.
/// @source what two real deliveries contained; no schema was at hand
[[nodiscard]] CallAdapter etsi_102657_adapter();

}  // namespace palermo::ingest
