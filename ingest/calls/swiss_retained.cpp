#include "ingest/calls/swiss_retained.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/base/time.hpp"
#include "ingest/calls/adapter_table.hpp"
#include "ingest/profile/profile.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

using core::Result;

const std::vector<std::string_view> kCallColumns = {"type", "start_unix", "end_unix",
                                                    "from", "to",         "direction"};
const std::vector<std::string_view> kCellColumns = {"unix_time", "cells"};

bool has_header(std::string_view bytes, const std::vector<std::string_view>& columns) {
  const auto header = find_table_header(bytes, columns);
  return header && header->names.size() == columns.size();
}

/// Whole UTC seconds of this century.
std::optional<std::int64_t> unix_seconds(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (seconds < 0 || seconds > 4'102'444'800) return std::nullopt;
  return seconds;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    words.push_back(text.substr(0, text.find(' ')));
    text.remove_prefix(words.back().size());
  }
}

Result<CallText> read_calls_of(const AdapterInput& input) {
  const auto header = find_table_header(input.bytes, kCallColumns);
  if (!header)
    return bad_input(1, "no header type, start_unix, end_unix, from, to, direction",
                     "try --format auto");
  CallText out;
  out.identifier_kind = "label";
  out.withheld_words = {"0"};
  out.notices.emplace_back(
      "contact 0 stands for any other contact, which is no one person: it became no identifier");
  const auto column = [&](const TableRow& row, std::string_view name) {
    return row.at(*header->find(name));
  };
  TableShape shape;
  shape.delimiter = header->delimiter;
  shape.columns = header->names.size();
  std::uint64_t position = 0;
  shape.records = &position;
  std::uint64_t lines = 0;
  std::uint64_t several = 0;
  PALERMO_CHECK_OK(for_each_table_row(input, shape, out, [&](const TableRow& row) {
    ++lines;
    const auto reject = [&](const char* code, const std::string& message) {
      out.reject(++position, code, fmt::format("{} (line {})", message, row.line));
    };
    const std::string kind = folded(column(row, "type"));
    if (kind != "call" && kind != "sms")
      return reject("UNKNOWN_KIND", "type: neither call nor sms");
    const std::string way = folded(column(row, "direction"));
    if (way != "in" && way != "out")
      return reject("UNKNOWN_DIRECTION", "direction: neither in nor out");
    const auto start = unix_seconds(column(row, "start_unix"));
    const auto end = unix_seconds(column(row, "end_unix"));
    if (!start || !end)
      return reject("BAD_TIME",
                    fmt::format("{}: no UTC seconds", start ? "end_unix" : "start_unix"));
    if (*end < *start) return reject("BAD_TIME", "end_unix: before its beginning");
    if (column(row, "from").empty()) return reject("MISSING_A_NUMBER", "from: empty");
    const std::string from{column(row, "from")};
    std::vector<std::string_view> recipients = words_of(column(row, "to"));
    if (recipients.empty()) recipients.emplace_back();
    if (recipients.size() > 1) ++several;
    const std::string time = core::format_utc(*start * core::kUsPerSecond);
    const std::string duration = std::to_string(*end - *start);
    for (const std::string_view to : recipients) {
      CallTextRow call;
      call.position = ++position;
      call.a = from;
      call.b = to;
      call.start = time;
      call.duration_s = duration;
      call.kind = kind;
      call.direction = way;
      // What one of several recipients got was not received by the subscriber's device.
      if (recipients.size() > 1 && way == "in" && to != "1") call.direction = {};
      out.add(call);
    }
  }));
  if (several > 0)
    out.notices.push_back(
        fmt::format("{} lines name several recipients and gave one row for each: {} lines, {} rows",
                    several, lines, position));
  return out;
}

Result<CallText> read_cells_of(const AdapterInput& input) {
  const auto header = find_table_header(input.bytes, kCellColumns);
  if (!header) return bad_input(1, "no header unix_time, cells", "try --format auto");
  CallText out;
  out.identifier_kind = "label";
  const std::size_t time_column = *header->find("unix_time");
  const std::size_t cells_column = *header->find("cells");
  TableShape shape;
  shape.delimiter = header->delimiter;
  shape.columns = header->names.size();
  std::uint64_t position = 0;
  shape.records = &position;
  std::uint64_t lines = 0;
  PALERMO_CHECK_OK(for_each_table_row(input, shape, out, [&](const TableRow& row) {
    ++lines;
    const auto seconds = unix_seconds(row.at(time_column));
    if (!seconds)
      return out.reject(++position, "BAD_TIME",
                        fmt::format("unix_time: no UTC seconds (line {})", row.line));
    const std::vector<std::string_view> cells = words_of(row.at(cells_column));
    if (cells.empty())
      return out.reject(++position, "MISSING_CELL",
                        fmt::format("cells: empty (line {})", row.line));
    const std::string time = core::format_utc(*seconds * core::kUsPerSecond);
    for (const std::string_view cell : cells) {
      CallTextRow seen;
      seen.position = ++position;
      seen.a = "1";
      seen.start = time;
      seen.kind = "location";
      seen.cell = cell;
      out.add(seen);
    }
  }));
  out.notices.emplace_back(
      "the subscriber is contact 1, as in the file of calls; nothing inside this file says so");
  out.notices.push_back(
      fmt::format("{} steps of 300 seconds gave {} rows, one for each cell; a time is the "
                  "beginning of its step",
                  lines, position));
  return out;
}

