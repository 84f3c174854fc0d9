#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;
using test::read;
using test::refusal;

namespace {
const std::string kJson =
    R"({"session_id":"I1","authorization_id":"AUTH-1","line":"+447700900001","start":"2031-03-04T08:15:53+01:00",)"
    R"("end":"2031-03-04T08:17:00+01:00","direction":"in","parties":["+447700900002","07700 900003"],"kind":"voice",)"
    R"("language":"en","summary":"meeting","relevance":"relevant","privileged":"none","minimised":false})";
}

TEST_CASE("intercept log: JSON and CSV give the same record", "[ingest][intercept]") {
  const auto json = read("intercept_log", kJson, test::country("GB"));
  const auto csv = read("intercept_log",
                        "session_id,authorization_id,line,start,end,direction,parties,kind,"
                        "language,summary,relevance,"
                        "privileged,minimised\nI1,AUTH-1,+447700900001,2031-03-04T08:15:53+01:00,"
                        "2031-03-04T08:17:00+01:00,"
                        "in,+447700900002; 07700 900003,voice,en,meeting,relevant,none,no\n",
                        test::country("GB"));
  REQUIRE(json.rows.size() == 1);
  REQUIRE(csv.rows.size() == 1);
  CHECK(json.rows[0].record.intercept().SerializeAsString() ==
        csv.rows[0].record.intercept().SerializeAsString());
  CHECK(csv.rows[0].record.line() == 2);
  CHECK(csv.rows[0].identifiers == json.rows[0].identifiers);
}

TEST_CASE("intercept log: what coverage needs stands beside the record", "[ingest][intercept]") {
  const auto batch = read("intercept_log", kJson, test::country("GB"));
  const store::RecordRow& row = batch.rows[0];
  CHECK(row.kind == "intercept");
  CHECK(row.authorization_id == "AUTH-1");
  CHECK(row.data_type == authorization::DataType::Content);
  CHECK(*row.from_us == core::parse_instant("2031-03-04T07:15:53Z")->us);
  CHECK(*row.to_us == core::parse_instant("2031-03-04T07:17:00Z")->us);
  REQUIRE(row.targets.size() == 1);
  CHECK(row.targets[0].kind == "msisdn");
  CHECK(row.targets[0].value == "+447700900001");
  REQUIRE(row.identifiers.size() == 3);
  CHECK(row.identifiers[2].raw == "07700 900003");
}

TEST_CASE("intercept log: only words and rooms are content", "[ingest][intercept]") {
  const std::string head =
      R"({"session_id":"I1","line":"+447700900001","start":"2031-03-04T08:15:53Z")";
  CHECK(read("intercept_log", head + "}").rows[0].data_type == authorization::DataType::Traffic);
  CHECK(read("intercept_log", head + R"(,"summary":"x"})").rows[0].data_type ==
        authorization::DataType::Content);
  CHECK(read("intercept_log", head + R"(,"transcript":"x"})").rows[0].data_type ==
        authorization::DataType::Content);
  CHECK(read("intercept_log", head + R"(,"kind":"room"})").rows[0].data_type ==
        authorization::DataType::Content);
  CHECK(read("intercept_log", head + R"(,"statements":[{"id":"S1","person":{"id":"A"}}]})")
            .rows[0]
            .data_type == authorization::DataType::Content);
}

TEST_CASE(
    "intercept log: a statement inside a session is a record that takes over its authorization",
    "[ingest][intercept]") {
  const auto batch =
      read("intercept_log",
           "{\"session_id\":\"I1\",\"authorization_id\":\"AUTH-1\",\"line\":\"+447700900001\",\n"
           "\"start\":\"2031-03-04T08:15:53Z\",\"statements\":[\n"
           "{\"id\":\"S1\",\"kind\":\"fact\",\"person\":{\"id\":\"A\"}},\n"
           "{\"id\":\"S2\",\"source\":\"interpreter\",\"person\":{\"id\":\"B\"},\"undercover_act\":"
           "true}]}");
  REQUIRE(batch.rows.size() == 3);
  CHECK(batch.rows[0].record.intercept().statements_size() == 0);
  const store::RecordRow& first = batch.rows[1];
  CHECK(first.kind == "statement");
  CHECK(first.record.line() == 3);
  CHECK(first.record.part_of() == "I1");
  CHECK(first.authorization_id == "AUTH-1");
  CHECK(first.record.statement().authorization_id() == "AUTH-1");
  CHECK(first.record.statement().source() == "I1");
  CHECK_FALSE(first.record.statement().undercover_act());
  CHECK(first.data_type == authorization::DataType::Content);
  CHECK(first.targets == batch.rows[0].targets);
  CHECK(first.from_us == batch.rows[0].from_us);
  CHECK(batch.rows[2].record.statement().source() == "interpreter");
  CHECK(batch.rows[2].record.statement().undercover_act());
}

