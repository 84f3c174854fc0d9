#include "analysis/location/locate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "analysis/location/borders.hpp"
#include "analysis/location/cell_name.hpp"
#include "analysis/location/cell_places.hpp"
#include "analysis/location/mobile_country.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/read_back.hpp"
#include "core/store/segment_store.hpp"

namespace palermo::analysis {
namespace {

using core::Result;
using core::Status;
using v1::LocatedCell;
using v1::LocationEvidence;

constexpr std::size_t kMostServed = 100;

/// One record with a place, before anything is said of it.
struct Use {
  std::int64_t at_us = 0;
  std::string record_id;
  std::uint8_t kind = 0;
  std::uint32_t served = 0;
  std::string cell, last_cell;
  std::string authorization_id;  // of the record itself
  std::optional<double> latitude, longitude, azimuth;
};

bool is_one_of(const std::vector<std::uint32_t>& sorted, std::uint32_t id) {
  return id != 0 && std::binary_search(sorted.begin(), sorted.end(), id);
}

/// Whether two texts name one cell.
bool same_cell(const std::string& text, const std::string& wanted) {
  if (text == wanted) return true;
  const auto a = read_cell_name(text);
  const auto b = read_cell_name(wanted);
  if (!a || !b) return false;
  const auto keys = cell_keys(*a, {});
  const auto others = cell_keys(*b, {});
  return std::any_of(keys.begin(), keys.end(), [&others](const std::string& key) {
    return std::find(others.begin(), others.end(), key) != others.end();
  });
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  return fmt::format("{}", fmt::join(words, between));
}

class Locator {
 public:
  Locator(store::Database& db, const LocateQuery& query) : db_{db}, query_{query} {
    wanted_ = query.identifiers;
    std::sort(wanted_.begin(), wanted_.end());
  }

  Result<v1::LocateResult> run() {
    PALERMO_CHECK_OK(gather());
    std::set<std::string> cells;
    for (const Use& use : uses_)
      for (const std::string* cell : {&use.cell, &use.last_cell})
        if (!cell->empty()) cells.insert(*cell);
    if (!query_.cell.empty()) cells.insert(query_.cell);
    PALERMO_TRY(places_, CellPlaces::read(db_, cells));
    result_.set_cell_sites(static_cast<std::uint32_t>(places_.rows()));
    std::sort(uses_.begin(), uses_.end(), [](const Use& x, const Use& y) {
      return std::tie(x.at_us, x.record_id) < std::tie(y.at_us, y.record_id);
    });
    for (const Use& use : uses_) PALERMO_CHECK_OK(add(use));
    PALERMO_CHECK_OK(finish());
    return std::move(result_);
  }

 private:
  Status gather() {
    store::SegmentQuery segments;
    segments.identifiers = wanted_;
    segments.from_us = query_.from_us;
    segments.to_us = query_.to_us;
    segments.columns = store::kColAll;
    return store::for_each_segment(db_, segments, [&](const store::CallColumns& c) -> Status {
      for (std::size_t row = 0; row < c.records; ++row) gather_row(c, row);
      return core::ok();
    });
  }

