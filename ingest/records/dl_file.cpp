#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/base/text.hpp"
#include "ingest/records/network_builder.hpp"
#include "ingest/records/network_words.hpp"
#include "ingest/records/networks.hpp"
#include "ingest/records/relation_text.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

using detail::folded;
using detail::NetworkBuilder;
using detail::Word;
using detail::WordReader;

constexpr std::string_view kNext =
    "docs/formats/networks.md has the forms that are read; UCINET exports fullmatrix from any "
    "network";

core::Error dl_error(std::uint32_t line, std::string message) {
  return bad_input(line, fmt::format("line {}: {}", line, message), std::string{kNext});
}

bool same(std::string_view text, std::string_view word) { return folded(text) == word; }

struct Header {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t matrices = 1;
  std::string format = "fullmatrix";
  bool two_mode = false;
  bool diagonal = true;
  bool rows_embedded = false;
  bool columns_embedded = false;
  std::vector<Word> row_labels;
  std::vector<Word> column_labels;
  std::vector<Word> matrix_labels;

  [[nodiscard]] bool embedded() const { return rows_embedded || columns_embedded; }
};

class DlReader {
 public:
  explicit DlReader(const AdapterInput& input, std::string_view text)
      : words_{text, ",=", ":"}, builder_{input} {}

  core::Result<RecordBatch> read() {
    PALERMO_CHECK_OK(read_header());
    if (!header_.embedded()) PALERMO_CHECK_OK(add_labels());
    for (matrix_ = 0; matrix_ < header_.matrices; ++matrix_) PALERMO_CHECK_OK(read_data());
    Word extra;
    if (words_.next(extra)) return dl_error(extra.line, "data behind what the header announces");
    if (words_.unclosed()) return dl_error(words_.line(), "a quote is never closed");
    if (header_.embedded() && !header_.two_mode && builder_.nodes() < header_.rows)
      builder_.notice(fmt::format("the header announces {} nodes, the data name {}", header_.rows,
                                  builder_.nodes()));
    return builder_.finish(
        fmt::format("UCINET DL, {}, {} {}", header_.format,
                    header_.two_mode ? header_.rows + header_.columns : header_.rows,
                    header_.two_mode ? "rows and columns" : "nodes"));
  }

 private:
  core::Result<std::size_t> read_count(const Word& name) {
    Word word;
    std::size_t count = 0;
    if (!words_.next(word) ||
        std::from_chars(word.text.data(), word.text.data() + word.text.size(), count).ptr !=
            word.text.data() + word.text.size() ||
        word.text.empty())
      return dl_error(name.line, fmt::format("'{}' is followed by no number", name.text));
    if (count == 0 || count > NetworkBuilder::kMaxNodes)
      return dl_error(name.line, fmt::format("'{}' is {}; 1 to {} are read", name.text, count,
                                             NetworkBuilder::kMaxNodes));
    return count;
  }

  core::Status read_labels(std::vector<Word>& labels, std::size_t count, bool* embedded) {
    Word word;
    if (words_.peek(word) && same(word.text, "embedded")) {
      words_.next(word);
      if (embedded == nullptr) return dl_error(word.line, "these labels cannot be embedded");
      *embedded = true;
      if (words_.peek(word) && word.text == ":") words_.next(word);
      return core::ok();
    }
    if (words_.peek(word) && word.text == ":") words_.next(word);
    if (count == 0) return dl_error(words_.line(), "labels before the number of nodes is said");
    labels.clear();
    while (labels.size() < count) {
      if (!words_.next(word) || (!word.quoted && same(word.text, "data")))
        return dl_error(words_.line(),
                        fmt::format("{} labels where {} are announced", labels.size(), count));
      labels.push_back(word);
    }
    return core::ok();
  }

  core::Status read_header() {
    Word word;
    words_.next(word);  // dl
    while (words_.next(word)) {
      const std::string name = folded(word.text);
      if (name == "n") {
        PALERMO_TRY(header_.rows, read_count(word));
        header_.columns = header_.rows;
      } else if (name == "nr") {
        PALERMO_TRY(header_.rows, read_count(word));
        header_.two_mode = true;
      } else if (name == "nc") {
        PALERMO_TRY(header_.columns, read_count(word));
        header_.two_mode = true;
      } else if (name == "nm") {
        PALERMO_TRY(header_.matrices, read_count(word));
      } else if (name == "format") {
        if (!words_.next(word)) return dl_error(word.line, "'format' is followed by nothing");
        header_.format = folded(word.text);
      } else if (name == "diagonal") {
        if (!words_.next(word)) return dl_error(word.line, "'diagonal' is followed by nothing");
        header_.diagonal = !same(word.text, "absent");
      } else if (name == "labels") {
        bool embedded = false;
        PALERMO_CHECK_OK(read_labels(header_.row_labels, header_.rows, &embedded));
        header_.rows_embedded = header_.columns_embedded = embedded;
        if (header_.two_mode && !embedded)
          return dl_error(word.line, "a two-mode file needs row labels and column labels");
        header_.column_labels = header_.row_labels;
      } else if (name == "row" || name == "rows" || name == "column" || name == "col" ||
                 name == "columns" || name == "cols" || name == "matrix" || name == "level") {
        Word kind;
        if (!words_.next(kind) || !same(kind.text, "labels"))
          return dl_error(word.line, fmt::format("'{}' is not followed by 'labels'", name));
        if (name.starts_with("row")) {
          PALERMO_CHECK_OK(read_labels(header_.row_labels, header_.rows, &header_.rows_embedded));
        } else if (name.starts_with("col")) {
          PALERMO_CHECK_OK(
              read_labels(header_.column_labels, header_.columns, &header_.columns_embedded));
        } else {
          PALERMO_CHECK_OK(read_labels(header_.matrix_labels, header_.matrices, nullptr));
        }
      } else if (name == "data") {
        if (words_.peek(word) && word.text == ":") words_.next(word);
        return check_header();
      } else if (name != ":") {
        return dl_error(word.line, fmt::format("'{}' is no word of a DL header",
                                               core::printable(word.text, 40)));
      }
    }
    return dl_error(words_.line(), "the header ends without 'data:'");
  }

