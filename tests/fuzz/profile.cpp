// Mapping profiles of users.
#include "ingest/profile/profile.hpp"

#include "tests/fuzz/target.hpp"

void palermo::test::fuzz_profile(std::string_view bytes) {
  const auto profile = palermo::ingest::parse_profile(bytes, "input");
  if (!profile) return;
  static_cast<void>(palermo::ingest::match_layout(profile->layout, "a,b,start\n1,2,3\n"));
}
