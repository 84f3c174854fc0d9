// Version of the analysis, recorded in every finding.
#pragma once

namespace palermo::analysis {
inline constexpr const char* kSoftwareVersion = "0.2.0";
}  // namespace palermo::analysis
