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
  /// Waits for the digest, then checks that nobody wrote to the file since it was opened, so that
  /// the digest is that of the bytes that were read.
  /// @error BadInput  the file was changed meanwhile
  [[nodiscard]] core::Result<std::string> sha256();

 private:
  SourceFile() = default;
  std::string path_;
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

}  // namespace palermo::ingest
