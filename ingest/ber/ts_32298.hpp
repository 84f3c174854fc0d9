// Charging records of mobile exchanges and gateways: 3GPP TS 32.298 in BER.
#pragma once

#include "ingest/calls/call_adapter.hpp"

namespace palermo::ingest {

/// Rows of calls, short messages, data sessions and location updates; files of TS 32.297, records
/// one after another, and vendors' lists. Every record becomes a row or a reject. Parts of one call
/// (partial records) become one row at the first part: the others are rejects PARTIAL_RECORD that
/// name it. Partial records of data sessions stay apart, because each has a place of its own.
/// @source 3GPP TS 32.298, modules CSChargingDataTypes, GPRSChargingDataTypes and
///         GenericChargingDataTypes; TS 32.297 6.1; TS 32.250
[[nodiscard]] CallAdapter ts_32298_adapter();

}  // namespace palermo::ingest
