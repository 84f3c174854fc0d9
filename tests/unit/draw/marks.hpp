// Counting what stands in a picture.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "draw/picture.hpp"
#include "tests/support/catch.hpp"

namespace palermo::test {

/// Half the size of the letters for every byte, whatever the font.
inline double fixed_width(std::string_view words, double size, bool) {
  return 0.5 * size * static_cast<double>(words.size());
}

inline std::vector<const draw::Mark*> marks_of(const draw::Picture& picture,
                                               std::string_view kind) {
  std::vector<const draw::Mark*> found;
  for (const draw::Mark& mark : picture.marks)
    if (mark.kind == kind) found.push_back(&mark);
  return found;
}

inline std::string words_of(const draw::Picture& picture, std::string_view kind) {
  std::string words;
  for (const draw::Mark* mark : marks_of(picture, kind))
    for (const draw::Text& text : mark->texts) words += text.words + "\n";
  return words;
}

inline std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t i = text.find(what); i != std::string_view::npos; i = text.find(what, i + 1))
    ++found;
  return found;
}

}  // namespace palermo::test
