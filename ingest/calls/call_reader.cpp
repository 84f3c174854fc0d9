#include "ingest/calls/call_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "core/base/parallel.hpp"
#include "core/base/text.hpp"
#include "ingest/calls/call_layout.hpp"
#include "ingest/calls/call_merge.hpp"
#include "ingest/calls/call_rows.hpp"
#include "ingest/calls/json_table.hpp"
#include "ingest/text/decode_text.hpp"

namespace palermo::ingest {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;
using v1::MappedColumn;
using v1::MappingProfile;
using Parts = std::vector<std::unique_ptr<CallRows>>;

/// Below this a file is read before a second thread has begun.
constexpr std::size_t kWorthCutting = std::size_t{4} << 20;

/// Pieces that end with a line. A quoted cell may hold a line end, so a piece may end within a row:
/// then a quote is open at its end, and read_pieces() says so. A piece that ends well was cut where
/// a row ends, and the next one began with a row.
std::vector<std::string_view> cut(std::string_view body, const CallLayout& layout) {
  const std::size_t parts = core::cores();
  // Texts put together from several columns are owned by the reader that met them.
  if (parts < 2 || body.size() < kWorthCutting || layout.has(MappedColumn::POSITION) ||
      layout.joins())
    return {body};
  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  for (std::size_t i = 1; i <= parts; ++i) {
    std::size_t end = body.size();
    if (i < parts) {
      end = body.find('\n', std::max(begin, body.size() / parts * i));
      if (end == std::string_view::npos) return {body};
      ++end;
    }
    if (end > begin) pieces.push_back(body.substr(begin, end - begin));
    begin = end;
  }
  return pieces;
}

/// Lines of the file before the table; those behind it are counted by who reads them.
std::uint64_t lines_before(const CallLayout& layout) {
  return layout.match.header_line > 0 ? layout.match.header_line - 1 : 0;
}

/// Empty: something in the file makes its parts depend on each other, or is wrong with it, and the
/// words about it are those of one reader for the file.
Parts read_pieces(const std::vector<std::string_view>& pieces, const CallLayout& layout) {
  const bool has_header = !layout.layout.no_header();
  std::string_view header;
  if (has_header) {
    RowScanner scanner{pieces.front(), layout.match.delimiter, layout.quote,
                       layout.layout.backslash_quotes()};
    if (scanner.next() != RowScanner::Event::Row) return {};
    header = scanner.row();
    while (!header.empty() && (header.back() == layout.match.delimiter || header.back() == ' '))
      header.remove_suffix(1);
  }
  Parts parts;
  for (std::size_t i = 0; i < pieces.size(); ++i)
    parts.push_back(std::make_unique<CallRows>(layout, nullptr, i == 0 ? lines_before(layout) : 0));
  parts[0]->declared = layout.declared;
  parts[0]->report_progress(pieces.size());
  std::vector<char> good(pieces.size(), 0);
  const auto read = [&](std::size_t i) {
    const bool first = i == 0;
    good[i] =
        parts[i]->read(pieces[i], first && has_header, first ? std::string_view{} : header).ok()
            ? 1
            : 0;
  };
  core::in_parallel(pieces.size(), pieces.size(), read);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    if (good[i] == 0 || parts[i]->sections || (parts[i]->ended && !last)) return {};
  }
  return parts;
}

/// "12 rows …", where there are any.
void note(CallTable& table, std::uint64_t count, const char* text) {
  if (count > 0) table.notices.push_back(fmt::format("{} {}", count, text));
}

/// Which rule gave each row its zone, and what clock changes did.
void describe_zone(const CallLayout& layout, const RowCounts& counts, CallTable& table) {
  const CallReadOptions& options = layout.options;
  std::vector<std::string> rules;
  if (counts.zoned_rows > 0) rules.emplace_back("offset in data");
  if (counts.epoch_rows > 0) rules.emplace_back("from the UTC epoch in the unique id");
  if (counts.row_zone_rows > 0) rules.emplace_back("zone in the row");
  if (counts.local_rows > 0 && layout.zone) rules.push_back(layout.zone->name());
  for (const std::string& rule : rules)
    table.timezone += (table.timezone.empty() ? "" : "; ") + rule;
  if (table.timezone.empty() && layout.zone) table.timezone = layout.zone->name();
  if (counts.local_rows > 0 && options.timezone.empty() && !layout.layout.timezone_reason().empty())
    table.notices.push_back(fmt::format("local times were read as {}: {}", layout.layout.timezone(),
                                        layout.layout.timezone_reason()));
  if (!options.timezone.empty() && !layout.layout.timezone().empty() &&
      options.timezone != layout.layout.timezone())
    table.notices.push_back(fmt::format("--timezone {} was used instead of the layout's {}",
                                        options.timezone, layout.layout.timezone()));
  if (!options.timezone.empty() && counts.local_rows == 0 && table.columns.records > 0)
    table.notices.push_back(
        "--timezone was not needed: every time says its own offset" +
        std::string{counts.epoch_rows > 0 ? ", by the UTC epoch in its unique id" : ""});
  if (counts.epoch_rows > 0)
    table.notices.push_back(fmt::format(
        "{} rows: the zone follows from the UTC epoch in the unique id", counts.epoch_rows));
  table.ambiguous_local_times = static_cast<std::uint32_t>(counts.ambiguous_local_times);
  table.nonexistent_local_times = static_cast<std::uint32_t>(counts.nonexistent_local_times);
  note(table, table.ambiguous_local_times,
       "local times exist twice at a clock change; the first reading was taken and the rows are "
       "marked");
  note(table, table.nonexistent_local_times,
       "local times were skipped by a clock change; the offset before it was taken and the rows "
       "are marked");
}

