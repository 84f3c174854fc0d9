#include "ingest/calls/call_sorter.hpp"

#include <algorithm>
#include <bit>

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
    for (const store::ObservedIdentifier& identifier : table.identifiers) {
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

}  // namespace

void CallSet::reserve(std::size_t rows) { slots_.assign(std::bit_ceil(rows * 2 + 16), Slot{}); }

std::uint64_t CallSet::hash_of(std::uint32_t row) const {
  const CallColumns& c = *columns_;
  std::uint64_t hash =
      mix(static_cast<std::uint64_t>(c.started_at_us[row]), join(c.a[row], c.b[row]));
  hash = mix(hash, join(static_cast<std::uint32_t>(c.duration_s[row]),
                        static_cast<std::uint32_t>(c.flags[row]) << 8 | c.kind[row]));
  for (const auto* pair : {&c.imei, &c.imsi, &c.cell, &c.last_cell, &c.forwarded_to, &c.roaming})
    if (!pair->empty()) hash = mix(hash, (*pair)[row]);
  if (!c.latitude_e7.empty() || !c.longitude_e7.empty())
    hash = mix(hash, join(static_cast<std::uint32_t>(CallColumns::at(c.latitude_e7, row)),
                          static_cast<std::uint32_t>(CallColumns::at(c.longitude_e7, row))));
  return hash;
}

bool CallSet::equal(std::uint32_t x, std::uint32_t y) const {
  const CallColumns& c = *columns_;
  const auto same = [x, y](const auto& column) {
    return CallColumns::at(column, x) == CallColumns::at(column, y);
  };
  return same(c.started_at_us) && same(c.a) && same(c.b) && same(c.duration_s) && same(c.kind) &&
         same(c.flags) && same(c.imei) && same(c.imsi) && same(c.forwarded_to) && same(c.cell) &&
         same(c.last_cell) && same(c.roaming) && same(c.latitude_e7) && same(c.longitude_e7) &&
         same(c.azimuth_deg);
}

void CallSet::prefetch(std::uint64_t hash) const {
  __builtin_prefetch(&slots_[hash & (slots_.size() - 1)], 1);
}

bool CallSet::insert_hashed(std::uint32_t row, std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    Slot& slot = slots_[at];
    if (slot.row_plus_1 == 0) {
      slot = {tag, row + 1};
      return true;
    }
    if (slot.hash == tag && equal(slot.row_plus_1 - 1, row)) return false;
  }
}

SortedCalls sort_calls(const CallTable& table, const CallColumns& columns, std::size_t own,
                       const ScopeRule& scope) {
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
  const std::size_t candidates = all_open ? own : covered.size();
  CallSet set{columns};
  const std::size_t earlier = columns.records - own;
  set.reserve(candidates + earlier);
  for (std::size_t row = own; row < columns.records; ++row)
    set.insert(static_cast<std::uint32_t>(row));
  sorted.stored.reserve(candidates);
  // The slots of a large set are cold: ask for those of the next rows while the first are compared.
  constexpr std::size_t kAhead = 16;
  std::uint64_t hashes[kAhead];
  const auto row_at = [&](std::size_t i) {
    return all_open ? static_cast<std::uint32_t>(i) : covered[i];
  };
  for (std::size_t i = 0; i < std::min(kAhead, candidates); ++i) {
    hashes[i] = set.hash_of(row_at(i));
    set.prefetch(hashes[i]);
  }
  for (std::size_t i = 0; i < candidates; ++i) {
    const std::uint32_t row = row_at(i);
    if (set.insert_hashed(row, hashes[i % kAhead])) {
      sorted.stored.push_back(row);
    } else {
      ++sorted.duplicates;
    }
    if (i + kAhead < candidates) {
      hashes[i % kAhead] = set.hash_of(row_at(i + kAhead));
      set.prefetch(hashes[i % kAhead]);
    }
  }
  return sorted;
}

}  // namespace palermo::ingest
