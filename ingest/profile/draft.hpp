// A first draft of a mapping profile for a table that nobody described yet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "ingest/pipeline.hpp"

namespace palermo::ingest {

struct ProfileDraft {
  std::string id;
  std::string text;                 // protobuf text with a comment on every choice
  std::vector<std::string> unsure;  // what a person must settle, in words
};

/// Looks at the first rows of the file (a table, a sheet, JSON lines) and proposes what each column
/// is. What the values do not tell is a question in the text, never a guess: day and month that can
/// be exchanged leave the pattern out, so that the profile cannot be used before it is settled.
/// @param options  encoding and sheet count
/// @error BadInput  no table: fewer than two columns, no rows, or a file that cannot be decoded
[[nodiscard]] core::Result<ProfileDraft> draft_profile(const std::string& path,
                                                       const IngestOptions& options);

}  // namespace palermo::ingest
