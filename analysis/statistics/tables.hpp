// The oversight tables of LEGAL section 4: Germany (StPO s. 101b), Canada (Criminal Code s. 195),
// United States (18 USC 2519), United Kingdom (IPCO). All are counts over one list of periods: an
// order, or a renewal of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/compliance/facts.hpp"
#include "analysis/statistics/suppress.hpp"
#include "core/base/result.hpp"
#include "core/store/database.hpp"

namespace palermo::statistics {

/// What one case contributes.
struct CaseFacts {
  compliance::Facts facts;
  struct Session {
    std::string authorization_id;
    v1::InterceptSession::Relevance relevance = v1::InterceptSession::relevance_unspecified;
    v1::InterceptSession::Privilege privileged = v1::InterceptSession::privilege_unspecified;
  };
  std::vector<Session> sessions;
  /// Violations of each rule, as `audit rules` finds them: rule and authorization.
  std::vector<std::pair<std::string, std::string>> violations;
};

[[nodiscard]] core::Result<CaseFacts> load(store::Database& db, std::int64_t as_of_us);

/// A sum that is no count of cases, such as days; withheld together with the count it is over.
struct Sum {
  std::string section;
  std::string row;
  std::string column;
  std::uint64_t value = 0;
  std::uint32_t over = 0;  // so many periods
};

/// All that one State asks for.
struct Sheet {
  std::string title;
  std::string source;
  std::vector<Table> tables;
  std::vector<Sum> sums;
  /// Asked for, and not recorded by this program: costs, arrests, convictions, …
  std::vector<std::pair<std::string, std::string>> not_recorded;  // section, row
};

/// @param id    de, ca, us or uk
/// @param year  of the grant, in UTC; 0: all
/// @error Usage  no such table
[[nodiscard]] core::Result<Sheet> sheet_of(std::string_view id, int year,
                                           const std::vector<CaseFacts>& cases);

}  // namespace palermo::statistics
