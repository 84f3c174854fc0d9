#include "core/ledger/keys.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"

namespace palermo::ledger {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

bool sodium_ready() {
  static const bool ready = sodium_init() >= 0;
  return ready;
}

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Error bad_key(std::string_view why) {
  return Error{ErrorCode::BadInput, fmt::format("not a key in signed-note form: {}", why),
               std::nullopt, "a verifier key reads NAME+8 hex digits+base64, in one line"};
}

std::uint32_t key_id_of(std::string_view name, std::uint8_t type, std::string_view public_key) {
  std::string bytes{name};
  bytes += '\n';
  bytes += static_cast<char>(type);
  bytes += public_key;
  const core::Digest digest = core::sha256(bytes);
  return std::uint32_t{digest[0]} << 24 | std::uint32_t{digest[1]} << 16 |
         std::uint32_t{digest[2]} << 8 | std::uint32_t{digest[3]};
}

struct KeyText {
  std::string name;
  std::uint32_t key_id = 0;
  std::uint8_t type = 0;
  std::string key;  // 32 bytes
};

/// NAME+hash+base64(type ‖ 32 bytes); base64 may itself hold '+'.
Result<KeyText> parse_key_text(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  const std::size_t first = text.find('+');
  if (first == std::string_view::npos) return bad_key("there is no '+'");
  const std::size_t second = text.find('+', first + 1);
  if (second == std::string_view::npos) return bad_key("there is no second '+'");
  KeyText out;
  out.name = std::string{text.substr(0, first)};
  if (!valid_key_name(out.name))
    return bad_key("the name is empty, or holds a space, a control character or invalid UTF-8");
  const std::string_view hash = text.substr(first + 1, second - first - 1);
  const auto id = core::from_hex(hash);
  if (!id || id->size() != 4) return bad_key("the key id is not eight hexadecimal digits");
  for (const char c : *id) out.key_id = out.key_id << 8 | static_cast<unsigned char>(c);
  auto key = core::from_base64(text.substr(second + 1));
  if (!key || key->empty()) return bad_key("the key is not base64");
  out.type = static_cast<std::uint8_t>((*key)[0]);
  out.key = key->substr(1);
  sodium_memzero(key->data(), key->size());
  if (out.type != kEd25519 && out.type != kCosignature)
    return bad_key(
        fmt::format("signature type {:02x} is not known here (01 Ed25519 and 04 timestamped "
                    "cosignature are)",
                    out.type));
  if (out.key.size() != 32) return bad_key("the key is not 32 bytes long");
  return out;
}

Error os_error(std::string_view doing, const std::string& path, ErrorCode code = ErrorCode::Io) {
  return Error{code, fmt::format("{} {}: {}", doing, core::printable(path), std::strerror(errno))};
}

bool safe_file_name(std::string_view name) {
  if (name.empty() || name.size() > 200 || name.front() == '.') return false;
  for (const char c : name) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-' || c == '@';
    if (!good) return false;
  }
  return true;
}

std::string home_folder() {
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') return home;
  std::vector<char> buffer(16'384);
  struct passwd entry {};
  struct passwd* found = nullptr;
  if (getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr &&
      found->pw_dir != nullptr)
    return found->pw_dir;
  return {};
}

/// Makes each missing folder of the path with mode 0700.
Status make_folders(const std::string& path) {
  for (std::size_t at = path.find('/', 1);; at = path.find('/', at + 1)) {
    const std::string part = path.substr(0, at);
    struct stat info {};
    if (stat(part.c_str(), &info) != 0) {
      if (mkdir(part.c_str(), 0700) != 0 && errno != EEXIST)
        return os_error("making the folder", part);
    } else if (!S_ISDIR(info.st_mode)) {
      return Error{ErrorCode::Io, fmt::format("{} is not a folder", core::printable(part))};
    }
    if (at == std::string::npos) return core::ok();
  }
}

void sync_folder(const std::string& path) {
  const int folder = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  fsync(folder);
  close(folder);
}

Status write_all(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return os_error("writing", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (fsync(file) != 0) return os_error("writing", path);
  return core::ok();
}

}  // namespace

bool valid_key_name(std::string_view name) {
  if (name.empty() || !core::is_valid_utf8(name)) return false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7F || c == '+') return false;
  }
  // The rest of Unicode's White_Space, in UTF-8.
  static constexpr std::string_view kSpaces[] = {
      "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
      "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
      "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
      "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};
  for (const std::string_view space : kSpaces)
    if (name.find(space) != std::string_view::npos) return false;
  return true;
}

