// The way back into quarantine: product that stood in the case, when its authorization is refused,
// or cancelled before the product's time, or when it has to be destroyed.
#pragma once

#include <string>

#include "core/base/result.hpp"
#include "core/session/session.hpp"
#include "palermo/v1/authorization.pb.h"
#include "palermo/v1/ingest.pb.h"

namespace palermo::ingest {

/// What is taken out of the case.
enum class RecallWhat {
  Uncovered,   // what the authorization, as it now reads, no longer covers
  Everything,  // all of it, before it is destroyed (reason DT02)
};

/// Seals records and calls of an authorization that it does not cover any more as items of
/// quarantine, and takes them out of the case: rows, identifiers they mention, segments. Their
/// places and commitments stay, so that the roots of the ledger still hold. Records without a time
/// stay, unless the grant was refused. The log of technique uses is no product and stays.
/// Runs in the caller's transaction, so that the new revision and the recall stand or fall together.
/// @return the new items; `still_held` counts the records
/// @error Integrity  a record or segment is not what the ledger says
/// @cost reads what the authorization brought in; O(segments of the index range) for each segment
[[nodiscard]] core::Result<v1::QuarantineOutcome> recall_product(
    session::Session& session, store::Transaction& transaction,
    const v1::Authorization& authorization, RecallWhat what);

/// After the transaction: takes the deleted bytes out of the write-ahead log too, and says so when
/// another program keeps it.
[[nodiscard]] core::Status finish_recall(session::Session& session, v1::QuarantineOutcome& outcome);

}  // namespace palermo::ingest
