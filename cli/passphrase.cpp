#include "cli/passphrase.hpp"

#include <bsd/readpassphrase.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using sealing::SecretBytes;

constexpr std::size_t kMostTyped = 1024;

Error io_error(const std::string& file) {
  return Error{ErrorCode::BadInput, std::strerror(errno), core::SourcePosition{file, 0},
               "check the name and its permissions"};
}

class File {
 public:
  explicit File(int handle) : handle_{handle} {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (handle_ > STDERR_FILENO) close(handle_);
  }
  [[nodiscard]] int get() const { return handle_; }

 private:
  int handle_;
};

/// Reads to the end into locked memory.
Result<SecretBytes> read_all(int handle, const std::string& name, std::size_t limit) {
  PALERMO_TRY(SecretBytes buffer, SecretBytes::make(limit + 1));
  std::size_t length = 0;
  while (length <= limit) {
    const ssize_t got = read(handle, buffer.data() + length, limit + 1 - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error(name);
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  if (length > limit)
    return Error{ErrorCode::BadInput, fmt::format("more than {} bytes", limit),
                 core::SourcePosition{name, 0}};
  return SecretBytes::copy(buffer.view().substr(0, length));
}

/// One line from the terminal, unseen. libbsd silences the terminal before it asks, so that nothing
/// typed at once is lost or shown, and restores it when a signal ends the wait.
Result<SecretBytes> typed(const std::string& prompt) {
  PALERMO_TRY(SecretBytes buffer, SecretBytes::make(kMostTyped + 2));
  const std::string shown = prompt + ": ";
  char* const line = reinterpret_cast<char*>(buffer.data());
  if (readpassphrase(shown.c_str(), line, kMostTyped + 2, RPP_REQUIRE_TTY) == nullptr) {
    if (errno == EINTR) return Error{ErrorCode::Usage, "interrupted", std::nullopt, "start again"};
    return Error{ErrorCode::Usage, "no terminal to type a passphrase at", std::nullopt,
                 "give --passphrase-file FILE"};
  }
  const std::size_t length = std::strlen(line);
  if (length > kMostTyped)
    return Error{ErrorCode::Usage, fmt::format("a passphrase of more than {} bytes", kMostTyped),
                 std::nullopt, "choose a shorter one"};
  return SecretBytes::copy(buffer.view().substr(0, length));
}

}  // namespace

Result<SecretBytes> read_passphrase(const std::string& file, const std::string& prompt,
                                    bool is_new) {
  if (!file.empty()) {
    PALERMO_TRY(const SecretBytes whole, read_secret_file(file, kMostTyped));
    std::string_view text = whole.view();
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return SecretBytes::copy(text);
  }
  PALERMO_TRY(SecretBytes first, typed(prompt));
  if (!is_new) return first;
  PALERMO_TRY(const SecretBytes second, typed("The same once more"));
  if (first.view() != second.view())
    return Error{ErrorCode::Usage, "the two are not the same", std::nullopt, "type it again"};
  return first;
}

Result<SecretBytes> read_secret_file(const std::string& file, std::size_t limit) {
  if (file == "-") return read_all(STDIN_FILENO, "standard input", limit);
  const File handle{open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (handle.get() < 0) return io_error(file);
  return read_all(handle.get(), file, limit);
}

core::Status write_secret_file(const std::string& file, std::string_view bytes) {
  const File handle{open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (handle.get() < 0) {
    if (errno == EEXIST)
      return Error{ErrorCode::BadInput, "exists already", core::SourcePosition{file, 0},
                   "name a new file; nothing was overwritten"};
    return io_error(file);
  }
  while (!bytes.empty()) {
    const ssize_t put = write(handle.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return io_error(file);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return fsync(handle.get()) == 0 ? core::ok() : core::Status{io_error(file)};
}

}  // namespace palermo::cli
