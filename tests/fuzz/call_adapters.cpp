// Files of calls that are no tables, by every adapter whose format they resemble.
#include "ingest/calls/call_adapter.hpp"
#include "ingest/calls/call_reader.hpp"
#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using palermo::test::require;
  palermo::ingest::AdapterInput input;
  input.bytes = palermo::test::text_of(data, size);
  input.file_name = "input";
  input.options.timezone = "Europe/Rome";
  input.options.country = "IT";
  if (input.bytes.empty()) return 0;
  for (const auto& adapter : palermo::ingest::call_adapters()) {
    if (adapter.detect(input.bytes, input.file_name).confidence < 0.3) continue;
    const auto made = adapter.read(input);
    if (!made) {
      require(made.error().code == palermo::core::ErrorCode::BadInput, "a bad file is bad input");
      continue;
    }
    palermo::ingest::CallReadOptions options;
    options.timezone = input.options.timezone;
    options.country = input.options.country;
    const auto* rows = palermo::ingest::find_profile(palermo::ingest::kAdapterRows);
    const auto table = palermo::ingest::read_calls(made->text, *rows, "input", options);
    if (table) require(table->rows_read == made->rows, "each row of the adapter is read as one");
  }
  return 0;
}
