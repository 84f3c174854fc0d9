#include "core/sealing/keyed_hash.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/base/encoding.hpp"

namespace palermo::sealing {
namespace {

static_assert(kHashKeyBytes == crypto_auth_hmacsha256_KEYBYTES);

core::Error no_key(const std::string& path, std::string why) {
  return core::Error{core::ErrorCode::BadInput, std::move(why), core::SourcePosition{path, 0},
                     "`palermo cooperation deconflict-key` makes one; both offices need the same"};
}

}  // namespace

core::Status make_hash_key(const std::string& path) {
  PALERMO_TRY(const SecretBytes key, SecretBytes::random(kHashKeyBytes));
  std::string text = core::to_hex(key.view()) + "\n";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    const bool there = errno == EEXIST;
    const core::Error error{there ? core::ErrorCode::BadInput : core::ErrorCode::Io,
                            there ? std::string{"exists already"}
                                  : fmt::format("cannot be written: {}", std::strerror(errno)),
                            core::SourcePosition{path, 0},
                            there ? "name another file; nothing was overwritten"
                                  : "check the folder and the permissions"};
    wipe(text);
    return error;
  }
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  ::close(file);
  wipe(text);
  if (written) return core::ok();
  ::unlink(path.c_str());
  return core::Error{core::ErrorCode::Io, "could not be written completely",
                     core::SourcePosition{path, 0}, "check the free space"};
}

core::Result<SecretBytes> read_hash_key(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return no_key(path, "there is no such key, or it cannot be read");
  std::string text(2 * kHashKeyBytes + 2, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (!text.empty() && text.back() == '\n') text.pop_back();
  const bool fine =
      text.size() == 2 * kHashKeyBytes && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      });
  if (!fine) {
    wipe(text);
    return no_key(path, "a key is 64 lower-case hex digits");
  }
  PALERMO_TRY(SecretBytes key, SecretBytes::make(kHashKeyBytes));
  std::size_t size = 0;
  sodium_hex2bin(key.data(), key.size(), text.data(), text.size(), nullptr, &size, nullptr);
  wipe(text);
  return key;
}

std::string keyed_hash(const SecretBytes& key, std::string_view kind, std::string_view value) {
  const std::string message = fmt::format("palermo/deconflict/v1\n{}\n{}\n", kind, value);
  std::string out(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256(reinterpret_cast<unsigned char*>(out.data()),
                         reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                         key.data());
  return core::to_hex(out);
}

}  // namespace palermo::sealing
