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
         role == MappedColumn::TIME || role == MappedColumn::END;
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
    if (!column.constant().empty()) {
      if (!column.names().empty() || column.position() != 0)
        return bad(fmt::format("{} has a constant and a column; it can have one of them", role));
    } else if (layout.no_header() ? column.position() == 0 : column.names().empty())
      return bad(fmt::format("{} needs {}", role,
                             layout.no_header() ? "a position: the file has no header" : "names"));
    if (is_time(column.role()) && column.patterns().empty())
      return bad(fmt::format("{} needs patterns", role));
    if (has_words(column.role()) && column.words().empty())
      return bad(fmt::format("{} needs words", role));
    if (!column.join().empty() && layout.no_header())
      return bad(fmt::format("{}: join needs a header that names the columns", role));
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
  if (layout.input() == MappingProfile::JSON_LINES && layout.no_header())
    return bad("JSON_LINES have names for everything; no_header is for tables");
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
    // A blank line is no title; there may be any number of them.
    if (row.cells.size() == 1 && row.folded[0].empty()) continue;
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
    if (column.position() == 0) continue;  // a constant
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
  profile.text = std::string{text};
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

namespace {

/// How many of the layout's columns the folded names hold; nullopt: a required one is missing.
std::optional<std::size_t> columns_named(const MappingProfile& layout,
                                         const std::vector<std::string>& names) {
  const auto stands = [&](const std::string& known) {
    return std::find(names.begin(), names.end(), folded(known)) != names.end();
  };
  std::size_t matched = 0;
  for (const MappedColumn& column : layout.columns()) {
    if (!column.constant().empty()) continue;
    const bool found = std::any_of(column.names().begin(), column.names().end(), stands) &&
                       std::all_of(column.join().begin(), column.join().end(), stands);
    if (found) {
      ++matched;
    } else if (!column.optional()) {
      return std::nullopt;
    }
  }
  return matched;
}

/// A header of two lines: the upper one names groups, whose name stands in its first cell alone
/// where cells were merged. Each column's name is the lower, the upper, or both.
std::vector<std::string> joined_header(const MappingProfile& layout, const HeadRow& upper,
                                       const HeadRow& lower) {
  const auto known = [&](const std::string& name) {
    for (const MappedColumn& column : layout.columns()) {
      for (const auto* names : {&column.names(), &column.join()})
        for (const std::string& each : *names)
          if (folded(each) == name) return true;
    }
    return false;
  };
  std::vector<std::string> header;
  std::string group;
  for (std::size_t i = 0; i < std::max(upper.cells.size(), lower.cells.size()); ++i) {
    const std::string above = i < upper.folded.size() ? upper.folded[i] : "";
    const std::string below = i < lower.folded.size() ? lower.folded[i] : "";
    if (!above.empty()) group = above;
    const std::string both = folded(group + " " + below);
    if (!below.empty() && known(both)) {
      header.push_back(both);
    } else if (!below.empty() && (known(below) || !known(above))) {
      header.push_back(lower.cells[i]);
    } else {
      header.push_back(i < upper.cells.size() ? upper.cells[i] : "");
    }
  }
  return header;
}

}  // namespace

std::optional<LayoutMatch> match_layout(const MappingProfile& layout, std::string_view text,
                                        char separator) {
  const std::string_view body = without_mark(text);
  const std::size_t mark = text.size() - body.size();
  std::string delimiters = layout.delimiter();
  if (delimiters.empty()) {
    delimiters = ",;\t|";
    if (separator != 0) delimiters.insert(0, 1, separator);
  }
  for (const char delimiter : delimiters) {
    const auto rows = head_rows(
        body, delimiter, layout.no_header() ? kSampleRows : layout.preamble_max() + std::size_t{3});
    if (layout.no_header()) {
      const auto fitting = static_cast<std::size_t>(std::count_if(
          rows.begin(), rows.end(), [&](const HeadRow& row) { return row_fits(layout, row); }));
      // One odd row is a row-level matter; a file of another shape is not.
      if (rows.empty() || fitting * 2 <= rows.size()) continue;
      LayoutMatch match;
      match.delimiter = delimiter;
      match.begin = mark;
      match.matched_columns = static_cast<std::size_t>(layout.columns_size());
      match.recognised = true;
      return match;
    }
    const std::size_t last = std::min<std::size_t>(rows.size(), layout.preamble_max() + 2);
    const auto found = [&](std::size_t at, std::size_t matched) {
      const HeadRow& row = rows[at];
      LayoutMatch match;
      match.delimiter = delimiter;
      match.begin = mark + row.begin;
      match.header_line = row.line;
      match.title_lines = at;
      match.matched_columns = matched;
      match.header = row.cells;
      match.recognised = layout.recognise().empty();
      for (const std::string& phrase : layout.recognise())
        if (body.substr(0, row.begin + row.text.size()).find(phrase) != std::string_view::npos)
          match.recognised = true;
      return match;
    };
    for (std::size_t i = 0; i < last; ++i)
      if (const auto matched = columns_named(layout, rows[i].folded)) return found(i, *matched);
    for (std::size_t i = 0; i + 1 < rows.size() && i < last; ++i) {
      const std::vector<std::string> header = joined_header(layout, rows[i], rows[i + 1]);
      std::vector<std::string> names;
      for (const std::string& name : header) names.push_back(folded(name));
      const auto matched = columns_named(layout, names);
      if (!matched) continue;
      LayoutMatch match = found(i + 1, *matched);
      match.title_lines = i;
      match.two_lines = true;
      match.header = header;
      return match;
    }
  }
  return std::nullopt;
}

std::vector<ColumnPlace> place_columns(const MappingProfile& layout, const LayoutMatch& match) {
  std::vector<std::string> header;
  for (const std::string& name : match.header) header.push_back(folded(name));
  const auto index_of = [&](const std::string& name) {
    const auto found = std::find(header.begin(), header.end(), folded(name));
    return found == header.end() ? -1 : static_cast<int>(found - header.begin());
  };
  std::vector<ColumnPlace> places;
  for (const MappedColumn& column : layout.columns()) {
    ColumnPlace& place = places.emplace_back();
    place.column = &column;
    if (!column.constant().empty()) continue;
    if (layout.no_header()) {
      place.index = static_cast<int>(column.position()) - 1;
      continue;
    }
    for (const std::string& name : column.names())
      if ((place.index = index_of(name)) >= 0) break;
    for (const std::string& name : column.join())
      if (const int index = index_of(name); index >= 0)
        place.joined.push_back(static_cast<std::size_t>(index));
  }
  return places;
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
        if (column.optional() || column.names().empty() ||
            column.role() == MappedColumn::LEFT_ALONE)
          continue;
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
