// Which format a file has, by its content, with the reason and the second guess.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ingest/batch.hpp"

namespace palermo::ingest {

/// One format's opinion of a file.
struct FormatGuess {
  std::string format;
  Detection detection;
};

struct DetectedFormat {
  FormatGuess best;
  FormatGuess runner_up;  // format empty when nothing else came close

  /// "edge_list, because …; next: matrix, because …" for people.
  [[nodiscard]] std::string text() const;
};

/// Guesses below this are not offered.
inline constexpr double kOfferedConfidence = 0.5;

/// Asks every record adapter.
/// @param others  guesses of the call formats, made by whoever knows them
/// @error BadInput  no format fits: says what the file looks like and what to do; or two fit
/// equally
[[nodiscard]] core::Result<DetectedFormat> detect_format(
    std::string_view bytes, std::string_view file_name,
    const std::vector<FormatGuess>& others = {});

/// What a file looks like, in words: "a table of 12 comma separated columns; the first are …".
[[nodiscard]] std::string describe_content(std::string_view bytes);

/// The adapter of --format; `-` and `_` are one. Null when there is none of that name.
[[nodiscard]] const Adapter* find_record_adapter(std::string_view format);

}  // namespace palermo::ingest
