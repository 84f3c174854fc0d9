// Since when the Convention and the Protocol bind a State (data/catalogue/parties.textproto).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.hpp"
#include "palermo/v1/catalogue.pb.h"

namespace palermo::criteria {

/// The rows that the binary carries.
[[nodiscard]] const v1::PartyTable& party_table();

/// Whether an instrument ("untoc", "som") bound a State on a day; absent: not known. A State bound
/// by the Protocol is bound by the Convention (UNTOC art. 37(2)); nothing follows the other way,
/// and nothing from a State's not being listed.
[[nodiscard]] std::optional<bool> treaty_status(std::string_view state, std::string_view instrument,
                                                core::Date day);

/// First day on which the Protocol can have bound the State: its own row, else the Convention's,
/// for only Parties to the Convention may join it. Absent: not known.
[[nodiscard]] std::optional<core::Date> bound_at_the_earliest(std::string_view state);

}  // namespace palermo::criteria
