// Rows of separated text: RFC 4180 quoting, any one-character separator or runs of blanks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace palermo::ingest {

struct Row {
  std::uint32_t line = 0;          // 1-based line on which the row begins
  std::vector<std::string> cells;  // unquoted
  std::string problem;             // not empty: the row cannot be trusted, and why
};

/// Reads rows one after another. Line ends are LF, CRLF, or CR where the text has no LF. Blank
/// lines are passed over. Blanks around an unquoted cell are cut; a quoted cell is kept as it is.
class DelimitedReader {
 public:
  /// @param separator  ' ' stands for runs of blanks and tabs
  DelimitedReader(std::string_view text, char separator);
  /// @return false at the end
  /// @error BadInput  a quoted cell is never closed (it would swallow the rest of the file)
  [[nodiscard]] core::Result<bool> next(Row& row);

 private:
  [[nodiscard]] bool at_line_end() const;
  void take_line_end();
  void skip_blanks();

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  char separator_;
  char newline_ = '\n';
};

/// The separator that cuts the first rows into the same number (at least two) of cells: tab,
/// semicolon, comma, pipe, then blanks; 0 when none does.
[[nodiscard]] char guess_separator(std::string_view text);
/// "tab", "comma", … for messages.
[[nodiscard]] std::string name_of_separator(char separator);

}  // namespace palermo::ingest
