// Rows of a call table into columns: one reader for each part of a file.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/calls/call_layout.hpp"
#include "ingest/calls/number_reader.hpp"
#include "ingest/calls/row_scanner.hpp"
#include "ingest/calls/text_table.hpp"

namespace palermo::ingest {

/// What happened while rows were read; the numbers of two parts add up.
struct RowCounts {
  std::uint64_t ambiguous_local_times = 0;
  std::uint64_t nonexistent_local_times = 0;
  std::uint64_t repeated_headers = 0;
  std::uint64_t after_end = 0;
  std::uint64_t unknown_kinds = 0;
  std::uint64_t unknown_answers = 0;
  std::uint64_t unusable_devices = 0;
  std::uint64_t unreadable_positions = 0;
  std::uint64_t swapped_positions = 0;
  std::uint64_t null_positions = 0;
  std::uint64_t zoned_rows = 0;
  std::uint64_t epoch_rows = 0;
  std::uint64_t local_rows = 0;
  std::uint64_t row_zone_rows = 0;
  std::uint64_t ends_of_day = 0;
  std::uint64_t contradictions = 0;
  std::uint64_t unreadable_ends = 0;
  RowCounts& operator+=(const RowCounts& more);
};

/// Distinct texts of a part, and what is known of each.
struct PartTexts {
  /// What the text of a party's cell is, decided once for each distinct text.
  enum class Party : std::uint8_t { Number, Withheld, Scientific };
  TextTable numbers;  // the note is a Party
  TextTable imeis;    // the note tells that a spreadsheet has destroyed it
  TextTable imsis;    // likewise
  TextTable places;   // cells and networks
};

/// Columns hold numbers of texts + 1, 0 = none; optional ones may be shorter than the others.
class CallRows {
 public:
  /// @param layout   outlives this
  /// @param numbers  told each distinct number as it is met; nullptr: nobody is
  /// @param line_offset  lines of the file before the text that read() is given
  CallRows(const CallLayout& layout, NumberReader* numbers, std::uint64_t line_offset);
  CallRows(const CallRows&) = delete;
  CallRows& operator=(const CallRows&) = delete;

  /// Tells options.progress, as if the file had `share` parts like this one.
  void report_progress(std::size_t share) { progress_share_ = share; }

  /// @param has_header  the first row is the header
  /// @param header_row  what a repeated header looks like; empty: the first row, if has_header
  /// @error BadInput  as read_calls
  core::Status read(std::string_view body, bool has_header, std::string_view header_row);

  // What read() found.
  store::CallColumns columns;
  std::vector<v1::Reject> rejects;
  std::uint32_t rows_read = 0;
  RowCounts counts;
  PartTexts texts;
  std::vector<std::string> notices;
  std::optional<std::uint64_t> declared;  // records that the text itself claims, last report
  std::uint32_t section_begin = 0;        // rows read before that report
  std::uint64_t lines = 0;                // read so far
  bool ended = false;                     // the end of the table was met
  bool no_records = false;                // the text says that there are none
  bool open_end = false;                  // its last line has no line end
  bool units_row = false;
  bool sections = false;  // several reports stand in it

  /// A notice where the report claims another number of records than it holds.
  void check_declared();

 private:
  struct Word {
    bool known = false;
    v1::CallKind kind = v1::CALL_KIND_UNSPECIFIED;
    v1::MappedWord::Direction direction = v1::MappedWord::DIRECTION_UNSPECIFIED;
    bool not_answered = false;
    bool forwarded = false;
  };
  static constexpr std::size_t kRowsAhead = 12;
  enum Looked { kA, kB, kImei, kImsi, kCell, kLooked };
  /// A row some rows ahead, whose look-ups are under way.
  struct Ahead {
    RowScanner::Event event = RowScanner::Event::End;
    ScannedRow row;
    TextTable::Probe probes[kLooked];
  };

  void reserve_columns(std::size_t rows);
  void scan(RowScanner& scanner, Ahead& ahead) const;
  core::Error scan_error(RowScanner::Event event, std::uint64_t line) const;
  [[nodiscard]] core::Error bad(std::string message, std::string next = {}) const;
  void declare(std::string_view text);
  bool is_record(bool& first_row, std::string_view header_row);
  void begin_section();
  [[nodiscard]] std::string_view without_empty_end(std::string_view row) const;
  [[nodiscard]] bool is_units_row() const;
  std::uint64_t position_or(std::uint64_t line);
  [[nodiscard]] bool all_cells_empty() const;
  core::Status check_columns(std::uint64_t line, bool& good);

  std::string_view value(v1::MappedColumn::Role role);
  std::string_view cell_text(std::size_t index);
  std::string_view joined(std::size_t role, std::string_view first);
  std::string_view mapped_value(std::size_t role, std::string_view text) const;
  std::string_view plain(v1::MappedColumn::Role role);
  template <typename NoteOf>
  TextTable::Found look_up(TextTable& table, Looked looked, std::string_view text,
                           const NoteOf& note_of);
  [[nodiscard]] PartTexts::Party party_of(std::string_view text) const;
  std::uint32_t party(std::string_view text, Looked looked, PartTexts::Party& what);
  std::uint32_t place_id(std::string_view text, Looked looked);
  Word word(v1::MappedColumn::Role role, std::string_view text);
  std::optional<CivilTime> civil(v1::MappedColumn::Role role, std::string_view text);

  void reject(const char* code, std::string message);
  core::Status fix_line(std::uint64_t line);
  core::Status read_row(std::uint64_t line);
  core::Status read_call(std::uint64_t line);
  core::Result<bool> read_time(std::uint64_t line, core::ZonedTime& zoned, std::uint32_t& flags);
  core::TimeZone* row_zone(std::string_view name);
  void mark_clock_change(const core::ZonedTime& zoned, std::uint32_t& flags);
  std::optional<std::int32_t> seconds_to_end(const core::ZonedTime& start);
  /// False: rejected.
  bool read_use(v1::CallKind& kind, bool& in, std::uint32_t& flags);
  std::uint32_t device(TextTable& table, Looked looked, std::string_view text);
  void read_devices(std::size_t row, std::uint32_t& flags);
  void read_place(std::size_t row, std::uint32_t& flags);
  void read_azimuth(std::size_t row, std::uint32_t& flags);

  const CallLayout& layout_;
  NumberReader* numbers_;
  std::uint64_t line_offset_;
  std::size_t progress_share_ = 0;  // 0: progress is not told
  const Ahead* ahead_ = nullptr;    // the row being read
  std::optional<core::TimeZone> zone_;
  std::map<std::string, std::optional<core::TimeZone>, std::less<>> row_zones_;
  std::size_t last_pattern_[kRoles] = {};
  TextTable words_[kRoles];
  std::vector<Word> word_meanings_[kRoles];
  std::deque<std::string> kept_;  // unescaped cells that the tables point into
};

}  // namespace palermo::ingest
