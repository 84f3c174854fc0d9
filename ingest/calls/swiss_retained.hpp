// Swiss retained traffic data as two people received and published their own.
#pragma once

#include "ingest/calls/call_adapter.hpp"

namespace palermo::ingest {

/// `type,start_unix,end_unix,from,to,direction`: UTC seconds, contact ids; 1 is the subscriber and
/// 0 "any other contact", who is nobody in particular and becomes no identifier. Several recipients
/// stand in one cell; each gets a row.
/// @source opendatacity/vds-suisse, events
[[nodiscard]] CallAdapter vds_suisse_calls_adapter();

/// `unix_time,cells`: the cells that the subscriber's device used within 300 seconds from that
/// time, one location row each.
/// @source opendatacity/vds-suisse, activities
[[nodiscard]] CallAdapter vds_suisse_cells_adapter();

/// Data sessions, nine columns between semicolons without header: subscriber, a private address or
/// a charging id or nothing, network element, start (local), seconds, IMEI, street address of the
/// antenna (kept as the cell). One session stands there once from each gateway: all rows are kept.
/// @source Swisscom, file of 2018
[[nodiscard]] CallAdapter swisscom_2018_adapter();

}  // namespace palermo::ingest
