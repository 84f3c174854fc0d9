#include "core/store/case_archive.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"

namespace palermo::store {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

constexpr std::string_view kTitle = "palermo-case/2\n";
constexpr std::string_view kUnsealed = "palermo-case/1\n";  // as kTitle, without a seal at the end
/// Head of a frame that zstd skips, 32 bytes long (RFC 8878, 3.1.2); the SHA-256 follows.
constexpr std::string_view kSealHead{"\x50\x2a\x4d\x18\x20\0\0\0", 8};
constexpr std::size_t kSeal = kSealHead.size() + 32;
constexpr std::size_t kMaxCheckpoint = std::size_t{1} << 20;
constexpr std::size_t kMaxHeadLine = 200;
constexpr int kLevel = 6;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;
struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// Removes a file unless it was kept.
class Draft {
 public:
  explicit Draft(std::string path) : path_{std::move(path)} {}
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (path_.empty()) return;
    std::error_code ec;
    std::filesystem::remove(path_, ec);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

Error io_error(const std::string& path, std::string_view doing) {
  return Error{ErrorCode::Io, fmt::format("{}: {}", doing, std::strerror(errno)),
               core::SourcePosition{path, 0},
               "check the folder, the permissions and the free space"};
}

Error no_archive(const std::string& path, std::string_view why) {
  return Error{ErrorCode::BadInput, fmt::format("is no whole archive of a case: {}", why),
               core::SourcePosition{path, 0},
               "copy the file again and compare its SHA-256 with what `case export` printed"};
}

Result<File> create_file(const std::string& path) {
  File file{std::fopen(path.c_str(), "wbx")};
  if (!file) return io_error(path, "cannot be written");
  return file;
}

Result<File> open_file(const std::string& path) {
  File file{std::fopen(path.c_str(), "rb")};
  if (!file) return io_error(path, "cannot be read");
  return file;
}

Status snapshot(Database& db, const std::string& path) {
  PALERMO_TRY(Statement copy, db.prepare("VACUUM INTO ?1"));
  PALERMO_CHECK_OK(copy.bind(1, path));
  return copy.run();
}

struct Measured {
  std::uint64_t bytes = 0;
  std::string sha256;
};

Result<Measured> measured(const std::string& path) {
  PALERMO_TRY(const File file, open_file(path));
  core::Sha256 hash;
  Measured out;
  std::vector<char> buffer(std::size_t{1} << 18);
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
    hash.update({buffer.data(), n});
    out.bytes += n;
  }
  if (std::ferror(file.get()) != 0) return io_error(path, "cannot be read to its end");
  out.sha256 = core::to_hex(hash.finish());
  return out;
}

/// Writes and hashes on the way.
class Writer {
 public:
  Writer(std::FILE* file, const std::string& path, bool seals)
      : file_{file}, path_{path}, seals_{seals} {}
  Status put(std::string_view bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size())
      return io_error(path_, "could not be written completely");
    hash_.update(bytes);
    if (seals_) sealed_.update(bytes);
    written_.bytes += bytes.size();
    return core::ok();
  }
  /// SHA-256 of everything until now, as a frame that zstd skips. A bit turned in a frame of zstd
  /// need not change what comes out of it.
  Status seal() {
    seals_ = false;
    return put(std::string{kSealHead} + std::string{core::bytes_of(sealed_.finish())});
  }
  Result<ArchiveWritten> finish() {
    if (std::fflush(file_) != 0 || fsync(fileno(file_)) != 0)
      return io_error(path_, "could not be written completely");
    written_.sha256 = core::to_hex(hash_.finish());
    return written_;
  }

 private:
  std::FILE* file_;
  const std::string& path_;
  bool seals_;
  core::Sha256 hash_, sealed_;
  ArchiveWritten written_;
};

Status compress_into(const std::string& from, std::uint64_t bytes, Writer& writer) {
  PALERMO_TRY(const File file, open_file(from));
  const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context{ZSTD_createCCtx()};
  if (!context) throw std::bad_alloc{};
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setPledgedSrcSize(context.get(), bytes);
  std::vector<char> in(ZSTD_CStreamInSize()), out(ZSTD_CStreamOutSize());
  bool last = false;
  while (!last) {
    const std::size_t n = std::fread(in.data(), 1, in.size(), file.get());
    if (std::ferror(file.get()) != 0) return io_error(from, "cannot be read to its end");
    last = n < in.size();
    ZSTD_inBuffer input{in.data(), n, 0};
    bool done = false;
    while (!done) {
      ZSTD_outBuffer output{out.data(), out.size(), 0};
      const std::size_t left =
          ZSTD_compressStream2(context.get(), &output, &input, last ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left) != 0)
        return Error{ErrorCode::Internal,
                     fmt::format("compressing the case: {}", ZSTD_getErrorName(left))};
      PALERMO_CHECK_OK(writer.put({out.data(), output.pos}));
      done = last ? left == 0 : input.pos == input.size;
    }
  }
  return core::ok();
}

