#include "ingest/records/text_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/base/text.hpp"

namespace palermo::ingest {
namespace {

constexpr std::string_view kConvert =
    "convert the file to UTF-8, for example with iconv, and ingest the result";

std::uint64_t line_at(std::string_view text, std::size_t position) {
  return 1 + static_cast<std::uint64_t>(std::count(
                 text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
}

}  // namespace

core::Error bad_input(std::uint64_t line, std::string message, std::string next) {
  return core::Error{core::ErrorCode::BadInput, std::move(message), core::SourcePosition{"", line},
                     std::move(next)};
}

core::Result<std::string_view> check_text(std::string_view bytes, std::size_t max_line) {
  if (bytes.empty())
    return bad_input(0, "the file is empty", "check that it was exported and copied completely");
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
    return bad_input(0, "the file is UTF-16, this format is read as UTF-8", std::string{kConvert});

  std::size_t at = 0;
  std::uint64_t line = 1;
  while (at < bytes.size()) {
    const std::size_t window = std::min(bytes.size() - at, max_line + 1);
    const void* end = std::memchr(bytes.data() + at, '\n', window);
    if (end == nullptr && window > max_line)
      return bad_input(line, fmt::format("line {} is longer than {} MiB", line, max_line >> 20),
                       "no known export writes such lines; check what the file is");
    if (end == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const char*>(end) - bytes.data()) + 1;
    ++line;
  }

  if (const std::size_t nul = bytes.find('\0'); nul != std::string_view::npos)
    return bad_input(line_at(bytes, nul), "a NUL byte: this is no text file, or it is damaged",
                     "check that the file was copied completely");
  if (!core::is_valid_utf8(bytes)) {
    // The line is worth a second pass: somebody has to find it.
    std::size_t begin = 0;
    std::uint64_t number = 1;
    while (begin < bytes.size()) {
      const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
      if (!core::is_valid_utf8(bytes.substr(begin, end - begin))) break;
      begin = end + 1;
      ++number;
    }
    return bad_input(number, fmt::format("line {} is not valid UTF-8", number),
                     std::string{kConvert});
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  if (bytes.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return bad_input(0, "the file holds nothing but blank lines",
                     "check that it was exported and copied completely");
  return bytes;
}

}  // namespace palermo::ingest
