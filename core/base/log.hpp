// What the program did, for whoever runs it: counts, durations, ids of records and entries. Silent
// unless asked for (`--log info`), on stderr, and never a number, a name or a text from the
// evidence.
#pragma once

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace palermo::core {

/// One logger per room.
enum class Room { Core, Ingest, Analysis, Report, Cli };
[[nodiscard]] spdlog::logger& log(Room room);

/// @param level  debug, info, warn, error or off; warn before the first call
/// @error InvalidArgument  another word
[[nodiscard]] Status set_log_level(std::string_view level);

/// A value that concerns a person. Logging one does not compile; mask() it, at debug only.
template <typename T>
struct Personal {
  T value;
};

/// Pseudonym under a key of this process: the same value reads the same within one run, and nothing
/// can be joined with another run. 16 hex digits of BLAKE2b.
[[nodiscard]] std::string mask(std::string_view value);
template <typename T>
[[nodiscard]] std::string mask(const Personal<T>& personal) {
  return mask(std::string_view{personal.value});
}

}  // namespace palermo::core

template <typename T>
struct fmt::formatter<palermo::core::Personal<T>> {
  template <typename>
  static constexpr bool kNever = false;
  static_assert(kNever<T>, "personal data are not logged; use mask() at debug level");
  constexpr auto parse(format_parse_context& context) { return context.begin(); }
  template <typename Context>
  auto format(const palermo::core::Personal<T>&, Context& context) const {
    return context.out();
  }
};
