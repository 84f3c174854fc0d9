// One target for each evidence format: the adapters, and the layouts of call tables.
#include "ingest/batch.hpp"
#include "ingest/calls/call_adapter.hpp"
#include "ingest/calls/call_reader.hpp"
#include "ingest/detect.hpp"
#include "tests/fuzz/target.hpp"

namespace palermo::test {
namespace {

using ingest::AdapterInput;

constexpr std::string_view kBetween = "\n---\n";

/// What a command line may say, from everything to nothing; and what stands in front of a line of
/// three dashes as the text of --map.
std::vector<AdapterInput> inputs(std::string_view bytes) {
  std::vector<AdapterInput> all(2);
  for (AdapterInput& input : all) input.bytes = bytes;
  all[0].file_name = "calls-+447700900001.csv";
  all[0].options.timezone = "Europe/Rome";
  all[0].options.country = "IT";
  all[1].file_name = "WhatsApp Chat with Anna.txt";
  all[1].options.layer = "drawn";
  all[1].options.keep_going = true;
  const std::size_t end = bytes.find(kBetween);
  if (end == std::string_view::npos || end + kBetween.size() == bytes.size()) return all;
  AdapterInput& mapped = all.emplace_back(all[0]);
  mapped.options.map = bytes.substr(0, end);
  mapped.bytes = bytes.substr(end + kBetween.size());
  return all;
}

/// The pipeline lets nothing else through to an adapter.
bool passes(std::string_view bytes, bool binary) {
  return !bytes.empty() && (binary || bytes.find('\0') == std::string_view::npos);
}

void check_error(const core::Error& error) {
  require(error.code == core::ErrorCode::BadInput, "a bad file is bad input");
  require(!error.message.empty(), "an error says what is wrong");
}

void check_table(const core::Result<ingest::CallTable>& table) {
  if (!table) return check_error(table.error());
  const auto& c = table->columns;
  require(table->rows_read == c.records + table->rejects.size(), "every row is accounted for");
  require(c.a.size() == c.records && c.b.size() == c.records && c.line.size() == c.records &&
              c.started_at_us.size() == c.records && c.flags.size() == c.records,
          "columns are of one length");
  for (const auto* column : {&c.a, &c.b, &c.imei, &c.imsi, &c.forwarded_to})
    for (const std::uint32_t id : *column)
      require(id <= table->identifiers.size(), "a party is one of the identifiers");
  for (const auto* column : {&c.cell, &c.last_cell, &c.roaming})
    for (const std::uint32_t id : *column)
      require(id <= c.texts.size(), "a cell is one of the texts");
  for (std::size_t i = 1; i < table->identifiers.size(); ++i) {
    const auto& x = table->identifiers[i - 1];
    const auto& y = table->identifiers[i];
    require(std::tie(x.kind, x.value) < std::tie(y.kind, y.value), "identifiers ascend");
  }
}

void run_records(const ingest::Adapter& adapter, std::string_view bytes) {
  if (!passes(bytes, adapter.binary)) return;
  static_cast<void>(ingest::describe_content(bytes));
  for (const AdapterInput& input : inputs(bytes)) {
    const double confidence = adapter.detect(input.bytes, input.file_name).confidence;
    require(confidence >= 0 && confidence <= 1, "a confidence is a share");
    const auto batch = adapter.read(input);
    if (!batch) {
      check_error(batch.error());
      continue;
    }
    require(batch->rows_read == batch->rows.size() + batch->rejects.size(),
            "every row is accounted for");
  }
}

void run_calls(const ingest::CallAdapter& adapter, std::string_view bytes) {
  if (!passes(bytes, adapter.binary)) return;
  for (const AdapterInput& input : inputs(bytes)) {
    const double confidence = adapter.detect(input.bytes, input.file_name).confidence;
    require(confidence >= 0 && confidence <= 1, "a confidence is a share");
    const auto made = adapter.read(input);
    if (!made) {
      check_error(made.error());
      continue;
    }
    ingest::Profile rows = *ingest::find_profile(ingest::kAdapterRows);
    rows.layout.set_identifier_kind(made->identifier_kind);
    for (const std::string& word : made->withheld_words) rows.layout.add_withheld_words(word);
    ingest::CallReadOptions options;
    options.timezone = input.options.timezone;
    options.country = input.options.country.empty() ? made->country : input.options.country;
    options.keep_going = input.options.keep_going;
    const auto table = ingest::read_calls(made->text, rows, input.file_name, options);
    check_table(table);
    if (table) require(table->rows_read == made->rows, "each row of the adapter is read as one");
  }
}

void run_layout(const ingest::Profile& profile, std::string_view bytes) {
  static_cast<void>(ingest::detect_calls(bytes));
  for (const AdapterInput& input : inputs(bytes)) {
    ingest::CallReadOptions options;
    options.timezone = input.options.timezone;
    options.country = input.options.country;
    options.keep_going = input.options.keep_going;
    check_table(ingest::read_calls(bytes, profile, input.file_name, options));
  }
}

/// A mapping, a line with three dashes, and the table that it is used on.
void run_map(std::string_view bytes) {
  const std::size_t end = bytes.find(kBetween);
  if (end == std::string_view::npos) return;
  const auto profile = ingest::parse_profile(bytes.substr(0, end), "map");
  if (profile) run_layout(*profile, bytes.substr(end + kBetween.size()));
}

}  // namespace

void add_adapter_targets(std::vector<FuzzTarget>& all) {
  all.push_back({"call_csv", run_map});
  for (const auto& profile : ingest::shipped_profiles())
    all.push_back({"call_csv_" + profile.layout.id(),
                   [&](std::string_view bytes) { run_layout(profile, bytes); }});
  for (const auto& adapter : ingest::call_adapters())
    all.push_back({adapter.id, [&](std::string_view bytes) { run_calls(adapter, bytes); }});
  for (const auto& adapter : ingest::record_adapters())
    all.push_back({adapter.id, [&](std::string_view bytes) { run_records(adapter, bytes); }});
}

}  // namespace palermo::test
