#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <unordered_set>

#include "core/base/text.hpp"
#include "ingest/records/delimited.hpp"
#include "ingest/records/record_time.hpp"
#include "ingest/records/relation_text.hpp"
#include "ingest/records/relations.hpp"
#include "ingest/records/text_input.hpp"
#include "ingest/text/blank.hpp"

namespace palermo::ingest {
namespace {

using detail::folded;
using detail::ReadTime;

enum class Column { A, B, Weight, Layer, From, To };
constexpr std::array<Column, 6> kPositions = {Column::A,     Column::B,    Column::Weight,
                                              Column::Layer, Column::From, Column::To};
constexpr std::array<std::string_view, 6> kColumnNames = {"a",     "b",    "weight",
                                                          "layer", "from", "to"};

constexpr std::string_view kWanted =
    "name the columns source,target[,weight][,layer][,from][,to] or leave the header out";

std::string_view name_of(Column column) { return kColumnNames[static_cast<std::size_t>(column)]; }

struct Header {
  std::vector<Column> columns;
  std::string unknown;  // not empty: a header with a name that means nothing here
};

/// Reads a header line. Nothing when the line is no header.
std::optional<Header> read_header(const std::vector<std::string>& cells) {
  static const std::vector<std::string> kA = {"a",       "source", "src",    "node1", "node_1",
                                              "person1", "caller", "sender", "ego"};
  static const std::vector<std::string> kB = {"b",       "target", "dst",      "node2", "node_2",
                                              "person2", "callee", "receiver", "alter"};
  static const std::vector<std::string> kWeight = {"weight", "count", "value", "strength"};
  static const std::vector<std::string> kLayer = {"layer", "network"};
  const auto any = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  std::vector<std::string> names;
  for (const std::string& cell : cells) {
    if (detail::is_number(cell)) return std::nullopt;  // a row about two persons called a and b
    names.push_back(folded(cell));
  }
  const bool has_a =
      std::any_of(names.begin(), names.end(), [&](const auto& n) { return any(kA, n); });
  const bool has_b =
      std::any_of(names.begin(), names.end(), [&](const auto& n) { return any(kB, n); });
  // Without a and b, "from" and "to" are the two ends; beside them they are the time.
  const bool ends_are_from_to = !has_a && !has_b &&
                                std::find(names.begin(), names.end(), "from") != names.end() &&
                                std::find(names.begin(), names.end(), "to") != names.end();
  if (!(has_a && has_b) && !ends_are_from_to) return std::nullopt;
  Header header;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string& name = names[i];
    std::optional<Column> column;
    if (any(kA, name) || (ends_are_from_to && name == "from"))
      column = Column::A;
    else if (any(kB, name) || (ends_are_from_to && name == "to"))
      column = Column::B;
    else if (any(kWeight, name))
      column = Column::Weight;
    else if (any(kLayer, name))
      column = Column::Layer;
    else if (name == "from")
      column = Column::From;
    else if (name == "to")
      column = Column::To;
    const bool twice = column && std::find(header.columns.begin(), header.columns.end(), *column) !=
                                     header.columns.end();
    if (!column || twice) {
      header.unknown =
          fmt::format("column {} is called '{}'{}", i + 1, core::printable(cells[i], 40),
                      twice ? ", which repeats another column" : "");
      return header;
    }
    header.columns.push_back(*column);
  }
  return header;
}

/// A first line of words above numbers is a header, even when its names mean nothing here.
bool looks_like_header(const std::vector<std::string>& first,
                       const std::vector<std::string>& second) {
  for (std::size_t i = 2; i < first.size() && i < second.size(); ++i)
    if (!first[i].empty() && !detail::is_number(first[i]) && detail::is_number(second[i]))
      return true;
  if (first.size() < 2 || second.size() < 2) return false;
  return !detail::is_number(first[0]) && !detail::is_number(first[1]) &&
         (detail::is_number(second[0]) || detail::is_number(second[1]));
}

/// Cuts comment lines off the top. Returns how many.
std::uint32_t cut_comments(std::string_view& text) {
  std::uint32_t lines = 0;
  while (text.starts_with('#') || text.starts_with('%')) {
    const std::size_t end = text.find('\n');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++lines;
  }
  return lines;
}

struct Shape {
  char separator = 0;
  bool decimal_comma = false;
  bool has_header = false;
  std::vector<Column> columns;
  std::uint32_t skipped_lines = 0;
};

core::Result<Shape> find_shape(std::string_view text, std::uint32_t skipped_lines) {
  Shape shape;
  shape.skipped_lines = skipped_lines;
  shape.separator = guess_separator(text);
  if (shape.separator == 0)
    return bad_input(1 + skipped_lines, "no separator cuts the lines into two or more columns",
                     std::string{kWanted});
  shape.decimal_comma = shape.separator != ',';
  DelimitedReader reader{text, shape.separator};
  Row first;
  Row second;
  PALERMO_TRY(const bool any, reader.next(first));
  if (!any) return bad_input(0, "no row", std::string{kWanted});
  PALERMO_TRY(const bool two, reader.next(second));
  if (const auto header = read_header(first.cells)) {
    if (!header->unknown.empty())
      return bad_input(
          first.line + skipped_lines, "an edge list has no such column: " + header->unknown,
          "known columns: source, target, weight, layer, from, to; take the others out");
    shape.has_header = true;
    shape.columns = header->columns;
    return shape;
  }
  if (two && looks_like_header(first.cells, second.cells))
    return bad_input(
        first.line + skipped_lines,
        "the first line looks like a header whose names do not say which columns are the "
        "two ends of a tie",
        std::string{kWanted});
  std::size_t width = first.cells.size();
  while (width > 2 && first.cells[width - 1].empty()) --width;  // trailing separators
  if (width < 2 || width > kPositions.size())
    return bad_input(first.line + skipped_lines,
                     fmt::format("{} columns; an edge list without header has 2 to 6", width),
                     std::string{kWanted});
  shape.columns.assign(kPositions.begin(), kPositions.begin() + static_cast<std::ptrdiff_t>(width));
  return shape;
}

v1::Reject reject(std::uint32_t line, std::string code, std::string message) {
  v1::Reject out;
  out.set_line(line);
  out.set_code(std::move(code));
  out.set_message(std::move(message));
  return out;
}

class EdgeListReader {
 public:
  EdgeListReader(const AdapterInput& input, const Shape& shape, detail::TimeReader times)
      : options_{input.options},
        shape_{shape},
        times_{std::move(times)},
        layer_{input.options.layer.empty() ? detail::stem_of(input.file_name)
                                           : input.options.layer} {}

