#include "ingest/calls/call_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <thread>
#include <type_traits>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/calls/cell_values.hpp"
#include "ingest/calls/json_table.hpp"
#include "ingest/calls/number_reader.hpp"
#include "ingest/calls/row_scanner.hpp"
#include "ingest/calls/text_table.hpp"
#include "ingest/calls/time_pattern.hpp"
#include "ingest/identifiers.hpp"
#include "ingest/text/decode_text.hpp"

namespace palermo::ingest {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;
using v1::MappedColumn;
using v1::MappingProfile;

constexpr std::size_t kRoles = 32;
constexpr std::size_t kRowsAhead = 12;
/// Below this a file is read before a second thread has begun.
constexpr std::size_t kWorthCutting = std::size_t{4} << 20;
constexpr int kConstant = -2;  // in place of a column's index

/// What the text of a party's cell is, decided once for each distinct text.
enum class PartyClass : std::uint8_t { Number, Withheld, Scientific };

struct Word {
  bool known = false;
  v1::CallKind kind = v1::CALL_KIND_UNSPECIFIED;
  v1::MappedWord::Direction direction = v1::MappedWord::DIRECTION_UNSPECIFIED;
  bool not_answered = false;
  bool forwarded = false;
};

class Reader {
 public:
  Reader(std::string_view bytes, const MappingProfile& layout, const std::string& file_name,
         const CallReadOptions& options)
      : bytes_{bytes},
        layout_{layout},
        file_{file_name},
        options_{options},
        quote_{layout.quote() == "none" ? '\0'
               : layout.quote().empty() ? '"'
                                        : layout.quote()[0]},
        country_{options.country.empty() ? layout.country() : options.country},
        numbers_reader_{layout.identifier_kind(), country_} {}

  /// The same bytes give the same table whatever the number of parts.
  /// @param parts  parts of the file read at the same time, at most
  /// @return nullopt when the file must be read from one end to the other: ask a new Reader for it
  Result<std::optional<CallTable>> read(std::size_t parts) {
    PALERMO_CHECK_OK(find_layout());
    PALERMO_CHECK_OK(prepare());
    const std::string_view body = bytes_.substr(match_.begin);
    const std::vector<std::string_view> pieces = cut(body, parts);
    if (pieces.size() > 1) {
      if (!read_pieces(pieces)) return std::optional<CallTable>{};
    } else if (parts > 1) {
      return std::optional<CallTable>{};
    } else {
      PALERMO_CHECK_OK(read_rows(body, !layout_.no_header(), {}));
    }
    PALERMO_CHECK_OK(judge());
    finish();
    return std::optional{std::move(table_)};
  }

 private:
  /// Reads a later part of another reader's file: texts are collected, numbers are not read.
  Reader(const Reader& whole, std::string_view piece, const CallReadOptions& options)
      : Reader{piece, whole.layout_, whole.file_, options} {
    match_ = whole.match_;
    columns_expected_ = whole.columns_expected_;
    reads_numbers_ = false;
  }

  // --- parts read at the same time ---------------------------------------------------------------

  /// Pieces of whole lines, or one piece where lines cannot be told from their ends alone: a quoted
  /// cell may hold a line end.
  [[nodiscard]] std::vector<std::string_view> cut(std::string_view body, std::size_t parts) const {
    // Texts put together from several columns are owned by the reader that met them.
    const bool joins = std::any_of(std::begin(joined_), std::end(joined_),
                                   [](const auto& columns) { return !columns.empty(); });
    if (parts < 2 || body.size() < kWorthCutting || has(MappedColumn::POSITION) || joins ||
        (quote_ != '\0' && body.find(quote_) != std::string_view::npos))
      return {body};
    std::vector<std::string_view> pieces;
    std::size_t begin = 0;
    for (std::size_t i = 1; i <= parts; ++i) {
      std::size_t end = body.size();
      if (i < parts) {
        end = body.find('\n', std::max(begin, body.size() / parts * i));
        if (end == std::string_view::npos) return {body};
        ++end;
      }
      if (end > begin) pieces.push_back(body.substr(begin, end - begin));
      begin = end;
    }
    return pieces;
  }