  void gather_row(const store::CallColumns& c, std::size_t row) {
    const std::int64_t at_us = c.started_at_us[row];
    if ((query_.from_us && at_us < *query_.from_us) || (query_.to_us && at_us > *query_.to_us))
      return;
    const std::uint32_t flags = c.flags[row];
    const std::uint32_t served = (flags & v1::OWNER_IS_B) != 0 ? c.b[row] : c.a[row];
    const std::uint32_t other = (flags & v1::OWNER_IS_B) != 0 ? c.a[row] : c.b[row];
    const bool placed = store::CallColumns::at(c.cell, row) != 0 ||
                        store::CallColumns::at(c.last_cell, row) != 0 ||
                        (flags & v1::HAS_POSITION) != 0;
    if (!wanted_.empty()) {
      // IMSI and IMEI are those of the served party.
      const bool is_served = is_one_of(wanted_, served) ||
                             is_one_of(wanted_, store::CallColumns::at(c.imsi, row)) ||
                             is_one_of(wanted_, store::CallColumns::at(c.imei, row));
      if (!is_served) {
        if (placed && (is_one_of(wanted_, other) ||
                       is_one_of(wanted_, store::CallColumns::at(c.forwarded_to, row))))
          result_.set_of_other_party(result_.of_other_party() + 1);
        return;
      }
    }
    if (!placed) {
      if (query_.cell.empty()) result_.set_without_place(result_.without_place() + 1);
      return;
    }
    Use use;
    use.cell = c.text(c.cell, row);
    use.last_cell = c.text(c.last_cell, row);
    if (!query_.cell.empty() && !same_cell(use.cell, query_.cell) &&
        !same_cell(use.last_cell, query_.cell))
      return;
    use.at_us = at_us;
    use.record_id = fmt::format("{}:{}", c.source_id, c.line[row]);
    use.kind = c.kind[row];
    use.authorization_id = c.text(c.authorization, row);
    use.served = served != 0 ? served : store::CallColumns::at(c.imsi, row);
    if (use.served == 0) use.served = store::CallColumns::at(c.imei, row);
    constexpr double kE7 = 1e7;
    if ((flags & v1::HAS_POSITION) != 0) {
      use.latitude = store::CallColumns::at(c.latitude_e7, row) / kE7;
      use.longitude = store::CallColumns::at(c.longitude_e7, row) / kE7;
    }
    if ((flags & v1::HAS_AZIMUTH) != 0) use.azimuth = store::CallColumns::at(c.azimuth_deg, row);
    uses_.push_back(std::move(use));
  }

  // ---- one record ------------------------------------------------------------------------------

  Result<std::string> name_of(std::uint32_t id) {
    if (id == 0) return std::string{};
    if (const auto known = names_.find(id); known != names_.end()) return known->second;
    PALERMO_TRY(const store::StoredIdentifier found, store::find_identifier(db_, id));
    return names_.emplace(id, found.identifier.value).first->second;
  }

  /// State of a point, in an evidence that has its coordinates.
  void put_point(LocationEvidence& evidence) {
    const std::pair<double, double> key{evidence.latitude(), evidence.longitude()};
    auto known = points_.find(key);
    if (known == points_.end())
      known = points_.emplace(key, borders().place(key.first, key.second)).first;
    const PointPlace& place = known->second;
    if (place.border_km) evidence.set_border_km(*place.border_km);
    evidence.set_state(place.state);
    if (place.kind == PointPlace::Kind::NearBorder)
      for (const std::string& candidate : place.candidates) evidence.add_candidates(candidate);
    if (place.kind == PointPlace::Kind::NoCode) evidence.add_candidates(place.area);
    switch (place.kind) {
      case PointPlace::Kind::Inside:
        evidence.set_why("the coordinates lie in " + place.state);
        break;
      case PointPlace::Kind::Coast:
        evidence.set_why(fmt::format("the coordinates lie {:.0f} km off the drawn coast of {}",
                                     *place.land_km, place.state));
        break;
      case PointPlace::Kind::NearBorder:
        evidence.set_why("the coordinates lie near the border of " +
                         joined(place.candidates, " and ") +
                         ": the outlines are too coarse to say on which side");
        break;
      case PointPlace::Kind::NoCode:
        evidence.set_why("the coordinates lie in " + place.area +
                         ", to which ISO 3166-1 gives no code");
        break;
      case PointPlace::Kind::AtSea:
        evidence.set_why(place.candidates.empty() ? std::string{"the coordinates lie at sea"}
                                                  : "the coordinates lie at sea, nearest to " +
                                                        joined(place.candidates, ", "));
        break;
    }
  }

  void add_country_code(LocatedCell& cell) {
    const auto name = read_cell_name(cell.cell());
    if (!name) return;
    LocationEvidence& evidence = *cell.add_evidence();
    evidence.set_by(LocationEvidence::mcc);
    const MobileCountry* country = mobile_country(name->mcc);
    if (country == nullptr) {
      evidence.set_why(fmt::format(
          "mobile country code {} names no State (tests, international networks, or not assigned)",
          name->mcc));
      return;
    }
    const bool one = country->states.size() == 1;
    if (one) {
      evidence.set_state(country->states.front());
    } else {
      for (const std::string& state : country->states) evidence.add_candidates(state);
    }
    evidence.set_why(fmt::format("mobile country code {} is that of {}{}{}", name->mcc,
                                 joined(country->states, ", "), country->remark.empty() ? "" : "; ",
                                 country->remark));
  }

