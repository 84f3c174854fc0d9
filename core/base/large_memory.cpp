#include "core/base/large_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>

#include "core/base/parallel.hpp"

namespace palermo::core {
namespace {

constexpr std::size_t kPage = 4'096;
constexpr std::size_t kAtOnce = std::size_t{16} << 20;
constexpr std::size_t kWorthIt = std::size_t{4} << 20;

}  // namespace

void provide_memory(void* begin, std::size_t bytes, std::size_t threads) {
  if (begin == nullptr || bytes < kWorthIt) return;
#ifdef MADV_POPULATE_WRITE
  const std::size_t before = (kPage - reinterpret_cast<std::uintptr_t>(begin) % kPage) % kPage;
  char* const first = static_cast<char*>(begin) + before;
  const std::size_t size = (bytes - before) / kPage * kPage;
  in_parallel((size + kAtOnce - 1) / kAtOnce, threads, [&](std::size_t part) {
    // A hint: a kernel that does not know it leaves the memory as it is.
    (void)madvise(first + part * kAtOnce, std::min(kAtOnce, size - part * kAtOnce),
                  MADV_POPULATE_WRITE);
  });
#else
  (void)threads;
#endif
}

}  // namespace palermo::core
