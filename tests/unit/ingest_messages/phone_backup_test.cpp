#include "ingest/messages/lenient_xml.hpp"
#include "ingest/messages/party.hpp"
#include "tests/unit/ingest_calls/adapter_read.hpp"
#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;
using test::has_notice;
using test::read;

namespace {

const v1::Message& at(const ingest::RecordBatch& batch, std::size_t row) {
  REQUIRE(row < batch.rows.size());
  return batch.rows[row].record.message();
}

const std::string kMessages =
    "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"
    "<smses count=\"9\">\n"
    "  <sms address=\"+447700900002\" date=\"1930381200000\" type=\"1\" body=\"a "
    "&#55357;&#56832; b\""
    " date_sent=\"1930381198000\" contact_name=\"Bob\" subject=\"null\" />\n"
    "  <sms address=\"07700900003\" date=\"1930381260000\" type=\"2\" body=\"x&#0;y&#55357;z\" />\n"
    "  <sms address=\"57645\" date=\"1930381260000\" type=\"3\" body=\"null\" />\n"
    "  <sms address=\"57645\" date=\"null\" type=\"1\" body=\"x\" />\n"
    "  <sms address=\"57645\" date=\"1930381260000\" type=\"9\" body=\"x\" />\n"
    "  <mms date=\"1930381320000\" msg_box=\"1\" m_id=\"M1\" "
    "address=\"+447700900002~+447700900004\">\n"
    "    <parts><part ct=\"application/smil\" text=\"s\"/><part ct=\"text/plain\" text=\"look\"/>"
    "<part ct=\"image/jpeg\" cl=\"p.jpg\" data=\"AAAA\"/></parts>\n"
    "    <addrs><addr address=\"+447700900002\" type=\"137\"/>"
    "<addr address=\"insert-address-token\" type=\"151\"/>"
    "<addr address=\"+447700900004\" type=\"151\"/></addrs>\n"
    "  </mms>\n"
    "</smses>\n";

ingest::AdapterOptions british() { return test::country("GB"); }

}  // namespace

TEST_CASE("Android backup: messages of a phone whose owner the file name tells",
          "[ingest][messages]") {
  CHECK(test::detected(kMessages, "sms.xml") == "sms_backup");
  const auto batch = read("sms_backup", kMessages, british(), "folder/sms-+447700900001.xml");
  REQUIRE(batch.rows.size() == 4);
  CHECK(at(batch, 0).text() == "a \xF0\x9F\x98\x80 b");
  CHECK(at(batch, 0).sender() == "+447700900002");
  CHECK(at(batch, 0).sender_name() == "Bob");
  CHECK(at(batch, 0).received_at() == "2031-03-04T09:00:00Z");
  CHECK(at(batch, 0).sent_at() == "2031-03-04T08:59:58Z");
  CHECK(at(batch, 0).recipients(0) == "+447700900001");
  CHECK(batch.rows[0].targets.front().value == "+447700900001");
  CHECK(batch.rows[0].identifiers[0].value == "+447700900002");
  CHECK(at(batch, 1).text() == "x\xEF\xBF\xBDy\xEF\xBF\xBDz");
  CHECK(at(batch, 1).sender() == "+447700900001");
  CHECK(at(batch, 1).direction() == v1::Message::out);
  CHECK(batch.rows[1].identifiers[1].value == "07700900003");
  // A draft: written then, sent never.
  CHECK(at(batch, 2).sent_at().empty());
  CHECK(batch.rows[2].from_us == 1930381260000000);
  CHECK(at(batch, 2).text().empty());
  CHECK(ingest::is_unsent(at(batch, 2)));
  CHECK_FALSE(ingest::ties_sender(at(batch, 2)));
  CHECK(ingest::ties_sender(at(batch, 1)));
  CHECK(at(batch, 3).application() == "MMS");
  CHECK(at(batch, 3).text() == "look");
  CHECK(at(batch, 3).attachments(0) == "p.jpg (image/jpeg)");
  REQUIRE(at(batch, 3).recipients_size() == 2);
  CHECK(at(batch, 3).recipients(0) == "+447700900001");
  REQUIRE(batch.rejects.size() == 2);
  CHECK((batch.rejects[0].line() == 4 && batch.rejects[0].code() == "BAD_TIME"));
  CHECK((batch.rejects[1].line() == 5 && batch.rejects[1].code() == "UNKNOWN_DIRECTION"));
  CHECK(has_notice(batch, "1 characters are written as two halves"));
  CHECK(has_notice(batch, "2 references or bytes stand for no character"));
  CHECK(has_notice(batch, "says that it holds 9 records; 6 stand in it"));
  CHECK(batch.positions == "records");
}

TEST_CASE("Android backup: without the owner's number one party is left empty",
          "[ingest][messages]") {
  const auto batch = read("sms_backup", kMessages, british(), "sms-20310304.xml");
  CHECK(at(batch, 0).recipients().empty());
  CHECK(at(batch, 1).sender().empty());
  CHECK(at(batch, 3).recipients_size() == 1);
  CHECK(batch.rows[0].targets.empty());
  CHECK(has_notice(batch, "name the file after the owner's number"));
  CHECK(test::refusal("sms_backup", "<smses count=\"0\"></smses>") == "0: not one message");
}

TEST_CASE("Android backup: calls", "[ingest][messages]") {
  const std::string text =
      "<calls count=\"4\">\n"
      "<call number=\"+447700900002\" duration=\"62\" date=\"1930381200000\" type=\"1\" "
      "presentation=\"1\"/>\n"
      "<call number=\"+447700900002\" duration=\"0\" date=\"1930381300000\" type=\"2\"/>\n"
      "<call number=\"-1\" duration=\"0\" date=\"1930381400000\" type=\"3\"/>\n"
      "<call number=\"+447700900002\" duration=\"0\" date=\"1930381400000\" type=\"0\"/></calls>";
  CHECK(test::surest(text, "calls.xml") == "calls_backup");
  const auto made = test::adapted("calls_backup", text, "calls-+447700900001.xml");
  REQUIRE(made.ok());
  const auto rows = test::rows_of(*made);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].at("a") == "+447700900002");
  CHECK(rows[0].at("b") == "+447700900001");
  CHECK(rows[0].at("start") == "2031-03-04T09:00:00Z");
  CHECK(rows[1].at("a") == "+447700900001");
  CHECK(rows[2].at("a") == "unknown");
  CHECK(rows[2].at("answered") == "no");
  CHECK(test::codes_of(*made) == std::vector<std::string>{"4 UNKNOWN_DIRECTION"});
  CHECK_FALSE(test::adapted("calls_backup", "<calls/>", "x.xml").ok());
}

TEST_CASE("XML of backups is made legal without losing a character", "[ingest][messages]") {
  using ingest::detail::make_legal;
  CHECK(make_legal("a&#x41;&amp;&#10;").text == "a&#x41;&amp;&#10;");
  CHECK(make_legal("&#xD83D;&#xDE00;").text == "&#128512;");
  CHECK(make_legal("&#56832;&#55357;").replaced == 2);
  CHECK(make_legal("\x01&#0;&#1114112;").text == "&#65533;&#65533;&#65533;");
  CHECK(make_legal("&#;&#x;&#99999999999;&").text == "&#;&#x;&#99999999999;&");
  CHECK(ingest::detail::first_attribute("<?xml?><smses a='1' count='3'>", "smses", "count") == "3");
  CHECK(ingest::detail::first_attribute("<smses a='1'", "smses", "count").empty());
}
