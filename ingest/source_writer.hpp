// What every ingested file leaves in the case whatever its format: the source row, its ledger
// entry, and the sealed groups of quarantine. For the pipeline.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "core/session/session.hpp"
#include "ingest/calls/call_sorter.hpp"
#include "ingest/pipeline.hpp"
#include "ingest/source_file.hpp"
#include "palermo/v1/ingest.pb.h"
#include "palermo/v1/segment.pb.h"
#include "palermo/v1/source.pb.h"

namespace palermo::ingest {

struct WrittenSource {
  std::int64_t seq = 0;
  std::string id;  // store/source_id.hpp
};

/// Number and id that a file of these bytes gets in the case, in the current transaction.
/// @param sha256  of the file, hexadecimal
[[nodiscard]] core::Result<WrittenSource> next_source(store::Database& db,
                                                      const std::string& sha256);

/// A file of these bytes that the case holds already.
[[nodiscard]] core::Result<std::optional<v1::Source>> find_source(store::Database& db,
                                                                  const std::string& sha256);

/// Completes the Source (who, when, purpose), appends its entry, inserts its row.
/// @param entry_part  segments, records and records_root, which depend on the format
[[nodiscard]] core::Status write_source(session::Session& session, store::Transaction& transaction,
                                        const WrittenSource& place, v1::Source& source,
                                        const v1::SourceEntry& entry_part);

/// Appends the entry that binds the identifiers this transaction added behind number `before`;
/// none when it added none. The source's row must stand.
/// @param bytes  what BulkIdentifiers::insert() returned; empty: they are read back
[[nodiscard]] core::Status write_identifiers(session::Session& session,
                                             store::Transaction& transaction,
                                             const WrittenSource& place, std::int64_t before,
                                             std::string bytes = {});

/// What leaves quarantine for the case, or, below zero, the case for quarantine.
struct SourceChange {
  std::int64_t stored = 0;
  std::int64_t duplicates = 0;
  std::uint32_t segments = 0;  // added
  /// How the product that comes in spells known identifiers (BulkIdentifiers); nullptr: none.
  const v1::Source* spellings = nullptr;
};

/// Gives the source's row new counts and its entry a new revision.
/// @param added  commitments to records that the caller inserts behind those that stand
/// @error Integrity  the source or its records are not what the ledger says
[[nodiscard]] core::Status revise_source(session::Session& session, store::Transaction& transaction,
                                         const WrittenSource& place, const SourceChange& change,
                                         const std::vector<core::Digest>& added);

/// Seals one group of rows that share a rule code, appends its entry, inserts its row, and adds it
/// to the answer.
/// @param action  hold, or recall for product that stood in the case
[[nodiscard]] core::Status write_quarantine(
    session::Session& session, store::Transaction& transaction, const WrittenSource& place,
    const v1::QuarantinedProduct& product, std::uint32_t count, std::uint32_t first_line,
    std::uint32_t last_line, v1::IngestResult& result, const char* action = "hold");

/// Loads the authorization that the options name.
/// @error BadInput  there is none of that id
[[nodiscard]] core::Result<ScopeRule> scope_of(session::Session& session,
                                               const IngestOptions& options);

/// That so many of a file's calls or records stand in another file of the case too.
[[nodiscard]] std::string shared_notice(std::string_view what, std::uint32_t count);

/// Encoding and sheets of the text that was read, and what decoding it had to say.
void describe_text(const SourceFile& file, v1::Source& source);

/// Copies what a Source and an IngestResult share.
void describe(const v1::Source& source, v1::IngestResult& result);

}  // namespace palermo::ingest
