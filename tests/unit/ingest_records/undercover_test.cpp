#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;
using test::read;
using test::refusal;

namespace {
constexpr const char* kReport =
    R"({"report_id": "R1", "officer": "Falcon", "handler": "H-2", "authorization_id": "AUTH-2",
 "from": "2031-05-01T18:00:00+02:00", "to": "2031-05-01T22:00:00+02:00", "place": "bar", "state": "RS", "narrative": "…",
 "first_contact": [{"person": "A", "at": "2031-05-01T18:30:00+02:00", "initiated_by": "person"}],
 "conduct": [{"type": "observation", "text": "watched", "authorized": true}],
 "contacts": ["+381601234567"],
 "statements": [
  {"id": "S1", "kind": "fact", "grade": "B1", "membership": {"person": "A", "group": "G", "role": "driver"}},
  {"id": "S2", "kind": "fact", "source": "barman", "undercover_act": true, "act": {"type": "commission", "persons": ["A"]}}
 ]})";
}

TEST_CASE("undercover report: the report and its statements are records under its authorization",
          "[ingest][undercover]") {
  const auto batch = read("undercover_report", kReport);
  REQUIRE(batch.rows.size() == 3);
  CHECK(batch.rows[0].kind == "undercover");
  CHECK(batch.rows[0].data_type == authorization::DataType::Undercover);
  CHECK(batch.rows[0].targets.empty());
  CHECK(batch.rows[0].record.undercover().statements_size() == 0);
  for (const store::RecordRow& row : batch.rows) {
    CHECK(row.authorization_id == "AUTH-2");
    CHECK(row.data_type == authorization::DataType::Undercover);
    CHECK(*row.from_us == core::parse_instant("2031-05-01T16:00:00Z")->us);
    CHECK(*row.to_us == core::parse_instant("2031-05-01T20:00:00Z")->us);
  }
  CHECK(batch.rows[1].record.statement().source() == "Falcon");
  CHECK(batch.rows[1].record.part_of() == "R1");
  CHECK(batch.rows[1].record.line() == 7);
  CHECK_FALSE(batch.rows[1].record.statement().undercover_act());
  CHECK(batch.rows[2].record.statement().source() == "barman");
  CHECK(batch.rows[2].record.statement().undercover_act());
  CHECK(test::has_notice(batch, "2 statements inside reports"));
}

TEST_CASE("undercover report: an array and JSON lines read alike", "[ingest][undercover]") {
  const std::string one = R"({"report_id":"R1","from":"2031-05-01"})";
  CHECK(read("undercover_report", "[" + one + "]").rows.size() == 1);
  CHECK(read("undercover_report", one + "\n" + R"({"report_id":"R2","to":"2031-05-01"})")
            .rows.size() == 2);
}

TEST_CASE("undercover report: without period or id it is a reject", "[ingest][undercover]") {
  const auto batch = read("undercover_report",
                          "[{\"report_id\":\"R1\",\"statements\":[{\"id\":\"S\",\"person\":{\"id\":"
                          "\"A\"}}]},{\"officer\":\"O\",\"from\":\"2031-05-01\"},"
                          "{\"report_id\":\"R3\",\"from\":\"2031-05-02\",\"to\":\"2031-05-01\"}]");
  REQUIRE(batch.rejects.size() == 4);
  CHECK(batch.rejects[0].code() == "MISSING_TIME");
  CHECK(batch.rejects[1].code() == "PARENT_REJECTED");
  CHECK(batch.rejects[2].code() == "MISSING_REPORT_ID");
  CHECK(batch.rejects[3].code() == "BAD_TIME");
}

TEST_CASE("undercover report: unknown words and fields are named", "[ingest][undercover]") {
  CHECK(refusal("undercover_report",
                "{\"report_id\":\"R1\",\n\"conduct\":[\n{\"type\":\"provocation\"}]}")
            .starts_with("3: line 3: conduct[0].type: unknown word 'provocation'"));
  CHECK(refusal("undercover_report", "{\"report_id\":\"R1\",\"oficer\":\"x\"}")
            .find("did you mean 'officer'") != std::string::npos);
}

TEST_CASE("technique use: it is a log, not a product, and is never quarantined",
          "[ingest][undercover]") {
  const auto batch = read(
      "technique_use",
      R"({"use_id":"U1","authorization_id":"AUTH-3","technique":"CONTROLLED_DELIVERY",)"
      R"("started_at":"2031-05-01T10:00:00Z","ended_at":"2031-05-02T10:00:00Z","targets":["+381601234567"],)"
      R"("delivery":{"mode":"intact","persons_present":true,"states":["RS","HU"]}})");
  REQUIRE(batch.rows.size() == 1);
  CHECK(batch.rows[0].kind == "technique_use");
  CHECK(batch.rows[0].data_type == std::nullopt);
  CHECK(batch.rows[0].targets.empty());
  CHECK(batch.rows[0].identifiers.size() == 1);
  CHECK(batch.rows[0].record.technique_use().delivery().persons_present());
  CHECK(read("technique_use", R"({"use_id":"U1"})").rejects[0].code() == "MISSING_STARTED_AT");
}
