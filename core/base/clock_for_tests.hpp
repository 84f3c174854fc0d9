// The one way to fix the clock: from a test program. Nothing in the shipped program calls it.
#pragma once

#include <cstdint>
#include <optional>

namespace palermo::core::detail {

/// From now on now_us() gives this; absent = the system's clock again. Not for threads.
void fix_clock_for_tests(std::optional<std::int64_t> now_us);

}  // namespace palermo::core::detail
