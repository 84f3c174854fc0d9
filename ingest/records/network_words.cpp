#include "ingest/records/network_words.hpp"

namespace palermo::ingest::detail {

void WordReader::skip(bool same_line) {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '\n') {
      if (same_line) return;
      ++line_;
    } else if (c != ' ' && c != '\t' && c != '\r' && cuts_.find(c) == std::string_view::npos) {
      return;
    }
    ++at_;
  }
}

bool WordReader::next(Word& word, bool same_line) {
  skip(same_line);
  if (at_ >= text_.size() || text_[at_] == '\n') return false;
  word.line = line_;
  word.quoted = false;
  word.text.clear();
  const char first = text_[at_];
  if (first == '"' || first == '\'') {
    const std::size_t end = text_.find_first_of(std::string{first} + "\n", at_ + 1);
    if (end != std::string_view::npos && text_[end] == first) {
      word.text = text_.substr(at_ + 1, end - at_ - 1);
      word.quoted = true;
      at_ = end + 1;
      return true;
    }
    if (first == '"') unclosed_ = true;  // an apostrophe may begin a name
  }
  if (alone_.find(first) != std::string_view::npos) {
    word.text = first;
    ++at_;
    return true;
  }
  const std::size_t begin = at_;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n' ||
        cuts_.find(c) != std::string_view::npos || alone_.find(c) != std::string_view::npos)
      break;
    ++at_;
  }
  word.text = text_.substr(begin, at_ - begin);
  return true;
}

bool WordReader::peek(Word& word, bool same_line) {
  const std::size_t at = at_;
  const std::uint32_t line = line_;
  const bool found = next(word, same_line);
  at_ = at;
  line_ = line;
  return found;
}

void WordReader::skip_line() {
  const std::size_t end = text_.find('\n', at_);
  at_ = end == std::string_view::npos ? text_.size() : end + 1;
  if (end != std::string_view::npos) ++line_;
}

bool WordReader::at_end() {
  skip(false);
  return at_ >= text_.size();
}

}  // namespace palermo::ingest::detail
