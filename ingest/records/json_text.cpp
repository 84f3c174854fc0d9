#include "ingest/records/json_text.hpp"

#include <fmt/format.h>

#include <charconv>

#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

/// Walks text that core::parse_json has accepted, so it only needs to tell strings from brackets.
class Walker {
 public:
  Walker(std::string_view text, std::uint32_t line) : text_{text}, line_{line} {}

  [[nodiscard]] std::uint32_t line() const { return line_; }
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek() const { return done() ? '\0' : text_[at_]; }

  void blanks() {
    while (!done() && (peek() == ' ' || peek() == '\t' || peek() == '\r' || peek() == '\n'))
      advance();
  }
  bool take(char c) {
    blanks();
    if (peek() != c) return false;
    advance();
    return true;
  }
  /// The string's characters; escapes are resolved.
  std::string string() {
    const std::size_t start = at_;
    skip_string();
    const std::string_view raw = text_.substr(start, at_ - start);
    if (raw.find('\\') == std::string_view::npos) return std::string{raw.substr(1, raw.size() - 2)};
    const core::Json parsed = core::Json::parse(raw, nullptr, false);
    return parsed.is_string() ? parsed.get<std::string>() : std::string{raw};
  }
  /// Passes over one value. False when the text ends inside it.
  bool skip_value() {
    blanks();
    if (peek() == '"') return skip_string();
    if (peek() != '{' && peek() != '[') {
      const std::size_t start = at_;
      while (!done() && std::string_view{",]}{[\" \t\r\n"}.find(peek()) == std::string_view::npos)
        advance();
      if (at_ == start && !done()) advance();
      return true;
    }
    int depth = 0;
    while (!done()) {
      const char c = peek();
      if (c == '"') {
        if (!skip_string()) return false;
        continue;
      }
      advance();
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      if (depth == 0) return true;
    }
    return false;
  }

