#include "ingest/calls/subscriber_csv.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>

#include "core/base/text.hpp"
#include "ingest/calls/adapter_table.hpp"
#include "ingest/profile/profile.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

using core::Result;

const std::vector<std::string_view> kPlainColumns = {"interaction", "direction", "correspondent_id",
                                                     "datetime", "call_duration"};

std::string subscriber_of(const std::string& file_name) {
  const std::filesystem::path path{file_name};
  const std::string name = path.filename().string();
  return folded(path.extension().string()) == ".csv" ? path.stem().string() : name;
}

Detection detect_plain(std::string_view bytes, std::string_view) {
  if (!find_table_header(bytes, kPlainColumns)) return {};
  return {0.95, "the header names interaction, direction, correspondent_id and datetime"};
}

Result<CallText> read_plain(const AdapterInput& input) {
  const auto header = find_table_header(input.bytes, kPlainColumns);
  if (!header)
    return bad_input(1,
                     "no header that names interaction, direction, correspondent_id, datetime and "
                     "call_duration",
                     "try --format auto");
  const std::string subscriber = subscriber_of(input.file_name);
  if (subscriber.empty() || !core::is_valid_utf8(subscriber))
    return bad_input(0, "the file's name is the subscriber in this layout, and it is no text",
                     "name the file after the subscriber's number");
  CallText out;
  out.positions_are_lines = true;
  out.notices.push_back(
      fmt::format("the subscriber is the file's name, '{}': nothing inside the file says who it is",
                  core::printable(subscriber, 60)));
  std::string left;
  for (const std::string& name : header->names) {
    bool known = name == "antenna_id" || name == "latitude" || name == "longitude";
    for (const std::string_view column : kPlainColumns) known = known || name == column;
    if (!known && !name.empty()) left += (left.empty() ? "" : ", ") + name;
  }
  if (!left.empty()) out.notices.push_back("columns left alone: " + core::printable(left, 400));

  const std::size_t interaction = *header->find("interaction");
  const std::size_t direction = *header->find("direction");
  const std::size_t correspondent = *header->find("correspondent_id");
  const std::size_t time = *header->find("datetime");
  const std::size_t duration = *header->find("call_duration");
  const auto optional = [&](const TableRow& row, std::string_view name) {
    const auto index = header->find(name);
    return index ? row.at(*index) : std::string_view{};
  };
  TableShape shape;
  shape.delimiter = header->delimiter;
  shape.columns = header->names.size();
  PALERMO_CHECK_OK(for_each_table_row(input, shape, out, [&](const TableRow& row) {
    const std::string what = folded(row.at(interaction));
    const std::string way = folded(row.at(direction));
    if (what != "call" && what != "text")
      return out.reject(row.line, "UNKNOWN_KIND", "interaction: neither call nor text");
    if (way != "in" && way != "out")
      return out.reject(
          row.line, "UNKNOWN_DIRECTION",
          "direction: a word the layout does not know, so who called whom is unknown");
    if (row.at(correspondent).empty())
      return out.reject(row.line, "MISSING_CORRESPONDENT", "correspondent_id: empty");
    if (what == "call" && row.at(duration).empty())
      return out.reject(row.line, "BAD_DURATION", "call_duration: empty in the row of a call");
    CallTextRow call;
    call.position = row.line;
    call.a = way == "in" ? row.at(correspondent) : std::string_view{subscriber};
    call.b = way == "in" ? std::string_view{subscriber} : row.at(correspondent);
    call.start = row.at(time);
    call.duration_s = row.at(duration);
    call.kind = what == "text" ? "sms" : "call";
    call.direction = way;
    call.cell = optional(row, "antenna_id");
    call.latitude = optional(row, "latitude");
    call.longitude = optional(row, "longitude");
    out.add(call);
  }));
  return out;
}

// --- the coded layout
// ------------------------------------------------------------------------------

constexpr std::size_t kCodedColumns = 8;

std::string_view coded_kind(std::string_view service) {
  if (service == "11" || service == "12") return "call";
  if (service == "21" || service == "22") return "sms";
  return "other";
}

bool is_coded(const TableRow& row) {
  return row.cells.size() == kCodedColumns && (row.cells[0] == "1" || row.cells[0] == "2") &&
         coded_kind(row.cells[1]) != "other" && is_plain_time(row.cells[4]);
}

Detection detect_coded(std::string_view bytes, std::string_view) {
  const std::vector<TableRow> rows = first_table_rows(bytes, ';', 1);
  if (rows.empty() || !is_coded(rows[0])) return {};
  return {0.9, "eight columns between semicolons: record type, service code, two parties, a time"};
}

