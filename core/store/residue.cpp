#include "core/store/residue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unordered_set>
#include <vector>

#include "core/base/text.hpp"

namespace palermo::store {
namespace {

constexpr std::size_t kPiece = 32;
constexpr std::size_t kStep = 256;
constexpr std::size_t kBlock = std::size_t{4} << 20;

std::size_t head_of(const char* bytes) {
  return static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) << 8 |
         static_cast<unsigned char>(bytes[1]);
}

}  // namespace

Result<bool> truncate_log(Database& db) {
  PALERMO_TRY(Statement query, db.prepare("PRAGMA wal_checkpoint(TRUNCATE)"));
  PALERMO_TRY(const bool row, query.step());
  return row && query.integer(0) == 0;
}

Result<std::uint32_t> count_residue(Database& db, std::span<const std::string> deleted) {
  return count_residue(db.path(), deleted);
}

Result<std::uint32_t> count_residue(const std::string& file_path,
                                    std::span<const std::string> deleted) {
  std::unordered_set<std::string_view> pieces;
  std::vector<bool> heads(std::size_t{1} << 16, false);
  for (const std::string& text : deleted) {
    const std::string_view whole{text};
    for (std::size_t at = 0; at + kPiece <= whole.size(); at += kStep) {
      pieces.insert(whole.substr(at, kPiece));
      heads[head_of(whole.data() + at)] = true;
    }
  }
  std::uint32_t hits = 0;
  for (const char* suffix : {"", "-wal", "-journal"}) {
    const std::string path = file_path + suffix;
    std::error_code ec;
    if (pieces.empty() || !std::filesystem::is_regular_file(path, ec)) continue;
    std::ifstream file{path, std::ios::binary};
    std::string block;
    while (file) {
      // The end of the block before, so that no piece hides across the seam.
      const std::size_t kept = std::min(block.size(), kPiece - 1);
      block.erase(0, block.size() - kept);
      block.resize(kept + kBlock);
      file.read(block.data() + kept, static_cast<std::streamsize>(kBlock));
      block.resize(kept + static_cast<std::size_t>(file.gcount()));
      for (std::size_t at = 0; at + kPiece <= block.size(); ++at)
        if (heads[head_of(block.data() + at)] &&
            pieces.contains(std::string_view{block}.substr(at, kPiece)))
          ++hits;
    }
    if (file.bad() || !file.eof())
      return core::Error{core::ErrorCode::Io,
                         fmt::format("{} could not be searched", core::printable(path))};
  }
  return hits;
}

}  // namespace palermo::store
