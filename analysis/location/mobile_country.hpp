// Mobile country codes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace palermo::analysis {

/// To whom a mobile country code was assigned.
struct MobileCountry {
  std::vector<std::string>
      states;          // ISO 3166-1 alpha-2; more than one: the code does not say which
  std::string remark;  // may be empty
};

/// @param mcc  three digits
/// @return null for codes that name no State: tests (001), international networks (901 …), codes
///         that were not assigned
/// @source ITU-T E.212, list of mobile country codes (data/reference/mcc.tsv)
[[nodiscard]] const MobileCountry* mobile_country(std::string_view mcc);

}  // namespace palermo::analysis
