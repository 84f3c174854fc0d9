// Call segments of a case file that somebody else wrote.
#include "core/store/call_columns.hpp"
#include "tests/fuzz/target.hpp"

void palermo::test::fuzz_segment(std::string_view bytes) {
  const auto columns = palermo::store::decode_segment(bytes);
  if (!columns) {
    require(columns.error().code == palermo::core::ErrorCode::Integrity,
            "a segment that cannot be read is an integrity failure");
    return;
  }
  for (std::size_t row = 0; row < columns->records; ++row)
    static_cast<void>(palermo::store::row_of(*columns, row));
}
