// Text that a reader cannot tell from nothing.
#pragma once

#include <string_view>

namespace palermo::ingest {

/// Nothing, or nothing but white space of Unicode (property White_Space: blanks of every width,
/// no-break blanks, line and paragraph separators). Bytes that are no UTF-8 are not blank.
[[nodiscard]] bool is_blank(std::string_view utf8);

}  // namespace palermo::ingest
