// Call segments of a case file that somebody else wrote.
#include "core/store/call_columns.hpp"
#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using palermo::test::require;
  const auto columns = palermo::store::decode_segment(palermo::test::text_of(data, size));
  if (!columns) {
    require(columns.error().code == palermo::core::ErrorCode::Integrity,
            "a segment that cannot be read is an integrity failure");
    return 0;
  }
  for (std::size_t row = 0; row < columns->records; ++row)
    static_cast<void>(palermo::store::row_of(*columns, row));
  return 0;
}
