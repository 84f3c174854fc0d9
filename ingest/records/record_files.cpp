#include "ingest/records/record_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/base/text.hpp"
#include "ingest/records/flat_csv.hpp"
#include "ingest/records/payment_table.hpp"
#include "ingest/records/record_builder.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

using detail::RecordBuilder;

/// One kind of record file: how it is told from the others, and what reads one of its objects.
struct FileKind {
  std::string_view id;
  std::string_view object;                // in messages: "an intercept session"
  std::vector<std::string_view> telling;  // members or columns that only this kind has
  std::vector<std::string_view>
      needed;  // members of which all must stand there where none is telling
  const google::protobuf::Descriptor* type;  // of a flat row; null: no CSV form
  core::Status (RecordBuilder::*add)(JsonItem);
};

const std::array<FileKind, 6>& file_kinds() {
  static const std::array<FileKind, 6> kKinds = {{
      {"statements",
       "a statement",
       {"statements", "offences", "polarity", "observed_at", "undercover_act", "restricted",
        "lawful"},
       {"id", "kind"},
       nullptr,
       &RecordBuilder::add_statements},
      {"undercover_report",
       "an undercover report",
       {"report_id", "officer", "handler", "narrative", "first_contact", "conduct"},
       {},
       v1::UndercoverReport::descriptor(),
       &RecordBuilder::add_undercover},
      {"intercept_log",
       "an intercept session",
       {"session_id", "parties", "transcript", "monitor", "relevance", "privileged", "minimised"},
       {"line", "start"},
       v1::InterceptSession::descriptor(),
       &RecordBuilder::add_intercept},
      {"technique_use",
       "a technique use",
       {"use_id", "started_at", "ended_at", "operators", "incidents", "stop_reason", "delivery"},
       {},
       v1::TechniqueUseRecord::descriptor(),
       &RecordBuilder::add_technique_use},
      {"payments",
       "a payment",
       {"payment_id"},
       {"from", "to", "amount"},
       v1::Payment::descriptor(),
       &RecordBuilder::add_payment},
      {"relations", "a relation", {}, {"a", "b"}, nullptr, &RecordBuilder::add_relation},
  }};
  return kKinds;
}

bool looks_like_json(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && (text[at] == '{' || text[at] == '[');
}

/// How well the names fit a kind: its id name counts most, then the members only it has.
double fit(const FileKind& kind, const std::set<std::string>& names) {
  double telling = 0;
  for (const std::string_view name : kind.telling)
    telling += names.contains(std::string{name}) ? 1 : 0;
  // "statements" stands inside reports and sessions too.
  if (kind.id == "statements" && (names.contains("report_id") || names.contains("session_id")))
    return 0;
  const bool needed =
      !kind.needed.empty() &&
      std::all_of(kind.needed.begin(), kind.needed.end(),
                  [&](std::string_view name) { return names.contains(std::string{name}); });
  if (telling == 0 && !needed) return 0;
  return std::min(0.98, (telling > 0 ? 0.75 : 0.55) + 0.08 * telling + (needed ? 0.08 : 0));
}

/// The fields of a record message, so that a file of another program with one such word is not
/// taken.
std::size_t unknown_names(const FileKind& kind, const std::set<std::string>& names) {
  if (kind.type == nullptr && kind.id != "relations") return 0;
  const google::protobuf::Descriptor* type =
      kind.type != nullptr ? kind.type : v1::Relation::descriptor();
  return static_cast<std::size_t>(std::count_if(
      names.begin(), names.end(),
      [&](const std::string& name) { return type->FindFieldByName(name) == nullptr; }));
}

/// Member names of the first object of a JSON file, read from its first bytes alone.
std::set<std::string> first_members(std::string_view text) {
  std::set<std::string> names;
  const std::string_view head = text.substr(0, std::size_t{1} << 20);
  // A tolerant scan: the file may be cut off, and detection only needs names.
  int depth = 0;
  bool array = false;
  std::string last;
  for (std::size_t i = 0; i < head.size() && names.size() < 200; ++i) {
    const char c = head[i];
    if (c == '"') {
      const std::size_t start = ++i;
      while (i < head.size() && head[i] != '"') i += head[i] == '\\' ? 2 : 1;
      if (i >= head.size()) break;
      last = head.substr(start, i - start);
      continue;
    }
    if (c == ':' && depth == (array ? 2 : 1)) names.insert(last);
    if (c == '[' && depth == 0) array = true;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if ((c == '}' && depth == (array ? 1 : 0)) || depth < 0) break;
  }
  return names;
}

