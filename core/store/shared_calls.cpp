#include "core/store/shared_calls.hpp"

#include <algorithm>
#include <functional>
#include <span>
#include <tuple>

#include "core/store/packed.hpp"
#include "core/store/source_id.hpp"

namespace palermo::store {
namespace {

using core::Status;

/// Pairs in one row of the table.
constexpr std::size_t kPairsInRow = 65'536;

std::string packed(std::span<const SharedPair> pairs, CallPlace SharedPair::*which) {
  std::vector<std::int64_t> lines;
  lines.reserve(pairs.size());
  for (const SharedPair& pair : pairs) lines.push_back((pair.*which).line);
  v1::PackedColumn column;
  pack_steps(lines, column);
  return column.SerializeAsString();
}

Status unpack(std::string_view bytes, std::size_t n, std::vector<std::uint32_t>& lines) {
  v1::PackedColumn column;
  if (!column.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return altered_part("the lines of shared calls");
  return unpack_column(column, n, lines);
}

auto group_of(const SharedPair& pair) { return std::tuple{pair.place.source, pair.first.source}; }

struct SharedRow {
  std::int64_t part = 0;
  std::string lines;
  std::string first_lines;
  std::vector<SharedPair> pairs;
};

/// Calls `visit` with one row of the table after another.
Status each_row(Database& db, const std::function<void(SharedRow&)>& visit) {
  PALERMO_TRY(Statement query,
              db.prepare("SELECT source, first_source, part, count, lines, first_lines FROM "
                         "shared_calls ORDER BY source, first_source, part"));
  std::pair<std::int64_t, std::int64_t> files{0, 0};
  std::int64_t next = 0;
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return core::ok();
    const std::pair now{query.integer(0), query.integer(1)};
    if (now != files) next = 0;
    files = now;
    const std::int64_t count = query.integer(3);
    if (query.integer(2) != next++ || count < 1 || count > static_cast<std::int64_t>(kPairsInRow))
      return altered_part("the number of shared calls");
    const auto n = static_cast<std::size_t>(count);
    std::vector<std::uint32_t> lines;
    std::vector<std::uint32_t> firsts;
    SharedRow shared{query.integer(2), std::string{query.blob(4)}, std::string{query.blob(5)}, {}};
    PALERMO_CHECK_OK(unpack(shared.lines, n, lines));
    PALERMO_CHECK_OK(unpack(shared.first_lines, n, firsts));
    shared.pairs.reserve(n);
    for (std::size_t i = 0; i < n; ++i)
      shared.pairs.push_back({{files.first, lines[i]}, {files.second, firsts[i]}});
    visit(shared);
  }
}

/// Lines of rows that stand in segments from a ledger index on, by source, ascending.
Result<std::unordered_map<std::int64_t, std::vector<std::uint32_t>>> lines_since(
    Database& db, std::int64_t leaf, const std::vector<SharedPair>& pairs) {
  std::unordered_map<std::int64_t, std::vector<std::uint32_t>> lines;
  for (const SharedPair& pair : pairs) {
    lines.try_emplace(pair.place.source);
    lines.try_emplace(pair.first.source);
  }
  PALERMO_TRY(Statement query,
              db.prepare("SELECT source, blob FROM segment WHERE leaf >= ?1 ORDER BY id"));
  PALERMO_CHECK_OK(query.bind(1, leaf));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    const auto of_source = lines.find(query.integer(0));
    if (of_source == lines.end()) continue;
    PALERMO_TRY(const CallColumns columns, decode_segment(query.blob(1), kColLine));
    of_source->second.insert(of_source->second.end(), columns.line.begin(), columns.line.end());
  }
  for (auto& [source, of_source] : lines) std::sort(of_source.begin(), of_source.end());
  return lines;
}

}  // namespace

Status write_shared(Database& db, std::vector<SharedPair> pairs) {
  std::sort(pairs.begin(), pairs.end(), [](const SharedPair& x, const SharedPair& y) {
    return std::tuple{group_of(x), x.place.line} < std::tuple{group_of(y), y.place.line};
  });
  PALERMO_TRY(Statement insert,
              db.prepare("INSERT INTO shared_calls (source, first_source, part, count, lines, "
                         "first_lines) SELECT ?1, ?2, (SELECT count(*) FROM shared_calls WHERE "
                         "source = ?1 AND first_source = ?2), ?3, ?4, ?5"));
  for (std::size_t begin = 0; begin < pairs.size();) {
    std::size_t end = begin + 1;
    while (end < pairs.size() && end - begin < kPairsInRow &&
           group_of(pairs[end]) == group_of(pairs[begin]))
      ++end;
    const std::span<const SharedPair> part{pairs.data() + begin, end - begin};
    const std::string lines = packed(part, &SharedPair::place);
    const std::string firsts = packed(part, &SharedPair::first);
    PALERMO_CHECK_OK(insert.bind_all(part.front().place.source, part.front().first.source,
                                     static_cast<std::int64_t>(part.size())));
    PALERMO_CHECK_OK(insert.bind_blob(4, lines));
    PALERMO_CHECK_OK(insert.bind_blob(5, firsts));
    PALERMO_CHECK_OK(insert.run());
    begin = end;
  }
  return core::ok();
}

Status replace_shared(Database& db, std::vector<SharedPair> pairs) {
  PALERMO_TRY(Statement clear, db.prepare("DELETE FROM shared_calls"));
  PALERMO_CHECK_OK(clear.run());
  return write_shared(db, std::move(pairs));
}

