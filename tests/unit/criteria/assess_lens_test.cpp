// What a finding under a lens rests on.
#include <algorithm>

#include "analysis/criteria/assess.hpp"
#include "ingest/facts/facts_reader.hpp"
#include "tests/support/catch.hpp"

using namespace palermo;

namespace {

v1::Element number_of(const std::string& statements, criteria::Lens lens) {
  const auto json = core::parse_json(
      R"({"case": {"as_of": "2021-06-01", "state": "IT"}, "statements": [)" + statements + "]}");
  REQUIRE(json.ok());
  const auto facts = ingest::read_facts(*json);
  REQUIRE(facts.ok());
  criteria::AssessOptions options;
  options.lens = lens;
  const auto finding = criteria::assess(*facts, options);
  REQUIRE(finding.ok());
  const std::function<const v1::Element*(const v1::Element&)> find =
      [&](const v1::Element& at) -> const v1::Element* {
    if (at.id() == "untoc.2a.number" && at.operator_() == "LEAF") return &at;
    for (const v1::Element& child : at.children())
      if (const v1::Element* found = find(child)) return found;
    return nullptr;
  };
  for (const v1::Element& root : finding->elements())
    if (const v1::Element* found = find(root)) return *found;
  FAIL("no untoc.2a.number");
  return {};
}

std::string member(const std::string& id, const std::string& person, const std::string& more = "") {
  return R"({"id": ")" + id + R"(", "kind": "fact", "membership": {"person": ")" + person +
         R"(", "group": "Quay"})" + more + "}";
}

std::string identity(const std::string& id, const std::string& relation,
                     const std::string& more = "") {
  return R"({"id": ")" + id +
         R"(", "kind": "fact", "identity": {"a": "Alder", "b": "Birch", "relation": ")" + relation +
         "\"}" + more + "}";
}

const std::string kThree =
    member("S1", "Alder") + "," + member("S2", "Birch") + "," + member("S3", "Cedar");

/// "S4: two persons, not one" and the like.
template <typename Items>
std::vector<std::string> shown(const Items& items, const std::string& id) {
  std::vector<std::string> out;
  for (const v1::Evidence& item : items)
    if (item.statement_id() == id) out.push_back(item.why());
  return out;
}

}  // namespace

TEST_CASE("a second membership outside the lens does not support the number", "[criteria]") {
  const struct {
    criteria::Lens lens;
    const char* flag;
  } ways[] = {{criteria::Lens::Lawful, R"(, "lawful": false)"},
              {criteria::Lens::WithoutUndercover, R"(, "undercover_act": true)"},
              {criteria::Lens::WithoutRestricted, R"(, "restricted": true)"}};
  for (const auto& way : ways) {
    CAPTURE(way.flag);
    const std::string statements = kThree + "," + member("S4", "Alder", way.flag);
    const v1::Element under = number_of(statements, way.lens);
    CHECK(under.outcome() == criteria::kIndicated);
    CHECK(shown(under.supporting(), "S1").size() == 1);
    CHECK(shown(under.supporting(), "S4").empty());
    CHECK(shown(number_of(statements, criteria::Lens::All).supporting(), "S4").size() == 1);
  }
}

TEST_CASE("a membership outside the lens is missing, not support, while the number is open",
          "[criteria]") {
  const std::string statements = member("S1", "Alder") + "," + member("S2", "Birch") + "," +
                                 member("S3", "Cedar", R"(, "lawful": false)");
  const v1::Element under = number_of(statements, criteria::Lens::Lawful);
  CHECK(under.outcome() == criteria::kUndetermined);
  CHECK(shown(under.supporting(), "S3").empty());
  CHECK(std::any_of(under.missing().begin(), under.missing().end(), [](const std::string& line) {
    return line == "whether Cedar counts: the membership rests on statements outside the lens";
  }));
}

TEST_CASE("a distinction outside the lens does not support the number", "[criteria]") {
  const std::string statements = kThree + "," + identity("S4", "distinct", R"(, "lawful": false)");
  CHECK(shown(number_of(statements, criteria::Lens::Lawful).supporting(), "S4").empty());
  CHECK(shown(number_of(statements, criteria::Lens::All).supporting(), "S4") ==
        std::vector<std::string>{"two persons, not one"});
}

TEST_CASE("a denied identity statement says the reverse", "[criteria]") {
  const std::string denied = R"(, "polarity": "contradicts")";
  for (const char* relation : {"same", "possibly_same"}) {
    const v1::Element number =
        number_of(kThree + "," + identity("S4", relation, denied), criteria::Lens::All);
    CHECK(number.outcome() == criteria::kIndicated);
    CHECK(shown(number.supporting(), "S4") == std::vector<std::string>{"two persons, not one"});
    CHECK(shown(number.contrary(), "S4").empty());
  }
  // Alder and Birch are then kept under one name, and the statement is about one person.
  const v1::Element number =
      number_of(kThree + "," + identity("S4", "distinct", denied), criteria::Lens::All);
  CHECK(number.outcome() == criteria::kNotIndicated);
  CHECK(shown(number.supporting(), "S4").empty());
  CHECK(shown(number.contrary(), "S4") == std::vector<std::string>{"one person, not two"});
}
