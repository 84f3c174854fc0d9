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

TEST_CASE("statements: header, offences and statements are records with their lines", "[ingest][statements]") {
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
  CHECK(batch.rows[3].data_type == "statement");
  CHECK(*batch.rows[3].from_us == core::parse_instant("2030-04-30T08:00:00Z")->us);
  CHECK_FALSE(batch.rows[3].record.statement().undercover_act());
  CHECK_FALSE(batch.rows[3].record.statement().has_lawful());
}

TEST_CASE("statements: an array and JSON lines read alike", "[ingest][statements]") {
  const std::string one = R"({"id":"S1","kind":"fact","person":{"id":"A"}})";
  const std::string two = R"({"id":"S2","kind":"assessment","identity":{"a":"A","b":"B","relation":"distinct"}})";
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
  CHECK(refusal("statements", "{\n\"statements\": [\n {\"id\": \"S1\",\n  \"polarty\": \"supports\"}]}") ==
        "4: line 4: statements[0]: unknown field 'polarty'; did you mean 'polarity'?");
  CHECK(refusal("statements", "[{\"id\":\"S1\"},\n{\"id\":\"S2\",\"act\":\n{\"type\":\"comission\"}}]")
            .starts_with("3: line 3: [1] act.type: unknown word 'comission'"));
  CHECK(refusal("statements", "{\"id\":\"S1\"}\n{\"id\":\"S2\",\"lawful\":\"no\"}") ==
        "2: line 2: lawful: expected true or false, found a string");
  CHECK(refusal("statements", "{\"statements\":[{\"id\":\"S1\",\"trace\":{\"line\":3}}]}").find("unknown field 'trace'") !=
        std::string::npos);
  CHECK(refusal("statements", "{\"statements\":[{\"id\":\"S1\",\n\"observed_at\":\"2031-01-01T10:00:00\"}]}") ==
        "2: line 2: 'observed_at' is a local time without offset");
  CHECK(refusal("statements", "id,kind\nS1,fact\n").find("JSON") != std::string::npos);
  CHECK(refusal("statements", "[]").find("states no record") != std::string::npos);
  CHECK(refusal("statements", "{\"statements\":[{\"id\":\"S1\"").find("truncated") != std::string::npos);
}

TEST_CASE("statements: one that cannot be used is a reject", "[ingest][statements]") {
  const auto batch = read("statements",
                          "{\"text\":\"no id\"}\n{\"id\":\"S2\",\"grade\":\"Z9\",\"text\":\"x\"}\n{\"id\":\"S3\"}\n"
                          "{\"id\":\"S4\",\"act\":{\"type\":\"attempt\",\"at\":\"2031-02-30\"}}\n{\"id\":\"S5\",\"text\":\"only words\"}\n");
  CHECK(batch.rows.size() == 1);
  REQUIRE(batch.rejects.size() == 4);
  CHECK(batch.rejects[0].code() == "MISSING_ID");
  CHECK(batch.rejects[1].code() == "BAD_GRADE");
  CHECK(batch.rejects[2].code() == "NO_CONTENT");
  CHECK(batch.rejects[3].code() == "BAD_TIME");
  CHECK(batch.rejects[3].message() == "'act.at': no such day in the calendar");
  CHECK(batch.rejects[3].line() == 4);
  CHECK(test::has_notice(batch, "1 statements have a text and no content"));
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
    CHECK(batch.rows.size() == 1 + parsed->at("facts").at("offences").size() + parsed->at("facts").at("statements").size());
    ++seen;
  }
  CHECK(seen == 12);
}