Detection detect(const FileKind& kind, std::string_view bytes) {
  std::string_view text = bytes;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const bool json = looks_like_json(text);
  if (!json && kind.type == nullptr) return {};
  if (!json && kind.id == "payments")
    if (const std::string columns = payment_columns(text); !columns.empty())
      return {0.94, "it is a table of payments: " + columns};
  std::set<std::string> names;
  if (json) {
    names = first_members(text);
  } else {
    for (std::string& name : csv_column_names(text)) names.insert(std::move(name));
  }
  double confidence = fit(kind, names);
  if (confidence == 0) return {};
  std::vector<std::string> seen;
  for (const std::string_view name : kind.telling)
    if (names.contains(std::string{name})) seen.emplace_back(name);
  for (const std::string_view name : kind.needed)
    if (names.contains(std::string{name})) seen.emplace_back(name);
  // Names of another program beside ours: perhaps a misspelt field, perhaps another format.
  const std::size_t foreign = unknown_names(kind, names);
  if (foreign * 2 > names.size()) return {};
  confidence -= 0.02 * static_cast<double>(foreign);
  if (seen.size() > 4) seen.resize(4);
  return {std::max(0.0, confidence),
          fmt::format("the {} {}", json ? "first object has the members" : "header names",
                      fmt::join(seen, ", "))};
}

bool csv_column_names_hold(std::string_view text, std::string_view name) {
  const std::vector<std::string> names = csv_column_names(text);
  return std::find(names.begin(), names.end(), name) != names.end();
}

core::Result<RecordBatch> read(const FileKind& kind, const AdapterInput& input) {
  PALERMO_TRY(
      const std::string_view text,
      check_text(input.bytes,
                 looks_like_json(input.bytes.substr(0, 4096)) ? kMaxDocumentBytes : kMaxLineBytes));
  PALERMO_TRY(RecordBuilder builder, RecordBuilder::make(input));
  std::vector<JsonItem> items;
  if (looks_like_json(text)) {
    PALERMO_TRY(JsonFile file, read_json_file(text));
    items = std::move(file.items);
    if (items.empty())
      return bad_input(0, "the array is empty: the file states no record",
                       "check that it was exported completely");
  } else if (kind.type == nullptr) {
    return bad_input(
        1,
        fmt::format("{} is read from JSON: an object, an array, or one object a line", kind.object),
        "write the file as JSON; docs/formats names the fields");
  } else if (kind.id == "payments" && !csv_column_names_hold(text, "payment_id")) {
    PALERMO_TRY(PaymentTable table, read_payment_table(text, input.options));
    for (v1::Reject& reject : table.rejects) builder.add_reject(std::move(reject));
    for (TablePayment& each : table.payments)
      PALERMO_CHECK_OK(builder.add_payment(std::move(each.payment), each.line));
    RecordBatch batch = builder.finish();
    batch.mapping = std::move(table.mapping);
    batch.notices.insert(batch.notices.begin(), std::make_move_iterator(table.notices.begin()),
                         std::make_move_iterator(table.notices.end()));
    return batch;
  } else {
    std::vector<v1::Reject> broken;
    PALERMO_TRY(items, read_flat_csv(text, *kind.type, input.options, broken));
    for (v1::Reject& reject : broken) builder.add_reject(std::move(reject));
  }
  for (JsonItem& item : items) PALERMO_CHECK_OK((builder.*kind.add)(std::move(item)));
  return builder.finish();
}

Adapter adapter(std::size_t index, std::string summary) {
  const FileKind& kind = file_kinds()[index];
  Adapter out;
  out.id = kind.id;
  out.version = "1";
  out.summary = std::move(summary);
  out.detect = [&kind](std::string_view bytes, std::string_view) { return detect(kind, bytes); };
  out.read = [&kind](const AdapterInput& input) { return read(kind, input); };
  return out;
}

}  // namespace

Adapter statements_adapter() {
  return adapter(
      0, "statements: {case, offences, statements}, an array of statements, or one a line (JSON)");
}
Adapter undercover_report_adapter() {
  return adapter(1, "undercover reports (JSON, JSON lines, CSV where flat)");
}
Adapter intercept_log_adapter() {
  return adapter(2, "intercept log: one session a record (JSON, JSON lines, CSV)");
}
Adapter technique_use_adapter() {
  return adapter(3, "uses of special investigative techniques (JSON, JSON lines, CSV)");
}
Adapter payments_adapter() {
  return adapter(4, "payments (JSON, JSON lines, CSV), and tables of banks and money services");
}
Adapter relations_adapter() {
  return adapter(5, "relations as JSON or JSON lines: a, b, weight, layer, from, to");
}

}  // namespace palermo::ingest
