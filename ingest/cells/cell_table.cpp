#include "ingest/cells/cell_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/text.hpp"
#include "ingest/cells/cell_columns.hpp"
#include "ingest/records/delimited.hpp"
#include "ingest/records/record_time.hpp"
#include "ingest/records/relation_text.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

using core::Result;
using core::Status;

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class Reader {
 public:
  Reader(const AdapterInput& input, CellLayout layout, detail::TimeReader times)
      : options_{input.options}, layout_{std::move(layout)}, times_{std::move(times)} {}

  Result<RecordBatch> read(std::string_view text) {
    DelimitedReader reader{text, layout_.separator};
    Row row;
    if (layout_.header) PALERMO_CHECK_OK(reader.next(row));
    const std::vector<std::string> header = row.cells;
    while (true) {
      PALERMO_TRY(const bool more, reader.next(row));
      if (!more) break;
      if (layout_.header && row.cells == header) {
        ++repeated_;
        continue;
      }
      if (++batch_.rows_read > kMostCellSites)
        return bad_input(
            row.line, fmt::format("more than {} cells", kMostCellSites),
            "a case holds one row a cell: cut the table to the networks and areas of the case, for "
            "example by its column mcc; nothing was stored");
      PALERMO_CHECK_OK(take(row));
    }
    if (batch_.rows_read == 0)
      return bad_input(0, "a header and no cell below it",
                       "check that the file was exported completely");
    describe();
    return std::move(batch_);
  }

 private:
  [[nodiscard]] std::string_view at(const Row& row, CellColumn column) const {
    const int index = layout_.index[static_cast<std::size_t>(column)];
    if (index < 0 || static_cast<std::size_t>(index) >= row.cells.size()) return {};
    return row.cells[static_cast<std::size_t>(index)];
  }

  Status reject(const Row& row, const char* code, std::string message) {
    v1::Reject& out = batch_.rejects.emplace_back();
    out.set_line(row.line);
    out.set_code(code);
    out.set_message(std::move(message));
    return core::ok();
  }

  Status take(Row& row) {
    while (row.cells.size() > layout_.columns && row.cells.back().empty()) row.cells.pop_back();
    std::string broken = row.problem;
    if (broken.empty() && row.cells.size() != layout_.columns)
      broken = fmt::format("{} columns, expected {}", row.cells.size(), layout_.columns);
    if (!broken.empty()) {
      if (!options_.keep_going)
        return bad_input(row.line, broken,
                         "nothing was stored; --keep-going takes the other rows and counts this "
                         "one as rejected");
      return reject(row, row.problem.empty() ? "COLUMN_COUNT" : "BAD_QUOTE", broken);
    }
    store::RecordRow out;
    out.kind = "cell_site";
    out.record.set_line(row.line);
    v1::CellSite& site = *out.record.mutable_cell_site();
    site.set_radio(std::string{at(row, CellColumn::Radio)});
    site.set_mcc(std::string{at(row, CellColumn::Mcc)});
    site.set_mnc(std::string{at(row, CellColumn::Mnc)});
    site.set_address(std::string{at(row, CellColumn::Address)});
    site.set_state(std::string{at(row, CellColumn::State)});
    if (!take_identity(row, site))
      return reject(
          row, "MISSING_CELL",
          "no name of the cell, nor its country, network and number, or an area that is no "
          "number");
    if (const std::string bad = take_position(row, site); !bad.empty())
      return reject(row, "BAD_POSITION", bad);
    bool timed = true;
    PALERMO_CHECK_OK(take_validity(row, out, site, timed));
    if (!timed) return core::ok();
    batch_.rows.push_back(std::move(out));
    return core::ok();
  }

  /// "001-01-4660-22136" out of its parts where the table has no whole name.
  bool take_identity(const Row& row, v1::CellSite& site) {
    const std::string_view area_text = at(row, CellColumn::Area);
    if (const auto area = whole_number(area_text); area && *area <= UINT32_MAX)
      site.set_area(static_cast<std::uint32_t>(*area));
    auto identity = whole_number(at(row, CellColumn::Eci));
    if (!identity || *identity == 0) identity = whole_number(at(row, CellColumn::Identity));
    if (identity) site.set_identity(*identity);
    site.set_cell(std::string{at(row, CellColumn::Cell)});
    if (!site.cell().empty()) return true;
    // Without the area that the row states, the name would be another cell's.
    if (!site.has_area() && area_text.find_first_of("0123456789") != std::string_view::npos)
      return false;
    if (site.mcc().empty() || site.mnc().empty() || !site.has_identity()) return false;
    if (site.mnc().size() == 1) site.set_mnc("0" + site.mnc());
    site.set_cell(
        site.has_area()
            ? fmt::format("{}-{}-{}-{}", site.mcc(), site.mnc(), site.area(), site.identity())
            : fmt::format("ECGI {}-{}-{}", site.mcc(), site.mnc(), site.identity()));
    return true;
  }

  /// @return why the position cannot be; empty when it can, or when there is none
  std::string take_position(const Row& row, v1::CellSite& site) {
    const bool comma = layout_.separator != ',';
    const std::string_view latitude_text = at(row, CellColumn::Latitude);
    const std::string_view longitude_text = at(row, CellColumn::Longitude);
    if (!latitude_text.empty() || !longitude_text.empty()) {
      const auto latitude = detail::read_weight(latitude_text, comma);
      const auto longitude = detail::read_weight(longitude_text, comma);
      if (!latitude || !longitude) return "latitude or longitude: no decimal degrees";
      if (std::abs(*latitude) > 90 || std::abs(*longitude) > 180)
        return "latitude or longitude: beyond 90 or 180 degrees; a national grid is not read";
      if (*latitude == 0 && *longitude == 0) {
        ++zero_;
      } else {
        site.set_latitude(*latitude);
        site.set_longitude(*longitude);
      }
    }
    const auto number = [&](CellColumn column, double most) -> std::optional<double> {
      const auto value = detail::read_weight(at(row, column), comma);
      if (!value || *value < 0 || *value > most) return std::nullopt;
      return value;
    };
    if (const auto azimuth = number(CellColumn::Azimuth, 360)) site.set_azimuth(*azimuth);
    if (const auto width = number(CellColumn::BeamWidth, 360)) site.set_beam_width(*width);
    if (const auto range = number(CellColumn::Range, 1e6); range && *range > 0)
      site.set_range_m(*range);
    if (!site.has_latitude()) ++without_position_;
    return {};
  }

  Status take_validity(const Row& row, store::RecordRow& out, v1::CellSite& site, bool& timed) {
    const auto one = [&](CellColumn column, std::string_view name, std::string& text,
                         std::optional<std::int64_t>& us, bool last) -> Status {
      const detail::ReadTime time = times_.read(at(row, column), true);
      if (time.state == detail::ReadTime::State::NoZone)
        return detail::no_zone_error(row.line, name);
      if (time.state == detail::ReadTime::State::Bad) {
        timed = false;
        return reject(row, "BAD_TIME", fmt::format("{}: {}", name, time.why));
      }
      if (time.state == detail::ReadTime::State::Absent) return core::ok();
      text = time.text;
      us = last ? time.last_us : time.instant.us;
      return core::ok();
    };
    PALERMO_CHECK_OK(one(CellColumn::ValidFrom, "the beginning of its validity",
                         *site.mutable_valid_from(), out.from_us, false));
    if (!timed) return core::ok();
    PALERMO_CHECK_OK(one(CellColumn::ValidTo, "the end of its validity", *site.mutable_valid_to(),
                         out.to_us, true));
    if (timed && out.from_us && out.to_us && *out.to_us < *out.from_us) {
      timed = false;
      return reject(row, "BAD_TIME", "the cell's validity ends before it begins");
    }
    if (!out.from_us && !out.to_us) ++always_;
    return core::ok();
  }

  void describe() {
    batch_.mapping = fmt::format("cell table, separator {}: {}",
                                 name_of_separator(layout_.separator), layout_.name);
    const auto note = [this](std::uint32_t count, const char* text) {
      if (count > 0) batch_.notices.push_back(fmt::format("{} {}", count, text));
    };
    note(repeated_, "repetitions of the header were not read as cells");
    note(zero_, "cells stand at latitude 0 and longitude 0, which is no place; left out");
    note(without_position_, "cells have no position");
    if (always_ > 0)
      batch_.notices.push_back(
          fmt::format("{} cells name no time of validity and are taken to stand there at all "
                      "times: an operator "
                      "can use the same number elsewhere in another month",
                      always_));
    if (!layout_.left_alone.empty())
      batch_.notices.push_back(
          fmt::format("columns left alone: {}", fmt::join(layout_.left_alone, ", ")));
    times_.report(batch_);
  }

  const AdapterOptions& options_;
  CellLayout layout_;
  detail::TimeReader times_;
  RecordBatch batch_;
  std::uint32_t repeated_ = 0, zero_ = 0, without_position_ = 0, always_ = 0;
};

