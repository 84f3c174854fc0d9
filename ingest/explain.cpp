#include "ingest/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/calls/call_reader.hpp"
#include "ingest/calls/cell_values.hpp"
#include "ingest/calls/json_table.hpp"
#include "ingest/calls/row_scanner.hpp"
#include "ingest/choice.hpp"
#include "ingest/inputs/input_list.hpp"
#include "ingest/records/delimited.hpp"
#include "ingest/source_writer.hpp"

namespace palermo::ingest {
namespace {

using core::Result;
using v1::MappedColumn;
using v1::MappingProfile;

constexpr std::size_t kRowsShown = 5;
constexpr std::size_t kRecordShown = 2000;

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 0x20);
  return text;
}

std::string name_of_kind(std::uint8_t kind) {
  return lower(v1::CallKind_Name(static_cast<v1::CallKind>(kind)));
}

/// Values of one record of a table of calls, as they would be stored.
class StoredCall {
 public:
  StoredCall(const CallTable& table, std::size_t row, bool zone_known)
      : table_{table}, c_{table.columns}, row_{row}, zone_known_{zone_known} {}

  [[nodiscard]] bool has(std::uint32_t flag) const { return (c_.flags[row_] & flag) != 0; }

  [[nodiscard]] std::string party(std::uint32_t id) const {
    if (id == 0) return "none";
    const store::IdentifierView& each = table_.identifiers[id - 1];
    std::string text{each.value};
    if (each.kind != "msisdn" && each.kind != "imei" && each.kind != "imsi")
      text += fmt::format(" ({})", each.kind);
    if (!each.valid) text += " (not valid)";
    return text;
  }
  [[nodiscard]] std::string utc() const {
    return zone_known_ ? core::format_utc(c_.started_at_us[row_]) : "zone not known";
  }
  [[nodiscard]] std::string local() const {
    const core::Instant instant{c_.started_at_us[row_], c_.utc_offset_min[row_]};
    std::string text = core::format_local(instant);
    return zone_known_ ? text : text.substr(0, 19);
  }
  [[nodiscard]] std::string duration() const {
    return has(v1::DURATION_ABSENT) ? "not given" : fmt::format("{} s", c_.duration_s[row_]);
  }
  [[nodiscard]] std::string kind() const {
    std::string text = name_of_kind(c_.kind[row_]);
    if (has(v1::NOT_ANSWERED)) text += ", not answered";
    if (has(v1::FORWARDED)) text += ", forwarded";
    return text;
  }
  [[nodiscard]] std::string text_at(const std::vector<std::uint32_t>& column) const {
    const std::uint32_t id = store::CallColumns::at(column, row_);
    return id == 0 ? "none" : c_.texts[id - 1];
  }

  /// Of the cell of a role.
  [[nodiscard]] std::string read(MappedColumn::Role role) const {
    const bool turned = has(v1::TURNED);
    const auto id = [&](const std::vector<std::uint32_t>& column) {
      return party(store::CallColumns::at(column, row_));
    };
    switch (role) {
      case MappedColumn::A_NUMBER:
        return party(turned ? c_.b[row_] : c_.a[row_]) + (turned ? ", called" : "");
      case MappedColumn::B_NUMBER:
        return party(turned ? c_.a[row_] : c_.b[row_]) + (turned ? ", caller" : "");
      case MappedColumn::DATE_TIME:
      case MappedColumn::DATE:
        return utc();
      case MappedColumn::TIME:
        return local();
      case MappedColumn::DURATION:
      case MappedColumn::END:
        return duration();
      case MappedColumn::KIND:
      case MappedColumn::ANSWERED:
      case MappedColumn::FORWARD_MARK:
        return kind();
      case MappedColumn::DIRECTION:
        return kind() + (has(v1::TARGET_PERSPECTIVE)
                             ? (turned || has(v1::OWNER_IS_B) ? ", incoming" : ", outgoing")
                             : "");
      case MappedColumn::CELL:
        return text_at(c_.cell);
      case MappedColumn::LAST_CELL:
        return text_at(c_.last_cell);
      case MappedColumn::ROAMING:
        return text_at(c_.roaming);
      case MappedColumn::IMEI:
        return id(c_.imei);
      case MappedColumn::IMSI:
        return id(c_.imsi);
      case MappedColumn::FORWARDED_TO:
        return id(c_.forwarded_to);
      case MappedColumn::LATITUDE:
      case MappedColumn::LONGITUDE:
      case MappedColumn::LATITUDE_LONGITUDE:
        if (!has(v1::HAS_POSITION)) return "none";
        return fmt::format("{:.5f}, {:.5f}", store::CallColumns::at(c_.latitude_e7, row_) / 1e7,
                           store::CallColumns::at(c_.longitude_e7, row_) / 1e7);
      case MappedColumn::AZIMUTH:
        return has(v1::HAS_AZIMUTH)
                   ? fmt::format("{}°", store::CallColumns::at(c_.azimuth_deg, row_))
                   : "none";
      default:
        return {};
    }
  }