/// @param whole  the first part, with the counts and marks of all
void describe(const CallLayout& layout, CallRows& whole, std::uint32_t lost_zeros,
              CallTable& table) {
  const RowCounts& counts = whole.counts;
  table.notices = layout.notices;
  if (table.rows_read == 0)
    table.notices.emplace_back(whole.no_records
                                   ? "the report says that there are no records: 0 rows"
                                   : "the table has a header and no rows");
  whole.check_declared();
  table.notices.insert(table.notices.end(), whole.notices.begin(), whole.notices.end());
  if (whole.units_row)
    table.notices.emplace_back("the row under the header holds units and was not read as a record");
  note(table, counts.repeated_headers, "repetitions of the header were not read as records");
  note(table, counts.after_end, "lines after the end of the table were not read as records");
  note(table, counts.unknown_kinds,
       "rows use a word for the kind of call that the mapping does not know; kept as kind "
       "'other'");
  note(table, counts.unknown_answers,
       "rows use a word for the outcome that the mapping does not know");
  note(table, counts.unusable_devices,
       "IMEI, IMSI or forwarding numbers were written as a power of ten by a spreadsheet; their "
       "digits are lost and they were left out");
  note(table, counts.unreadable_positions, "positions could not be read and were left out");
  note(table, counts.swapped_positions,
       "of them would be a place if latitude and longitude were exchanged: check the columns");
  note(table, counts.null_positions, "positions are 0/0, which stands for none, and were left out");
  note(table, counts.ends_of_day,
       "times are written as 24:00:00 and were read as the end of that day");
  note(table, counts.contradictions,
       "rows give a duration that differs from their end by more than two minutes; the duration "
       "was kept");
  note(table, counts.unreadable_ends, "ends could not be read; they are no times of the layout");
  note(table, lost_zeros,
       "distinct numbers have no leading zero while others of the file have one, as after a "
       "spreadsheet; they were read as national numbers and should be checked");
  if (whole.open_end)
    table.notices.emplace_back(
        "the last line has no line end; if the file was cut off, its last value may be shorter "
        "than it was");
  describe_zone(layout, counts, table);
}

Result<CallTable> read_layout(std::string_view bytes, const MappingProfile& profile,
                              const std::string& file_name, const CallReadOptions& options) {
  PALERMO_TRY(const CallLayout layout, CallLayout::find(bytes, profile, file_name, options));
  const std::string_view body = bytes.substr(layout.match.begin);
  auto numbers = std::make_unique<NumberReader>(profile.identifier_kind(), layout.country);
  Parts parts;
  const std::vector<std::string_view> pieces = cut(body, layout);
  if (pieces.size() > 1) parts = read_pieces(pieces, layout);
  if (parts.empty()) {
    parts.push_back(std::make_unique<CallRows>(layout, numbers.get(), lines_before(layout)));
    parts[0]->declared = layout.declared;
    parts[0]->report_progress(1);
    PALERMO_CHECK_OK(parts[0]->read(body, !profile.no_header(), {}));
  }
  CallRows& whole = *parts[0];
  std::uint32_t lost_zeros = 0;
  CallTable table = merge_parts(parts, layout, *numbers, lost_zeros);
  if (table.rows_read > 0 && table.columns.records == 0) {
    const v1::Reject& first = table.rejects.front();
    return layout.bad(
        fmt::format("every one of the {} rows was rejected; the first: line {}: {}",
                    table.rows_read, first.line(), first.message()),
        "the mapping does not fit this file; try --format auto or a --map of your own");
  }
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const CallRows& part = *parts[i];
    whole.counts += part.counts;
    whole.rows_read += part.rows_read;
    whole.no_records = whole.no_records || part.no_records;
    whole.open_end = whole.open_end || part.open_end;
    if (part.declared) whole.declared = part.declared;
  }
  describe(layout, whole, lost_zeros, table);
  table.country = layout.country;
  return table;
}

}  // namespace

Result<CallTable> read_calls(std::string_view bytes, const Profile& profile,
                             const std::string& file_name, const CallReadOptions& options) {
  if (profile.layout.input() == MappingProfile::JSON_LINES) {
    auto made = table_of_json_lines(bytes, profile.layout, options.keep_going);
    if (!made) {
      Error error = std::move(made).error();
      error.where = core::SourcePosition{file_name, error.where ? error.where->line : 0};
      return error;
    }
    PALERMO_TRY(CallTable table, read_layout(made->text, made->layout, file_name, options));
    table.rows_read += static_cast<std::uint32_t>(made->rejects.size());
    for (v1::Reject& reject : made->rejects) table.rejects.push_back(std::move(reject));
    std::sort(table.rejects.begin(), table.rejects.end(),
              [](const v1::Reject& a, const v1::Reject& b) { return a.line() < b.line(); });
    table.notices.insert(table.notices.begin(), made->notices.begin(), made->notices.end());
    return table;
  }
  if (profile.layout.encoding() == MappingProfile::WINDOWS_1252 && !core::is_valid_utf8(bytes)) {
    std::vector<std::string> notices;
    auto text = decode_windows_1252_lines(bytes, notices);
    if (!text) {
      Error error = std::move(text).error();
      error.where = core::SourcePosition{file_name, 0};
      return error;
    }
    auto table = read_layout(*text, profile.layout, file_name, options);
    if (table) table->notices.insert(table->notices.end(), notices.begin(), notices.end());
    return table;
  }
  return read_layout(bytes, profile.layout, file_name, options);
}

}  // namespace palermo::ingest
