// Whole-log verification, for somebody who trusts neither the case file nor who made it.
#pragma once

#include <optional>
#include <vector>

#include "core/base/result.hpp"
#include "core/ledger/keys.hpp"
#include "core/ledger/note.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/audit.pb.h"

namespace palermo::ledger {

struct VerifyOptions {
  /// A checkpoint kept outside the case.
  std::optional<SignedCheckpoint> retained;
  /// Keys the verifier holds: the log's own (type 01), and witnesses' (type 04).
  std::vector<VerifierKey> keys;
};

/// Recomputes everything from stored bytes: leaf hashes, tree, checkpoints, entry signatures,
/// order, canonical form, and every row that a leaf speaks for, in both directions. Shares only the
/// hash function and the byte form of rows (store/row_bytes.hpp) with the writer. Reads one
/// snapshot, writes nothing, needs no secret key.
///
/// Reason codes: ALTERED, ROLLBACK, SPLIT_VIEW, NOT_EXTENSION, UNSIGNED, BAD_SIGNATURE,
/// TIME_REGRESSION, SEQUENCE_GAP, NONCANONICAL, DANGLING_AUTHORIZATION.
/// @return ok = no problem found; each problem has code, place, expected and found hash
/// @error Io  the file cannot be read at all
/// @cost O(n) hashes and signature checks; signatures are checked on all processors
[[nodiscard]] core::Result<v1::VerifyResult> verify_log(store::Database& db,
                                                        const VerifyOptions& options);

}  // namespace palermo::ledger
