#include "core/base/text.hpp"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

namespace palermo::core {

bool is_valid_utf8(std::string_view bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  std::size_t i = 0;
  while (i < bytes.size()) {
    if (data[i] < 0x80) {
      ++i;
      continue;
    }
    UChar32 c = 0;
    U8_NEXT(data, i, bytes.size(), c);
    if (c < 0) return false;
  }
  return true;
}

namespace {

bool needs_escape(UChar32 c) {
  if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return true;
  // Bidirectional controls, zero-width and other invisible format characters.
  return u_charType(c) == U_FORMAT_CHAR || c == 0x2028 || c == 0x2029 ||
         u_charType(c) == U_PRIVATE_USE_CHAR || u_charType(c) == U_UNASSIGNED ||
         // What shows nothing though it counts as a letter or mark; selectors of emoji may stay.
         (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0 &&
          !(c >= 0xfe00 && c <= 0xfe0f));
}

/// Marks heaped on one letter run over the lines above and below: the fifth and later are escaped
/// (UTS #39 section 5.4 draws the line at four).
class MarkCount {
 public:
  bool too_many(UChar32 c) {
    const auto type = u_charType(c);
    count_ = type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK ? count_ + 1 : 0;
    return count_ > 4;
  }

 private:
  int count_ = 0;
};

}  // namespace

std::string printable(std::string_view text, std::size_t limit) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
  std::string out;
  std::size_t i = 0;
  std::size_t written = 0;
  MarkCount marks;
  while (i < text.size()) {
    if (written == limit) {
      out += "…";
      break;
    }
    const std::size_t start = i;
    UChar32 c = 0;
    U8_NEXT(data, i, text.size(), c);
    if (c < 0) {
      out += fmt::format("\\x{:02x}", data[start]);
      i = start + 1;
    } else if (needs_escape(c) || marks.too_many(c)) {
      out += c < 0x80 ? fmt::format("\\x{:02x}", c) : fmt::format("\\u{:04x}", c);
    } else {
      out.append(text.substr(start, i - start));
    }
    ++written;
  }
  return out;
}

std::string html_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
  std::size_t i = 0;
  MarkCount marks;
  while (i < text.size()) {
    const std::size_t start = i;
    UChar32 c = 0;
    U8_NEXT(data, i, text.size(), c);
    if (c < 0) {
      i = start + 1;
      out += "\xEF\xBF\xBD";
      continue;
    }
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        if ((c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0)) {
          out += fmt::format("\\x{:02x}", c);
        } else if (marks.too_many(c)) {
          out += fmt::format("\\u{:04x}", c);
        } else {
          out.append(text.substr(start, i - start));
        }
    }
  }
  return out;
}

std::size_t display_width(std::string_view utf8) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(utf8.data());
  std::size_t i = 0;
  std::size_t width = 0;
  while (i < utf8.size()) {
    UChar32 c = 0;
    U8_NEXT(data, i, utf8.size(), c);
    if (c < 0) {
      ++width;
      continue;
    }
    const auto type = u_charType(c);
    if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR) continue;
    const auto east_asian = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
    width += east_asian == U_EA_WIDE || east_asian == U_EA_FULLWIDTH ? 2 : 1;
  }
  return width;
}

std::string nearest_word(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = 4;
  for (const std::string& candidate : candidates) {
    std::vector<std::size_t> row(candidate.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j < row.size(); ++j) {
        const std::size_t substituted = diagonal + (word[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
      }
    }
    if (row.back() < best_distance && row.back() < std::max<std::size_t>(candidate.size(), 2)) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string result;
  std::size_t column = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    const std::size_t length = display_width(word);
    if (column > 0 && column + 1 + length > width) {
      result += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > 0) {
      result += ' ';
      ++column;
    }
    result.append(word);
    column += length;
    begin = end + 1;
  }
  return result;
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  if (rows.empty()) return {};
  const std::size_t columns = rows.front().size();
  std::vector<std::vector<std::string>> shown(rows.size());
  std::vector<std::size_t> width(columns, 0);
  std::vector<bool> numeric(columns, rows.size() > 1);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      shown[r].push_back(c < rows[r].size() ? printable(rows[r][c]) : std::string{});
      const std::string& cell = shown[r].back();
      width[c] = std::max(width[c], display_width(cell));
      if (r > 0 && !cell.empty() &&
          cell.find_first_not_of("0123456789.,-+%e ") != std::string::npos)
        numeric[c] = false;
    }
  }
  std::string out;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t c = 0; c < columns; ++c) {
      const std::string pad(width[c] - display_width(shown[r][c]), ' ');
      if (c > 0) line += "  ";
      line += numeric[c] ? pad + shown[r][c] : shown[r][c] + pad;
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out += line + "\n";
    if (r == 0) {
      std::size_t total = columns > 0 ? 2 * (columns - 1) : 0;
      for (const std::size_t w : width) total += w;
      for (std::size_t i = 0; i < total; ++i) out += "─";
      out += "\n";
    }
  }
  return out;
}

}  // namespace palermo::core