TEST_CASE("intercept log: a session that cannot be placed is a reject, and so are its statements",
          "[ingest][intercept]") {
  const auto batch = read("intercept_log",
                          "{\"session_id\":\"I1\",\"start\":\"2031-03-04T08:15:53Z\"}\n"
                          "{\"session_id\":\"I2\",\"line\":\"x\"}\n"
                          "{\"session_id\":\"I3\",\"line\":\"x\",\"start\":\"2031-03-04\","
                          "\"statements\":[{\"id\":\"S1\",\"person\":{\"id\":\"A\"}}]}\n"
                          "{\"session_id\":\"I4\",\"line\":\"x\",\"start\":\"2031-03-04T08:00:"
                          "00Z\",\"end\":\"2031-03-04T07:00:00Z\"}\n"
                          "{\"line\":\"x\",\"start\":\"2031-03-04T08:00:00Z\"}\n");
  CHECK(batch.rows.empty());
  std::vector<std::string> codes;
  for (const auto& reject : batch.rejects) codes.push_back(reject.code());
  CHECK(codes == std::vector<std::string>{"MISSING_LINE", "MISSING_START", "BAD_TIME",
                                          "PARENT_REJECTED", "BAD_TIME", "MISSING_SESSION_ID"});
  CHECK(batch.rows_read == 6);
}

TEST_CASE("intercept log: broken files are refused with place and reason", "[ingest][intercept]") {
  CHECK(refusal("intercept_log", "session_id,line,start\nI1,+447700900001,2031-03-04 08:15:53\n") ==
        "2: line 2: 'start' is a local time without offset");
  CHECK(refusal("intercept_log", "session_id,lime,start\nI1,x,y\n") ==
        "1: line 1: unknown column 'lime'; did you mean 'line'?");
  CHECK(refusal("intercept_log", "session_id,line,start,statements\n").find("nested data") !=
        std::string::npos);
  CHECK(refusal("intercept_log", "session_id,line,start\nI1,x\n") ==
        "2: line 2: 2 columns, expected 3");
  CHECK(refusal("intercept_log", "session_id,line,start\n").find("no row below it") !=
        std::string::npos);
  CHECK(refusal("intercept_log",
                "session_id,line,start,minimised\nI1,x,2031-03-04T08:15:53Z,maybe\n") ==
        "2: line 2: column 'minimised' is no yes or no");
  CHECK(refusal("intercept_log", "session_id,line,start,kind\nI1,x,2031-03-04T08:15:53Z,phone\n")
            .starts_with("2: line 2: kind: unknown word 'phone'"));
  CHECK(refusal("intercept_log", "{\"session_id\":\"I1\",\n\"lines\":\"x\"}") ==
        "2: line 2: top level: unknown field 'lines'; did you mean 'line'?");
  CHECK(refusal("intercept_log",
                "{\"session_id\":\"I1\",\"line\":\"x\",\"start\":\"2031-03-04T08:15:53Z\"")
            .find("truncated") != std::string::npos);
}

TEST_CASE("intercept log: local times are read in the named zone", "[ingest][intercept]") {
  const auto batch = read("intercept_log", "session_id,line,start\nI1,x,2021-10-31 02:30:00\n",
                          test::zone("Europe/Rome"));
  CHECK(batch.rows[0].record.intercept().start() == "2021-10-31T02:30:00+02:00");
  CHECK(*batch.rows[0].from_us == core::parse_instant("2021-10-31T00:30:00Z")->us);
  CHECK(batch.ambiguous_local_times == 1);
  CHECK(batch.timezone == "Europe/Rome");
}
