// Members of JSON objects that other programs wrote, whatever type they gave them.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "core/base/json_message.hpp"
#include "core/base/result.hpp"

namespace palermo::ingest::detail {

/// A string as it stands, a whole number as its digits; empty for everything else.
[[nodiscard]] std::string text_of(const core::Json& value);
/// The same of a member; empty where the object has none.
[[nodiscard]] std::string text_of(const core::Json& object, std::string_view name);
/// A member that is an object or an array of at least one element; else null.
[[nodiscard]] const core::Json* object_of(const core::Json& object, std::string_view name);
[[nodiscard]] const core::Json* array_of(const core::Json& object, std::string_view name);

/// Names of all members in the first 256 KiB, at any depth; for detection. Empty where the text
/// does not begin with an object. Never fails.
[[nodiscard]] std::set<std::string, std::less<>> member_names(std::string_view bytes);

/// The one JSON object a file holds.
/// @error BadInput  no JSON, another value, or more than 64 MiB
[[nodiscard]] core::Result<core::Json> read_json_object(std::string_view bytes);

}  // namespace palermo::ingest::detail
