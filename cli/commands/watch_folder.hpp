// `ingest --watch`: a drop folder.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "cli/command.hpp"

namespace palermo::cli {

/// Hands over each file of a folder once it is at rest: unchanged for `settle`, and not named like
/// a copy under way (.part, .partial, .tmp, .crdownload, .filepart, or hidden). A file that was
/// refused is told on stderr and tried again only when it has changed. Nothing is moved or deleted.
/// Returns when SIGINT or SIGTERM arrives, after the file that is being taken.
/// @error BadInput  the folder cannot be read (any more)
[[nodiscard]] core::Status watch_folder(
    const std::string& folder, std::chrono::seconds settle, const Context& context,
    const std::function<core::Status(const std::string& path)>& take);

}  // namespace palermo::cli
