#include "core/base/json_message.hpp"
#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;
using test::read;
using test::refusal;

namespace {
constexpr const char* kFacts = R"({
 "case": {"title": "T", "as_of": "2031-01-01", "state": "DE", "parties": ["DE", "RS"]},
 "offences": [{"id": "O1", "state": "DE", "date": "2030-05-01", "law": {"state": "DE", "max_years": 10}}],
 "statements": [
  {"id": "S1", "kind": "fact", "grade": "B2", "lawful": true, "text": "A is called Alba",
   "person": {"id": "A", "name": "Alba", "category": "suspect"}},
  {"id": "S2", "kind": "fact", "authorization_id": "AUTH-1", "observed_at": "2030-04-30T10:00:00+02:00",
   "agreement": {"persons": ["A", "B"], "offence": "O1", "at": "2030-04-30"}}
 ]})";
}

TEST_CASE("statements: header, offences and statements are records with their lines",
          "[ingest][statements]") {
  const auto batch = read("statements", kFacts);
  REQUIRE(batch.rows.size() == 4);
  CHECK(batch.rows[0].kind == "case");
  CHECK(batch.rows[0].record.line() == 2);
  CHECK(batch.rows[0].record.case_header().parties_size() == 2);
  CHECK(batch.rows[1].kind == "offence");
  CHECK(batch.rows[1].record.offence().law().max_years().number_value() == 10);
  CHECK(batch.rows[2].kind == "statement");
  CHECK(batch.rows[2].record.line() == 5);
  CHECK(batch.rows[2].local_id == "5");
  CHECK(batch.rows[2].authorization_id.empty());
  CHECK(batch.rows[3].authorization_id == "AUTH-1");
  CHECK(batch.rows[3].data_type == authorization::DataType::Statement);
  CHECK(*batch.rows[3].from_us == core::parse_instant("2030-04-30T08:00:00Z")->us);
  CHECK_FALSE(batch.rows[3].record.statement().undercover_act());
  CHECK_FALSE(batch.rows[3].record.statement().has_lawful());
}

TEST_CASE("statements: an array and JSON lines read alike", "[ingest][statements]") {
  const std::string one = R"({"id":"S1","kind":"fact","person":{"id":"A"}})";
  const std::string two =
      R"({"id":"S2","kind":"assessment","identity":{"a":"A","b":"B","relation":"distinct"}})";
  const auto array = read("statements", "[" + one + ",\n" + two + "]");
  const auto lines = read("statements", one + "\n" + two + "\n");
  const auto single = read("statements", one);
  REQUIRE(array.rows.size() == 2);
  REQUIRE(lines.rows.size() == 2);
  CHECK(single.rows.size() == 1);
  CHECK(array.rows[1].record.line() == 2);
  CHECK(lines.rows[1].record.line() == 2);
  CHECK(array.rows[1].record.SerializeAsString() == lines.rows[1].record.SerializeAsString());
  const auto minified = read("statements", "[" + one + "," + two + "]");
  CHECK(minified.rows[0].local_id == "1");
  CHECK(minified.rows[1].local_id == "1.2");
}

TEST_CASE("statements: the first mistake is named with path and line", "[ingest][statements]") {
  CHECK(refusal("statements",
                "{\n\"statements\": [\n {\"id\": \"S1\",\n  \"polarty\": \"supports\"}]}") ==
        "4: line 4: statements[0]: unknown field 'polarty'; did you mean 'polarity'?");
  CHECK(refusal("statements",
                "[{\"id\":\"S1\",\"person\":{\"id\":\"A\"}},\n{\"id\":\"S2\",\"act\":\n{\"type\":"
                "\"comission\"}}]")
            .starts_with("3: line 3: [1] act.type: unknown word 'comission'"));
  CHECK(
      refusal("statements",
              "{\"id\":\"S1\",\"person\":{\"id\":\"A\"}}\n{\"id\":\"S2\",\"restricted\":\"no\"}") ==
      "2: line 2: restricted: expected true or false, found a string");
  CHECK(refusal("statements", "{\"statements\":[{\"id\":\"S1\",\"trace\":{\"line\":3}}]}")
            .find("a file cannot set this") != std::string::npos);
  CHECK(refusal("statements",
                "{\"statements\":[{\"id\":\"S1\",\n\"observed_at\":\"2031-01-01T10:00:00\"}]}") ==
        "2: line 2: 'statements[0].observed_at' is a local time without offset");
  CHECK(refusal("statements", "id,kind\nS1,fact\n").find("JSON") != std::string::npos);
  CHECK(refusal("statements", "[]").find("states no record") != std::string::npos);
  CHECK(refusal("statements", "{\"statements\":[{\"id\":\"S1\"").find("truncated") !=
        std::string::npos);
}

TEST_CASE("statements: one that cannot be used refuses the file, as it does for assess",
          "[ingest][statements]") {
  CHECK(refusal("statements", "{\"text\":\"no id\",\"person\":{\"id\":\"A\"}}").find("id") !=
        std::string::npos);
  CHECK(refusal("statements",
                "{\"id\":\"S1\",\"person\":{\"id\":\"A\"}}\n{\"id\":\"S2\",\"grade\":\"Z9\","
                "\"person\":{\"id\":\"A\"}}")
            .starts_with("2: line 2: grade: 'Z9' is no grade"));
  CHECK(refusal("statements", "{\"id\":\"S3\",\"text\":\"words\"}").find("states nothing") !=
        std::string::npos);
  CHECK(refusal("statements",
                "[{\"id\":\"S4\",\"act\":{\"type\":\"attempt\",\n\"at\":\"2031-02-30\"}}]")
            .starts_with("2: line 2: [0] act.at: "));
  CHECK(
      refusal(
          "statements",
          "{\"id\":\"S1\",\"person\":{\"id\":\"A\"}}\n{\"id\":\"S1\",\"person\":{\"id\":\"B\"}}") ==
      "2: line 2: the statement has the id of the one in line 1 and says something else");
  CHECK(refusal("statements", "{\"offences\":[{\"id\":\"O1\"},\n{\"id\":\"O1\"}]}") ==
        "2: line 2: offences[1]: the id is already that of offences[0]");
}

TEST_CASE("statements: local times take the named zone wherever they stand",
          "[ingest][statements]") {
  const auto batch = read(
      "statements",
      R"({"id":"S1","observed_at":"2031-07-01T10:00:00","act":{"type":"attempt","at":"2031-07-01 09:00"}})",
      test::zone("Europe/Rome"));
  CHECK(batch.rows[0].record.statement().observed_at() == "2031-07-01T10:00:00+02:00");
  CHECK(batch.rows[0].record.statement().act().at() == "2031-07-01T09:00:00+02:00");
  CHECK(*batch.rows[0].from_us == core::parse_instant("2031-07-01T08:00:00Z")->us);
}

TEST_CASE("statements: every public case reads without a reject", "[ingest][statements]") {
  PALERMO_NEED_SHARED(shared);
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shared / "cases")) {
    const auto parsed = core::parse_json(test::read_file(entry.path()));
    REQUIRE(parsed.ok());
    const std::string facts = parsed->at("facts").dump(1);
    INFO(entry.path().filename().string());
    CHECK(test::detected(facts) == "statements");
    const auto batch = read("statements", facts);
    CHECK(batch.rejects.empty());
    CHECK(batch.rows.size() == 1 + parsed->at("facts").at("offences").size() +
                                   parsed->at("facts").at("statements").size());
    ++seen;
  }
  CHECK(seen == 12);
}