  core::Status check_header() {
    if (header_.rows == 0 || header_.columns == 0)
      return dl_error(words_.line(), "the header does not say how many nodes there are");
    static constexpr std::string_view kFormats[] = {
        "fullmatrix", "lowerhalf", "upperhalf", "edgelist1", "nodelist1", "edgelist2", "nodelist2"};
    if (std::find(std::begin(kFormats), std::end(kFormats), header_.format) == std::end(kFormats))
      return dl_error(words_.line(),
                      fmt::format("format '{}' is not read", core::printable(header_.format, 40)));
    if (header_.format.ends_with('2')) header_.two_mode = true;
    if (header_.format.ends_with("half") && header_.two_mode)
      return dl_error(words_.line(), "half a matrix cannot have two modes");
    if (header_.matrices > 1 && header_.format.find("list") != std::string::npos)
      return dl_error(words_.line(), "several lists in one file cannot be told apart");
    return core::ok();
  }

  /// Rows and columns of a two-mode file are different nodes, even under one number.
  [[nodiscard]] std::string column_id(std::size_t i) const {
    return fmt::format("{}{}", header_.two_mode ? "column " : "", i + 1);
  }

  core::Status add_labels() {
    const auto add = [&](std::size_t count, const std::vector<Word>& labels, bool column) {
      for (std::size_t i = 0; i < count; ++i) {
        const bool named = i < labels.size();
        builder_.add_node(column ? column_id(i) : std::to_string(i + 1),
                          named ? labels[i].text : "", named ? labels[i].line : words_.line());
      }
    };
    add(header_.rows, header_.row_labels, false);
    if (header_.two_mode) add(header_.columns, header_.column_labels, true);
    if (builder_.nodes() > NetworkBuilder::kMaxNodes)
      return dl_error(words_.line(), "too many nodes");
    return core::ok();
  }

  core::Result<std::string> embedded_label(const Word& word, std::size_t limit, bool column) {
    const std::string id = (column && header_.two_mode ? "column " : "") + word.text;
    if (builder_.add_node(id, word.text, word.line) &&
        ++(column && header_.two_mode ? column_labels_ : row_labels_) > limit)
      return dl_error(word.line, fmt::format("more labels than the {} nodes of the header", limit));
    return id;
  }

  [[nodiscard]] std::string layer() const {
    return matrix_ < header_.matrix_labels.size() ? header_.matrix_labels[matrix_].text
           : header_.matrices > 1 ? fmt::format("{} {}", builder_.layer(), matrix_ + 1)
                                  : std::string{};
  }

  core::Status read_data() {
    if (header_.format == "fullmatrix") return read_matrix();
    if (header_.format.ends_with("half")) return read_half();
    return read_list();
  }

  core::Result<double> read_cell(std::size_t done, std::size_t of) {
    Word word;
    if (!words_.next(word))
      return dl_error(words_.line(), fmt::format("the data end after {} of {} cells", done, of));
    const auto value = detail::read_weight(word.text, false);
    if (!value)
      return dl_error(word.line, fmt::format("cell {} of the matrix is no number", done + 1));
    return *value;
  }

  core::Status read_matrix() {
    std::vector<std::string> columns;
    Word word;
    for (std::size_t i = 0; i < header_.columns; ++i) {
      if (!header_.columns_embedded) {
        columns.push_back(column_id(i));
        continue;
      }
      if (!words_.next(word))
        return dl_error(words_.line(), "the data end within the column labels");
      PALERMO_TRY(std::string id, embedded_label(word, header_.columns, true));
      columns.push_back(std::move(id));
    }
    const std::size_t cells = header_.rows * header_.columns;
    for (std::size_t i = 0; i < header_.rows; ++i) {
      std::string row = std::to_string(i + 1);
      if (header_.rows_embedded) {
        if (!words_.next(word))
          return dl_error(words_.line(),
                          fmt::format("the data end after {} of {} rows", i, header_.rows));
        PALERMO_TRY(row, embedded_label(word, header_.rows, false));
      } else if (header_.columns_embedded && !header_.two_mode) {
        row = columns[i];
      }
      for (std::size_t j = 0; j < header_.columns; ++j) {
        if (!header_.diagonal && i == j) continue;
        PALERMO_TRY(const double value, read_cell(i * header_.columns + j, cells));
        if (value != 0)
          builder_.add_tie(row, columns[j], value, words_.line(), layer(), !header_.two_mode);
      }
    }
    return core::ok();
  }

