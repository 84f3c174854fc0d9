#include "ingest/calls/call_sorter.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

#include "core/base/parallel.hpp"
#include "ingest/calls/large_pages.hpp"

namespace palermo::ingest {
namespace {

using authorization::Coverage;
using authorization::DataType;
using authorization::Period;
using store::CallColumns;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a ^ 0x9E3779B97F4A7C15ULL) * (b ^ 0xD6E8FEB86659FD93ULL);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t join(std::uint32_t high, std::uint32_t low) {
  return static_cast<std::uint64_t>(high) << 32 | low;
}

/// When each identifier of a table is a target: asked once per identifier, not per row.
class Targets {
 public:
  Targets(const CallTable& table, const Coverage& coverage) {
    periods_.reserve(table.identifiers.size());
    for (const store::IdentifierView& identifier : table.identifiers) {
      auto periods = coverage.target_periods(identifier.kind, identifier.value);
      if (periods.empty() && identifier.raw != identifier.value)
        periods = coverage.target_periods(identifier.kind, identifier.raw);
      periods_.push_back(std::move(periods));
    }
    if (!coverage.has_place_targets()) return;
    for (const std::string& text : table.columns.texts)
      places_.push_back(coverage.target_periods("cell", text));
  }

  [[nodiscard]] bool identifier_at(std::uint32_t id, std::int64_t at_us) const {
    return id != 0 && holds(periods_[id - 1], at_us);
  }
  [[nodiscard]] bool place_at(std::uint32_t text, std::int64_t at_us) const {
    return text != 0 && text <= places_.size() && holds(places_[text - 1], at_us);
  }

 private:
  static bool holds(const std::vector<Period>& periods, std::int64_t at_us) {
    return std::any_of(periods.begin(), periods.end(),
                       [at_us](const Period& period) { return period.contains(at_us); });
  }
  std::vector<std::vector<Period>> periods_;
  std::vector<std::vector<Period>> places_;
};

std::string_view check(const CallColumns& c, std::size_t row, const Coverage& coverage,
                       const Targets& targets, bool traffic, bool location) {
  const std::int64_t at_us = c.started_at_us[row];
  if (const auto code = coverage.check_time(at_us); !code.empty()) return code;
  if (!(c.kind[row] == v1::LOCATION ? location : traffic)) return authorization::kOtherDataType;
  const bool target = targets.identifier_at(c.a[row], at_us) ||
                      targets.identifier_at(c.b[row], at_us) ||
                      targets.identifier_at(CallColumns::at(c.imei, row), at_us) ||
                      targets.identifier_at(CallColumns::at(c.imsi, row), at_us) ||
                      targets.place_at(CallColumns::at(c.cell, row), at_us) ||
                      targets.place_at(CallColumns::at(c.last_cell, row), at_us);
  return target ? authorization::kCovered : authorization::kNotATarget;
}

std::uint32_t hash_of(const CallColumns& c, std::uint32_t row) {
  std::uint64_t hash =
      mix(static_cast<std::uint64_t>(c.started_at_us[row]), join(c.a[row], c.b[row]));
  hash = mix(hash, join(static_cast<std::uint32_t>(c.duration_s[row]),
                        static_cast<std::uint32_t>(c.flags[row]) << 8 | c.kind[row]));
  for (const auto* pair : {&c.imei, &c.imsi, &c.cell, &c.last_cell, &c.forwarded_to, &c.roaming})
    if (!pair->empty()) hash = mix(hash, (*pair)[row]);
  if (!c.latitude_e7.empty() || !c.longitude_e7.empty())
    hash = mix(hash, join(static_cast<std::uint32_t>(CallColumns::at(c.latitude_e7, row)),
                          static_cast<std::uint32_t>(CallColumns::at(c.longitude_e7, row))));
  return static_cast<std::uint32_t>(hash >> 32);
}

bool equal(const CallColumns& c, std::uint32_t x, std::uint32_t y) {
  const auto same = [x, y](const auto& column) {
    return CallColumns::at(column, x) == CallColumns::at(column, y);
  };
  return same(c.started_at_us) && same(c.a) && same(c.b) && same(c.duration_s) && same(c.kind) &&
         same(c.flags) && same(c.imei) && same(c.imsi) && same(c.forwarded_to) && same(c.cell) &&
         same(c.last_cell) && same(c.roaming) && same(c.latitude_e7) && same(c.longitude_e7) &&
         same(c.azimuth_deg);
}

/// Finds rows equal to one before them, or to one of an earlier file. Rows are parted so that the
/// set of one part fits the cache and every core has parts of its own: by their times where those
/// ascend, as they do in most files, else by their hash.
class DuplicateSearch {
 public:
  /// @param others  that many of the rows, the first of them, are of other files
  DuplicateSearch(const CallColumns& columns, const std::vector<std::uint32_t>& rows,
                  std::size_t others)
      : columns_{columns}, rows_{rows}, others_{others} {}

