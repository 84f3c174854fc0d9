#include "core/base/parallel.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace palermo::core {

unsigned cores() {
  // Not hardware_concurrency(), which counts processors that the process was not given.
  cpu_set_t set;
  CPU_ZERO(&set);
  const unsigned count = sched_getaffinity(0, sizeof set, &set) == 0
                             ? static_cast<unsigned>(CPU_COUNT(&set))
                             : std::thread::hardware_concurrency();
  return std::clamp(count, 1U, 16U);
}

void share_pieces(std::size_t pieces, std::size_t threads,
                  const std::function<void(std::size_t worker, std::size_t piece)>& work) {
  threads = std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(pieces, 1));
  if (threads == 1) {
    for (std::size_t piece = 0; piece < pieces; ++piece) work(0, piece);
    return;
  }
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex guard;
  const auto run = [&](std::size_t worker) {
    try {
      for (std::size_t piece = next++; piece < pieces; piece = next++) work(worker, piece);
    } catch (...) {
      const std::scoped_lock lock{guard};
      if (!failure) failure = std::current_exception();
      next = pieces;
    }
  };
  std::vector<std::thread> others;
  others.reserve(threads - 1);
  try {
    for (std::size_t worker = 1; worker < threads; ++worker) others.emplace_back(run, worker);
  } catch (const std::system_error&) {
    // Fewer threads than asked for are enough.
  }
  run(0);
  for (std::thread& thread : others) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace palermo::core
