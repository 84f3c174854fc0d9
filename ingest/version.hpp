// Version of the ingestion pipeline, kept with every source.
#pragma once

namespace palermo::ingest {
inline constexpr const char* kPipelineVersion = "1";
}  // namespace palermo::ingest
