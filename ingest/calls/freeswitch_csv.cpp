// FreeSWITCH mod_cdr_csv by its shipped templates, the same after a spreadsheet, and the lists that
// CDR-Stats imports.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/calls/pbx_leg.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

constexpr std::size_t kDetectRows = 8;
constexpr std::size_t kDetectLines = 200;

struct Layout {
  std::string_view title;
  std::vector<std::string_view> columns;  // channel variables; "" = left alone
  std::size_t least = 0;                  // columns without which a row is none of this layout
  std::size_t most = 0;
};

/// @source  conf/autoload_configs/cdr_csv.conf.xml as shipped with FreeSWITCH
const std::array<Layout, 3>& layouts() {
  static const std::array<Layout, 3> kLayouts = {{
      {"the templates example, snom, linksys or sql",
       {"caller_id_name", "caller_id_number", "destination_number", "context", "start_stamp",
        "answer_stamp", "end_stamp", "duration", "billsec", "hangup_cause", "uuid", "bleg_uuid",
        "accountcode"},
       12,
       24},
      {"the template asterisk",
       {"accountcode", "caller_id_number", "destination_number", "context", "caller_id",
        "channel_name", "bridge_channel", "last_app", "last_arg", "start_stamp", "answer_stamp",
        "end_stamp", "duration", "billsec", "hangup_cause", "amaflags", "uuid", "userfield"},
       17,
       18},
      {"the template opencdrrate",
       {"uuid", "signal_bond", "direction", "ani", "destination_number", "answer_stamp",
        "end_stamp", "billsec", "accountcode", "userfield", "network_addr", "", ""},
       12,
       13},
  }};
  return kLayouts;
}

const Layout& cdr_stats_layout() {
  static const Layout kLayout{"a CDR-Stats list",
                              {"caller_id_number", "caller_id_name", "destination_number",
                               "duration", "billsec", "hangup_cause", "uuid", "start_epoch"},
                              8,
                              8};
  return kLayout;
}

std::string_view blanks_off(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

bool is_cause(std::string_view text) {
  return !text.empty() && text.size() <= 60 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// Cuts a line into cells. The switch writes its quotes without doubling those inside, so a quote
/// closes a cell only where a separator or the end follows.
/// @return false: a quote stays open
bool split(std::string_view line, char separator, std::vector<std::string>& cells) {
  cells.clear();
  while (true) {
    line = line.substr(std::min(line.size(), line.find_first_not_of(" \t\r")));
    const char quote = line.empty() ? '\0' : line.front();
    std::string& cell = cells.emplace_back();
    if (quote == '"' || quote == '\'') {
      std::size_t at = 1;
      bool closed = false;
      while (at < line.size()) {
        const std::size_t found = line.find(quote, at);
        if (found == std::string_view::npos) break;
        cell += line.substr(at, found - at);
        at = found;
        const std::size_t next = line.find_first_not_of(" \t\r", at + 1);
        if (next == std::string_view::npos || line[next] == separator) {
          closed = true;
          line.remove_prefix(next == std::string_view::npos ? line.size() : next);
          break;
        }
        if (at + 1 < line.size() && line[at + 1] == quote) ++at;  // doubled
        cell += quote;
        ++at;
      }
      if (!closed) return false;
    } else {
      const std::size_t end = std::min(line.size(), line.find(separator));
      cell = blanks_off(line.substr(0, end));
      line.remove_prefix(end);
    }
    if (line.empty()) return true;
    line.remove_prefix(1);
  }
}

struct Statement {
  std::string_view columns;  // between the brackets before VALUES; empty: none
  std::string_view values;   // between those after it
};

bool starts_with_word(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != lower[i]) return false;
  }
  return true;
}

