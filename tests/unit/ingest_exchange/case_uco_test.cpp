#include "core/base/json_message.hpp"
#include "ingest/exchange/json_ld.hpp"
#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;
using test::detected;
using test::has_notice;
using test::read;
using test::refusal;

namespace {

/// A document with prefixes of its own choice.
std::string document(const std::string& nodes) {
  return R"({"@context":{"k":"http://example.org/kb/","o":"https://ontology.unifiedcyberontology.org/uco/observable/",
"c":"https://ontology.unifiedcyberontology.org/uco/core/","a":"https://ontology.unifiedcyberontology.org/uco/action/",
"i":"https://ontology.caseontology.org/case/investigation/","p":"https://ontology.unifiedcyberontology.org/uco/identity/",
"l":"https://ontology.unifiedcyberontology.org/uco/location/"},
"@graph":)" +
         nodes + "}";
}

std::string account(const char* id, const char* number) {
  return std::string{R"({"@id":"k:)"} + id +
         R"(","@type":"o:PhoneAccount","c:hasFacet":{"@type":"o:PhoneAccountFacet","o:phoneNumber":")" +
         number + R"("}})";
}

std::map<std::string, int> kinds(const ingest::RecordBatch& batch) {
  std::map<std::string, int> out;
  for (const auto& row : batch.rows) ++out[row.kind];
  return out;
}

}  // namespace

TEST_CASE("CASE: calls keep what they state, whoever is named", "[ingest][case]") {
  const auto batch = read("case_uco", document("[" + account("x", "+447700900001") + "," +
                                               account("y", "+447700900002") + "," +
                                               account("z", "+447700900003") + R"(,
{"@id":"k:1","@type":["o:Call"],"c:hasFacet":[{"@type":"o:CallFacet","o:from":{"@id":"k:x"},"o:to":{"@id":"k:y"},
 "o:startTime":{"@value":"2031-03-04T08:00+00:00"},"o:endTime":"2031-03-04T08:10:00Z","o:duration":{"@value":"604"},"o:callType":"incoming"}]},
{"@id":"k:2","@type":"o:Call","c:hasFacet":{"@type":"o:CallFacet","o:to":[{"@id":"k:x"},{"@id":"k:y"},{"@id":"k:z"}],
 "o:startTime":"2031-03-04T09:00:00Z","o:duration":null,"o:callType":"bridged"}},
{"@id":"k:3","@type":"o:Call","c:hasFacet":{"@type":"o:CallFacet","o:startTime":"no time"}}])"));
  CHECK(batch.rows_read == 6);
  CHECK(kinds(batch) ==
        std::map<std::string, int>{{"identifier_link", 3}, {"message", 2}, {"other", 1}});
  const v1::Message& first = batch.rows[3].record.message();
  CHECK(first.kind() == v1::Message::call);
  CHECK(first.sender() == "+447700900001");
  CHECK(first.recipients(0) == "+447700900002");
  CHECK(first.duration_s() == 604);
  CHECK(first.ended_at() == "2031-03-04T08:10:00Z");
  CHECK(first.direction() == v1::Message::in);
  CHECK(first.message_id() == "http://example.org/kb/1");
  CHECK(batch.rows[3].data_type == authorization::DataType::Traffic);
  CHECK(batch.rows[3].targets.size() == 2);
  CHECK(has_notice(batch, "line 6: 604 s stated, 600 s between"));
  CHECK(has_notice(batch, "1 times have no seconds"));
  const v1::Message& bridge = batch.rows[4].record.message();
  CHECK(bridge.sender().empty());
  CHECK(bridge.recipients_size() == 3);
  CHECK_FALSE(bridge.has_duration_s());
  CHECK(bridge.text() == "bridged");
  CHECK(has_notice(batch, "1 calls name no caller"));
  CHECK(has_notice(batch, "1 nodes state a time, duration or cell that cannot be read"));
}

TEST_CASE("CASE: messages, threads and e-mail", "[ingest][case]") {
  const auto batch = read("case_uco", document(R"([
{"@id":"k:m","@type":"o:SMSMessage","c:hasFacet":{"@type":"o:MessageFacet","o:messageText":"hello","o:from":{"@id":"k:x"},"o:to":[{"@id":"k:q"}],"o:sentTime":"2031-03-04T09:00:00Z"}},
{"@id":"k:e","@type":"o:EmailMessage","c:hasFacet":{"@type":"o:EmailMessageFacet","o:subject":"S","o:body":"B","o:from":{"@id":"k:a"},"o:sentTime":"2031-03-04T09:00:00Z","o:receivedTime":"2031-03-04T09:00:02Z"}},
{"@id":"k:bare","@type":"o:Message"},
{"@id":"k:a","@type":"o:EmailAccount","c:hasFacet":{"@type":"o:EmailAccountFacet","o:emailAddress":{"@id":"k:addr"}}},
{"@id":"k:addr","@type":"o:EmailAddress","c:hasFacet":{"@type":"o:EmailAddressFacet","o:addressValue":"a@example.org"}},
{"@id":"k:t","@type":"o:MessageThread","c:name":"Friends","c:hasFacet":{"@type":"o:MessageThreadFacet","o:messageThread":{"@id":"k:tt","http://purl.org/co/element":[{"@id":"k:m"},{"@id":"k:bare"}]}}}
])"));
  REQUIRE(batch.rows_read == 6);
  CHECK(batch.rows[0].record.message().application() == "SMS");
  CHECK(batch.rows[0].record.message().conversation() == "Friends");
  CHECK(batch.rows[0].record.message().sender() == "http://example.org/kb/x");
  CHECK(batch.rows[0].data_type == authorization::DataType::Content);
  CHECK(batch.rows[1].record.message().text() == "S\n\nB");
  CHECK(batch.rows[1].record.message().sender() == "a@example.org");
  CHECK(*batch.rows[1].to_us - *batch.rows[1].from_us == 2 * core::kUsPerSecond);
  CHECK(batch.rows[2].record.message().conversation() == "Friends");
  CHECK(batch.rows[2].data_type == authorization::DataType::Traffic);
}

