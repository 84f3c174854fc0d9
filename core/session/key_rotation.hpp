// The log's key and its epochs.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/session/session.hpp"

namespace palermo::session {

/// Why the log gets another key.
struct KeyChange {
  std::string ground;             // ROUTINE, HANDOVER, COMPROMISE
  std::string reason;             // words; stand in the log
  std::string compromised_since;  // of COMPROMISE: a time of the ledger's form; empty: not known

  /// "COMPROMISE since 2024-01-05T00:00:00.000000Z: the stick was lost": what the log says.
  [[nodiscard]] std::string words() const;
};

struct NewLogKey {
  std::string vkey;
  std::string note;  // checkpoint over the change, by the new key
};

/// A new key epoch: the operator says why in an access entry, the old key signs the entry that
/// names the new one, the new one signs the checkpoint over that, and the old secret is erased.
/// What the old key signs later covers no entry from here on.
[[nodiscard]] core::Result<NewLogKey> rotate_log_key(Session& session, const KeyChange& change);

/// File of a log key that is not in force yet, or whose rotation was interrupted.
[[nodiscard]] std::string next_key_file(const ledger::VerifierKey& key);

inline constexpr std::string_view kLogKeyFile = "log.key";

}  // namespace palermo::session
