// A log as `audit export` writes it, read back and checked without a case: the tlog-tiles folder,
// every entry's form and signature, the key epochs, the checkpoint.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/ledger/keys.hpp"
#include "core/ledger/merkle.hpp"
#include "core/ledger/note.hpp"
#include "palermo/v1/ledger.pb.h"
#include "palermo/v1/oversight.pb.h"

namespace palermo::ledger {

/// Gives a file of the folder: path below it to bytes. @error BadInput  there is none
using FileSource = std::function<core::Result<std::string>(const std::string& path)>;

struct ExportedLog {
  SignedCheckpoint checkpoint;
  std::vector<std::string> leaves;       // exact bytes
  std::vector<Digest> hashes;            // of the leaves
  std::vector<v1::LedgerEntry> entries;  // the same, read
  std::vector<std::string> files;        // every file that such a folder has, paths below it
  /// Key of the log that vouches for a tree of `size` entries.
  [[nodiscard]] const VerifierKey& key_at(std::uint64_t size) const;
  /// By the first entry that each covers.
  std::map<std::uint64_t, VerifierKey> log_keys;
  std::uint32_t signatures = 0;  // of entries, checked
};

/// Reads and checks the whole folder.
/// @param held  keys that the verifier holds; one of type 01 must be among the log's own
/// @error Integrity  the first thing that is not as it should be, with its reason code; BadInput a
///                   file is missing
/// @cost memory of the whole log
[[nodiscard]] core::Result<ExportedLog> read_exported(const FileSource& source,
                                                      std::span<const VerifierKey> held);

/// That the log begins with what a checkpoint covers, which somebody kept.
/// @error Integrity  ROLLBACK, SPLIT_VIEW, NOT_EXTENSION, BAD_SIGNATURE, UNSIGNED
[[nodiscard]] core::Status check_kept(const ExportedLog& log, const SignedCheckpoint& kept);

/// Keys that the first `size` entries introduce.
[[nodiscard]] v1::KeyList keys_of(std::span<const v1::LedgerEntry> entries);
/// Authorizations as the entries tell them: newest revision of each, in the order of the first.
[[nodiscard]] v1::InspectedAuthorizations authorizations_of(
    std::span<const v1::LedgerEntry> entries);

}  // namespace palermo::ledger
