// Call tables: any bytes, by the layout that detection finds and by one chosen from the first byte.
#include "ingest/calls/call_reader.hpp"
#include "tests/fuzz/target.hpp"

namespace {

void read(std::string_view bytes, const palermo::ingest::Profile& profile, bool keep_going) {
  using palermo::test::require;
  palermo::ingest::CallReadOptions options;
  options.timezone = "Europe/Rome";
  options.country = "IT";
  options.keep_going = keep_going;
  const auto table = palermo::ingest::read_calls(bytes, profile, "input", options);
  if (!table) {
    require(table.error().code == palermo::core::ErrorCode::BadInput, "a bad table is bad input");
    require(!table.error().message.empty(), "an error says what is wrong");
    return;
  }
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

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = palermo::test::text_of(data, size);
  const auto found = palermo::ingest::detect_calls(bytes);
  if (const auto* profile = palermo::ingest::find_profile(found.profile); profile != nullptr)
    read(bytes, *profile, true);
  if (bytes.empty()) return 0;
  const auto& all = palermo::ingest::shipped_profiles();
  read(bytes.substr(1), all[static_cast<std::uint8_t>(bytes[0]) % all.size()], false);
  return 0;
}
