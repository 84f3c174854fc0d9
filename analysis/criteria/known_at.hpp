// A facts file as it could have been written at an earlier moment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "palermo/v1/statement.pb.h"

namespace palermo::criteria {

/// The end of a day, or an instant, in UTC microseconds.
/// @error InvalidArgument  neither a date nor an instant
[[nodiscard]] core::Result<std::int64_t> moment_of(const std::string& text);

/// The statements that were observed by then. A facts file does not say when a statement came in;
/// what was observed later cannot have been known, and only where every statement says when it was
/// observed can a file be taken back. Decisions count by their own date.
/// @error InvalidArgument  `text` is no moment
/// @error BadInput  a statement does not say when it was observed; names the first of them
[[nodiscard]] core::Result<v1::FactsFile> known_at(const v1::FactsFile& file,
                                                   const std::string& text);

}  // namespace palermo::criteria
