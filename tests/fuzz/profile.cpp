// Mapping profiles of users.
#include "ingest/profile/profile.hpp"

#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto profile = palermo::ingest::parse_profile(palermo::test::text_of(data, size), "input");
  if (!profile) return 0;
  static_cast<void>(palermo::ingest::match_layout(profile->layout, "a,b,start\n1,2,3\n"));
  return 0;
}
