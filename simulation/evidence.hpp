// Authorizations, intercept log, undercover reports, payments and statements of the synthetic case.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/json_message.hpp"
#include "simulation/cast.hpp"

namespace palermo::simulation {

/// Text of one evidence file with the counts that ingesting it must give.
struct Evidence {
  std::string text;
  std::uint64_t rows = 0;
  std::map<std::string, std::uint64_t> quarantined;  // by rule code
};

/// "2023-06-15T21:40:00+02:00" on a day counted from 2023-05-01.
[[nodiscard]] std::string local_time(int day, int hour, int minute = 0, int second = 0);
/// "2023-06-15".
[[nodiscard]] std::string day_text(int day);

/// The authorization file: an array (DESIGN section 6).
[[nodiscard]] core::Json make_authorizations(const Cast& cast);
[[nodiscard]] Evidence make_intercepts(const Cast& cast, std::uint64_t seed);
[[nodiscard]] Evidence make_undercover(const Cast& cast);
[[nodiscard]] Evidence make_payments(const Cast& cast, std::uint64_t seed);
/// A facts file with case, offences and statements (DESIGN section 7).
[[nodiscard]] core::Json make_statements(const Cast& cast);

}  // namespace palermo::simulation
