#include "ingest/original.hpp"

#include <fmt/format.h>

#include <optional>

#include "ingest/inputs/archive.hpp"
#include "ingest/source_file.hpp"

namespace palermo::ingest {

namespace {

core::Result<std::string> line_of(std::string_view rest, const std::string& path,
                                  std::uint32_t line) {
  for (std::uint32_t i = 1;; ++i) {
    const std::size_t end = rest.find('\n');
    if (i == line) {
      std::string_view text = rest.substr(0, end);
      if (text.ends_with('\r')) text.remove_suffix(1);
      return std::string{text};
    }
    if (end == std::string_view::npos)
      return core::Error{core::ErrorCode::BadInput, fmt::format("has no line {}", line),
                         core::SourcePosition{path, 0}};
    rest.remove_prefix(end + 1);
  }
}

}  // namespace

core::Result<std::string> original_line(const std::string& path, const v1::Source& source,
                                        std::uint32_t line) {
  const auto bad = [&](std::string why, std::string next) {
    return core::Error{core::ErrorCode::BadInput, std::move(why), core::SourcePosition{path, 0},
                       std::move(next)};
  };
  PALERMO_TRY(const auto file, SourceFile::open(path));
  PALERMO_TRY(const std::string sha256, file->sha256());
  const bool same = sha256 == source.sha256();
  if (!same && !is_archive(file->bytes()))
    return bad(fmt::format("is not the file that {} was read from: its SHA-256 differs",
                           source.source_id()),
               "name the unchanged file with --file");
  if (source.positions() == "records")
    return bad("has no lines to show: its records are numbered",
               fmt::format("it is record {} of the file", line));
  if (line == 0) return bad("the record stands on no line of its own", {});
  if (same) return line_of(file->bytes(), path, line);
  std::optional<core::Result<std::string>> found;
  PALERMO_CHECK_OK(for_each_member(file->bytes(), path, ArchiveLimits{},
                                   [&](ArchiveMember& member) -> core::Status {
                                     if (found || member.file == nullptr) return core::ok();
                                     PALERMO_TRY(const std::string digest, member.file->sha256());
                                     if (digest == source.sha256())
                                       found = line_of(member.file->bytes(), member.name, line);
                                     return core::ok();
                                   }));
  if (found) return *std::move(found);
  return bad(fmt::format("holds no file whose SHA-256 is that of {}", source.source_id()),
             "name the archive it was taken from with --file");
}

}  // namespace palermo::ingest
