#include "ingest/xlsx/workbook.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "core/base/text.hpp"
#include "ingest/records/text_input.hpp"
#include "ingest/xml/xml_reader.hpp"

namespace palermo::ingest {
namespace {

constexpr std::size_t kMaxPart = std::size_t{256} << 20;
constexpr std::size_t kMaxSmallPart = std::size_t{16} << 20;
constexpr std::uint32_t kMaxRow = 1'048'576;
constexpr std::uint32_t kMaxColumn = 16'384;
constexpr std::size_t kMaxCells = 20'000'000;
constexpr std::size_t kMaxSheets = 512;
constexpr std::size_t kMaxFilled = 1'000'000;
constexpr std::size_t kMaxPlaces = std::size_t{128} << 20;  // rows by columns
constexpr std::size_t kMaxPlacesOfFew = std::size_t{8}
                                        << 20;  // where fewer than one in kFew is filled
constexpr std::size_t kFew = 64;

core::Error in_part(core::Error error, std::string_view part) {
  error.message = fmt::format("workbook, {}: {}", core::printable(part, 60), error.message);
  error.where.reset();  // a line of the part is no line of the file
  return error;
}

template <typename Number>
std::optional<Number> whole(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// AB12 is column 28, row 12; either may be missing (0).
bool read_place(std::string_view text, std::uint32_t& column, std::uint32_t& row) {
  column = row = 0;
  std::size_t i = 0;
  for (; i < text.size() && text[i] >= 'A' && text[i] <= 'Z'; ++i) {
    column = column * 26 + static_cast<std::uint32_t>(text[i] - 'A' + 1);
    if (column > kMaxColumn) return false;
  }
  if (i == text.size()) return column > 0;
  const auto number = whole<std::uint32_t>(text.substr(i));
  if (!number || *number == 0 || *number > kMaxRow) return false;
  row = *number;
  return column > 0;
}

/// Text of <si> or <is>: its own <t>, or those of its runs; not the reading aids of Japanese names.
std::string rich_text(const XmlElement& element) {
  std::string text;
  for (const XmlElement& child : element.children) {
    if (child.name == "t") text += child.text;
    if (child.name == "r") text += child.text_at("t");
  }
  return text;
}

/// Target of a relationship, relative to xl/ or from the root.
std::string part_of(std::string_view target) {
  if (target.starts_with('/')) return std::string{target.substr(1)};
  return "xl/" + std::string{target};
}

struct Merge {
  std::uint32_t first_column, first_row, last_column, last_row;
  std::string value;
};

/// Cells of one row behind each other; those that need it between quotes. Most are empty where one
/// stands far to the right.
std::string joined(const std::vector<std::string>& cells) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    const std::string& cell = cells[i];
    if (cell.empty()) continue;
    if (cell.find_first_of(",\"") == std::string::npos) {
      out += cell;
      continue;
    }
    out += '"';
    for (const char c : cell) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  return out;
}

/// Goes through the rows of one sheet.
class SheetReader {
 public:
  SheetReader(const std::vector<std::string>& strings, const std::vector<CellFormat>& formats,
              bool from_1904)
      : strings_{strings}, formats_{formats}, from_1904_{from_1904} {}

  core::Status take_merge(const XmlElement& element) {
    Merge merge{};
    const std::string_view range = element.attribute("ref");
    const std::size_t colon = range.find(':');
    if (colon == std::string_view::npos ||
        !read_place(range.substr(0, colon), merge.first_column, merge.first_row) ||
        !read_place(range.substr(colon + 1), merge.last_column, merge.last_row) ||
        merge.last_row < merge.first_row || merge.last_column < merge.first_column)
      return bad_input(0, "a merged range that is none", "the workbook is damaged");
    merges_.push_back(std::move(merge));
    return core::ok();
  }

  void order_merges() {
    std::stable_sort(merges_.begin(), merges_.end(),
                     [](const Merge& a, const Merge& b) { return a.first_row < b.first_row; });
  }