Result<RecordBatch> read(const AdapterInput& input) {
  PALERMO_TRY(const std::string_view text, check_text(input.bytes));
  const auto layout = find_cell_layout(text);
  if (!layout)
    return bad_input(1, "no table of cells: its first row names no cell with a place",
                     "name the columns cell,latitude,longitude or radio,mcc,net,area,cell,lon,lat "
                     "(docs/formats/cells.md)");
  PALERMO_TRY(detail::TimeReader times, detail::TimeReader::make(input.options));
  return Reader{input, *layout, std::move(times)}.read(text);
}

Detection detect(std::string_view bytes, std::string_view) {
  const std::string_view head = bytes.substr(0, std::size_t{64} << 10);
  if (!core::is_valid_utf8(head.substr(0, head.rfind('\n')))) return {};
  const auto layout = find_cell_layout(head);
  if (!layout) return {};
  if (!layout->header) return {0.96, "14 columns as in OpenCelliD, the first a kind of radio"};
  // A table of calls names a cell and a place too, and times or parties beside them.
  constexpr std::string_view kOthers[] = {
      "time",   "timestamp", "datetime", "date",   "number", "msisdn", "imei",     "imsi",
      "device", "duration",  "calling",  "called", "caller", "party",  "direction"};
  for (const std::string& name : layout->left_alone) {
    std::string words = detail::folded(name);
    std::replace_if(
        words.begin(), words.end(), [](char c) { return c < 'a' || c > 'z'; }, ' ');
    words = ' ' + words + ' ';
    for (const std::string_view other : kOthers)
      if (words.find(fmt::format(" {} ", other)) != std::string::npos) return {};
  }
  return {0.96, "the header names cells and where they stand"};
}

}  // namespace

Adapter cell_table_adapter() {
  return {"cell_table", "1", "where cells stand: OpenCelliD, operators' tables of antennas", detect,
          read};
}

}  // namespace palermo::ingest
