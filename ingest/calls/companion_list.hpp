// Lists that come with call records and hold no calls.
#pragma once

#include "ingest/calls/call_adapter.hpp"

namespace palermo::ingest {

/// Cells, antennas, contacts and attributes of a subscriber: told by their header and refused with
/// what they are, so that no other reader takes them for ties or calls.
[[nodiscard]] CallAdapter companion_list_adapter();

}  // namespace palermo::ingest
