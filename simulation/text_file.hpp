// A file written once, in order, with its digest.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "core/base/encoding.hpp"
#include "core/base/result.hpp"

namespace palermo::simulation {

class TextFile {
 public:
  /// @error Io  cannot be created
  [[nodiscard]] static core::Result<TextFile> create(const std::filesystem::path& path);
  void write(std::string_view text);
  /// @error Io  something could not be written, for example on a full disk
  [[nodiscard]] core::Status close();
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Lower-case hex; after close().
  [[nodiscard]] const std::string& sha256() const { return sha256_; }

 private:
  TextFile() = default;
  std::string name_;
  std::ofstream file_;
  core::Sha256 digest_;
  std::uint64_t bytes_ = 0;
  std::string sha256_;
};

}  // namespace palermo::simulation
