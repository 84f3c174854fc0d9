#include "ingest/input_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "core/base/parallel.hpp"
#include "core/base/text.hpp"
#include "ingest/calls/row_scanner.hpp"
#include "ingest/choice.hpp"
#include "ingest/detect.hpp"
#include "ingest/xlsx/workbook.hpp"

namespace palermo::ingest {
namespace {

using core::Error;
using core::ErrorCode;
using core::Status;

Error bad_file(const SourceFile& file, std::string why, std::string next) {
  return Error{ErrorCode::BadInput, std::move(why), core::SourcePosition{file.path(), 0},
               std::move(next)};
}

Error in_file(Error error, const SourceFile& file) {
  if (!error.where) error.where = core::SourcePosition{};
  if (error.where->file.empty()) error.where->file = file.path();
  return error;
}

/// The first NUL byte, looked for by all cores: it is the first time that a large file is read.
const char* find_nul(std::string_view text) {
  constexpr std::size_t kPiece = std::size_t{4} << 20;
  const std::size_t pieces = (text.size() + kPiece - 1) / kPiece;
  std::atomic<std::size_t> first{pieces};  // piece that has one
  core::in_parallel(pieces, core::cores(), [&](std::size_t piece) {
    if (piece >= first.load(std::memory_order_relaxed)) return;
    const std::string_view part = text.substr(piece * kPiece, kPiece);
    if (std::memchr(part.data(), 0, part.size()) == nullptr) return;
    std::size_t known = first.load(std::memory_order_relaxed);
    while (piece < known && !first.compare_exchange_weak(known, piece)) {
    }
  });
  if (first == pieces) return nullptr;
  const std::string_view part = text.substr(first * kPiece, kPiece);
  return static_cast<const char*>(std::memchr(part.data(), 0, part.size()));
}

/// Refuses what no text format is, before anything looks closer.
Status check_text(const SourceFile& file) {
  const std::string_view text = file.text();
  if (const char* const nul = find_nul(text)) {
    const auto line = 1 + std::count(text.data(), nul, '\n');
    return bad_file(file, fmt::format("line {}: a NUL byte; this is no text", line),
                    "ask for the file again, or save it as text in UTF-8");
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos)
    return bad_file(file, "holds nothing but blanks", "ask for the file again");
  const bool structured = text[first] == '{' || text[first] == '[' || text[first] == '<';
  if (!structured && text.substr(0, kMaxRowBytes).find_first_of("\r\n") == std::string_view::npos &&
      text.size() > kMaxRowBytes)
    return bad_file(file, fmt::format("line 1: no line end within {} bytes", kMaxRowBytes),
                    "this is no table, no JSON and no XML");
  return core::ok();
}

/// Whether the sheet is what was asked for, or of any layout known here.
bool has_known_layout(const SheetText& sheet, const std::string& path, const IngestOptions& options,
                      const std::optional<Profile>& own, Choice& choice) {
  auto chosen = choose_for_text(sheet.text, path, options, own);
  if (!chosen) return false;
  choice = *std::move(chosen);
  if (choice.profile != nullptr)
    return match_layout(choice.profile->layout, sheet.text).has_value();
  AdapterInput input;
  const auto detect =
      choice.adapter != nullptr ? choice.adapter->detect : choice.call_adapter->detect;
  return detect(sheet.text, path).confidence >= kOfferedConfidence;
}

std::string quoted_names(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == 20) return text + ", …";
    text += fmt::format("{}'{}'", i == 0 ? "" : ", ", core::printable(names[i], 60));
  }
  return text;
}

struct Candidate {
  SheetText sheet;
  Choice choice;
  std::vector<std::string> header;
  std::size_t begin = 0;  // of the header
  std::uint64_t header_line = 0;
};

void append_notices(const SheetText& sheet, bool named, DecodedText& out) {
  for (const std::string& notice : sheet.notices)
    out.notices.push_back(
        named ? fmt::format("sheet '{}': {}", core::printable(sheet.name, 60), notice) : notice);
}

/// Finds the sheets that are read.
core::Result<std::vector<Candidate>> choose_sheets(const SourceFile& file, const Workbook& book,
                                                   const IngestOptions& options,
                                                   const std::optional<Profile>& own,
                                                   std::vector<std::string>& others) {
  std::vector<Candidate> chosen;
  std::vector<std::string> empty;
  for (std::size_t i = 0; i < book.sheets().size(); ++i) {
    const SheetInfo& info = book.sheets()[i];
    if (!options.sheet.empty() && info.name != options.sheet) {
      others.push_back(info.name);
      continue;
    }
    auto sheet = book.read(i);
    if (!sheet) return in_file(std::move(sheet).error(), file);
    Candidate candidate;
    candidate.sheet = *std::move(sheet);
    if (candidate.sheet.text.find_first_not_of(",\n") == std::string::npos) {
      empty.push_back(info.name);
      continue;
    }
    const bool known =
        has_known_layout(candidate.sheet, file.path(), options, own, candidate.choice);
    if (known && candidate.choice.profile != nullptr) {
      const auto match = match_layout(candidate.choice.profile->layout, candidate.sheet.text);
      candidate.header = match->header;
      candidate.begin = match->begin;
      candidate.header_line = match->header_line;
    }
    // The only sheet is read whatever it is, so that the refusal says what it looks like.
    if (known || book.sheets().size() == 1 || !options.sheet.empty())
      chosen.push_back(std::move(candidate));
    else
      others.push_back(info.name);
  }
  if (!chosen.empty()) return chosen;
  if (!options.sheet.empty())
    return bad_file(file,
                    empty.empty()
                        ? fmt::format("has no sheet '{}'", core::printable(options.sheet, 60))
                        : fmt::format("sheet '{}' is empty", core::printable(options.sheet, 60)),
                    "its sheets: " + quoted_names(others));
  if (others.empty())
    return bad_file(file, "is a workbook whose sheets are empty", "ask for it again");
  return bad_file(file,
                  fmt::format("is a workbook of {} sheets, and none has a known layout: {}",
                              others.size(), quoted_names(others)),
                  "name the sheet with --sheet, and its columns with a mapping of your own: "
                  "`palermo profile new FILE --sheet NAME` drafts one");
}

