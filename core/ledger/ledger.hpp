// The append-only authorization trail: RFC 6962 tree over canonical JSON leaves, signed checkpoints.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/encoding.hpp"
#include "core/base/result.hpp"
#include "core/ledger/keys.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/ledger.pb.h"

namespace palermo::ledger {

struct AppendedLeaf {
  std::uint64_t index = 0;
  core::Digest hash{};
};

/// Writes entries of one open case. Every append happens inside the caller's transaction, so that a
/// domain row and its leaf stand or fall together.
class Ledger {
 public:
  /// @param db  must outlive the ledger
  [[nodiscard]] static core::Result<Ledger> open(store::Database& db);

  /// Completes `entry` (v, seq, kind, rev, prev_leaf, actor, recorded_at, sig), canonicalizes it once,
  /// and stores leaf and full-subtree nodes. `id`, `auth`, `occurred_at` and the body are the caller's.
  /// recorded_at never decreases: a clock that went back repeats the last time.
  /// @error InvalidArgument  no body, or a leaf above 65,535 bytes
  [[nodiscard]] core::Result<AppendedLeaf> append(store::Transaction& transaction,
                                                  v1::LedgerEntry entry, const SigningKey& actor);

  /// Number of leaves, counted in the current transaction.
  [[nodiscard]] core::Result<std::uint64_t> size();
  /// Root over the first `size` leaves, from stored nodes. O(log n).
  [[nodiscard]] core::Result<core::Digest> root(std::uint64_t size);
  /// Signs and stores the checkpoint of the present size; the same size twice gives the same note.
  [[nodiscard]] core::Result<std::string> checkpoint(store::Transaction& transaction,
                                                     const SigningKey& log_key);

 private:
  explicit Ledger(store::Database& db) : db_{&db} {}
  store::Database* db_;
};

}  // namespace palermo::ledger
