#include "ingest/profile/profile.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/calls/call_adapter.hpp"
#include "ingest/calls/row_scanner.hpp"
#include "ingest/calls/time_pattern.hpp"

namespace palermo::ingest {
namespace {

using core::Error;
using core::ErrorCode;
using core::Status;
using v1::MappedColumn;
using v1::MappingProfile;

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int, const std::string& message) override {
    if (!text.empty()) return;
    text = line >= 0 ? fmt::format("line {}: {}", line + 1, message) : message;
  }
  std::string text;
};

bool is_time(MappedColumn::Role role) {
  return role == MappedColumn::DATE_TIME || role == MappedColumn::DATE ||
         role == MappedColumn::TIME;
}
bool has_words(MappedColumn::Role role) {
  return role == MappedColumn::KIND || role == MappedColumn::DIRECTION ||
         role == MappedColumn::ANSWERED;
}

Status check(const MappingProfile& layout, std::string_view name) {
  const auto bad = [&](std::string why) {
    return Error{ErrorCode::BadInput,
                 fmt::format("mapping profile {}: {}", core::printable(name, 80), why),
                 std::nullopt, "docs/formats/profile.md describes the fields"};
  };
  if (layout.id().empty()) return bad("id is missing");
  if (layout.delimiter().size() > 1) return bad("delimiter must be one byte");
  if (layout.quote().size() > 1 && layout.quote() != "none")
    return bad("quote must be one byte or none");
  std::map<MappedColumn::Role, int> seen;
  for (const MappedColumn& column : layout.columns()) {
    const std::string role = MappedColumn::Role_Name(column.role());
    if (column.role() == MappedColumn::ROLE_UNSPECIFIED) return bad("a column without role");
    if (++seen[column.role()] > 1 && column.role() != MappedColumn::LEFT_ALONE)
      return bad(fmt::format("two columns with the role {}", role));
    if (layout.no_header() ? column.position() == 0 : column.names().empty())
      return bad(fmt::format("{} needs {}", role,
                             layout.no_header() ? "a position: the file has no header" : "names"));
    if (is_time(column.role()) && column.patterns().empty())
      return bad(fmt::format("{} needs patterns", role));
    if (has_words(column.role()) && column.words().empty())
      return bad(fmt::format("{} needs words", role));
    std::set<std::string> shapes;
    for (const std::string& pattern : column.patterns()) {
      auto compiled = TimePattern::compile(pattern);
      if (!compiled) return bad(compiled.error().message);
      if (!shapes.insert(compiled->shape()).second)
        return bad(
            fmt::format("{}: pattern '{}' fits the same texts as another, so day and month could "
                        "be taken for each other",
                        role, pattern));
    }
  }
  if (!seen.contains(MappedColumn::A_NUMBER)) return bad("no column has the role A_NUMBER");
  if (!seen.contains(MappedColumn::DATE_TIME) &&
      !(seen.contains(MappedColumn::DATE) && seen.contains(MappedColumn::TIME)))
    return bad("no column has the role DATE_TIME, nor two DATE and TIME");
  const bool needs_direction = layout.perspective() == MappingProfile::TARGET_FIRST ||
                               layout.owner() == MappingProfile::OWNER_TARGET;
  if (needs_direction && !seen.contains(MappedColumn::DIRECTION))
    return bad("TARGET_FIRST and OWNER_TARGET need a column with the role DIRECTION");
  if (layout.no_header() &&
      (layout.columns_min() == 0 || layout.columns_max() < layout.columns_min()))
    return bad("without header, columns_min and columns_max must be given");
  if (!layout.timezone().empty()) {
    auto zone = core::TimeZone::find(layout.timezone());
    if (!zone) return bad("timezone: " + zone.error().message);
  }
  return core::ok();
}

/// The rows at the head of a file, as folded cells.
struct HeadRow {
  std::size_t begin = 0;
  std::uint64_t line = 0;
  std::vector<std::string> cells;  // as text
  std::vector<std::string> folded;
  std::string text;
};

std::vector<HeadRow> head_rows(std::string_view text, char delimiter, std::size_t count) {
  std::vector<HeadRow> rows;
  RowScanner scanner{text, delimiter, '"'};
  while (rows.size() < count && scanner.next() == RowScanner::Event::Row) {
    HeadRow row;
    row.begin = scanner.row_begin();
    row.line = scanner.line();
    row.text = std::string{scanner.row().substr(0, 4096)};
    for (const Cell& cell : scanner.cells()) {
      if (row.cells.size() > 4096) break;
      row.cells.push_back(unquoted(cell, '"'));
      row.folded.push_back(folded(row.cells.back()));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string_view without_mark(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text;
}

std::string strip_apostrophes(std::string_view text) {
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'')
    text = text.substr(1, text.size() - 2);
  return std::string{text};
}

/// Without header the shape of the rows must speak: number of columns, times, known words, epochs.
bool row_fits(const MappingProfile& layout, const HeadRow& row) {
  if (row.cells.size() < layout.columns_min() || row.cells.size() > layout.columns_max())
    return false;
  for (const MappedColumn& column : layout.columns()) {
    if (column.position() > row.cells.size()) {
      if (column.optional()) continue;
      return false;
    }
    const std::string cell = strip_apostrophes(row.cells[column.position() - 1]);
    if (is_time(column.role())) {
      const bool fits = std::any_of(column.patterns().begin(), column.patterns().end(),
                                    [&](const std::string& pattern) {
                                      const auto compiled = TimePattern::compile(pattern);
                                      return compiled && compiled->read(cell);
                                    });
      if (!fits) return false;
    } else if (has_words(column.role())) {
      const std::string word = folded(cell);
      if (std::none_of(column.words().begin(), column.words().end(),
                       [&](const v1::MappedWord& known) { return folded(known.word()) == word; }))
        return false;
    } else if (column.role() == MappedColumn::DURATION) {
      if (cell.empty() || cell.find_first_not_of("-0123456789:") != std::string::npos) return false;
    }
  }
  return true;
}

constexpr std::size_t kSampleRows = 8;

}  // namespace

std::string folded(std::string_view text) {
  std::string out;
  bool blank = false;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      blank = !out.empty();
      continue;
    }
    if (blank) out += ' ';
    blank = false;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

core::Result<Profile> parse_profile(std::string_view text, std::string_view name) {
  Profile profile;
  profile.sha256 = core::to_hex(core::sha256(text));
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') {
    auto json = core::parse_json(text);
    Status filled = json ? core::fill_message(*json, profile.layout) : Status{json.error()};
    if (!filled)
      return Error{
          ErrorCode::BadInput,
          fmt::format("mapping profile {}: {}", core::printable(name, 80), filled.error().message),
          std::nullopt, filled.error().next};
  } else {
    FirstError errors;
    google::protobuf::TextFormat::Parser parser;
    parser.RecordErrorsTo(&errors);
    if (!parser.ParseFromString(std::string{text}, &profile.layout))
      return Error{ErrorCode::BadInput,
                   fmt::format("mapping profile {}: {}", core::printable(name, 80),
                               core::printable(errors.text, 300)),
                   std::nullopt, "docs/formats/profile.md describes the fields"};
  }
  PALERMO_CHECK_OK(check(profile.layout, name));
  return profile;
}

