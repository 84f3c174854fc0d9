// Keys of a desk (handler, legal, court) that identities are sealed to. The secret half stands in a
// file under a passphrase, on the custodian's own medium.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/sealing/secret.hpp"

namespace palermo::sealing {

/// Work that guessing a passphrase costs (libsodium's figures for Argon2id).
enum class Strength {
  Moderate,   // 256 MiB, 3 passes: 0.4 s
  Sensitive,  // 1 GiB, 4 passes: 3 s
};

struct RoleKey {
  std::string role;
  std::string public_key;  // 32 bytes
  SecretBytes secret;      // 32 bytes

  /// First 8 bytes of SHA-256("palermo/role-key/v1\n" ‖ role ‖ newline ‖ public key), hex.
  [[nodiscard]] std::string id() const;
};

[[nodiscard]] std::string role_key_id(std::string_view role, std::string_view public_key);

struct NewRoleKey {
  std::string file_text;
  std::string public_key;  // 32 bytes
};

/// A new X25519 pair, its secret half encrypted (XChaCha20-Poly1305) under a key that Argon2id
/// makes of the passphrase and a random salt.
/// @error Usage  a passphrase of less than 12 bytes
[[nodiscard]] core::Result<NewRoleKey> make_role_key(std::string_view role,
                                                     const SecretBytes& passphrase,
                                                     Strength strength);

/// @error BadInput  no such file, or one that asks for less or more work than this program allows
/// @error Refused   another passphrase, or the file was changed
[[nodiscard]] core::Result<RoleKey> open_role_key(std::string_view file_text,
                                                  const SecretBytes& passphrase);

}  // namespace palermo::sealing
