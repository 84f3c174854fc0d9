#include "ingest/xlsx/zip_members.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/base/text.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

constexpr std::size_t kMaxMembers = 10'000;
constexpr std::size_t kMaxRatio = 200;
constexpr std::size_t kRatioFrom = std::size_t{8} << 20;  // small members may pack better

struct Close {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, Close>;

core::Error damaged(const std::string& what) {
  return bad_input(0, "the ZIP archive cannot be read: " + core::printable(what, 120),
                   "it is damaged or cut off; ask for the file again");
}

core::Result<Reader> start(std::string_view bytes) {
  Reader reader{archive_read_new()};
  if (!reader) return damaged("no memory");
  // The central directory alone: a stream reader would believe what stands before each member.
  archive_read_support_format_zip_seekable(reader.get());
  if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) {
    const char* why = archive_error_string(reader.get());
    return damaged(why == nullptr ? "not a ZIP" : why);
  }
  return reader;
}

/// False at the end.
core::Result<bool> next(archive* reader, archive_entry*& entry) {
  const int got = archive_read_next_header(reader, &entry);
  if (got == ARCHIVE_EOF) return false;
  if (got == ARCHIVE_OK || got == ARCHIVE_WARN) return true;
  const char* why = archive_error_string(reader);
  return damaged(why == nullptr ? "no directory" : why);
}

std::string name_of(archive_entry* entry) {
  const char* name = archive_entry_pathname(entry);
  return name == nullptr ? std::string{} : std::string{name};
}

}  // namespace

core::Result<ZipMembers> ZipMembers::open(std::string_view bytes) {
  ZipMembers members;
  members.bytes_ = bytes;
  PALERMO_TRY(const Reader reader, start(bytes));
  while (true) {
    archive_entry* entry = nullptr;
    PALERMO_TRY(const bool more, next(reader.get(), entry));
    if (!more) break;
    if (members.names_.size() == kMaxMembers)
      return damaged(fmt::format("more than {} members", kMaxMembers));
    members.names_.push_back(name_of(entry));
  }
  return members;
}

bool ZipMembers::has(std::string_view name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

core::Result<std::string> ZipMembers::read(std::string_view name, std::size_t limit) const {
  PALERMO_TRY(const Reader reader, start(bytes_));
  const std::string shown = core::printable(name, 80);
  while (true) {
    archive_entry* entry = nullptr;
    PALERMO_TRY(const bool more, next(reader.get(), entry));
    if (!more) return damaged(fmt::format("{} is not in it", shown));
    if (name_of(entry) != name) continue;
    if (archive_entry_is_encrypted(entry) != 0)
      return bad_input(0, fmt::format("{} is protected by a password", shown),
                       "open it in its program and save it without a password");
    std::string text;
    char piece[1 << 16];
    while (true) {
      const la_ssize_t got = archive_read_data(reader.get(), piece, sizeof piece);
      if (got < 0) {
        const char* why = archive_error_string(reader.get());
        return damaged(fmt::format("{}: {}", shown, why == nullptr ? "damaged" : why));
      }
      if (got == 0) break;
      if (text.size() + static_cast<std::size_t>(got) > limit)
        return bad_input(0, fmt::format("{} is larger than {} MiB unpacked", shown, limit >> 20),
                         "split the workbook, or save the sheet as CSV in UTF-8");
      text.append(piece, static_cast<std::size_t>(got));
      if (text.size() > kRatioFrom && text.size() / kMaxRatio > bytes_.size())
        return bad_input(0,
                         fmt::format("{} unpacks to more than {} times the size of the whole file",
                                     shown, kMaxRatio),
                         "no spreadsheet packs so well; the file is made to exhaust the reader");
    }
    if (archive_entry_size_is_set(entry) != 0 &&
        static_cast<std::uint64_t>(archive_entry_size(entry)) != text.size())
      return damaged(fmt::format("{} is not as long as it says", shown));
    return text;
  }
}

}  // namespace palermo::ingest