/// "INSERT INTO cdr [(a, b)] VALUES (…);" on one line.
std::optional<Statement> read_statement(std::string_view line) {
  line = blanks_off(line);
  Statement statement;
  constexpr std::string_view kInsert = "insert into ";
  if (!starts_with_word(line, kInsert)) return std::nullopt;
  line = blanks_off(line.substr(kInsert.size()));
  const std::size_t open = line.find('(');
  if (open == std::string_view::npos) return std::nullopt;
  std::string_view head = blanks_off(line.substr(0, open));
  std::string_view rest = line.substr(open + 1);
  constexpr std::string_view kValues = "values";
  const auto ends_with_values = [&](std::string_view text) {
    return text.size() >= kValues.size() &&
           starts_with_word(text.substr(text.size() - kValues.size()), kValues);
  };
  if (!ends_with_values(head)) {
    const std::size_t close = rest.find(')');
    if (close == std::string_view::npos) return std::nullopt;
    statement.columns = rest.substr(0, close);
    rest = blanks_off(rest.substr(close + 1));
    if (!starts_with_word(rest, kValues)) return std::nullopt;
    rest = blanks_off(rest.substr(kValues.size()));
    if (rest.empty() || rest.front() != '(') return std::nullopt;
    rest.remove_prefix(1);
  }
  while (!rest.empty() && (rest.back() == ';' || rest.back() == ' ')) rest.remove_suffix(1);
  if (rest.empty() || rest.back() != ')') return std::nullopt;
  statement.values = rest.substr(0, rest.size() - 1);
  return statement;
}

/// Walks lines; a line end is LF, CRLF or, where there is no LF at all, CR.
class Lines {
 public:
  explicit Lines(std::string_view text)
      : text_{text}, end_{text.find('\n') == std::string_view::npos ? '\r' : '\n'} {}
  bool next(std::string_view& line) {
    if (text_.empty()) return false;
    const std::size_t end = std::min(text_.size(), text_.find(end_));
    line = text_.substr(0, end);
    ended_ = end < text_.size();
    text_.remove_prefix(std::min(text_.size(), end + 1));
    ++number_;
    return true;
  }
  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  std::string_view text_;
  char end_;
  std::uint64_t number_ = 0;
  bool ended_ = true;
};

/// A row by the names of its columns.
class Cells {
 public:
  Cells(const std::vector<std::string>& cells, const std::vector<std::string_view>& names)
      : cells_{cells}, names_{names} {}
  [[nodiscard]] std::string_view get(std::string_view name) const {
    for (std::size_t i = 0; i < names_.size() && i < cells_.size(); ++i)
      if (names_[i] == name) return blanks_off(cells_[i]);
    return {};
  }
  [[nodiscard]] bool has(std::string_view name) const {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  }

 private:
  const std::vector<std::string>& cells_;
  const std::vector<std::string_view>& names_;
};

bool stamp_or_empty(std::string_view text) { return text.empty() || Stamp::read(text).has_value(); }

/// Whether a row looks like the layout: times, causes, durations and ids stand where they belong.
bool fits(const Layout& layout, const std::vector<std::string>& cells) {
  if (cells.size() < layout.least || cells.size() > layout.most) return false;
  const Cells row{cells, layout.columns};
  if (row.has("start_epoch"))
    return all_digits(row.get("start_epoch")) && row.get("start_epoch").size() >= 9 &&
           row.get("start_epoch").size() <= 10 && all_digits(row.get("duration")) &&
           all_digits(row.get("billsec")) && all_digits(row.get("hangup_cause")) &&
           is_uuid(row.get("uuid"));
  if (!all_digits(row.get("billsec")) || !stamp_or_empty(row.get("answer_stamp")) ||
      !stamp_or_empty(row.get("end_stamp")))
    return false;
  if (row.has("direction"))
    return is_uuid(row.get("uuid")) &&
           (row.get("direction") == "inbound" || row.get("direction") == "outbound");
  return Stamp::read(row.get("start_stamp")).has_value() && all_digits(row.get("duration")) &&
         is_cause(row.get("hangup_cause"));
}

/// How the whole file is written.
struct Shape {
  const Layout* layout = nullptr;
  Layout named;  // columns named by a header or by the statements
  char separator = ',';
  bool statements = false;
  bool header = false;
  std::size_t fitting = 0, lines = 0;
};

/// A header of channel variables makes the order free; the least that a leg needs must be there.
bool names_variables(const std::vector<std::string>& cells) {
  const auto has = [&](std::string_view name) {
    return std::any_of(cells.begin(), cells.end(),
                       [&](const std::string& cell) { return blanks_off(cell) == name; });
  };
  return has("caller_id_number") && has("destination_number") && has("start_stamp") &&
         has("billsec");
}

