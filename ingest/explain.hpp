// What an ingest would do with a file, before anything is stored.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/session/session.hpp"
#include "ingest/pipeline.hpp"
#include "palermo/v1/explain.pb.h"

namespace palermo::ingest {

/// Reads the whole file as an ingest would: which format and how sure, which column became what,
/// what the first rows become, which rows would be rejected. Touches no case.
///
/// Where nothing says which zone local times are of, or the file as a whole would be refused, the
/// answer says so in `problem` and holds what could be told.
/// @error BadInput  no file, no known format, an encoding or workbook that cannot be read
/// @error Usage     an unknown format
[[nodiscard]] core::Result<v1::Explanation> explain_file(const std::string& path,
                                                         const IngestOptions& options);

/// The same for several files, with the sources of the case that hold the same bytes.
[[nodiscard]] core::Result<v1::ExplainResult> explain_files(session::Session& session,
                                                            const std::vector<std::string>& paths,
                                                            const IngestOptions& options);

}  // namespace palermo::ingest
