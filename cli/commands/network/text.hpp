// The answers of `palermo network` as tables and prose.
#pragma once

#include <string>

#include "palermo/v1/network.pb.h"

namespace palermo::cli {

/// What an answer was computed on, its notices and its convention, and that it proves nothing.
[[nodiscard]] std::string basis_text(const v1::Basis& basis);

/// @param persons  nodes are persons (--over persons)
[[nodiscard]] std::string summary_text(const v1::NetworkSummary& answer, bool persons = false);
[[nodiscard]] std::string metrics_text(const v1::NetworkMetrics& answer);
[[nodiscard]] std::string groups_text(const v1::NetworkGroups& answer);
[[nodiscard]] std::string path_text(const v1::NetworkPath& answer, const std::string& from,
                                    const std::string& to);
[[nodiscard]] std::string ego_text(const v1::NetworkEgo& answer);
/// What stands below every table: what was computed on, the convention, and what it is not.
[[nodiscard]] std::string basis_text(const v1::Basis& basis);

}  // namespace palermo::cli
