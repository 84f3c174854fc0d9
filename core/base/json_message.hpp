// Protobuf messages from and to JSON with the proto's field names.
#pragma once

#include <google/protobuf/message.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace palermo::core {

using Json = nlohmann::ordered_json;

/// Parses strict RFC 8259 JSON: valid UTF-8, no duplicate member, depth at most 200, nothing after
/// the value. A byte order mark is skipped.
/// @error BadInput  with line and column, or the path of the duplicate member
[[nodiscard]] Result<Json> parse_json(std::string_view text);

/// Fills `message` from a JSON object. Enumerators are matched exactly, then without regard to case.
/// Numbers are taken for string fields as written, because people write both; null is "absent".
/// @param path  where the value stands, for errors: "statements[3].act"
/// @error BadInput  names the first unknown member (with the nearest known one), a wrong type, an
///                  unknown word of a closed list, a number out of range, or two members of a oneof
[[nodiscard]] Status fill_message(const Json& value, google::protobuf::Message& message,
                                  const std::string& path = "");

/// Protobuf JSON with snake_case names and every field printed, enumerators by name, in field order.
/// 64-bit integers become strings (as the protobuf JSON mapping says), doubles stay numbers; an
/// optional field that is absent becomes null.
[[nodiscard]] Json to_json(const google::protobuf::Message& message);
/// The same with fields at their default left out.
[[nodiscard]] Json to_json_sparse(const google::protobuf::Message& message);

}  // namespace palermo::core
