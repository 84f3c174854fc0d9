// Work shared among the cores of the machine. Every result must be the same however many there are.
#pragma once

#include <cstddef>
#include <functional>
#include <type_traits>

namespace palermo::core {

/// Threads to share work among: the processors this process may run on, 1 to 16.
[[nodiscard]] unsigned cores();

/// Calls work(worker, piece) once for every piece 0 … pieces - 1, on up to `threads` threads (the
/// calling one included), in no fixed order. `worker` is below `threads` and never in two calls at
/// once. Whoever adds up doubles does so per piece, and sums the pieces in order afterwards.
/// The first exception is passed on after all threads ended.
void share_pieces(std::size_t pieces, std::size_t threads,
                  const std::function<void(std::size_t worker, std::size_t piece)>& work);

/// The same; work may take the piece alone.
template <typename Work>
void in_parallel(std::size_t pieces, std::size_t threads, const Work& work) {
  if constexpr (std::is_invocable_v<Work, std::size_t, std::size_t>) {
    share_pieces(pieces, threads, work);
  } else {
    share_pieces(pieces, threads,
                 [&work](std::size_t /*worker*/, std::size_t piece) { work(piece); });
  }
}

}  // namespace palermo::core