  core::Status take_row(const XmlElement& row) {
    std::uint32_t number = last_row_ + 1;
    if (const std::string_view text = row.attribute("r"); !text.empty()) {
      const auto given = whole<std::uint32_t>(text);
      if (!given || *given < number || *given > kMaxRow)
        return bad_input(0, "a row whose number is none, or below that of the row before it",
                         "the workbook is damaged");
      number = *given;
    }
    // Rows that the file leaves out are blank lines: line n is row n.
    for (; last_row_ + 1 < number; ++last_row_) rows_.emplace_back();
    last_row_ = number;
    if (const std::string_view hidden = row.attribute("hidden"); hidden == "1" || hidden == "true")
      ++hidden_rows_;
    std::vector<std::string> cells;
    std::uint32_t last = 0;
    for (const XmlElement& cell : row.children) {
      if (cell.name != "c") continue;
      std::uint32_t column = last + 1;
      if (const std::string_view place = cell.attribute("r"); !place.empty()) {
        std::uint32_t its_row = 0;
        if (!read_place(place, column, its_row) || (its_row != 0 && its_row != number) ||
            column <= last)
          return bad_input(number,
                           fmt::format("row {}: a cell that stands in no such place", number),
                           "the workbook is damaged");
      }
      if (column > kMaxColumn)
        return bad_input(number, fmt::format("row {}: more than {} columns", number, kMaxColumn),
                         "the workbook is damaged");
      last = column;
      std::string text = cell_text(cell, number, column);
      if (text.empty()) continue;
      if (++cells_ > kMaxCells)
        return bad_input(0, fmt::format("more than {} cells", kMaxCells),
                         "split the workbook, or save the sheet as CSV in UTF-8");
      cells.resize(column - 1);
      cells.push_back(std::move(text));
    }
    fill_merged(number, cells);
    width_ = std::max(width_, cells.size());
    // Asked for at every row: one cell far to the right in each of many rows is small in the file.
    const std::size_t places = (rows_.size() + 1) * std::max<std::size_t>(width_, 1);
    if (places > kMaxPlaces || (places > kMaxPlacesOfFew && places / kFew > cells_))
      return bad_input(
          number, fmt::format("{} rows and cells as far as column {}", rows_.size() + 1, width_),
          "remove what stands far to the right, or save the sheet as CSV in UTF-8");
    rows_.push_back({joined(cells), static_cast<std::uint32_t>(cells.size())});
    return core::ok();
  }

  core::Result<SheetText> finish() {
    SheetText sheet;
    for (const Line& line : rows_) {
      sheet.text += line.text;
      // Cells at the end that the file leaves out are there and empty.
      if (line.cells > 0) sheet.text.append(width_ - line.cells, ',');
      sheet.text += '\n';
    }
    sheet.rows = last_row_;
    const auto note = [&](std::size_t count, std::string_view text) {
      if (count > 0) sheet.notices.push_back(fmt::format("{} {}", count, text));
    };
    note(formulas_,
         "cells hold a formula; the value that was saved with it was read, and nothing "
         "was calculated");
    note(empty_formulas_, "formulas were saved without a value; their cells are empty");
    note(errors_, "cells hold an error of the spreadsheet such as #REF!; kept as that text");
    note(merged_, "merged ranges: their value was read in every cell that they cover");
    note(unfilled_,
         "merged ranges are too large to be filled; their value stands in the first "
         "cell only");
    note(lost_,
         "numbers were stored by the spreadsheet without all of their digits (it keeps 15); "
         "they stay marked as powers of ten and are never completed");
    note(breaks_, "cells hold a line break; it was read as a blank");
    note(bad_dates_,
         "cells are formatted as dates and are no day of the calendar; their number "
         "was kept");
    note(hidden_rows_, "hidden rows were read like the others");
    if (from_1904_ && dates_ > 0) sheet.notices.emplace_back("dates count from 1904");
    return sheet;
  }

 private:
  struct Line {
    std::string text;
    std::uint32_t cells = 0;
  };

  std::string cell_text(const XmlElement& cell, std::uint32_t, std::uint32_t) {
    const std::string_view type = cell.attribute("t");
    const std::string& value = cell.text_at("v");
    if (!cell.child("f").empty()) ++(value.empty() ? empty_formulas_ : formulas_);
    std::string text;
    if (type == "s") {
      const auto index = whole<std::uint32_t>(value);
      if (index && *index < strings_.size()) text = strings_[*index];
    } else if (type == "inlineStr") {
      text = rich_text(cell.child("is"));
    } else if (type == "b") {
      text = value == "1" ? "TRUE" : value == "0" ? "FALSE" : value;
    } else if (type == "e") {
      ++errors_;
      text = value;
    } else if (type == "str" || type == "d") {
      text = value;
    } else {
      text = number(value, cell.attribute("s"));
    }
    bool broken = false;
    for (char& c : text)
      if (c == '\n' || c == '\r' || c == '\0') {
        broken = true;
        c = ' ';
      }
    if (broken) ++breaks_;
    return text;
  }