  core::Status read_half() {
    if (header_.embedded())
      return dl_error(words_.line(), "half a matrix with embedded labels is not read");
    const bool lower = header_.format == "lowerhalf";
    const std::size_t n = header_.rows;
    const std::size_t cells = header_.diagonal ? n * (n + 1) / 2 : n * (n - 1) / 2;
    std::size_t done = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t begin = lower ? 0 : (header_.diagonal ? i : i + 1);
      const std::size_t end = lower ? (header_.diagonal ? i + 1 : i) : n;
      for (std::size_t j = begin; j < end; ++j) {
        PALERMO_TRY(const double value, read_cell(done++, cells));
        if (value != 0)
          builder_.add_tie(std::to_string(i + 1), std::to_string(j + 1), value, words_.line(),
                           layer(), false);
      }
    }
    return core::ok();
  }

  /// The node a word of a list means: by its number, or by its label where labels are embedded.
  core::Result<std::string> node(const Word& word, bool column) {
    const std::size_t limit = column ? header_.columns : header_.rows;
    if (header_.embedded()) return embedded_label(word, limit, column);
    std::size_t number = 0;
    const char* const end = word.text.data() + word.text.size();
    if (std::from_chars(word.text.data(), end, number).ptr != end || word.text.empty())
      return dl_error(word.line,
                      "a node is no number, and the header does not say that labels are embedded");
    // Out of range: left to the builder, which rejects the tie.
    return column && number > 0 ? column_id(number - 1) : std::to_string(number);
  }

  core::Status read_list() {
    const bool pairs = header_.format.starts_with("edgelist");
    while (!words_.at_end()) {
      const std::uint32_t line = words_.line();
      Word word;
      words_.next(word, true);
      PALERMO_TRY(const std::string from, node(word, false));
      std::size_t ends = 0;
      while (words_.next(word, true)) {
        PALERMO_TRY(const std::string to, node(word, true));
        ++ends;
        std::optional<double> weight;
        if (pairs && words_.next(word, true)) {
          weight = detail::read_weight(word.text, false);
          if (!weight) {
            builder_.reject(line, "BAD_WEIGHT", "the third word of the row is no number");
            words_.skip_line();
            break;
          }
          Word extra;
          if (words_.peek(extra, true)) {
            builder_.reject(line, "COLUMN_COUNT", "more than two nodes and a weight");
            words_.skip_line();
            break;
          }
        }
        builder_.add_tie(from, to, weight, line, layer(), !header_.two_mode);
      }
      if (pairs && ends == 0) builder_.reject(line, "MISSING_LABEL", "one end of the tie is empty");
    }
    return core::ok();
  }

  WordReader words_;
  NetworkBuilder builder_;
  Header header_;
  std::size_t matrix_ = 0;
  std::size_t row_labels_ = 0;
  std::size_t column_labels_ = 0;
};

core::Result<RecordBatch> read_dl(const AdapterInput& input) {
  PALERMO_TRY(const std::string_view text, check_text(input.bytes));
  WordReader words{text, ",=", ":"};
  Word first;
  if (!words.next(first) || !same(first.text, "dl"))
    return bad_input(1, "line 1: a DL file begins with the word dl", std::string{kNext});
  return DlReader{input, text}.read();
}

Detection detect_dl(std::string_view bytes, std::string_view) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  bytes.remove_prefix(std::min(bytes.size(), bytes.find_first_not_of(" \t\r\n")));
  // "dl,n" is the header of some table.
  if (bytes.size() < 3 ||
      (bytes[2] != ' ' && bytes[2] != '\t' && bytes[2] != '\r' && bytes[2] != '\n'))
    return {};
  WordReader words{bytes.substr(0, 4096), ",=", ":"};
  Word word;
  if (!words.next(word) || !same(word.text, "dl")) return {};
  static constexpr std::string_view kWords[] = {"n", "nr", "nc", "nm", "format"};
  if (!words.next(word) ||
      std::find(std::begin(kWords), std::end(kWords), folded(word.text)) == std::end(kWords))
    return {};
  return {0.98, "it begins with dl and the size of a network"};
}

}  // namespace

Adapter dl_adapter() {
  return {"ucinet_dl", "1",
          "network of UCINET (DL): fullmatrix, half matrix, edgelist, nodelist, embedded labels",
          detect_dl, read_dl};
}

}  // namespace palermo::ingest
