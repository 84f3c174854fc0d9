#include "core/sealing/role_key.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <charconv>
#include <map>
#include <optional>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"

namespace palermo::sealing {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

constexpr std::string_view kTitle = "palermo-role-key/1";
constexpr std::size_t kLeastPassphrase = 12;
constexpr unsigned long long kMostPasses = 16;
constexpr std::size_t kMostMemory = std::size_t{4} << 30;

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* octets(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

struct Work {
  unsigned long long passes;
  std::size_t memory;
};

Work work_of(Strength strength) {
  if (strength == Strength::Sensitive)
    return {crypto_pwhash_OPSLIMIT_SENSITIVE, crypto_pwhash_MEMLIMIT_SENSITIVE};
  return {crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE};
}

/// Everything above the sealed line; it is authenticated together with the secret.
std::string header_of(std::string_view role, std::string_view public_key, const Work& work,
                      std::string_view salt) {
  return fmt::format("{}\nrole {}\npublic {}\nargon2id {} {} {}\n", kTitle, role,
                     core::to_base64(public_key), work.passes, work.memory, core::to_base64(salt));
}

Result<SecretBytes> stretched(const SecretBytes& passphrase, const Work& work,
                              std::string_view salt) {
  PALERMO_TRY(SecretBytes key, SecretBytes::make(crypto_aead_xchacha20poly1305_ietf_KEYBYTES));
  if (crypto_pwhash(key.data(), key.size(), reinterpret_cast<const char*>(passphrase.data()),
                    passphrase.size(), octets(salt), work.passes, work.memory,
                    crypto_pwhash_ALG_ARGON2ID13) != 0)
    return Error{ErrorCode::Internal,
                 fmt::format("not enough memory to work a passphrase: {} MiB", work.memory >> 20),
                 std::nullopt, "close other programs and try again"};
  return key;
}

Error unreadable(std::string_view why) {
  return Error{ErrorCode::BadInput, fmt::format("no role key file: {}", why), std::nullopt,
               "give the file that `palermo identity key` wrote"};
}

template <typename T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string role_key_id(std::string_view role, std::string_view public_key) {
  const core::Digest digest =
      core::sha256(fmt::format("palermo/role-key/v1\n{}\n", role) + std::string{public_key});
  return core::to_hex(core::bytes_of(digest).substr(0, 8));
}

std::string RoleKey::id() const { return role_key_id(role, public_key); }

Result<NewRoleKey> make_role_key(std::string_view role, const SecretBytes& passphrase,
                                 Strength strength) {
  if (passphrase.size() < kLeastPassphrase)
    return Error{ErrorCode::Usage,
                 fmt::format("a passphrase of {} bytes is too short", passphrase.size()),
                 std::nullopt,
                 fmt::format("take at least {}; five words by dice are good", kLeastPassphrase)};
  NewRoleKey made;
  made.public_key.resize(crypto_box_PUBLICKEYBYTES);
  PALERMO_TRY(SecretBytes secret, SecretBytes::make(crypto_box_SECRETKEYBYTES));
  crypto_box_keypair(octets(made.public_key), secret.data());
  const Work work = work_of(strength);
  const std::string salt = core::random_bytes(crypto_pwhash_SALTBYTES);
  PALERMO_TRY(const SecretBytes key, stretched(passphrase, work, salt));
  const std::string header = header_of(role, made.public_key, work, salt);
  const std::string nonce = core::random_bytes(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
  std::string sealed(secret.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(octets(sealed), nullptr, secret.data(), secret.size(),
                                             octets(header), header.size(), nullptr, octets(nonce),
                                             key.data());
  made.file_text = fmt::format("{}sealed {}\n", header, core::to_base64(nonce + sealed));
  return made;
}

Result<RoleKey> open_role_key(std::string_view file_text, const SecretBytes& passphrase) {
  std::map<std::string, std::string, std::less<>> lines;
  std::string_view rest = file_text;
  const auto next = [&rest] {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
  };
  if (next() != kTitle) return unreadable(fmt::format("it does not begin with {}", kTitle));
  for (const std::string_view word : {"role", "public", "argon2id", "sealed"}) {
    const std::string_view line = next();
    if (!line.starts_with(word) || line.size() <= word.size() || line[word.size()] != ' ')
      return unreadable(fmt::format("the line '{}' is missing", word));
    lines.emplace(word, line.substr(word.size() + 1));
  }
  if (!rest.empty()) return unreadable("something stands after its end");

  const std::string& cost = lines["argon2id"];
  const auto first = cost.find(' ');
  const auto second = first == std::string::npos ? first : cost.find(' ', first + 1);
  if (second == std::string::npos) return unreadable("the line 'argon2id' has not three words");
  const auto passes = number<unsigned long long>(std::string_view{cost}.substr(0, first));
  const auto memory =
      number<std::size_t>(std::string_view{cost}.substr(first + 1, second - first - 1));
  const auto salt = core::from_base64(std::string_view{cost}.substr(second + 1));
  const auto public_key = core::from_base64(lines["public"]);
  const auto sealed = core::from_base64(lines["sealed"]);
  constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  constexpr std::size_t kSealed =
      kNonce + crypto_box_SECRETKEYBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES;
  if (!passes || !memory || !salt || salt->size() != crypto_pwhash_SALTBYTES || !public_key ||
      public_key->size() != crypto_box_PUBLICKEYBYTES || !sealed || sealed->size() != kSealed)
    return unreadable("a number or a base64 text in it cannot be read");
  if (*passes < crypto_pwhash_OPSLIMIT_MODERATE || *memory < crypto_pwhash_MEMLIMIT_MODERATE ||
      *passes > kMostPasses || *memory > kMostMemory)
    return unreadable("it asks for less work than is safe, or for more than is allowed");

  RoleKey key;
  key.role = lines["role"];
  key.public_key = *public_key;
  const Work work{*passes, *memory};
  PALERMO_TRY(const SecretBytes stretch, stretched(passphrase, work, *salt));
  PALERMO_TRY(key.secret, SecretBytes::make(crypto_box_SECRETKEYBYTES));
  const std::string header = header_of(key.role, key.public_key, work, *salt);
  const std::string_view box = std::string_view{*sealed}.substr(kNonce);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(key.secret.data(), nullptr, nullptr, octets(box),
                                                 box.size(), octets(header), header.size(),
                                                 octets(*sealed), stretch.data()) != 0)
    return Error{ErrorCode::Refused, "this passphrase does not open the role key", std::nullopt,
                 "try again; a file that was changed does not open either", "KEY"};
  std::string derived(crypto_box_PUBLICKEYBYTES, '\0');
  crypto_scalarmult_base(octets(derived), key.secret.data());
  if (derived != key.public_key) return unreadable("its halves do not belong together");
  return key;
}

}  // namespace palermo::sealing
