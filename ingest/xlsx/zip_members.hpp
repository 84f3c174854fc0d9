// Members of a ZIP archive in memory, one at a time and bounded. Nothing is ever written to disk.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace palermo::ingest {

/// The bytes must outlive it.
class ZipMembers {
 public:
  /// Reads the central directory.
  /// @error BadInput  no ZIP, cut off, more than 10,000 members
  [[nodiscard]] static core::Result<ZipMembers> open(std::string_view bytes);

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] bool has(std::string_view name) const;
  /// One member, unpacked.
  /// @error BadInput  absent, encrypted, damaged, not as long as it says, above `limit` bytes, or
  ///                  packed more than 200 to 1 (a bomb)
  [[nodiscard]] core::Result<std::string> read(std::string_view name, std::size_t limit) const;

 private:
  std::string_view bytes_;
  std::vector<std::string> names_;
};

}  // namespace palermo::ingest
