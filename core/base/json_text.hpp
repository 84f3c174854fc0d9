// Protobuf messages straight to JSON text.
#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace palermo::core {

/// The bytes of to_json(message).dump(2), without the tree between: a large answer is written in a
/// fraction of the time and memory. Text that is not UTF-8 is written with U+FFFD for what is not.
[[nodiscard]] std::string to_json_text(const google::protobuf::Message& message);
/// The bytes of to_json_sparse(message).dump(): one line, fields at their default left out.
[[nodiscard]] std::string to_json_text_sparse(const google::protobuf::Message& message);

}  // namespace palermo::core
