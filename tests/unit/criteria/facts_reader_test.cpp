#include "ingest/facts/facts_reader.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

using namespace palermo;
using core::Json;

namespace {

core::Result<v1::FactsFile> facts(const std::string& text) {
  const auto json = core::parse_json(text);
  REQUIRE(json.ok());
  return ingest::read_facts(*json);
}

core::Result<v1::Statement> statement(const std::string& text) {
  const auto json = core::parse_json(text);
  REQUIRE(json.ok());
  return ingest::read_statement(*json, "statements[0]");
}

std::string problem(const std::string& text) {
  const auto read = facts(text);
  REQUIRE_FALSE(read.ok());
  CHECK(read.error().code == core::ErrorCode::BadInput);
  return read.error().message;
}

std::string wrong(const std::string& body) {
  return problem(R"({"statements": [{"id": "S1", "kind": "fact", )" + body + "}]}");
}

bool starts(const std::string& text, const std::string& head) { return text.rfind(head, 0) == 0; }

}  // namespace

TEST_CASE("a facts file is read whole", "[ingest][facts]") {
  const auto read = facts(
      R"({"case": {"title": "T", "as_of": "2021-06-01", "state": "IT", "parties": ["IT", "TN"]},
    "offences": [{"id": "O1", "state": "IT", "date": "2021-05-01",
                  "law": {"state": "IT", "provision": "p", "max_years": "LIFE", "implements": ["som.6.1.a"]}}],
    "statements": [{"id": "S1", "kind": "fact", "grade": "B2", "lawful": false,
                    "act": {"type": "attempt", "offence": "O1", "persons": ["A", "B"], "at": "2021-05-01"}}]})");
  REQUIRE(read.ok());
  CHECK(read->case_().parties_size() == 2);
  CHECK(read->offences(0).law().max_years().string_value() == "LIFE");
  CHECK(read->statements(0).act().type() == v1::Act::attempt);
  CHECK(read->statements(0).has_lawful());
  CHECK_FALSE(read->statements(0).lawful());
}

TEST_CASE("the word lawful on an entry belongs to the entry", "[ingest][facts]") {
  const auto entry = statement(
      R"({"id": "S1", "kind": "fact", "lawful": "no", "entry": {"person": "m", "state": "HU"}})");
  REQUIRE(entry.ok());
  CHECK(entry->entry().lawful() == v1::TriState::no);
  CHECK_FALSE(entry->has_lawful());
  const auto stay = statement(
      R"({"id": "S1", "kind": "fact", "lawful": "unknown", "stay": {"person": "m", "state": "HU"}})");
  REQUIRE(stay.ok());
  CHECK(stay->stay().lawful() == v1::TriState::unknown);

  SECTION("unless the entry carries its own") {
    const auto both = statement(
        R"({"id": "S1", "kind": "fact", "lawful": "no", "entry": {"person": "m", "state": "HU", "lawful": "yes"}})");
    REQUIRE(both.ok());
    CHECK(both->entry().lawful() == v1::TriState::yes);
    CHECK(both->has_lawful());
    CHECK_FALSE(both->lawful());
  }
  SECTION("true and false stay with the statement") {
    const auto flag = statement(
        R"({"id": "S1", "kind": "fact", "lawful": true, "entry": {"person": "m", "state": "HU"}})");
    REQUIRE(flag.ok());
    CHECK(flag->lawful());
    CHECK(flag->entry().lawful() == v1::TriState::value_unspecified);
  }
  SECTION("on another statement a word means the provenance") {
    const auto yes = statement(
        R"({"id": "S1", "kind": "fact", "lawful": "yes", "benefit": {"persons": ["A"]}})");
    REQUIRE(yes.ok());
    CHECK(yes->lawful());
    const auto unknown = statement(
        R"({"id": "S1", "kind": "fact", "lawful": "unknown", "benefit": {"persons": ["A"]}})");
    REQUIRE(unknown.ok());
    CHECK_FALSE(unknown->has_lawful());
    const auto other = statement(
        R"({"id": "S1", "kind": "fact", "lawful": "maybe", "benefit": {"persons": ["A"]}})");
    REQUIRE_FALSE(other.ok());
    CHECK(starts(other.error().message, "statements[0].lawful"));
  }
}

