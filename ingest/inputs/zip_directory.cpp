#include "ingest/inputs/zip_directory.hpp"

#include <algorithm>

namespace palermo::ingest {
namespace {

constexpr std::string_view kEnd = "PK\x05\x06";
constexpr std::string_view kEnd64 = "PK\x06\x06";
constexpr std::string_view kLocator64 = "PK\x06\x07";
constexpr std::string_view kEntry = "PK\x01\x02";
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kLocatorBytes = 20;
constexpr std::size_t kEntryBytes = 46;
constexpr std::size_t kMaxComment = 0xFFFF;
constexpr std::uint64_t kIn64 = 0xFFFFFFFF;  // the value stands in the ZIP64 extra field
constexpr std::uint64_t kExtra64 = 1;

/// Little-endian number; the caller has checked that it lies inside.
std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = width; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

std::uint64_t unpacked_size(std::string_view entry, std::string_view extra) {
  const std::uint64_t size = number(entry, 24, 4);
  if (size != kIn64) return size;
  while (extra.size() >= 4) {
    const std::size_t length = number(extra, 2, 2);
    if (length > extra.size() - 4) break;
    if (number(extra, 0, 2) == kExtra64 && length >= 8) return number(extra, 4, 8);
    extra.remove_prefix(4 + length);
  }
  return size;
}

}  // namespace

std::optional<ZipDirectory> read_zip_directory(std::string_view bytes) {
  const std::size_t from = bytes.size() - std::min(bytes.size(), kEndBytes + kMaxComment);
  const std::size_t found = bytes.substr(from).rfind(kEnd);
  if (found == std::string_view::npos) return std::nullopt;
  const std::size_t end = from + found;
  if (bytes.size() - end < kEndBytes) return std::nullopt;
  std::uint64_t entries = number(bytes, end + 10, 2);
  std::uint64_t size = number(bytes, end + 12, 4);
  std::uint64_t offset = number(bytes, end + 16, 4);
  if (end >= kLocatorBytes && bytes.substr(end - kLocatorBytes).starts_with(kLocator64)) {
    const std::uint64_t at = number(bytes, end - kLocatorBytes + 8, 8);
    if (at > bytes.size() || bytes.size() - at < kEnd64Bytes ||
        !bytes.substr(at).starts_with(kEnd64))
      return std::nullopt;
    entries = number(bytes, at + 32, 8);
    size = number(bytes, at + 40, 8);
    offset = number(bytes, at + 48, 8);
  }
  if (offset > bytes.size() || size > bytes.size() - offset) return std::nullopt;
  std::string_view rest = bytes.substr(offset, size);
  ZipDirectory directory;
  for (std::uint64_t i = 0; i < entries; ++i) {
    if (rest.size() < kEntryBytes || !rest.starts_with(kEntry)) return std::nullopt;
    const std::size_t name = number(rest, 28, 2);
    const std::size_t extra = number(rest, 30, 2);
    const std::size_t comment = number(rest, 32, 2);
    if (rest.size() - kEntryBytes < name + extra + comment) return std::nullopt;
    const std::uint64_t unpacked = unpacked_size(rest, rest.substr(kEntryBytes + name, extra));
    // A sum beyond what 64 bits hold is a lie that every limit refuses.
    if (unpacked > UINT64_MAX - directory.unpacked_bytes) return std::nullopt;
    directory.unpacked_bytes += unpacked;
    ++directory.entries;
    rest.remove_prefix(kEntryBytes + name + extra + comment);
  }
  return directory;
}

}  // namespace palermo::ingest
