// Calls of files that are no tables: an adapter turns them into rows of one layout, and the call
// reader does what it does for every table: numbers, times, time zones, directions, duplicates,
// scope.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "ingest/batch.hpp"
#include "palermo/v1/source.pb.h"

namespace palermo::ingest {

/// One record as an adapter read it. Texts are as received; what is empty was not given.
struct CallTextRow {
  /// Where it stands in the source, ascending and unique: its line where every record begins on a
  /// line of its own, else its number (1 …). See CallText::positions.
  std::uint64_t position = 0;
  std::string_view a;  // caller, or the device alone; required
  std::string_view b;  // called
  /// "2031-03-04T08:15:53[.ffffff]" with Z, +01:00 or +0100, a blank may stand for the T; without
  /// an offset it is local time and needs --timezone. An epoch goes through core::format_utc.
  std::string_view start;
  std::string_view duration_s;  // whole seconds; empty: not given
  std::string_view kind;        // call, sms, mms, data, location, message; empty: call; else: other
  /// out: IMEI, IMSI and cell belong to a (also when empty); in: to b.
  std::string_view direction;
  bool not_answered = false;
  bool forwarded = false;
  std::string_view forwarded_to;
  std::string_view cell, last_cell, roaming;
  std::string_view imei, imsi;
  std::string_view latitude, longitude;  // decimal degrees
  std::string_view azimuth;              // degrees
};

/// A file as text of the layout `palermo_rows` (data/profiles). rows_read of the ingest = rows +
/// rejects.
struct CallText {
  std::string text;
  std::uint64_t rows = 0;
  std::vector<v1::Reject> rejects;  // records that could not be turned into rows
  std::vector<std::string> notices;
  std::string country;  // that national numbers are read with when --country is not given
  bool positions_are_lines = false;
  /// The file is of this format beyond doubt: it is taken although every record was rejected.
  bool certain = false;
  /// For parties that are no telephone numbers, for example "label"; then nothing is normalized.
  std::string identifier_kind;
  /// With identifier_kind: words for a party who is nobody in particular.
  std::vector<std::string> withheld_words;

  CallText();
  /// Appends one row; cells are quoted where they must be.
  void add(const CallTextRow& row);
  void reject(std::uint64_t position, std::string code, std::string message);
};

/// One format of calls that is no table.
struct CallAdapter {
  std::string id;  // for --format: freeswitch_xml, …
  std::string version;
  std::string summary;  // one line for --help
  /// Looks at the content first, at the name last. Never throws, never fails on hostile bytes.
  std::function<Detection(std::string_view bytes, std::string_view file_name)> detect;
  /// @error BadInput  the file as a whole cannot be read: one clear error, nothing is stored
  std::function<core::Result<CallText>(const AdapterInput&)> read;
  bool binary = false;  // the file is no text: no UTF-8, may hold NUL bytes
};

/// Id of the profile that reads CallText.
inline constexpr std::string_view kAdapterRows = "palermo_rows";

/// All of them, in the order of --help. Listed by hand in ingest/calls/call_adapters.cpp.
[[nodiscard]] const std::vector<CallAdapter>& call_adapters();
/// The adapter of --format; `-` and `_` are one. Null when there is none of that name.
[[nodiscard]] const CallAdapter* find_call_adapter(std::string_view format);

}  // namespace palermo::ingest
