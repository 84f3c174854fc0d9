// Authorization files.
#include "core/authorization/authorization_store.hpp"
#include "core/authorization/coverage.hpp"
#include "tests/fuzz/target.hpp"

void palermo::test::fuzz_authorizations(std::string_view bytes) {
  const auto read = palermo::authorization::read_file(bytes);
  if (!read) return;
  for (const auto& one : *read)
    require(static_cast<bool>(palermo::authorization::Coverage::compile(one)),
            "what is read as an authorization can be asked what it covers");
}
