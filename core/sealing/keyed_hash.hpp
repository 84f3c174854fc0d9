// Identifiers that two offices compare without showing them.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/sealing/secret.hpp"

namespace palermo::sealing {

inline constexpr std::size_t kHashKeyBytes = 32;

/// A new key in a file of its own: 64 hex digits and a newline, readable by its owner alone.
/// @error BadInput  something stands there; Io  not writable
[[nodiscard]] core::Status make_hash_key(const std::string& path);

/// @error BadInput  no such file, or it does not hold 64 lower-case hex digits
[[nodiscard]] core::Result<SecretBytes> read_hash_key(const std::string& path);

/// Hash of one identifier under a key, as 64 hex digits: equal for equal identifiers, and saying
/// nothing to whoever has no key. With the key, all telephone numbers can be tried in hours: the
/// key protects, not the hash.
/// @source RFC 2104 with SHA-256 (libsodium's crypto_auth_hmacsha256), over
///         "palermo/deconflict/v1", kind and value, each followed by a newline
[[nodiscard]] std::string keyed_hash(const SecretBytes& key, std::string_view kind,
                                     std::string_view value);

}  // namespace palermo::sealing