TEST_CASE("CASE: a cell site takes its place from the relationship that names it",
          "[ingest][case]") {
  const auto batch = read("case_uco", document(R"([
{"@id":"k:cell","@type":"o:CellSite","c:hasFacet":[{"@type":"o:CellSiteFacet","o:cellSiteCountryCode":"001","o:cellSiteNetworkCode":"01","o:cellSiteLocationAreaCode":"513","o:cellSiteIdentifier":24861,"o:cellSiteType":"GSM"},
 {"@type":"o:AntennaFacet","o:azimuth":{"@type":"xsd:decimal","@value":"45"},"o:antennaHeight":{"@type":"xsd:decimal","@value":"25"},"o:horizontalBeamWidth":110}]},
{"@id":"k:r","@type":"c:Relationship","c:source":{"@id":"k:cell"},"c:target":{"@id":"k:place"},"c:kindOfRelationship":"Located_At","o:startTime":"2030-01-01T00:00:00Z"},
{"@id":"k:place","@type":"l:Location","c:hasFacet":{"@type":"l:LatLongCoordinatesFacet","l:latitude":{"@value":"46.5"},"l:longitude":{"@value":"6.5"}}}])"));
  REQUIRE(batch.rows_read == 3);
  const v1::CellSite& site = batch.rows[0].record.cell_site();
  CHECK(site.cell() == "001-01-513-24861");
  CHECK(site.mnc() == "01");
  CHECK(site.azimuth() == 45);
  CHECK(site.height_m() == 25);
  CHECK(site.latitude() == 46.5);
  CHECK(site.valid_from() == "2030-01-01T00:00:00Z");
  CHECK(batch.rows[1].kind == "identifier_link");
  CHECK(batch.rows[1].record.identifier_link().kind() == "located_at");
  CHECK(batch.rows[2].kind == "other");
}

TEST_CASE("CASE: persons are tied by relations, everything else by links", "[ingest][case]") {
  const auto batch = read("case_uco", document(R"([
{"@id":"k:p","@type":"p:Person","c:name":"Anna"},
{"@id":"k:q","@type":"p:Person","c:hasFacet":{"@type":"p:SimpleNameFacet","p:givenName":"Bert","p:familyName":"Doe"}},
{"@id":"k:q2","@type":"p:Person","c:name":"Anna"},
{"@id":"k:r","@type":"c:Relationship","c:source":{"@id":"k:p"},"c:target":[{"@id":"k:q"},{"@id":"k:q2"}],"c:kindOfRelationship":"Knows"},
{"@id":"k:d","@type":"o:MobileDevice","c:hasFacet":[{"@type":"o:MobileDeviceFacet","o:IMEI":"350000000000006"},{"@type":"o:WifiAddressFacet","o:addressValue":"AA:BB"}]},
{"@id":"k:s","@type":"c:Relationship","c:source":{"@id":"k:p"},"c:target":{"@id":"k:d"},"c:kindOfRelationship":"Has_Device"}])"));
  // Two persons of one name stay two.
  REQUIRE(batch.rows_read == 7);
  CHECK(batch.rows[3].record.relation().a() == "Anna (http://example.org/kb/p)");
  CHECK(batch.rows[3].record.relation().b() == "Bert Doe");
  CHECK(batch.rows[3].layer == "Knows");
  CHECK(batch.rows[4].record.relation().b() == "Anna (http://example.org/kb/q2)");
  CHECK(has_notice(batch, "1 further ties"));
  const v1::IdentifierLink& device = batch.rows[5].record.identifier_link();
  CHECK(device.a() == "350000000000006");
  CHECK(device.b() == "AA:BB");
  CHECK(device.kind() == "same_mobile_device");
  CHECK(core::parse_json(device.text()).ok());
  CHECK(batch.rows[6].record.identifier_link().a_kind() == "person");
  CHECK(batch.rows[6].record.identifier_link().b() == "350000000000006");
}