  struct Found {
    /// For each of `rows`, whether it is equal to one of its own file that stands before it there.
    std::vector<char> duplicate;
    std::vector<SharedRow> shared;  // row numbers of the table, ascending
  };
  [[nodiscard]] Found find() {
    if (!part_by_time()) part_by_hash();
    Found found;
    found.duplicate.resize(rows_.size(), 0);
    std::vector<std::vector<SharedRow>> shared(others_ == 0 ? 0 : begins_.size() - 1);
    core::in_parallel(begins_.size() - 1, core::cores(), [&](std::size_t part) {
      search(part, found.duplicate, shared.empty() ? nullptr : &shared[part]);
    });
    for (const std::vector<SharedRow>& part : shared)
      found.shared.insert(found.shared.end(), part.begin(), part.end());
    std::sort(found.shared.begin(), found.shared.end(),
              [](const SharedRow& x, const SharedRow& y) { return x.row < y.row; });
    return found;
  }

 private:
  static constexpr std::size_t kRowsInPart = 16'384;
  static constexpr std::size_t kMostRowsInPart = 4 * kRowsInPart;
  static constexpr unsigned kMostBits = 12;
  /// Added to place_plus_1 once the file's own first row is known too.
  static constexpr std::uint32_t kOwnToo = std::uint32_t{1} << 31;
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t place_plus_1 = 0;
    [[nodiscard]] std::uint32_t place() const { return (place_plus_1 & ~kOwnToo) - 1; }
  };

  /// Parts of rows as they stand, where equal times are never parted.
  /// @return false: the times do not ascend, or too many are equal
  bool part_by_time() {
    const auto time = [this](std::size_t i) { return columns_.started_at_us[rows_[i]]; };
    begins_.assign(1, 0);
    for (std::size_t i = 1; i < rows_.size(); ++i) {
      if (time(i) < time(i - 1)) return false;
      const std::size_t size = i - begins_.back();
      if (size >= kRowsInPart && time(i) != time(i - 1)) begins_.push_back(i);
      if (size >= kMostRowsInPart) return false;
    }
    begins_.push_back(rows_.size());
    return true;
  }

  [[nodiscard]] std::size_t part_of(std::uint32_t hash) const {
    return bits_ == 0 ? 0 : hash >> (32 - bits_);
  }

  /// Places in rows_, those of a part together and in their order.
  void part_by_hash() {
    while (rows_.size() >> bits_ > kRowsInPart && bits_ < kMostBits) ++bits_;
    const std::size_t parts = std::size_t{1} << bits_;
    const unsigned threads = rows_.size() > kRowsInPart ? core::cores() : 1;
    hashes_.resize(rows_.size());
    places_.resize(rows_.size());
    std::vector<std::vector<std::size_t>> at(threads, std::vector<std::size_t>(parts, 0));
    const auto range = [&](std::size_t thread) {
      return std::pair{rows_.size() * thread / threads, rows_.size() * (thread + 1) / threads};
    };
    core::in_parallel(threads, threads, [&](std::size_t thread) {
      const auto [begin, end] = range(thread);
      for (std::size_t i = begin; i < end; ++i) {
        hashes_[i] = hash_of(columns_, rows_[i]);
        ++at[thread][part_of(hashes_[i])];
      }
    });
    begins_.assign(1, 0);
    std::size_t next = 0;
    for (std::size_t part = 0; part < parts; ++part) {
      for (std::vector<std::size_t>& of_thread : at) next += std::exchange(of_thread[part], next);
      begins_.push_back(next);
    }
    core::in_parallel(threads, threads, [&](std::size_t thread) {
      const auto [begin, end] = range(thread);
      for (std::size_t i = begin; i < end; ++i)
        places_[at[thread][part_of(hashes_[i])]++] = static_cast<std::uint32_t>(i);
    });
  }