TEST_CASE("what a facts file gets wrong is named with its place", "[ingest][facts]") {
  CHECK(starts(problem(R"([])"), "top level"));
  CHECK(problem(R"({"statments": []})").find("statements") != std::string::npos);
  CHECK(starts(
      problem(
          R"({"statements": [{"id": "S1", "kind": "fact", "act": {"type": "commission", "offense": "O1"}}]})"),
      "statements[0].act: unknown field 'offense'"));
  CHECK(starts(problem(R"({"case": {"as_of": "2021-02-30"}})"), "case.as_of"));
  CHECK(starts(problem(R"({"case": {"parties": ["DE", "Germany"]}})"), "case.parties[1]"));
  CHECK(problem(R"({"case": {"state": "UK"}})").find("GB") != std::string::npos);
  CHECK(starts(wrong(R"("grade": "G9", "benefit": {})"), "statements[0].grade"));
  CHECK(starts(wrong(R"("text": "nothing")"), "statements[0]: states nothing"));
  CHECK(
      starts(wrong(R"("act": {"type": "commission", "at": "yesterday"})"), "statements[0].act.at"));
  CHECK(starts(wrong(R"("act": {"type": "comission"})"), "statements[0].act.type"));
  CHECK(starts(wrong(R"("act": {"offence": "O1"})"), "statements[0].act.type"));
  CHECK(starts(
      wrong(
          R"("membership": {"person": "A", "group": "G", "from": "2021-05-02", "to": "2021-05-01"})"),
      "statements[0].membership.to"));
  CHECK(starts(wrong(R"("identity": {"a": "A", "b": "B"})"), "statements[0].identity.relation"));
  CHECK(starts(
      wrong(
          R"("judgement": {"element": "untoc.2b", "outcome": "guilty", "by": "x", "reason": "y"})"),
      "statements[0].judgement.outcome"));
  CHECK(starts(wrong(R"("benefit": {"amount": -5})"), "statements[0].benefit.amount"));
  CHECK(starts(wrong(R"("benefit": {"currency": "euro"})"), "statements[0].benefit.currency"));
  CHECK(starts(wrong(R"("benefit": {}, "act": {"type": "attempt"})"), "statements[0]"));
  CHECK(starts(wrong(R"("trace": {"source_id": "SRC-1"}, "benefit": {})"), "statements[0].trace"));
  CHECK(
      starts(problem(R"({"statements": [{"kind": "fact", "benefit": {}}]})"), "statements[0].id"));
  CHECK(starts(problem(R"({"offences": [{"id": "O1", "law": {"max_years": "long"}}]})"),
               "offences[0].law.max_years"));
  CHECK(starts(problem(R"({"offences": [{"id": "O1"}, {"id": "O1"}]})"), "offences[1].id"));
  CHECK(
      problem(
          R"({"statements": [{"id": "S1", "kind": "fact", "benefit": {}}, {"id": "S1", "kind": "fact", "benefit": {}}]})")
          .find("statements[0]") != std::string::npos);
}

TEST_CASE("empty optional values are no error", "[ingest][facts]") {
  CHECK(facts("{}").ok());
  CHECK(facts(R"({"case": {"as_of": "", "state": ""}, "offences": [], "statements": []})").ok());
  CHECK(
      statement(
          R"({"id": "S1", "kind": "fact", "grade": "", "observed_at": "", "act": {"type": "planning", "at": "", "state": ""}})")
          .ok());
}

TEST_CASE("State codes are those of ISO 3166-1", "[ingest][facts]") {
  for (const char* code : {"AD", "DE", "GB", "RS", "XK", "XX", "ZW", "RW", "VI"})
    CHECK(ingest::is_state_code(code));
  for (const char* code : {"UK", "de", "D", "DEU", "", "EU", "ZZ", "DA"})
    CHECK_FALSE(ingest::is_state_code(code));
}

TEST_CASE("every published case file is read", "[ingest][facts]") {
  PALERMO_NEED_SHARED(shared);
  int files = 0;
  for (const auto& item : std::filesystem::directory_iterator(shared / "cases")) {
    const auto json = core::parse_json(test::read_file(item.path()));
    REQUIRE(json.ok());
    INFO(item.path().filename().string());
    const auto read = ingest::read_facts(json->at("facts"));
    if (!read.ok()) FAIL(read.error().message);
    CHECK(static_cast<std::size_t>(read->statements_size()) ==
          json->at("facts").at("statements").size());
    ++files;
  }
  CHECK(files >= 12);
}