Result<VerifierKey> VerifierKey::parse(std::string_view vkey) {
  PALERMO_TRY(KeyText parts, parse_key_text(vkey));
  if (parts.key_id != key_id_of(parts.name, parts.type, parts.key))
    return bad_key("the key id does not belong to this name and key");
  return VerifierKey{std::move(parts.name), parts.key_id, parts.type, std::move(parts.key)};
}

std::string VerifierKey::text() const {
  return fmt::format("{}+{:08x}+{}", name, key_id,
                     core::to_base64(std::string(1, static_cast<char>(type)) + public_key));
}

Result<SigningKey> SigningKey::from_seed(std::string_view name, std::uint8_t type,
                                         std::string_view seed) {
  if (!sodium_ready()) return Error{ErrorCode::Internal, "libsodium cannot be initialized"};
  if (!valid_key_name(name))
    return Error{ErrorCode::InvalidArgument,
                 "a key name must not be empty nor hold a space, '+' or a control character"};
  if (type != kEd25519 && type != kCosignature)
    return Error{ErrorCode::InvalidArgument, fmt::format("no signature type {:02x}", type)};
  if (seed.size() != crypto_sign_SEEDBYTES)
    return Error{ErrorCode::InvalidArgument, "a key seed is 32 bytes long"};
  SigningKey key;
  unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
  crypto_sign_seed_keypair(public_key, key.secret_.data(), octets(seed));
  key.verifier_.name = std::string{name};
  key.verifier_.type = type;
  key.verifier_.public_key.assign(reinterpret_cast<const char*>(public_key), sizeof public_key);
  key.verifier_.key_id = key_id_of(name, type, key.verifier_.public_key);
  return key;
}

Result<SigningKey> SigningKey::generate(std::string_view name, std::uint8_t type) {
  if (!sodium_ready()) return Error{ErrorCode::Internal, "libsodium cannot be initialized"};
  std::string seed = core::random_bytes(crypto_sign_SEEDBYTES);
  Result<SigningKey> key = from_seed(name, type, seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

Result<SigningKey> SigningKey::parse(std::string_view skey) {
  static constexpr std::string_view kPrefix = "PRIVATE+KEY+";
  if (!skey.starts_with(kPrefix)) {
    Error error = bad_key("a secret key begins with PRIVATE+KEY+");
    error.next = "a secret key reads PRIVATE+KEY+NAME+8 hex digits+base64, in one line";
    return error;
  }
  PALERMO_TRY(KeyText parts, parse_key_text(skey.substr(kPrefix.size())));
  Result<SigningKey> key = from_seed(parts.name, parts.type, parts.key);
  sodium_memzero(parts.key.data(), parts.key.size());
  if (key && key->verifier_.key_id != parts.key_id)
    return bad_key("the key id does not belong to this name and key");
  return key;
}

SigningKey::SigningKey(SigningKey&& other) noexcept
    : verifier_{std::move(other.verifier_)}, secret_{other.secret_} {
  sodium_memzero(other.secret_.data(), other.secret_.size());
}

SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
  if (this == &other) return *this;
  verifier_ = std::move(other.verifier_);
  secret_ = other.secret_;
  sodium_memzero(other.secret_.data(), other.secret_.size());
  return *this;
}

SigningKey::~SigningKey() { sodium_memzero(secret_.data(), secret_.size()); }

std::string SigningKey::sign(std::string_view message) const {
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, octets(message),
                       message.size(), secret_.data());
  return signature;
}

std::string SigningKey::secret_text() const {
  std::string bytes(1, static_cast<char>(verifier_.type));
  bytes.append(reinterpret_cast<const char*>(secret_.data()), crypto_sign_SEEDBYTES);
  std::string text = fmt::format("PRIVATE+KEY+{}+{:08x}+{}", verifier_.name, verifier_.key_id,
                                 core::to_base64(bytes));
  sodium_memzero(bytes.data(), bytes.size());
  return text;
}

