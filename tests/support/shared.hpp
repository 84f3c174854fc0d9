// Public data and legal cases that stand beside a checkout; absent elsewhere.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace palermo::test {

/// Folder with data/ and cases/: PALERMO_SHARED, else ../shared beside the source. Empty when
/// absent.
inline std::optional<std::filesystem::path> shared_folder() {
  std::filesystem::path path;
  if (const char* given = std::getenv("PALERMO_SHARED")) {
    path = given;
  } else {
    path = std::filesystem::path{PALERMO_SOURCE_DIR} / ".." / "shared";
  }
  std::error_code ec;
  if (!std::filesystem::is_directory(path / "data", ec)) return std::nullopt;
  return std::filesystem::canonical(path);
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace palermo::test

/// Skips the rest of a test case, saying so, where the public data is absent.
#define PALERMO_NEED_SHARED(name)                                                     \
  const auto name##_found = palermo::test::shared_folder();                           \
  if (!name##_found) {                                                                \
    WARN("skipped: the public data folder ../shared is absent (set PALERMO_SHARED)"); \
    return;                                                                           \
  }                                                                                   \
  const std::filesystem::path name = *name##_found
