// International bank account numbers.
#pragma once

#include <string>
#include <string_view>

#include "core/store/record_row.hpp"

namespace palermo::ingest {

/// Whether a text has the shape of an IBAN: two capital letters, two digits, 11 to 30 capital
/// letters or digits; blanks do not count.
[[nodiscard]] bool has_iban_shape(std::string_view text);

/// The check of ISO 7064 MOD 97-10 over a text of that shape. A number that fails it is mistyped or
/// invented, and evidence all the same.
/// @source ISO 13616-1:2020
[[nodiscard]] bool iban_check_holds(std::string_view text);

/// A text of that shape as an identifier without blanks; `valid` says whether the check holds, a
/// flag and never a filter.
[[nodiscard]] store::ObservedIdentifier read_iban(std::string_view text);

}  // namespace palermo::ingest