std::optional<Shape> shape_of(std::string_view text, const Layout* first, const Layout* last) {
  std::vector<std::string_view> head;
  std::vector<std::string_view> statements;  // other SQL may stand before them
  Lines lines{text};
  std::string_view line;
  while (statements.size() < kDetectRows && lines.number() < kDetectLines && lines.next(line)) {
    if (blanks_off(line).empty()) continue;
    if (head.size() < kDetectRows) head.push_back(line);
    if (read_statement(line)) statements.push_back(line);
  }
  std::vector<std::string> cells;
  if (!statements.empty()) {
    Shape shape;
    shape.statements = true;
    shape.layout = first;
    for (const std::string_view candidate : statements) {
      const Statement statement = *read_statement(candidate);
      ++shape.lines;
      if (!statement.columns.empty()) {
        if (split(statement.columns, ',', cells) && names_variables(cells)) ++shape.fitting;
      } else if (split(statement.values, ',', cells) && fits(*first, cells)) {
        ++shape.fitting;
      }
    }
    if (shape.fitting * 2 > shape.lines) return shape;
    return std::nullopt;
  }
  for (const char separator : {',', ';', '\t'}) {
    if (head.empty()) break;
    if (first != last && split(head.front(), separator, cells) && names_variables(cells)) {
      Shape shape;
      shape.header = true;
      shape.separator = separator;
      shape.fitting = shape.lines = head.size() - 1;
      return shape;
    }
    for (const Layout* layout = first; layout != last + 1; ++layout) {
      Shape shape;
      shape.layout = layout;
      shape.separator = separator;
      for (const std::string_view candidate : head) {
        ++shape.lines;
        if (split(candidate, separator, cells) && fits(*layout, cells)) ++shape.fitting;
      }
      if (shape.fitting * 2 > shape.lines) return shape;
    }
  }
  return std::nullopt;
}

Detection detected(std::string_view bytes, const Layout* first, const Layout* last) {
  constexpr std::size_t kSample = 64U << 10;
  std::string_view sample = bytes.substr(0, kSample);
  if (sample.size() < bytes.size()) sample = sample.substr(0, sample.rfind('\n') + 1);
  if (sample.starts_with("\xEF\xBB\xBF")) sample.remove_prefix(3);
  const auto shape = shape_of(sample, first, last);
  if (!shape) return {};
  if (shape->statements)
    return {0.9, "INSERT statements whose values have the shape of a leg's record"};
  if (shape->header) return {0.9, "the first line names FreeSWITCH channel variables"};
  return {0.9,
          fmt::format("{} of the first {} lines have the shape of {}: stamps, cause, seconds and "
                      "ids stand in its columns",
                      shape->fitting, shape->lines, shape->layout->title)};
}

struct CsvRow {
  std::uint64_t line = 0;
  std::string_view body;  // cut into cells again when it is taken: legs are many, cells more
  std::shared_ptr<const std::vector<std::string>> names;  // of a statement with a column list
};

class CsvReader {
 public:
  CsvReader(const AdapterInput& input, const Layout* first, const Layout* last)
      : input_{input}, first_{first}, last_{last} {}

  core::Result<CallText> read() {
    PALERMO_TRY(const std::string_view text, check_text(input_.bytes));
    auto shape = shape_of(text, first_, last_);
    if (!shape)
      return bad_input(0, "the lines do not have the shape of any template of mod_cdr_csv",
                       "describe the columns in a mapping of your own and give it with --map FILE");
    shape_ = *std::move(shape);
    PALERMO_CHECK_OK(read_rows(text));
    PALERMO_CHECK_OK(find_order());
    PbxLegWriter writer{out_};
    for (const CsvRow& row : rows_) {
      split(row.body, shape_.separator, cells_);
      take(row, writer);
    }
    writer.finish();
    if (shape_.layout != nullptr && shape_.layout->columns[0] == "uuid" && no_start_ > 0)
      out_.notices.push_back(fmt::format(
          "this template has no start: {} answered records begin at their answer, {} unanswered "
          "ones at their end",
          no_start_ - from_end_, from_end_));
    if (passed_over_ > 0)
      out_.notices.push_back(fmt::format(
          "{} lines are no INSERT statements and were not read as records", passed_over_));
    if (open_end_)
      out_.notices.emplace_back(
          "the last line has no line end; if the file was cut off, its last value may be shorter "
          "than it was");
    out_.positions_are_lines = true;
    return std::move(out_);
  }

