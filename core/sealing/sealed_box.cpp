#include "core/sealing/sealed_box.hpp"

#include <sodium.h>

#include <optional>

#include "core/base/encoding.hpp"

namespace palermo::sealing {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

core::Result<std::string> key_bytes(std::string_view base64, std::string_view what) {
  std::optional<std::string> key = core::from_base64(base64);
  if (!key || key->size() != crypto_box_PUBLICKEYBYTES)
    return core::Error{core::ErrorCode::InvalidArgument,
                       std::string{what} + " is no 32-byte X25519 key"};
  return *std::move(key);
}

}  // namespace

core::Result<std::string> seal(std::string_view public_key_base64, std::string_view bytes) {
  PALERMO_TRY(const std::string key, key_bytes(public_key_base64, "the quarantine key"));
  std::string sealed(bytes.size() + crypto_box_SEALBYTES, '\0');
  if (sodium_init() < 0 || crypto_box_seal(reinterpret_cast<unsigned char*>(sealed.data()),
                                           bytes_of(bytes), bytes.size(), bytes_of(key)) != 0)
    return core::Error{core::ErrorCode::Internal, "sealing failed"};
  return sealed;
}

core::Result<std::string> unseal(std::string_view public_key_base64,
                                 std::string_view secret_key_base64, std::string_view sealed) {
  PALERMO_TRY(const std::string public_key, key_bytes(public_key_base64, "the quarantine key"));
  PALERMO_TRY(std::string secret_key, key_bytes(secret_key_base64, "the secret quarantine key"));
  std::string bytes(
      sealed.size() >= crypto_box_SEALBYTES ? sealed.size() - crypto_box_SEALBYTES : 0, '\0');
  const bool opened =
      sealed.size() >= crypto_box_SEALBYTES && sodium_init() >= 0 &&
      crypto_box_seal_open(reinterpret_cast<unsigned char*>(bytes.data()), bytes_of(sealed),
                           sealed.size(), bytes_of(public_key), bytes_of(secret_key)) == 0;
  sodium_memzero(secret_key.data(), secret_key.size());
  if (!opened)
    return core::Error{core::ErrorCode::Integrity, "a sealed item cannot be opened with this key",
                       std::nullopt, "run `palermo audit verify`", "ALTERED"};
  return bytes;
}

}  // namespace palermo::sealing
