#include "analysis/location/sightings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "analysis/location/cell_places.hpp"
#include "core/base/time.hpp"

namespace palermo::analysis {

bool talked(const store::CallColumns& columns, std::size_t row) {
  constexpr unsigned kNoTalk = static_cast<unsigned>(v1::NOT_ANSWERED) |
                               static_cast<unsigned>(v1::DURATION_ABSENT) |
                               static_cast<unsigned>(v1::NEGATIVE_DURATION);
  return columns.kind[row] == static_cast<std::uint8_t>(v1::CALL) && columns.duration_s[row] > 0 &&
         (columns.flags[row] & kNoTalk) == 0;
}

bool forwarded(const store::CallColumns& columns, std::size_t row) {
  return (columns.flags[row] & static_cast<unsigned>(v1::FORWARDED)) != 0 ||
         store::CallColumns::at(columns.forwarded_to, row) != 0;
}

double time_slack_s(unsigned flags) {
  constexpr double kMinute = 60, kHour = 3600;
  double slack = (flags & static_cast<unsigned>(v1::MINUTE_PRECISION)) != 0 ? kMinute : 0;
  if ((flags & (static_cast<unsigned>(v1::AMBIGUOUS_LOCAL_TIME) |
                static_cast<unsigned>(v1::NONEXISTENT_LOCAL_TIME))) != 0)
    slack += kHour;
  return slack;
}

std::uint32_t SightingReader::cell(std::string_view name) {
  if (name.empty()) return 0;
  const auto found = cell_numbers_.find(name);
  if (found != cell_numbers_.end()) return found->second;
  const auto number = static_cast<std::uint32_t>(cells_.size());
  cells_.emplace_back(name);
  cell_numbers_.emplace(cells_.back(), number);
  return number;
}

std::string SightingReader::record(std::uint32_t source, std::uint32_t line) const {
  return fmt::format("{}:{}", sources_[source], line);
}

void SightingReader::add(const store::CallColumns& columns, std::size_t row) {
  if (!talked(columns, row) || forwarded(columns, row)) return;
  const unsigned flags = columns.flags[row];
  const bool has_position = (flags & static_cast<unsigned>(v1::HAS_POSITION)) != 0;
  const std::string_view first = columns.text(columns.cell, row);
  const std::string_view last = columns.text(columns.last_cell, row);
  if (!has_position && first.empty() && last.empty()) return;
  // Segments of one source follow one another.
  auto source = sources_.empty() || sources_.back() != columns.source_id
                    ? std::find(sources_.begin(), sources_.end(), columns.source_id)
                    : sources_.end() - 1;
  if (source == sources_.end()) source = sources_.insert(source, columns.source_id);
  Noted noted;
  Sighted& seen = noted.seen;
  seen.source = static_cast<std::uint32_t>(source - sources_.begin());
  seen.line = columns.line[row];
  const bool of_b = (flags & static_cast<unsigned>(v1::OWNER_IS_B)) != 0;
  seen.identifier = of_b ? columns.b[row] : columns.a[row];
  if (seen.identifier == 0) return;
  seen.at.slack_s = time_slack_s(flags);
  if (has_position || !first.empty()) {
    constexpr double kE7 = 1e-7;
    seen.at.at_us = columns.started_at_us[row];
    seen.cell = cell(first);
    noted.has_position = has_position;
    if (has_position) {
      seen.at.latitude = store::CallColumns::at(columns.latitude_e7, row) * kE7;
      seen.at.longitude = store::CallColumns::at(columns.longitude_e7, row) * kE7;
    }
    noted_.push_back(noted);
  }
  if (!last.empty()) {
    seen.at.at_us =
        columns.started_at_us[row] + std::int64_t{columns.duration_s[row]} * core::kUsPerSecond;
    seen.cell = cell(last);
    noted.has_position = false;
    noted_.push_back(noted);
  }
}

core::Result<std::vector<Sighted>> SightingReader::find(store::Database& db) {
  std::set<std::string> names(cells_.begin() + 1, cells_.end());
  PALERMO_TRY(const CellPlaces places, CellPlaces::read(db, names));
  std::vector<Sighted> out;
  for (Noted& noted : noted_) {
    Sighting& at = noted.seen.at;
    bool known = noted.has_position, one_place = true;
    if (noted.seen.cell != 0)
      for (const CellPlace* row : places.at(cells_[noted.seen.cell], at.at_us)) {
        if (!row->named_in_full || !row->site.has_latitude() || !row->site.has_longitude())
          continue;
        const double latitude = row->site.latitude(), longitude = row->site.longitude();
        if (!known) {
          at.latitude = latitude;
          at.longitude = longitude;
          known = true;
        } else if (distance_km(at.latitude, at.longitude, latitude, longitude) > kSameSiteKm) {
          one_place = false;
        }
        constexpr double kMetres = 1000;
        if (row->site.has_range_m())
          at.range_km = std::max(at.range_km, row->site.range_m() / kMetres);
      }
    if (!known) {
      ++unknown_;
    } else if (!one_place) {
      ++contradicting_;
    } else {
      out.push_back(noted.seen);
    }
  }
  noted_.clear();
  std::stable_sort(out.begin(), out.end(), [](const Sighted& x, const Sighted& y) {
    return std::tie(x.at.at_us, x.source, x.line) < std::tie(y.at.at_us, y.source, y.line);
  });
  return out;
}

}  // namespace palermo::analysis
