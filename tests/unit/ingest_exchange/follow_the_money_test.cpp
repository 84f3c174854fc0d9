#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;
using test::detected;
using test::has_notice;
using test::read;
using test::refusal;

namespace {
constexpr const char* kEntities =
    R"({"id":"p1","schema":"Person","properties":{"name":["Anna"],"phone":["+447700900001"],"topics":["crime"]}}
{"id":"p2","schema":"Person","properties":{"name":["Bert"]}}
{"id":"o1","schema":"Organization","properties":{"name":["Club"]}}
{"id":"m1","schema":"Membership","properties":{"member":["p1"],"organization":["o1"],"role":["boss"],"startDate":["2007"],"endDate":["2007-03"]}}
{"id":"f1","schema":"Family","properties":{"person":["p1"],"relative":["p2","p3"]}}
{"id":"c1","schema":"Call","properties":{"caller":["p1"],"callerNumber":["+447700900001"],"receiverNumber":["+447700900002"],"duration":["61"],"date":["2031-03-04T08:00:00Z"]}}
{"id":"b1","schema":"BankAccount","properties":{"iban":["DE89370400440532013000"]}}
{"id":"y1","schema":"Payment","properties":{"payer":["p1"],"payerAccount":["b1"],"beneficiary":["p2"],"amount":["123456789012345678.91"],"currency":["EUR"],"date":["2031-03"],"purpose":["rent"]}}
{"id":"e1","schema":"Message","properties":{"sender":["p1"],"recipients":["p2"],"subject":["S"],"bodyText":["B"],"date":["2031-03-04"],"threadTopic":["T"]}}
{"id":"u1","schema":"UnknownLink","properties":{"subject":["p1"]}}
{"id":"v1","schema":"Vehicle","properties":{"registrationNumber":["XX 123"]}}
{"id":"n1","schema":"Novelty","properties":{"name":["new"]}}
)";
}  // namespace

TEST_CASE("FtM: edges become relations of their kind, the rest is kept", "[ingest][ftm]") {
  CHECK(detected(kEntities, "e.ftm.json") == "followthemoney");
  const auto batch = read("followthemoney", kEntities);
  REQUIRE(batch.rows_read == 13);  // Family states two ties
  CHECK(batch.rejects.empty());
  CHECK(batch.rows[0].kind == "other");
  CHECK(batch.rows[0].record.other().label() == "Anna");
  CHECK(batch.rows[0].identifiers.size() == 2);
  const auto& membership = batch.rows[3];
  CHECK(membership.layer == "Membership");
  CHECK(membership.record.relation().a() == "Anna");
  CHECK(membership.record.relation().b() == "Club");
  CHECK(membership.record.relation().from() == "2007");
  CHECK(*membership.from_us == core::civil_to_us(2007, 1, 1, 0, 0, 0));
  CHECK(*membership.to_us == core::civil_to_us(2007, 4, 1, 0, 0, 0) - 1);
  CHECK(batch.rows[4].record.relation().b() == "Bert");
  CHECK(batch.rows[5].record.relation().b() == "p3");  // not in the file: its id
  const v1::Message& call = batch.rows[6].record.message();
  CHECK(call.kind() == v1::Message::call);
  CHECK(call.sender() == "+447700900001");
  CHECK(call.sender_name() == "Anna");
  CHECK(call.duration_s() == 61);
  const v1::Payment& payment = batch.rows[8].record.payment();
  CHECK(payment.from() == "DE89370400440532013000");
  CHECK(payment.from_name() == "Anna");
  CHECK(payment.to() == "Bert");
  CHECK(payment.amount_text() == "123456789012345678.91");
  CHECK(batch.rows[9].record.message().text() == "S\n\nB");
  CHECK(batch.rows[10].kind == "other");
  CHECK(has_notice(batch, "1 ties name one end only"));
  CHECK(batch.rows[11].identifiers[0].kind == "plate");
  CHECK(has_notice(batch, "does not know are kept as objects: Novelty"));
  CHECK(has_notice(batch, "3 dates name a year or a month only"));
}

TEST_CASE("FtM: what cannot be read stays an object, what is no entity is a reject",
          "[ingest][ftm]") {
  const auto batch = read("followthemoney", R"([{"id":"1","properties":{}},
{"id":"2","schema":"Payment","properties":{"payer":["x"],"amount":["1","2"]}},
{"id":"3","schema":"Ownership","properties":{"owner":["x"],"asset":[{"id":"y","schema":"Company"}],"startDate":["soon"]}},
{"id":"4","schema":"Ownership","properties":{"owner":"x","asset":[{"id":"y","schema":"Company"}]}}])");
  REQUIRE(batch.rejects.size() == 1);
  CHECK(batch.rejects[0].code() == "NO_SCHEMA");
  REQUIRE(batch.rows.size() == 3);
  CHECK(batch.rows[0].kind == "other");
  CHECK(batch.rows[1].kind == "other");
  CHECK(batch.rows[2].record.relation().b() == "y");
  CHECK(has_notice(batch, "2 entities state a time, amount or party that cannot be read"));
}

TEST_CASE("FtM: two entities of one name stay two", "[ingest][ftm]") {
  const auto batch = read("followthemoney",
                          R"({"id":"1","schema":"Person","properties":{"name":["A"]}}
{"id":"2","schema":"Person","properties":{"name":["A"]}}
{"id":"3","schema":"Associate","properties":{"person":["1"],"associate":["2"]}}
)");
  CHECK(batch.rows[2].record.relation().a() == "A (1)");
  CHECK(batch.rows[2].record.relation().b() == "A (2)");
}

TEST_CASE("FtM: the model and mappings are no evidence", "[ingest][ftm]") {
  CHECK(refusal("followthemoney", R"({"schemata":{"Thing":{"extends":[],"properties":{}}}})")
            .find("the FollowTheMoney model") != std::string::npos);
  CHECK(
      detected("x:\n  entities:\n    m:\n      schema: Person\n      properties:\n        name:\n "
               "         column: name\n",
               "m.yml")
          .find("a FollowTheMoney mapping: it says how tables become entities") !=
      std::string::npos);
  PALERMO_NEED_SHARED(shared);
  const auto said = [&](const char* name) {
    return detected(test::read_file(shared / "data/followthemoney_model" / name), name);
  };
  CHECK(said("defaultModel.json").find("the FollowTheMoney model") != std::string::npos);
  CHECK(said("mapping_kek.yml").find("a FollowTheMoney mapping") != std::string::npos);
  CHECK(said("example_mapping.yml").find("a FollowTheMoney mapping") != std::string::npos);
  // The table that a mapping of the project's tests reads: attributes and roles, no ties.
  CHECK(said("links.csv").starts_with("refused: no known format: this is a table of 9 comma"));
}
