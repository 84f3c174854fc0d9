// Adapters for formats in which investigators and banks exchange what they hold. docs/formats/
// exchange.md describes each.
#pragma once

#include <string>
#include <string_view>

#include "ingest/batch.hpp"

namespace palermo::ingest {

[[nodiscard]] Adapter case_uco_adapter();
[[nodiscard]] Adapter followthemoney_adapter();
[[nodiscard]] Adapter camt_adapter();

/// What a file of the FollowTheMoney project is that holds no entities: its model, or a mapping of
/// tables to entities. Empty: neither. For refusals.
[[nodiscard]] std::string what_ftm_file(std::string_view bytes);

}  // namespace palermo::ingest