  /// False: something in the file makes its parts depend on each other, or is wrong with it.
  bool read_pieces(const std::vector<std::string_view>& pieces) {
    std::string_view header;
    if (!layout_.no_header()) {
      RowScanner scanner{pieces.front(), match_.delimiter, quote_, layout_.backslash_quotes()};
      if (scanner.next() != RowScanner::Event::Row) return false;
      header = without_empty_end(scanner.row());
    }
    CallReadOptions silent = options_;
    silent.progress = {};
    std::vector<std::unique_ptr<Reader>> others;
    for (std::size_t i = 1; i < pieces.size(); ++i) {
      others.emplace_back(new Reader{*this, pieces[i], silent});
      if (!others.back()->prepare()) return false;
    }
    std::vector<char> good(others.size(), 0);
    bool first = false;
    progress_share_ = pieces.size();
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < others.size(); ++i)
        threads.emplace_back([&, i] {
          good[i] = others[i]->read_rows(others[i]->bytes_, false, header).ok() ? 1 : 0;
        });
      first = read_rows(pieces.front(), !layout_.no_header(), {}).ok();
    }
    // An end in the middle, or an error: the words about it are those of one reader for the file.
    if (!first || ended_ || std::find(good.begin(), good.end(), 0) != good.end()) return false;
    for (std::size_t i = 0; i + 1 < others.size(); ++i)
      if (others[i]->ended_) return false;
    if (sections_ || std::any_of(others.begin(), others.end(),
                                 [](const auto& other) { return other->sections_; }))
      return false;
    for (std::unique_ptr<Reader>& other : others) {
      append(*other);
      other.reset();
    }
    return true;
  }

  /// Number in `to` of each text of `from`, in the order in which one reader would have met them.
  static std::vector<std::uint32_t> merged(const TextTable& from, TextTable& to) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(from.size() + 1);
    numbers.push_back(0);  // columns hold number + 1, 0 = none
    for (const std::string_view text : from.texts()) numbers.push_back(to.intern(text) + 1);
    return numbers;
  }

  void append(Reader& next) {
    const std::vector<std::uint32_t> numbers = merged(next.numbers_, numbers_);
    for (std::size_t i = 1; i < numbers.size(); ++i) {
      if (numbers[i] <= classes_.size()) continue;
      classes_.push_back(next.classes_[i - 1]);
      numbers_reader_.add(numbers_[numbers[i] - 1]);
    }
    const std::vector<std::uint32_t> imeis = merged(next.imeis_, imeis_);
    for (std::size_t i = 1; i < imeis.size(); ++i)
      if (imeis[i] > imei_unusable_.size()) imei_unusable_.push_back(next.imei_unusable_[i - 1]);
    const std::vector<std::uint32_t> imsis = merged(next.imsis_, imsis_);
    for (std::size_t i = 1; i < imsis.size(); ++i)
      if (imsis[i] > imsi_unusable_.size()) imsi_unusable_.push_back(next.imsi_unusable_[i - 1]);
    const std::vector<std::uint32_t> texts = merged(next.texts_, texts_);

    store::CallColumns& to = table_.columns;
    store::CallColumns& from = next.table_.columns;
    const std::size_t before = to.records;
    const auto join = [before](auto& all, auto& part) {
      if (part.empty()) return;
      all.resize(before, 0);
      all.insert(all.end(), part.begin(), part.end());
      std::remove_reference_t<decltype(part)>{}.swap(part);
    };
    const auto join_mapped = [&](auto& all, auto& part, const std::vector<std::uint32_t>& map) {
      for (std::uint32_t& id : part) id = map[id];
      join(all, part);
    };
    for (std::uint32_t& line : from.line) line += static_cast<std::uint32_t>(lines_);
    join(to.started_at_us, from.started_at_us);
    join(to.utc_offset_min, from.utc_offset_min);
    join_mapped(to.a, from.a, numbers);
    join_mapped(to.b, from.b, numbers);
    join(to.duration_s, from.duration_s);
    join(to.kind, from.kind);
    join(to.flags, from.flags);
    join(to.line, from.line);
    join_mapped(to.imei, from.imei, imeis);
    join_mapped(to.imsi, from.imsi, imsis);
    join_mapped(to.forwarded_to, from.forwarded_to, numbers);
    join_mapped(to.cell, from.cell, texts);
    join_mapped(to.last_cell, from.last_cell, texts);
    join_mapped(to.roaming, from.roaming, texts);
    join(to.latitude_e7, from.latitude_e7);
    join(to.longitude_e7, from.longitude_e7);
    join(to.azimuth_deg, from.azimuth_deg);
    to.records += from.records;

    for (v1::Reject& reject : next.table_.rejects) {
      reject.set_line(reject.line() + static_cast<std::uint32_t>(lines_));
      table_.rejects.push_back(std::move(reject));
    }
    lines_ += next.lines_;
    table_.rows_read += next.table_.rows_read;
    table_.ambiguous_local_times += next.table_.ambiguous_local_times;
    table_.nonexistent_local_times += next.table_.nonexistent_local_times;
    repeated_headers_ += next.repeated_headers_;
    after_end_ += next.after_end_;
    unknown_kinds_ += next.unknown_kinds_;
    unknown_answers_ += next.unknown_answers_;
    unusable_devices_ += next.unusable_devices_;
    unreadable_positions_ += next.unreadable_positions_;
    zoned_rows_ += next.zoned_rows_;
    epoch_rows_ += next.epoch_rows_;
    local_rows_ += next.local_rows_;
    row_zone_rows_ += next.row_zone_rows_;
    ends_of_day_ += next.ends_of_day_;
    contradictions_ += next.contradictions_;
    unreadable_ends_ += next.unreadable_ends_;
    swapped_positions_ += next.swapped_positions_;
    null_positions_ += next.null_positions_;
    no_records_ = no_records_ || next.no_records_;
    open_end_ = open_end_ || next.open_end_;
    if (next.declared_) declared_ = next.declared_;
  }

  [[nodiscard]] Error bad(std::string message, std::string next = {}) const {
    return Error{ErrorCode::BadInput, std::move(message), core::SourcePosition{file_, 0},
                 std::move(next)};
  }

  Status find_layout() {
    const auto match = match_layout(layout_, bytes_, options_.separator);
    if (!match) {
      if (layout_.no_header())
        return bad(fmt::format("the rows do not have the shape of {}", layout_.id()),
                   "try --format auto, or --map FILE with a mapping of your own");
      std::string names;
      for (const MappedColumn& column : layout_.columns())
        if (!column.optional() && !column.names().empty())
          names += (names.empty() ? "" : ", ") + column.names(0);
      return bad(fmt::format("no header of {} among the first {} lines; it names {}", layout_.id(),
                             layout_.preamble_max() + 2, names),
                 "try --format auto, or --map FILE with a mapping of your own");
    }
    match_ = *match;
    const std::string_view title = bytes_.substr(0, match_.begin);
    read_declared_count(title);
    if (match_.title_lines > 0)
      table_.notices.push_back(fmt::format(
          "{} title lines before the header were not read as records", match_.title_lines));
    if (match_.two_lines)
      table_.notices.push_back(fmt::format(
          "the header stands in two lines, {} and the one above it", match_.header_line));
    columns_expected_ = match_.header.size();
    while (columns_expected_ > 0 && trimmed_cell(match_.header[columns_expected_ - 1]).empty())
      --columns_expected_;
    return core::ok();
  }

  /// The number of records that a title or footer line claims.
  void read_declared_count(std::string_view text) {
    if (layout_.count_label().empty()) return;
    const std::size_t at = text.find(layout_.count_label());
    if (at == std::string_view::npos) return;
    std::string_view rest = text.substr(at + layout_.count_label().size());
    const std::size_t digit = rest.find_first_of("0123456789\n\r");
    if (digit == std::string_view::npos || rest[digit] < '0' || rest[digit] > '9') return;
    std::uint64_t count = 0;
    std::from_chars(rest.data() + digit, rest.data() + rest.size(), count);
    declared_ = count;
  }

  Status prepare() {
    std::fill(std::begin(index_), std::end(index_), -1);
    std::vector<std::string> header;
    for (const std::string& name : match_.header) header.push_back(folded(name));
    std::vector<bool> used(header.size(), false);
    for (ColumnPlace& place : place_columns(layout_, match_)) {
      const MappedColumn& column = *place.column;
      const auto role = static_cast<std::size_t>(column.role());
      index_[role] = column.constant().empty() ? place.index : kConstant;
      if (place.index >= 0 && !layout_.no_header())
        used[static_cast<std::size_t>(place.index)] = true;
      for (const std::size_t index : place.joined) used[index] = true;
      joined_[role] = std::move(place.joined);
      by_role_[role] = &column;
      mapped_values_[role] =
          std::any_of(column.words().begin(), column.words().end(),
                      [](const v1::MappedWord& word) { return !word.value().empty(); });
      for (const std::string& text : column.patterns()) {
        PALERMO_TRY(TimePattern pattern, TimePattern::compile(text));
        patterns_[role].push_back(std::move(pattern));
      }
      PALERMO_CHECK_OK(add_sheet_patterns(role));
    }
    std::string left;
    for (std::size_t i = 0; i < columns_expected_; ++i)
      if (!used[i] && !trimmed_cell(match_.header[i]).empty())
        left += (left.empty() ? "" : ", ") + std::string{trimmed_cell(match_.header[i])};
    for (const MappedColumn& column : layout_.columns()) {
      if (column.role() != MappedColumn::LEFT_ALONE || column.names().empty()) continue;
      if (std::find(header.begin(), header.end(), folded(column.names(0))) != header.end())
        left += (left.empty() ? "" : ", ") + column.names(0);
    }
    if (!left.empty())
      table_.notices.push_back("columns left alone: " + core::printable(left, 400));

    const std::string zone = options_.timezone.empty() ? layout_.timezone() : options_.timezone;
    if (!zone.empty()) {
      auto found = core::TimeZone::find(zone);
      if (!found)
        return Error{ErrorCode::BadInput, found.error().message, std::nullopt,
                     "write an IANA name such as Europe/Rome, or an offset such as +02:00"};
      zone_ = *std::move(found);
    }
    for (const std::string& word : layout_.empty_words()) empty_words_.push_back(word);
    for (const std::string& word : layout_.withheld_words()) withheld_.push_back(folded(word));
    if (layout_.identifier_kind().empty())
      for (const char* word : {"anonymous", "unknown", "private", "withheld", "restricted",
                               "unavailable", "no number", "0", "-", "--", "---", "n/a", "null"})
        withheld_.emplace_back(word);

    const std::size_t guess = bytes_.size() / 40 + 16;
    const std::size_t rows = std::min<std::size_t>(guess, 64U << 20);
    if (options_.consumed)
      for (TextTable* table : {&numbers_, &imeis_, &imsis_, &texts_}) table->copy_texts();
    store::CallColumns& c = table_.columns;
    c.started_at_us.reserve(rows);
    for (auto* column : {&c.a, &c.b, &c.line}) column->reserve(rows);
    c.duration_s.reserve(rows);
    c.kind.reserve(rows);
    c.flags.reserve(rows);
    c.utc_offset_min.reserve(rows);
    return core::ok();
  }

  /// A sheet's dates come as ISO 8601 whatever their look in the spreadsheet was.
  Status add_sheet_patterns(std::size_t role) {
    if (!options_.sheet || patterns_[role].empty()) return core::ok();
    for (const char* text : {"%Y-%m-%d", "%Y-%m-%d %H:%M:%S%f", "%H:%M:%S%f"}) {
      PALERMO_TRY(TimePattern pattern, TimePattern::compile(text));
      const bool known =
          std::any_of(patterns_[role].begin(), patterns_[role].end(),
                      [&](const TimePattern& each) { return each.shape() == pattern.shape(); });
      if (!known) patterns_[role].push_back(std::move(pattern));
    }
    return core::ok();
  }

  // --- cells -------------------------------------------------------------------------------------

  /// Whether the role has a column in this file, or a constant.
  [[nodiscard]] bool has(MappedColumn::Role role) const {
    return index_[static_cast<std::size_t>(role)] != -1;
  }

  /// The column's text: outer blanks and apostrophes off, empty words empty.
  std::string_view value(MappedColumn::Role role) {
    const auto r = static_cast<std::size_t>(role);
    const int index = index_[r];
    std::string_view text;
    if (index >= 0) {
      text = cell_text(static_cast<std::size_t>(index));
    } else if (index == kConstant) {
      text = by_role_[r]->constant();
    } else {
      return {};
    }
    if (!joined_[r].empty()) text = joined(r, text);
    for (const std::string_view empty : empty_words_)
      if (text == empty) return {};
    if (mapped_values_[r]) text = mapped_value(r, text);
    return text;
  }

  std::string_view cell_text(std::size_t index) {
    const std::vector<Cell>& cells = scanner_->cells();
    if (index >= cells.size()) return {};
    const Cell& cell = cells[index];
    return bare(cell.doubled_quotes ? std::string_view{kept_.emplace_back(
                                          unquoted(cell, quote_, layout_.backslash_quotes()))}
                                    : cell.raw());
  }

  /// The cells of `join` behind the first one's; empty when all are.
  std::string_view joined(std::size_t role, std::string_view first) {
    std::string text{first};
    std::string pending;  // what stands between, until something follows it
    bool any = !first.empty();
    for (const std::size_t index : joined_[role]) {
      const std::string_view more = cell_text(index);
      pending += by_role_[role]->joined_by();
      if (more.empty()) continue;
      any = true;
      text += pending;
      text += more;
      pending.clear();
    }
    return any ? std::string_view{kept_.emplace_back(std::move(text))} : std::string_view{};
  }

  std::string_view mapped_value(std::size_t role, std::string_view text) {
    const std::string key = folded(text);
    for (const v1::MappedWord& known : by_role_[role]->words())
      if (!known.value().empty() && folded(known.word()) == key) return known.value();
    return text;
  }

  /// The same without the marks that spreadsheets and chats leave: an apostrophe in front, no-break
  /// blanks, direction marks. For cells of which no raw text is kept.
  std::string_view plain(MappedColumn::Role role) {
    const std::string_view text = value(role);
    if (text.empty() ||
        (text.front() != '\'' && (text.front() & 0x80) == 0 && (text.back() & 0x80) == 0))
      return text;
    return without_marks(text);
  }

  [[nodiscard]] std::string_view bare(std::string_view text) const {
    text = trimmed_cell(text);
    if (layout_.apostrophes() && text.size() >= 2 && text.front() == '\'' && text.back() == '\'')
      text = trimmed_cell(text.substr(1, text.size() - 2));
    return text;
  }

  void prefetch(const std::vector<Cell>& cells) const {
    const auto ask = [&](const TextTable& table, MappedColumn::Role role) {
      const int index = index_[static_cast<std::size_t>(role)];
      if (index < 0 || static_cast<std::size_t>(index) >= cells.size()) return;
      table.prefetch(bare(cells[static_cast<std::size_t>(index)].raw()));
    };
    ask(numbers_, MappedColumn::A_NUMBER);
    ask(numbers_, MappedColumn::B_NUMBER);
    ask(imeis_, MappedColumn::IMEI);
    ask(imsis_, MappedColumn::IMSI);
    ask(texts_, MappedColumn::CELL);
  }

  /// Number of a party in the table + 1; 0 when the cell is empty or withheld.
  std::uint32_t party(std::string_view text, PartyClass& what) {
    what = PartyClass::Withheld;
    if (text.empty()) return 0;
    const std::uint32_t id = numbers_.intern(text);
    if (id == classes_.size()) {
      PartyClass found = PartyClass::Number;
      if (is_scientific_number(text)) {
        found = PartyClass::Scientific;
      } else if (std::find(withheld_.begin(), withheld_.end(), folded(text)) != withheld_.end()) {
        found = PartyClass::Withheld;
      }
      classes_.push_back(found);
      if (reads_numbers_) numbers_reader_.add(numbers_[id]);
    }
    what = classes_[id];
    return what == PartyClass::Number ? id + 1 : 0;
  }

  std::uint32_t text_id(std::string_view text) {
    return text.empty() ? 0 : texts_.intern(text) + 1;
  }

  Word word(MappedColumn::Role role, std::string_view text) {
    const auto r = static_cast<std::size_t>(role);
    const std::uint32_t id = words_[r].intern(text);
    if (id == word_meanings_[r].size()) {
      Word meaning;
      const std::string key = folded(text);
      for (const v1::MappedWord& known : by_role_[r]->words())
        if (folded(known.word()) == key)
          meaning = {true, known.kind(), known.direction(), known.not_answered(),
                     known.forwarded()};
      word_meanings_[r].push_back(meaning);
    }
    return word_meanings_[r][id];
  }

  std::optional<CivilTime> civil(MappedColumn::Role role, std::string_view text) {
    const auto r = static_cast<std::size_t>(role);
    const std::vector<TimePattern>& patterns = patterns_[r];
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

  // --- rows --------------------------------------------------------------------------------------

  void reject(const char* code, std::string message) {
    v1::Reject& reject = table_.rejects.emplace_back();
    reject.set_line(static_cast<std::uint32_t>(scanner_->line()));
    reject.set_code(code);
    reject.set_message(std::move(message));
  }

  std::string column_name(MappedColumn::Role role) const {
    const auto r = static_cast<std::size_t>(role);
    if (index_[r] == kConstant) return "the mapping's constant";
    if (index_[r] < 0) return "a missing column";
    if (layout_.no_header()) return fmt::format("column {}", index_[r] + 1);
    return fmt::format("column '{}'",
                       core::printable(match_.header[static_cast<std::size_t>(index_[r])], 60));
  }

  [[nodiscard]] static bool begins_with(
      std::string_view row, const google::protobuf::RepeatedPtrField<std::string>& phrases) {
    if (phrases.empty()) return false;
    row = trimmed_cell(row);
    if (!row.empty() && row.front() == '"') row.remove_prefix(1);
    row = trimmed_cell(row);
    return std::any_of(phrases.begin(), phrases.end(),
                       [row](const std::string& phrase) { return row.starts_with(phrase); });
  }

  /// @param header_row  what a repeated header looks like; without it the first row, if has_header
  Status read_rows(std::string_view body, bool has_header, std::string_view header_row) {
    RowScanner scanner{body, match_.delimiter, quote_, layout_.backslash_quotes()};
    scanner_ = &scanner;
    // A second look some rows ahead asks for the memory that the tables of texts will need.
    RowScanner ahead{body, match_.delimiter, quote_, layout_.backslash_quotes()};
    bool looking = true;
    const auto look_ahead = [&](std::size_t rows) {
      for (; rows > 0 && looking; --rows) {
        looking = ahead.next() == RowScanner::Event::Row;
        if (looking) prefetch(ahead.cells());
      }
    };
    look_ahead(kRowsAhead);
    // A later part counts from its own beginning; append() adds the lines before it.
    const std::uint64_t line_offset =
        reads_numbers_ && match_.header_line > 0 ? match_.header_line - 1 : 0;
    if (has_header) {
      if (scanner.next() != RowScanner::Event::Row) return bad("the header cannot be read");
      header_row = without_empty_end(scanner.row());
    }
    std::size_t reported = 0;
    bool first_row = has_header;  // of the file, not of a later part
    while (true) {
      look_ahead(1);
      const RowScanner::Event event = scanner.next();
      const std::uint64_t line = scanner.line() + line_offset;
      switch (event) {
        case RowScanner::Event::Row:
          break;
        case RowScanner::Event::End:
          lines_ = scanner.next_line() - 1 + line_offset;
          return core::ok();
        case RowScanner::Event::Nul:
          return bad(fmt::format("line {}: a NUL byte; this is no text, or UTF-16", line),
                     "save the table as CSV in UTF-8");
        case RowScanner::Event::RowTooLong:
          return bad(fmt::format("line {}: no line end within {} bytes", line, kMaxRowBytes),
                     "this is no table of calls, or a quote is not closed");
        case RowScanner::Event::UnterminatedQuote:
          return bad(fmt::format("line {}: a quote is opened and never closed", line),
                     "the file may be cut off; ask for it again");
      }
      if (scanner.may_hold_non_ascii() && !core::is_valid_utf8(scanner.row()))
        return bad(fmt::format("line {}: not UTF-8", line),
                   "find out the file's encoding and save it as UTF-8");
      if (scanner.row_begin() - reported > (8U << 20)) {
        if (options_.consumed)
          options_.consumed(body.substr(reported, scanner.row_begin() - reported));
        reported = scanner.row_begin();
        if (options_.progress) options_.progress(match_.begin + reported * progress_share_);
      }
      const std::vector<Cell>& cells = scanner.cells();
      if (cells.size() == 1 && trimmed_cell(cells[0].raw()).empty()) continue;  // a blank line
      if (!header_row.empty() && scanner.row().starts_with(header_row) &&
          without_empty_end(scanner.row()) == header_row) {
        // Behind the end of the table it begins the next report of the same file.
        if (ended_) begin_section();
        ++repeated_headers_;
        continue;
      }
      if (ended_) {
        ++after_end_;
        read_declared_count(scanner.row());
        continue;
      }
      if (begins_with(scanner.row(), layout_.no_records())) {
        no_records_ = ended_ = true;
        continue;
      }
      if (begins_with(scanner.row(), layout_.footer())) {
        ended_ = true;
        read_declared_count(scanner.row());
        continue;
      }
      if (!layout_.count_label().empty() && scanner.row().find(layout_.count_label()) == 0) {
        read_declared_count(scanner.row());
        ended_ = true;
        continue;
      }
      if (first_row) {
        first_row = false;
        if (!layout_.no_header() && is_units_row()) {
          units_row_ = true;
          continue;
        }
      }
      ++table_.rows_read;
      const std::size_t rejects_before = table_.rejects.size();
      PALERMO_CHECK_OK(read_row(position_or(line)));
      if (!scanner.ended_by_line_end()) {
        if (table_.rejects.size() > rejects_before && !options_.keep_going)
          return bad(
              fmt::format("line {}: the last line has no line end and cannot be read ({}); the "
                          "file is cut off",
                          line, table_.rejects.back().message()),
              "ask for the whole file again, or use --keep-going to take what is there");
        open_end_ = true;
      }
    }
  }

  /// A row without the delimiters of empty cells at its end.
  [[nodiscard]] std::string_view without_empty_end(std::string_view row) const {
    while (!row.empty() && (row.back() == match_.delimiter || row.back() == ' '))
      row.remove_suffix(1);
    return row;
  }

  /// The row under the header says in which unit a column is: words, and no digit in it.
  [[nodiscard]] bool is_units_row() const {
    std::size_t words = 0;
    if (scanner_->cells().size() < columns_expected_) return false;
    for (const Cell& cell : scanner_->cells()) {
      const std::string_view text = trimmed_cell(cell.raw());
      if (text.find_first_of("0123456789") != std::string_view::npos || text.size() > 40)
        return false;
      if (!text.empty()) ++words;
    }
    return words >= 2;
  }

  /// The next of several reports behind one another: its own number of records and its own end.
  void begin_section() {
    check_declared();
    sections_ = true;
    ended_ = false;
    section_begin_ = table_.rows_read;
    declared_.reset();
  }

  void check_declared() {
    const std::uint32_t rows = table_.rows_read - section_begin_;
    if (declared_ && *declared_ != rows)
      table_.notices.push_back(fmt::format(
          "WARNING: the report says {} records, but {} rows stand in it", *declared_, rows));
  }

  /// What the row's POSITION column says, else its line.
  std::uint64_t position_or(std::uint64_t line) {
    if (!has(MappedColumn::POSITION)) return line;
    const std::string_view text = value(MappedColumn::POSITION);
    std::uint32_t position = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
    return error == std::errc{} && end == text.data() + text.size() ? position : line;
  }

  [[nodiscard]] bool all_cells_empty() const {
    const std::vector<Cell>& cells = scanner_->cells();
    return std::all_of(cells.begin(), cells.end(),
                       [](const Cell& cell) { return trimmed_cell(cell.raw()).empty(); });
  }

  /// Whether the row has the columns of the header; empty ones too many do not count.
  Status check_columns(std::uint64_t line, bool& good) {
    const std::vector<Cell>& cells = scanner_->cells();
    std::size_t low = columns_expected_;
    std::size_t high = columns_expected_;
    if (layout_.no_header()) {
      low = layout_.columns_min();
      high = layout_.columns_max();
    }
    good = cells.size() >= low;
    for (std::size_t i = high; i < cells.size() && good; ++i)
      good = trimmed_cell(cells[i].raw()).empty();
    if (good) return core::ok();
    std::string text = fmt::format("{} columns, expected {}", cells.size(), low);
    if (low != high) text += fmt::format(" to {}", high);
    if (!options_.keep_going) {
      const bool cut = !scanner_->ended_by_line_end();
      return bad(
          fmt::format("line {}: {}{}", line, text,
                      cut ? "; the last line has no line end: the file is cut off" : ""),
          cut ? "ask for the whole file again, or use --keep-going to take what is there"
              : "nothing was stored; --keep-going takes the other rows and counts this one as "
                "rejected");
    }
    reject("COLUMN_COUNT", std::move(text));
    return core::ok();
  }

  Status read_row(std::uint64_t line) {
    if (scanner_->text_after_quote()) {
      reject("BAD_QUOTE", "text stands between a closing quote and the next column");
      return fix_line(line);
    }
    bool good = false;
    if (scanner_->cells().size() != columns_expected_ || layout_.no_header()) {
      if (all_cells_empty()) {
        reject("EMPTY_ROW", "no column holds anything");
        return fix_line(line);
      }
      PALERMO_CHECK_OK(check_columns(line, good));
      if (!good) return fix_line(line);
    }
    const std::size_t rejects_before = table_.rejects.size();
    PALERMO_CHECK_OK(read_call(line));
    if (table_.rejects.size() > rejects_before) return fix_line(line);
    return core::ok();
  }

  Status fix_line(std::uint64_t line) {
    table_.rejects.back().set_line(static_cast<std::uint32_t>(line));
    return core::ok();
  }

  /// Reads the time columns. False: rejected.
  Result<bool> read_time(std::uint64_t line, core::ZonedTime& zoned, std::uint32_t& flags) {
    std::optional<CivilTime> time;
    if (has(MappedColumn::DATE_TIME)) {
      const std::string_view text = plain(MappedColumn::DATE_TIME);
      time = civil(MappedColumn::DATE_TIME, text);
      if (!time || !time->has_date || !time->has_time) {
        reject("BAD_TIME", fmt::format("{}: {}", column_name(MappedColumn::DATE_TIME),
                                       text.empty() ? "empty" : "not a time of the layout"));
        return false;
      }
    } else {
      const std::string_view date_text = plain(MappedColumn::DATE);
      const std::string_view time_text = plain(MappedColumn::TIME);
      time = civil(MappedColumn::DATE, date_text);
      const std::optional<CivilTime> clock = civil(MappedColumn::TIME, time_text);
      if (!time || !time->has_date) {
        reject("BAD_TIME", fmt::format("{}: {}", column_name(MappedColumn::DATE),
                                       date_text.empty() ? "empty" : "not a date of the layout"));
        return false;
      }
      if (!clock || !clock->has_time) {
        reject("BAD_TIME", fmt::format("{}: {}", column_name(MappedColumn::TIME),
                                       time_text.empty() ? "empty" : "not a time of the layout"));
        return false;
      }
      time->time_us = clock->time_us;
      time->has_seconds = clock->has_seconds;
      time->offset_min = clock->offset_min;
      time->end_of_day = clock->end_of_day;
    }
    if (time->end_of_day) ++ends_of_day_;
    if (!time->has_seconds) flags |= v1::MINUTE_PRECISION;
    const std::int64_t local = time->local_us();
    if (time->offset_min) {
      zoned = {{local - *time->offset_min * core::kUsPerMinute, *time->offset_min},
               core::LocalTimeKind::Unique};
      ++zoned_rows_;
      return true;
    }
    if (has(MappedColumn::EPOCH)) {
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
                                          column_name(MappedColumn::EPOCH)));
          return false;
        }
        const auto offset = static_cast<std::int32_t>(quarters * 15);
        zoned = {{local - offset * core::kUsPerMinute, offset}, core::LocalTimeKind::Unique};
        ++epoch_rows_;
        return true;
      }
    }
    if (has(MappedColumn::TIME_ZONE)) {
      const std::string_view name = plain(MappedColumn::TIME_ZONE);
      if (!name.empty()) {
        core::TimeZone* zone = row_zone(name);
        if (zone == nullptr) {
          reject("BAD_TIME", fmt::format("{}: no time zone", column_name(MappedColumn::TIME_ZONE)));
          return false;
        }
        zoned = zone->to_utc(local);
        ++row_zone_rows_;
        mark_clock_change(zoned, flags);
        return true;
      }
    }
    if (!zone_) {
      return bad(fmt::format("line {}: a local time, and nothing says of which time zone", line),
                 "give it with --timezone, for example --timezone Europe/Rome; nothing was stored");
    }
    zoned = zone_->to_utc(local);
    ++local_rows_;
    mark_clock_change(zoned, flags);
    return true;
  }

  core::TimeZone* row_zone(std::string_view name) {
    auto known = row_zones_.find(name);
    if (known == row_zones_.end()) {
      std::optional<core::TimeZone> zone;
      if (auto found = core::TimeZone::find(name)) zone = *std::move(found);
      known = row_zones_.emplace(std::string{name}, std::move(zone)).first;
    }
    return known->second ? &*known->second : nullptr;
  }

  void mark_clock_change(const core::ZonedTime& zoned, std::uint32_t& flags) {
    if (zoned.kind == core::LocalTimeKind::Ambiguous) {
      flags |= v1::AMBIGUOUS_LOCAL_TIME;
      ++table_.ambiguous_local_times;
    } else if (zoned.kind == core::LocalTimeKind::Nonexistent) {
      flags |= v1::NONEXISTENT_LOCAL_TIME;
      ++table_.nonexistent_local_times;
    }
  }

  /// Seconds from the start to the END column, both read as local times of one zone; nullopt where
  /// it is empty or cannot be read.
  std::optional<std::int32_t> seconds_to_end(const core::ZonedTime& start) {
    const std::string_view text = plain(MappedColumn::END);
    if (text.empty()) return std::nullopt;
    const std::optional<CivilTime> end = civil(MappedColumn::END, text);
    if (!end || !end->has_time) {
      ++unreadable_ends_;
      return std::nullopt;
    }
    const std::int64_t offset = end->offset_min.value_or(start.instant.utc_offset_min);
    const std::int64_t began = start.instant.us / core::kUsPerSecond;
    std::int64_t ended;
    if (end->has_date) {
      ended = end->local_us() / core::kUsPerSecond - offset * 60;
    } else {  // a clock alone: the same day, or the next
      const std::int64_t local = began + offset * 60;
      ended = local - local % 86'400 + end->time_us / core::kUsPerSecond - offset * 60;
      if (ended < began) ended += 86'400;
    }
    const std::int64_t seconds = ended - began;
    if (std::abs(seconds) > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
    return static_cast<std::int32_t>(seconds);
  }

  Status read_call(std::uint64_t line) {
    std::uint32_t flags = 0;
    PartyClass a_class = PartyClass::Number;
    PartyClass b_class = PartyClass::Number;
    const std::string_view a_text = value(MappedColumn::A_NUMBER);
    std::uint32_t a = party(a_text, a_class);
    const bool target_first = layout_.perspective() == MappingProfile::TARGET_FIRST;
    if (a_text.empty() || (target_first && a_class == PartyClass::Withheld)) {
      if (all_cells_empty()) {
        reject("EMPTY_ROW", "no column holds anything");
      } else {
        reject("MISSING_A_NUMBER", column_name(MappedColumn::A_NUMBER) + ": empty");
      }
      return core::ok();
    }
    std::uint32_t b = party(value(MappedColumn::B_NUMBER), b_class);
    if (a_class == PartyClass::Scientific || b_class == PartyClass::Scientific) {
      const auto role =
          a_class == PartyClass::Scientific ? MappedColumn::A_NUMBER : MappedColumn::B_NUMBER;
      reject(
          "SCIENTIFIC_NUMBER",
          column_name(role) + ": a spreadsheet wrote the number as a power of ten and lost digits");
      return core::ok();
    }
    core::ZonedTime zoned;
    PALERMO_TRY(const bool timed, read_time(line, zoned, flags));
    if (!timed) return core::ok();

    std::int32_t duration = 0;
    const std::string_view duration_text = plain(MappedColumn::DURATION);
    std::optional<std::int32_t> to_end;
    if (has(MappedColumn::END)) to_end = seconds_to_end(zoned);
    if (!duration_text.empty()) {
      if (!read_duration(layout_.duration_format(), duration_text, duration)) {
        reject("BAD_DURATION",
               column_name(MappedColumn::DURATION) + ": not a duration of the layout");
        return core::ok();
      }
      // Ringing and rounding make seconds of difference, a wrong day or clock makes more.
      if (to_end && std::abs(std::int64_t{*to_end} - duration) > 120) ++contradictions_;
    } else if (to_end) {
      duration = *to_end;
    } else {
      flags |= v1::DURATION_ABSENT;
    }
    if (duration < 0) flags |= v1::NEGATIVE_DURATION;

    v1::CallKind kind =
        layout_.default_kind() == v1::CALL_KIND_UNSPECIFIED ? v1::CALL : layout_.default_kind();
    bool in = false;
    if (has(MappedColumn::DIRECTION)) {
      const std::string_view text = plain(MappedColumn::DIRECTION);
      const Word meaning = text.empty() ? Word{} : word(MappedColumn::DIRECTION, text);
      if (meaning.direction != v1::MappedWord::DIRECTION_UNSPECIFIED) {
        in = meaning.direction == v1::MappedWord::IN;
        flags |= v1::TARGET_PERSPECTIVE;
      } else if (!text.empty() || !by_role_[MappedColumn::DIRECTION]->optional()) {
        reject(
            "UNKNOWN_DIRECTION",
            fmt::format("{}: {}", column_name(MappedColumn::DIRECTION),
                        text.empty()
                            ? "empty, so who called whom is unknown"
                            : "a word the mapping does not know, so who called whom is unknown"));
        return core::ok();
      }
      if (meaning.kind != v1::CALL_KIND_UNSPECIFIED) kind = meaning.kind;
      if (meaning.not_answered) flags |= v1::NOT_ANSWERED;
      if (meaning.forwarded) flags |= v1::FORWARDED;
    }
    if (has(MappedColumn::KIND)) {
      const std::string_view text = plain(MappedColumn::KIND);
      if (!text.empty()) {
        const Word meaning = word(MappedColumn::KIND, text);
        if (meaning.known) {
          if (meaning.kind != v1::CALL_KIND_UNSPECIFIED) kind = meaning.kind;
        } else {
          kind = v1::OTHER_USE;
          ++unknown_kinds_;
        }
        if (meaning.not_answered) flags |= v1::NOT_ANSWERED;
        if (meaning.forwarded) flags |= v1::FORWARDED;
      }
    }
    if (has(MappedColumn::ANSWERED)) {
      const std::string_view text = plain(MappedColumn::ANSWERED);
      if (!text.empty()) {
        const Word meaning = word(MappedColumn::ANSWERED, text);
        if (meaning.not_answered) flags |= v1::NOT_ANSWERED;
        if (!meaning.known) ++unknown_answers_;
      }
    }
    if (in && target_first) {
      std::swap(a, b);
      flags |= v1::TURNED;
    }
    if (in && layout_.owner() == MappingProfile::OWNER_TARGET) flags |= v1::OWNER_IS_B;
    if (kind == v1::LOCATION) b = 0;

    store::CallColumns& c = table_.columns;
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

  /// Fills an optional column up to the row and sets it.
  template <typename T>
  static void set(std::vector<T>& column, std::size_t row, T value) {
    if (value == 0) return;
    column.resize(row, 0);
    column.push_back(value);
  }

  std::uint32_t device(TextTable& table, std::vector<bool>& unusable, std::string_view text) {
    if (text.empty() || text == "0") return 0;
    const std::uint32_t id = table.intern(text);
    if (id == unusable.size()) unusable.push_back(is_scientific_number(text));
    if (!unusable[id]) return id + 1;
    ++unusable_devices_;
    return 0;
  }

  void read_devices(std::size_t row, std::uint32_t& flags) {
    store::CallColumns& c = table_.columns;
    if (has(MappedColumn::IMEI))
      set(c.imei, row, device(imeis_, imei_unusable_, value(MappedColumn::IMEI)));
    if (has(MappedColumn::IMSI))
      set(c.imsi, row, device(imsis_, imsi_unusable_, value(MappedColumn::IMSI)));
    if (has(MappedColumn::FORWARDED_TO)) {
      PartyClass what{};
      const std::uint32_t to = party(value(MappedColumn::FORWARDED_TO), what);
      if (to != 0) flags |= v1::FORWARDED;
      if (what == PartyClass::Scientific) ++unusable_devices_;
      set(c.forwarded_to, row, to);
    }
    if (has(MappedColumn::FORWARD_MARK) && !value(MappedColumn::FORWARD_MARK).empty())
      flags |= v1::FORWARDED;
  }

  void read_place(std::size_t row, std::uint32_t& flags) {
    store::CallColumns& c = table_.columns;
    if (has(MappedColumn::CELL)) set(c.cell, row, text_id(value(MappedColumn::CELL)));
    if (has(MappedColumn::LAST_CELL))
      set(c.last_cell, row, text_id(value(MappedColumn::LAST_CELL)));
    if (has(MappedColumn::ROAMING)) set(c.roaming, row, text_id(value(MappedColumn::ROAMING)));
    std::string_view latitude;
    std::string_view longitude;
    if (has(MappedColumn::LATITUDE_LONGITUDE)) {
      const std::string_view both = value(MappedColumn::LATITUDE_LONGITUDE);
      if (!position_in_text(both, latitude, longitude) && !is_place_name(both)) {
        const std::size_t slash = both.find('/');
        latitude = trimmed_cell(both.substr(0, slash));
        // One number alone is no position.
        if (slash != std::string_view::npos) longitude = trimmed_cell(both.substr(slash + 1));
      }
    } else if (has(MappedColumn::LATITUDE)) {
      latitude = plain(MappedColumn::LATITUDE);
      longitude = plain(MappedColumn::LONGITUDE);
    }
    if (!latitude.empty() || !longitude.empty()) {
      std::int32_t lat = 0;
      std::int32_t lon = 0;
      if (read_degrees(latitude, 90, lat) && read_degrees(longitude, 180, lon)) {
        if (lat == 0 && lon == 0) {
          ++null_positions_;
          return read_azimuth(row, flags);
        }
        flags |= v1::HAS_POSITION;
        set(c.latitude_e7, row, lat);
        set(c.longitude_e7, row, lon);
      } else {
        ++unreadable_positions_;
        if (read_degrees(latitude, 180, lat) && read_degrees(longitude, 90, lon))
          ++swapped_positions_;
      }
    }
    read_azimuth(row, flags);
  }

  void read_azimuth(std::size_t row, std::uint32_t& flags) {
    store::CallColumns& c = table_.columns;
    if (has(MappedColumn::AZIMUTH)) {
      const std::string_view text = value(MappedColumn::AZIMUTH);
      std::int32_t azimuth = 0;
      if (!text.empty() && read_integer(text, azimuth) && azimuth >= 0 && azimuth <= 360) {
        flags |= v1::HAS_AZIMUTH;
        set(c.azimuth_deg, row, static_cast<std::int16_t>(azimuth));
      } else if (!text.empty()) {
        ++unreadable_positions_;
      }
    }
  }

  // --- the end -----------------------------------------------------------------------------------

  Status judge() {
    if (table_.rows_read > 0 && table_.columns.records == 0) {
      const v1::Reject& first = table_.rejects.front();
      return bad(fmt::format("every one of the {} rows was rejected; the first: line {}: {}",
                             table_.rows_read, first.line(), first.message()),
                 "the mapping does not fit this file; try --format auto or a --map of your own");
    }
    return core::ok();
  }

  void note(std::uint64_t count, const char* text) {
    if (count > 0) table_.notices.push_back(fmt::format("{} {}", count, text));
  }

  void finish() {
    build_identifiers();
    if (table_.rows_read == 0)
      table_.notices.push_back(no_records_ ? "the report says that there are no records: 0 rows"
                                           : "the table has a header and no rows");
    check_declared();
    if (units_row_)
      table_.notices.emplace_back(
          "the row under the header holds units and was not read as a record");
    note(repeated_headers_, "repetitions of the header were not read as records");
    note(after_end_, "lines after the end of the table were not read as records");
    note(unknown_kinds_,
         "rows use a word for the kind of call that the mapping does not know; kept as "
         "kind 'other'");
    note(unknown_answers_, "rows use a word for the outcome that the mapping does not know");
    note(unusable_devices_,
         "IMEI, IMSI or forwarding numbers were written as a power of ten by a "
         "spreadsheet; their digits are lost and they were left out");
    note(unreadable_positions_, "positions could not be read and were left out");
    note(swapped_positions_,
         "of them would be a place if latitude and longitude were exchanged: check the columns");
    note(null_positions_, "positions are 0/0, which stands for none, and were left out");
    note(ends_of_day_, "times are written as 24:00:00 and were read as the end of that day");
    note(contradictions_,
         "rows give a duration that differs from their end by more than two minutes; the duration "
         "was kept");
    note(unreadable_ends_, "ends could not be read; they are no times of the layout");
    note(lost_zeros_,
         "distinct numbers have no leading zero while others of the file have one, as after a "
         "spreadsheet; they were read as national numbers and should be checked");
    if (open_end_)
      table_.notices.push_back(
          "the last line has no line end; if the file was cut off, its last value "
          "may be shorter than it was");
    describe_zone();
    store::CallColumns& c = table_.columns;
    for (auto* column : {&c.imei, &c.imsi, &c.forwarded_to, &c.cell, &c.last_cell, &c.roaming})
      if (!column->empty()) column->resize(c.records, 0);
    if (!c.latitude_e7.empty()) c.latitude_e7.resize(c.records, 0);
    if (!c.longitude_e7.empty()) c.longitude_e7.resize(c.records, 0);
    if (!c.azimuth_deg.empty()) c.azimuth_deg.resize(c.records, 0);
    sort_texts();
    table_.country = country_;
  }

  /// Cells and networks in the order of their bytes: neighbours share their beginnings, and a
  /// segment stores each such beginning once.
  void sort_texts() {
    store::CallColumns& c = table_.columns;
    std::vector<std::uint32_t> order(texts_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t x, std::uint32_t y) { return texts_[x] < texts_[y]; });
    std::vector<std::uint32_t> position(order.size() + 1, 0);
    c.texts.reserve(order.size());
    for (const std::uint32_t id : order) {
      c.texts.emplace_back(texts_[id]);
      position[id + 1] = static_cast<std::uint32_t>(c.texts.size());
    }
    for (auto* column : {&c.cell, &c.last_cell, &c.roaming})
      for (std::uint32_t& text : *column) text = position[text];
  }

  void describe_zone() {
    std::vector<std::string> rules;
    if (zoned_rows_ > 0) rules.emplace_back("offset in data");
    if (epoch_rows_ > 0) rules.emplace_back("from the UTC epoch in the unique id");
    if (row_zone_rows_ > 0) rules.emplace_back("zone in the row");
    if (local_rows_ > 0 && zone_) rules.push_back(zone_->name());
    for (const std::string& rule : rules)
      table_.timezone += (table_.timezone.empty() ? "" : "; ") + rule;
    if (table_.timezone.empty() && zone_) table_.timezone = zone_->name();
    if (local_rows_ > 0 && options_.timezone.empty() && !layout_.timezone_reason().empty())
      table_.notices.push_back(fmt::format("local times were read as {}: {}", layout_.timezone(),
                                           layout_.timezone_reason()));
    if (!options_.timezone.empty() && !layout_.timezone().empty() &&
        options_.timezone != layout_.timezone())
      table_.notices.push_back(fmt::format("--timezone {} was used instead of the layout's {}",
                                           options_.timezone, layout_.timezone()));
    if (!options_.timezone.empty() && local_rows_ == 0 && table_.columns.records > 0)
      table_.notices.push_back(
          "--timezone was not needed: every time says its own offset" +
          std::string{epoch_rows_ > 0 ? ", by the UTC epoch in its unique id" : ""});
    if (epoch_rows_ > 0)
      table_.notices.push_back(fmt::format(
          "{} rows: the zone follows from the UTC epoch in the unique id", epoch_rows_));
    note(table_.ambiguous_local_times,
         "local times exist twice at a clock change; the first reading was taken and the rows are "
         "marked");
    note(table_.nonexistent_local_times,
         "local times were skipped by a clock change; the offset before it was taken and the rows "
         "are "
         "marked");
  }

  /// Positions of those that are used, by (kind, value); of several spellings the first met is
  /// first.
  static std::vector<std::uint32_t> in_order(const std::vector<store::ObservedIdentifier>& all,
                                             const std::vector<bool>& used) {
    std::map<std::string_view, std::uint32_t> kinds;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (used[i]) kinds.emplace(all[i].kind, 0);
    std::uint32_t rank = 0;
    for (auto& [kind, place] : kinds) place = rank++;
    // Nearly all are told apart by 16 bytes, compared as two numbers beside the position.
    struct Key {
      std::uint32_t kind;
      std::uint32_t position;
      std::uint64_t first;
      std::uint64_t second;
    };
    const auto bytes_at = [](std::string_view text, std::size_t at) {
      std::uint64_t number = 0;
      for (std::size_t i = at; i < at + 8; ++i)
        number = number << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
      return number;
    };
    std::vector<Key> keys;
    for (std::uint32_t i = 0; i < all.size(); ++i)
      if (used[i])
        keys.push_back({kinds.find(all[i].kind)->second, i, bytes_at(all[i].value, 0),
                        bytes_at(all[i].value, 8)});
    std::sort(keys.begin(), keys.end(), [&all](const Key& x, const Key& y) {
      if (x.kind != y.kind) return x.kind < y.kind;
      if (x.first != y.first) return x.first < y.first;
      if (x.second != y.second) return x.second < y.second;
      const int rest = all[x.position].value.compare(all[y.position].value);
      return rest != 0 ? rest < 0 : x.position < y.position;
    });
    std::vector<std::uint32_t> order;
    order.reserve(keys.size());
    for (const Key& key : keys) order.push_back(key.position);
    return order;
  }

  /// Digits that are a national number once the zero in front is put back, in a file that writes
  /// others with it. Country codes make the difference: the value ends with the digits.
  void count_lost_zeros(const std::vector<store::ObservedIdentifier>& read) {
    if (country_.empty()) return;
    std::uint32_t bare = 0;
    bool zeros = false;
    for (const store::ObservedIdentifier& each : read) {
      if (each.kind != "msisdn" || !each.valid || each.raw.size() < 6) continue;
      if (each.raw[0] == '0' && each.raw[1] != '0') zeros = true;
      if (each.raw[0] >= '1' && each.raw[0] <= '9' && each.value.size() > each.raw.size() + 1 &&
          std::string_view{each.value}.ends_with(each.raw))
        ++bare;
    }
    if (zeros) lost_zeros_ = bare;
  }

  /// Distinct identifiers in the order of (kind, value), and the columns turned to point at them.
  void build_identifiers() {
    std::vector<store::ObservedIdentifier> read = numbers_reader_.finish();
    const std::size_t numbers = read.size();
    count_lost_zeros(read);
    for (const std::string_view text : imeis_.texts()) read.push_back(read_imei(text));
    const std::size_t imeis = read.size();
    for (const std::string_view text : imsis_.texts()) read.push_back(read_imsi(text));

    // Only what a row refers to: a withheld word or a spoilt number is no identifier.
    store::CallColumns& c = table_.columns;
    std::vector<bool> used(read.size(), false);
    const auto mark = [&](const std::vector<std::uint32_t>& column, std::size_t offset) {
      for (const std::uint32_t id : column)
        if (id != 0) used[offset + id - 1] = true;
    };
    mark(c.a, 0);
    mark(c.b, 0);
    mark(c.forwarded_to, 0);
    mark(c.imei, numbers);
    mark(c.imsi, imeis);

    const std::vector<std::uint32_t> order = in_order(read, used);
    std::vector<std::uint32_t> position(read.size() + 1, 0);
    table_.identifiers.reserve(order.size());
    for (const std::uint32_t i : order) {
      const bool same = !table_.identifiers.empty() &&
                        table_.identifiers.back().kind == read[i].kind &&
                        table_.identifiers.back().value == read[i].value;
      if (!same) {
        if (!read[i].valid && read[i].kind == "msisdn") ++table_.invalid_numbers;
        table_.identifiers.push_back(std::move(read[i]));
      }
      position[i + 1] = static_cast<std::uint32_t>(table_.identifiers.size());
    }
    const auto turn = [&](std::vector<std::uint32_t>& column, std::size_t offset) {
      for (std::uint32_t& id : column)
        if (id != 0) id = position[offset + id];
    };
    turn(c.a, 0);
    turn(c.b, 0);
    turn(c.forwarded_to, 0);
    turn(c.imei, numbers);
    turn(c.imsi, imeis);
  }

  std::string_view bytes_;
  const MappingProfile& layout_;
  const std::string& file_;
  const CallReadOptions& options_;
  char quote_;
  std::string country_;
  CallTable table_;
  LayoutMatch match_;
  std::size_t columns_expected_ = 0;
  std::optional<std::uint64_t> declared_;
  RowScanner* scanner_ = nullptr;
  std::uint64_t lines_ = 0;         // read so far, those before the header included
  std::size_t progress_share_ = 1;  // parts that are read while this one is
  bool reads_numbers_ = true;
  std::optional<core::TimeZone> zone_;
  std::vector<std::string_view> empty_words_;
  std::vector<std::string> withheld_;
  int index_[kRoles];  // -1: no such column; kConstant
  std::vector<std::size_t> joined_[kRoles];
  bool mapped_values_[kRoles] = {};
  const MappedColumn* by_role_[kRoles] = {};
  std::vector<TimePattern> patterns_[kRoles];
  std::size_t last_pattern_[kRoles] = {};
  TextTable words_[kRoles];
  std::vector<Word> word_meanings_[kRoles];
  std::deque<std::string> kept_;  // unescaped cells that the tables point into
  TextTable numbers_;
  std::vector<PartyClass> classes_;
  TextTable imeis_;
  TextTable imsis_;
  std::vector<bool> imei_unusable_;
  std::vector<bool> imsi_unusable_;
  TextTable texts_;
  NumberReader numbers_reader_;
  bool ended_ = false;
  bool no_records_ = false;
  bool open_end_ = false;
  bool units_row_ = false;
  bool sections_ = false;            // several reports stand in the file
  std::uint32_t section_begin_ = 0;  // rows read before this report of the file
  std::uint64_t ends_of_day_ = 0;
  std::uint64_t contradictions_ = 0;
  std::uint64_t unreadable_ends_ = 0;
  std::uint64_t swapped_positions_ = 0;
  std::uint64_t null_positions_ = 0;
  std::map<std::string, std::optional<core::TimeZone>, std::less<>> row_zones_;
  std::uint64_t after_end_ = 0;
  std::uint64_t repeated_headers_ = 0;
  std::uint64_t unknown_kinds_ = 0;
  std::uint64_t unknown_answers_ = 0;
  std::uint64_t unusable_devices_ = 0;
  std::uint64_t unreadable_positions_ = 0;
  std::uint64_t zoned_rows_ = 0;
  std::uint64_t epoch_rows_ = 0;
  std::uint64_t local_rows_ = 0;
  std::uint64_t row_zone_rows_ = 0;
  std::uint32_t lost_zeros_ = 0;
};

