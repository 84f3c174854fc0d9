#include "ingest/inputs/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "core/base/text.hpp"
#include "ingest/inputs/zip_directory.hpp"

namespace palermo::ingest {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

constexpr std::size_t kMaxNameBytes = 4096;
constexpr std::size_t kPiece = 1U << 20;
constexpr std::string_view kZip = "PK\x03\x04";
constexpr std::string_view kEmptyZip = "PK\x05\x06";
constexpr std::string_view kGzip = "\x1F\x8B";
constexpr std::string_view kBzip2 = "BZh";
constexpr std::string_view kXz{
    "\xFD"
    "7zXZ\0",
    6};
constexpr std::string_view kZstd = "\x28\xB5\x2F\xFD";
constexpr std::string_view k7z = "7z\xBC\xAF\x27\x1C";
constexpr std::size_t kTarMagicAt = 257;

bool is_compressed(std::string_view bytes) {
  return bytes.starts_with(kGzip) || bytes.starts_with(kBzip2) || bytes.starts_with(kXz) ||
         bytes.starts_with(kZstd);
}

/// A document that happens to be kept as a ZIP: its parts are no evidence files of their own.
bool is_document(std::string_view bytes) {
  if (!bytes.starts_with(kZip)) return false;
  constexpr std::size_t kLook = 64U << 10;
  const std::string_view head = bytes.substr(0, kLook);
  const std::string_view tail = bytes.substr(bytes.size() - std::min(bytes.size(), kLook));
  for (const std::string_view part : {"[Content_Types].xml", "mimetypeapplication/"})
    if (head.find(part) != std::string_view::npos || tail.find(part) != std::string_view::npos)
      return true;
  return false;
}

struct CloseArchive {
  void operator()(struct archive* a) const { archive_read_free(a); }
};
using Reader = std::unique_ptr<struct archive, CloseArchive>;

/// What is left to spend, over all levels.
struct Budget {
  const ArchiveLimits* limits;
  std::uint64_t packed = 0;  // bytes of the outermost archive
  std::size_t name_at = 0;   // where its name begins behind its folders
  std::uint64_t members = 0;
  std::uint64_t unpacked = 0;
};

class Visit {
 public:
  Visit(std::string_view bytes, const std::string& name, Budget& budget, int depth,
        const std::function<Status(ArchiveMember&)>& take)
      : bytes_{bytes}, name_{name}, budget_{budget}, depth_{depth}, take_{take} {}

  Status run() {
    PALERMO_CHECK_OK(check_contents());
    std::optional<ZipDirectory> stated;
    if (bytes_.starts_with(kZip)) stated = read_zip_directory(bytes_);
    std::uint64_t entries = 0;
    PALERMO_TRY(const Reader reader, open());
    while (true) {
      PALERMO_TRY(struct archive_entry* const entry, next(reader.get()));
      if (entry == nullptr) break;
      ++entries;
      if (archive_entry_filetype(entry) == AE_IFDIR) continue;
      const std::string member = name_of(entry);
      if (++budget_.members > budget_.limits->members)
        return refuse(fmt::format("holds more than {} files", budget_.limits->members));
      PALERMO_CHECK_OK(hand_over(reader.get(), name_ + "/" + member));
    }
    if (stated && (stated->entries != entries || stated->unpacked_bytes != own_bytes_))
      return refuse("holds something else than its table of contents says");
    return core::ok();
  }

 private:
  [[nodiscard]] Error refuse(std::string why, std::string next = {}) const {
    if (next.empty())
      next =
          "nothing was stored; ask for the archive again, or unpack it elsewhere and name the "
          "folder";
    return Error{ErrorCode::BadInput, std::move(why), core::SourcePosition{name_, 0},
                 std::move(next)};
  }

