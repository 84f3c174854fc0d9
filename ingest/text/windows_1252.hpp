// Windows-1252, which old operator systems write, into UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace palermo::ingest {

/// nullopt when one of the five bytes stands in it that Windows-1252 does not define.
[[nodiscard]] std::optional<std::string> from_windows_1252(std::string_view bytes);

}  // namespace palermo::ingest
