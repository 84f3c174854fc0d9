// Calls as JSON lines, turned into the table that a mapping profile describes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "palermo/v1/profile.pb.h"
#include "palermo/v1/source.pb.h"

namespace palermo::ingest {

inline constexpr std::string_view kJsonPosition = "line of the file";

struct JsonTable {
  std::string text;  // comma separated; the column kJsonPosition holds the line of the input
  v1::MappingProfile layout;        // of that text
  std::vector<v1::Reject> rejects;  // BAD_DOCUMENT
  std::vector<std::string> notices;
};

/// The members that the layout names, by path: "call.start", "parties.0.number". Numbers are
/// written as they stand in the file, so that 9.19E+11 stays what it is; true, false as words; null
/// and objects are empty. A line break inside a value becomes a blank.
/// @error BadInput  with the line: no JSON object, a member twice (a reject with keep_going)
[[nodiscard]] core::Result<JsonTable> table_of_json_lines(std::string_view text,
                                                          const v1::MappingProfile& layout,
                                                          bool keep_going);

}  // namespace palermo::ingest
