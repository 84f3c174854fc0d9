// What the ledger says about sealed identities: role keys, seals, requests and their answers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/sealing/envelope.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/ledger.pb.h"

namespace palermo::sealing {

struct RegisteredKey {
  Recipient recipient;
  std::string role;  // handler, legal, court
  std::string registered_by;
  std::string registered_at;
};

/// Asked, agreed to, opened: revisions 1, 2 and 3 of one access entry.
struct Unsealing {
  std::string id;
  std::string pseudonym;
  std::string reason;
  std::string requested_by;
  std::string requested_at;
  std::string approved_by;
  std::string approved_at;
  std::string grant_sha256;
  bool opened = false;
};

struct SealedEntry {
  v1::IdentityEntry body;
  std::string by;
  std::string at;
  std::uint64_t leaf = 0;
};

struct BackupEntry {
  std::uint64_t leaf = 0;
  std::string sha256;
  std::string due_at;
};

/// Read from the leaves alone, so that a row somebody put into a table counts for nothing.
struct IdentityLog {
  std::map<std::string, RegisteredKey> keys;               // by key id
  std::map<std::string, std::vector<SealedEntry>> sealed;  // by pseudonym, oldest first
  std::map<std::string, std::string> destroyed;            // pseudonym: when
  std::map<std::string, Unsealing> unsealings;             // by request id
  std::vector<BackupEntry> backups;

  /// @error Integrity  a leaf that cannot be read
  /// @cost one pass over the entries about identities
  [[nodiscard]] static core::Result<IdentityLog> read(store::Database& db);
  /// What sealing needs and no more: the role keys, and of one pseudonym its newest revision and
  /// whether it was destroyed.
  /// @param pseudonym  may be empty: a new one
  /// @cost the number of identities in the index of newest entries; no other leaf is read
  [[nodiscard]] static core::Result<IdentityLog> for_sealing(store::Database& db,
                                                             const std::string& pseudonym);
  /// Whether an identity was ever sealed under it.
  [[nodiscard]] static core::Result<bool> knows(store::Database& db, const std::string& pseudonym);
  /// @error NotFound  never sealed; Refused  destroyed
  [[nodiscard]] core::Result<const SealedEntry*> newest(const std::string& pseudonym) const;
};

/// The operator's name in an actor's key name.
[[nodiscard]] std::string operator_of(std::string_view actor);

}  // namespace palermo::sealing
