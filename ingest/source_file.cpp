#include "ingest/source_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>

namespace palermo::ingest {
namespace {

core::Error refused(const std::string& path, std::string why, std::string next = {}) {
  return core::Error{core::ErrorCode::BadInput, std::move(why), core::SourcePosition{path, 0},
                     std::move(next)};
}

std::int64_t modified_ns(const struct stat& status) {
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

/// A wish: nothing but time depends on it.
void schedule(pthread_t thread, int policy) {
  const sched_param lowest{};
  pthread_setschedparam(thread, policy, &lowest);
}

constexpr std::size_t kPiece = 4U << 20;
/// From here on the memory of what was read is given back while the file is read.
constexpr std::size_t kLarge = 64U << 20;

}  // namespace

core::Result<std::unique_ptr<SourceFile>> SourceFile::open(const std::string& path) {
  std::unique_ptr<SourceFile> file{new SourceFile};
  file->path_ = path;
  file->name_at_ = path.rfind('/') + 1;
  // A pipe without writer would block an ordinary open for ever.
  file->descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file->descriptor_ < 0)
    return refused(path, fmt::format("cannot be read: {}", std::strerror(errno)),
                   "check the name and the permissions");
  struct stat status {};
  if (fstat(file->descriptor_, &status) != 0)
    return refused(path, fmt::format("cannot be read: {}", std::strerror(errno)));
  if (S_ISDIR(status.st_mode))
    return refused(path, "is a folder", "name it to `palermo ingest`, which takes the files in it");
  if (!S_ISREG(status.st_mode))
    return refused(path, "is no regular file", "save the evidence as a file first");
  if (status.st_size == 0) return refused(path, "is empty", "ask for the file again");
  file->size_ = static_cast<std::size_t>(status.st_size);
  file->modified_ns_ = modified_ns(status);
  PALERMO_CHECK_OK(file->map());
  return file;
}

core::Status SourceFile::map() {
  void* mapped = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor_, 0);
  if (mapped == MAP_FAILED)
    return refused(path_, fmt::format("cannot be read: {}", std::strerror(errno)));
  data_ = static_cast<char*>(mapped);
  madvise(mapped, size_, MADV_SEQUENTIAL | MADV_WILLNEED);
  hashing_ = std::thread{[this] {
    // Whoever reads the rows has all cores to himself; the digest is needed once they are merged,
    // which leaves some idle.
    schedule(pthread_self(), SCHED_IDLE);
    core::Sha256 hash;
    for (std::size_t at = 0; at < size_ && !stop_.load(std::memory_order_relaxed); at += kPiece) {
      const std::string_view piece{data_ + at, std::min(kPiece, size_ - at)};
      hash.update(piece);
      if (size_ > kLarge) let_go(piece);
    }
    digest_ = hash.finish();
  }};
  return core::ok();
}

SourceFile::~SourceFile() {
  stop_ = true;
  end_hashing();
  if (data_ != nullptr) munmap(data_, size_);
  if (descriptor_ >= 0) close(descriptor_);
}

void SourceFile::end_hashing() {
  if (!hashing_.joinable()) return;
  // Somebody waits for it now, and on a busy machine an idle thread may never run.
  schedule(hashing_.native_handle(), SCHED_OTHER);
  hashing_.join();
}

void SourceFile::let_go(std::string_view part) const {
  static const std::size_t kPage = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  // Decoded text is no part of the file.
  const std::less<const char*> before;
  if (before(part.data(), data_) || before(data_ + size_, part.data() + part.size())) return;
  const auto begin = static_cast<std::size_t>(part.data() - data_);
  const std::size_t from = (begin + kPage - 1) / kPage * kPage;
  const std::size_t to = (begin + part.size()) / kPage * kPage;
  // Nothing was written to these pages, so they can be read again.
  if (to > from) madvise(data_ + from, to - from, MADV_DONTNEED);
}

core::Result<std::string> SourceFile::sha256() {
  end_hashing();
  struct stat status {};
  if (fstat(descriptor_, &status) != 0 || static_cast<std::size_t>(status.st_size) != size_ ||
      modified_ns(status) != modified_ns_)
    return refused(path_, "was changed while it was read",
                   "run the command again on a copy at rest");
  return core::to_hex(digest_);
}

core::Result<MemoryFile> MemoryFile::make(std::string path, std::size_t name_at) {
  const int descriptor = memfd_create("palermo", MFD_CLOEXEC);
  if (descriptor < 0)
    return refused(path, fmt::format("cannot be unpacked: {}", std::strerror(errno)));
  return MemoryFile{std::move(path), name_at, descriptor};
}

MemoryFile::MemoryFile(MemoryFile&& other) noexcept
    : path_{std::move(other.path_)},
      name_at_{other.name_at_},
      descriptor_{other.descriptor_},
      size_{other.size_} {
  other.descriptor_ = -1;
}

MemoryFile::~MemoryFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

core::Status MemoryFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0)
      return refused(path_, fmt::format("cannot be unpacked: {}", std::strerror(errno)),
                     "unpack it elsewhere and name the folder");
    size_ += static_cast<std::size_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return core::ok();
}

core::Result<std::unique_ptr<SourceFile>> MemoryFile::finish() && {
  std::unique_ptr<SourceFile> file{new SourceFile};
  struct stat status {};
  if (fstat(descriptor_, &status) != 0)
    return refused(path_, fmt::format("cannot be read: {}", std::strerror(errno)));
  file->path_ = std::move(path_);
  file->name_at_ = name_at_;
  file->descriptor_ = descriptor_;
  descriptor_ = -1;
  file->size_ = size_;
  file->modified_ns_ = modified_ns(status);
  PALERMO_CHECK_OK(file->map());
  return file;
}

}  // namespace palermo::ingest
