// RFC 8785 canonical JSON (JCS): the one byte form that is hashed, signed, stored and exported.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "core/base/json_message.hpp"
#include "core/base/result.hpp"

namespace palermo::ledger {

/// Canonical form of any JSON value: members ordered by UTF-16 code units, numbers as ECMAScript
/// prints them, no blanks. Numbers are IEEE 754 doubles, as RFC 8785 section 3.2.2.3 says.
/// @error InvalidArgument  a number that is not finite, or text that is not valid UTF-8
[[nodiscard]] core::Result<std::string> canonical_json(const core::Json& value);

/// Canonical form of the protobuf JSON of `message`: proto field names, fields at their default
/// left out, 64-bit integers as strings, enumerators by name, bytes as base64.
/// @error InvalidArgument  text that is not valid UTF-8, a float, map or unknown field
[[nodiscard]] core::Result<std::string> canonical_json(const google::protobuf::Message& message);

/// Whether every message reachable from `type` can enter the ledger: no float, map or Any.
/// Returns the full name of the first field that cannot, or empty.
[[nodiscard]] std::string first_field_unfit_for_ledger(const google::protobuf::Descriptor& type);

}  // namespace palermo::ledger