std::string head_of(const Measured& snapshot, const std::string& checkpoint) {
  return fmt::format("{}snapshot {} {}\ncheckpoint {}\n{}", kTitle, snapshot.bytes, snapshot.sha256,
                     checkpoint.size(), checkpoint);
}

/// A line of the head without its end; nullopt: none, or too long for one.
std::optional<std::string> read_line(std::FILE* file) {
  std::string line;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) {
    if (c == '\n') return line;
    if (line.size() >= kMaxHeadLine) return std::nullopt;
    line.push_back(static_cast<char>(c));
  }
  return std::nullopt;
}

/// The decimal number that the whole text is, written in one way only.
std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return std::to_string(value) == text ? std::optional{value} : std::nullopt;
}

Result<ArchiveHead> read_head(std::FILE* file, const std::string& path) {
  const auto title = read_line(file);
  const bool sealed = title && *title + "\n" == kTitle;
  if (!sealed && (!title || *title + "\n" != kUnsealed))
    return no_archive(path, "it does not begin with \"palermo-case/2\"");
  ArchiveHead head;
  head.sealed = sealed;
  const auto snapshot = read_line(file);
  constexpr std::string_view kSnapshot = "snapshot ", kCheckpoint = "checkpoint ";
  const auto blank = snapshot ? snapshot->rfind(' ') : std::string::npos;
  if (!snapshot || !snapshot->starts_with(kSnapshot) || blank < kSnapshot.size())
    return no_archive(path, "line 2 does not say which case it holds");
  const auto bytes =
      number(std::string_view{*snapshot}.substr(kSnapshot.size(), blank - kSnapshot.size()));
  head.snapshot_sha256 = snapshot->substr(blank + 1);
  if (!bytes || *bytes == 0 || head.snapshot_sha256.size() != 64)
    return no_archive(path, "line 2 does not say which case it holds");
  head.snapshot_bytes = *bytes;
  const auto checkpoint = read_line(file);
  const auto length = checkpoint && checkpoint->starts_with(kCheckpoint)
                          ? number(std::string_view{*checkpoint}.substr(kCheckpoint.size()))
                          : std::nullopt;
  if (!length || *length == 0 || *length > kMaxCheckpoint)
    return no_archive(path, "line 3 does not say how long its checkpoint is");
  head.checkpoint.resize(*length);
  if (std::fread(head.checkpoint.data(), 1, *length, file) != *length)
    return no_archive(path, "it ends within its checkpoint");
  return head;
}

Status room_for(std::uint64_t bytes, const std::string& archive, const std::string& target) {
  std::error_code ec;
  auto folder = std::filesystem::path{target}.parent_path();
  if (folder.empty()) folder = ".";
  const auto space = std::filesystem::space(folder, ec);
  if (ec || space.available >= bytes) return core::ok();
  return Error{ErrorCode::BadInput,
               fmt::format("states a case of {} bytes, and {} are free", bytes, space.available),
               core::SourcePosition{archive, 0}, "free space, or name a case on another disk"};
}

/// Holds the seal against the bytes before it.
/// @return how many these are
Result<std::uint64_t> check_seal(const std::string& path) {
  PALERMO_TRY(const File file, open_file(path));
  std::error_code ec;
  const std::uint64_t all = std::filesystem::file_size(path, ec);
  if (ec || all <= kSeal) return no_archive(path, "it is cut off");
  core::Sha256 hash;
  std::vector<char> buffer(std::size_t{1} << 18);
  std::uint64_t left = all - kSeal;
  while (left > 0) {
    const std::size_t n =
        std::fread(buffer.data(), 1, std::min<std::uint64_t>(buffer.size(), left), file.get());
    if (n == 0) return io_error(path, "cannot be read to its end");
    hash.update({buffer.data(), n});
    left -= n;
  }
  const std::string want = std::string{kSealHead} + std::string{core::bytes_of(hash.finish())};
  const std::size_t n = std::fread(buffer.data(), 1, kSeal, file.get());
  if (std::string_view{buffer.data(), n} != want)
    return no_archive(path, "its bytes are not those that were written");
  return all - kSeal;
}