  /// In short, for formats without columns.
  [[nodiscard]] std::string json() const {
    core::Json record;
    record["a"] = party(c_.a[row_]);
    record["b"] = party(c_.b[row_]);
    record["started_at"] = utc();
    record["local_time"] = local();
    record["duration"] = duration();
    record["kind"] = kind();
    if (!c_.cell.empty()) record["cell"] = text_at(c_.cell);
    if (!c_.imei.empty()) record["imei"] = party(store::CallColumns::at(c_.imei, row_));
    if (!c_.imsi.empty()) record["imsi"] = party(store::CallColumns::at(c_.imsi, row_));
    return record.dump();
  }

 private:
  const CallTable& table_;
  const store::CallColumns& c_;
  std::size_t row_;
  bool zone_known_;
};

void add_rejects(const std::vector<v1::Reject>& rejects, v1::Explanation& out) {
  std::map<std::string, v1::ExplainedReject> by_code;
  for (const v1::Reject& reject : rejects) {
    v1::ExplainedReject& group = by_code[reject.code()];
    if (group.count() == 0) {
      group.set_code(reject.code());
      group.set_first_line(reject.line());
      group.set_message(reject.message());
    }
    group.set_count(group.count() + 1);
  }
  for (auto& [code, group] : by_code) *out.add_rejects() = std::move(group);
}

void add_refusal(const core::Error& error, v1::Explanation& out) {
  out.set_problem(error.message);
  out.set_next(error.next);
}

/// Zone and country, and why.
void add_rules(const CallTable& table, const IngestOptions& options, const MappingProfile& layout,
               bool zone_known, v1::Explanation& out) {
  if (zone_known) {
    out.set_timezone(table.timezone);
    if (!options.timezone.empty()) {
      out.set_timezone_because("--timezone says so");
    } else if (!layout.timezone().empty()) {
      out.set_timezone_because(layout.timezone_reason().empty() ? "the layout says so"
                                                                : layout.timezone_reason());
    } else {
      out.set_timezone_because("every time says it");
    }
  }
  out.set_country(table.country);
  if (!layout.identifier_kind().empty()) {
    out.set_country_because(
        fmt::format("the parties are of kind {}; no number is read", layout.identifier_kind()));
  } else if (table.country.empty()) {
    out.set_country_because("not given: only numbers with + or 00 can be valid");
  } else {
    out.set_country_because(options.country.empty() ? "the layout says so" : "--country says so");
  }
}

/// Reads, and where only the zone is missing reads again to show the rows.
Result<CallTable> read_with_any_zone(
    const std::function<Result<CallTable>(const CallReadOptions&)>& read, CallReadOptions options,
    const std::string& layout_zone, bool& zone_known, v1::Explanation& out) {
  zone_known = true;
  auto table = read(options);
  if (table || !options.timezone.empty() || !layout_zone.empty()) return table;
  const core::Error why = table.error();
  options.timezone = "UTC";
  auto again = read(options);
  if (!again) return table;
  add_refusal(why, out);
  zone_known = false;
  std::erase_if(again->notices,
                [](const std::string& notice) { return notice.starts_with("--timezone"); });
  return again;
}

