#include "cli/passphrase.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <termios.h>
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

/// One line from the terminal, unseen.
Result<SecretBytes> typed(const std::string& prompt) {
  const File terminal{open("/dev/tty", O_RDWR | O_CLOEXEC)};
  termios before{};
  if (terminal.get() < 0 || tcgetattr(terminal.get(), &before) != 0)
    return Error{ErrorCode::Usage, "no terminal to type a passphrase at", std::nullopt,
                 "give --passphrase-file FILE"};
  const std::string shown = prompt + ": ";
  if (write(terminal.get(), shown.data(), shown.size()) < 0) return io_error("/dev/tty");
  termios quiet = before;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  quiet.c_lflag |= ECHONL;
  tcsetattr(terminal.get(), TCSAFLUSH, &quiet);
  auto buffer = SecretBytes::make(kMostTyped);
  const ssize_t got = buffer ? read(terminal.get(), buffer->data(), kMostTyped) : -1;
  tcsetattr(terminal.get(), TCSAFLUSH, &before);
  if (!buffer) return std::move(buffer).error();
  if (got < 0) return io_error("/dev/tty");
  std::string_view line = buffer->view().substr(0, static_cast<std::size_t>(got));
  if (line.ends_with('\n')) line.remove_suffix(1);
  return SecretBytes::copy(line);
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
