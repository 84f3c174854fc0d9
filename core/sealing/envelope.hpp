// One sealed identity: fields under a key of their own, and that key under two others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/encoding.hpp"
#include "core/base/result.hpp"
#include "core/sealing/role_key.hpp"
#include "core/sealing/secret.hpp"
#include "palermo/v1/identity.pb.h"

namespace palermo::sealing {

/// What a sealed field is bound to, so that a row moved elsewhere does not open.
struct Place {
  std::string case_id;
  std::string person_id;  // 16 bytes
  std::uint32_t revision = 1;
  std::string dek_id;  // 16 bytes
};

/// XChaCha20-Poly1305 with a random nonce; additional data `palermo/identity/v1`, case, person,
/// field, revision and key id, each behind its length (the cipher does not commit to its key, so
/// the id of the key is bound). Padded to steps of 256 bytes, because lengths tell names.
/// @param dek  32 bytes
[[nodiscard]] core::Result<v1::SealedIdentity::Field> seal_field(const Place& place,
                                                                 std::string_view name,
                                                                 std::string_view bytes,
                                                                 const SecretBytes& dek);
/// @error Integrity  another key, another place, or changed bytes
[[nodiscard]] core::Result<SecretBytes> open_field(const Place& place,
                                                   const v1::SealedIdentity::Field& field,
                                                   const SecretBytes& dek);

/// Public half of a role key.
struct Recipient {
  std::string key_id;
  std::string public_key;  // 32 bytes
};

/// The key and its id, sealed (crypto_box_seal) to `first`, and that sealed to `second`: `second`
/// takes its layer off, `first` opens what is left, and neither can do both.
[[nodiscard]] core::Result<v1::SealedIdentity::Wrap> wrap(const SecretBytes& dek,
                                                          std::string_view dek_id,
                                                          const Recipient& first,
                                                          const Recipient& second);
/// The outer layer off: what is left is sealed to the first key still.
/// @error Integrity  not sealed to this key, or changed
[[nodiscard]] core::Result<std::string> peel(std::string_view box, const RoleKey& second);
/// The key itself.
/// @error Integrity  not sealed to this key, changed, or a key of another identity
[[nodiscard]] core::Result<SecretBytes> unwrap(std::string_view inner, std::string_view dek_id,
                                               const RoleKey& first);

/// SHA-256 over the whole row, field by field behind lengths: what the ledger binds it by.
[[nodiscard]] core::Digest digest_of(const v1::SealedIdentity& identity);

}  // namespace palermo::sealing
