#include "draw/picture.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/text.hpp"

namespace palermo::draw {
namespace {

/// Begin of the character that holds byte `at`.
std::size_t character_begin(std::string_view text, std::size_t at) {
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) --at;
  return at;
}

/// Longest beginning of valid UTF-8 that is at most `width` wide; at least one character.
std::size_t bytes_that_fit(std::string_view text, double size, bool bold, double width,
                           const Ruler& ruler) {
  std::size_t low = 0, high = text.size();  // low fits, above high does not
  while (low < high) {
    const std::size_t middle = low + (high - low + 1) / 2;
    if (ruler(text.substr(0, middle == text.size() ? middle : character_begin(text, middle)), size,
              bold) <= width) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  if (low == text.size()) return low;
  const std::size_t cut = character_begin(text, low);
  if (cut > 0) return cut;
  std::size_t first = 1;
  while (first < text.size() && (static_cast<unsigned char>(text[first]) & 0xC0U) == 0x80U) ++first;
  return first;
}

}  // namespace

std::string fitted(std::string_view words, double size, bool bold, double width, const Ruler& ruler,
                   std::size_t limit) {
  const std::string shown = core::printable(words, limit);
  if (ruler(shown, size, bold) <= width) return shown;
  const double room = width - ruler("…", size, bold);
  return shown.substr(0, bytes_that_fit(shown, size, bold, std::max(room, 0.0), ruler)) + "…";
}

std::vector<std::string> lines_of(std::string_view words, double size, double width,
                                  const Ruler& ruler) {
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t begin = 0; begin < words.size();) {
    const std::size_t end = std::min(words.find(' ', begin), words.size());
    std::string_view word = words.substr(begin, end - begin);
    begin = end + 1;
    const std::string longer = line.empty() ? std::string{word} : line + " " + std::string{word};
    if (ruler(longer, size, false) <= width) {
      line = longer;
      continue;
    }
    if (!line.empty()) lines.push_back(std::move(line));
    while (ruler(word, size, false) > width) {
      const std::size_t cut = bytes_that_fit(word, size, false, width, ruler);
      if (cut >= word.size()) break;
      lines.emplace_back(word.substr(0, cut));
      word.remove_prefix(cut);
    }
    line = word;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

Path rectangle(const Box& box, const Style& style) {
  return {{{box.x0, box.y0}, {box.x1, box.y0}, {box.x1, box.y1}, {box.x0, box.y1}}, true, style};
}

std::vector<Path> hatching(const Box& box, double distance, const Style& style) {
  std::vector<Path> lines;
  if (!(distance > 0) || box.width() <= 0 || box.height() <= 0) return lines;
  // Lines x + y = c, on one raster for the whole picture, so that neighbours continue each other.
  for (double c = std::ceil((box.x0 + box.y0) / distance) * distance; c < box.x1 + box.y1;
       c += distance) {
    const double left = std::max(box.x0, c - box.y1);
    const double right = std::min(box.x1, c - box.y0);
    if (right > left) lines.push_back({{{left, c - left}, {right, c - right}}, false, style});
  }
  return lines;
}

}  // namespace palermo::draw
