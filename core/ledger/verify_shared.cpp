// Calls that several files hold: the pairs are in no entry, but follow from rows that are.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "core/base/text.hpp"
#include "core/ledger/verify_detail.hpp"
#include "core/store/segment_store.hpp"
#include "core/store/shared_calls.hpp"
#include "palermo/v1/source.pb.h"

namespace palermo::ledger::detail {
namespace {

using core::Status;
using store::CallColumns;
using store::CallPlace;
using store::SharedPair;
using store::Statement;

/// First bytes of a hash over what makes two calls the same.
std::string content_of(const CallColumns& columns, std::size_t row) {
  const store::CallRow call = store::row_of(columns, row);
  const std::string text = fmt::format(
      "{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}:{}{}:{}{}", call.started_at_us, call.a,
      call.b, call.duration_s, static_cast<int>(call.kind), call.flags, call.imei, call.imsi,
      call.forwarded_to, call.latitude_e7, call.longitude_e7, call.azimuth_deg, call.cell.size(),
      call.cell, call.last_cell.size(), call.last_cell, call.roaming);
  return std::string{core::bytes_of(core::sha256(text)).substr(0, 16)};
}

/// What the calls on some lines of the sources say.
class SharedRows {
 public:
  void want(const CallPlace& place) { seen_[place.source].try_emplace(place.line); }

  Status read(store::Database& db, std::map<std::int64_t, std::string> ids) {
    store::SegmentQuery query;
    query.check_hash = false;  // done before
    query.with_repeats = true;
    for (auto& [source, lines] : seen_) {
      query.source_id = ids[source];
      PALERMO_CHECK_OK(store::for_each_segment(db, query, [&](const CallColumns& columns) {
        for (std::size_t row = 0; row < columns.records; ++row)
          if (const auto at = lines.find(columns.line[row]); at != lines.end())
            at->second = content_of(columns, row);
        return core::ok();
      }));
    }
    return core::ok();
  }

  [[nodiscard]] const std::optional<std::string>& at(const CallPlace& place) const {
    return seen_.at(place.source).at(place.line);
  }

 private:
  std::map<std::int64_t, std::unordered_map<std::uint32_t, std::optional<std::string>>> seen_;
};

/// What is wrong with a pair; empty: nothing.
const char* fault_of(const SharedPair& pair, const SharedRows& rows) {
  const auto& place = rows.at(pair.place);
  const auto& first = rows.at(pair.first);
  if (!place || !first) return "one of the two calls is not there";
  if (*place != *first) return "the two calls are not the same";
  return "";
}

/// A source's rows are those it counts as stored and those that an earlier file holds.
Status check_counts(store::Database& db, const std::vector<SharedPair>& pairs, Findings& findings) {
  std::map<std::int64_t, std::int64_t> later;
  for (const SharedPair& pair : pairs) ++later[pair.place.source];
  PALERMO_TRY(
      Statement query,
      db.prepare("SELECT s.seq, s.id, s.payload, (SELECT coalesce(sum(records), 0) FROM segment "
                 "WHERE segment.source = s.seq), (SELECT count(*) FROM record r WHERE r.source = "
                 "s.seq AND NOT EXISTS (SELECT 1 FROM record AS other WHERE other.content_sha256 = "
                 "r.content_sha256 AND other.seq < r.seq)) FROM source s ORDER BY s.seq"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return core::ok();
    v1::Source source;
    const std::string_view payload = query.blob(2);
    if (!source.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) continue;
    const std::int64_t counted = std::int64_t{source.stored()} + later[query.integer(0)];
    const std::int64_t standing = query.integer(3) + query.integer(4);
    if (counted != standing)
      findings.add("ALTERED", fmt::format("source {}", core::printable(query.text(1), 60)),
                   "the records that it alone or first holds are not as many as it counts",
                   std::to_string(counted), std::to_string(standing));
  }
}

}  // namespace

Status check_shared_calls(store::Database& db, Findings& findings) {
  const auto read = store::read_shared(db);
  if (!read) {
    if (read.error().code != core::ErrorCode::Integrity) return Status{read.error()};
    findings.add("ALTERED", "calls that several files hold", read.error().message);
    return core::ok();
  }
  PALERMO_TRY(const bool as_written, store::shared_as_written(db));
  if (!as_written)
    findings.add("ALTERED", "calls that several files hold",
                 "their pairs are packed as no program writes them");
  std::map<std::int64_t, std::string> ids;
  PALERMO_TRY(Statement query, db.prepare("SELECT seq, id FROM source"));
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    ids.emplace(query.integer(0), query.text(1));
  }
  std::vector<CallPlace> places;
  for (const SharedPair& pair : *read) places.push_back(pair.place);
  std::sort(places.begin(), places.end());
  const auto name = [&](const CallPlace& place) {
    const auto id = ids.find(place.source);
    return fmt::format("{}:{}", id == ids.end() ? "source that is not there" : id->second,
                       place.line);
  };
  if (const auto twice = std::adjacent_find(places.begin(), places.end()); twice != places.end())
    findings.add("ALTERED", fmt::format("shared call {}", name(*twice)), "it is paired twice");
  SharedRows rows;
  for (const SharedPair& pair : *read)
    for (const CallPlace& place : {pair.place, pair.first}) rows.want(place);
  if (const Status done = rows.read(db, ids); !done) {
    if (done.error().code != core::ErrorCode::Integrity) return done;
    findings.add("ALTERED", "calls that several files hold", done.error().message);
    return core::ok();
  }
  for (const SharedPair& pair : *read) {
    const std::string_view fault =
        std::binary_search(places.begin(), places.end(), pair.first)
            ? "the call it is paired with is itself paired with an earlier one"
            : fault_of(pair, rows);
    if (!fault.empty())
      findings.add("ALTERED",
                   fmt::format("shared call {} and {}", name(pair.place), name(pair.first)),
                   std::string{fault});
  }
  return check_counts(db, *read, findings);
}

}  // namespace palermo::ledger::detail
