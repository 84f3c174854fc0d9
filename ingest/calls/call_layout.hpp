// Where the columns of a layout stand in one file, and how their cells are read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "ingest/calls/call_reader.hpp"
#include "ingest/calls/row_scanner.hpp"
#include "ingest/calls/time_pattern.hpp"
#include "ingest/profile/profile.hpp"

namespace palermo::ingest {

inline constexpr std::size_t kRoles = 32;
inline constexpr int kNoColumn = -1;
inline constexpr int kConstant = -2;  // in place of a column's index

/// Read-only once made, so that the parts of a file may share it.
struct CallLayout {
  const v1::MappingProfile& layout;
  const std::string& file;  // for errors
  const CallReadOptions& options;
  char quote;
  std::string country;  // for numbers without international prefix
  LayoutMatch match;
  std::size_t columns_expected = 0;
  std::optional<std::uint64_t> declared;  // records that a title line claims
  std::vector<std::string> notices;
  std::optional<core::TimeZone> zone;
  std::vector<std::string_view> empty_words;
  std::vector<std::string> withheld;  // folded
  int index[kRoles];
  const v1::MappedColumn* by_role[kRoles] = {};
  std::vector<std::size_t> joined[kRoles];
  bool mapped_values[kRoles] = {};
  bool plain[kRoles] = {};  // the cell alone is the value: nothing joined, mapped or taken off
  std::vector<TimePattern> patterns[kRoles];

  /// Finds the layout at the head of the text.
  /// @param profile, file, options  outlive the result
  /// @error BadInput  no header of the layout; a pattern or a time zone that nobody knows
  [[nodiscard]] static core::Result<CallLayout> find(std::string_view bytes,
                                                     const v1::MappingProfile& profile,
                                                     const std::string& file,
                                                     const CallReadOptions& options);

  /// Whether the role has a column in this file, or a constant.
  [[nodiscard]] bool has(v1::MappedColumn::Role role) const {
    return index[static_cast<std::size_t>(role)] != kNoColumn;
  }
  [[nodiscard]] bool joins() const;
  /// "column 'Start time'", for messages.
  [[nodiscard]] std::string column_name(v1::MappedColumn::Role role) const;
  /// The number of records that a title or footer line claims.
  [[nodiscard]] std::optional<std::uint64_t> declared_in(std::string_view text) const;
  /// Outer blanks off, and the apostrophes that the layout puts around every cell.
  [[nodiscard]] std::string_view bare(std::string_view text) const;
  [[nodiscard]] core::Error bad(std::string message, std::string next = {}) const;

 private:
  CallLayout(const v1::MappingProfile& profile, const std::string& file_name,
             const CallReadOptions& read);
  core::Status find_header(std::string_view bytes);
  core::Status place();
  core::Status read_patterns(const v1::MappedColumn& column);
  core::Status find_zone();
};

}  // namespace palermo::ingest
