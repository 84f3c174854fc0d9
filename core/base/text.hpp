// Text from files is hostile wherever it is shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace palermo::core {

/// Whether the bytes are well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
[[nodiscard]] bool is_valid_utf8(std::string_view bytes);

/// Safe on a terminal: control characters, bidirectional controls and invalid UTF-8 become visible
/// escapes such as \x1b or \u202e, and so does the fifth and every later mark heaped on one letter;
/// at most `limit` characters, the rest as "…".
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 200);

/// Escapes & < > " ', controls and heaped marks; isolates nothing: the caller wraps names in <bdi>.
[[nodiscard]] std::string html_escape(std::string_view text);

/// Columns a terminal needs for the text (wide East Asian characters count two).
[[nodiscard]] std::size_t display_width(std::string_view utf8);

/// Breaks at blanks so that no line needs more than `width` columns, unless one word does; every
/// line after the first begins with `indent` blanks. No newline at the end.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

/// The word of `candidates` nearest to `word` (Levenshtein distance at most 3), or empty.
[[nodiscard]] std::string nearest_word(std::string_view word,
                                       const std::vector<std::string>& candidates);

/// Rows of cells as aligned columns, two blanks apart; the first row is the header. Cells are made
/// printable. Columns whose cells are all numbers are right-aligned.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows);

}  // namespace palermo::core
