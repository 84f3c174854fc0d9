// Persons in a drawn network: what a node is called, and who used which identifier.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "cli/commands/network/draw_gather.hpp"

namespace palermo::cli {

/// Drawn nodes by their id in the network; persons added for a picture as "person:P-1".
using DrawnNodes = std::map<std::string, std::uint32_t, std::less<>>;
/// Drawn nodes by the number that an identifier has in the case.
using DrawnNumbers = std::unordered_map<std::int64_t, std::uint32_t>;

/// Name of a person, value of an identifier; of protected persons the pseudonym. Hostile text.
[[nodiscard]] std::string label_of(const PictureCase& of, const network::Node& node);

/// Adds a line from each person to each drawn identifier that statements, link records or decisions
/// say the person used, and the persons who are no nodes yet. A line is an assessment where nothing
/// but assessments and decisions says it; what is contradicted has none.
[[nodiscard]] core::Status add_users(session::Session& session, const network::LoadOptions& options,
                                     const PictureCase& of, DrawnNodes& drawn,
                                     const DrawnNumbers& numbers, GatheredNetwork& out);

}  // namespace palermo::cli
