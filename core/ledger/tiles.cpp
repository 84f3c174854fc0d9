#include "core/ledger/tiles.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace palermo::ledger {
namespace {

constexpr std::uint64_t kTileWidth = 256;

core::Error missing(std::string what) {
  core::Error error{core::ErrorCode::Integrity, std::move(what)};
  error.reason = "ALTERED";
  error.next = "run `palermo audit verify`";
  return error;
}

/// Appends column 0 of rows [begin, begin + count) through `put`.
template <typename Put>
core::Status read_rows(store::Statement& query, std::uint64_t begin, std::uint64_t count,
                       Put&& put) {
  query.reset();
  PALERMO_CHECK_OK(query.bind(1, static_cast<std::int64_t>(begin)));
  PALERMO_CHECK_OK(query.bind(2, static_cast<std::int64_t>(begin + count)));
  std::uint64_t seen = 0;
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    put(query.blob(0));
    ++seen;
  }
  if (seen != count)
    return missing(fmt::format("{} of {} stored hashes or entries are there", seen, count));
  return core::ok();
}

std::string tile_name(std::string_view prefix, std::uint64_t index, std::uint64_t width) {
  std::string name = fmt::format("tile/{}/{}", prefix, tile_path_number(index));
  if (width < kTileWidth) name += fmt::format(".p/{}", width);
  return name;
}

}  // namespace

std::string tile_path_number(std::uint64_t index) {
  std::string path = fmt::format("{:03}", index % 1000);
  while (index >= 1000) {
    index /= 1000;
    path = fmt::format("x{:03}/{}", index % 1000, path);
  }
  return path;
}

core::Status write_tiles(store::Database& db, std::uint64_t size, const FileSink& sink) {
  for (unsigned level = 0; size >> (8 * level) > 0 && level < 8; ++level) {
    const std::uint64_t hashes = size >> (8 * level);
    PALERMO_TRY(
        store::Statement query,
        db.prepare(
            level == 0
                ? std::string{"SELECT hash FROM leaf WHERE idx >= ?1 AND idx < ?2 ORDER BY idx"}
                : fmt::format("SELECT hash FROM node WHERE level = {} AND idx >= ?1 AND "
                              "idx < ?2 ORDER BY idx",
                              8 * level)));
    for (std::uint64_t begin = 0; begin < hashes; begin += kTileWidth) {
      const std::uint64_t width = std::min(kTileWidth, hashes - begin);
      std::string tile;
      PALERMO_CHECK_OK(
          read_rows(query, begin, width, [&tile](std::string_view hash) { tile += hash; }));
      PALERMO_CHECK_OK(sink(tile_name(std::to_string(level), begin / kTileWidth, width), tile));
    }
  }
  PALERMO_TRY(store::Statement entries,
              db.prepare("SELECT bytes FROM leaf WHERE idx >= ?1 AND idx < ?2 ORDER BY idx"));
  for (std::uint64_t begin = 0; begin < size; begin += kTileWidth) {
    const std::uint64_t width = std::min(kTileWidth, size - begin);
    std::string bundle;
    PALERMO_CHECK_OK(read_rows(entries, begin, width, [&bundle](std::string_view leaf) {
      bundle += static_cast<char>(leaf.size() >> 8);
      bundle += static_cast<char>(leaf.size());
      bundle += leaf;
    }));
    PALERMO_CHECK_OK(sink(tile_name("entries", begin / kTileWidth, width), bundle));
  }
  return core::ok();
}

}  // namespace palermo::ledger