  core::Result<RecordBatch> read(std::string_view text) {
    DelimitedReader reader{text, shape_.separator};
    Row row;
    if (shape_.has_header) PALERMO_CHECK_OK(reader.next(row));
    while (true) {
      PALERMO_TRY(const bool more, reader.next(row));
      if (!more) break;
      row.line += shape_.skipped_lines;
      ++batch_.rows_read;
      PALERMO_CHECK_OK(take(row));
    }
    if (batch_.rows_read == 0)
      return bad_input(0, "a header and no row below it",
                       "check that the file was exported completely");
    describe();
    return std::move(batch_);
  }

 private:
  core::Status take(Row& row) {
    while (row.cells.size() > shape_.columns.size() && row.cells.back().empty())
      row.cells.pop_back();
    std::string broken = row.problem;
    if (broken.empty() && row.cells.size() != shape_.columns.size())
      broken = fmt::format("{} columns, expected {}", row.cells.size(), shape_.columns.size());
    if (!broken.empty()) {
      if (!options_.keep_going)
        return bad_input(row.line, fmt::format("line {}: {}", row.line, broken),
                         "correct the line, or say that broken lines are to be listed as rejects");
      batch_.rejects.push_back(
          reject(row.line, row.problem.empty() ? "COLUMN_COUNT" : "BAD_QUOTE", broken));
      return core::ok();
    }
    v1::Relation relation;
    relation.set_layer(layer_);
    std::optional<std::int64_t> from_us;
    std::optional<std::int64_t> to_us;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const std::string& cell = row.cells[i];
      const Column column = shape_.columns[i];
      switch (column) {
        case Column::A:
          relation.set_a(cell);
          break;
        case Column::B:
          relation.set_b(cell);
          break;
        case Column::Weight: {
          if (cell.empty()) break;
          const auto weight = detail::read_weight(cell, shape_.decimal_comma);
          if (!weight || *weight < 0) {
            batch_.rejects.push_back(reject(
                row.line, "BAD_WEIGHT",
                fmt::format("column {} (weight) is {}", i + 1, weight ? "negative" : "no number")));
            return core::ok();
          }
          if (*weight == 0) {
            batch_.rejects.push_back(
                reject(row.line, "NO_TIE",
                       fmt::format("column {} (weight) is 0: the row states no tie", i + 1)));
            return core::ok();
          }
          relation.set_weight(*weight);
          break;
        }
        case Column::Layer:
          if (!cell.empty()) relation.set_layer(cell);
          break;
        case Column::From:
        case Column::To: {
          const ReadTime time = times_.read(cell, true);
          if (time.state == ReadTime::State::NoZone)
            return detail::no_zone_error(row.line, name_of(column));
          if (time.state == ReadTime::State::Bad) {
            batch_.rejects.push_back(
                reject(row.line, "BAD_TIME",
                       fmt::format("column {} ({}): {}", i + 1, name_of(column), time.why)));
            return core::ok();
          }
          if (time.state == ReadTime::State::Absent) break;
          if (column == Column::From) {
            relation.set_from(time.text);
            from_us = time.instant.us;
          } else {
            relation.set_to(time.text);
            to_us = time.last_us;
          }
          break;
        }
      }
    }
    if (is_blank(relation.a()) || is_blank(relation.b())) {
      batch_.rejects.push_back(reject(row.line, "MISSING_LABEL", "one end of the tie is empty"));
      return core::ok();
    }
    if (from_us && to_us && *to_us < *from_us) {
      batch_.rejects.push_back(reject(row.line, "BAD_TIME", "the tie ends before it begins"));
      return core::ok();
    }
    const std::pair<std::string, std::string> ends{relation.a(), relation.b()};
    if (ends.first == ends.second) ++self_loops_;
    if (pairs_.contains({ends.second, ends.first}) && !pairs_.contains(ends) &&
        ends.first != ends.second)
      ++reversed_;
    pairs_.insert(ends);
    store::RecordRow out = detail::relation_row(std::move(relation), row.line, options_.country);
    out.from_us = from_us;
    out.to_us = to_us;
    batch_.rows.push_back(std::move(out));
    return core::ok();
  }

