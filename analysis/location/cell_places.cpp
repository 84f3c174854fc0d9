#include "analysis/location/cell_places.hpp"

#include <fmt/format.h>

#include "analysis/location/cell_name.hpp"
#include "core/store/record_store.hpp"

namespace palermo::analysis {
namespace {

/// The row's cell by its parts, where it has them; else as its name can be read.
std::optional<CellName> name_of(const v1::CellSite& site) {
  constexpr std::size_t kMccDigits = 3;
  if (site.mcc().size() != kMccDigits || site.mnc().empty() || !site.has_identity())
    return read_cell_name(site.cell());
  CellName name;
  name.mcc = site.mcc();
  name.mnc = site.mnc();
  if (site.has_area()) name.area = site.area();
  name.identity = site.identity();
  return name;
}

}  // namespace

core::Result<CellPlaces> CellPlaces::read(store::Database& db, const std::set<std::string>& cells) {
  CellPlaces found;
  if (cells.empty()) return found;
  std::multimap<std::string, const std::string*> wanted;
  for (const std::string& cell : cells)
    if (const auto name = read_cell_name(cell))
      for (std::string& key : cell_keys(*name, {})) wanted.emplace(std::move(key), &cell);
  store::RecordQuery query;
  query.kind = "cell_site";
  PALERMO_CHECK_OK(store::for_each_record(db, query, [&](store::StoredRecord& row) -> core::Status {
    const v1::CellSite& site = row.record.cell_site();
    std::set<std::string> matched;
    bool in_full = false;
    if (const auto name = name_of(site)) {
      for (const std::string& key : cell_keys(*name, site.radio())) {
        const auto [first, last] = wanted.equal_range(key);
        for (auto it = first; it != last; ++it) matched.insert(*it->second);
      }
      in_full = !matched.empty();
    }
    if (cells.contains(site.cell())) matched.insert(site.cell());
    if (matched.empty()) return core::ok();
    for (const std::string& cell : matched) found.by_cell_[cell].push_back(found.places_.size());
    found.places_.push_back({site, row.record.record_id(), row.from_us, row.to_us, in_full});
    return core::ok();
  }));
  return found;
}

std::vector<const CellPlace*> CellPlaces::at(const std::string& cell, std::int64_t us) const {
  std::vector<const CellPlace*> valid;
  const auto found = by_cell_.find(cell);
  if (found == by_cell_.end()) return valid;
  for (const std::size_t index : found->second) {
    const CellPlace& place = places_[index];
    if ((place.from_us && us < *place.from_us) || (place.to_us && us > *place.to_us)) continue;
    valid.push_back(&place);
  }
  return valid;
}

}  // namespace palermo::analysis