  void add_table(LocatedCell& cell, std::int64_t at_us) {
    const std::vector<const CellPlace*> rows = places_.at(cell.cell(), at_us);
    if (rows.empty() && places_.names(cell.cell())) {
      LocationEvidence& evidence = *cell.add_evidence();
      evidence.set_by(LocationEvidence::cell_table);
      evidence.set_why("a cell table names this cell, but for another time");
    }
    for (const CellPlace* row : rows) {
      LocationEvidence& evidence = *cell.add_evidence();
      evidence.set_by(LocationEvidence::cell_table);
      evidence.set_record_id(row->record_id);
      if (row->site.has_azimuth()) evidence.set_azimuth(row->site.azimuth());
      if (row->site.has_range_m()) evidence.set_range_m(row->site.range_m());
      if (row->site.has_latitude() && row->site.has_longitude()) {
        evidence.set_latitude(row->site.latitude());
        evidence.set_longitude(row->site.longitude());
        put_point(evidence);
      } else {
        evidence.set_why("the cell table gives no coordinates");
      }
      if (!row->site.state().empty()) add_stated(cell, evidence, *row);
      if (!row->named_in_full)
        evidence.set_why(evidence.why() +
                         "; the name carries no country and network: the table must be of the "
                         "records' operator");
    }
  }

  /// The State that a table names in words.
  static void add_stated(LocatedCell& cell, LocationEvidence& evidence, const CellPlace& row) {
    const std::string& stated = row.site.state();
    const bool code = stated.size() == 2 && stated[0] >= 'A' && stated[0] <= 'Z' &&
                      stated[1] >= 'A' && stated[1] <= 'Z';
    if (!code) {
      evidence.set_why(evidence.why() + "; the State it names is no ISO 3166-1 code");
      return;
    }
    if (evidence.state() == stated) return;
    if (evidence.state().empty()) {
      evidence.set_state(stated);
      evidence.set_why(evidence.why() + "; it names the State " + stated);
      return;
    }
    LocationEvidence& second = *cell.add_evidence();
    second.set_by(LocationEvidence::cell_table);
    second.set_record_id(row.record_id);
    second.set_state(stated);
    second.set_why("the same row names the State " + stated);
  }

  static void decide(LocatedCell& cell) {
    // Réunion by the country code and France by the outlines are no contradiction: the outlines
    // draw the one within the other, and the narrower name is kept.
    std::map<std::string, std::string> states;  // as drawn, and the name to show
    for (const LocationEvidence& evidence : cell.evidence()) {
      if (evidence.state().empty()) continue;
      const std::string drawn{drawn_as(evidence.state())};
      std::string& shown = states.emplace(drawn, evidence.state()).first->second;
      if (shown == drawn) shown = evidence.state();
    }
    // What leaves several possible contradicts a State that is none of them.
    bool contradicted = false;
    bool says_something = false;
    for (const LocationEvidence& evidence : cell.evidence()) {
      const auto& candidates = evidence.candidates();
      says_something = says_something || !candidates.empty() || evidence.has_latitude();
      if (candidates.empty() || !evidence.state().empty()) continue;
      for (const auto& [drawn, shown] : states)
        if (std::none_of(
                candidates.begin(), candidates.end(),
                [&drawn = drawn](const std::string& one) { return drawn_as(one) == drawn; }))
          contradicted = true;
    }
    if (states.size() > 1 || contradicted) {
      cell.set_outcome(LocatedCell::conflict);
    } else if (states.size() == 1) {
      cell.set_outcome(LocatedCell::located);
      cell.set_state(states.begin()->second);
    } else {
      cell.set_outcome(says_something ? LocatedCell::undetermined : LocatedCell::missing);
    }
  }