/// The columns of the file, and the first rows as they stand in it.
void add_columns(const MappingProfile& layout, std::string_view text, char separator,
                 const CallTable* table, bool zone_known, v1::Explanation& out) {
  const auto match = match_layout(layout, text, separator);
  if (!match) return;
  out.set_separator(name_of_separator(match->delimiter));
  out.set_header_line(static_cast<std::uint32_t>(match->header_line));
  out.set_title_lines(static_cast<std::uint32_t>(match->title_lines));
  const char quote = layout.quote() == "none" ? '\0'
                     : layout.quote().empty() ? '"'
                                              : layout.quote()[0];
  const std::vector<ColumnPlace> places = place_columns(layout, *match);

  std::vector<std::uint32_t> lines;
  if (table != nullptr)
    for (std::size_t i = 0; i < std::min(kRowsShown, table->columns.records); ++i)
      lines.push_back(table->columns.line[i]);
  // Positions are lines, unless the layout has a column for them.
  const auto position = std::find_if(places.begin(), places.end(), [](const ColumnPlace& place) {
    return place.column->role() == MappedColumn::POSITION && place.index >= 0;
  });
  std::vector<std::vector<std::string>> raw_rows;
  std::vector<std::string> first;
  RowScanner scanner{text.substr(match->begin), match->delimiter, quote, layout.backslash_quotes()};
  const std::uint64_t offset = match->header_line > 0 ? match->header_line - 1 : 0;
  bool header = match->header_line > 0;
  while (raw_rows.size() < std::max<std::size_t>(lines.size(), 1) &&
         scanner.next() == RowScanner::Event::Row) {
    if (header) {
      header = false;
      continue;
    }
    std::vector<std::string> cells;
    for (const Cell& cell : scanner.cells())
      cells.push_back(unquoted(cell, quote, layout.backslash_quotes()));
    if (cells.size() == 1 && trimmed_cell(cells[0]).empty()) continue;
    if (first.empty()) first = cells;
    if (lines.empty()) break;
    const std::uint32_t wanted = lines[raw_rows.size()];
    const bool here =
        position == places.end()
            ? scanner.line() + offset == wanted
            : static_cast<std::size_t>(position->index) < cells.size() &&
                  cells[static_cast<std::size_t>(position->index)] == std::to_string(wanted);
    if (here) raw_rows.push_back(std::move(cells));
  }
  if (!raw_rows.empty()) first = raw_rows.front();
  const auto cell_at = [](const std::vector<std::string>& cells, std::size_t index) {
    return index < cells.size() ? cells[index] : std::string{};
  };

  const std::size_t columns = match->header.empty() ? first.size() : match->header.size();
  std::vector<std::string> roles(columns);
  for (const ColumnPlace& place : places) {
    std::string role = lower(MappedColumn::Role_Name(place.column->role()));
    if (place.column->role() == MappedColumn::LEFT_ALONE) continue;
    if (!place.column->constant().empty()) {
      v1::ExplainedColumn& column = *out.add_columns();
      column.set_role(role);
      column.set_first_value(place.column->constant());
      continue;
    }
    if (place.index >= 0 && static_cast<std::size_t>(place.index) < columns)
      roles[static_cast<std::size_t>(place.index)] +=
          (roles[static_cast<std::size_t>(place.index)].empty() ? "" : ", ") + role;
    for (const std::size_t index : place.joined)
      if (index < columns) roles[index] += (roles[index].empty() ? "" : ", ") + role;
  }
  for (std::size_t i = 0; i < columns; ++i) {
    const std::string name{trimmed_cell(cell_at(match->header, i))};
    if (name.empty() && roles[i].empty() && !match->header.empty()) continue;
    v1::ExplainedColumn& column = *out.add_columns();
    column.set_position(static_cast<std::uint32_t>(i + 1));
    column.set_name(name);
    column.set_role(roles[i]);
    column.set_first_value(cell_at(first, i));
  }

  for (std::size_t i = 0; i < raw_rows.size(); ++i) {
    const StoredCall call{*table, i, zone_known};
    v1::ExplainedRow& row = *out.add_rows();
    row.set_line(lines[i]);
    for (const ColumnPlace& place : places) {
      const bool constant = !place.column->constant().empty();
      if ((place.index < 0 && !constant) || place.column->role() == MappedColumn::LEFT_ALONE ||
          place.column->role() == MappedColumn::POSITION)
        continue;
      v1::ExplainedValue& value = *row.add_values();
      value.set_role(lower(MappedColumn::Role_Name(place.column->role())));
      std::string raw = constant ? place.column->constant()
                                 : cell_at(raw_rows[i], static_cast<std::size_t>(place.index));
      for (const std::size_t index : place.joined)
        raw += place.column->joined_by() + cell_at(raw_rows[i], index);
      value.set_raw(raw);
      value.set_read(call.read(place.column->role()));
    }
  }
}

