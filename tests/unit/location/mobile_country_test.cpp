#include "analysis/location/mobile_country.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

using palermo::analysis::mobile_country;
using States = std::vector<std::string>;

TEST_CASE("Mobile country codes: one State, several, none", "[location]") {
  CHECK(mobile_country("262")->states == States{"DE"});
  CHECK(mobile_country("222")->states == States{"IT"});
  CHECK(mobile_country("234")->remark.find("Jersey") != std::string::npos);
  CHECK(mobile_country("425")->states == States{"IL", "PS"});
  CHECK(mobile_country("750")->states == States{"FK"});
  for (const char* code : {"001", "901", "999", "000", "", "26", "2620", "abc"})
    CHECK(mobile_country(code) == nullptr);
}

TEST_CASE("Mobile country codes agree with a public list", "[location]") {
  PALERMO_NEED_SHARED(shared);
  const auto lists = nlohmann::json::parse(
      palermo::test::read_file(shared / "data/reference_tables/mcc_mnc/p1_mcc.json"));
  // Codes that E.212 does not assign, and those that name no State.
  const std::set<std::string> not_ours = {"001", "289", "901", "902", "991", "995", "999"};
  std::size_t compared = 0;
  for (const auto& [code, entries] : lists.at(1).items()) {
    INFO(code);
    std::set<std::string> theirs;
    for (const auto& entry : entries.is_array() ? entries : nlohmann::json::array({entries}))
      if (entry.at("cc2").is_string()) theirs.insert(entry.at("cc2"));
    const auto* ours = mobile_country(code);
    if (not_ours.contains(code)) {
      CHECK(ours == nullptr);
      continue;
    }
    REQUIRE(ours != nullptr);
    ++compared;
    // Territories that use their State's code stand in the remark, not among the States.
    for (const std::string& state : theirs)
      if (std::find(ours->states.begin(), ours->states.end(), state) == ours->states.end())
        CHECK(ours->remark.find("use it too") != std::string::npos);
    CHECK(std::any_of(ours->states.begin(), ours->states.end(),
                      [&](const std::string& state) { return theirs.contains(state); }));
  }
  CHECK(compared == 236);
}
