#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

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

core::Error pajek_error(std::uint32_t line, std::string message) {
  return bad_input(line, fmt::format("line {}: {}", line, message),
                   "docs/formats/networks.md has the sections that are read");
}

std::optional<std::size_t> number(const std::string& text) {
  std::size_t value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return value;
}

class PajekReader {
 public:
  PajekReader(const AdapterInput& input, std::string_view text)
      : words_{text, "", ""}, builder_{input} {}

  core::Result<RecordBatch> read() {
    Word word;
    while (!words_.at_end()) {
      const std::uint32_t line = words_.line();
      words_.peek(word, true);
      if (word.text.starts_with('%')) {
        words_.skip_line();
      } else if (word.text.starts_with('*')) {
        words_.next(word, true);
        PALERMO_CHECK_OK(begin(folded(word.text), line));
      } else {
        PALERMO_CHECK_OK(row(line));
      }
    }
    if (words_.unclosed()) return pajek_error(words_.line(), "a quote is never closed");
    if (!has_vertices_) return pajek_error(0, "no *Vertices: this is no Pajek network");
    if (section_ == Section::Matrix && matrix_row_ < size_)
      return pajek_error(words_.line(),
                         fmt::format("the matrix ends after {} of {} rows", matrix_row_, size_));
    fill_vertices();
    for (const Pending& tie : pending_)
      builder_.add_tie(tie.a, tie.b, tie.weight, tie.line, tie.layer, tie.directed);
    if (parameters_ > 0)
      builder_.notice(
          fmt::format("{} ties carry parameters behind the weight (line styles, times); "
                      "they are not read",
                      parameters_));
    for (const std::string& name : passed_)
      builder_.notice(fmt::format("section {} is no network and was passed over", name));
    if (two_mode_ > 0)
      builder_.notice(
          fmt::format("a two-mode network: its first {} vertices are one mode", two_mode_));
    return builder_.finish("Pajek network");
  }

 private:
  enum class Section { None, Vertices, Arcs, Edges, ArcsList, EdgesList, Matrix, Passed };
  struct Pending {
    std::string a, b;
    std::optional<double> weight;
    std::uint32_t line = 0;
    std::string layer;
    bool directed = false;
  };

  core::Status begin(const std::string& name, std::uint32_t line) {
    if (section_ == Section::Matrix && matrix_row_ < size_)
      return pajek_error(line,
                         fmt::format("the matrix ends after {} of {} rows", matrix_row_, size_));
    Word word;
    if (name == "*vertices") {
      if (has_vertices_)
        return pajek_error(line,
                           "a second *Vertices: a project of several networks; save the "
                           "network that is meant as a .net file");
      std::optional<std::size_t> count;
      if (words_.next(word, true)) count = number(word.text);
      if (!count || *count == 0 || *count > NetworkBuilder::kMaxNodes)
        return pajek_error(line, fmt::format("*Vertices is not followed by a number from 1 to {}",
                                             NetworkBuilder::kMaxNodes));
      size_ = *count;
      vertices_line_ = line;
      if (words_.next(word, true)) two_mode_ = number(word.text).value_or(0);
      has_vertices_ = true;
      section_ = Section::Vertices;
      words_.skip_line();
      return core::ok();
    }
    layer_.clear();
    if (name == "*arcs" || name == "*edges") {
      section_ = name == "*arcs" ? Section::Arcs : Section::Edges;
      // *Arcs :2 "calls" is the second relation of several, and its name.
      if (words_.next(word, true) && word.text.starts_with(':')) {
        layer_ = fmt::format("{} {}", builder_.layer(), word.text.substr(1));
        if (words_.next(word, true)) layer_ = word.text;
      }
    } else if (name == "*arcslist" || name == "*edgeslist") {
      section_ = name == "*arcslist" ? Section::ArcsList : Section::EdgesList;
    } else if (name == "*matrix") {
      section_ = Section::Matrix;
      matrix_row_ = 0;
    } else if (name == "*network") {
      section_ = Section::None;
    } else {
      section_ = Section::Passed;
      passed_.insert(core::printable(name, 30));
    }
    if (section_ != Section::None && section_ != Section::Passed && !has_vertices_)
      return pajek_error(line, fmt::format("{} before *Vertices", name));
    words_.skip_line();
    return core::ok();
  }

  core::Status row(std::uint32_t line) {
    switch (section_) {
      case Section::None:
        return pajek_error(line, "text before the first section");
      case Section::Passed:
        words_.skip_line();
        return core::ok();
      case Section::Vertices:
        return vertex(line);
      case Section::Arcs:
      case Section::Edges:
        tie(line);
        break;
      case Section::ArcsList:
      case Section::EdgesList:
        list(line);
        break;
      case Section::Matrix:
        return matrix(line);
    }
    words_.skip_line();
    return core::ok();
  }

