#include "report/names.hpp"

#include "tests/support/catch.hpp"

using palermo::report::KnownPerson;
using palermo::report::Names;

namespace {

std::vector<KnownPerson> people() {
  return {{"P1", "Ornvek Suboran", "suspect", false, {}},
          {"P2", "Avorno Telmir", "smuggled_migrant", false, {"+447700900007"}},
          {"P3", "Dobor Karal", "suspect", true, {}},
          {"W.1", "W.1", "witness", false, {}}};
}

}  // namespace

TEST_CASE("Names: protected persons bear a pseudonym, others their name", "[report]") {
  const Names names{people(), "key"};
  CHECK(names.of("P1") == "Ornvek Suboran (P1)");
  CHECK(names.of("P2").rfind("Migrant M-", 0) == 0);
  CHECK(names.of("P3").rfind("Minor J-", 0) == 0);  // a minor suspect too
  CHECK(names.of("W.1").rfind("Witness W-", 0) == 0);
  CHECK(names.of("P9") == "P9");
  CHECK(names.sealed() == 3);
}

TEST_CASE("Names: every category of DESIGN section 4 is sealed", "[report]") {
  for (const char* category :
       {"undercover_officer", "informant", "witness", "victim", "smuggled_migrant"})
    CHECK(palermo::report::is_protected({"P", "N", category, false, {}}));
  for (const char* category :
       {"suspect", "official", "customer", "service_provider", "legal_person", "unknown"}) {
    CHECK_FALSE(palermo::report::is_protected({"P", "N", category, false, {}}));
    CHECK(palermo::report::is_protected({"P", "N", category, true, {}}));
  }
}

TEST_CASE("Names: running text loses protected names, their parts, ids and numbers", "[report]") {
  const Names names{people(), "key"};
  const std::string migrant = names.of("P2");
  CHECK(names.scrub("Avorno Telmir spoke") == migrant + " spoke");
  CHECK(names.scrub("AVORNO TELMIR, then telmir's bag") ==
        migrant + ", then " + migrant + "'s bag");
  CHECK(names.scrub("P2 called +447700900007.") == migrant + " called " + migrant + ".");
  CHECK(names.scrub("W.1 saw P1") == names.of("W.1") + " saw P1");
  // Whole words only: nothing else is touched.
  CHECK(names.scrub("P20 and AP2 and Telmirson") == "P20 and AP2 and Telmirson");
  CHECK(names.scrub("+4477009000071") == "+4477009000071");
  CHECK(names.scrub("") == "");
}

TEST_CASE("Names: another export key gives other pseudonyms, the same the same", "[report]") {
  const Names a{people(), "key"};
  const Names b{people(), "other"};
  const Names again{people(), "key"};
  CHECK(a.of("P2") == again.of("P2"));
  CHECK(a.of("P2") != b.of("P2"));
}
