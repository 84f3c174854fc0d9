// The verifier alone: files in, verdict out, no case needed.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/ledger/keys.hpp"
#include "core/ledger/merkle.hpp"
#include "core/ledger/note.hpp"
#include "palermo/v1/audit.pb.h"

namespace palermo::ledger {

// Verdicts are ProofResult messages: ok, reason codes and a sentence for people. Reason codes:
// MALFORMED (not such a file, byte for byte), BAD_SIGNATURE, UNSIGNED, WRONG_ORIGIN, ALTERED,
// ROLLBACK, SPLIT_VIEW, NOT_EXTENSION.

struct NoteRules {
  std::string origin;  // expected origin of a checkpoint; empty: the name of the key that signed
  std::size_t quorum = 0;  // cosignatures by given witness keys that must be there
};

/// A signed note. Where it is a checkpoint (or tries to be one: three lines with a number second,
/// or a first line that names a given key), the strict rules for checkpoints hold too, and where a
/// log key (type 01) is given, a log key must have signed.
[[nodiscard]] v1::ProofResult check_note(std::string_view bytes, std::span<const VerifierKey> keys,
                                         const NoteRules& rules = {});

/// A tlog-proof file: that `leaf`, byte for byte, is the entry at its index under its checkpoint.
[[nodiscard]] v1::ProofResult check_inclusion(std::string_view file, std::string_view leaf,
                                              std::span<const VerifierKey> keys,
                                              const NoteRules& rules = {});

/// What the verifier kept of the older tree: a checkpoint file, or its size and root.
struct OldTree {
  std::string note;  // signed checkpoint; empty when only size and root are known
  std::uint64_t size = 0;
  Digest root{};
};

/// A tlog-witness request body: that its checkpoint extends the older tree.
[[nodiscard]] v1::ProofResult check_consistency(const OldTree& old, std::string_view file,
                                                std::span<const VerifierKey> keys,
                                                FromEmpty from_empty, const NoteRules& rules = {});

}  // namespace palermo::ledger
