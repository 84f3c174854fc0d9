// When a network changed: counts by day or week, its growth, and change points.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/network/load/coverage.hpp"
#include "analysis/network/tie_table.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/network_compare.pb.h"

namespace palermo::network {

enum class Unit { Auto, Day, Week };  // Auto: days, weeks above 400 days. Weeks begin on Monday

struct ChangeOptions {
  Unit unit = Unit::Auto;
  std::uint32_t draws = 999;  // permutations of each test
  std::uint64_t seed = 1;
  double alpha = 0.05;  // a split whose p is above it is not reported
  std::uint32_t movers = 6;
};

/// Change points of five series, each by binary segmentation (Scott and Knott 1974; Vostrikova
/// 1981), every split tested by permuting the periods of its stretch:
/// - records, ties, nodes: counts a period; gain = 2 ln of the Poisson likelihood ratio, which must
///   exceed the penalty 2 ln n;
/// - who, pairs: the shares of nodes, and of pairs, in a period's records; gain = the energy
///   statistic (Matteson and James 2014) on Hellinger distances. Finds that other people speak
///   where as many do.
/// A period without any record is a gap in the records: it is left out, never counted as silence. A
/// change where a source begins, ends or has a gap is marked, since the records may have changed
/// and not the persons.
/// @param table  loaded by_day: each tie's first_us tells its day
/// @cost draws * periods^2, and for each node the square of the periods it is active in
/// @error InvalidArgument  more than 5,000 periods
[[nodiscard]] core::Result<v1::NetworkChanges> find_changes(const TieTable& table,
                                                            const Coverage& coverage,
                                                            const ChangeOptions& options);

}  // namespace palermo::network
