// How a file is to be read: which format, how sure that is, and what came next.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "ingest/batch.hpp"
#include "ingest/calls/call_adapter.hpp"
#include "ingest/pipeline.hpp"
#include "ingest/profile/profile.hpp"
#include "ingest/source_file.hpp"

namespace palermo::ingest {

/// Before the id of a mapping profile, in the names of formats.
inline constexpr std::string_view kCallPrefix = "call_csv:";

/// One of the three readers, and why.
struct Choice {
  std::string format;
  const Profile* profile = nullptr;
  const Adapter* adapter = nullptr;
  const CallAdapter* call_adapter = nullptr;
  std::string because;
  std::string confidence;  // certain, probable, possible; empty: the user named the format
  std::string runner_up;   // empty: nothing else came close
  std::string runner_up_because;
  std::string runner_up_confidence;
};

/// "certain" from 0.9, "probable" from 0.7, else "possible".
[[nodiscard]] std::string confidence_word(double confidence);

/// Whether --format takes the word.
[[nodiscard]] bool is_known_format(std::string_view format);
/// "'x' is no format; did you mean …?"
[[nodiscard]] core::Error unknown_format(const std::string& format);

/// The profile of --map, where one was given and a call format reads it; other adapters have a
/// --map of their own.
/// @error BadInput  it cannot be read, and no other adapter was named
[[nodiscard]] core::Result<std::optional<Profile>> own_profile(const IngestOptions& options);

/// The reader for a text. Nothing of it is read but its head.
/// @param text  in UTF-8 as far as anybody knows
/// @param path  for errors, and for detection by name
/// @error BadInput  no format fits, or two fit equally
/// @error Usage     an unknown format
[[nodiscard]] core::Result<Choice> choose_for_text(std::string_view text, const std::string& path,
                                                   const IngestOptions& options,
                                                   const std::optional<Profile>& own);

/// The reader for a file. Makes its text ready (ingest/input_text.hpp) unless it is binary.
/// @error BadInput  as above, or the text cannot be decoded
[[nodiscard]] core::Result<Choice> choose(SourceFile& file, const IngestOptions& options,
                                          const std::optional<Profile>& own);

}  // namespace palermo::ingest