  Result<Reader> open() const {
    Reader reader{archive_read_new()};
    struct archive* a = reader.get();
    // The streaming ZIP reader would take a cut-off archive for a whole one; the table of contents
    // at the end is required.
    archive_read_support_format_zip_seekable(a);
    archive_read_support_format_7zip(a);
    archive_read_support_format_tar(a);
    if (is_compressed(bytes_)) {
      archive_read_support_filter_gzip(a);
      archive_read_support_filter_bzip2(a);
      archive_read_support_filter_xz(a);
      archive_read_support_filter_zstd(a);
      archive_read_support_format_raw(a);
      archive_read_support_format_empty(a);
    }
    if (archive_read_open_memory(a, bytes_.data(), bytes_.size()) != ARCHIVE_OK)
      return refuse(fmt::format("is no archive that can be read: {}", reason(a)));
    return reader;
  }

  static std::string reason(struct archive* a) {
    const char* text = archive_error_string(a);
    return text == nullptr ? "unknown reason" : core::printable(text, 160);
  }

  /// The next header, checked; null at the end.
  Result<struct archive_entry*> next(struct archive* a) {
    struct archive_entry* entry = nullptr;
    const int code = archive_read_next_header(a, &entry);
    if (code == ARCHIVE_EOF) return static_cast<struct archive_entry*>(nullptr);
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
      return refuse(fmt::format("is broken or cut off: {}", reason(a)));
    const std::string member = name_of(entry);
    const std::string shown = "member '" + core::printable(member, 120) + "' ";
    if (archive_entry_is_encrypted(entry) != 0)
      return refuse(shown + "is protected by a password",
                    "nothing was stored; unpack it with its password and name the folder");
    if (archive_entry_hardlink(entry) != nullptr || archive_entry_symlink(entry) != nullptr ||
        archive_entry_filetype(entry) == AE_IFLNK)
      return refuse(shown + "is a link to another file; archives with links are refused");
    const auto type = archive_entry_filetype(entry);
    // A single compressed file has no type of its own.
    if (type != AE_IFREG && type != AE_IFDIR && type != 0)
      return refuse(shown + "is a device or a pipe");
    if (leads_out(member))
      return refuse(shown + "leads out of the archive's folder; such archives are refused");
    return entry;
  }

  std::string name_of(struct archive_entry* entry) const {
    const char* text = archive_entry_pathname_utf8(entry);
    if (text == nullptr) text = archive_entry_pathname(entry);
    std::string member = text == nullptr ? std::string{} : std::string{text};
    if (is_compressed(bytes_) && (member.empty() || member == "data")) return without_suffix();
    if (member.empty()) member = fmt::format("member {}", budget_.members + 1);
    return member;
  }

  /// "calls.csv" for the file calls.csv.gz.
  std::string without_suffix() const {
    std::string base = name_.substr(name_.rfind('/') + 1);
    for (const std::string_view suffix : {".gz", ".bz2", ".xz", ".zst"})
      if (base.size() > suffix.size() && base.ends_with(suffix))
        return base.substr(0, base.size() - suffix.size());
    return base;
  }

  static bool leads_out(std::string_view member) {
    if (member.size() > kMaxNameBytes || member.starts_with('/') || member.starts_with('\\'))
      return true;
    if (member.size() > 1 && member[1] == ':') return true;
    while (!member.empty()) {
      const std::size_t end = member.find_first_of("/\\");
      if (member.substr(0, end) == "..") return true;
      if (end == std::string_view::npos) break;
      member.remove_prefix(end + 1);
    }
    return false;
  }

  Status check_size(std::uint64_t unpacked, std::uint64_t member) const {
    const ArchiveLimits& limits = *budget_.limits;
    if (member > limits.member_bytes)
      return refuse(fmt::format("holds a file of more than {} MiB", limits.member_bytes >> 20),
                    "nothing was stored; unpack it elsewhere and name the folder");
    if (unpacked > limits.total_bytes ||
        (unpacked > limits.free_bytes && unpacked / limits.ratio > budget_.packed))
      return refuse(fmt::format("unpacks to more than {} times its size, or to more than {} GiB; "
                                "it may be made to exhaust the machine",
                                limits.ratio, limits.total_bytes >> 30),
                    "nothing was stored; if it is genuine, unpack it elsewhere and name the "
                    "folder");
    return core::ok();
  }