  core::Status vertex(std::uint32_t line) {
    Word word;
    words_.next(word, true);
    const auto id = number(word.text);
    if (!id || *id == 0 || *id > size_)
      return pajek_error(line, fmt::format("a vertex is no number from 1 to {}", size_));
    std::string label;
    if (words_.next(word, true)) label = word.text;
    if (!builder_.add_node(std::to_string(*id), std::move(label), line))
      return pajek_error(line, fmt::format("vertex {} stands twice", *id));
    words_.skip_line();
    return core::ok();
  }

  void tie(std::uint32_t line) {
    Word word;
    Pending out;
    out.line = line;
    out.layer = layer_;
    out.directed = section_ == Section::Arcs;
    words_.next(word, true);
    out.a = word.text;
    if (words_.next(word, true)) out.b = word.text;
    if (words_.next(word, true)) {
      out.weight = detail::read_weight(word.text, false);
      if (!out.weight) {
        // Without a weight, the parameters may begin here: "1 2 c Blue".
        if (word.text.find_first_of("0123456789") == 0)
          return builder_.reject(line, "BAD_WEIGHT", "the third word of the row is no number");
        ++parameters_;
      } else if (words_.next(word, true)) {
        ++parameters_;
      }
    }
    pending_.push_back(std::move(out));
  }

  void list(std::uint32_t line) {
    Word word;
    words_.next(word, true);
    const std::string from = word.text;
    bool any = false;
    while (words_.next(word, true)) {
      any = true;
      pending_.push_back({from, word.text, {}, line, layer_, section_ == Section::ArcsList});
    }
    if (!any) builder_.reject(line, "MISSING_LABEL", "one end of the tie is empty");
  }

  core::Status matrix(std::uint32_t line) {
    // A two-mode matrix has one row for each vertex of the first mode, one column for each other.
    const std::size_t rows = two_mode_ > 0 ? two_mode_ : size_;
    const std::size_t first = two_mode_ > 0 ? two_mode_ : 0;
    if (matrix_row_ >= rows)
      return pajek_error(line, fmt::format("the matrix has more than {} rows", rows));
    Word word;
    for (std::size_t j = first; j < size_; ++j) {
      if (!words_.next(word, true))
        return pajek_error(line, fmt::format("{} cells, expected {}", j - first, size_ - first));
      const auto value = detail::read_weight(word.text, false);
      if (!value) {
        builder_.reject(line, "BAD_WEIGHT", fmt::format("cell {} is no number", j - first + 1));
        continue;
      }
      if (*value != 0)
        pending_.push_back({std::to_string(matrix_row_ + 1), std::to_string(j + 1), value, line,
                            layer_, two_mode_ == 0});
    }
    if (words_.next(word, true))
      return pajek_error(line, fmt::format("more than {} cells in a row", size_ - first));
    ++matrix_row_;
    if (matrix_row_ == rows) matrix_row_ = size_;  // complete
    words_.skip_line();
    return core::ok();
  }

  /// Vertices without a line of their own exist all the same.
  void fill_vertices() {
    for (std::size_t i = 1; i <= size_; ++i)
      builder_.add_node(std::to_string(i), {}, vertices_line_);
  }

  WordReader words_;
  NetworkBuilder builder_;
  Section section_ = Section::None;
  std::vector<Pending> pending_;
  std::set<std::string> passed_;
  std::string layer_;
  std::size_t size_ = 0;
  std::size_t two_mode_ = 0;
  std::size_t matrix_row_ = 0;
  std::size_t parameters_ = 0;
  std::uint32_t vertices_line_ = 0;
  bool has_vertices_ = false;
};

core::Result<RecordBatch> read_pajek(const AdapterInput& input) {
  PALERMO_TRY(const std::string_view text, check_text(input.bytes));
  return PajekReader{input, text}.read();
}

Detection detect_pajek(std::string_view bytes, std::string_view) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  WordReader words{bytes.substr(0, 16384), "", ""};
  Word word;
  while (!words.at_end() && words.peek(word, true)) {
    if (word.text.starts_with('%')) {
      words.skip_line();
      continue;
    }
    const std::string name = folded(word.text);
    if (name == "*vertices") return {0.98, "a section *Vertices"};
    if (name != "*network") break;
    words.skip_line();
  }
  return {};
}

}  // namespace

Adapter pajek_adapter() {
  return {"pajek", "1", "network of Pajek (.net): *Vertices, *Arcs, *Edges, lists, *Matrix",
          detect_pajek, read_pajek};
}

}  // namespace palermo::ingest
