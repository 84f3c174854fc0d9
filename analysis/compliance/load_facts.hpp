// Reads the facts that the compliance rules judge.
#pragma once

#include "analysis/compliance/facts.hpp"
#include "core/base/result.hpp"
#include "core/session/session.hpp"

namespace palermo::compliance {

/// @param as_of_us  what times are compared with; the case is read as it stands now
/// @error Integrity  something stored cannot be read
/// @cost one pass over records, ledger and quarantine; no call is read
[[nodiscard]] core::Result<Facts> load_facts(store::Database& db, std::int64_t as_of_us);

}  // namespace palermo::compliance
