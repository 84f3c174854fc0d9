// Every format other than calls through the pipeline.
#pragma once

#include "core/base/result.hpp"
#include "core/session/session.hpp"
#include "ingest/batch.hpp"
#include "ingest/pipeline.hpp"
#include "ingest/source_file.hpp"
#include "palermo/v1/ingest.pb.h"

namespace palermo::ingest {

/// Reads the file with the adapter and takes its records into the case in one transaction.
/// @error Refused  it holds judgements and the operator's roles do not allow to decide; logged
[[nodiscard]] core::Result<v1::IngestResult> ingest_records(session::Session& session,
                                                            SourceFile& file,
                                                            const Adapter& adapter,
                                                            const IngestOptions& options);

}  // namespace palermo::ingest
