// The bytes of an evidence file, mapped into memory and digested while they are read.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/encoding.hpp"
#include "core/base/result.hpp"
#include "ingest/text/decode_text.hpp"
#include "palermo/v1/source.pb.h"

namespace palermo::ingest {

/// A regular, non-empty file. Its SHA-256 is computed on a thread of its own from the start.
class SourceFile {
 public:
  /// @error BadInput  absent, a folder, a device or pipe, unreadable, empty
  [[nodiscard]] static core::Result<std::unique_ptr<SourceFile>> open(const std::string& path);
  ~SourceFile();
  SourceFile(const SourceFile&) = delete;
  SourceFile& operator=(const SourceFile&) = delete;

  /// As received; the SHA-256 and the size are theirs.
  [[nodiscard]] std::string_view bytes() const { return {data_, size_}; }
  /// What text adapters read: the bytes as UTF-8, or the rows of a sheet. The bytes until
  /// prepare_text (ingest/input_text.hpp) has been here.
  [[nodiscard]] std::string_view text() const { return decoded_ ? decoded_->text : bytes(); }
  /// Encoding, notices and separator; null before prepare_text.
  [[nodiscard]] const DecodedText* decoded() const { return decoded_.get(); }
  /// Sheets of a workbook that stand in text(), in that order; empty: no workbook.
  [[nodiscard]] const std::vector<v1::SourceSheet>& sheets() const { return sheets_; }
  void set_text(std::unique_ptr<DecodedText> decoded, std::vector<v1::SourceSheet> sheets) {
    decoded_ = std::move(decoded);
    sheets_ = std::move(sheets);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// What the case calls it: the file name without its folder, "delivery.zip/calls/01.csv" in an
  /// archive.
  [[nodiscard]] std::string name() const { return path_.substr(name_at_); }
  /// Lets go of the memory behind a part of bytes() that was read. Whoever looks there again gets
  /// the same bytes, from the file.
  void let_go(std::string_view part) const;
  /// Waits for the digest, then checks that nobody wrote to the file since it was opened, so that
  /// the digest is that of the bytes that were read.
  /// @error BadInput  the file was changed meanwhile
  [[nodiscard]] core::Result<std::string> sha256();

 private:
  friend class MemoryFile;
  SourceFile() = default;
  /// Maps `descriptor_`, of which `size_` is known, and starts the digest.
  core::Status map();
  void end_hashing();
  std::string path_;
  std::size_t name_at_ = 0;  // where name() begins
  int descriptor_ = -1;
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::int64_t modified_ns_ = 0;
  std::atomic<bool> stop_{false};
  core::Digest digest_{};
  std::thread hashing_;
  std::unique_ptr<DecodedText> decoded_;
  std::vector<v1::SourceSheet> sheets_;
};

/// A file of this process's memory alone, written once and then read like any other: unpacked
/// evidence never stands on a disk outside the case.
class MemoryFile {
 public:
  /// @param path     what the file is called in errors
  /// @param name_at  where in it SourceFile::name begins
  [[nodiscard]] static core::Result<MemoryFile> make(std::string path, std::size_t name_at);
  MemoryFile(MemoryFile&& other) noexcept;
  MemoryFile& operator=(MemoryFile&&) = delete;
  ~MemoryFile();
  /// @error BadInput  the memory is exhausted
  [[nodiscard]] core::Status append(std::string_view bytes);
  /// The file, ready to be read. Not for one without bytes.
  [[nodiscard]] core::Result<std::unique_ptr<SourceFile>> finish() &&;

 private:
  MemoryFile(std::string path, std::size_t name_at, int descriptor)
      : path_{std::move(path)}, name_at_{name_at}, descriptor_{descriptor} {}
  std::string path_;
  std::size_t name_at_;
  int descriptor_;
  std::size_t size_ = 0;
};

}  // namespace palermo::ingest
