// A release of statistics: small counts withheld, and nothing told by subtracting an earlier
// release.
#pragma once

#include <string>
#include <vector>

#include "analysis/statistics/suppress.hpp"
#include "analysis/statistics/tables.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/statistics.pb.h"

namespace palermo::statistics {

struct ReleaseOptions {
  std::string table;  // de, ca, us, uk
  int year = 0;
  bool exact = false;  // for the authority that the law names; nothing is withheld
  Rule rule;
  std::vector<v1::StatisticsResult> earlier;  // of the same table and year
};

/// The rows as printed, and their hash.
/// @error Refused  the change since an earlier release is so small that the difference tells it
///                 (reason DIFFERENCE)
[[nodiscard]] core::Result<v1::StatisticsResult> release(const std::vector<CaseFacts>& cases,
                                                         const ReleaseOptions& options);

/// SHA-256 over table, year and every row in order, hex.
[[nodiscard]] std::string hash_of(const v1::StatisticsResult& result);

}  // namespace palermo::statistics
