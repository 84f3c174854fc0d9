// Sealed identities, from seal to destruction (OVERSIGHT section 3): every step asks the policy
// table, leaves its entry, and no single person's step shows an identity.
#pragma once

#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "core/sealing/role_key.hpp"
#include "core/session/session.hpp"
#include "palermo/v1/identity.pb.h"

namespace palermo::sealing {

/// Hours within which a grant must be used.
inline constexpr int kGrantHours = 24;

/// Registers the public half of a desk's key; whoever registers it works in that role (the court's
/// is registered by the legal officer).
/// @return the file with the secret half, which is in no table
/// @error Refused  an operator who would hold both halves
[[nodiscard]] core::Result<NewRoleKey> register_key(session::Session& session,
                                                    const std::string& role,
                                                    const SecretBytes& passphrase,
                                                    Strength strength,
                                                    v1::IdentityKeyResult& result);

struct SealRequest {
  std::string pseudonym;  // empty: a new one
  std::string category;   // empty: that of the revision before
  v1::IdentityFields fields;
};
/// Seals a new identity, or a further revision of one, to every pair of a desk's or court's key
/// with a legal officer's.
/// @error Refused  no such pair of keys is registered
[[nodiscard]] core::Result<v1::IdentitySealed> seal_identity(session::Session& session,
                                                             const SealRequest& request);

/// Pseudonyms, categories, revisions, who may open them together; whether each row is as it was
/// logged.
[[nodiscard]] core::Result<v1::IdentityList> list_identities(session::Session& session);

/// First step: a handler asks.
[[nodiscard]] core::Result<v1::UnsealingResult> request_unsealing(session::Session& session,
                                                                  const std::string& pseudonym,
                                                                  const std::string& reason);
/// Second: a legal officer takes the outer layer off. The grant that results opens with the
/// requester's key alone, and only within kGrantHours.
/// @param key  of a legal officer
/// @error Refused  the requester's own request, answered already, or another's key
[[nodiscard]] core::Result<std::string> approve_unsealing(session::Session& session,
                                                          const std::string& request_id,
                                                          const std::string& reason,
                                                          const RoleKey& key,
                                                          v1::UnsealingResult& result);
/// Third: the requester opens it. Logged before anything is shown; shown once, stored nowhere.
/// @param key  of the handlers' desk or the court
/// @error Refused  not the requester, no grant, opened already, or too late
[[nodiscard]] core::Result<v1::IdentityShown> unseal(session::Session& session,
                                                     const std::string& request_id,
                                                     std::string_view grant, const RoleKey& key);

struct DestroyIdentityRequest {
  std::string pseudonym;
  std::string order;       // number and date
  std::string ordered_by;  // never whoever carries it out
  std::string ground;
};
/// Erases the keys and what they sealed, searches the files for them, and logs both.
[[nodiscard]] core::Result<v1::IdentityDestroyed> destroy_identity(
    session::Session& session, const DestroyIdentityRequest& request);

struct BackupMade {
  std::string bytes;
  v1::IdentityBackupResult result;
};
/// Everything that is sealed, as it is (keys wrapped to role keys), encrypted once more under
/// `key`, which must be destroyed by `due_at`: then this backup holds nothing.
/// @param key  32 bytes
[[nodiscard]] core::Result<BackupMade> back_up(session::Session& session, const SecretBytes& key,
                                               const std::string& due_at);
/// Puts back what is missing or altered, if it is what the ledger says. What was destroyed stays
/// so.
[[nodiscard]] core::Result<v1::IdentityBackupResult> restore(session::Session& session,
                                                             std::string_view backup,
                                                             const SecretBytes& key);

/// Grounds of a destruction.
[[nodiscard]] const std::vector<std::string>& identity_grounds();

}  // namespace palermo::sealing