// --- Swisscom
// ----------------------------------------------------------------------------------------

constexpr std::size_t kSessionColumns = 7;
constexpr std::size_t kTitleLines = 1;

/// "28/03/2031 18:37:55" as "2031-03-28 18:37:55"; empty where it is not of that shape.
std::string iso_time(std::string_view text) {
  if (text.size() != 19 || text[2] != '/' || text[5] != '/') return {};
  const std::string iso = fmt::format("{}-{}-{}{}", text.substr(6, 4), text.substr(3, 2),
                                      text.substr(0, 2), text.substr(10));
  return is_plain_time(iso) ? iso : std::string{};
}

bool is_session(const TableRow& row) {
  return row.cells.size() >= kSessionColumns && row.cells.size() <= kSessionColumns + 2 &&
         (row.cells[2] == "P-GW" || row.cells[2] == "S-GSN") && !iso_time(row.cells[3]).empty();
}

bool is_address(std::string_view text) {
  return std::count(text.begin(), text.end(), '.') == 3 &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

Detection detect_sessions(std::string_view bytes, std::string_view) {
  for (const TableRow& row : first_table_rows(bytes, ';', kTitleLines + 1))
    if (is_session(row))
      return {0.95, "columns between semicolons with the network elements P-GW and S-GSN"};
  return {};
}

Result<CallText> read_sessions(const AdapterInput& input) {
  CallText out;
  out.country = "CH";
  out.positions_are_lines = true;
  TableShape shape;
  shape.delimiter = ';';
  shape.header = false;
  shape.title_lines = kTitleLines;
  shape.columns = kSessionColumns;
  shape.windows_1252 = true;
  std::uint64_t packet_gateway = 0;
  std::uint64_t serving_gateway = 0;
  std::uint64_t other = 0;
  std::uint64_t addresses = 0;
  std::uint64_t ids = 0;
  PALERMO_CHECK_OK(for_each_table_row(input, shape, out, [&](const TableRow& row) {
    const std::string time = iso_time(row.at(3));
    if (time.empty()) return out.reject(row.line, "BAD_TIME", "column 4: not a time of the layout");
    if (row.at(0).empty()) return out.reject(row.line, "MISSING_A_NUMBER", "column 1: empty");
    (row.at(2) == "P-GW" ? packet_gateway : row.at(2) == "S-GSN" ? serving_gateway : other) += 1;
    if (is_address(row.at(1))) {
      ++addresses;
    } else if (!row.at(1).empty()) {
      ++ids;
    }
    CallTextRow call;
    call.position = row.line;
    call.a = row.at(0);
    call.start = time;
    call.duration_s = row.at(4);
    call.kind = "data";
    call.direction = "out";
    call.imei = row.at(5);
    call.cell = row.at(6);
    out.add(call);
  }));
  out.notices.push_back(fmt::format(
      "one data session stands in the file once from each gateway, up to seconds apart; all rows "
      "were kept ({} P-GW, {} S-GSN, {} others): rows are no measure of activity",
      packet_gateway, serving_gateway, other));
  out.notices.push_back(
      fmt::format("column 2 was left alone: {} private addresses, {} charging ids or access points",
                  addresses, ids));
  out.notices.emplace_back("the cell is the street address of the antenna; it has no coordinates");
  return out;
}

}  // namespace

CallAdapter vds_suisse_calls_adapter() {
  return {"vds_suisse_calls", "1", "calls and SMS with UTC seconds and contact ids (vds-suisse)",
          [](std::string_view bytes, std::string_view) {
            return has_header(bytes, kCallColumns)
                       ? Detection{0.95,
                                   "the header is type, start_unix, end_unix, from, to, "
                                   "direction"}
                       : Detection{};
          },
          read_calls_of};
}

CallAdapter vds_suisse_cells_adapter() {
  return {"vds_suisse_cells", "1", "cells of one device in steps of 300 seconds (vds-suisse)",
          [](std::string_view bytes, std::string_view) {
            return has_header(bytes, kCellColumns)
                       ? Detection{0.95, "the header is unix_time, cells"}
                       : Detection{};
          },
          read_cells_of};
}

CallAdapter swisscom_2018_adapter() {
  return {"swisscom_2018", "1", "data sessions of a Swiss operator, with street addresses (2018)",
          detect_sessions, read_sessions};
}

}  // namespace palermo::ingest
