#include "cli/files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "core/base/text.hpp"

namespace palermo::cli {

using core::Error;
using core::ErrorCode;

core::Result<std::string> read_text_file(const std::string& path, std::size_t limit) {
  const auto bad = [&path](std::string why, std::string next) {
    return Error{ErrorCode::BadInput, std::move(why), core::SourcePosition{path, 0},
                 std::move(next)};
  };
  std::error_code ec;
  const auto status = std::filesystem::status(path, ec);
  if (!std::filesystem::exists(status)) return bad("there is no such file", "check the path");
  if (std::filesystem::is_directory(status)) return bad("is a folder, not a file", "name a file");
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return bad(fmt::format("cannot be read: {}", std::strerror(errno)), "check the permissions");
  std::string text;
  char buffer[65536];
  while (file.read(buffer, sizeof buffer) || file.gcount() > 0) {
    text.append(buffer, static_cast<std::size_t>(file.gcount()));
    if (text.size() > limit)
      return bad(fmt::format("is larger than the {} MiB this command reads", limit >> 20),
                 "split the file");
  }
  if (file.bad())
    return bad("reading stopped with an error", "copy the file to a sound disk and try again");
  return text;
}

core::Status write_file(const std::string& path, std::string_view bytes) {
  const auto failed = [&path](std::string_view doing) {
    return Error{ErrorCode::Io, fmt::format("{}: {}", doing, std::strerror(errno)),
                 core::SourcePosition{path, 0},
                 "check the folder, the permissions and the free space"};
  };
  const std::string draft = fmt::format("{}.new-{}", path, getpid());
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(draft.c_str(), "wbx"),
                                                       &std::fclose};
  if (!file) return failed("cannot be written");
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size() &&
                       std::fflush(file.get()) == 0 && fsync(fileno(file.get())) == 0;
  if (!written || std::rename(draft.c_str(), path.c_str()) != 0) {
    const Error error = failed("could not be written completely");
    std::remove(draft.c_str());
    return error;
  }
  return core::ok();
}

}  // namespace palermo::cli
