// A whole case as one file: docs/formats/case-archive.md has the bytes.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.hpp"
#include "core/store/database.hpp"

namespace palermo::store {

/// What stands before the compressed case.
struct ArchiveHead {
  std::uint64_t snapshot_bytes = 0;  // of the SQLite file
  std::string snapshot_sha256;       // of it, lower-case hex
  bool sealed = true;                // false: version 1, which had no hash of its own bytes
  std::string checkpoint;            // signed note, verbatim: fixes the log that the case must hold
};

struct ArchiveWritten {
  std::uint64_t bytes = 0;
  std::string sha256;  // of the archive, lower-case hex
};

/// Writes a case as it stands at one moment, without free pages, so that what was overwritten or
/// deleted does not travel. Nothing stands under `path` before all of it does.
/// @param checkpoint  a signed note of the case's log, at most its present size
/// @error BadInput  something stands at `path`; Io  no room, or not writable
/// @cost reads the case twice; needs its size once more on the disk of `path` meanwhile
[[nodiscard]] core::Result<ArchiveWritten> write_archive(Database& db,
                                                         const std::string& checkpoint,
                                                         const std::string& path);

/// Unpacks an archive to a new SQLite file, which is nobody's case until it was verified. A file
/// that fails leaves nothing behind.
/// @param target  must not exist
/// @error BadInput  no archive of a case, cut off, followed by more, or not the bytes it states;
///                  also where the disk has no room for what it states
[[nodiscard]] core::Result<ArchiveHead> unpack_archive(const std::string& path,
                                                       const std::string& target);

}  // namespace palermo::store
