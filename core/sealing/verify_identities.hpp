// The file of sealed identities against the ledger, for whoever verifies a case.
#pragma once

#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/audit.pb.h"

namespace palermo::sealing {

/// Compares each row of `<case>.identities`, where that file stands, with the entry that sealed it,
/// and the other way round. A file that is absent is a notice: an inspector may have the case
/// alone. Opens nothing that is sealed; needs no key and writes nothing.
/// @param result  of the whole log; problems, rows and verdict are added
[[nodiscard]] core::Status verify_identities(store::Database& db, v1::VerifyResult& result);

}  // namespace palermo::sealing
