// Steps that ingesting calls and releasing quarantined calls share; no other room includes this.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/session/session.hpp"
#include "core/store/call_columns.hpp"
#include "core/store/shared_calls.hpp"
#include "ingest/calls/call_reader.hpp"
#include "ingest/calls/call_sorter.hpp"
#include "ingest/source_writer.hpp"

namespace palermo::ingest::detail {

/// Rows of `from`, with identifiers renumbered: `ids[i]` for position i + 1; no ids: as they are.
/// The text columns still point into from.texts, which is not copied.
[[nodiscard]] store::CallColumns gather(const store::CallColumns& from,
                                        std::span<const std::uint32_t> rows,
                                        const std::vector<std::uint32_t>& ids);

/// Which identifiers of the table the rows mention.
[[nodiscard]] std::vector<bool> mentioned(const store::CallColumns& columns,
                                          std::span<const std::uint32_t> rows,
                                          std::size_t identifiers);

/// Rows that append_earlier put behind the table's own.
struct EarlierCalls {
  std::vector<store::CallPlace> places;  // of each
  std::size_t same_file = 0;             // so many, the first of them, are of the table's file
};
/// Appends the case's calls of the same period, in the table's own numbering, behind the table's
/// rows, so that calls that files share are found; of one that stands in several files already the
/// first (SharedPair). Calls with an identifier or text the table lacks cannot be equal to one of
/// its rows and are left out.
[[nodiscard]] core::Result<EarlierCalls> append_earlier(store::Database& db, const CallTable& table,
                                                        const std::vector<std::uint32_t>& known_ids,
                                                        store::CallColumns& columns);
/// Pairs the shared rows with where their calls stood first; their segments must be written.
[[nodiscard]] core::Status write_shared_rows(session::Session& session, const WrittenSource& place,
                                             const store::CallColumns& columns,
                                             const SortedCalls& sorted, std::size_t own,
                                             const EarlierCalls& earlier);
/// Cuts optional columns and rows of earlier files off again.
void cut_to(store::CallColumns& columns, std::size_t records);

/// Rows held back for one reason, self-contained, before they are sealed.
[[nodiscard]] v1::QuarantinedProduct product_of(const CallTable& table,
                                                const store::CallColumns& columns,
                                                const std::vector<std::uint32_t>& rows,
                                                const std::string& reason,
                                                const std::string& authorization_id);

/// Segment i, perhaps waiting for it.
using SegmentAt = std::function<store::EncodedSegment&(std::size_t)>;

/// Appends the entry of each of `count` segments, inserts its row and lets its bytes go. The
/// source's row must stand.
/// @param all_encoded  called once no segment is asked for any more: what they were made of may go
[[nodiscard]] core::Status write_segments(session::Session& session,
                                          store::Transaction& transaction,
                                          const WrittenSource& place,
                                          const std::string& authorization_id, std::size_t count,
                                          const SegmentAt& segment_at,
                                          const std::function<void()>& all_encoded = {});

}  // namespace palermo::ingest::detail
