// The answers of `palermo network` as tables and prose.
#pragma once

#include <string>

#include "palermo/v1/network.pb.h"

namespace palermo::cli {

/// What an answer was computed on, its notices and its convention, and that it proves nothing.
[[nodiscard]] std::string basis_text(const v1::Basis& basis);

/// A paragraph of at most 98 columns with its line end, later lines indented.
[[nodiscard]] std::string wrapped(const std::string& text, std::size_t indent);
/// Which nodes a method looked at, where it cannot take all.
[[nodiscard]] std::string examined_text(std::uint32_t examined, std::uint32_t nodes,
                                        const std::string& restricted);
/// Up to `most` ids with commas between, and how many more there are.
[[nodiscard]] std::string joined(const google::protobuf::RepeatedPtrField<std::string>& words,
                                 int most);

/// @param persons  nodes are persons (--over persons)
[[nodiscard]] std::string summary_text(const v1::NetworkSummary& answer, bool persons = false);
[[nodiscard]] std::string metrics_text(const v1::NetworkMetrics& answer);
[[nodiscard]] std::string groups_text(const v1::NetworkGroups& answer);
[[nodiscard]] std::string path_text(const v1::NetworkPath& answer, const std::string& from,
                                    const std::string& to);
[[nodiscard]] std::string ego_text(const v1::NetworkEgo& answer);

}  // namespace palermo::cli
