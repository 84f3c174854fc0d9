// Memory for arrays of millions of items.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <vector>

namespace palermo::core {

/// Has the system provide memory that is allocated but not written yet, on up to `threads` threads:
/// to fill a fresh array is mostly to wait for its pages, which one thread after another would
/// meet. Nothing happens for less than 4 MB. Pages stay small: where a virtual machine hands free
/// memory back to its host, large ones cost up to six times as much (docs: tests/bench/README.md).
void provide_memory(void* begin, std::size_t bytes, std::size_t threads);

/// Room for n items behind those of a vector that is empty.
template <typename T>
void reserve_large(std::vector<T>& items, std::size_t n, std::size_t threads) {
  items.reserve(n);
  provide_memory(items.data(), n * sizeof(T), threads);
}

/// n items without a first value.
template <typename T>
class LargeBuffer {
  static_assert(std::is_trivially_default_constructible_v<T>);

 public:
  LargeBuffer() = default;
  explicit LargeBuffer(std::size_t n) : items_{std::make_unique_for_overwrite<T[]>(n)}, size_{n} {}
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] T* data() const { return items_.get(); }
  [[nodiscard]] T& operator[](std::size_t i) const { return items_[i]; }
  [[nodiscard]] T* begin() const { return items_.get(); }
  [[nodiscard]] T* end() const { return items_.get() + size_; }

 private:
  std::unique_ptr<T[]> items_;
  std::size_t size_ = 0;
};

}  // namespace palermo::core
