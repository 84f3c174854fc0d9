#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;
using test::read;
using test::refusal;

TEST_CASE("payments: JSON, JSON lines and CSV give the same record", "[ingest][payments]") {
  const std::string json =
      R"({"payment_id":"P1","from":"DE89 3704 0044 0532 0130 00","to":"A","amount":1500.5,"currency":"eur","at":"2031-06-01","channel":"hawala"})";
  const auto one = read("payments", json);
  const auto lines = read("payments", json + "\n");
  const auto csv = read("payments",
                        "payment_id,from,to,amount,currency,at,channel\nP1,DE89 3704 0044 0532 "
                        "0130 00,A,1500.5,EUR,2031-06-01,hawala\n");
  CHECK(one.rows[0].record.payment().SerializeAsString() ==
        csv.rows[0].record.payment().SerializeAsString());
  CHECK(one.rows[0].record.payment().SerializeAsString() ==
        lines.rows[0].record.payment().SerializeAsString());
  CHECK(one.rows[0].data_type == authorization::DataType::Financial);
  CHECK(one.rows[0].record.payment().currency() == "EUR");
  REQUIRE(one.rows[0].identifiers.size() == 2);
  CHECK(one.rows[0].identifiers[0].kind == "iban");
  CHECK(one.rows[0].identifiers[0].value == "DE89370400440532013000");
  CHECK(*one.rows[0].to_us - *one.rows[0].from_us == core::kUsPerDay - 1);
  CHECK(test::has_notice(one, "read as days of UTC"));
}

TEST_CASE("payments: what cannot be a payment is a reject", "[ingest][payments]") {
  const auto batch = read("payments",
                          "payment_id,from,to,amount,currency,at\nP1,,,5,EUR,\nP2,A,B,-5,EUR,\nP3,"
                          "A,B,5,euro,\n,A,B,5,EUR,\n"
                          "P5,A,B,5,EUR,2031-06-31\nP6,A,B,,,\n");
  std::vector<std::string> codes;
  for (const auto& reject : batch.rejects) codes.push_back(reject.code());
  CHECK(codes == std::vector<std::string>{"MISSING_PARTY", "BAD_AMOUNT", "BAD_CURRENCY",
                                          "MISSING_PAYMENT_ID", "BAD_TIME"});
  CHECK(batch.rows.size() == 1);
  CHECK(batch.rows_read == 6);
  CHECK(refusal("payments", "payment_id,from,to,amount\nP1,A,B,many\n") ==
        "2: line 2: column 'amount' is no number");
}

TEST_CASE("relations: the JSON form reads like the edge list", "[ingest][relations]") {
  const auto batch = read(
      "relations",
      R"([{"a":"X","b":"Y","weight":2,"layer":"family"},{"a":"12345678","b":"Z"},{"a":"Alone"},{"a":"X","b":"Y","weight":0}])");
  REQUIRE(batch.rows.size() == 3);
  CHECK(batch.rows[0].layer == "family");
  CHECK(batch.rows[1].layer == "file");
  CHECK(batch.rows[1].identifiers[0].kind == "label");
  CHECK(batch.rows[2].record.relation().b().empty());
  CHECK(batch.rejects[0].code() == "NO_TIE");
}
