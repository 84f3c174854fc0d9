// Ed25519 keys in the signed-note form, and the folder that holds the secret ones.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace palermo::ledger {

inline constexpr std::uint8_t kEd25519 = 0x01;
inline constexpr std::uint8_t kCosignature =
    0x04;  // Ed25519 over "cosignature/v1", a time and the text

/// Whether a key name is non-empty UTF-8 without '+', control character or Unicode space.
[[nodiscard]] bool valid_key_name(std::string_view name);

/// A public verifier key: vkey = NAME+hex(keyID)+base64(type ‖ public key). C2SP signed-note.
struct VerifierKey {
  std::string name;
  std::uint32_t key_id = 0;
  std::uint8_t type = 0;   // kEd25519 or kCosignature
  std::string public_key;  // 32 bytes
  /// @error BadInput  not such a text, a type other than 01 and 04, or a key id that does not
  /// belong
  [[nodiscard]] static core::Result<VerifierKey> parse(std::string_view vkey);
  [[nodiscard]] std::string text() const;
};

/// A secret key; wiped from memory on destruction.
class SigningKey {
 public:
  [[nodiscard]] static core::Result<SigningKey> generate(std::string_view name,
                                                         std::uint8_t type = 1);
  /// The key of a 32-byte seed: the same seed gives the same key.
  [[nodiscard]] static core::Result<SigningKey> from_seed(std::string_view name, std::uint8_t type,
                                                          std::string_view seed);
  /// "PRIVATE+KEY+NAME+hash+base64(type ‖ seed)", as the Go note package writes it.
  [[nodiscard]] static core::Result<SigningKey> parse(std::string_view skey);
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey();

  [[nodiscard]] std::string sign(std::string_view message) const;  // 64 bytes
  [[nodiscard]] const VerifierKey& verifier() const { return verifier_; }
  [[nodiscard]] const std::string& name() const { return verifier_.name; }
  [[nodiscard]] std::string secret_text() const;

 private:
  SigningKey() = default;
  VerifierKey verifier_;
  std::array<std::uint8_t, 64> secret_{};
};

/// Checks an Ed25519 signature.
[[nodiscard]] bool verify_signature(const VerifierKey& key, std::string_view message,
                                    std::string_view signature);

/// Secret keys of one case, outside the case file: $PALERMO_KEYS, else $XDG_DATA_HOME/palermo/keys,
/// else ~/.local/share/palermo/keys, then one folder a case id. Folders 0700, files 0600.
class KeyFolder {
 public:
  [[nodiscard]] static core::Result<KeyFolder> of_case(std::string_view case_id);
  /// Writes a new key file, atomically. @error BadInput  a key of that name exists
  [[nodiscard]] core::Status save(std::string_view file_name, std::string_view secret_text) const;
  /// @error Refused  no such key, or not readable by this user
  [[nodiscard]] core::Result<std::string> load(std::string_view file_name) const;
  [[nodiscard]] core::Result<SigningKey> load_signer(std::string_view file_name) const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace palermo::ledger