  void search(std::size_t part, std::vector<char>& duplicate,
              std::vector<SharedRow>* shared) const {
    thread_local std::vector<Slot> slots;
    const std::size_t count = begins_[part + 1] - begins_[part];
    slots.assign(std::bit_ceil(count * 2 + 16), Slot{});
    const std::size_t mask = slots.size() - 1;
    for (std::size_t i = begins_[part]; i < begins_[part + 1]; ++i) {
      const bool by_time = places_.empty();
      const auto place = by_time ? static_cast<std::uint32_t>(i) : places_[i];
      const std::uint32_t hash = by_time ? hash_of(columns_, rows_[place]) : hashes_[place];
      for (std::size_t at = (hash * 0x9E3779B1U) & mask;; at = (at + 1) & mask) {
        Slot& slot = slots[at];
        if (slot.place_plus_1 == 0) {
          slot = {hash, place + 1};
          break;
        }
        if (slot.hash == hash && equal(columns_, rows_[slot.place()], rows_[place])) {
          if (slot.place() < others_ && place >= others_ && (slot.place_plus_1 & kOwnToo) == 0) {
            shared->push_back({rows_[place], rows_[slot.place()]});
            slot.place_plus_1 |= kOwnToo;
          } else {
            duplicate[place] = 1;
          }
          break;
        }
      }
    }
  }

  const CallColumns& columns_;
  const std::vector<std::uint32_t>& rows_;
  std::size_t others_;
  unsigned bits_ = 0;
  std::vector<std::uint32_t> hashes_;  // of each row, where they part it
  std::vector<std::uint32_t> places_;  // in rows_; empty: they stand there as parted
  std::vector<std::size_t> begins_;    // of each part, and the end
};

}  // namespace

SortedCalls sort_calls(const CallTable& table, const CallColumns& columns, std::size_t own,
                       const ScopeRule& scope, std::size_t same_file) {
  SortedCalls sorted;
  std::vector<std::uint32_t> covered;
  const bool all_open = scope.open_material;
  if (!all_open && !scope.coverage) {
    std::vector<std::uint32_t>& held =
        sorted.quarantine[std::string{authorization::kNoAuthorization}];
    held.resize(own);
    for (std::uint32_t row = 0; row < own; ++row) held[row] = row;
    return sorted;
  }
  if (!all_open) {
    const Coverage& coverage = *scope.coverage;
    const Targets targets{table, coverage};
    const bool traffic = coverage.covers_type(DataType::Traffic);
    const bool location = coverage.covers_type(DataType::Location);
    for (std::uint32_t row = 0; row < own; ++row) {
      const std::string_view code = check(columns, row, coverage, targets, traffic, location);
      if (code.empty()) {
        covered.push_back(row);
      } else {
        sorted.quarantine[std::string{code}].push_back(row);
      }
    }
  }
  // Rows of other files come first, then those of the same file that stand in the case.
  const std::size_t others = columns.records - own - same_file;
  std::vector<std::uint32_t> rows(others + same_file);
  std::iota(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(others),
            static_cast<std::uint32_t>(own + same_file));
  std::iota(rows.begin() + static_cast<std::ptrdiff_t>(others), rows.end(),
            static_cast<std::uint32_t>(own));
  const std::size_t earlier = rows.size();
  if (all_open) {
    reserve_large(rows, columns.records);
    rows.resize(columns.records);
    std::iota(rows.begin() + static_cast<std::ptrdiff_t>(earlier), rows.end(), 0U);
  } else {
    rows.insert(rows.end(), covered.begin(), covered.end());
  }
  DuplicateSearch::Found found = DuplicateSearch{columns, rows, others}.find();
  std::size_t kept = 0;
  for (std::size_t i = earlier; i < rows.size(); ++i)
    if (found.duplicate[i] == 0) rows[kept++] = rows[i];
  sorted.duplicates = static_cast<std::uint32_t>(rows.size() - earlier - kept);
  rows.resize(kept);
  sorted.shared = std::move(found.shared);
  // Rows of the same file in the case have their pairs already.
  std::erase_if(sorted.shared, [own](const SharedRow& shared) { return shared.row >= own; });
  sorted.stored = std::move(rows);
  return sorted;
}

}  // namespace palermo::ingest
