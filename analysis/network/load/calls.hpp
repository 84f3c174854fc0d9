// Calls of the stored segments, as ties.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "analysis/network/load.hpp"
#include "analysis/network/load/call_sums.hpp"
#include "analysis/network/load/contact.hpp"
#include "analysis/network/load/names.hpp"

namespace palermo::network::detail {

/// A source as the loader knows it.
struct SourceInfo {
  std::uint32_t number = 0;  // in EvidenceNames::sources
  std::string authorization;
  std::string country;
  std::string mapping;
};
using Sources = std::map<std::string, SourceInfo, std::less<>>;

/// A node (by rank) whose records of an authorization show a handset or SIM.
struct SeenDevice {
  std::uint32_t authorization = 0;
  std::uint32_t node = 0;
  std::uint32_t identifier = 0;
  friend auto operator<=>(const SeenDevice&, const SeenDevice&) = default;
};

struct CallTies {
  CallSums sums;                    // of ranks
  std::vector<bool> used;           // by rank: it is a party of a tie
  std::vector<SeenDevice> devices;  // sorted, each once
  std::uint64_t records = 0;        // behind the ties
  std::uint64_t one_party = 0;      // name one party only
  Coverage coverage;
};

/// @param authorization  number of an authorization in TieTable::authorizations, by its id
/// @error Integrity  a segment does not hold, or names what the case does not list
/// @cost about 150 ns a call, divided by the cores
[[nodiscard]] core::Result<CallTies> read_calls(
    store::Database& db, const LoadOptions& options, std::optional<std::int64_t> before_leaf,
    const Names& names, const Sources& sources,
    const std::function<std::uint32_t(std::string_view)>& authorization);

}  // namespace palermo::network::detail
