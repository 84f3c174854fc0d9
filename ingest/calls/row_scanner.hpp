// Rows and cells of delimited text, RFC 4180, at memory speed and without allocation per row.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace palermo::ingest {

/// A cell as it stands in the file, without its outer quotes.
struct Cell {
  const char* data = nullptr;
  std::uint32_t size = 0;
  bool doubled_quotes = false;  // holds "" that stand for one quote, or \" where those are read
  [[nodiscard]] std::string_view raw() const { return {data, size}; }
};

/// The cell's text with doubled quotes undone.
/// @param backslash  a quote may be written \" and a backslash \\ as well
[[nodiscard]] std::string unquoted(const Cell& cell, char quote, bool backslash = false);

/// Longest row, in bytes. A longer one is no table; it is found without reading on.
inline constexpr std::size_t kMaxRowBytes = 1U << 20;

/// One row, as the scanner leaves it. Its bytes live as long as the text.
struct ScannedRow {
  std::vector<Cell> cells;
  const char* data = nullptr;
  std::size_t begin = 0;     // offset of its first byte
  std::size_t text_end = 0;  // of its line end
  std::size_t end = 0;       // of the byte after its line end
  std::uint64_t line = 0;    // 1-based line on which it begins
  std::uint64_t next_line = 1;
  bool ended_by_line_end = true;    // false: the end of the text cuts it off
  bool may_hold_non_ascii = false;  // a byte above 0x7f may stand in it; false is certain
  bool text_after_quote = false;    // between a closing quote and the next delimiter
  /// Without its line end.
  [[nodiscard]] std::string_view text() const { return {data + begin, text_end - begin}; }
};

/// Goes through text row by row. Line ends are CRLF, LF or CR; a quoted cell may span lines.
class RowScanner {
 public:
  enum class Event {
    Row,  // cells() holds the next row; a blank line is a row with one empty cell
    End,
    Nul,                // a NUL byte stands in the row that begins at line()
    RowTooLong,         // more than kMaxRowBytes without a line end
    UnterminatedQuote,  // the quote opened in the row at line() is never closed
  };

  /// @param text   must outlive the scanner
  /// @param quote  0: quotes mean nothing
  /// @param backslash  \" does not close a quoted cell
  RowScanner(std::string_view text, char delimiter, char quote, bool backslash = false);

  Event next() { return next(row_); }
  /// The same into a row of the caller's, whose memory is used again.
  Event next(ScannedRow& row);

  /// Cells of the current row; valid until next(), their bytes as long as the text.
  [[nodiscard]] const std::vector<Cell>& cells() const { return row_.cells; }
  /// 1-based line on which the current row begins.
  [[nodiscard]] std::uint64_t line() const { return row_.line; }
  /// 1-based line that follows the current row.
  [[nodiscard]] std::uint64_t next_line() const { return line_; }
  /// Offset of the row's first byte and of the byte after its line end.
  [[nodiscard]] std::size_t row_begin() const { return row_.begin; }
  [[nodiscard]] std::size_t row_end() const { return row_.end; }
  /// The row without its line end.
  [[nodiscard]] std::string_view row() const { return row_.text(); }
  /// False for a last row that the end of the text cuts off.
  [[nodiscard]] bool ended_by_line_end() const { return row_.ended_by_line_end; }
  /// A byte above 0x7f may stand in the row; false is certain.
  [[nodiscard]] bool may_hold_non_ascii() const { return row_.may_hold_non_ascii; }
  /// Text stood between a closing quote and the next delimiter.
  [[nodiscard]] bool text_after_quote() const { return row_.text_after_quote; }

 private:
  void load(std::size_t base);
  void seek(std::size_t position);

  const char* data_;
  std::size_t size_;
  char delimiter_;
  char quote_;
  bool backslash_;
  std::size_t base_ = 0;    // of the 64-byte block in mask_
  std::uint64_t all_ = 0;   // structural bytes of the block
  std::uint64_t mask_ = 0;  // those not yet seen
  bool block_high_ = false;
  std::size_t position_ = 0;  // where the next row begins
  std::uint64_t line_ = 1;    // line number at position_
  ScannedRow row_;
};

}  // namespace palermo::ingest
