// Calls of the case that the rows of a file may repeat.

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "core/store/segment_store.hpp"
#include "ingest/pipeline_calls_detail.hpp"

namespace palermo::ingest::detail {

using core::Result;
using core::Status;
using store::CallColumns;

namespace {

/// Numbers of the case's sources, and which of their lines are the later place of a shared call.
struct SourcesOfCalls {
  std::unordered_map<std::string, std::int64_t> numbers;
  std::map<std::int64_t, std::unordered_set<std::uint32_t>> later;

  static Result<SourcesOfCalls> read(store::Database& db) {
    SourcesOfCalls all;
    PALERMO_TRY(store::Statement query, db.prepare("SELECT id, seq FROM source"));
    while (true) {
      PALERMO_TRY(const bool row, query.step());
      if (!row) break;
      all.numbers.emplace(query.text(0), query.integer(1));
    }
    PALERMO_TRY(const std::vector<store::SharedPair> pairs, store::read_shared(db));
    for (const store::SharedPair& pair : pairs)
      all.later[pair.place.source].insert(pair.place.line);
    return all;
  }
};

/// Puts rows of the case behind those of a table, in the table's numbering.
class EarlierRows {
 public:
  EarlierRows(const CallTable& table, const std::vector<std::uint32_t>& known_ids,
              CallColumns& columns)
      : columns_{columns} {
    const auto [from, to] =
        std::minmax_element(columns.started_at_us.begin(), columns.started_at_us.end());
    first_us_ = *from;
    last_us_ = *to;
    for (std::size_t i = 0; i < known_ids.size(); ++i)
      if (known_ids[i] != 0) position_of_.emplace(known_ids[i], static_cast<std::uint32_t>(i) + 1);
    for (std::size_t i = 0; i < table.columns.texts.size(); ++i)
      text_of_.emplace(table.columns.texts[i], static_cast<std::uint32_t>(i) + 1);
  }

  /// Whether the case knows any identifier of the table.
  [[nodiscard]] bool possible() const { return !position_of_.empty(); }
  [[nodiscard]] store::SegmentQuery query() const {
    store::SegmentQuery query;
    query.from_us = first_us_;
    query.to_us = last_us_;
    query.with_repeats = true;
    return query;
  }
  [[nodiscard]] std::vector<store::CallPlace> take_places() { return std::move(places_); }

  /// @param without  lines that are left out; nullptr: none
  void add(const CallColumns& old, std::int64_t source,
           const std::unordered_set<std::uint32_t>* without) {
    texts_.assign(1, 0);
    for (const std::string& text : old.texts) {
      const auto found = text_of_.find(text);
      texts_.push_back(found == text_of_.end() ? UINT32_MAX : found->second);
    }
    for (std::size_t row = 0; row < old.records; ++row) {
      if (old.started_at_us[row] < first_us_ || old.started_at_us[row] > last_us_) continue;
      if (without != nullptr && without->contains(old.line[row])) continue;
      if (add_row(old, row)) places_.push_back({source, old.line[row]});
    }
  }

 private:
  std::uint32_t id(const std::vector<std::uint32_t>& column, std::size_t row) {
    const std::uint32_t value = CallColumns::at(column, row);
    if (value == 0) return 0;
    const auto found = position_of_.find(value);
    known_ = known_ && found != position_of_.end();
    return known_ ? found->second : 0;
  }
  std::uint32_t text(const std::vector<std::uint32_t>& column, std::size_t row) {
    const std::uint32_t index = texts_[CallColumns::at(column, row)];
    known_ = known_ && index != UINT32_MAX;
    return index;
  }
  template <typename Column, typename Value>
  void put(Column& column, Value value) {
    if (value == 0 && column.empty()) return;
    column.resize(columns_.records, 0);
    column.push_back(value);
  }

  bool add_row(const CallColumns& old, std::size_t row) {
    known_ = true;
    const std::uint32_t a = id(old.a, row);
    const std::uint32_t b = id(old.b, row);
    const std::uint32_t imei = id(old.imei, row);
    const std::uint32_t imsi = id(old.imsi, row);
    const std::uint32_t forwarded_to = id(old.forwarded_to, row);
    const std::uint32_t cell = text(old.cell, row);
    const std::uint32_t last_cell = text(old.last_cell, row);
    const std::uint32_t roaming = text(old.roaming, row);
    if (!known_) return false;
    columns_.started_at_us.push_back(old.started_at_us[row]);
    columns_.a.push_back(a);
    columns_.b.push_back(b);
    columns_.duration_s.push_back(old.duration_s[row]);
    columns_.kind.push_back(old.kind[row]);
    columns_.flags.push_back(old.flags[row]);
    put(columns_.imei, imei);
    put(columns_.imsi, imsi);
    put(columns_.forwarded_to, forwarded_to);
    put(columns_.cell, cell);
    put(columns_.last_cell, last_cell);
    put(columns_.roaming, roaming);
    put(columns_.latitude_e7, CallColumns::at(old.latitude_e7, row));
    put(columns_.longitude_e7, CallColumns::at(old.longitude_e7, row));
    put(columns_.azimuth_deg, CallColumns::at(old.azimuth_deg, row));
    ++columns_.records;
    return true;
  }

  CallColumns& columns_;
  std::int64_t first_us_ = 0;
  std::int64_t last_us_ = 0;
  std::unordered_map<std::uint32_t, std::uint32_t> position_of_;
  std::unordered_map<std::string_view, std::uint32_t> text_of_;
  std::vector<std::uint32_t> texts_;  // of the segment that is being added
  bool known_ = true;
  std::vector<store::CallPlace> places_;
};

}  // namespace

Result<EarlierCalls> append_earlier(store::Database& db, const CallTable& table,
                                    const std::vector<std::uint32_t>& known_ids,
                                    CallColumns& columns) {
  EarlierCalls earlier;
  if (columns.records == 0) return earlier;
  EarlierRows rows{table, known_ids, columns};
  if (!rows.possible()) return earlier;
  PALERMO_TRY(const SourcesOfCalls sources, SourcesOfCalls::read(db));
  const std::size_t own = columns.records;
  store::SegmentQuery query = rows.query();
  query.source_id = columns.source_id;
  PALERMO_CHECK_OK(store::for_each_segment(db, query, [&](const CallColumns& old) -> Status {
    rows.add(old, sources.numbers.at(old.source_id), nullptr);
    return core::ok();
  }));
  earlier.same_file = columns.records - own;
  query.source_id.reset();
  PALERMO_CHECK_OK(store::for_each_segment(db, query, [&](const CallColumns& old) -> Status {
    if (old.source_id == columns.source_id) return core::ok();
    const std::int64_t source = sources.numbers.at(old.source_id);
    const auto later = sources.later.find(source);
    rows.add(old, source, later == sources.later.end() ? nullptr : &later->second);
    return core::ok();
  }));
  earlier.places = rows.take_places();
  return earlier;
}

Status write_shared_rows(session::Session& session, const WrittenSource& place,
                         const CallColumns& columns, const SortedCalls& sorted, std::size_t own,
                         const EarlierCalls& earlier) {
  if (sorted.shared.empty()) return core::ok();
  std::vector<store::SharedPair> pairs;
  pairs.reserve(sorted.shared.size());
  for (const SharedRow& shared : sorted.shared)
    pairs.push_back({{place.seq, columns.line[shared.row]}, earlier.places[shared.earlier - own]});
  return store::write_shared(session.db(), std::move(pairs));
}

}  // namespace palermo::ingest::detail