  std::string number(const std::string& value, std::string_view style) {
    if (value.empty()) return {};
    const std::uint32_t index = whole<std::uint32_t>(style).value_or(0);
    const CellFormat format = index < formats_.size() ? formats_[index] : CellFormat::Number;
    if (format != CellFormat::Number) {
      double serial = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), serial);
      if (error == std::errc{} && end == value.data() + value.size()) {
        ++dates_;
        std::string text = serial_text(serial, format, from_1904_);
        if (!text.empty()) return text;
        ++bad_dates_;
      }
      return value;
    }
    bool lost = false;
    std::string text = number_text(value, lost);
    if (lost) ++lost_;
    return text;
  }

  /// Merges that cover no row any more, or have nothing to fill in, are let go: neither many of
  /// them nor tall ones cost more than what they fill.
  void fill_merged(std::uint32_t row, std::vector<std::string>& cells) {
    for (; next_merge_ < merges_.size() && merges_[next_merge_].first_row <= row; ++next_merge_)
      if (begin_merge(merges_[next_merge_], row, cells)) running_.push_back(next_merge_);
    std::erase_if(running_, [&](std::size_t index) {
      const Merge& merge = merges_[index];
      if (row > merge.last_row || filled_ > kMaxFilled) return true;
      filled_ += merge.last_column - merge.first_column + 1;
      if (filled_ > kMaxFilled) return true;
      if (cells.size() < merge.last_column) cells.resize(merge.last_column);
      for (std::uint32_t c = merge.first_column; c <= merge.last_column; ++c)
        if (cells[c - 1].empty()) cells[c - 1] = merge.value;
      return false;
    });
  }

  /// Takes the value of the first cell; false where there is nothing to fill in.
  bool begin_merge(Merge& merge, std::uint32_t row, const std::vector<std::string>& cells) {
    if (row != merge.first_row || merge.first_column > cells.size()) return false;
    merge.value = cells[merge.first_column - 1];
    if (merge.value.empty()) return false;
    if (merge.last_column - merge.first_column + 1 > 1024) {
      ++unfilled_;
      return false;
    }
    ++merged_;
    return true;
  }

  const std::vector<std::string>& strings_;
  const std::vector<CellFormat>& formats_;
  bool from_1904_;
  std::vector<Merge> merges_;         // by their first rows
  std::size_t next_merge_ = 0;        // of those that begin below
  std::vector<std::size_t> running_;  // that cover the row
  std::vector<Line> rows_;
  std::uint32_t last_row_ = 0;
  std::size_t width_ = 0;
  std::size_t cells_ = 0;
  std::size_t filled_ = 0;
  std::size_t formulas_ = 0, empty_formulas_ = 0, errors_ = 0, merged_ = 0, unfilled_ = 0;
  std::size_t lost_ = 0, breaks_ = 0, bad_dates_ = 0, hidden_rows_ = 0, dates_ = 0;
};

}  // namespace

bool Workbook::is_workbook(std::string_view bytes) {
  if (!bytes.starts_with("PK\x03\x04")) return false;
  const auto members = ZipMembers::open(bytes);
  return members && (members->has("xl/workbook.xml") || members->has("xl/workbook.bin"));
}

std::string Workbook::other_document(std::string_view bytes) {
  const auto members = ZipMembers::open(bytes);
  if (!members) return {};
  if (members->has("mimetype")) {
    const auto type = members->read("mimetype", 1024);
    if (type && type->starts_with("application/vnd.oasis.opendocument.spreadsheet"))
      return "an OpenDocument spreadsheet (.ods)";
    if (type && type->starts_with("application/vnd.oasis.opendocument"))
      return "an OpenDocument file";
  }
  if (members->has("word/document.xml")) return "a text document (.docx)";
  if (members->has("ppt/presentation.xml")) return "a presentation (.pptx)";
  return {};
}

