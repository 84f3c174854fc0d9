#include "ingest/records/delimited.hpp"

#include <fmt/format.h>

#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

constexpr std::size_t kSampleRows = 64;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

DelimitedReader::DelimitedReader(std::string_view text, char separator)
    : text_{text}, separator_{separator} {
  if (text.find('\n') == std::string_view::npos && text.find('\r') != std::string_view::npos)
    newline_ = '\r';
}

bool DelimitedReader::at_line_end() const {
  if (at_ >= text_.size() || text_[at_] == newline_) return true;
  return text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n';
}

void DelimitedReader::take_line_end() {
  if (at_ >= text_.size()) return;
  at_ += text_[at_] == newline_ ? 1 : 2;
  ++line_;
}

void DelimitedReader::skip_blanks() {
  while (at_ < text_.size() && is_blank(text_[at_]) && text_[at_] != separator_ &&
         !(separator_ == '\t' && text_[at_] == '\t'))
    ++at_;
}

core::Result<bool> DelimitedReader::next(Row& row) {
  row.cells.clear();
  row.problem.clear();
  while (at_ < text_.size()) {  // blank lines
    const std::size_t start = at_;
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    if (!at_line_end() || at_ >= text_.size()) {
      if (at_ < text_.size()) at_ = start;
      break;
    }
    take_line_end();
  }
  if (at_ >= text_.size()) return false;

  row.line = line_;
  if (separator_ == ' ')
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  while (true) {
    skip_blanks();
    std::string cell;
    if (at_ < text_.size() && text_[at_] == '"') {
      ++at_;
      while (true) {
        if (at_ >= text_.size())
          return bad_input(
              row.line,
              fmt::format("the quoted cell that begins in line {} is never closed", row.line),
              "the file is cut off, or a quotation mark inside a cell is not doubled");
        const char c = text_[at_++];
        if (c == '"') {
          if (at_ < text_.size() && text_[at_] == '"') {
            cell += '"';
            ++at_;
            continue;
          }
          break;
        }
        if (c == newline_) ++line_;
        cell += c;
      }
      if (separator_ != ' ') skip_blanks();
      const bool ended =
          at_line_end() || text_[at_] == separator_ || (separator_ == ' ' && is_blank(text_[at_]));
      if (!ended) {
        row.problem =
            fmt::format("text after the closing quotation mark of column {}", row.cells.size() + 1);
        while (!at_line_end() && text_[at_] != separator_) cell += text_[at_++];
      }
    } else {
      const std::size_t start = at_;
      while (!at_line_end() && text_[at_] != separator_ &&
             !(separator_ == ' ' && is_blank(text_[at_])))
        ++at_;
      std::string_view raw = text_.substr(start, at_ - start);
      while (!raw.empty() && is_blank(raw.back())) raw.remove_suffix(1);
      cell = raw;
    }
    row.cells.push_back(std::move(cell));
    if (separator_ == ' ')
      while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    if (at_line_end()) {
      take_line_end();
      return true;
    }
    if (separator_ != ' ') ++at_;
  }
}

char guess_separator(std::string_view text) {
  for (const char separator : {'\t', ';', ',', '|', ' '}) {
    DelimitedReader reader{text, separator};
    Row row;
    std::size_t columns = 0;
    std::size_t rows = 0;
    bool same = true;
    while (rows < kSampleRows) {
      const auto more = reader.next(row);
      // A quote opened by chance makes the sample unreadable for this separator only.
      if (!more.ok()) same = false;
      if (!more.ok() || !*more) break;
      if (rows++ == 0) {
        columns = row.cells.size();
      } else if (row.cells.size() != columns && !(rows == 2 && row.cells.size() == columns + 1)) {
        // A matrix may leave out the corner cell of its header.
        same = false;
        break;
      } else {
        columns = row.cells.size();
      }
    }
    if (same && columns >= 2) return separator;
  }
  // Rows of unequal length: take the separator whose most frequent length is above one.
  for (const char separator : {'\t', ';', ',', '|'}) {
    DelimitedReader reader{text, separator};
    Row row;
    std::size_t rows = 0;
    std::size_t split = 0;
    while (rows < kSampleRows) {
      const auto more = reader.next(row);
      if (!more.ok() || !*more) break;
      ++rows;
      if (row.cells.size() >= 2) ++split;
    }
    if (rows > 0 && split * 2 > rows) return separator;
  }
  return 0;
}

std::string name_of_separator(char separator) {
  switch (separator) {
    case '\t':
      return "tab";
    case ';':
      return "semicolon";
    case ',':
      return "comma";
    case '|':
      return "pipe";
    case ' ':
      return "blanks";
    default:
      return "none";
  }
}

}  // namespace palermo::ingest
