// Parts of a call table that were read at the same time become one table.
#pragma once

#include <memory>
#include <vector>

#include "ingest/calls/call_rows.hpp"

namespace palermo::ingest {

/// Columns, rejects and identifiers of the parts, in their order. The same file gives the same
/// table whatever the number of parts.
/// @param parts    one or more; their columns and texts are moved from
/// @param numbers  was told the numbers of the only part, or none of several
/// @param lost_zeros  numbers that lost a zero in front, for the notices
[[nodiscard]] CallTable merge_parts(std::vector<std::unique_ptr<CallRows>>& parts,
                                    const CallLayout& layout, NumberReader& numbers,
                                    std::uint32_t& lost_zeros);

}  // namespace palermo::ingest
