// The bytes of an evidence file, mapped into memory and digested while they are read.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "core/base/encoding.hpp"
#include "core/base/result.hpp"

namespace palermo::ingest {

/// A regular, non-empty file. Its SHA-256 is computed on a thread of its own from the start.
class SourceFile {
 public:
  /// @error BadInput  absent, a folder, a device or pipe, unreadable, empty
  [[nodiscard]] static core::Result<std::unique_ptr<SourceFile>> open(const std::string& path);
  ~SourceFile();
  SourceFile(const SourceFile&) = delete;
  SourceFile& operator=(const SourceFile&) = delete;

  [[nodiscard]] std::string_view bytes() const { return {data_, size_}; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Lets go of the memory behind a part of bytes() that was read. Whoever looks there again gets
  /// the same bytes, from the file.
  void let_go(std::string_view part) const;
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
};

}  // namespace palermo::ingest
