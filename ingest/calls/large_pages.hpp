// Memory for tables that are read at random: on large pages an access needs one walk less.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>
#include <vector>

namespace palermo::ingest {

/// Room for `count` values, on large pages where that is worth it. Only what is used takes memory.
template <typename T>
void reserve_large(std::vector<T>& values, std::size_t count) {
  constexpr std::uintptr_t kPage = std::uintptr_t{2} << 20;
  values.reserve(count);
  const auto begin = (reinterpret_cast<std::uintptr_t>(values.data()) + kPage - 1) / kPage * kPage;
  const auto end =
      reinterpret_cast<std::uintptr_t>(values.data() + values.capacity()) / kPage * kPage;
  // A wish; nothing depends on it.
  if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

/// Allocator that asks the kernel for large pages where a table is worth one; else as
/// std::allocator.
template <typename T>
struct LargePages {
  using value_type = T;
  LargePages() = default;
  template <typename U>
  explicit LargePages(const LargePages<U>& /*other*/) {}

  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_alloc{};
    const std::size_t bytes = count * sizeof(T);
    if (bytes < kPage) return static_cast<T*>(::operator new(bytes));
    void* memory = std::aligned_alloc(kPage, (bytes + kPage - 1) / kPage * kPage);
    if (memory == nullptr) throw std::bad_alloc{};
    ::madvise(memory, bytes, MADV_HUGEPAGE);  // a wish; nothing depends on it
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) {
    if (count * sizeof(T) < kPage) {
      ::operator delete(memory);
    } else {
      std::free(memory);
    }
  }
  friend bool operator==(const LargePages&, const LargePages&) { return true; }

 private:
  static constexpr std::size_t kPage = std::size_t{2} << 20;
};

}  // namespace palermo::ingest
