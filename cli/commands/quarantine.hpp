// Shared by `palermo quarantine` and `palermo audit bundle`.
#pragma once

#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/ingest.pb.h"

namespace palermo::cli {

/// What lies in quarantine or left it: counts, rule codes, places; nothing of what it says.
[[nodiscard]] core::Result<v1::QuarantineList> quarantine_items(store::Database& db);

}  // namespace palermo::cli