 private:
  core::Status damaged(const Lines& lines, const char* code, std::string why) {
    if (!input_.options.keep_going) {
      const bool cut = !lines.ended();
      return bad_input(
          lines.number(),
          fmt::format("line {}: {}{}", lines.number(), why,
                      cut ? "; the last line has no line end: the file is cut off" : ""),
          cut ? "ask for the whole file again, or use --keep-going to take what is there"
              : "nothing was stored; --keep-going takes the other rows and counts this one as "
                "rejected");
    }
    out_.reject(lines.number(), code, std::move(why));
    return core::ok();
  }

  core::Status read_rows(std::string_view text) {
    Lines lines{text};
    std::string_view line;
    bool header = shape_.header;
    while (lines.next(line)) {
      if (blanks_off(line).empty()) continue;
      CsvRow row;
      row.line = lines.number();
      std::string_view body = line;
      if (shape_.statements) {
        const auto statement = read_statement(line);
        if (!statement) {
          if (!starts_with_word(blanks_off(line), "insert")) {
            ++passed_over_;
            continue;
          }
          PALERMO_CHECK_OK(
              damaged(lines, "BAD_STATEMENT", "an INSERT statement that cannot be read"));
          continue;
        }
        body = statement->values;
        if (!statement->columns.empty()) {
          std::vector<std::string> names;
          if (!split(statement->columns, ',', names) || !names_variables(names)) {
            PALERMO_CHECK_OK(damaged(lines, "BAD_STATEMENT",
                                     "an INSERT statement whose columns are not those of a leg"));
            continue;
          }
          if (!names_ || *names_ != names)
            names_ = std::make_shared<const std::vector<std::string>>(std::move(names));
          row.names = names_;
        }
      }
      if (!split(body, shape_.separator, cells_)) {
        PALERMO_CHECK_OK(damaged(lines, "BAD_QUOTE", "a quote is opened and never closed"));
        continue;
      }
      if (header) {
        header = false;
        names_ = std::make_shared<const std::vector<std::string>>(std::move(cells_));
        continue;
      }
      if (shape_.header) row.names = names_;
      std::size_t least = shape_.layout == nullptr ? 0 : shape_.layout->least;
      std::size_t most = shape_.layout == nullptr ? 0 : shape_.layout->most;
      if (row.names) least = most = row.names->size();
      if (cells_.size() < least || cells_.size() > most) {
        PALERMO_CHECK_OK(
            damaged(lines, "COLUMN_COUNT",
                    fmt::format("{} columns, expected {}", cells_.size(),
                                least == most ? std::to_string(least)
                                              : fmt::format("{} to {}", least, most))));
        continue;
      }
      open_end_ = !lines.ended();
      row.body = body;
      see_dates(row);
      rows_.push_back(std::move(row));
    }
    return core::ok();
  }

  [[nodiscard]] Cells cells_of(const CsvRow& row) {
    if (!row.names) return {cells_, shape_.layout->columns};
    if (row.names != viewed_) {
      viewed_ = row.names;
      views_.clear();
      for (const std::string& name : *row.names) views_.push_back(blanks_off(name));
    }
    return {cells_, views_};
  }

  /// Notes what the row's dates say about the order of day and month.
  void see_dates(const CsvRow& row) {
    const Cells cells = cells_of(row);
    for (const std::string_view name : {"start_stamp", "answer_stamp", "end_stamp"}) {
      const auto stamp = Stamp::read(cells.get(name));
      if (!stamp || stamp->year_first) continue;
      if (regional_++ == 0) regional_line_ = row.line;
      day_first_ = day_first_ || stamp->first > 12;
      month_first_ = month_first_ || stamp->second > 12;
    }
  }

  /// Which number of "4/3/2031" is the day follows from those above 12, in the whole file.
  core::Status find_order() {
    if (regional_ == 0) return core::ok();
    if (day_first_ == month_first_)
      return bad_input(
          regional_line_,
          day_first_ ? "dates with the day first and dates with the month first stand in one file"
                     : "no date tells the day from the month, and a guess would move calls by "
                       "months",
          "ask for the file as the exchange wrote it, or give --map FILE with the pattern of the "
          "dates");
    order_ = day_first_ ? Stamp::Order::DayFirst : Stamp::Order::MonthFirst;
    out_.notices.push_back(fmt::format(
        "{} dates were rewritten by a spreadsheet; the {} comes first, because numbers above 12 "
        "stand {}",
        regional_, day_first_ ? "day" : "month", day_first_ ? "there" : "in second place"));
    return core::ok();
  }

