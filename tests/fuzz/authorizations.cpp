// Authorization files.
#include "core/authorization/authorization_store.hpp"
#include "core/authorization/coverage.hpp"
#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = palermo::authorization::read_file(palermo::test::text_of(data, size));
  if (!read) return 0;
  for (const auto& one : *read)
    palermo::test::require(static_cast<bool>(palermo::authorization::Coverage::compile(one)),
                           "what is read as an authorization can be asked what it covers");
  return 0;
}