void add_table(const CallTable& table, const IngestOptions& options, const MappingProfile& layout,
               bool zone_known, v1::Explanation& out) {
  add_rules(table, options, layout, zone_known, out);
  out.set_rows_read(table.rows_read);
  out.set_readable(static_cast<std::uint32_t>(table.columns.records));
  add_rejects(table.rejects, out);
  for (const std::string& notice : table.notices) out.add_notices(notice);
  if (table.columns.records == 0) return;
  const StoredCall first{table, 0, zone_known};
  out.set_first_time(first.local());
  if (zone_known) out.set_first_time_utc(first.utc());
}

void explain_profile(const SourceFile& file, const Profile& profile, const IngestOptions& options,
                     const CallReadOptions& read, v1::Explanation& out) {
  bool zone_known = true;
  auto table = read_with_any_zone(
      [&](const CallReadOptions& how) {
        return read_calls(file.text(), profile, file.path(), how);
      },
      read, profile.layout.timezone(), zone_known, out);
  if (table) add_table(*table, options, profile.layout, zone_known, out);
  if (!table) add_refusal(table.error(), out);
  const CallTable* rows = table ? &*table : nullptr;
  if (profile.layout.input() == MappingProfile::JSON_LINES) {
    // What the table reader saw; its lines are those of the file.
    if (const auto made = table_of_json_lines(file.text(), profile.layout, true))
      add_columns(made->layout, made->text, 0, rows, zone_known, out);
    out.clear_separator();
    out.clear_header_line();
    return;
  }
  std::string decoded;
  std::string_view text = file.text();
  if (profile.layout.encoding() == MappingProfile::WINDOWS_1252 && !core::is_valid_utf8(text)) {
    std::vector<std::string> ignored;
    if (auto made = decode_windows_1252_lines(text, ignored)) {
      decoded = *std::move(made);
      text = decoded;
      out.set_encoding("Windows-1252");
    }
  }
  add_columns(profile.layout, text, read.separator, rows, zone_known, out);
}

void explain_call_adapter(const SourceFile& file, const CallAdapter& adapter,
                          const AdapterInput& input, const IngestOptions& options,
                          CallReadOptions read, v1::Explanation& out) {
  auto made = adapter.read(input);
  if (!made) return add_refusal(made.error(), out);
  if (read.country.empty()) read.country = made->country;
  Profile rows = *find_profile(kAdapterRows);
  rows.layout.set_identifier_kind(made->identifier_kind);
  for (const std::string& word : made->withheld_words) rows.layout.add_withheld_words(word);
  read.separator = 0;
  read.sheet = false;
  bool zone_known = true;
  auto table = read_with_any_zone(
      [&](const CallReadOptions& how) { return read_calls(made->text, rows, file.path(), how); },
      read, {}, zone_known, out);
  if (!table) return add_refusal(table.error(), out);
  table->rows_read += static_cast<std::uint32_t>(made->rejects.size());
  table->rejects.insert(table->rejects.end(), made->rejects.begin(), made->rejects.end());
  table->notices.insert(table->notices.begin(), made->notices.begin(), made->notices.end());
  add_table(*table, options, rows.layout, zone_known, out);
  for (std::size_t i = 0; i < std::min(kRowsShown, table->columns.records); ++i) {
    v1::ExplainedRow& row = *out.add_rows();
    row.set_line(table->columns.line[i]);
    row.set_record(StoredCall{*table, i, zone_known}.json());
  }
}

void explain_records(const Adapter& adapter, const AdapterInput& input, v1::Explanation& out) {
  auto batch = adapter.read(input);
  if (!batch) return add_refusal(batch.error(), out);
  out.set_timezone(batch->timezone);
  out.set_rows_read(batch->rows_read);
  out.set_readable(static_cast<std::uint32_t>(batch->rows.size()));
  add_rejects(batch->rejects, out);
  for (const std::string& notice : batch->notices) out.add_notices(notice);
  for (std::size_t i = 0; i < std::min(kRowsShown, batch->rows.size()); ++i) {
    v1::ExplainedRow& row = *out.add_rows();
    row.set_line(batch->rows[i].record.line());
    std::string json = core::to_json_sparse(batch->rows[i].record).dump();
    if (json.size() > kRecordShown) json = core::printable(json, kRecordShown);
    row.set_record(std::move(json));
  }
}

}  // namespace

