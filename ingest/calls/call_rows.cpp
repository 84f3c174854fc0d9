#include "ingest/calls/call_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "core/base/text.hpp"
#include "ingest/calls/cell_values.hpp"
#include "ingest/identifiers.hpp"

namespace palermo::ingest {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;
using v1::MappedColumn;
using v1::MappingProfile;
using Party = PartTexts::Party;

RowCounts& RowCounts::operator+=(const RowCounts& more) {
  for (const auto member :
       {&RowCounts::ambiguous_local_times, &RowCounts::nonexistent_local_times,
        &RowCounts::repeated_headers, &RowCounts::after_end, &RowCounts::unknown_kinds,
        &RowCounts::unknown_answers, &RowCounts::unusable_devices, &RowCounts::unreadable_positions,
        &RowCounts::swapped_positions, &RowCounts::null_positions, &RowCounts::zoned_rows,
        &RowCounts::epoch_rows, &RowCounts::local_rows, &RowCounts::row_zone_rows,
        &RowCounts::ends_of_day, &RowCounts::contradictions, &RowCounts::unreadable_ends})
    this->*member += more.*member;
  return *this;
}

CallRows::CallRows(const CallLayout& layout, NumberReader* numbers, std::uint64_t line_offset)
    : layout_{layout}, numbers_{numbers}, line_offset_{line_offset}, zone_{layout.zone} {
  // Identifiers outlive the text, what was unescaped from it, and the layout's constants.
  for (TextTable* table : {&texts.numbers, &texts.imeis, &texts.imsis, &texts.places})
    table->copy_texts();
}

Error CallRows::bad(std::string message, std::string next) const {
  return layout_.bad(std::move(message), std::move(next));
}

void CallRows::declare(std::string_view text) {
  if (const auto count = layout_.declared_in(text)) declared = count;
}

// --- rows of the text ---------------------------------------------------------------------------

void CallRows::scan(RowScanner& scanner, Ahead& ahead) const {
  ahead.event = scanner.next(ahead.row);
  for (TextTable::Probe& probe : ahead.probes) probe.text = {};
  if (ahead.event != RowScanner::Event::Row) return;
  const auto ask = [&](const TextTable& table, MappedColumn::Role role, Looked looked) {
    const int index = layout_.index[role];
    if (index < 0 || static_cast<std::size_t>(index) >= ahead.row.cells.size()) return;
    const std::string_view text =
        layout_.bare(ahead.row.cells[static_cast<std::size_t>(index)].raw());
    if (!text.empty()) ahead.probes[looked] = table.probe(text);
  };
  ask(texts.numbers, MappedColumn::A_NUMBER, kA);
  ask(texts.numbers, MappedColumn::B_NUMBER, kB);
  ask(texts.imeis, MappedColumn::IMEI, kImei);
  ask(texts.imsis, MappedColumn::IMSI, kImsi);
  ask(texts.places, MappedColumn::CELL, kCell);
}

Error CallRows::scan_error(RowScanner::Event event, std::uint64_t line) const {
  switch (event) {
    case RowScanner::Event::Nul:
      return bad(fmt::format("line {}: a NUL byte; this is no text, or UTF-16", line),
                 "save the table as CSV in UTF-8");
    case RowScanner::Event::RowTooLong:
      return bad(fmt::format("line {}: no line end within {} bytes", line, kMaxRowBytes),
                 "this is no table of calls, or a quote is not closed");
    case RowScanner::Event::UnterminatedQuote:
      return bad(fmt::format("line {}: a quote is opened and never closed", line),
                 "the file may be cut off; ask for it again");
    case RowScanner::Event::Row:
    case RowScanner::Event::End:
      break;
  }
  return bad("the header cannot be read");
}

void CallRows::reserve_columns(std::size_t rows) {
  reserve_large(columns.started_at_us, rows);
  for (auto* column : {&columns.a, &columns.b, &columns.line}) reserve_large(*column, rows);
  reserve_large(columns.duration_s, rows);
  reserve_large(columns.kind, rows);
  reserve_large(columns.flags, rows);
  reserve_large(columns.utc_offset_min, rows);
  if (layout_.has(MappedColumn::IMEI)) reserve_large(columns.imei, rows);
  if (layout_.has(MappedColumn::IMSI)) reserve_large(columns.imsi, rows);
  if (layout_.has(MappedColumn::CELL)) reserve_large(columns.cell, rows);
}

Status CallRows::read(std::string_view body, bool has_header, std::string_view header_row) {
  reserve_columns(std::min<std::size_t>(body.size() / 40 + 16, 64U << 20));

  RowScanner scanner{body, layout_.match.delimiter, layout_.quote,
                     layout_.layout.backslash_quotes()};
  // Rows are scanned some rows ahead, so that the memory which the tables of texts will need is on
  // its way while others are read.
  std::vector<Ahead> ring(kRowsAhead);
  std::size_t scanned = 0;
  bool more = true;
  std::size_t reported = 0;
  bool first_row = has_header;  // of the file, not of a later part
  for (std::size_t taken = 0;; ++taken) {
    for (; more && scanned < taken + kRowsAhead; ++scanned) {
      Ahead& ahead = ring[scanned % kRowsAhead];
      scan(scanner, ahead);
      more = ahead.event == RowScanner::Event::Row;
    }
    ahead_ = &ring[taken % kRowsAhead];
    const ScannedRow& row = ahead_->row;
    const std::uint64_t line = row.line + line_offset_;
    if (ahead_->event == RowScanner::Event::End && !(has_header && taken == 0)) {
      lines = row.next_line - 1 + line_offset_;
      return core::ok();
    }
    if (ahead_->event != RowScanner::Event::Row)
      return has_header && taken == 0 ? bad("the header cannot be read")
                                      : scan_error(ahead_->event, line);
    if (has_header && taken == 0) {
      header_row = without_empty_end(row.text());
      continue;
    }
    if (row.may_hold_non_ascii && !core::is_valid_utf8(row.text()))
      return bad(fmt::format("line {}: not UTF-8", line),
                 "find out the file's encoding and save it as UTF-8");
    if (row.begin - reported > (8U << 20)) {
      // Rows scanned ahead lie behind this one.
      if (layout_.options.consumed)
        layout_.options.consumed(body.substr(reported, row.begin - reported));
      reported = row.begin;
      if (progress_share_ > 0 && layout_.options.progress)
        layout_.options.progress(layout_.match.begin + reported * progress_share_);
    }
    if (!is_record(first_row, header_row)) continue;
    ++rows_read;
    const std::size_t rejects_before = rejects.size();
    PALERMO_CHECK_OK(read_row(position_or(line)));
    if (!row.ended_by_line_end) {
      if (rejects.size() > rejects_before && !layout_.options.keep_going)
        return bad(fmt::format("line {}: the last line has no line end and cannot be read ({}); "
                               "the file is cut off",
                               line, rejects.back().message()),
                   "ask for the whole file again, or use --keep-going to take what is there");
      open_end = true;
    }
  }
}

namespace {

bool begins_with(std::string_view row,
                 const google::protobuf::RepeatedPtrField<std::string>& phrases) {
  if (phrases.empty()) return false;
  row = trimmed_cell(row);
  if (!row.empty() && row.front() == '"') row.remove_prefix(1);
  row = trimmed_cell(row);
  return std::any_of(phrases.begin(), phrases.end(),
                     [row](const std::string& phrase) { return row.starts_with(phrase); });
}

}  // namespace

/// False for blank lines, headers, titles, footers and what stands behind the end of the table.
bool CallRows::is_record(bool& first_row, std::string_view header_row) {
  const ScannedRow& row = ahead_->row;
  const MappingProfile& layout = layout_.layout;
  if (row.cells.size() == 1 && trimmed_cell(row.cells[0].raw()).empty()) return false;
  if (!header_row.empty() && row.text().starts_with(header_row) &&
      without_empty_end(row.text()) == header_row) {
    // Behind the end of the table it begins the next report of the same file.
    if (ended) begin_section();
    ++counts.repeated_headers;
    return false;
  }
  if (ended) {
    ++counts.after_end;
    declare(row.text());
    return false;
  }
  if (begins_with(row.text(), layout.no_records())) {
    no_records = ended = true;
    return false;
  }
  if (begins_with(row.text(), layout.footer()) ||
      (!layout.count_label().empty() && row.text().starts_with(layout.count_label()))) {
    ended = true;
    declare(row.text());
    return false;
  }
  if (first_row) {
    first_row = false;
    if (!layout.no_header() && is_units_row()) {
      units_row = true;
      return false;
    }
  }
  return true;
}

/// A row without the delimiters of empty cells at its end.
std::string_view CallRows::without_empty_end(std::string_view row) const {
  while (!row.empty() && (row.back() == layout_.match.delimiter || row.back() == ' '))
    row.remove_suffix(1);
  return row;
}

/// The row under the header says in which unit a column is: words, and no digit in it.
bool CallRows::is_units_row() const {
  std::size_t words = 0;
  if (ahead_->row.cells.size() < layout_.columns_expected) return false;
  for (const Cell& cell : ahead_->row.cells) {
    const std::string_view text = trimmed_cell(cell.raw());
    if (text.find_first_of("0123456789") != std::string_view::npos || text.size() > 40)
      return false;
    if (!text.empty()) ++words;
  }
  return words >= 2;
}

/// The next of several reports behind one another: its own number of records and its own end.
void CallRows::begin_section() {
  check_declared();
  sections = true;
  ended = false;
  section_begin = rows_read;
  declared.reset();
}

void CallRows::check_declared() {
  const std::uint32_t rows = rows_read - section_begin;
  if (declared && *declared != rows)
    notices.push_back(fmt::format("WARNING: the report says {} records, but {} rows stand in it",
                                  *declared, rows));
}

/// What the row's POSITION column says, else its line.
std::uint64_t CallRows::position_or(std::uint64_t line) {
  if (!layout_.has(MappedColumn::POSITION)) return line;
  const std::string_view text = value(MappedColumn::POSITION);
  std::uint32_t position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  return error == std::errc{} && end == text.data() + text.size() ? position : line;
}

bool CallRows::all_cells_empty() const {
  const std::vector<Cell>& cells = ahead_->row.cells;
  return std::all_of(cells.begin(), cells.end(),
                     [](const Cell& cell) { return trimmed_cell(cell.raw()).empty(); });
}

/// Whether the row has the columns of the header; empty ones too many do not count.
Status CallRows::check_columns(std::uint64_t line, bool& good) {
  const std::vector<Cell>& cells = ahead_->row.cells;
  std::size_t low = layout_.columns_expected;
  std::size_t high = layout_.columns_expected;
  if (layout_.layout.no_header()) {
    low = layout_.layout.columns_min();
    high = layout_.layout.columns_max();
  }
  good = cells.size() >= low;
  for (std::size_t i = high; i < cells.size() && good; ++i)
    good = trimmed_cell(cells[i].raw()).empty();
  if (good) return core::ok();
  std::string text = fmt::format("{} columns, expected {}", cells.size(), low);
  if (low != high) text += fmt::format(" to {}", high);
  if (!layout_.options.keep_going) {
    const bool cut = !ahead_->row.ended_by_line_end;
    return bad(fmt::format("line {}: {}{}", line, text,
                           cut ? "; the last line has no line end: the file is cut off" : ""),
               cut ? "ask for the whole file again, or use --keep-going to take what is there"
                   : "nothing was stored; --keep-going takes the other rows and counts this one as "
                     "rejected");
  }
  reject("COLUMN_COUNT", std::move(text));
  return core::ok();
}

// --- cells --------------------------------------------------------------------------------------

/// The column's text: outer blanks and apostrophes off, empty words empty.
std::string_view CallRows::value(MappedColumn::Role role) {
  const auto r = static_cast<std::size_t>(role);
  const int index = layout_.index[r];
  if (layout_.plain[r]) {
    const std::vector<Cell>& cells = ahead_->row.cells;
    if (static_cast<std::size_t>(index) >= cells.size()) return {};
    const Cell& cell = cells[static_cast<std::size_t>(index)];
    if (!cell.doubled_quotes) return trimmed_cell(cell.raw());
  }
  std::string_view text;
  if (index >= 0) {
    text = cell_text(static_cast<std::size_t>(index));
  } else if (index == kConstant) {
    text = layout_.by_role[r]->constant();
  } else {
    return {};
  }
  if (!layout_.joined[r].empty()) text = joined(r, text);
  for (const std::string_view empty : layout_.empty_words)
    if (text == empty) return {};
  if (layout_.mapped_values[r]) text = mapped_value(r, text);
  return text;
}

std::string_view CallRows::cell_text(std::size_t index) {
  const std::vector<Cell>& cells = ahead_->row.cells;
  if (index >= cells.size()) return {};
  const Cell& cell = cells[index];
  return layout_.bare(cell.doubled_quotes
                          ? std::string_view{kept_.emplace_back(
                                unquoted(cell, layout_.quote, layout_.layout.backslash_quotes()))}
                          : cell.raw());
}

/// The cells of `join` behind the first one's; empty when all are.
std::string_view CallRows::joined(std::size_t role, std::string_view first) {
  std::string text{first};
  std::string pending;  // what stands between, until something follows it
  bool any = !first.empty();
  for (const std::size_t index : layout_.joined[role]) {
    const std::string_view more = cell_text(index);
    pending += layout_.by_role[role]->joined_by();
    if (more.empty()) continue;
    any = true;
    text += pending;
    text += more;
    pending.clear();
  }
  return any ? std::string_view{kept_.emplace_back(std::move(text))} : std::string_view{};
}

std::string_view CallRows::mapped_value(std::size_t role, std::string_view text) const {
  const std::string key = folded(text);
  for (const v1::MappedWord& known : layout_.by_role[role]->words())
    if (!known.value().empty() && folded(known.word()) == key) return known.value();
  return text;
}

/// The same without the marks that spreadsheets and chats leave: an apostrophe in front, no-break
/// blanks, direction marks. For cells of which no raw text is kept.
std::string_view CallRows::plain(MappedColumn::Role role) {
  const std::string_view text = value(role);
  if (text.empty() ||
      (text.front() != '\'' && (text.front() & 0x80) == 0 && (text.back() & 0x80) == 0))
    return text;
  return without_marks(text);
}

/// The text in the table, with the probe that was made when the row was scanned.
template <typename NoteOf>
TextTable::Found CallRows::look_up(TextTable& table, Looked looked, std::string_view text,
                                   const NoteOf& note_of) {
  if (looked == kLooked) return table.look_up(text, note_of);
  const TextTable::Probe& probe = ahead_->probes[looked];
  return probe.text.data() == text.data() && probe.text.size() == text.size()
             ? table.look_up(probe, note_of)
             : table.look_up(text, note_of);
}

Party CallRows::party_of(std::string_view text) const {
  if (is_scientific_number(text)) return Party::Scientific;
  const bool withheld =
      std::find(layout_.withheld.begin(), layout_.withheld.end(), folded(text)) !=
      layout_.withheld.end();
  return withheld ? Party::Withheld : Party::Number;
}

/// Number of a party in the table + 1; 0 when the cell is empty or withheld.
std::uint32_t CallRows::party(std::string_view text, Looked looked, Party& what) {
  what = Party::Withheld;
  if (text.empty()) return 0;
  const auto note = [this](std::string_view fresh) {
    // A copy that the table made, which outlives the cell.
    if (numbers_ != nullptr) numbers_->add(fresh);
    return static_cast<std::uint8_t>(party_of(fresh));
  };
  const TextTable::Found found = look_up(texts.numbers, looked, text, note);
  what = static_cast<Party>(found.note);
  return what == Party::Number ? found.id + 1 : 0;
}

std::uint32_t CallRows::place_id(std::string_view text, Looked looked) {
  if (text.empty()) return 0;
  return look_up(texts.places, looked, text, [](std::string_view) { return std::uint8_t{0}; }).id +
         1;
}

CallRows::Word CallRows::word(MappedColumn::Role role, std::string_view text) {
  const auto r = static_cast<std::size_t>(role);
  const std::uint32_t id = words_[r].intern(text);
  if (id == word_meanings_[r].size()) {
    Word meaning;
    const std::string key = folded(text);
    for (const v1::MappedWord& known : layout_.by_role[r]->words())
      if (folded(known.word()) == key)
        meaning = {true, known.kind(), known.direction(), known.not_answered(), known.forwarded()};
    word_meanings_[r].push_back(meaning);
  }
  return word_meanings_[r][id];
}

std::optional<CivilTime> CallRows::civil(MappedColumn::Role role, std::string_view text) {
  const auto r = static_cast<std::size_t>(role);
  const std::vector<TimePattern>& patterns = layout_.patterns[r];
  // No two patterns of a column fit the same text, so the one that fitted last may go first.
  std::size_t& last = last_pattern_[r];
  if (auto time = patterns[last].read(text)) return time;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (i == last) continue;
    if (auto time = patterns[i].read(text)) {
      last = i;
      return time;
    }
  }
  return std::nullopt;
}