  /// Reads every header before anything is unpacked: what the archive says of itself is checked
  /// first.
  Status check_contents() {
    if (bytes_.starts_with(kZip) || bytes_.starts_with(kEmptyZip)) {
      const std::optional<ZipDirectory> stated = read_zip_directory(bytes_);
      if (!stated) return refuse("is broken or cut off: it has no table of contents");
      if (stated->entries == 0) return refuse("holds no file");
      PALERMO_CHECK_OK(check_size(stated->unpacked_bytes, 0));  // so that the sum cannot overflow
      PALERMO_CHECK_OK(check_size(budget_.unpacked + stated->unpacked_bytes, 0));
    }
    PALERMO_TRY(const Reader reader, open());
    std::uint64_t declared = budget_.unpacked;
    std::uint64_t count = budget_.members;
    while (true) {
      PALERMO_TRY(struct archive_entry* const entry, next(reader.get()));
      if (entry == nullptr) break;
      const std::int64_t size =
          archive_entry_size_is_set(entry) != 0 ? archive_entry_size(entry) : 0;
      if (size < 0) return refuse("states a negative size");
      declared += static_cast<std::uint64_t>(size);
      PALERMO_CHECK_OK(check_size(declared, static_cast<std::uint64_t>(size)));
      if (++count > budget_.limits->members)
        return refuse(fmt::format("holds more than {} files", budget_.limits->members));
      // A single compressed file would be unpacked whole to be skipped; hand_over counts it.
      if (is_compressed(bytes_) && archive_format(reader.get()) == ARCHIVE_FORMAT_RAW) break;
    }
    if (count == budget_.members) return refuse("holds no file");
    return core::ok();
  }

  Status hand_over(struct archive* a, std::string member_name) {
    PALERMO_TRY(MemoryFile memory, MemoryFile::make(member_name, budget_.name_at));
    std::vector<char> piece(kPiece);
    std::uint64_t size = 0;
    while (true) {
      const la_ssize_t got = archive_read_data(a, piece.data(), piece.size());
      if (got < 0)
        return refuse(fmt::format("member '{}' is broken or cut off: {}",
                                  core::printable(member_name.substr(name_.size() + 1), 120),
                                  reason(a)));
      if (got == 0) break;
      size += static_cast<std::uint64_t>(got);
      own_bytes_ += static_cast<std::uint64_t>(got);
      budget_.unpacked += static_cast<std::uint64_t>(got);
      PALERMO_CHECK_OK(check_size(budget_.unpacked, size));
      PALERMO_CHECK_OK(memory.append({piece.data(), static_cast<std::size_t>(got)}));
    }
    ArchiveMember member{std::move(member_name), nullptr};
    if (size > 0) {
      PALERMO_TRY(member.file, std::move(memory).finish());
      if (is_archive(member.file->bytes())) {
        if (depth_ >= budget_.limits->depth)
          return refuse(fmt::format("holds archives within archives, more than {} deep",
                                    budget_.limits->depth),
                        "nothing was stored; unpack it elsewhere and name the folder");
        return Visit{member.file->bytes(), member.name, budget_, depth_ + 1, take_}.run();
      }
    }
    return take_(member);
  }

  std::string_view bytes_;
  std::string name_;
  Budget& budget_;
  int depth_;
  const std::function<Status(ArchiveMember&)>& take_;
  std::uint64_t own_bytes_ = 0;  // of this level's members, unpacked
};

}  // namespace

bool is_archive(std::string_view bytes) {
  if (bytes.starts_with(kZip)) return !is_document(bytes);
  return bytes.starts_with(kEmptyZip) || bytes.starts_with(k7z) || is_compressed(bytes) ||
         (bytes.size() > kTarMagicAt + 5 && bytes.substr(kTarMagicAt, 5) == "ustar");
}

Status for_each_member(std::string_view bytes, const std::string& name, const ArchiveLimits& limits,
                       const std::function<Status(ArchiveMember&)>& take) {
  Budget budget{&limits, bytes.size(), name.rfind('/') + 1};
  return Visit{bytes, name, budget, 1, take}.run();
}

}  // namespace palermo::ingest
