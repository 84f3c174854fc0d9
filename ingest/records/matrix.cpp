#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "ingest/records/delimited.hpp"
#include "ingest/records/relation_text.hpp"
#include "ingest/records/relations.hpp"
#include "ingest/records/text_input.hpp"
#include "ingest/text/blank.hpp"

namespace palermo::ingest {
namespace {

using detail::folded;

/// A cell that states something about the pair.
struct Tie {
  std::uint32_t row = 0;
  std::uint32_t column = 0;
  std::uint32_t line = 0;
  double weight = 0;
};

struct BadCell {
  std::uint32_t line = 0;
  std::uint32_t column = 0;  // 1-based column of the file
  bool negative = false;
};

struct Matrix {
  char separator = ',';
  std::vector<std::string> columns;
  std::vector<std::string> rows;
  std::vector<std::uint32_t> row_lines;
  std::uint32_t header_line = 0;
  std::vector<Tie> ties;
  std::vector<BadCell> bad;
  std::uint64_t cells = 0;
  std::uint64_t missing = 0;  // empty cells and NA
  std::uint64_t fractional = 0;
  std::uint64_t above_one = 0;
  std::uint64_t ninety_nine = 0;
  bool has_corner = true;

  [[nodiscard]] bool square() const {
    if (columns.size() != rows.size()) return false;
    if (columns == rows) return true;
    return std::unordered_set<std::string>(columns.begin(), columns.end()) ==
           std::unordered_set<std::string>(rows.begin(), rows.end());
  }
  /// Labels that stand for a row and for a column.
  [[nodiscard]] std::size_t shared_labels() const {
    const std::unordered_set<std::string> of_rows(rows.begin(), rows.end());
    std::size_t shared = 0;
    for (const std::string& label : columns) shared += of_rows.contains(label) ? 1 : 0;
    return shared;
  }
};

core::Error shape_error(std::uint64_t line, std::string message) {
  return bad_input(
      line, std::move(message),
      "a matrix has a first row and a first column of labels: square with the same labels, or "
      "persons by events with different ones");
}

bool is_missing(std::string_view cell) {
  const std::string word = folded(cell);
  return word.empty() || word == "na" || word == "n/a" || word == "nan" || word == "." ||
         word == "-";
}

core::Status check_labels(const std::vector<std::string>& labels, std::string_view what,
                          std::uint64_t line) {
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (is_blank(labels[i]))
      return shape_error(line, fmt::format("the label of {} {} is empty", what, i + 1));
    const auto [at, fresh] = seen.emplace(labels[i], i);
    if (!fresh)
      return shape_error(
          line, fmt::format("the labels of {} {} and {} are equal", what, at->second + 1, i + 1));
  }
  return core::ok();
}

core::Result<Matrix> parse(std::string_view text) {
  Matrix matrix;
  matrix.separator = guess_separator(text);
  if (matrix.separator == 0) return shape_error(1, "no separator cuts the lines into columns");
  const bool decimal_comma = matrix.separator != ',';
  DelimitedReader reader{text, matrix.separator};
  Row header;
  Row row;
  PALERMO_TRY(const bool any, reader.next(header));
  PALERMO_TRY(bool more, reader.next(row));
  if (!any || !more)
    return shape_error(1, "a matrix needs a line of column labels and a line for each row");
  matrix.header_line = header.line;
  if (!header.problem.empty()) return shape_error(header.line, header.problem);
  matrix.columns = std::move(header.cells);
  matrix.has_corner = row.cells.size() == matrix.columns.size();
  if (!matrix.has_corner && row.cells.size() != matrix.columns.size() + 1)
    return shape_error(row.line, fmt::format("line {}: {} columns under a header of {}", row.line,
                                             row.cells.size(), matrix.columns.size()));
  if (matrix.has_corner) matrix.columns.erase(matrix.columns.begin());
  if (matrix.columns.empty()) return shape_error(header.line, "one column is no matrix");
  while (more) {
    if (!row.problem.empty())
      return shape_error(row.line, fmt::format("line {}: {}", row.line, row.problem));
    if (row.cells.size() != matrix.columns.size() + 1)
      return shape_error(row.line, fmt::format("line {}: {} columns, expected {}", row.line,
                                               row.cells.size(), matrix.columns.size() + 1));
    const auto index = static_cast<std::uint32_t>(matrix.rows.size());
    for (std::size_t i = 1; i < row.cells.size(); ++i) {
      const std::string& cell = row.cells[i];
      ++matrix.cells;
      if (cell == "0") continue;
      if (is_missing(cell)) {
        ++matrix.missing;
        continue;
      }
      const auto value = detail::read_weight(cell, decimal_comma);
      if (!value || *value < 0) {
        matrix.bad.push_back({row.line, static_cast<std::uint32_t>(i + 1), value.has_value()});
        continue;
      }
      if (*value == 0) continue;
      if (*value != static_cast<double>(static_cast<std::int64_t>(std::min(*value, 9e15))))
        ++matrix.fractional;
      if (*value > 1) ++matrix.above_one;
      if (*value == 99) ++matrix.ninety_nine;
      matrix.ties.push_back({index, static_cast<std::uint32_t>(i - 1), row.line, *value});
    }
    matrix.rows.push_back(std::move(row.cells.front()));
    matrix.row_lines.push_back(row.line);
    PALERMO_TRY(more, reader.next(row));
  }
  PALERMO_CHECK_OK(check_labels(matrix.columns, "column", matrix.header_line));
  PALERMO_CHECK_OK(check_labels(matrix.rows, "row", 0));
  return matrix;
}

/// Whether every tie of a square matrix stands in both halves with the same value.
bool is_symmetric(const Matrix& matrix) {
  std::unordered_map<std::string_view, std::uint32_t> row_of;
  for (std::uint32_t i = 0; i < matrix.rows.size(); ++i) row_of.emplace(matrix.rows[i], i);
  std::unordered_map<std::uint64_t, double> values;
  const auto key = [](std::uint32_t r, std::uint32_t c) { return (std::uint64_t{r} << 32) | c; };
  for (const Tie& tie : matrix.ties)
    values[key(tie.row, row_of.at(matrix.columns[tie.column]))] = tie.weight;
  for (const auto& [pair, weight] : values) {
    const auto mirrored =
        values.find(key(static_cast<std::uint32_t>(pair), static_cast<std::uint32_t>(pair >> 32)));
    if (mirrored == values.end() || mirrored->second != weight) return false;
  }
  return true;
}

core::Result<RecordBatch> read_matrix(const AdapterInput& input) {
  PALERMO_TRY(const std::string_view text, check_text(input.bytes));
  PALERMO_TRY(Matrix matrix, parse(text));
  const bool square = matrix.square();
  if (const std::size_t shared = matrix.shared_labels(); !square && shared > 0) {
    if (matrix.rows.size() != matrix.columns.size())
      return shape_error(
          0, fmt::format("{} rows under {} columns, {} labels stand for both: a square matrix "
                         "that is cut off, or a two-mode matrix whose labels collide",
                         matrix.rows.size(), matrix.columns.size(), shared));
    return shape_error(
        0, fmt::format("{} of {} labels stand for a row and for a column, the others for one only",
                       shared, matrix.columns.size()));
  }

  const std::string layer =
      input.options.layer.empty() ? detail::stem_of(input.file_name) : input.options.layer;
  RecordBatch batch;
  std::unordered_set<std::string_view> tied;
  double sum = 0;
  std::size_t self_loops = 0;
  for (const Tie& tie : matrix.ties) {
    v1::Relation relation;
    relation.set_a(matrix.rows[tie.row]);
    relation.set_b(matrix.columns[tie.column]);
    relation.set_weight(tie.weight);
    relation.set_layer(layer);
    tied.insert(matrix.rows[tie.row]);
    tied.insert(matrix.columns[tie.column]);
    sum += tie.weight;
    if (square && relation.a() == relation.b()) ++self_loops;
    store::RecordRow row =
        detail::relation_row(std::move(relation), tie.line, input.options.country);
    row.local_id = fmt::format("{}.{}", tie.line, tie.column + (matrix.has_corner ? 2 : 1));
    batch.rows.push_back(std::move(row));
  }
  std::size_t alone = 0;
  const auto keep_alone = [&](const std::string& label, std::uint32_t line, std::size_t column) {
    if (tied.contains(label)) return;
    ++alone;
    v1::Relation relation;
    relation.set_a(label);
    relation.set_layer(layer);
    store::RecordRow row = detail::relation_row(std::move(relation), line, input.options.country);
    row.local_id = fmt::format("{}.{}", line, column);
    batch.rows.push_back(std::move(row));
  };
  for (std::size_t i = 0; i < matrix.rows.size(); ++i)
    keep_alone(matrix.rows[i], matrix.row_lines[i], matrix.has_corner ? 1 : 0);
  if (!square)
    for (std::size_t i = 0; i < matrix.columns.size(); ++i)
      keep_alone(matrix.columns[i], matrix.header_line, i + (matrix.has_corner ? 2 : 1));
  for (const BadCell& cell : matrix.bad) {
    v1::Reject reject;
    reject.set_line(cell.line);
    reject.set_code("BAD_WEIGHT");
    reject.set_message(
        fmt::format("column {} is {}", cell.column, cell.negative ? "negative" : "no number"));
    batch.rejects.push_back(std::move(reject));
  }
  batch.rows_read = static_cast<std::uint32_t>(batch.rows.size() + batch.rejects.size());
  batch.mapping = fmt::format("{} matrix, separator {}", square ? "square" : "two-mode",
                              name_of_separator(matrix.separator));

  const bool symmetric = square && !matrix.ties.empty() && is_symmetric(matrix);
  batch.notices.push_back(
      square
          ? fmt::format(
                "square matrix of {} labels; rows are counted as cells that state a tie: {} ties, "
                "their values add up to {}",
                matrix.rows.size(), matrix.ties.size(), sum)
          : fmt::format(
                "two-mode matrix of {} rows and {} columns; rows are counted as cells that state a "
                "tie: {} ties, their values add up to {}",
                matrix.rows.size(), matrix.columns.size(), matrix.ties.size(), sum));
  if (symmetric)
    batch.notices.push_back(
        fmt::format("the matrix is symmetric: its {} ties are {} pairs stated in both halves; "
                    "both are kept as stated",
                    matrix.ties.size(), (matrix.ties.size() - self_loops) / 2 + self_loops));
  else if (square)
    batch.notices.push_back(
        "the matrix is not symmetric: ties are kept from row to column, which may be a direction");
  if (alone > 0)
    batch.notices.push_back(fmt::format(
        "{} labels have no tie; each is kept and counted as a row that states a node", alone));
  if (self_loops > 0)
    batch.notices.push_back(
        fmt::format("{} cells tie a label to itself; they are kept", self_loops));
  if (matrix.missing > 0)
    batch.notices.push_back(
        fmt::format("{} cells are empty or NA: nothing is stated there", matrix.missing));
  if (matrix.ninety_nine > 0)
    batch.notices.push_back(
        fmt::format("{} cells are 99, which some collections write for missing; they were "
                    "read as values",
                    matrix.ninety_nine));
  if (square && matrix.columns != matrix.rows)
    batch.notices.push_back(
        "rows and columns have the same labels in a different order; cells were placed by label");
  return batch;
}

constexpr std::size_t kDetectBytes = std::size_t{64} << 20;

Detection detect_matrix(std::string_view bytes, std::string_view) {
  if (bytes.size() > kDetectBytes) return {};
  const auto text = check_text(bytes);
  if (!text || text->front() == '{' || text->front() == '[' || text->front() == '<') return {};
  // The header decides cheaply: most files end here.
  const char separator = guess_separator(*text);
  if (separator == 0) return {};
  DelimitedReader reader{*text, separator};
  Row header;
  Row first;
  const auto has_header = reader.next(header);
  if (!has_header || !*has_header || header.cells.size() < 2) return {};
  const auto has_row = reader.next(first);
  if (!has_row || !*has_row) return {};
  for (std::size_t i = 1; i < first.cells.size(); ++i)
    if (!is_missing(first.cells[i]) && !detail::read_weight(first.cells[i], separator != ','))
      return {};
  const auto matrix = parse(*text);
  if (!matrix) {
    // Cut off in the middle of a row: the labels that are there still tell.
    const std::size_t corner = first.cells.size() == header.cells.size() ? 1 : 0;
    Row second;
    const auto more = reader.next(second);
    if (more && *more && header.cells.size() > corner + 1 &&
        first.cells[0] == header.cells[corner] && second.cells[0] == header.cells[corner + 1])
      return {0.8, "the first column repeats the labels of the first row"};
    return {};
  }
  if (matrix->square())
    return {0.97, fmt::format("{} row labels equal the {} column labels", matrix->rows.size(),
                              matrix->columns.size())};
  if (matrix->rows.size() >= 2 && matrix->shared_labels() * 2 >= matrix->rows.size() &&
      matrix->columns.size() >= 2)
    return {0.8, fmt::format("{} of {} row labels are column labels too", matrix->shared_labels(),
                             matrix->rows.size())};
  // A table of attributes has numbers too; only attendance written as 0 and 1 under an empty or
  // person-like corner is taken for a two-mode matrix unasked.
  static const std::unordered_set<std::string> kCorners = {
      "", "players", "player", "person", "persons", "actor", "actors", "people"};
  const std::string corner = matrix->has_corner ? folded(header.cells.front()) : "";
  const bool binary = matrix->fractional == 0 && matrix->above_one == 0 && matrix->bad.empty() &&
                      !matrix->ties.empty();
  if (kCorners.contains(corner) && binary && matrix->columns.size() >= 2 &&
      matrix->rows.size() >= 2 && matrix->ties.size() < matrix->cells &&
      matrix->shared_labels() == 0)
    return {
        0.65,
        fmt::format("{} rows by {} columns of 0 and 1 under labels that differ: persons by events",
                    matrix->rows.size(), matrix->columns.size())};
  return {};
}

}  // namespace

Adapter matrix_adapter() {
  return {"matrix", "1",
          "labelled matrix: square (actors by actors) or two-mode (persons by events)",
          detect_matrix, read_matrix};
}

}  // namespace palermo::ingest
