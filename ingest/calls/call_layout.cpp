#include "ingest/calls/call_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"
#include "ingest/calls/cell_values.hpp"

namespace palermo::ingest {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;
using v1::MappedColumn;
using v1::MappingProfile;

CallLayout::CallLayout(const MappingProfile& profile, const std::string& file_name,
                       const CallReadOptions& read)
    : layout{profile},
      file{file_name},
      options{read},
      quote{profile.quote() == "none" ? '\0'
            : profile.quote().empty() ? '"'
                                      : profile.quote()[0]},
      country{read.country.empty() ? profile.country() : read.country} {
  std::fill(std::begin(index), std::end(index), kNoColumn);
}

Result<CallLayout> CallLayout::find(std::string_view bytes, const MappingProfile& profile,
                                    const std::string& file, const CallReadOptions& options) {
  CallLayout found{profile, file, options};
  PALERMO_CHECK_OK(found.find_header(bytes));
  PALERMO_CHECK_OK(found.place());
  PALERMO_CHECK_OK(found.find_zone());
  for (const std::string& word : profile.empty_words()) found.empty_words.push_back(word);
  for (const std::string& word : profile.withheld_words()) found.withheld.push_back(folded(word));
  if (profile.identifier_kind().empty())
    for (const char* word : {"anonymous", "unknown", "private", "withheld", "restricted",
                             "unavailable", "no number", "0", "-", "--", "---", "n/a", "null"})
      found.withheld.emplace_back(word);
  for (std::size_t role = 0; role < kRoles; ++role)
    found.plain[role] = found.index[role] >= 0 && found.joined[role].empty() &&
                        !found.mapped_values[role] && found.empty_words.empty() &&
                        !profile.apostrophes();
  return found;
}

Error CallLayout::bad(std::string message, std::string next) const {
  return Error{ErrorCode::BadInput, std::move(message), core::SourcePosition{file, 0},
               std::move(next)};
}

Status CallLayout::find_header(std::string_view bytes) {
  const auto found = match_layout(layout, bytes, options.separator);
  if (!found) {
    if (layout.no_header())
      return bad(fmt::format("the rows do not have the shape of {}", layout.id()),
                 "try --format auto, or --map FILE with a mapping of your own");
    std::string names;
    for (const MappedColumn& column : layout.columns())
      if (!column.optional() && !column.names().empty())
        names += (names.empty() ? "" : ", ") + column.names(0);
    return bad(fmt::format("no header of {} among the first {} lines; it names {}", layout.id(),
                           layout.preamble_max() + 2, names),
               "try --format auto, or --map FILE with a mapping of your own");
  }
  match = *found;
  const std::string_view title = bytes.substr(0, match.begin);
  declared = declared_in(title);
  if (match.title_lines > 0)
    notices.push_back(fmt::format("{} title lines before the header were not read as records",
                                  match.title_lines));
  if (match.two_lines)
    notices.push_back(
        fmt::format("the header stands in two lines, {} and the one above it", match.header_line));
  columns_expected = match.header.size();
  while (columns_expected > 0 && trimmed_cell(match.header[columns_expected - 1]).empty())
    --columns_expected;
  return core::ok();
}

Status CallLayout::place() {
  std::vector<std::string> header;
  for (const std::string& name : match.header) header.push_back(folded(name));
  std::vector<bool> used(header.size(), false);
  for (ColumnPlace& at : place_columns(layout, match)) {
    const MappedColumn& column = *at.column;
    const auto role = static_cast<std::size_t>(column.role());
    index[role] = column.constant().empty() ? at.index : kConstant;
    if (at.index >= 0 && !layout.no_header()) used[static_cast<std::size_t>(at.index)] = true;
    for (const std::size_t other : at.joined) used[other] = true;
    joined[role] = std::move(at.joined);
    by_role[role] = &column;
    mapped_values[role] =
        std::any_of(column.words().begin(), column.words().end(),
                    [](const v1::MappedWord& word) { return !word.value().empty(); });
    PALERMO_CHECK_OK(read_patterns(column));
  }
  std::string left;
  for (std::size_t i = 0; i < columns_expected; ++i)
    if (!used[i] && !trimmed_cell(match.header[i]).empty())
      left += (left.empty() ? "" : ", ") + std::string{trimmed_cell(match.header[i])};
  for (const MappedColumn& column : layout.columns()) {
    if (column.role() != MappedColumn::LEFT_ALONE || column.names().empty()) continue;
    if (std::find(header.begin(), header.end(), folded(column.names(0))) != header.end())
      left += (left.empty() ? "" : ", ") + column.names(0);
  }
  if (!left.empty()) notices.push_back("columns left alone: " + core::printable(left, 400));

  return core::ok();
}

Status CallLayout::read_patterns(const MappedColumn& column) {
  std::vector<TimePattern>& of_role = patterns[column.role()];
  for (const std::string& text : column.patterns()) {
    PALERMO_TRY(TimePattern pattern, TimePattern::compile(text));
    of_role.push_back(std::move(pattern));
  }
  // A sheet's dates come as ISO 8601 whatever their look in the spreadsheet was.
  if (!options.sheet || of_role.empty()) return core::ok();
  for (const char* text : {"%Y-%m-%d", "%Y-%m-%d %H:%M:%S%f", "%H:%M:%S%f"}) {
    PALERMO_TRY(TimePattern pattern, TimePattern::compile(text));
    const bool known = std::any_of(of_role.begin(), of_role.end(), [&](const TimePattern& each) {
      return each.shape() == pattern.shape();
    });
    if (!known) of_role.push_back(std::move(pattern));
  }
  return core::ok();
}

Status CallLayout::find_zone() {
  const std::string name = options.timezone.empty() ? layout.timezone() : options.timezone;
  if (name.empty()) return core::ok();
  auto found = core::TimeZone::find(name);
  if (!found)
    return Error{ErrorCode::BadInput, found.error().message, std::nullopt,
                 "write an IANA name such as Europe/Rome, or an offset such as +02:00"};
  zone = *std::move(found);
  return core::ok();
}

bool CallLayout::joins() const {
  return std::any_of(std::begin(joined), std::end(joined),
                     [](const auto& columns) { return !columns.empty(); });
}

std::string CallLayout::column_name(MappedColumn::Role role) const {
  const int at = index[static_cast<std::size_t>(role)];
  if (at == kConstant) return "the mapping's constant";
  if (at < 0) return "a missing column";
  if (layout.no_header()) return fmt::format("column {}", at + 1);
  return fmt::format("column '{}'",
                     core::printable(match.header[static_cast<std::size_t>(at)], 60));
}

std::optional<std::uint64_t> CallLayout::declared_in(std::string_view text) const {
  if (layout.count_label().empty()) return std::nullopt;
  const std::size_t at = text.find(layout.count_label());
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(at + layout.count_label().size());
  const std::size_t digit = rest.find_first_of("0123456789\n\r");
  if (digit == std::string_view::npos || rest[digit] < '0' || rest[digit] > '9')
    return std::nullopt;
  std::uint64_t count = 0;
  std::from_chars(rest.data() + digit, rest.data() + rest.size(), count);
  return count;
}

std::string_view CallLayout::bare(std::string_view text) const {
  text = trimmed_cell(text);
  if (layout.apostrophes() && text.size() >= 2 && text.front() == '\'' && text.back() == '\'')
    text = trimmed_cell(text.substr(1, text.size() - 2));
  return text;
}

}  // namespace palermo::ingest
