#include "ingest/original.hpp"

#include <fmt/format.h>

#include "ingest/source_file.hpp"

namespace palermo::ingest {

core::Result<std::string> original_line(const std::string& path, const v1::Source& source,
                                        std::uint32_t line) {
  const auto bad = [&](std::string why, std::string next) {
    return core::Error{core::ErrorCode::BadInput, std::move(why), core::SourcePosition{path, 0},
                       std::move(next)};
  };
  PALERMO_TRY(const auto file, SourceFile::open(path));
  PALERMO_TRY(const std::string sha256, file->sha256());
  if (sha256 != source.sha256())
    return bad(fmt::format("is not the file that {} was read from: its SHA-256 differs",
                           source.source_id()),
               "name the unchanged file with --file");
  if (source.positions() == "records")
    return bad("has no lines to show: its records are numbered",
               fmt::format("it is record {} of the file", line));
  if (line == 0) return bad("the record stands on no line of its own", {});
  std::string_view rest = file->bytes();
  for (std::uint32_t i = 1;; ++i) {
    const std::size_t end = rest.find('\n');
    if (i == line) {
      std::string_view text = rest.substr(0, end);
      if (text.ends_with('\r')) text.remove_suffix(1);
      return std::string{text};
    }
    if (end == std::string_view::npos) return bad(fmt::format("has no line {}", line), {});
    rest.remove_prefix(end + 1);
  }
}

}  // namespace palermo::ingest