  void describe() {
    std::string columns;
    for (const Column column : shape_.columns) {
      if (!columns.empty()) columns += ", ";
      columns += name_of(column);
    }
    batch_.mapping =
        fmt::format("edge list, separator {}, {} header: {}", name_of_separator(shape_.separator),
                    shape_.has_header ? "with" : "no", columns);
    batch_.notices.push_back(
        "an edge list does not say whether its ties have a direction; rows are kept as stated");
    if (reversed_ > 0)
      batch_.notices.push_back(fmt::format(
          "{} ties are stated a second time with the ends exchanged; both rows are kept",
          reversed_));
    if (self_loops_ > 0)
      batch_.notices.push_back(
          fmt::format("{} rows tie a label to itself; they are kept", self_loops_));
    if (shape_.skipped_lines > 0)
      batch_.notices.push_back(
          fmt::format("{} comment lines at the top were passed over", shape_.skipped_lines));
    times_.report(batch_);
  }

  const AdapterOptions& options_;
  const Shape& shape_;
  detail::TimeReader times_;
  std::string layer_;
  RecordBatch batch_;
  std::set<std::pair<std::string, std::string>> pairs_;
  std::uint32_t reversed_ = 0;
  std::uint32_t self_loops_ = 0;
};

core::Result<RecordBatch> read_edge_list(const AdapterInput& input) {
  PALERMO_TRY(std::string_view text, check_text(input.bytes));
  const std::uint32_t skipped = cut_comments(text);
  PALERMO_TRY(const Shape shape, find_shape(text, skipped));
  PALERMO_TRY(detail::TimeReader times, detail::TimeReader::make(input.options));
  return EdgeListReader{input, shape, std::move(times)}.read(text);
}

