#include "ingest/profile/draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "ingest/calls/cell_values.hpp"
#include "ingest/calls/row_scanner.hpp"
#include "ingest/identifiers.hpp"
#include "ingest/input_text.hpp"
#include "ingest/profile/column_guess.hpp"
#include "ingest/profile/profile.hpp"
#include "ingest/records/delimited.hpp"
#include "ingest/source_file.hpp"

namespace palermo::ingest {
namespace {

using v1::MappedColumn;

constexpr std::size_t kSample = 2000;

/// The head of the file as a table.
struct Sample {
  char delimiter = ',';
  bool json = false;
  bool header = true;
  bool backslash = false;
  std::vector<std::vector<std::string>> titles;
  std::vector<std::vector<std::string>> footers;
  std::vector<SampleColumn> columns;
  std::size_t rows = 0;
};

core::Error no_table(const std::string& path, std::string why) {
  return core::Error{core::ErrorCode::BadInput, std::move(why), core::SourcePosition{path, 0},
                     "a mapping profile is for tables of calls and for JSON lines"};
}

std::vector<std::vector<std::string>> rows_of(std::string_view text, char delimiter,
                                              bool backslash) {
  std::vector<std::vector<std::string>> rows;
  RowScanner scanner{text, delimiter, '"', backslash};
  while (rows.size() < kSample && scanner.next() == RowScanner::Event::Row) {
    std::vector<std::string> cells;
    for (const Cell& cell : scanner.cells())
      cells.emplace_back(trimmed_cell(unquoted(cell, '"', backslash)));
    if (cells.size() == 1 && cells[0].empty()) continue;
    rows.push_back(std::move(cells));
  }
  return rows;
}

/// Cells up to the last one that holds something.
std::size_t width_of(const std::vector<std::string>& row) {
  std::size_t width = row.size();
  while (width > 0 && row[width - 1].empty()) --width;
  return width;
}

/// A row of names: no cell is a time or a long number.
bool names_columns(const std::vector<std::string>& row) {
  std::size_t filled = 0;
  for (const std::string& cell : row) {
    if (cell.empty()) continue;
    ++filled;
    const auto digits =
        std::count_if(cell.begin(), cell.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (digits >= 5 || static_cast<std::size_t>(digits) * 2 > cell.size()) return false;
  }
  return filled >= 2;
}

core::Result<Sample> sample_table(const std::string& path, std::string_view text, char separator) {
  Sample sample;
  const bool slashes = text.substr(0, 1U << 20).find("\\\"") != std::string_view::npos;
  std::string delimiters = ",;\t|";
  if (separator != 0) delimiters = separator;
  std::vector<std::vector<std::string>> rows;
  std::size_t width = 0;
  std::size_t best = 0;
  for (const char delimiter : delimiters) {
    const auto these = rows_of(text, delimiter, slashes);
    std::map<std::size_t, std::size_t> widths;
    for (const auto& row : these) ++widths[row.size()];
    for (const auto& [columns, count] : widths) {
      if (columns < 2 || count * columns <= best) continue;
      best = count * columns;
      width = columns;
      sample.delimiter = delimiter;
      rows = these;
    }
  }
  if (width < 2) return no_table(path, "is no table: no separator cuts its lines into columns");
  sample.backslash = slashes;
  std::size_t at = 0;
  // Titles are shorter than the table; the header is a row of names as wide as the table.
  while (at < rows.size() && (rows[at].size() + 1 < width || width_of(rows[at]) < 2))
    sample.titles.push_back(rows[at++]);
  if (at == rows.size()) return no_table(path, "is no table: only title lines");
  sample.header = names_columns(rows[at]);
  sample.columns.resize(width);
  if (sample.header) {
    for (std::size_t i = 0; i < width && i < rows[at].size(); ++i)
      sample.columns[i].name = rows[at][i];
    ++at;
  }
  for (; at < rows.size(); ++at) {
    const std::vector<std::string>& row = rows[at];
    if (row.size() + 1 < width || width_of(row) < 2) {
      sample.footers.push_back(row);
      continue;
    }
    ++sample.rows;
    for (std::size_t i = 0; i < width; ++i)
      sample.columns[i].values.push_back(i < row.size() ? row[i] : "");
  }
  if (sample.rows == 0) return no_table(path, "is a table with a header and no rows");
  while (!sample.columns.empty() && sample.columns.back().name.empty() && sample.header)
    sample.columns.pop_back();
  return sample;
}

void flatten(const core::Json& value, const std::string& path,
             std::map<std::string, std::string>& out) {
  if (value.is_object()) {
    for (const auto& [name, member] : value.items())
      flatten(member, path.empty() ? name : path + "." + name, out);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < std::min<std::size_t>(value.size(), 4); ++i)
      flatten(value[i], path + "." + std::to_string(i), out);
  } else if (!value.is_null()) {
    out[path] = value.is_string() ? value.get<std::string>() : value.dump();
  }
}

core::Result<Sample> sample_json(const std::string& path, std::string_view text) {
  Sample sample;
  sample.json = true;
  std::map<std::string, std::size_t> index;
  while (!text.empty() && sample.rows < kSample) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (trimmed_cell(line).empty() || line == "\r") continue;
    const auto value = core::parse_json(line);
    if (!value || !value->is_object())
      return no_table(path, "is no JSON with one object on a line");
    std::map<std::string, std::string> members;
    flatten(*value, "", members);
    for (const auto& [name, text_of] : members) {
      const auto known = index.emplace(name, sample.columns.size());
      if (known.second) {
        if (sample.columns.size() == 256) return no_table(path, "has more than 256 members");
        sample.columns.push_back({name, std::vector<std::string>(sample.rows)});
      }
      sample.columns[known.first->second].values.push_back(text_of);
    }
    ++sample.rows;
    for (SampleColumn& column : sample.columns) column.values.resize(sample.rows);
  }
  if (sample.rows == 0) return no_table(path, "holds no object");
  return sample;
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20) {
      out += fmt::format("\\{:03o}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

/// Role of each column: the strongest claims first, each role once.
struct Assigned {
  MappedColumn::Role role = MappedColumn::ROLE_UNSPECIFIED;
  std::string why;
  TimeGuess time;
};

std::vector<Assigned> assign(const std::vector<SampleColumn>& columns) {
  std::vector<Assigned> assigned(columns.size());
  std::set<MappedColumn::Role> taken;
  // Times first: their values are hardest to mistake. A second one is the end.
  for (std::size_t i = 0; i < columns.size(); ++i) {
    TimeGuess time = guess_times(columns[i]);
    if (time.role == MappedColumn::ROLE_UNSPECIFIED) continue;
    const std::vector<RoleGuess> guesses = guess_roles(columns[i]);
    const auto named = [&](MappedColumn::Role role) {
      return std::any_of(guesses.begin(), guesses.end(), [&](const RoleGuess& each) {
        return each.role == role && each.points >= 6;
      });
    };
    if (time.role == MappedColumn::TIME && named(MappedColumn::DURATION)) continue;
    MappedColumn::Role role = time.role;
    const bool end = named(MappedColumn::END) || taken.contains(role) ||
                     (role != MappedColumn::DATE_TIME && taken.contains(MappedColumn::DATE_TIME));
    if (end) role = MappedColumn::END;
    if (role == MappedColumn::END && time.role == MappedColumn::DATE) continue;
    if (!taken.insert(role).second) continue;
    assigned[i] = {role, time.why, std::move(time)};
  }
  struct Claim {
    std::size_t column;
    RoleGuess guess;
  };
  std::vector<Claim> claims;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (assigned[i].role != MappedColumn::ROLE_UNSPECIFIED) continue;
    for (RoleGuess& guess : guess_roles(columns[i])) {
      // END is a time, and ten digits behind "line" may be anything: values must agree for parties.
      if (guess.role == MappedColumn::END) continue;
      claims.push_back({i, std::move(guess)});
    }
  }
  std::stable_sort(claims.begin(), claims.end(),
                   [](const Claim& a, const Claim& b) { return a.guess.points > b.guess.points; });
  for (const Claim& claim : claims) {
    if (claim.guess.points < 3 || taken.contains(claim.guess.role) ||
        assigned[claim.column].role != MappedColumn::ROLE_UNSPECIFIED)
      continue;
    taken.insert(claim.guess.role);
    assigned[claim.column].role = claim.guess.role;
    assigned[claim.column].why = claim.guess.why;
  }
  return assigned;
}

/// Writes the profile's text.
class Writer {
 public:
  Writer(const Sample& sample, std::vector<Assigned> assigned, std::string id)
      : sample_{sample}, assigned_{std::move(assigned)} {
    draft_.id = std::move(id);
  }

  ProfileDraft write(const std::string& file_name, const DecodedText* decoded) {
    line(
        "# A draft, made by looking at the first {} rows of {}. Read every comment; lines with "
        "QUESTION",
        sample_.rows, in_quotes(file_name));
    line("# are for you to settle. `palermo profile test THIS {}` shows what it makes of the file.",
         in_quotes(file_name));
    line("id: {}", in_quotes(draft_.id));
    line("title: {}", in_quotes("Table like " + file_name));
    line("version: \"1\"");
    line("source: {}", in_quotes(file_name));
    form(decoded);
    parties();
    times();
    durations();
    for (std::size_t i = 0; i < sample_.columns.size(); ++i) column(i);
    return std::move(draft_);
  }

 private:
  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    draft_.text += fmt::format(format, std::forward<Args>(args)...) + "\n";
  }
  void question(const std::string& text) {
    draft_.text += "# QUESTION: " + text + "\n";
    draft_.unsure.push_back(text);
  }
  [[nodiscard]] int column_of(MappedColumn::Role role) const {
    for (std::size_t i = 0; i < assigned_.size(); ++i)
      if (assigned_[i].role == role) return static_cast<int>(i);
    return -1;
  }
  [[nodiscard]] const SampleColumn* values_of(MappedColumn::Role role) const {
    const int index = column_of(role);
    return index < 0 ? nullptr : &sample_.columns[static_cast<std::size_t>(index)];
  }

  void form(const DecodedText* decoded) {
    if (sample_.json) {
      line("input: JSON_LINES");
      return;
    }
    if (decoded == nullptr || decoded->encoding != "XLSX")
      line("delimiter: {}  # {}: cuts the lines into {} columns",
           in_quotes({&sample_.delimiter, 1}), name_of_separator(sample_.delimiter),
           sample_.columns.size());
    if (decoded != nullptr && !core::is_valid_utf8(decoded->text))
      line("encoding: WINDOWS_1252  # the file is no UTF-8");
    if (sample_.backslash) line("backslash_quotes: true  # \\\" stands in the file");
    if (!sample_.header) {
      line("no_header: true  # the first row holds values");
      line("columns_min: {}", sample_.columns.size());
      line("columns_max: {}", sample_.columns.size());
    }
    if (!sample_.titles.empty())
      line("preamble_max: {}  # title lines; the first: {}", sample_.titles.size() + 2,
           in_quotes(core::printable(sample_.titles[0].empty() ? "" : sample_.titles[0][0], 60)));
    for (const std::vector<std::string>& footer : sample_.footers) {
      if (footer.empty() || footer[0].empty()) continue;
      const std::string count = std::to_string(sample_.rows);
      const std::string whole = fmt::format("{}", fmt::join(footer, " "));
      const std::size_t at = whole.find(count);
      const std::size_t digit = footer[0].find_first_of("0123456789");
      const std::string label = footer[0].substr(0, digit);
      if (at != std::string::npos && trimmed_cell(label).size() >= 3) {
        line("count_label: {}  # {} rows stand in the sample",
             in_quotes(std::string{trimmed_cell(label)}), count);
      } else {
        line("footer: {}", in_quotes(core::printable(footer[0], 40)));
      }
      break;
    }
  }

  void parties() {
    const SampleColumn* a = values_of(MappedColumn::A_NUMBER);
    const SampleColumn* direction = values_of(MappedColumn::DIRECTION);
    if (a == nullptr) {
      question("no column looks like the first party's number; one must have the role A_NUMBER");
      return;
    }
    if (direction != nullptr) {
      std::map<std::string, std::size_t> counts;
      for (const std::string& value : a->values) ++counts[value];
      std::size_t most = 0;
      for (const auto& [value, count] : counts) most = std::max(most, count);
      line("perspective: TARGET_FIRST  # {} of {} rows have one number in the first column", most,
           a->values.size());
      line("owner: OWNER_TARGET");
      if (most * 10 < a->values.size() * 8)
        question(
            "is the first number the watched one also of an incoming record (TARGET_FIRST), or "
            "always the caller (CALLER_CALLED, OWNER_CALLER)?");
    } else {
      line("perspective: CALLER_CALLED  # no column tells a direction");
    }
    std::size_t international = 0;
    std::size_t national = 0;
    for (const MappedColumn::Role role : {MappedColumn::A_NUMBER, MappedColumn::B_NUMBER}) {
      const SampleColumn* column = values_of(role);
      if (column == nullptr) continue;
      for (const std::string& value : column->values) {
        if (value.size() < 7 || is_scientific_number(value)) continue;
        if (value[0] == '+' || value.starts_with("00"))
          ++international;
        else if (value[0] >= '0' && value[0] <= '9')
          ++national;
      }
    }
    if (national > 0)
      question(
          fmt::format("{} of the numbers have neither + nor 00: of which country are they? Write "
                      "country: \"XX\" (ISO 3166), or give --country",
                      national));
    else if (international > 0)
      line("# Every number has + or 00, so no country is needed.");
  }

  void times() {
    const int when = column_of(MappedColumn::DATE_TIME);
    const int date = column_of(MappedColumn::DATE);
    const int clock = column_of(MappedColumn::TIME);
    if (when < 0 && (date < 0 || clock < 0)) {
      question(
          "no column looks like the time of the call; one needs the role DATE_TIME, or two DATE "
          "and TIME");
      return;
    }
    const Assigned& time = assigned_[static_cast<std::size_t>(when >= 0 ? when : date)];
    if (time.time.zoned) {
      line("# Every time says its own offset, so no zone is needed.");
    } else {
      question(
          "the times do not say their zone. Write timezone: \"Europe/Rome\" and "
          "timezone_reason: \"why that is known\", or give --timezone");
    }
  }

  void durations() {
    const SampleColumn* duration = values_of(MappedColumn::DURATION);
    if (duration == nullptr) return;
    bool clock = false;
    bool units = false;
    for (const std::string& value : duration->values) {
      clock = clock || value.find(':') != std::string::npos;
      units = units || (!value.empty() && value.find_first_of("hmsHMS") != std::string::npos);
    }
    if (clock)
      line("duration_format: CLOCK  # MM:SS or HH:MM:SS");
    else if (units)
      line("duration_format: UNITS  # with h, min, s");
    else
      line("# Durations are whole numbers and taken for seconds.");
  }

  void column(std::size_t i) {
    const SampleColumn& column = sample_.columns[i];
    const Assigned& assigned = assigned_[i];
    std::string example;
    for (const std::string& value : column.values)
      if (!value.empty()) {
        example = core::printable(value, 40);
        break;
      }
    const std::string place = sample_.header || sample_.json ? "names: " + in_quotes(column.name)
                                                             : fmt::format("position: {}", i + 1);
    if (assigned.role == MappedColumn::ROLE_UNSPECIFIED) {
      line("# {}, e.g. {}: left alone; nothing tells what it is",
           column.name.empty() ? fmt::format("Column {}", i + 1) : in_quotes(column.name),
           in_quotes(example));
      return;
    }
    line("# e.g. {}: {}", in_quotes(example), assigned.why);
    std::string text =
        fmt::format("columns {{ role: {} {}", MappedColumn::Role_Name(assigned.role), place);
    const bool words = assigned.role == MappedColumn::DIRECTION ||
                       assigned.role == MappedColumn::KIND ||
                       assigned.role == MappedColumn::ANSWERED;
    if (assigned.time.role != MappedColumn::ROLE_UNSPECIFIED) {
      if (assigned.time.patterns.size() == 1) {
        text += " patterns: " + in_quotes(assigned.time.patterns[0]);
      } else {
        std::string all;
        for (const std::string& pattern : assigned.time.patterns)
          all += (all.empty() ? "" : " or ") + ("patterns: " + in_quotes(pattern));
        question(fmt::format(
            "{}: no value tells which; day and month could be exchanged. Ask the "
            "sender and write the right one below: {}",
            column.name.empty() ? fmt::format("column {}", i + 1) : in_quotes(column.name), all));
      }
    }
    const bool required = assigned.role == MappedColumn::A_NUMBER ||
                          assigned.time.role != MappedColumn::ROLE_UNSPECIFIED ||
                          assigned.role == MappedColumn::DIRECTION;
    if (!required || assigned.role == MappedColumn::END) text += " optional: true";
    if (!words) {
      line("{} }}", text);
      return;
    }
    std::set<std::string> distinct;
    for (const std::string& value : column.values)
      if (!value.empty() && distinct.size() < 64) distinct.insert(value);
    draft_.text += text + "\n";
    for (const std::string& value : distinct) word(assigned.role, value);
    line("}}");
  }

  void word(MappedColumn::Role role, const std::string& value) {
    const v1::MappedWord known = guess_word(value);
    std::string text = "  words { word: " + in_quotes(value);
    bool meant = false;
    if (known.kind() != v1::CALL_KIND_UNSPECIFIED && role != MappedColumn::ANSWERED) {
      text += " kind: " + v1::CallKind_Name(known.kind());
      meant = role == MappedColumn::KIND;
    }
    if (role == MappedColumn::DIRECTION &&
        known.direction() != v1::MappedWord::DIRECTION_UNSPECIFIED) {
      text += known.direction() == v1::MappedWord::IN ? " direction: IN" : " direction: OUT";
      meant = true;
    }
    if (known.not_answered()) text += " not_answered: true";
    if (known.forwarded()) text += " forwarded: true";
    meant = meant || known.not_answered() || role == MappedColumn::ANSWERED;
    text += " }";
    if (!meant) {
      const std::string what = role == MappedColumn::DIRECTION ? "direction" : "kind";
      question(fmt::format("what {} does {} mean?", what, in_quotes(value)));
    }
    draft_.text += text + "\n";
  }

  const Sample& sample_;
  std::vector<Assigned> assigned_;
  ProfileDraft draft_;
};

std::string id_of(const std::string& path) {
  std::string id;
  for (const char c : std::filesystem::path{path}.stem().string()) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (kept)
      id += c;
    else if (c >= 'A' && c <= 'Z')
      id += static_cast<char>(c + 0x20);
    else if (!id.empty() && id.back() != '_')
      id += '_';
  }
  while (id.ends_with('_')) id.pop_back();
  return id.empty() ? "own" : id.substr(0, 40);
}

}  // namespace

core::Result<ProfileDraft> draft_profile(const std::string& path, const IngestOptions& options) {
  PALERMO_TRY(const std::unique_ptr<SourceFile> file, SourceFile::open(path));
  PALERMO_CHECK_OK(prepare_text(*file, options, std::nullopt));
  std::string_view text = file->text();
  std::string converted;
  if (!core::is_valid_utf8(text)) {
    std::vector<std::string> ignored;
    PALERMO_TRY(converted, decode_windows_1252_lines(text, ignored));
    text = converted;
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && text[first] == '{';
  const char separator = file->decoded() == nullptr ? '\0' : file->decoded()->separator;
  PALERMO_TRY(const Sample sample,
              json ? sample_json(path, text) : sample_table(path, text, separator));
  Writer writer{sample, assign(sample.columns), id_of(path)};
  return writer.write(std::filesystem::path{path}.filename().string(), file->decoded());
}

}  // namespace palermo::ingest
