// What the answers of `palermo calls` share as text.
#pragma once

#include <google/protobuf/repeated_field.h>

#include <string>
#include <vector>

#include "palermo/v1/calls_common.pb.h"
#include "palermo/v1/network.pb.h"

namespace palermo::cli {

using TextRows = std::vector<std::vector<std::string>>;

/// At most 98 columns; every line after the first is indented.
[[nodiscard]] std::string prose(const std::string& text, std::size_t indent = 2);
[[nodiscard]] std::string calls_basis_text(const v1::Basis& basis);
[[nodiscard]] std::string chance_text(const v1::CallChance& chance);
/// "2006-06-08T04:00Z": to the minute.
[[nodiscard]] std::string minute(const std::string& iso);
/// "1 h 20 min", "45 s", "3.2 d".
[[nodiscard]] std::string span_text(double seconds);
[[nodiscard]] std::string p_text(bool has, double p);
[[nodiscard]] std::string listed(const google::protobuf::RepeatedPtrField<std::string>& words,
                                 int most);

}  // namespace palermo::cli
