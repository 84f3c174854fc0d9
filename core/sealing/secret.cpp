#include "core/sealing/secret.hpp"

#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstring>
#include <utility>

namespace palermo::sealing {

core::Result<SecretBytes> SecretBytes::make(std::size_t size) {
  SecretBytes secret;
  if (sodium_init() < 0)
    return core::Error{core::ErrorCode::Internal, "libsodium cannot be used here"};
  // sodium_malloc locks the pages, and fails quietly where the limit on locked memory is spent.
  secret.bytes_ = static_cast<unsigned char*>(sodium_malloc(size > 0 ? size : 1));
  if (secret.bytes_ == nullptr)
    return core::Error{core::ErrorCode::Internal, "no guarded memory for a secret", std::nullopt,
                       "raise the limit on locked memory (ulimit -l)"};
  secret.size_ = size;
  std::memset(secret.bytes_, 0, size);
  return secret;
}

core::Result<SecretBytes> SecretBytes::random(std::size_t size) {
  PALERMO_TRY(SecretBytes secret, make(size));
  randombytes_buf(secret.bytes_, size);
  return secret;
}

core::Result<SecretBytes> SecretBytes::copy(std::string_view bytes) {
  PALERMO_TRY(SecretBytes secret, make(bytes.size()));
  if (!bytes.empty()) std::memcpy(secret.bytes_, bytes.data(), bytes.size());
  return secret;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : bytes_{std::exchange(other.bytes_, nullptr)}, size_{std::exchange(other.size_, 0)} {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(size_, other.size_);
  return *this;
}

SecretBytes::~SecretBytes() {
  if (bytes_ != nullptr) sodium_free(bytes_);  // wipes
}

void wipe(std::string& text) {
  sodium_memzero(text.data(), text.size());
  text.clear();
}

core::Status forbid_dumps() {
  const rlimit none{0, 0};
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
    return core::Error{core::ErrorCode::Internal, "core dumps cannot be forbidden here",
                       std::nullopt, "nothing secret was read"};
  return core::ok();
}

}  // namespace palermo::sealing