bool verify_signature(const VerifierKey& key, std::string_view message,
                      std::string_view signature) {
  if (!sodium_ready() || key.public_key.size() != crypto_sign_PUBLICKEYBYTES ||
      signature.size() != crypto_sign_BYTES)
    return false;
  return crypto_sign_verify_detached(octets(signature), octets(message), message.size(),
                                     octets(key.public_key)) == 0;
}

Result<KeyFolder> KeyFolder::of_case(std::string_view case_id) {
  if (!safe_file_name(case_id))
    return Error{ErrorCode::BadInput,
                 fmt::format("'{}' cannot be a case id", core::printable(case_id, 60))};
  const auto from_environment = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
  };
  std::string base = from_environment("PALERMO_KEYS");
  if (base.empty()) {
    if (const std::string data = from_environment("XDG_DATA_HOME"); !data.empty()) {
      base = data + "/palermo/keys";
    } else if (const std::string home = home_folder(); !home.empty()) {
      base = home + "/.local/share/palermo/keys";
    } else {
      return Error{ErrorCode::Io, "there is no home folder to keep signing keys in", std::nullopt,
                   "set PALERMO_KEYS to a folder that only you can read"};
    }
  }
  KeyFolder folder;
  folder.path_ = fmt::format("{}/{}", base, case_id);
  return folder;
}

Status KeyFolder::save(std::string_view file_name, std::string_view secret_text) const {
  if (!safe_file_name(file_name))
    return Error{ErrorCode::BadInput,
                 fmt::format("'{}' cannot name a key", core::printable(file_name, 60)),
                 std::nullopt, "use letters, digits, '.', '_', '-' and '@'"};
  PALERMO_CHECK_OK(make_folders(path_));
  const std::string path = fmt::format("{}/{}", path_, file_name);
  const auto exists = [&path] {
    return Error{ErrorCode::BadInput,
                 fmt::format("the key {} exists already", core::printable(path)), std::nullopt,
                 "nothing was overwritten"};
  };
  struct stat info {};
  if (lstat(path.c_str(), &info) == 0) return exists();
  std::string draft = path + ".XXXXXX";
  const int file = mkostemp(draft.data(), O_CLOEXEC);  // mode 0600
  if (file < 0) return os_error("writing", path);
  std::string text{secret_text};
  text += '\n';
  Status status = write_all(file, text, path);
  sodium_memzero(text.data(), text.size());
  close(file);
  // The new name must appear whole or not at all, and never replace a key.
  if (status && renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) {
      status = exists();
    } else if ((errno == EINVAL || errno == ENOSYS) && link(draft.c_str(), path.c_str()) == 0) {
      unlink(draft.c_str());
    } else {
      status = os_error("writing", path);
    }
  }
  if (!status) unlink(draft.c_str());
  sync_folder(path_);
  return status;
}

Result<std::string> KeyFolder::load(std::string_view file_name) const {
  const std::string path = fmt::format("{}/{}", path_, file_name);
  const auto refused = [&](std::string_view why) {
    return Error{
        ErrorCode::Refused,
        fmt::format("the key {} cannot be used: {}", core::printable(path), why), std::nullopt,
        "sign in as an operator whose key this user holds (--as), or point PALERMO_KEYS to the "
        "folder with the case's keys"};
  };
  if (!safe_file_name(file_name)) return refused("that is no key name");
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return refused(std::strerror(errno));
  std::string text(4096, '\0');
  ssize_t length = 0;
  do {
    length = read(file, text.data(), text.size());
  } while (length < 0 && errno == EINTR);
  const int problem = errno;
  close(file);
  if (length < 0) return refused(std::strerror(problem));
  text.resize(static_cast<std::size_t>(length));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

Result<SigningKey> KeyFolder::load_signer(std::string_view file_name) const {
  PALERMO_TRY(std::string text, load(file_name));
  Result<SigningKey> key = SigningKey::parse(text);
  sodium_memzero(text.data(), text.size());
  if (!key) {
    Error error = std::move(key).error();
    error.message =
        fmt::format("{}/{}: {}", core::printable(path_), core::printable(file_name), error.message);
    return error;
  }
  return key;
}

}  // namespace palermo::ledger
