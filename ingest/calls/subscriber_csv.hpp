// One subscriber's calls and texts: the plain layout with the subscriber in the file's name, and
// the coded layout of an operator.
#pragma once

#include "ingest/calls/call_adapter.hpp"

namespace palermo::ingest {

/// `interaction,direction,correspondent_id,datetime,call_duration` and antenna_id, or latitude and
/// longitude, or neither. The subscriber is the file's name without ".csv": the rows do not say it.
/// Times are local without a zone. The cell is the subscriber's, also of an incoming record.
/// @source bandicoot (de Montjoye, Rocher, Pentland 2016), plain layout
[[nodiscard]] CallAdapter subscriber_csv_adapter();

/// Which of the two last columns of the coded layout is the latitude: files of both kinds exist and
/// no row says which.
enum class CodedOrder { FromValues, LatitudeFirst, LongitudeFirst };

/// Eight columns without header, between semicolons: record type (1 out, 2 in), service (11 call,
/// 12 emergency call, 21 and 22 text), subscriber, partner, time, duration, and a position. The
/// record type decides the direction. FromValues takes a position only where the file proves the
/// order (a value beyond 90 degrees in one column only); else its text is kept as the cell.
/// @source bandicoot, layout of a French-African operator
[[nodiscard]] CallAdapter operator_coded_adapter(CodedOrder order);

}  // namespace palermo::ingest
