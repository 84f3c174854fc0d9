// Words of the network formats that are text without columns: DL of UCINET, and Pajek.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace palermo::ingest::detail {

struct Word {
  std::string text;
  std::uint32_t line = 0;
  bool quoted = false;
};

/// Cuts a text into words at blanks, line ends and the given characters; "…" or '…' is one word
/// with its blanks. Bounded by the text: allocates one word at a time.
class WordReader {
 public:
  /// @param cuts  characters that separate words and are dropped, such as ","
  /// @param alone  characters that are a word by themselves, such as ":"
  WordReader(std::string_view text, std::string_view cuts, std::string_view alone)
      : text_{text}, cuts_{cuts}, alone_{alone} {}

  /// @return false at the end, or at the end of the line where `same_line`
  bool next(Word& word, bool same_line = false);
  /// Looks at the next word without taking it.
  bool peek(Word& word, bool same_line = false);
  /// Goes on to the line after the one at hand.
  void skip_line();
  [[nodiscard]] bool at_end();
  [[nodiscard]] std::uint32_t line() const { return line_; }
  /// Whether a quote was opened and never closed.
  [[nodiscard]] bool unclosed() const { return unclosed_; }

 private:
  void skip(bool same_line);

  std::string_view text_;
  std::string_view cuts_;
  std::string_view alone_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  bool unclosed_ = false;
};

}  // namespace palermo::ingest::detail