  Status add(const Use& use) {
    v1::LocatedRecord record;
    record.set_record_id(use.record_id);
    record.set_started_at(core::format_utc(use.at_us));
    record.set_kind(std::string{store::kind_name(use.kind)});
    record.set_authorization_id(use.authorization_id);
    PALERMO_TRY(*record.mutable_served(), name_of(use.served));
    const auto add_cell = [&](const std::string& text, const char* part, bool with_position) {
      LocatedCell& cell = *record.add_cells();
      cell.set_cell(text);
      cell.set_part(part);
      add_country_code(cell);
      if (with_position && use.latitude) {
        LocationEvidence& evidence = *cell.add_evidence();
        evidence.set_by(LocationEvidence::position);
        evidence.set_latitude(*use.latitude);
        evidence.set_longitude(*use.longitude);
        if (use.azimuth) evidence.set_azimuth(*use.azimuth);
        put_point(evidence);
      }
      if (!text.empty()) add_table(cell, use.at_us);
      decide(cell);
    };
    const bool moved = !use.last_cell.empty() && use.last_cell != use.cell;
    if (!use.cell.empty() || use.latitude) add_cell(use.cell, moved ? "first" : "", true);
    if (moved) add_cell(use.last_cell, use.cell.empty() ? "" : "last", false);
    if (use.cell.empty() && !use.latitude && !moved) add_cell(use.last_cell, "", false);
    count(record);
    result_.set_total(result_.total() + 1);
    if (!query_.summary &&
        (query_.limit == 0 || static_cast<std::uint32_t>(result_.records_size()) < query_.limit))
      *result_.add_records() = std::move(record);
    return core::ok();
  }

  // ---- the States ------------------------------------------------------------------------------

  void count(const v1::LocatedRecord& record) {
    std::set<std::pair<int, std::string>> seen;
    for (const LocatedCell& cell : record.cells()) {
      const std::pair<int, std::string> key{cell.outcome(), cell.state()};
      v1::LocatedState& state = states_[key];
      for (const LocationEvidence& evidence : cell.evidence())
        if (!evidence.state().empty() &&
            std::find(state.by().begin(), state.by().end(), evidence.by()) == state.by().end())
          state.add_by(evidence.by());
      if (!seen.insert(key).second) continue;
      state.set_outcome(cell.outcome());
      state.set_state(cell.state());
      state.set_records(state.records() + 1);
      if (state.first_at().empty()) state.set_first_at(record.started_at());
      state.set_last_at(record.started_at());
      if (query_.limit == 0 || static_cast<std::uint32_t>(state.record_ids_size()) < query_.limit)
        state.add_record_ids(record.record_id());
      auto& served = served_[key];
      if (served.size() < kMostServed && !record.served().empty()) served.insert(record.served());
    }
  }

  Status finish() {
    std::vector<v1::LocatedState> states;
    for (auto& [key, state] : states_) {
      for (const std::string& served : served_[key]) state.add_served(served);
      states.push_back(std::move(state));
    }
    std::sort(states.begin(), states.end(), [](const auto& x, const auto& y) {
      return std::make_tuple(x.outcome(), ~x.records(), x.state()) <
             std::make_tuple(y.outcome(), ~y.records(), y.state());
    });
    for (v1::LocatedState& state : states) *result_.add_states() = std::move(state);
    PALERMO_TRY(const std::int64_t held, store::count_quarantined(db_));
    result_.set_quarantined(static_cast<std::uint32_t>(held));
    if (result_.total() == 0) return core::ok();
    result_.add_notes(
        "A cell says where the mast stands, not where the person stood: near a border a phone can "
        "be served from across it.");
    result_.add_notes(
        "Codes are of ISO 3166-1, also of territories: to which State a territory belongs, and "
        "what "
        "was done there, is for the legal officer to state.");
    if (!points_.empty())
      result_.add_notes(fmt::format(
          "Borders are those of Natural Earth, 1:50 million: a point within {:.0f} km of another "
          "State is near its border and decides nothing.",
          kBorderKm));
    return core::ok();
  }

  store::Database& db_;
  const LocateQuery& query_;
  std::vector<std::uint32_t> wanted_;
  v1::LocateResult result_;
  std::vector<Use> uses_;
  CellPlaces places_;
  std::map<std::uint32_t, std::string> names_;
  std::map<std::pair<double, double>, PointPlace> points_;
  std::map<std::pair<int, std::string>, v1::LocatedState> states_;
  std::map<std::pair<int, std::string>, std::set<std::string>> served_;
};

}  // namespace

Result<v1::LocateResult> locate(store::Database& db, const LocateQuery& query) {
  return Locator{db, query}.run();
}

}  // namespace palermo::analysis
