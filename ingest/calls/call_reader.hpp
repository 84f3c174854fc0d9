// A table of calls and its mapping profile in, columns and rejects out.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/call_columns.hpp"
#include "core/store/record_row.hpp"
#include "ingest/calls/large_pages.hpp"
#include "ingest/calls/text_arena.hpp"
#include "ingest/profile/profile.hpp"
#include "palermo/v1/source.pb.h"

namespace palermo::ingest {

struct CallReadOptions {
  std::string timezone;     // --timezone; wins over the profile's
  std::string country;      // --country; wins over the profile's
  bool keep_going = false;  // rows with another number of columns become rejects
  bool sheet = false;       // rows of a workbook: times may be ISO 8601 whatever the patterns say
  char separator = 0;       // that the file itself names (sep=;); tried first, 0: none
  /// Told the number of bytes read, now and then; may be empty.
  std::function<void(std::size_t)> progress;
  /// Told which bytes will hardly be looked at again, from several threads; may be empty. They must
  /// stay readable.
  std::function<void(std::string_view)> consumed;
};

using IdentifierViews = std::vector<store::IdentifierView, LargePages<store::IdentifierView>>;

/// What a call file holds. rows_read = columns.records + rejects.size().
struct CallTable {
  /// Parties and devices are positions in `identifiers` + 1, 0 = none; authorization is empty.
  store::CallColumns columns;
  IdentifierViews identifiers;  // distinct (kind, value), in that order
  TextArena::Memory identifier_texts;  // what they point into
  std::vector<v1::Reject> rejects;
  std::uint32_t rows_read = 0;
  std::vector<std::string> notices;
  std::string timezone;  // rule that gave UTC, for Source.timezone
  std::string country;
  std::uint32_t ambiguous_local_times = 0;
  std::uint32_t nonexistent_local_times = 0;
  std::uint32_t invalid_numbers = 0;  // distinct
};

/// Reads a whole file.
/// @param bytes      must outlive the call only
/// @param file_name  for errors
/// @error BadInput  the file as a whole is no table of this layout: NUL bytes, wrong encoding, an
///                  unterminated quote, a row above 1 MiB, no header of the layout, another number
///                  of columns (unless keep_going), no time zone, a last row that is cut off, every
///                  row rejected
/// @cost about 250 ns a row, plus 15 µs a distinct telephone number on the other cores
[[nodiscard]] core::Result<CallTable> read_calls(std::string_view bytes, const Profile& profile,
                                                 const std::string& file_name,
                                                 const CallReadOptions& options);

}  // namespace palermo::ingest
