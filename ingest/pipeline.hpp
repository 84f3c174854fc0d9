// Evidence in: a file becomes records, each record is checked against its authorization, and
// everything the file changes in the case happens in one transaction together with its ledger
// entries.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/session/session.hpp"
#include "palermo/v1/ingest.pb.h"

namespace palermo::ingest {

struct IngestOptions {
  std::string format = "auto";   // a known_formats() id
  std::string authorization_id;  // empty: none given
  std::string technique;         // NONE for open or published material
  std::string map_text;          // the user's mapping profile, with its name
  std::string map_name;
  std::string timezone;
  std::string country;
  std::string grading;  // "B2"
  std::string layer;
  std::string encoding;  // a known_encodings() word; empty: auto
  std::string sheet;     // of a workbook; empty: those with a known layout
  std::string late_reason;  // why the log of a technique is entered long after what it tells
  bool dry_run = false;
  bool keep_going = false;
  std::vector<std::string> skip;  // shell patterns of files of folders and archives to leave out
  bool leave_unknown = false;     // files of folders and archives that are of no known format
  /// Told what is being done and how far, 0 … 1; may be empty.
  std::function<void(std::string_view step, double done)> progress;
};

struct FormatInfo {
  std::string id;
  std::string summary;
};

/// Every word that --format takes, "auto" first.
[[nodiscard]] std::vector<FormatInfo> known_formats();

/// Takes one file into the case. The same bytes a second time change nothing.
/// @error BadInput  the file is not what it claims to be, or an option names something unknown;
/// nothing
///                  was stored
/// @error Usage     an unknown format, or options that contradict each other
/// @cost about half a second for a million calls
[[nodiscard]] core::Result<v1::IngestResult> ingest_file(session::Session& session,
                                                         const std::string& path,
                                                         const IngestOptions& options);

/// Files, folders and archives (ingest/inputs/), each file in its own transaction, in a fixed order.
/// Before anything is stored every archive is unpacked once to its end, and every file's format is
/// told, so that a broken archive or a file of no known format stores nothing. The answer's counts
/// are sums. A file that cannot be taken all the same stops the run; the error says which files
/// were taken before it, and the same command goes on from there, because known bytes change
/// nothing.
[[nodiscard]] core::Result<v1::IngestResult> ingest_files(session::Session& session,
                                                          const std::vector<std::string>& paths,
                                                          const IngestOptions& options);

}  // namespace palermo::ingest
