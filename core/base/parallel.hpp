// Work shared among the cores of the machine. Every result must be the same however many there are.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace palermo::core {

/// Cores that work is shared among: 1 to 8.
[[nodiscard]] inline unsigned cores() {
  return std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
}

/// Runs work(0) … work(parts - 1) at the same time and returns when all are done.
/// @param work  must not throw
template <typename Work>
void run_parts(unsigned parts, const Work& work) {
  std::vector<std::jthread> others;
  for (unsigned part = 1; part < parts; ++part) others.emplace_back(work, part);
  if (parts > 0) work(0U);
}

/// Runs work(0) … work(count - 1) on all cores, each taking the next one that nobody has taken.
/// @param work  must not throw; none may depend on another
template <typename Work>
void run_all(std::size_t count, const Work& work) {
  std::atomic<std::size_t> next{0};
  run_parts(static_cast<unsigned>(std::min<std::size_t>(cores(), count)), [&](unsigned /*part*/) {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  });
}

}  // namespace palermo::core