/// Rows looked at before the file is called an edge list.
constexpr std::size_t kSampleBytes = std::size_t{1} << 20;
constexpr std::size_t kSampleRows = 5'000;

Detection detect_edge_list(std::string_view bytes, std::string_view) {
  std::string_view sample = bytes.substr(0, kSampleBytes);
  if (sample.size() < bytes.size()) sample = sample.substr(0, sample.rfind('\n') + 1);
  const auto checked = check_text(sample);
  if (!checked) return {};
  std::string_view text = *checked;
  if (text.front() == '{' || text.front() == '[' || text.front() == '<') return {};
  const std::uint32_t skipped = cut_comments(text);
  const auto shape = find_shape(text, skipped);
  if (!shape) return {};
  DelimitedReader reader{text, shape->separator};
  Row row;
  std::unordered_set<std::string> left;
  std::unordered_set<std::string> right;
  std::size_t rows = 0;
  std::size_t bad_weights = 0;
  std::string first_a;
  std::string first_b;
  bool first_again = false;
  const std::size_t a = static_cast<std::size_t>(
      std::find(shape->columns.begin(), shape->columns.end(), Column::A) - shape->columns.begin());
  const std::size_t b = static_cast<std::size_t>(
      std::find(shape->columns.begin(), shape->columns.end(), Column::B) - shape->columns.begin());
  if (shape->has_header && !reader.next(row).ok()) return {};
  while (rows < kSampleRows) {
    const auto more = reader.next(row);
    if (!more || !*more) break;
    if (row.cells.size() <= std::max(a, b)) continue;
    if (rows++ == 0) {
      first_a = row.cells[a];
      first_b = row.cells[b];
    } else if (row.cells[a] == first_a || row.cells[b] == first_a || row.cells[a] == first_b ||
               row.cells[b] == first_b) {
      first_again = true;
    }
    left.insert(row.cells[a]);
    right.insert(row.cells[b]);
    if (!shape->has_header && row.cells.size() > 2 && !row.cells[2].empty() &&
        !detail::read_weight(row.cells[2], shape->decimal_comma))
      ++bad_weights;
  }
  if (rows == 0) return {};
  if (shape->has_header)
    return {0.93, fmt::format("the header names the two ends of a tie; {} separated",
                              name_of_separator(shape->separator))};
  if (bad_weights > 0) return {};
  // An attribute table also has two columns; its second column does not speak of the labels of the
  // first.
  std::size_t shared = 0;
  for (const std::string& label : right) shared += left.contains(label) ? 1 : 0;
  if (shared == 0 || (shape->columns.size() == 2 && !first_again)) return {};
  return {shape->columns.size() == 3 ? 0.8 : 0.7,
          fmt::format("{} {} separated columns without header, the first two share {} labels{}",
                      shape->columns.size(), name_of_separator(shape->separator), shared,
                      shape->columns.size() > 2 ? ", the third is a number" : "")};
}

}  // namespace

Adapter edge_list_adapter() {
  return {"edge_list", "1", "edge list: source,target[,weight][,layer][,from][,to]",
          detect_edge_list, read_edge_list};
}

}  // namespace palermo::ingest
