// The contacts of single records, for those who need to know which record shows what.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "analysis/network/load.hpp"

namespace palermo::network {

/// One contact that an intercept, a message or a relation shows, as load() reads it.
struct RecordContact {
  std::uint32_t a = 0, b = 0;  // numbers in the case
  std::int64_t first_us = kNoTime;
  std::int64_t last_us = kNoTime;
  std::int64_t seconds = 0;
  bool spoke = false;
  bool relation = false;  // its times are when it was so, not when the two were engaged
  bool intercept = false;
  std::string record_id;
};

/// Calls `visit` for the contacts of the records (not the call rows) in the layers and the period.
/// @error as load()
/// @cost that of load() for records
[[nodiscard]] core::Status for_each_record_contact(
    store::Database& db, const LoadOptions& options,
    const std::function<void(const RecordContact&)>& visit);

}  // namespace palermo::network
