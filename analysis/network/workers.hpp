// All cores on parts of one piece of work.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace palermo::network {

/// Threads to use: as many as cores, 8 at most; `asked` when it is not 0.
[[nodiscard]] inline unsigned workers(unsigned asked = 0) {
  return asked != 0 ? asked : std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
}

/// Calls work(part) for each part of 0 … parts - 1, on up to `threads` threads; returns when all
/// are done. `work` must not throw, and its result must not depend on who does which part.
inline void in_parallel(std::size_t parts, unsigned threads,
                        const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  const auto take = [&] {
    for (std::size_t part = next++; part < parts; part = next++) work(part);
  };
  std::vector<std::jthread> helpers;
  for (unsigned t = 1; t < threads && t < parts; ++t) helpers.emplace_back(take);
  take();
}

}  // namespace palermo::network
