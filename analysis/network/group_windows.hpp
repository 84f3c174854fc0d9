// Groups from one stretch of time to the next: what was born, went on, split, merged and died.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/network/groups.hpp"

namespace palermo::network {

/// Stretch of time, both ends belong to it.
struct WindowSpan {
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
};

/// Calendar months, weeks that begin on Mondays (UTC), or a number of equally long windows from the
/// first to the last instant.
/// @param how  "month", "week", or a number from 2
/// @error Usage  neither, or more than 400 windows
[[nodiscard]] core::Result<std::vector<WindowSpan>> windows_of(std::int64_t first_us,
                                                               std::int64_t last_us,
                                                               const std::string& how);

/// Sets of at least min_size sorted ids: the communities of one window, largest first.
[[nodiscard]] core::Result<std::vector<std::vector<std::string>>> groups_of_window(
    const Graph& graph, std::uint64_t seed, std::uint32_t min_size);

enum class ChangeKind { Birth, Death, Continues, Split, Merge, Reshuffle };

struct Change {
  ChangeKind kind = ChangeKind::Birth;
  std::vector<std::uint32_t> before;  // indices into the groups of the earlier window
  std::vector<std::uint32_t> after;   // of the later one
  double jaccard = 0;                 // of the best pair; 0 for births and deaths
};

/// Two groups are linked where they share at least half of the smaller one. One with one continues,
/// one with several is a split, several with one a merge, several with several a reshuffle; without
/// a link a group died or was born. In the order of the earlier groups, births last.
/// @source after Palla, Barabasi and Vicsek (2007) and Greene, Doyle and Cunningham (2010)
[[nodiscard]] std::vector<Change> changes_between(
    const std::vector<std::vector<std::string>>& before,
    const std::vector<std::vector<std::string>>& after);

}  // namespace palermo::network