// --- one row ------------------------------------------------------------------------------------

void CallRows::reject(const char* code, std::string message) {
  v1::Reject& reject = rejects.emplace_back();
  reject.set_line(static_cast<std::uint32_t>(ahead_->row.line));
  reject.set_code(code);
  reject.set_message(std::move(message));
}

/// The newest reject gets the row's position.
Status CallRows::fix_line(std::uint64_t line) {
  rejects.back().set_line(static_cast<std::uint32_t>(line));
  return core::ok();
}

Status CallRows::read_row(std::uint64_t line) {
  if (ahead_->row.text_after_quote) {
    reject("BAD_QUOTE", "text stands between a closing quote and the next column");
    return fix_line(line);
  }
  bool good = false;
  if (ahead_->row.cells.size() != layout_.columns_expected || layout_.layout.no_header()) {
    if (all_cells_empty()) {
      reject("EMPTY_ROW", "no column holds anything");
      return fix_line(line);
    }
    PALERMO_CHECK_OK(check_columns(line, good));
    if (!good) return fix_line(line);
  }
  const std::size_t rejects_before = rejects.size();
  PALERMO_CHECK_OK(read_call(line));
  if (rejects.size() > rejects_before) return fix_line(line);
  return core::ok();
}
/// Reads the time columns. False: rejected.
Result<bool> CallRows::read_time(std::uint64_t line, core::ZonedTime& zoned, std::uint32_t& flags) {
  std::optional<CivilTime> time;
  if (layout_.has(MappedColumn::DATE_TIME)) {
    const std::string_view text = plain(MappedColumn::DATE_TIME);
    time = civil(MappedColumn::DATE_TIME, text);
    if (!time || !time->has_date || !time->has_time) {
      reject("BAD_TIME", fmt::format("{}: {}", layout_.column_name(MappedColumn::DATE_TIME),
                                     text.empty() ? "empty" : "not a time of the layout"));
      return false;
    }
  } else {
    const std::string_view date_text = plain(MappedColumn::DATE);
    const std::string_view time_text = plain(MappedColumn::TIME);
    time = civil(MappedColumn::DATE, date_text);
    const std::optional<CivilTime> clock = civil(MappedColumn::TIME, time_text);
    if (!time || !time->has_date) {
      reject("BAD_TIME", fmt::format("{}: {}", layout_.column_name(MappedColumn::DATE),
                                     date_text.empty() ? "empty" : "not a date of the layout"));
      return false;
    }
    if (!clock || !clock->has_time) {
      reject("BAD_TIME", fmt::format("{}: {}", layout_.column_name(MappedColumn::TIME),
                                     time_text.empty() ? "empty" : "not a time of the layout"));
      return false;
    }
    time->time_us = clock->time_us;
    time->has_seconds = clock->has_seconds;
    time->offset_min = clock->offset_min;
    time->end_of_day = clock->end_of_day;
  }
  if (time->end_of_day) ++counts.ends_of_day;
  if (!time->has_seconds) flags |= v1::MINUTE_PRECISION;
  const std::int64_t local = time->local_us();
  if (time->offset_min) {
    zoned = {{local - *time->offset_min * core::kUsPerMinute, *time->offset_min},
             core::LocalTimeKind::Unique};
    ++counts.zoned_rows;
    return true;
  }
  if (layout_.has(MappedColumn::EPOCH)) {
    std::int64_t epoch_s = 0;
    const std::string_view text = value(MappedColumn::EPOCH);
    if (read_epoch(text, epoch_s)) {
      // The record begins within seconds of its unique id; zones are multiples of 15 minutes.
      constexpr std::int64_t kQuarter = 15 * 60;
      const std::int64_t ahead = local / core::kUsPerSecond - epoch_s;
      const std::int64_t quarters =
          (ahead >= 0 ? ahead + kQuarter / 2 : ahead - kQuarter / 2) / kQuarter;
      if (std::abs(ahead - quarters * kQuarter) > 120 || std::abs(quarters) > 14 * 4) {
        reject("BAD_EPOCH", fmt::format("{} and the start time are no whole time zone apart",
                                        layout_.column_name(MappedColumn::EPOCH)));
        return false;
      }
      const auto offset = static_cast<std::int32_t>(quarters * 15);
      zoned = {{local - offset * core::kUsPerMinute, offset}, core::LocalTimeKind::Unique};
      ++counts.epoch_rows;
      return true;
    }
  }
  if (layout_.has(MappedColumn::TIME_ZONE)) {
    const std::string_view name = plain(MappedColumn::TIME_ZONE);
    if (!name.empty()) {
      core::TimeZone* zone = row_zone(name);
      if (zone == nullptr) {
        reject("BAD_TIME",
               fmt::format("{}: no time zone", layout_.column_name(MappedColumn::TIME_ZONE)));
        return false;
      }
      zoned = zone->to_utc(local);
      ++counts.row_zone_rows;
      mark_clock_change(zoned, flags);
      return true;
    }
  }
  if (!zone_) {
    return bad(fmt::format("line {}: a local time, and nothing says of which time zone", line),
               "give it with --timezone, for example --timezone Europe/Rome; nothing was stored");
  }
  zoned = zone_->to_utc(local);
  ++counts.local_rows;
  mark_clock_change(zoned, flags);
  return true;
}

