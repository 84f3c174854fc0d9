// A witness: signs only what extends what it signed before. C2SP tlog-witness, over files.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/ledger/keys.hpp"
#include "core/ledger/note.hpp"
#include "palermo/v1/audit.pb.h"

namespace palermo::ledger {

/// What one witness remembers of each log, under the log's public key: a log that reports another
/// name or id does not thereby become a new log.
class WitnessState {
 public:
  struct Log {
    VerifierKey key;
    std::uint64_t size = 0;
    Digest root = empty_root();
  };
  /// @error BadInput  not such a file
  [[nodiscard]] static core::Result<WitnessState> parse(std::string_view json);
  [[nodiscard]] std::string text() const;
  /// Begins to follow a log. Nothing changes when it is followed already.
  void follow(const VerifierKey& key);
  [[nodiscard]] const std::vector<Log>& logs() const { return logs_; }

  /// Checks a request body and, where it extends what was seen, moves the state on. The caller
  /// stores the state before it hands out the cosignature.
  /// @return ok and the root to sign; or the reason: MALFORMED, UNSIGNED, BAD_SIGNATURE,
  /// WRONG_ORIGIN,
  ///         ROLLBACK, SPLIT_VIEW, NOT_EXTENSION
  [[nodiscard]] v1::ProofResult advance(std::string_view request);

 private:
  std::vector<Log> logs_;
};

}  // namespace palermo::ledger