Status prepare_workbook(SourceFile& file, const IngestOptions& options,
                        const std::optional<Profile>& own) {
  auto book = Workbook::open(file.bytes());
  if (!book) return in_file(std::move(book).error(), file);
  std::vector<std::string> others;
  PALERMO_TRY(std::vector<Candidate> chosen, choose_sheets(file, *book, options, own, others));
  const Candidate& first = chosen.front();
  std::vector<std::string> names;
  for (const Candidate& candidate : chosen) names.push_back(candidate.sheet.name);
  for (const Candidate& candidate : chosen) {
    if (&candidate == &first) continue;
    if (candidate.choice.profile == nullptr || candidate.choice.format != first.choice.format ||
        candidate.header != first.header)
      return bad_file(
          file,
          fmt::format("is a workbook in which sheets of different layout can be read: {}",
                      quoted_names(names)),
          "name one with --sheet; save the others as files of their own, "
          "as CSV in UTF-8");
  }
  auto decoded = std::make_unique<DecodedText>();
  decoded->encoding = "XLSX";
  decoded->separator = ',';
  std::vector<v1::SourceSheet> sheets;
  std::uint32_t line = 1;
  for (Candidate& candidate : chosen) {
    v1::SourceSheet& sheet = sheets.emplace_back();
    sheet.set_name(candidate.sheet.name);
    sheet.set_first_line(line);
    sheet.set_rows(candidate.sheet.rows);
    line += candidate.sheet.rows;
    if (chosen.size() == 1) {
      decoded->owned = std::move(candidate.sheet.text);
    } else if (sheets.size() == 1 || candidate.header_line == 0) {
      decoded->owned += candidate.sheet.text;
    } else {
      // Title lines stand once; the repeated header begins the sheet's part.
      decoded->owned.append(candidate.header_line - 1, '\n');
      decoded->owned += std::string_view{candidate.sheet.text}.substr(candidate.begin);
    }
    const SheetInfo& info =
        *std::find_if(book->sheets().begin(), book->sheets().end(),
                      [&](const SheetInfo& each) { return each.name == candidate.sheet.name; });
    std::string notice = fmt::format("sheet '{}' was read", core::printable(info.name, 60));
    if (info.hidden) notice += "; it is hidden in the workbook";
    if (chosen.size() > 1)
      notice += fmt::format("; its rows 1 to {} are lines {} to {}", sheet.rows(),
                            sheet.first_line(), sheet.first_line() + sheet.rows() - 1);
    decoded->notices.push_back(std::move(notice));
    append_notices(candidate.sheet, chosen.size() > 1, *decoded);
  }
  decoded->text = decoded->owned;
  if (!others.empty())
    decoded->notices.push_back(fmt::format("sheets that were not read: {}", quoted_names(others)));
  for (const std::string& notice : book->notices()) decoded->notices.push_back(notice);
  file.set_text(std::move(decoded), std::move(sheets));
  return core::ok();
}

}  // namespace

Status prepare_text(SourceFile& file, const IngestOptions& options,
                    const std::optional<Profile>& own) {
  if (Workbook::is_workbook(file.bytes())) {
    PALERMO_CHECK_OK(prepare_workbook(file, options, own));
    return check_text(file);
  }
  if (!options.sheet.empty())
    return bad_file(file, "is no workbook, and --sheet names a sheet of one", "leave --sheet out");
  if (const FileSignature signature = signature_of(file.bytes()); !signature.what.empty()) {
    std::string what{signature.what};
    std::string next{signature.next};
    if (file.bytes().starts_with("PK")) {
      if (const std::string document = Workbook::other_document(file.bytes()); !document.empty()) {
        what = document;
        next = "save the sheet as .xlsx, or as CSV in UTF-8";
      }
    }
    return bad_file(file, fmt::format("is {}, which is not read", what), std::move(next));
  }
  auto decoded = std::make_unique<DecodedText>();
  if (auto done = decode_text(file.bytes(), options.encoding, *decoded); !done)
    return in_file(std::move(done).error(), file);
  file.set_text(std::move(decoded), {});
  return check_text(file);
}

std::string place_in_sheet(const google::protobuf::RepeatedPtrField<v1::SourceSheet>& sheets,
                           std::uint32_t line) {
  for (const v1::SourceSheet& sheet : sheets)
    if (line >= sheet.first_line() && line - sheet.first_line() < sheet.rows())
      return fmt::format("sheet '{}', row {}", sheet.name(), line - sheet.first_line() + 1);
  return {};
}

}  // namespace palermo::ingest