Result<CallTable> read_table(std::string_view bytes, const Profile& profile,
                             const std::string& file_name, const CallReadOptions& options) {
  const std::size_t parts = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
  if (parts > 1 && bytes.size() >= kWorthCutting) {
    auto table = Reader{bytes, profile.layout, file_name, options}.read(parts);
    if (table && *table) return **std::move(table);
  }
  PALERMO_TRY(auto table, Reader{bytes, profile.layout, file_name, options}.read(1));
  return *std::move(table);
}

}  // namespace

Result<CallTable> read_calls(std::string_view bytes, const Profile& profile,
                             const std::string& file_name, const CallReadOptions& options) {
  if (profile.layout.input() == MappingProfile::JSON_LINES) {
    auto made = table_of_json_lines(bytes, profile.layout, options.keep_going);
    if (!made) {
      Error error = std::move(made).error();
      error.where = core::SourcePosition{file_name, error.where ? error.where->line : 0};
      return error;
    }
    PALERMO_TRY(auto read, Reader{made->text, made->layout, file_name, options}.read(1));
    CallTable table = *std::move(read);
    table.rows_read += static_cast<std::uint32_t>(made->rejects.size());
    for (v1::Reject& reject : made->rejects) table.rejects.push_back(std::move(reject));
    std::sort(table.rejects.begin(), table.rejects.end(),
              [](const v1::Reject& a, const v1::Reject& b) { return a.line() < b.line(); });
    table.notices.insert(table.notices.begin(), made->notices.begin(), made->notices.end());
    return table;
  }
  if (profile.layout.encoding() == MappingProfile::WINDOWS_1252 && !core::is_valid_utf8(bytes)) {
    std::vector<std::string> notices;
    auto text = decode_windows_1252_lines(bytes, notices);
    if (!text) {
      Error error = std::move(text).error();
      error.where = core::SourcePosition{file_name, 0};
      return error;
    }
    auto table = read_table(*text, profile, file_name, options);
    if (table) table->notices.insert(table->notices.end(), notices.begin(), notices.end());
    return table;
  }
  return read_table(bytes, profile, file_name, options);
}

}  // namespace palermo::ingest
