// Every other evidence file: relations, intercept logs, reports, payments, statements.
#include "ingest/batch.hpp"
#include "ingest/detect.hpp"
#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using palermo::test::require;
  palermo::ingest::AdapterInput input;
  input.bytes = palermo::test::text_of(data, size);
  input.file_name = "input";
  input.options.timezone = "Europe/Rome";
  input.options.country = "IT";
  // The pipeline lets neither through.
  if (input.bytes.empty() || input.bytes.find('\0') != std::string_view::npos) return 0;
  static_cast<void>(palermo::ingest::describe_content(input.bytes));
  for (const bool keep_going : {false, true}) {
    input.options.keep_going = keep_going;
    for (const auto& adapter : palermo::ingest::record_adapters()) {
      if (adapter.detect(input.bytes, input.file_name).confidence < 0.3) continue;
      const auto batch = adapter.read(input);
      if (!batch) {
        require(batch.error().code == palermo::core::ErrorCode::BadInput,
                "a bad file is bad input");
        require(!batch.error().message.empty(), "an error says what is wrong");
        continue;
      }
      require(batch->rows_read == batch->rows.size() + batch->rejects.size(),
              "every row is accounted for");
    }
  }
  return 0;
}
