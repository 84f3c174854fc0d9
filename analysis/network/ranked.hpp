// Who may stand in a ranking of nodes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/network/graph.hpp"

namespace palermo::network {

/// Whether a node of this category may be ranked by its place in the network. Smuggled migrants and
/// victims are in contact with a group because it acts on them: to list them among its key persons
/// would make suspects of them by proximity. Their ties stay in the network, where the figures of
/// the others need them. Whoever is stated to be something else as well is ranked.
/// @param category  of a node: empty, a word of Person.Category, or several with ", " between
/// @source Smuggling Protocol art. 5; UNTOC art. 25
[[nodiscard]] bool may_rank(std::string_view category);

/// The same for each vertex; 1 = may.
[[nodiscard]] std::vector<char> rankable(const Graph& graph);

/// How many of which categories stand in no ranking, and what changes that; empty: all do. Names
/// nobody.
[[nodiscard]] std::string not_ranked_notice(const Graph& graph);

/// Scores below all others where a vertex may not be ranked.
[[nodiscard]] std::vector<double> among_ranked(std::vector<double> scores,
                                               const std::vector<char>& may);

}  // namespace palermo::network
