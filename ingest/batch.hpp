// What an adapter hands to the pipeline. An adapter turns bytes into records and rejects and
// touches neither the case nor the ledger; the pipeline checks scope, stores, seals, and writes the
// leaves.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/record_row.hpp"
#include "palermo/v1/source.pb.h"

namespace palermo::ingest {

/// Everything one file yielded. rows_read = rows.size() + rejects.size(): no row disappears.
struct RecordBatch {
  std::vector<store::RecordRow> rows;
  std::vector<v1::Reject>
      rejects;  // line, code (docs/formats/reject-codes.md), message: places, not values
  std::uint32_t rows_read = 0;
  std::vector<std::string> notices;  // what the reader understood and what it left alone
  std::string positions = "lines";   // what v1::Record::line counts: lines, or records
  std::string mapping;               // column mapping used, in words; empty when there is none
  std::string timezone;  // rule that gave UTC, e.g. "Europe/Rome", "offset in data"; may be empty
  std::uint32_t ambiguous_local_times = 0;
  std::uint32_t nonexistent_local_times = 0;
  std::uint32_t invalid_numbers =
      0;  // distinct numbers kept as received because they are no valid number
};

/// What the user said on the command line; an adapter reads what concerns it.
struct AdapterOptions {
  std::string timezone;  // --timezone; empty: not given, so local times without zone are an error
  std::string country;   // --country, ISO 3166-1 alpha-2 that national numbers are read with
  std::string layer;     // --layer
  std::string map;       // --map FILE, its text
  bool keep_going = false;  // rows that break the file's shape become rejects instead of an error
};

/// One file, whole in memory and not empty. Unless the adapter says that it reads binary files, it
/// is already known to be free of NUL bytes and UTF-16; whether it is valid UTF-8 is the adapter's
/// to check (core::is_valid_utf8).
struct AdapterInput {
  std::string_view bytes;
  std::string file_name;  // as given; for errors' `where` and for detection by extension
  AdapterOptions options;
};

/// A guess at a file's format.
struct Detection {
  double confidence = 0;  // 0 … 1; below 0.5 is not offered. The highest wins; a tie is an error
  std::string reason;     // "the header names session_id, parties and privileged"
};

/// One evidence format other than calls.
struct Adapter {
  std::string
      id;  // for --format: edge_list, matrix, statements, undercover_report, intercept_log, …
  std::string version;  // goes into Source.adapter_version
  std::string summary;  // one line for --help
  /// Looks at the content first, at the name last. Never throws, never fails on hostile bytes.
  std::function<Detection(std::string_view bytes, std::string_view file_name)> detect;
  /// @error BadInput  the file as a whole cannot be read: one clear error, nothing is stored
  std::function<core::Result<RecordBatch>(const AdapterInput&)> read;
  bool binary = false;  // the file is no text: no UTF-8, may hold NUL bytes
};

/// All of them, in the order of --help. Listed by hand in ingest/records/adapters.cpp.
[[nodiscard]] const std::vector<Adapter>& record_adapters();

}  // namespace palermo::ingest