 private:
  void advance() {
    if (text_[at_] == '\n') ++line_;
    ++at_;
  }
  bool skip_string() {
    advance();
    while (!done()) {
      const char c = peek();
      advance();
      if (c == '\\' && !done()) {
        advance();
      } else if (c == '"') {
        return true;
      }
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_;
};

/// One step of a path: a member's name or an index.
struct Step {
  std::string name;
  std::size_t index = 0;
  bool is_index = false;
};

std::vector<Step> steps_of(std::string_view path) {
  std::vector<Step> steps;
  while (!path.empty()) {
    if (path.front() == '[') {
      const std::size_t close = path.find(']');
      if (close == std::string_view::npos) break;
      Step step;
      step.is_index = true;
      std::from_chars(path.data() + 1, path.data() + close, step.index);
      steps.push_back(step);
      path.remove_prefix(close + 1);
    } else {
      const std::size_t end = std::min(path.find_first_of(".["), path.size());
      Step step;
      step.name = path.substr(0, end);
      steps.push_back(step);
      path.remove_prefix(end);
    }
    if (!path.empty() && path.front() == '.') path.remove_prefix(1);
  }
  return steps;
}

core::Error with_line_offset(core::Error error, std::uint32_t first_line) {
  // parse_json counts lines inside the text it was given.
  std::uint64_t line = first_line;
  std::string& message = error.message;
  if (message.starts_with("line ")) {
    std::uint64_t inner = 0;
    const auto read = std::from_chars(message.data() + 5, message.data() + message.size(), inner);
    line = first_line + inner - 1;
    message = fmt::format("line {}{}", line,
                          message.substr(static_cast<std::size_t>(read.ptr - message.data())));
  } else {
    message = fmt::format("line {}: {}", line, message);
  }
  error.where = core::SourcePosition{"", line};
  return error;
}

core::Error no_object(std::uint32_t line, const std::string& path) {
  return bad_input(line,
                   fmt::format("line {}: {} is no JSON object", line,
                               path.empty() ? "the value" : fmt::format("element {}", path)),
                   "a record file holds one object, an array of objects, or one object a line");
}

core::Result<JsonFile> read_lines(std::string_view text) {
  JsonFile file;
  file.shape = JsonFile::Shape::Lines;
  std::uint32_t line = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line;
    if (one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto value = core::parse_json(one);
    if (!value) {
      core::Error error = with_line_offset(std::move(value).error(), line);
      error.next = "JSON lines hold one whole object a line; check that the file is complete";
      return error;
    }
    if (!value->is_object()) return no_object(line, "");
    file.items.push_back({*std::move(value), line, "", one.substr(one.find_first_not_of(" \t\r"))});
  }
  return file;
}

}  // namespace

core::Result<JsonFile> read_json_file(std::string_view text) {
  Walker walker{text, 1};
  walker.blanks();
  const std::size_t start = walker.at();
  const std::uint32_t first_line = walker.line();
  const bool whole = walker.skip_value();
  const std::size_t first_end = walker.at();
  walker.blanks();
  // A second value behind the first on a line of its own makes the file JSON lines.
  if (whole && !walker.done() && text[start] == '{' && walker.peek() == '{' &&
      text.substr(first_end, walker.at() - first_end).find('\n') != std::string_view::npos &&
      text.substr(start, first_end - start).find('\n') == std::string_view::npos)
    return read_lines(text);

  if (text.size() > kMaxDocumentBytes)
    return bad_input(first_line,
                     fmt::format("one JSON value of more than {} MiB", kMaxDocumentBytes >> 20),
                     "write one object a line (JSON lines) instead");
  auto parsed = core::parse_json(text);
  if (!parsed) {
    core::Error error = with_line_offset(std::move(parsed).error(), 1);
    if (error.next.empty()) error.next = "check that the file is JSON and was copied completely";
    return error;
  }
  JsonFile file;
  if (parsed->is_object()) {
    file.items.push_back({*std::move(parsed), first_line, "", text.substr(start)});
    return file;
  }
  if (!parsed->is_array()) return no_object(first_line, "");
  file.shape = JsonFile::Shape::Array;
  Walker inside{text, 1};
  inside.take('[');
  for (std::size_t index = 0; index < parsed->size(); ++index) {
    inside.blanks();
    const std::uint32_t line = inside.line();
    const std::size_t at = inside.at();
    const std::string path = fmt::format("[{}]", index);
    core::Json& element = (*parsed)[index];
    if (!element.is_object()) return no_object(line, path);
    file.items.push_back({std::move(element), line, path, text.substr(at)});
    inside.skip_value();
    inside.take(',');
  }
  return file;
}

namespace {

/// Moves the walker to the value at `path` and keeps the line of the nearest one on the way.
/// @return whether the path leads to a value
bool seek(Walker& walker, std::string_view path, std::uint32_t& line) {
  for (const Step& step : steps_of(path)) {
    if (step.is_index) {
      if (!walker.take('[')) return false;
      for (std::size_t i = 0; i < step.index; ++i) {
        walker.blanks();
        if (walker.peek() == ']' || !walker.skip_value() || !walker.take(',')) return false;
      }
      walker.blanks();
      if (walker.peek() == ']') return false;
    } else {
      if (!walker.take('{')) return false;
      bool found = false;
      while (!found) {
        walker.blanks();
        if (walker.peek() != '"') return false;
        const std::uint32_t key_line = walker.line();
        found = walker.string() == step.name;
        if (!walker.take(':')) return false;
        if (found) {
          line = key_line;
        } else if (!walker.skip_value() || !walker.take(',')) {
          return false;
        }
      }
    }
    walker.blanks();
    if (step.is_index) line = walker.line();
  }
  return true;
}

}  // namespace

std::uint32_t line_of(const JsonItem& item, std::string_view path) {
  Walker walker{item.text, item.line};
  std::uint32_t line = item.line;
  seek(walker, path, line);
  return line;
}

std::vector<std::uint32_t> lines_of_elements(const JsonItem& item, std::string_view path) {
  Walker walker{item.text, item.line};
  std::uint32_t line = item.line;
  std::vector<std::uint32_t> lines;
  if (!seek(walker, path, line) || !walker.take('[')) return lines;
  do {
    walker.blanks();
    if (walker.peek() == ']') return lines;
    lines.push_back(walker.line());
  } while (walker.skip_value() && walker.take(','));
  return lines;
}

core::Error at_item(const JsonItem& item, core::Error error) {
  // fill_message begins with the path of the object or value that is wrong.
  std::string path =
      error.message.substr(0, std::min(error.message.find(": "), error.message.size()));
  if (path == "top level" || path == "the value") path.clear();
  const std::string kUnknown = "unknown field '";
  if (const auto at = error.message.find(kUnknown); at != std::string::npos) {
    const std::size_t from = at + kUnknown.size();
    const std::string name = error.message.substr(from, error.message.find('\'', from) - from);
    path += path.empty() ? name : "." + name;
  }
  const std::uint32_t line = line_of(item, path);
  error.message =
      fmt::format("line {}: {}{}{}", line, item.path, item.path.empty() ? "" : " ", error.message);
  error.where = core::SourcePosition{"", line};
  return error;
}

}  // namespace palermo::ingest