  [[nodiscard]] std::string stamp_text(std::string_view text) const {
    const auto stamp = Stamp::read(text);
    if (!stamp) return {};
    return stamp->text(stamp->year_first ? Stamp::Order::YearFirst : order_);
  }

  void take(const CsvRow& row, PbxLegWriter& writer) {
    const Cells cells = cells_of(row);
    PbxLeg leg;
    leg.uuid = cells.get("uuid");
    for (const std::string_view name : {"bleg_uuid", "bridge_uuid", "signal_bond"})
      if (!cells.get(name).empty()) leg.partners.emplace_back(cells.get(name));
    leg.caller = cells.get(cells.has("caller_id_number") ? "caller_id_number" : "ani");
    leg.dialled = cells.get("destination_number");
    leg.talk_s = cells.get("billsec");
    leg.cause = cells.get("hangup_cause");
    if (cells.has("answer_stamp")) leg.answered = !cells.get("answer_stamp").empty();
    if (!read_start(cells, leg)) {
      out_.reject(row.line, "BAD_TIME", "the start is empty, or no time or day of the calendar");
      return;
    }
    writer.add(row.line, leg);
  }

  bool read_start(const Cells& cells, PbxLeg& leg) {
    if (cells.has("start_epoch")) {
      const std::string_view text = cells.get("start_epoch");
      std::int64_t seconds = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
      if (error != std::errc{} || end != text.data() + text.size() || seconds <= 0 ||
          seconds >= 100'000'000'000)
        return false;
      leg.start_us = seconds * core::kUsPerSecond;
      return true;
    }
    std::string_view start = cells.get("start_stamp");
    if (!cells.has("start_stamp")) {
      ++no_start_;
      start = cells.get("answer_stamp");
      if (start.empty()) {
        ++from_end_;
        start = cells.get("end_stamp");
      }
    }
    leg.start_local = stamp_text(start);
    return !leg.start_local.empty();
  }

  const AdapterInput& input_;
  const Layout* first_;
  const Layout* last_;
  Shape shape_;
  CallText out_;
  std::vector<CsvRow> rows_;
  std::shared_ptr<const std::vector<std::string>> names_;
  std::shared_ptr<const std::vector<std::string>> viewed_;
  std::vector<std::string_view> views_;
  std::vector<std::string> cells_;  // of the row at hand
  std::uint64_t regional_ = 0, regional_line_ = 0;
  bool day_first_ = false, month_first_ = false;
  Stamp::Order order_ = Stamp::Order::DayFirst;
  std::uint64_t no_start_ = 0, from_end_ = 0, passed_over_ = 0;
  bool open_end_ = false;
};

}  // namespace

CallAdapter freeswitch_csv_adapter() {
  CallAdapter adapter;
  adapter.id = "freeswitch_csv";
  adapter.version = "1";
  adapter.summary =
      "legs that FreeSWITCH mod_cdr_csv wrote: templates example, asterisk, opencdrrate, sql";
  adapter.detect = [](std::string_view bytes, std::string_view) {
    return detected(bytes, &layouts().front(), &layouts().back());
  };
  adapter.read = [](const AdapterInput& input) {
    return CsvReader{input, &layouts().front(), &layouts().back()}.read();
  };
  return adapter;
}

CallAdapter cdr_stats_text_adapter() {
  CallAdapter adapter;
  adapter.id = "cdr_stats_list";
  adapter.version = "1";
  adapter.summary = "calls in the list that CDR-Stats imports: eight columns, the last a UTC epoch";
  adapter.detect = [](std::string_view bytes, std::string_view) {
    return detected(bytes, &cdr_stats_layout(), &cdr_stats_layout());
  };
  adapter.read = [](const AdapterInput& input) {
    return CsvReader{input, &cdr_stats_layout(), &cdr_stats_layout()}.read();
  };
  return adapter;
}

}  // namespace palermo::ingest
