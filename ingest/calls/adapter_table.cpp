#include "ingest/calls/adapter_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "ingest/calls/row_scanner.hpp"
#include "ingest/profile/profile.hpp"
#include "ingest/records/text_input.hpp"
#include "ingest/text/decode_text.hpp"

namespace palermo::ingest {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kHeadBytes = std::size_t{64} << 10;

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return std::string{text.substr(begin, text.find_last_not_of(" \t") - begin + 1)};
}

void take(const RowScanner& scanner, TableRow& row) {
  row.line = scanner.line();
  row.cells.clear();
  for (const Cell& cell : scanner.cells())
    row.cells.push_back(
        trimmed(cell.doubled_quotes ? unquoted(cell, '"') : std::string{cell.raw()}));
}

bool blank(const TableRow& row) { return row.cells.size() == 1 && row.cells[0].empty(); }

/// The line with which a spreadsheet is told the delimiter.
bool names_delimiter(const RowScanner& scanner) {
  return scanner.line() == 1 && scanner.row().starts_with("sep=") && scanner.row().size() <= 5;
}

core::Status read(const AdapterInput& input, std::string_view bytes, const TableShape& shape,
                  CallText& out, const std::function<void(const TableRow&)>& visit) {
  const bool marked = bytes.starts_with(kByteOrderMark);
  if (marked) bytes.remove_prefix(kByteOrderMark.size());
  RowScanner scanner{bytes, shape.delimiter, '"'};
  TableRow row;
  std::vector<std::string> header;
  std::size_t titles = 0;
  std::uint64_t repeated = 0;
  bool begun = false;
  bool named = false;
  const auto reject = [&](const char* code, std::string message) {
    if (shape.records == nullptr) return out.reject(row.line, code, std::move(message));
    out.reject(++*shape.records, code, fmt::format("{} (line {})", message, row.line));
  };
  while (true) {
    const RowScanner::Event event = scanner.next();
    if (event == RowScanner::Event::End) break;
    if (event == RowScanner::Event::Nul)
      return bad_input(scanner.line(), "a NUL byte; this is no text", "ask for the file again");
    if (event == RowScanner::Event::RowTooLong)
      return bad_input(scanner.line(), fmt::format("no line end within {} bytes", kMaxRowBytes),
                       "this is no table, or a quote is not closed");
    if (event == RowScanner::Event::UnterminatedQuote)
      return bad_input(scanner.line(), "a quote is opened and never closed",
                       "the file may be cut off; ask for it again");
    if (scanner.may_hold_non_ascii() && !core::is_valid_utf8(scanner.row()))
      return bad_input(scanner.line(), "not UTF-8",
                       "find out the file's encoding and save it as UTF-8");
    take(scanner, row);
    if (blank(row) || names_delimiter(scanner)) continue;
    if (shape.header && !named) {
      named = true;
      header = row.cells;
      continue;
    }
    if (shape.header && row.cells == header) {
      ++repeated;
      continue;
    }
    bool good = row.cells.size() >= shape.columns;
    for (std::size_t i = shape.columns; i < row.cells.size() && good; ++i)
      good = row.cells[i].empty();
    if (!good && !begun && titles < shape.title_lines) {
      ++titles;
      continue;
    }
    begun = true;
    if (!good) {
      std::string text = fmt::format("{} columns, expected {}", row.cells.size(), shape.columns);
      const bool cut = !scanner.ended_by_line_end();
      if (!input.options.keep_going)
        return bad_input(row.line,
                         text + (cut ? "; the last line has no line end: the file is cut off" : ""),
                         cut ? "ask for the whole file again, or use --keep-going to take what is "
                               "there"
                             : "nothing was stored; --keep-going takes the other rows and counts "
                               "this one as rejected");
      reject("COLUMN_COUNT", std::move(text));
      continue;
    }
    if (scanner.text_after_quote()) {
      reject("BAD_QUOTE", "text stands between a closing quote and the next column");
      continue;
    }
    if (std::all_of(row.cells.begin(), row.cells.end(),
                    [](const std::string& cell) { return cell.empty(); })) {
      reject("EMPTY_ROW", "no column holds anything");
      continue;
    }
    visit(row);
    if (!scanner.ended_by_line_end())
      out.notices.emplace_back(
          "the last line has no line end; if the file was cut off, its last value may be shorter "
          "than it was");
  }
  if (titles > 0)
    out.notices.push_back(
        fmt::format("{} title lines before the rows were not read as records", titles));
  if (repeated > 0)
    out.notices.push_back(
        fmt::format("{} repetitions of the header were not read as records", repeated));
  return core::ok();
}

}  // namespace

core::Status for_each_table_row(const AdapterInput& input, const TableShape& shape, CallText& out,
                                const std::function<void(const TableRow&)>& visit) {
  if (shape.windows_1252 && !core::is_valid_utf8(input.bytes)) {
    PALERMO_TRY(const std::string text, decode_windows_1252_lines(input.bytes, out.notices));
    return read(input, text, shape, out, visit);
  }
  return read(input, input.bytes, shape, out, visit);
}

std::vector<TableRow> first_table_rows(std::string_view bytes, char delimiter, std::size_t count) {
  std::vector<TableRow> rows;
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  RowScanner scanner{bytes.substr(0, kHeadBytes), delimiter, '"'};
  while (rows.size() < count && scanner.next() == RowScanner::Event::Row) {
    TableRow row;
    take(scanner, row);
    if (!blank(row) && !names_delimiter(scanner)) rows.push_back(std::move(row));
  }
  return rows;
}

std::optional<std::size_t> TableHeader::find(std::string_view name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

std::optional<TableHeader> find_table_header(std::string_view bytes,
                                             const std::vector<std::string_view>& names) {
  for (const char delimiter : {',', ';', '\t'}) {
    const std::vector<TableRow> rows = first_table_rows(bytes, delimiter, 1);
    if (rows.empty()) return std::nullopt;
    TableHeader header{delimiter, {}};
    for (const std::string& cell : rows[0].cells) header.names.push_back(folded(cell));
    while (!header.names.empty() && header.names.back().empty()) header.names.pop_back();
    if (std::all_of(names.begin(), names.end(),
                    [&](std::string_view name) { return header.find(name).has_value(); }))
      return header;
  }
  return std::nullopt;
}

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_plain_time(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00 00:00:00";
  if (text.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == '0' ? !digit : text[i] != kShape[i]) return false;
  }
  return true;
}

}  // namespace palermo::ingest
