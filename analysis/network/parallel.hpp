// Work cut into pieces that do not depend on the number of threads, so that results do not either.
#pragma once

#include <cstddef>
#include <functional>

namespace palermo::network {

/// Threads that analyses use: the processors that this process may run on, at least 1.
[[nodiscard]] std::size_t threads_of_machine();

/// Calls work(worker, piece) once for every piece 0 .. pieces - 1, on up to `threads` threads (the
/// calling one included), in no fixed order. `worker` is below `threads` and never in two calls at
/// once. Whoever adds up doubles does so per piece, and sums the pieces in order afterwards.
/// The first exception is passed on after all threads ended.
void in_parallel(std::size_t pieces, std::size_t threads,
                 const std::function<void(std::size_t worker, std::size_t piece)>& work);

}  // namespace palermo::network