double degrees(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::abs(value) : 0;
}

Result<CallText> read_coded(const AdapterInput& input, CodedOrder order) {
  CallText out;
  out.positions_are_lines = true;
  TableShape shape;
  shape.delimiter = ';';
  shape.header = false;
  shape.columns = kCodedColumns;
  bool positions = false;
  if (order == CodedOrder::FromValues) {
    bool first_beyond = false;
    bool second_beyond = false;
    CallText unused;
    PALERMO_CHECK_OK(for_each_table_row(input, shape, unused, [&](const TableRow& row) {
      positions = positions || !row.at(6).empty() || !row.at(7).empty();
      first_beyond = first_beyond || degrees(row.at(6)) > 90;
      second_beyond = second_beyond || degrees(row.at(7)) > 90;
    }));
    if (first_beyond != second_beyond)
      order = first_beyond ? CodedOrder::LongitudeFirst : CodedOrder::LatitudeFirst;
    if (order != CodedOrder::FromValues)
      out.notices.push_back(
          fmt::format("positions were read with the {} first: values beyond 90 degrees stand in "
                      "the other column only",
                      order == CodedOrder::LatitudeFirst ? "latitude" : "longitude"));
    else if (positions)
      out.notices.emplace_back(
          "which of the two last columns is the latitude differs between files of this layout, "
          "and the values do not tell; their text was kept as the cell and no position was read. "
          "--format operator_coded_latitude_first or operator_coded_longitude_first says it");
  }
  std::uint64_t disagree = 0;
  std::uint64_t unknown = 0;
  std::string place;
  PALERMO_CHECK_OK(for_each_table_row(input, shape, out, [&](const TableRow& row) {
    const bool in = row.at(0) == "2";
    if (!in && row.at(0) != "1")
      return out.reject(row.line, "UNKNOWN_DIRECTION",
                        "call_record_type: neither 1 nor 2, so who called whom is unknown");
    if (row.at(2).empty()) return out.reject(row.line, "MISSING_A_NUMBER", "user_msisdn: empty");
    CallTextRow call;
    call.position = row.line;
    const std::string_view partner = row.at(3).empty() ? std::string_view{"unknown"} : row.at(3);
    call.a = in ? partner : row.at(2);
    call.b = in ? row.at(2) : row.at(3);
    call.start = row.at(4);
    call.duration_s = row.at(5);
    call.kind = coded_kind(row.at(1));
    call.direction = in ? "in" : "out";
    if (call.kind == "other") ++unknown;
    if ((row.at(1) == "21" && !in) || (row.at(1) == "22" && in)) ++disagree;
    if (order == CodedOrder::FromValues) {
      place = row.cells[6].empty() && row.cells[7].empty() ? std::string{}
                                                           : row.cells[6] + ";" + row.cells[7];
      call.cell = place;
    } else {
      call.latitude = row.at(order == CodedOrder::LatitudeFirst ? 6 : 7);
      call.longitude = row.at(order == CodedOrder::LatitudeFirst ? 7 : 6);
    }
    out.add(call);
  }));
  if (disagree > 0)
    out.notices.push_back(
        fmt::format("{} rows: record type and service code disagree on the direction; the record "
                    "type decided",
                    disagree));
  if (unknown > 0)
    out.notices.push_back(fmt::format(
        "{} rows: a service code that the layout does not know; kept as kind 'other'", unknown));
  return out;
}

}  // namespace

CallAdapter subscriber_csv_adapter() {
  return {"subscriber_csv", "1",
          "calls and texts of one subscriber, who is the file's name (bandicoot)", detect_plain,
          read_plain};
}

CallAdapter operator_coded_adapter(CodedOrder order) {
  CallAdapter adapter;
  adapter.version = "1";
  adapter.read = [order](const AdapterInput& input) { return read_coded(input, order); };
  adapter.detect = [](std::string_view, std::string_view) { return Detection{}; };
  switch (order) {
    case CodedOrder::FromValues:
      adapter.id = "operator_coded";
      adapter.summary = "coded call table between semicolons, without header (bandicoot)";
      adapter.detect = detect_coded;
      break;
    case CodedOrder::LatitudeFirst:
      adapter.id = "operator_coded_latitude_first";
      adapter.summary = "the same, where somebody knows that the latitude stands first";
      break;
    case CodedOrder::LongitudeFirst:
      adapter.id = "operator_coded_longitude_first";
      adapter.summary = "the same, where somebody knows that the longitude stands first";
      break;
  }
  return adapter;
}

}  // namespace palermo::ingest
