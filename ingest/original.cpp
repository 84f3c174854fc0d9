#include "ingest/original.hpp"

#include <fmt/format.h>

#include <optional>

#include "core/base/text.hpp"
#include "ingest/calls/call_adapter.hpp"
#include "ingest/input_text.hpp"
#include "ingest/inputs/archive.hpp"
#include "ingest/source_file.hpp"
#include "ingest/text/decode_text.hpp"
#include "ingest/text/windows_1252.hpp"
#include "ingest/xlsx/workbook.hpp"

namespace palermo::ingest {
namespace {

/// The line as text, whatever a byte of it is.
std::string shown(std::string_view line) {
  if (core::is_valid_utf8(line)) return std::string{line};
  return from_windows_1252(line).value_or(std::string{line});
}

/// Line `line` of a text. Tables of calls count a CR alone as a line end, as their reader does;
/// other formats only where the text has no LF.
core::Result<std::string> line_of_text(std::string_view text, std::uint32_t line, bool table) {
  const bool returns = table || text.find('\n') == std::string_view::npos;
  for (std::uint32_t i = 1;; ++i) {
    const std::size_t end = returns ? text.find_first_of("\r\n") : text.find('\n');
    if (i == line) {
      std::string_view found = text.substr(0, end);
      if (found.ends_with('\r')) found.remove_suffix(1);
      return shown(found);
    }
    if (end == std::string_view::npos)
      return core::Error{core::ErrorCode::BadInput, fmt::format("has no line {}", line)};
    const bool both = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
    text.remove_prefix(end + (both ? 2 : 1));
  }
}

core::Result<std::string> row_of_sheet(const SourceFile& file, const v1::Source& source,
                                       std::uint32_t line) {
  PALERMO_TRY(const Workbook book, Workbook::open(file.bytes()));
  for (const v1::SourceSheet& sheet : source.sheets()) {
    if (line < sheet.first_line() || line - sheet.first_line() >= sheet.rows()) continue;
    for (std::size_t i = 0; i < book.sheets().size(); ++i) {
      if (book.sheets()[i].name != sheet.name()) continue;
      PALERMO_TRY(const SheetText text, book.read(i));
      PALERMO_TRY(std::string row, line_of_text(text.text, line - sheet.first_line() + 1, true));
      return fmt::format("{}: {}", place_in_sheet(source.sheets(), line), row);
    }
  }
  return core::Error{core::ErrorCode::BadInput, fmt::format("has no line {}", line)};
}

/// The line as it stands in the file, or the row of its sheet.
core::Result<std::string> line_of_file(const SourceFile& file, const v1::Source& source,
                                       std::uint32_t line) {
  core::Result<std::string> found = std::string{};
  if (source.sheets_size() > 0) {
    found = row_of_sheet(file, source, line);
  } else {
    DecodedText decoded;
    std::string_view text = file.bytes();
    if (source.encoding().starts_with("UTF-16")) {
      PALERMO_CHECK_OK(
          decode_text(text, source.encoding() == "UTF-16LE" ? "utf-16le" : "utf-16be", decoded));
      text = decoded.text;
    }
    const bool table =
        source.adapter() == "call_csv" || find_call_adapter(source.adapter()) != nullptr;
    found = line_of_text(text, line, table);
  }
  if (!found) {
    core::Error error = std::move(found).error();
    error.where = core::SourcePosition{file.path(), 0};
    return error;
  }
  return found;
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
  if (same) return line_of_file(*file, source, line);
  std::optional<core::Result<std::string>> found;
  const auto look = [&](ArchiveMember& member) -> core::Status {
    if (found || member.file == nullptr) return core::ok();
    PALERMO_TRY(const std::string digest, member.file->sha256());
    if (digest == source.sha256()) found = line_of_file(*member.file, source, line);
    return core::ok();
  };
  PALERMO_CHECK_OK(for_each_member(file->bytes(), path, ArchiveLimits{}, look));
  if (found) return *std::move(found);
  return bad(fmt::format("holds no file whose SHA-256 is that of {}", source.source_id()),
             "name the archive it was taken from with --file");
}

}  // namespace palermo::ingest
