#include "core/sealing/envelope.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <cstring>

#include "core/base/encoding.hpp"
#include "core/store/row_bytes.hpp"

namespace palermo::sealing {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

constexpr std::size_t kStep = 256;
constexpr std::size_t kKey = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kIdBytes = 16;

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* octets(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

std::string bound_to(const Place& place, std::string_view field) {
  return store::joined_bytes({"palermo/identity/v1", place.case_id, place.person_id, field,
                              std::to_string(place.revision), place.dek_id});
}

Error does_not_open(std::string_view what) {
  return Error{ErrorCode::Integrity, fmt::format("{} does not open with this key", what),
               std::nullopt, "it was sealed to another key, or changed: `palermo identity list`",
               "ALTERED"};
}

std::string sealed_to(std::string_view public_key, std::string_view bytes) {
  std::string box(bytes.size() + crypto_box_SEALBYTES, '\0');
  if (crypto_box_seal(octets(box), octets(bytes), bytes.size(), octets(public_key)) != 0)
    box.clear();
  return box;
}

}  // namespace

Result<v1::SealedIdentity::Field> seal_field(const Place& place, std::string_view name,
                                             std::string_view bytes, const SecretBytes& dek) {
  if (dek.size() != kKey) return Error{ErrorCode::Internal, "a data key has not 32 bytes"};
  PALERMO_TRY(SecretBytes padded, SecretBytes::make((bytes.size() / kStep + 1) * kStep));
  if (!bytes.empty()) std::memcpy(padded.data(), bytes.data(), bytes.size());
  std::size_t length = 0;
  if (sodium_pad(&length, padded.data(), bytes.size(), kStep, padded.size()) != 0)
    return Error{ErrorCode::Internal, "padding failed"};
  v1::SealedIdentity::Field field;
  field.set_name(std::string{name});
  field.set_nonce(core::random_bytes(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES));
  const std::string context = bound_to(place, name);
  std::string sealed(length + crypto_aead_xchacha20poly1305_ietf_ABYTES, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(octets(sealed), nullptr, padded.data(), length,
                                             octets(context), context.size(), nullptr,
                                             octets(field.nonce()), dek.data());
  field.set_sealed(std::move(sealed));
  return field;
}

Result<SecretBytes> open_field(const Place& place, const v1::SealedIdentity::Field& field,
                               const SecretBytes& dek) {
  constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
  if (field.nonce().size() != crypto_aead_xchacha20poly1305_ietf_NPUBBYTES ||
      field.sealed().size() < kStep + kTag || dek.size() != kKey)
    return does_not_open("a sealed field");
  PALERMO_TRY(SecretBytes padded, SecretBytes::make(field.sealed().size() - kTag));
  const std::string context = bound_to(place, field.name());
  std::size_t length = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          padded.data(), nullptr, nullptr, octets(field.sealed()), field.sealed().size(),
          octets(context), context.size(), octets(field.nonce()), dek.data()) != 0 ||
      sodium_unpad(&length, padded.data(), padded.size(), kStep) != 0)
    return does_not_open("a sealed field");
  return SecretBytes::copy(padded.view().substr(0, length));
}

Result<v1::SealedIdentity::Wrap> wrap(const SecretBytes& dek, std::string_view dek_id,
                                      const Recipient& first, const Recipient& second) {
  if (dek_id.size() != kIdBytes || dek.size() != kKey ||
      first.public_key.size() != crypto_box_PUBLICKEYBYTES ||
      second.public_key.size() != crypto_box_PUBLICKEYBYTES || first.key_id == second.key_id)
    return Error{ErrorCode::Internal, "a data key cannot be wrapped to these keys"};
  PALERMO_TRY(SecretBytes both, SecretBytes::make(kIdBytes + kKey));
  std::memcpy(both.data(), dek_id.data(), kIdBytes);
  std::memcpy(both.data() + kIdBytes, dek.data(), kKey);
  const std::string inner = sealed_to(first.public_key, both.view());
  std::string outer = inner.empty() ? std::string{} : sealed_to(second.public_key, inner);
  if (outer.empty()) return Error{ErrorCode::Internal, "sealing a data key failed"};
  v1::SealedIdentity::Wrap made;
  made.set_first_key(first.key_id);
  made.set_second_key(second.key_id);
  made.set_box(std::move(outer));
  return made;
}

Result<std::string> peel(std::string_view box, const RoleKey& second) {
  constexpr std::size_t kBox = kIdBytes + kKey + 2 * crypto_box_SEALBYTES;
  if (box.size() != kBox) return does_not_open("a wrapped key");
  std::string inner(box.size() - crypto_box_SEALBYTES, '\0');
  if (crypto_box_seal_open(octets(inner), octets(box), box.size(), octets(second.public_key),
                           second.secret.data()) != 0)
    return does_not_open("a wrapped key");
  return inner;
}

Result<SecretBytes> unwrap(std::string_view inner, std::string_view dek_id, const RoleKey& first) {
  constexpr std::size_t kBox = kIdBytes + kKey + crypto_box_SEALBYTES;
  if (inner.size() != kBox || dek_id.size() != kIdBytes) return does_not_open("a wrapped key");
  PALERMO_TRY(SecretBytes both, SecretBytes::make(kIdBytes + kKey));
  if (crypto_box_seal_open(both.data(), octets(inner), inner.size(), octets(first.public_key),
                           first.secret.data()) != 0 ||
      both.view().substr(0, kIdBytes) != dek_id)
    return does_not_open("a wrapped key");
  return SecretBytes::copy(both.view().substr(kIdBytes));
}

core::Digest digest_of(const v1::SealedIdentity& identity) {
  std::string bytes = store::joined_bytes(
      {"palermo/sealed-identity/v1", identity.pseudonym(), identity.person_id(),
       identity.category(), std::to_string(identity.revision()), identity.dek_id(),
       std::to_string(identity.fields_size()), std::to_string(identity.wraps_size())});
  for (const auto& field : identity.fields())
    bytes += store::joined_bytes({field.name(), field.nonce(), field.sealed()});
  for (const auto& each : identity.wraps())
    bytes += store::joined_bytes({each.first_key(), each.second_key(), each.box()});
  return core::sha256(bytes);
}

}  // namespace palermo::sealing