namespace {

Result<v1::Explanation> explain_opened(SourceFile& opened, const std::optional<Profile>& own,
                                       const IngestOptions& options) {
  SourceFile* const file = &opened;
  PALERMO_TRY(const Choice choice, choose(*file, options, own));
  v1::Explanation out;
  out.set_file(file->path());
  PALERMO_TRY(const std::string sha256, file->sha256());
  out.set_sha256(sha256);
  out.set_size(file->bytes().size());
  out.mutable_chosen()->set_format(choice.format);
  out.mutable_chosen()->set_confidence(choice.confidence);
  out.mutable_chosen()->set_because(choice.because.empty() ? "--format says so" : choice.because);
  if (!choice.runner_up.empty()) {
    out.mutable_runner_up()->set_format(choice.runner_up);
    out.mutable_runner_up()->set_confidence(choice.runner_up_confidence);
    out.mutable_runner_up()->set_because(choice.runner_up_because);
  }
  CallReadOptions read;
  read.timezone = options.timezone;
  read.country = options.country;
  read.keep_going = options.keep_going;
  read.sheet = !file->sheets().empty();
  if (const DecodedText* decoded = file->decoded(); decoded != nullptr) {
    read.separator = decoded->separator;
    out.set_encoding(decoded->encoding);
    for (const std::string& notice : decoded->notices) out.add_notices(notice);
  }
  for (const v1::SourceSheet& sheet : file->sheets()) out.add_sheets(sheet.name());
  AdapterInput input;
  input.bytes = file->text();
  input.file_name = file->path();
  input.options.timezone = options.timezone;
  input.options.country = options.country;
  input.options.layer = options.layer;
  input.options.map = options.map_text;
  input.options.keep_going = options.keep_going;
  if (choice.profile != nullptr) {
    explain_profile(*file, *choice.profile, options, read, out);
  } else if (choice.call_adapter != nullptr) {
    explain_call_adapter(*file, *choice.call_adapter, input, options, read, out);
  } else if (choice.adapter != nullptr) {
    explain_records(*choice.adapter, input, out);
  }
  return out;
}

}  // namespace

Result<v1::Explanation> explain_file(const std::string& path, const IngestOptions& options) {
  PALERMO_TRY(const std::optional<Profile> own, own_profile(options));
  if (!is_known_format(options.format)) return unknown_format(options.format);
  PALERMO_TRY(const std::unique_ptr<SourceFile> file, SourceFile::open(path));
  return explain_opened(*file, own, options);
}

Result<v1::ExplainResult> explain_files(session::Session& session,
                                        const std::vector<std::string>& paths,
                                        const IngestOptions& options) {
  PALERMO_TRY(const std::optional<Profile> own, own_profile(options));
  if (!is_known_format(options.format)) return unknown_format(options.format);
  PALERMO_TRY(const InputList inputs, InputList::list(paths, {options.skip}));
  PALERMO_TRY(const bool plain, inputs.is_one_plain_file());
  v1::ExplainResult result;
  const auto look = [&](const std::string& name, Result<SourceFile*> file) -> core::Status {
    Result<v1::Explanation> one =
        file ? explain_opened(**file, own, options) : std::move(file).error();
    if (!one) {
      // Alone, a file that cannot be taken is the command's error; among others it is one of them.
      if (plain) return std::move(one).error();
      v1::Explanation refused;
      refused.set_file(name);
      refused.set_problem(one.error().message);
      *result.add_files() = std::move(refused);
      return core::ok();
    }
    PALERMO_TRY(const std::optional<v1::Source> known, find_source(session.db(), one->sha256()));
    if (known) one->set_already_known(known->source_id());
    *result.add_files() = *std::move(one);
    return core::ok();
  };
  PALERMO_CHECK_OK(inputs.for_each(look, [](const LeftOut&) {}));
  return result;
}

}  // namespace palermo::ingest