/// Inflates what follows the head until `end`, never more than it states.
Status inflate(std::FILE* from, std::uint64_t end, const std::string& path, const ArchiveHead& head,
               Writer& writer) {
  const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context{ZSTD_createDCtx()};
  if (!context) throw std::bad_alloc{};
  std::vector<char> in(ZSTD_DStreamInSize()), out(ZSTD_DStreamOutSize());
  std::uint64_t total = 0;
  std::size_t left = 1;  // 0 at the end of the frame
  std::uint64_t unread = end - static_cast<std::uint64_t>(std::ftell(from));
  while (const std::size_t n =
             std::fread(in.data(), 1, std::min<std::uint64_t>(in.size(), unread), from)) {
    unread -= n;
    ZSTD_inBuffer input{in.data(), n, 0};
    while (input.pos < input.size) {
      if (left == 0) return no_archive(path, "something follows its end");
      ZSTD_outBuffer output{out.data(), out.size(), 0};
      left = ZSTD_decompressStream(context.get(), &output, &input);
      if (ZSTD_isError(left) != 0)
        return no_archive(path, fmt::format("it cannot be unpacked ({})", ZSTD_getErrorName(left)));
      total += output.pos;
      if (total > head.snapshot_bytes) return no_archive(path, "it holds more than it states");
      PALERMO_CHECK_OK(writer.put({out.data(), output.pos}));
    }
  }
  if (std::ferror(from) != 0) return io_error(path, "cannot be read to its end");
  if (left != 0) return no_archive(path, "it is cut off");
  if (total != head.snapshot_bytes) return no_archive(path, "it holds less than it states");
  return core::ok();
}

}  // namespace

Result<ArchiveWritten> write_archive(Database& db, const std::string& checkpoint,
                                     const std::string& path) {
  std::error_code ec;
  if (std::filesystem::exists(path, ec))
    return Error{ErrorCode::BadInput, "exists already", core::SourcePosition{path, 0},
                 "name another file; nothing was overwritten"};
  const Draft copy{fmt::format("{}.snapshot-{}", path, getpid())};
  PALERMO_CHECK_OK(snapshot(db, copy.path()));
  PALERMO_TRY(const Measured size, measured(copy.path()));
  Draft draft{fmt::format("{}.new-{}", path, getpid())};
  ArchiveWritten written;
  {
    PALERMO_TRY(const File file, create_file(draft.path()));
    Writer writer{file.get(), path, true};
    PALERMO_CHECK_OK(writer.put(head_of(size, checkpoint)));
    PALERMO_CHECK_OK(compress_into(copy.path(), size.bytes, writer));
    PALERMO_CHECK_OK(writer.seal());
    PALERMO_TRY(written, writer.finish());
  }
  std::filesystem::rename(draft.path(), path, ec);
  if (ec)
    return Error{ErrorCode::Io, fmt::format("cannot be written: {}", ec.message()),
                 core::SourcePosition{path, 0}, "check the folder and the permissions"};
  draft.keep();
  return written;
}

Result<ArchiveHead> unpack_archive(const std::string& path, const std::string& target) {
  std::error_code ec;
  if (!std::filesystem::is_regular_file(path, ec))
    return Error{ErrorCode::BadInput, "there is no such file", core::SourcePosition{path, 0},
                 "check the path"};
  PALERMO_TRY(const File from, open_file(path));
  PALERMO_TRY(ArchiveHead head, read_head(from.get(), path));
  std::uint64_t end = std::filesystem::file_size(path, ec);
  if (head.sealed) {
    PALERMO_TRY(end, check_seal(path));
  }
  if (ec || end < static_cast<std::uint64_t>(std::ftell(from.get())))
    return no_archive(path, "it is cut off");
  PALERMO_CHECK_OK(room_for(head.snapshot_bytes, path, target));
  PALERMO_TRY(const File into, create_file(target));
  Draft draft{target};
  Writer writer{into.get(), target, false};
  PALERMO_CHECK_OK(inflate(from.get(), end, path, head, writer));
  PALERMO_TRY(const ArchiveWritten unpacked, writer.finish());
  if (unpacked.sha256 != head.snapshot_sha256)
    return no_archive(path, "its case has another SHA-256 than it states");
  draft.keep();
  return head;
}

}  // namespace palermo::store
