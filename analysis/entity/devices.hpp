// Which handset and SIM a number used when, and which numbers a handset or SIM served: from calls.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "core/store/identifier_store.hpp"
#include "palermo/v1/entity.pb.h"

namespace palermo::entity {

/// One call as far as devices go: the line that the handset and SIM belong to.
struct DeviceUse {
  std::uint32_t owner = 0;  // identifier ids, 0 = none
  std::uint32_t imei = 0;
  std::uint32_t imsi = 0;
  std::int64_t at_us = 0;
  std::uint32_t line = 0;
  const std::string* source_id = nullptr;
};

/// Calls `visit` for each call that names a handset or a SIM.
/// @param identifiers  only calls that mention one of these; empty: all
/// @cost about 10 ns a call of the segments read
[[nodiscard]] core::Status for_each_device_use(store::Database& db,
                                               std::vector<std::uint32_t> identifiers,
                                               const std::function<void(const DeviceUse&)>& visit);

/// Strips are cut where a history has more; the notice says so.
inline constexpr std::size_t kMostStrips = 500;

struct DeviceHistory {
  std::vector<v1::DeviceStrip> strips;  // by identifier, kind, then time
  std::vector<std::string> notices;
};

/// The history of some identifiers: for a number, the strips of handsets and of SIMs; for a
/// handset, those of numbers and SIMs; for a SIM, those of numbers and handsets. A strip is a run
/// of records, in order of time, that name the same other identifier. Handsets are compared by the
/// first 14 digits, which is how the case keeps them.
/// @param all  every identifier of the case
[[nodiscard]] core::Result<DeviceHistory> device_history(
    store::Database& db, std::span<const store::StoredIdentifier* const> wanted,
    std::span<const store::StoredIdentifier> all);

}  // namespace palermo::entity
