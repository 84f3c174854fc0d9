#include "core/ledger/key_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "core/base/text.hpp"

namespace palermo::ledger {
namespace {

std::string path_of(const KeyFolder& folder, std::string_view name) {
  return fmt::format("{}/{}", folder.path(), name);
}

core::Error failed(std::string_view doing, const std::string& path) {
  return core::Error{core::ErrorCode::Io,
                     fmt::format("{} {}: {}", doing, core::printable(path), std::strerror(errno))};
}

core::Status overwrite(const std::string& path) {
  const int file = open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return failed("erasing", path);
  struct stat info {};
  core::Status erased = core::ok();
  if (fstat(file, &info) != 0) erased = failed("erasing", path);
  for (off_t at = 0; erased && at < info.st_size;) {
    const char zeros[4096] = {};
    const auto rest = static_cast<std::size_t>(info.st_size - at);
    const ssize_t written = pwrite(file, zeros, std::min(rest, sizeof zeros), at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) erased = failed("erasing", path);
    at += std::max<ssize_t>(written, 0);
  }
  if (erased && fsync(file) != 0) erased = failed("erasing", path);
  close(file);
  return erased;
}

}  // namespace

bool holds_key(const KeyFolder& folder, std::string_view file_name) {
  struct stat info {};
  return lstat(path_of(folder, file_name).c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

core::Status replace_key(const KeyFolder& folder, std::string_view from, std::string_view to) {
  const std::string target = path_of(folder, to);
  PALERMO_CHECK_OK(overwrite(target));
  if (rename(path_of(folder, from).c_str(), target.c_str()) != 0) return failed("writing", target);
  if (const int made = open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); made >= 0) {
    fsync(made);
    close(made);
  }
  return core::ok();
}

}  // namespace palermo::ledger