Result<std::vector<SharedPair>> read_shared(Database& db) {
  std::vector<SharedPair> pairs;
  PALERMO_CHECK_OK(each_row(db, [&pairs](SharedRow& row) {
    pairs.insert(pairs.end(), row.pairs.begin(), row.pairs.end());
  }));
  return pairs;
}

Result<bool> shared_as_written(Database& db) {
  bool same = true;
  PALERMO_CHECK_OK(each_row(db, [&same](SharedRow& row) {
    same = same && row.lines == packed(row.pairs, &SharedPair::place) &&
           row.first_lines == packed(row.pairs, &SharedPair::first);
  }));
  return same;
}

Result<std::int64_t> count_shared(Database& db) {
  return db.scalar("SELECT coalesce(sum(count), 0) FROM shared_calls");
}

Result<SharedCalls> SharedCalls::load(Database& db, std::optional<std::int64_t> before_leaf) {
  SharedCalls all;
  PALERMO_TRY(const std::vector<SharedPair> pairs, read_shared(db));
  if (pairs.empty()) return all;
  PALERMO_TRY(const auto ranks, source_ranks(db));
  all.ids_.resize(ranks.size());
  std::unordered_map<std::uint32_t, std::int64_t> numbers;  // of sources, by rank
  PALERMO_TRY(Statement names, db.prepare("SELECT seq, id FROM source"));
  while (true) {
    PALERMO_TRY(const bool row, names.step());
    if (!row) break;
    const auto rank = static_cast<std::uint32_t>(ranks.at(names.integer(0)));
    all.ids_[rank] = names.text(1);
    all.ranks_.emplace(all.ids_[rank], rank);
    numbers.emplace(rank, names.integer(0));
  }
  const auto key = [&](const CallPlace& place) -> std::optional<Key> {
    const auto rank = ranks.find(place.source);
    if (rank == ranks.end()) return std::nullopt;
    return static_cast<Key>(rank->second) << 32 | place.line;
  };
  all.stars_.reserve(pairs.size());
  for (const SharedPair& pair : pairs) {
    const auto first = key(pair.first);
    const auto place = key(pair.place);
    if (!first || !place) return altered_part("a shared call of a source that is not there");
    all.stars_.emplace_back(*first, *place);
    all.firsts_.emplace_back(*place, *first);
  }
  std::sort(all.stars_.begin(), all.stars_.end());
  std::sort(all.firsts_.begin(), all.firsts_.end());

  std::unordered_map<std::int64_t, std::vector<std::uint32_t>> later;
  if (before_leaf) {
    PALERMO_TRY(later, lines_since(db, *before_leaf, pairs));
  }
  const auto stands = [&](Key place) {
    if (!before_leaf) return true;
    const std::vector<std::uint32_t>& lines =
        later.at(numbers.at(static_cast<std::uint32_t>(place >> 32)));
    return !std::binary_search(lines.begin(), lines.end(), static_cast<std::uint32_t>(place));
  };
  std::vector<Key> repeats;
  std::vector<Key> star;
  for (std::size_t i = 0; i < all.stars_.size();) {
    const Key first = all.stars_[i].first;
    star.clear();
    if (stands(first)) star.push_back(first);
    for (; i < all.stars_.size() && all.stars_[i].first == first; ++i)
      if (stands(all.stars_[i].second)) star.push_back(all.stars_[i].second);
    if (star.size() < 2) continue;
    std::iter_swap(star.begin(), std::min_element(star.begin(), star.end()));
    repeats.insert(repeats.end(), star.begin() + 1, star.end());
  }
  std::sort(repeats.begin(), repeats.end());
  for (const Key repeat : repeats)
    all.repeats_[all.ids_[repeat >> 32]].push_back(static_cast<std::uint32_t>(repeat));
  all.count_ = static_cast<std::int64_t>(repeats.size());
  return all;
}

const std::vector<std::uint32_t>* SharedCalls::repeats_of(std::string_view source_id) const {
  if (repeats_.empty()) return nullptr;
  const auto found = repeats_.find(std::string{source_id});
  return found == repeats_.end() ? nullptr : &found->second;
}

void SharedCalls::leave_out_repeats(CallColumns& columns) const {
  const std::vector<std::uint32_t>* repeats = repeats_of(columns.source_id);
  if (repeats == nullptr) return;
  std::vector<std::uint32_t> kept;
  for (std::uint32_t row = 0; row < columns.records; ++row)
    if (!std::binary_search(repeats->begin(), repeats->end(), columns.line[row]))
      kept.push_back(row);
  keep_rows(columns, kept);
}

std::vector<SharedCalls::Named> SharedCalls::also_in(std::string_view source_id,
                                                     std::uint32_t line) const {
  std::vector<Named> others;
  if (none()) return others;
  const auto rank = ranks_.find(std::string{source_id});
  if (rank == ranks_.end()) return others;
  const Key own = static_cast<Key>(rank->second) << 32 | line;
  const auto as_place = std::lower_bound(firsts_.begin(), firsts_.end(), std::pair{own, Key{0}});
  const bool is_place = as_place != firsts_.end() && as_place->first == own;
  const Key first = is_place ? as_place->second : own;
  std::vector<Key> places;
  for (auto at = std::lower_bound(stars_.begin(), stars_.end(), std::pair{first, Key{0}});
       at != stars_.end() && at->first == first; ++at)
    places.push_back(at->second);
  if (places.empty()) return others;
  places.push_back(first);
  std::sort(places.begin(), places.end());
  for (const Key place : places)
    if (place != own) others.push_back({ids_[place >> 32], static_cast<std::uint32_t>(place)});
  return others;
}

}  // namespace palermo::store
