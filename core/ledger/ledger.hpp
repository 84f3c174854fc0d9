// The append-only authorization trail: RFC 6962 tree over canonical JSON leaves, signed
// checkpoints.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/encoding.hpp"
#include "core/base/result.hpp"
#include "core/ledger/keys.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/ledger.pb.h"

namespace palermo::ledger {

/// Leaves travel as uint16-length records in tlog-tiles bundles.
inline constexpr std::size_t kMaxLeafBytes = 65'535;
/// What an entry signature covers: this, then the canonical leaf without `sig`.
inline constexpr std::string_view kEntrySignaturePrefix = "palermo/entry/v1\n";

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
  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;
  ~Ledger();

  /// Completes `entry` (v, seq, kind, rev, prev_leaf, actor, recorded_at, sig), canonicalizes it
  /// once, and stores leaf and full-subtree nodes. `id`, `auth`, `occurred_at` and the body are the
  /// caller's. recorded_at never decreases: a clock that went back repeats the last time.
  /// @error InvalidArgument  no body, or a leaf above 65,535 bytes
  [[nodiscard]] core::Result<AppendedLeaf> append(store::Transaction& transaction,
                                                  v1::LedgerEntry entry, const SigningKey& actor);

  /// Number of leaves, counted in the current transaction.
  [[nodiscard]] core::Result<std::uint64_t> size();
  /// Root over the first `size` leaves, from stored nodes. O(log n).
  [[nodiscard]] core::Result<core::Digest> root(std::uint64_t size);
  /// The stored bytes of one leaf. @error NotFound  no such leaf
  [[nodiscard]] core::Result<std::string> leaf(std::uint64_t index);
  /// Proofs from stored nodes (merkle.hpp). O(log n).
  [[nodiscard]] core::Result<std::vector<core::Digest>> inclusion_proof(std::uint64_t index,
                                                                        std::uint64_t size);
  [[nodiscard]] core::Result<std::vector<core::Digest>> consistency_proof(std::uint64_t old_size,
                                                                          std::uint64_t new_size);
  /// Signs and stores the checkpoint of the present size; the same size twice gives the same note.
  /// @error Integrity  the key is not the log's, or another note of that size is stored
  [[nodiscard]] core::Result<std::string> checkpoint(store::Transaction& transaction,
                                                     const SigningKey& log_key);

 private:
  struct State;
  explicit Ledger(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace palermo::ledger