const std::vector<Profile>& shipped_profiles() {
  static const std::vector<Profile> kProfiles = [] {
    std::vector<Profile> profiles;
    for (const detail::EmbeddedProfile& embedded : detail::embedded_profiles())
      if (auto profile = parse_profile(embedded.text, embedded.name))
        profiles.push_back(*std::move(profile));
    std::sort(profiles.begin(), profiles.end(),
              [](const Profile& a, const Profile& b) { return a.layout.id() < b.layout.id(); });
    return profiles;
  }();
  return kProfiles;
}

const Profile* find_profile(std::string_view id) {
  for (const Profile& profile : shipped_profiles())
    if (profile.layout.id() == id) return &profile;
  return nullptr;
}

std::optional<LayoutMatch> match_layout(const MappingProfile& layout, std::string_view text) {
  const std::string_view body = without_mark(text);
  const std::size_t mark = text.size() - body.size();
  const std::string delimiters = layout.delimiter().empty() ? ",;\t|" : layout.delimiter();
  for (const char delimiter : delimiters) {
    const auto rows = head_rows(
        body, delimiter, layout.no_header() ? kSampleRows : layout.preamble_max() + std::size_t{2});
    if (layout.no_header()) {
      std::size_t fitting = 0;
      std::size_t lines = 0;
      for (const HeadRow& row : rows) {
        if (row.cells.size() == 1 && row.folded[0].empty()) continue;
        ++lines;
        if (row_fits(layout, row)) ++fitting;
      }
      // One odd row is a row-level matter; a file of another shape is not.
      if (lines == 0 || fitting * 2 <= lines) continue;
      return LayoutMatch{delimiter, mark, 0, static_cast<std::size_t>(layout.columns_size()),
                         true,      {}};
    }
    for (const HeadRow& row : rows) {
      std::size_t matched = 0;
      bool all = true;
      for (const MappedColumn& column : layout.columns()) {
        const bool found = std::any_of(
            column.names().begin(), column.names().end(), [&](const std::string& known) {
              return std::find(row.folded.begin(), row.folded.end(), folded(known)) !=
                     row.folded.end();
            });
        if (found) {
          ++matched;
        } else if (!column.optional()) {
          all = false;
          break;
        }
      }
      if (!all) continue;
      LayoutMatch match;
      match.delimiter = delimiter;
      match.begin = mark + row.begin;
      match.header_line = row.line;
      match.matched_columns = matched;
      match.header = row.cells;
      match.recognised = layout.recognise().empty();
      for (const std::string& phrase : layout.recognise())
        if (body.substr(0, row.begin + row.text.size()).find(phrase) != std::string_view::npos)
          match.recognised = true;
      return match;
    }
  }
  return std::nullopt;
}

CallDetection detect_calls(std::string_view bytes) {
  CallDetection best;
  std::size_t best_columns = 0;
  for (const Profile& profile : shipped_profiles()) {
    if (profile.layout.id() == kAdapterRows) continue;
    const auto match = match_layout(profile.layout, bytes);
    if (!match) continue;
    // A layout that names more of the columns knows the file better.
    const std::size_t columns = match->matched_columns * 2 + (match->recognised ? 1 : 0);
    if (columns <= best_columns) continue;
    best_columns = columns;
    best.profile = profile.layout.id();
    best.confidence = match->recognised ? 0.95 : 0.85;
    if (profile.layout.no_header()) {
      best.reason = fmt::format(
          "no header, and the rows have the shape of {}: times, words and "
          "durations stand in its columns",
          profile.layout.title());
    } else {
      std::string names;
      for (const MappedColumn& column : profile.layout.columns()) {
        if (column.optional() || column.role() == MappedColumn::LEFT_ALONE) continue;
        if (names.size() > 80) {
          names += ", …";
          break;
        }
        names += (names.empty() ? "" : ", ") + column.names(0);
      }
      best.reason = fmt::format("line {} is the header of {} ({})", match->header_line,
                                profile.layout.title(), names);
    }
  }
  return best;
}

}  // namespace palermo::ingest
