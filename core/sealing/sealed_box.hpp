// Sealing to a public key: whoever holds the case file cannot read what lies in quarantine.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace palermo::sealing {

/// Encrypts with a key pair made for this message alone (libsodium crypto_box_seal: X25519,
/// XSalsa20-Poly1305).
/// @param public_key_base64  32 bytes, base64
/// @error InvalidArgument  no such key
[[nodiscard]] core::Result<std::string> seal(std::string_view public_key_base64,
                                             std::string_view bytes);

/// @param secret_key_base64  32 bytes, base64, as the key folder holds it
/// @error Integrity  the bytes are not what was sealed to this pair
[[nodiscard]] core::Result<std::string> unseal(std::string_view public_key_base64,
                                               std::string_view secret_key_base64,
                                               std::string_view sealed);

}  // namespace palermo::sealing