core::TimeZone* CallRows::row_zone(std::string_view name) {
  auto known = row_zones_.find(name);
  if (known == row_zones_.end()) {
    std::optional<core::TimeZone> zone;
    if (auto found = core::TimeZone::find(name)) zone = *std::move(found);
    known = row_zones_.emplace(std::string{name}, std::move(zone)).first;
  }
  return known->second ? &*known->second : nullptr;
}

void CallRows::mark_clock_change(const core::ZonedTime& zoned, std::uint32_t& flags) {
  if (zoned.kind == core::LocalTimeKind::Ambiguous) {
    flags |= v1::AMBIGUOUS_LOCAL_TIME;
    ++counts.ambiguous_local_times;
  } else if (zoned.kind == core::LocalTimeKind::Nonexistent) {
    flags |= v1::NONEXISTENT_LOCAL_TIME;
    ++counts.nonexistent_local_times;
  }
}

/// Seconds from the start to the END column, both read as local times of one zone; nullopt where
/// it is empty or cannot be read.
std::optional<std::int32_t> CallRows::seconds_to_end(const core::ZonedTime& start) {
  const std::string_view text = plain(MappedColumn::END);
  if (text.empty()) return std::nullopt;
  const std::optional<CivilTime> end = civil(MappedColumn::END, text);
  if (!end || !end->has_time) {
    ++counts.unreadable_ends;
    return std::nullopt;
  }
  const std::int64_t offset = end->offset_min.value_or(start.instant.utc_offset_min);
  const std::int64_t began_s = start.instant.us / core::kUsPerSecond;
  std::int64_t ended_s;
  if (end->has_date) {
    ended_s = end->local_us() / core::kUsPerSecond - offset * 60;
  } else {  // a clock alone: the same day, or the next
    const std::int64_t local = began_s + offset * 60;
    ended_s = local - local % 86'400 + end->time_us / core::kUsPerSecond - offset * 60;
    if (ended_s < began_s) ended_s += 86'400;
  }
  const std::int64_t seconds = ended_s - began_s;
  if (std::abs(seconds) > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  return static_cast<std::int32_t>(seconds);
}

Status CallRows::read_call(std::uint64_t line) {
  std::uint32_t flags = 0;
  Party a_class = Party::Number;
  Party b_class = Party::Number;
  const std::string_view a_text = value(MappedColumn::A_NUMBER);
  std::uint32_t a = party(a_text, kA, a_class);
  const bool target_first = layout_.layout.perspective() == MappingProfile::TARGET_FIRST;
  if (a_text.empty() || (target_first && a_class == Party::Withheld)) {
    if (all_cells_empty()) {
      reject("EMPTY_ROW", "no column holds anything");
    } else {
      reject("MISSING_A_NUMBER", layout_.column_name(MappedColumn::A_NUMBER) + ": empty");
    }
    return core::ok();
  }
  std::uint32_t b = party(value(MappedColumn::B_NUMBER), kB, b_class);
  if (a_class == Party::Scientific || b_class == Party::Scientific) {
    const auto role =
        a_class == Party::Scientific ? MappedColumn::A_NUMBER : MappedColumn::B_NUMBER;
    reject("SCIENTIFIC_NUMBER",
           layout_.column_name(role) +
               ": a spreadsheet wrote the number as a power of ten and lost digits");
    return core::ok();
  }
  core::ZonedTime zoned;
  PALERMO_TRY(const bool timed, read_time(line, zoned, flags));
  if (!timed) return core::ok();

  std::int32_t duration = 0;
  const std::string_view duration_text = plain(MappedColumn::DURATION);
  std::optional<std::int32_t> to_end;
  if (layout_.has(MappedColumn::END)) to_end = seconds_to_end(zoned);
  if (!duration_text.empty()) {
    if (!read_duration(layout_.layout.duration_format(), duration_text, duration)) {
      reject("BAD_DURATION",
             layout_.column_name(MappedColumn::DURATION) + ": not a duration of the layout");
      return core::ok();
    }
    // Ringing and rounding make seconds of difference, a wrong day or clock makes more.
    if (to_end && std::abs(std::int64_t{*to_end} - duration) > 120) ++counts.contradictions;
  } else if (to_end) {
    duration = *to_end;
  } else {
    flags |= v1::DURATION_ABSENT;
  }
  if (duration < 0) flags |= v1::NEGATIVE_DURATION;

  v1::CallKind kind = layout_.layout.default_kind() == v1::CALL_KIND_UNSPECIFIED
                          ? v1::CALL
                          : layout_.layout.default_kind();
  bool in = false;
  if (layout_.has(MappedColumn::DIRECTION)) {
    const std::string_view text = plain(MappedColumn::DIRECTION);
    const Word meaning = text.empty() ? Word{} : word(MappedColumn::DIRECTION, text);
    if (meaning.direction != v1::MappedWord::DIRECTION_UNSPECIFIED) {
      in = meaning.direction == v1::MappedWord::IN;
      flags |= v1::TARGET_PERSPECTIVE;
    } else if (!text.empty() || !layout_.by_role[MappedColumn::DIRECTION]->optional()) {
      reject("UNKNOWN_DIRECTION",
             fmt::format("{}: {}", layout_.column_name(MappedColumn::DIRECTION),
                         text.empty()
                             ? "empty, so who called whom is unknown"
                             : "a word the mapping does not know, so who called whom is unknown"));
      return core::ok();
    }
    if (meaning.kind != v1::CALL_KIND_UNSPECIFIED) kind = meaning.kind;
    if (meaning.not_answered) flags |= v1::NOT_ANSWERED;
    if (meaning.forwarded) flags |= v1::FORWARDED;
  }
  if (layout_.has(MappedColumn::KIND)) {
    const std::string_view text = plain(MappedColumn::KIND);
    if (!text.empty()) {
      const Word meaning = word(MappedColumn::KIND, text);
      if (meaning.known) {
        if (meaning.kind != v1::CALL_KIND_UNSPECIFIED) kind = meaning.kind;
      } else {
        kind = v1::OTHER_USE;
        ++counts.unknown_kinds;
      }
      if (meaning.not_answered) flags |= v1::NOT_ANSWERED;
      if (meaning.forwarded) flags |= v1::FORWARDED;
    }
  }
  if (layout_.has(MappedColumn::ANSWERED)) {
    const std::string_view text = plain(MappedColumn::ANSWERED);
    if (!text.empty()) {
      const Word meaning = word(MappedColumn::ANSWERED, text);
      if (meaning.not_answered) flags |= v1::NOT_ANSWERED;
      if (!meaning.known) ++counts.unknown_answers;
    }
  }
  if (in && target_first) {
    std::swap(a, b);
    flags |= v1::TURNED;
  }
  if (in && layout_.layout.owner() == MappingProfile::OWNER_TARGET) flags |= v1::OWNER_IS_B;
  if (kind == v1::LOCATION) b = 0;

  store::CallColumns& c = columns;
  const std::size_t row = c.records;
  read_devices(row, flags);
  read_place(row, flags);
  c.started_at_us.push_back(zoned.instant.us);
  c.utc_offset_min.push_back(static_cast<std::int16_t>(zoned.instant.utc_offset_min));
  c.a.push_back(a);
  c.b.push_back(b);
  c.duration_s.push_back(duration);
  c.kind.push_back(static_cast<std::uint8_t>(kind));
  c.flags.push_back(static_cast<std::uint16_t>(flags));
  c.line.push_back(static_cast<std::uint32_t>(line));
  ++c.records;
  return core::ok();
}

namespace {

/// Fills an optional column up to the row and sets it.
template <typename T>
void set(std::vector<T>& column, std::size_t row, T value) {
  if (value == 0) return;
  column.resize(row, 0);
  column.push_back(value);
}

}  // namespace

std::uint32_t CallRows::device(TextTable& table, Looked looked, std::string_view text) {
  if (text.empty() || text == "0") return 0;
  const TextTable::Found found = look_up(table, looked, text, [](std::string_view fresh) {
    return static_cast<std::uint8_t>(is_scientific_number(fresh));
  });
  if (found.note == 0) return found.id + 1;
  ++counts.unusable_devices;
  return 0;
}

void CallRows::read_devices(std::size_t row, std::uint32_t& flags) {
  store::CallColumns& c = columns;
  if (layout_.has(MappedColumn::IMEI))
    set(c.imei, row, device(texts.imeis, kImei, value(MappedColumn::IMEI)));
  if (layout_.has(MappedColumn::IMSI))
    set(c.imsi, row, device(texts.imsis, kImsi, value(MappedColumn::IMSI)));
  if (layout_.has(MappedColumn::FORWARDED_TO)) {
    Party what{};
    const std::uint32_t to = party(value(MappedColumn::FORWARDED_TO), kLooked, what);
    if (to != 0) flags |= v1::FORWARDED;
    if (what == Party::Scientific) ++counts.unusable_devices;
    set(c.forwarded_to, row, to);
  }
  if (layout_.has(MappedColumn::FORWARD_MARK) && !value(MappedColumn::FORWARD_MARK).empty())
    flags |= v1::FORWARDED;
}

void CallRows::read_place(std::size_t row, std::uint32_t& flags) {
  store::CallColumns& c = columns;
  if (layout_.has(MappedColumn::CELL)) set(c.cell, row, place_id(value(MappedColumn::CELL), kCell));
  if (layout_.has(MappedColumn::LAST_CELL))
    set(c.last_cell, row, place_id(value(MappedColumn::LAST_CELL), kLooked));
  if (layout_.has(MappedColumn::ROAMING))
    set(c.roaming, row, place_id(value(MappedColumn::ROAMING), kLooked));
  std::string_view latitude;
  std::string_view longitude;
  if (layout_.has(MappedColumn::LATITUDE_LONGITUDE)) {
    const std::string_view both = value(MappedColumn::LATITUDE_LONGITUDE);
    if (!position_in_text(both, latitude, longitude) && !is_place_name(both)) {
      const std::size_t slash = both.find('/');
      latitude = trimmed_cell(both.substr(0, slash));
      // One number alone is no position.
      if (slash != std::string_view::npos) longitude = trimmed_cell(both.substr(slash + 1));
    }
  } else if (layout_.has(MappedColumn::LATITUDE)) {
    latitude = plain(MappedColumn::LATITUDE);
    longitude = plain(MappedColumn::LONGITUDE);
  }
  if (!latitude.empty() || !longitude.empty()) {
    std::int32_t lat = 0;
    std::int32_t lon = 0;
    if (read_degrees(latitude, 90, lat) && read_degrees(longitude, 180, lon)) {
      if (lat == 0 && lon == 0) {
        ++counts.null_positions;
        return read_azimuth(row, flags);
      }
      flags |= v1::HAS_POSITION;
      set(c.latitude_e7, row, lat);
      set(c.longitude_e7, row, lon);
    } else {
      ++counts.unreadable_positions;
      if (read_degrees(latitude, 180, lat) && read_degrees(longitude, 90, lon))
        ++counts.swapped_positions;
    }
  }
  read_azimuth(row, flags);
}

void CallRows::read_azimuth(std::size_t row, std::uint32_t& flags) {
  store::CallColumns& c = columns;
  if (layout_.has(MappedColumn::AZIMUTH)) {
    const std::string_view text = value(MappedColumn::AZIMUTH);
    std::int32_t azimuth = 0;
    if (!text.empty() && read_integer(text, azimuth) && azimuth >= 0 && azimuth <= 360) {
      flags |= v1::HAS_AZIMUTH;
      set(c.azimuth_deg, row, static_cast<std::int16_t>(azimuth));
    } else if (!text.empty()) {
      ++counts.unreadable_positions;
    }
  }
}

}  // namespace palermo::ingest
