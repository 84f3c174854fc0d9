// Mapping profiles: how a table of calls is laid out. Shipped ones are compiled in from
// data/profiles.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "ingest/batch.hpp"
#include "palermo/v1/profile.pb.h"

namespace palermo::ingest {

/// A profile with the digest of its text, which goes into Source.mapping_sha256.
struct Profile {
  v1::MappingProfile layout;
  std::string sha256;  // lower-case hex
  std::string text;    // as parsed
};

/// Reads a profile, text format or JSON (when it begins with a brace), and checks that it makes
/// sense: an A-number, a time, names or positions, words only where they are read, known letters in
/// patterns.
/// @param name  for errors
/// @error BadInput  with the line, or the field that is missing or contradicts another
[[nodiscard]] core::Result<Profile> parse_profile(std::string_view text, std::string_view name);

/// The shipped profiles, in order of id. They are checked by a test, so this cannot fail.
[[nodiscard]] const std::vector<Profile>& shipped_profiles();
/// nullptr when there is none of that id.
[[nodiscard]] const Profile* find_profile(std::string_view id);

/// Where a layout was found in a file.
struct LayoutMatch {
  char delimiter = ',';
  std::size_t begin = 0;  // offset of the header row, or of the first data row without header
  std::uint64_t header_line = 0;  // 0 without header
  std::size_t matched_columns = 0;
  bool recognised = false;          // one of `recognise` was found
  std::uint64_t title_lines = 0;    // before the header, not counting blank ones
  bool two_lines = false;           // the header needs the row above it as well
  std::vector<std::string> header;  // cells of the header row; of two lines, the names that matched
};

/// Looks for the layout at the head of the text: the header row among the first preamble_max + 1
/// rows, or rows of the right shape where there is no header.
/// @param separator  that the file itself names (sep=;): tried first where the layout names none
[[nodiscard]] std::optional<LayoutMatch> match_layout(const v1::MappingProfile& layout,
                                                      std::string_view text, char separator = 0);

/// Where a column of the layout stands in the file.
struct ColumnPlace {
  const v1::MappedColumn* column = nullptr;
  int index = -1;                   // -1: nowhere, or a constant
  std::vector<std::size_t> joined;  // of its `join`
};

/// One for each column of the layout, in its order.
/// @param match  of the same layout
[[nodiscard]] std::vector<ColumnPlace> place_columns(const v1::MappingProfile& layout,
                                                     const LayoutMatch& match);

struct CallDetection {
  std::string profile;  // id; empty when none matches
  double confidence = 0;
  std::string reason;
};

/// Which shipped profile a file is laid out by.
[[nodiscard]] CallDetection detect_calls(std::string_view bytes);

/// Trimmed, inner blanks collapsed, lower case: how header names and words are compared.
[[nodiscard]] std::string folded(std::string_view text);

namespace detail {
struct EmbeddedProfile {
  std::string_view name;
  std::string_view text;
};
/// Generated from data/profiles by the build.
[[nodiscard]] std::vector<EmbeddedProfile> embedded_profiles();
}  // namespace detail

}  // namespace palermo::ingest
