// What a ZIP archive's own table of contents says: the reader of members goes by the headers in
// front of them, and a hostile archive says different things in the two places.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace palermo::ingest {

struct ZipDirectory {
  std::uint64_t entries = 0;
  std::uint64_t unpacked_bytes = 0;  // as stated, all entries together
};

/// Reads the central directory (APPNOTE.TXT 6.3.10, 4.3.12, 4.3.14-16, with ZIP64).
/// @return nullopt  there is none, or it does not lie inside the bytes
[[nodiscard]] std::optional<ZipDirectory> read_zip_directory(std::string_view bytes);

}  // namespace palermo::ingest
