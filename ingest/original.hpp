// From a record back to the line it came from.
#pragma once

#include <string>

#include "core/base/result.hpp"
#include "palermo/v1/source.pb.h"

namespace palermo::ingest {

/// Text of one line of an evidence file, without its line end.
/// @param path  where the file, or the archive it came in, stands today; the case keeps only its
///              digest
/// @param line  1-based, as counted when it was read
/// @error BadInput  absent, unreadable, or no longer the bytes that were ingested (SHA-256); no
/// such
///                  line
/// @cost reads the whole file once for its digest
[[nodiscard]] core::Result<std::string> original_line(const std::string& path,
                                                      const v1::Source& source, std::uint32_t line);

}  // namespace palermo::ingest