core::Result<Workbook> Workbook::open(std::string_view bytes) {
  PALERMO_TRY(ZipMembers members, ZipMembers::open(bytes));
  Workbook book{std::move(members)};
  if (!book.members_.has("xl/workbook.xml"))
    return bad_input(0, "the workbook is in the binary form (.xlsb)",
                     "save it as .xlsx, or the sheet as CSV in UTF-8");
  PALERMO_TRY(const std::string links_text,
              book.members_.read("xl/_rels/workbook.xml.rels", kMaxSmallPart));
  auto links = read_xml(links_text);
  if (!links) return in_part(std::move(links).error(), "xl/_rels/workbook.xml.rels");
  std::map<std::string, std::string, std::less<>> parts;
  std::size_t external = 0;
  for (const XmlElement* link : links->all("Relationship")) {
    if (link->attribute("TargetMode") == "External") {
      ++external;
      continue;
    }
    const std::string_view type = link->attribute("Type");
    const std::string part = part_of(link->attribute("Target"));
    if (type.ends_with("/sharedStrings")) book.strings_part_ = part;
    if (type.ends_with("/styles")) book.styles_part_ = part;
    if (type.ends_with("/externalLink")) ++external;
    parts.emplace(std::string{link->attribute("Id")}, part);
  }
  if (external > 0)
    book.notices_.push_back(fmt::format("{} links to other files were not followed", external));
  PALERMO_TRY(const std::string text, book.members_.read("xl/workbook.xml", kMaxSmallPart));
  auto root = read_xml(text);
  if (!root) return in_part(std::move(root).error(), "xl/workbook.xml");
  const std::string_view system = root->child("workbookPr").attribute("date1904");
  book.from_1904_ = system == "1" || system == "true";
  std::set<std::string, std::less<>> seen;
  for (const XmlElement* sheet : root->child("sheets").all("sheet")) {
    const auto part = parts.find(sheet->attribute("id"));
    // Charts and macro sheets have no cells and no part of a worksheet.
    if (part == parts.end() || !part->second.starts_with("xl/worksheets/")) continue;
    // Else a small file could be read as long as 512 of its parts.
    if (!seen.insert(part->second).second)
      return bad_input(0, "two sheets of the workbook are one part", "the workbook is damaged");
    if (book.sheets_.size() == kMaxSheets)
      return bad_input(0, fmt::format("more than {} sheets", kMaxSheets), "split the workbook");
    const std::string_view state = sheet->attribute("state");
    book.sheets_.push_back({std::string{sheet->attribute("name")},
                            state == "hidden" || state == "veryHidden", part->second});
  }
  if (book.sheets_.empty())
    return bad_input(0, "the workbook has no sheet with cells", "check what was exported");
  PALERMO_CHECK_OK(book.read_shared_strings());
  PALERMO_CHECK_OK(book.read_styles());
  return book;
}

core::Status Workbook::read_shared_strings() {
  if (strings_part_.empty() || !members_.has(strings_part_)) return core::ok();
  PALERMO_TRY(const std::string text, members_.read(strings_part_, kMaxPart));
  auto read = for_each_element(
      text, [](std::string_view name) { return name == "si"; },
      [&](const XmlElement& item) -> core::Status {
        strings_.push_back(rich_text(item));
        return core::ok();
      });
  if (!read) return in_part(std::move(read).error(), strings_part_);
  return core::ok();
}

core::Status Workbook::read_styles() {
  if (styles_part_.empty() || !members_.has(styles_part_)) return core::ok();
  PALERMO_TRY(const std::string text, members_.read(styles_part_, kMaxSmallPart));
  auto root = read_xml(text);
  if (!root) return in_part(std::move(root).error(), styles_part_);
  std::map<std::uint32_t, CellFormat> own;
  for (const XmlElement* format : root->child("numFmts").all("numFmt"))
    if (const auto id = whole<std::uint32_t>(format->attribute("numFmtId")))
      own[*id] = format_of_code(format->attribute("formatCode"));
  for (const XmlElement* style : root->child("cellXfs").all("xf")) {
    const auto id = whole<std::uint32_t>(style->attribute("numFmtId")).value_or(0);
    const auto found = own.find(id);
    formats_.push_back(found != own.end() ? found->second : builtin_format(id));
  }
  return core::ok();
}

core::Result<SheetText> Workbook::read(std::size_t sheet) const {
  const SheetInfo& info = sheets_[sheet];
  PALERMO_TRY(const std::string text, members_.read(info.part, kMaxPart));
  SheetReader reader{strings_, formats_, from_1904_};
  // Merged ranges stand behind the rows that they concern.
  if (text.find("mergeCell") != std::string::npos) {
    auto merges = for_each_element(
        text, [](std::string_view name) { return name == "mergeCell"; },
        [&](const XmlElement& merge) { return reader.take_merge(merge); });
    if (!merges) return in_part(std::move(merges).error(), info.part);
    reader.order_merges();
  }
  auto rows = for_each_element(
      text, [](std::string_view name) { return name == "row"; },
      [&](const XmlElement& row) { return reader.take_row(row); });
  if (!rows) return in_part(std::move(rows).error(), info.part);
  PALERMO_TRY(SheetText out, reader.finish());
  out.name = info.name;
  return out;
}

}  // namespace palermo::ingest