TEST_CASE("CASE: nodes of other vocabularies are kept whole, in one canonical form",
          "[ingest][case]") {
  const auto batch = read(
      "case_uco",
      R"({"@context":{"z":"http://example.org/z#","c":"https://ontology.unifiedcyberontology.org/uco/core/"},
"@graph":[{"z:b":1,"@type":"z:Thing","@id":"z:1","z:a":{"@type":"z:n","@value":null},"c:name":"N"},"text",null]})");
  REQUIRE(batch.rows.size() == 1);
  CHECK(batch.rejects.size() == 2);
  CHECK(batch.rejects[0].code() == "NO_NODE");
  const v1::OtherObject& object = batch.rows[0].record.other();
  CHECK(
      object.content() ==
      R"({"@id":"http://example.org/z#1","@type":"http://example.org/z#Thing","http://example.org/z#a":{"@type":"http://example.org/z#n","@value":null},"http://example.org/z#b":1,"https://ontology.unifiedcyberontology.org/uco/core/name":"N"})");
  CHECK(object.type() == "Thing");
  CHECK(object.label() == "N");
}

TEST_CASE("CASE: a bundle is a node and so is what it holds", "[ingest][case]") {
  const auto batch =
      read("case_uco", R"({"@context":{"c":"https://ontology.unifiedcyberontology.org/uco/core/"},
"@id":"c:b","@type":"c:Bundle","c:object":[
{"@id":"c:1","@type":"c:UcoObject"},
{"@id":"c:2","@type":"c:UcoObject"},
{"@id":"c:elsewhere"}]})");
  REQUIRE(batch.rows_read == 3);
  CHECK(batch.rows[0].record.other().type() == "Bundle");
  CHECK(batch.rows[0].record.other().content().find("elsewhere") != std::string::npos);
  CHECK(batch.rows[2].record.line() == 4);
}

TEST_CASE("CASE: hostile documents are refused with one error", "[ingest][case]") {
  CHECK(refusal("case_uco", document("[")).starts_with("5: line 5"));
  CHECK(refusal("case_uco", R"({"@context":{},"@context":{}})").find("@context") !=
        std::string::npos);
  CHECK(refusal("case_uco", document(R"([{"c:name":"\ud800"}])")).find("line 5") !=
        std::string::npos);
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "[";
  CHECK_FALSE(test::try_read("case_uco", deep).ok());
  CHECK(
      refusal("case_uco",
              document(R"([{"@type":"i:InvestigativeAction","a:endTime":"2031-01-01T10:00:00"}])"))
          .find("local time without offset") != std::string::npos);
  // Terms that are defined by each other end.
  const ingest::LdContext circle{*core::parse_json(R"({"a":"b:x","b":"a:y"})")};
  CHECK_FALSE(circle.term("a:z").empty());
}

TEST_CASE("CASE: detection", "[ingest][case]") {
  CHECK(detected(document("[]"), "x.json") == "case_uco");
  CHECK(detected(R"({"@context":{"s":"http://schema.org/"},"@graph":[]})", "x.json")
            .starts_with("refused"));
}

TEST_CASE("CASE: the published examples are read whole, with the counts of their README",
          "[ingest][case]") {
  PALERMO_NEED_SHARED(shared);
  const auto file = [&](const std::string& name) {
    const std::string bytes = test::read_file(shared / "data/case_uco_examples" / name);
    CHECK(detected(bytes, name) == "case_uco");
    return read("case_uco", bytes, {}, name);
  };
  const auto nodes = [](const ingest::RecordBatch& batch, const char* count) {
    CHECK(batch.rejects.empty());
    CHECK(has_notice(batch, std::string{count} + " nodes: "));
  };
  const auto calls = file("call_log.json");
  nodes(calls, "15");
  CHECK(kinds(calls) ==
        std::map<std::string, int>{{"message", 4}, {"identifier_link", 4}, {"other", 7}});
  CHECK(has_notice(calls, "1862 s stated, 1858 s between"));
  CHECK(has_notice(calls, "2 calls name no caller"));
  CHECK(has_notice(calls, "3 calls name several called parties"));
  const auto sms = file("sms_and_contacts.json");
  nodes(sms, "13");
  CHECK(kinds(sms)["message"] == 1);
  nodes(file("message.json"), "25");
  nodes(file("accounts.json"), "14");
  nodes(file("location.json"), "2");
  nodes(file("mobile_device_and_sim_card.json"), "10");
  const auto cells = file("cell_site.json");
  nodes(cells, "18");
  CHECK(kinds(cells)["cell_site"] == 2);
  const auto lifecycle = file("forensic_lifecycle.json");
  nodes(lifecycle, "83");
  CHECK(has_notice(lifecycle, "6 investigative actions"));
  CHECK(has_notice(lifecycle, "22 provenance records"));
  const auto oresteia = file("Oresteia.json");
  nodes(oresteia, "96");  // the bundle and what it holds
  CHECK(has_notice(oresteia, "5 investigative actions"));
  CHECK(has_notice(oresteia, "5 provenance records"));
  const auto urgent = file("urgent_evidence.json");
  nodes(urgent, "51");
  CHECK(kinds(urgent)["custody"] == 23);
  CHECK(
      has_notice(urgent,
                 "chain of custody: 13 actions from 2019-01-01T14:00:00Z to 2019-01-01T15:20:00Z, "
                 "unbroken: each begins after the former ended"));
}
