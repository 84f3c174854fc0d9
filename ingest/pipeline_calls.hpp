// Call files through the pipeline.
#pragma once

#include "core/base/result.hpp"
#include "core/session/session.hpp"
#include "ingest/calls/call_adapter.hpp"
#include "ingest/pipeline.hpp"
#include "ingest/profile/profile.hpp"
#include "ingest/source_file.hpp"
#include "palermo/v1/ingest.pb.h"

namespace palermo::ingest {

/// Version of the call adapter; goes into Source.adapter_version.
inline constexpr const char* kCallAdapterVersion = "1";

/// Takes a table of calls into the case in one transaction.
[[nodiscard]] core::Result<v1::IngestResult> ingest_calls(session::Session& session,
                                                          SourceFile& file, const Profile& profile,
                                                          const IngestOptions& options);
/// The same for calls of a file that is no table.
[[nodiscard]] core::Result<v1::IngestResult> ingest_calls(session::Session& session,
                                                          SourceFile& file,
                                                          const CallAdapter& adapter,
                                                          const IngestOptions& options);

}  // namespace palermo::ingest
