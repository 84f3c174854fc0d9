// FreeSWITCH XML and JSON documents, small and invented.
#include "core/base/encoding.hpp"
#include "ingest/calls/call_adapter.hpp"
#include "tests/support/catch.hpp"

namespace {

using palermo::core::ErrorCode;
using palermo::ingest::AdapterInput;
using palermo::ingest::CallAdapter;
using palermo::ingest::CallText;
using palermo::ingest::find_call_adapter;

struct Leg {
  std::string uuid = "00000000-0000-4000-8000-000000000001";
  std::string caller = "1001", called = "1002";
  std::string stamp = "2031-03-04%2008%3A15%3A53";
  std::string epochs =
      "<start_epoch>1930374953</start_epoch>"
      "<start_uepoch>1930374953250000</start_uepoch>"
      "<answer_epoch>1930374958</answer_epoch>";
  std::string more;
  std::string earlier;  // a second callflow
};

std::string xml(const Leg& leg) {
  return "<?xml version=\"1.0\"?>\n<cdr core-uuid=\"c\" switchname=\"pbx\">\n<channel_data>"
         "<state>CS_REPORTING</state></channel_data>\n<variables><uuid>" +
         leg.uuid + "</uuid><start_stamp>" + leg.stamp + "</start_stamp>" + leg.epochs +
         "<billsec>12</billsec><hangup_cause>NORMAL_CLEARING</hangup_cause>" + leg.more +
         "</variables>\n<callflow><caller_profile><caller_id_number>" + leg.caller +
         "</caller_id_number><destination_number>" + leg.called +
         "</destination_number></caller_profile></callflow>" + leg.earlier + "\n</cdr>\n";
}

std::string json(const std::string& more = "", const std::string& stamp = "2031-03-04 08:15:53",
                 const std::string& called = "1002") {
  return R"({"core-uuid":"c","channel_data":{},"variables":{"uuid":"u1","start_stamp":")" + stamp +
         R"(","start_epoch":"1930374953","answer_epoch":"1930374958","billsec":"12")" + more +
         R"(},"callflow":[{"caller_profile":{"caller_id_number":"1001","destination_number":")" +
         called + R"("},"times":{}}]})";
}

palermo::core::Result<CallText> read(const char* format, const std::string& text,
                                     bool keep_going = false) {
  const CallAdapter* adapter = find_call_adapter(format);
  REQUIRE(adapter != nullptr);
  AdapterInput input;
  input.bytes = text;
  input.file_name = "file";
  input.options.keep_going = keep_going;
  return adapter->read(input);
}

double confidence(const char* format, const std::string& text) {
  return find_call_adapter(format)->detect(text, "file").confidence;
}

std::string rows(const CallText& text) { return text.text.substr(text.text.find('\n') + 1); }

std::string code(const palermo::core::Result<CallText>& read) {
  REQUIRE(read);
  REQUIRE(read->rows == 0);
  REQUIRE(read->rejects.size() == 1);
  return read->rejects[0].code();
}

void check_refused(const char* format, const std::string& text, const std::string& message) {
  const auto answer = read(format, text);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::BadInput);
  CHECK_THAT(answer.error().message, Catch::Contains(message));
}

std::string url_encoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
      out += c;
    } else {
      out += "%" + palermo::core::to_hex(std::string_view{&c, 1});
    }
  }
  return out;
}

constexpr const char* kRow = ",1001,1002,2031-03-04T08:15:53.250000+01:00,12,,,,,,,,,,,,,\n";

}  // namespace

TEST_CASE("A FreeSWITCH XML document is one leg", "[ingest][freeswitch]") {
  const std::string text = xml({});
  CHECK(confidence("freeswitch_xml", text) > 0.9);
  CHECK(confidence("freeswitch_json", text) == 0);
  const auto answer = read("freeswitch-xml", text);
  REQUIRE(answer);
  CHECK(rows(*answer) == std::string{"2"} + kRow);
  CHECK(answer->positions_are_lines);
  CHECK(answer->notices.empty());
}

TEST_CASE("XML variables are percent-encoded, profiles are not", "[ingest][freeswitch]") {
  Leg leg;
  leg.caller = "100%41";
  leg.more =
      "<nolocal:sip_h_X>1</nolocal:sip_h_X><sip_from_uri>1001%40192.0.2.1</sip_from_uri>"
      "<billsec>99</billsec><signal_bond>00000000-0000-4000-8000-000000000002</signal_bond>";
  const auto answer = read("freeswitch_xml", xml(leg));
  REQUIRE(answer);
  CHECK(rows(*answer).starts_with("2,100%41,1002,2031-03-04T08:15:53.250000+01:00,12,"));
  REQUIRE(answer->notices.size() == 1);
  CHECK(answer->notices[0].starts_with("1 records name a partner leg, and for 0"));

  leg = {};
  leg.stamp = "2031-03-04%2008%3A15%3";
  CHECK(code(read("freeswitch_xml", xml(leg))) == "BAD_ENCODING");
  leg.stamp = "2031-03-04%2008%3A15%FF";
  CHECK(code(read("freeswitch_xml", xml(leg))) == "BAD_ENCODING");
  leg.stamp = "yesterday";
  leg.epochs = "";
  CHECK(code(read("freeswitch_xml", xml(leg))) == "BAD_TIME");
  leg.epochs = "<start_epoch>99999999999999999999</start_epoch>";
  CHECK(code(read("freeswitch_xml", xml(leg))) == "BAD_TIME");
}

TEST_CASE("Without UTC epochs the local stamp stays local", "[ingest][freeswitch]") {
  Leg leg;
  leg.epochs = "<start_epoch>0</start_epoch><answer_stamp></answer_stamp>";
  auto answer = read("freeswitch_xml", xml(leg));
  REQUIRE(answer);
  CHECK(rows(*answer).starts_with("2,1001,1002,2031-03-04T08:15:53,12,"));
  leg.epochs = "";
  leg.stamp = "";
  CHECK(code(read("freeswitch_xml", xml(leg))) == "BAD_TIME");
}

TEST_CASE("A leg that went on to another number keeps both", "[ingest][freeswitch]") {
  Leg leg;
  leg.called = "1003";
  leg.earlier =
      "<callflow><caller_profile><caller_id_number>1001</caller_id_number>"
      "<destination_number>1002</destination_number></caller_profile></callflow>";
  auto answer = read("freeswitch_xml", xml(leg));
  REQUIRE(answer);
  CHECK(rows(*answer) == "2,1001,1002,2031-03-04T08:15:53.250000+01:00,12,,,,yes,1003,,,,,,,,\n");
}

TEST_CASE("XML documents come behind one another, in a list, and as bodies",
          "[ingest][freeswitch]") {
  Leg other;
  other.called = "1003";
  const std::string both = xml({}) + xml(other);
  auto answer = read("freeswitch_xml", both);
  REQUIRE(answer);
  CHECK(answer->rows == 2);
  CHECK(answer->positions_are_lines);
  CHECK(rows(*answer).find("\n8,1001,1003,") != std::string::npos);

  const std::string list = "<cdrs>" + xml({}).substr(22) + xml(other).substr(22) + "</cdrs>";
  CHECK(confidence("freeswitch_xml", list) > 0.9);
  answer = read("freeswitch_xml", list);
  REQUIRE(answer);
  CHECK(answer->rows == 2);

  const std::string encoded = "cdr=" + url_encoded(xml({}));
  const std::string base64 = "cdr=" + palermo::core::to_base64(xml({}));
  const std::string posted = "uuid=a_1&cdr=" + url_encoded(palermo::core::to_base64(xml(other)));
  const std::string plain = "cdr=" + xml({});
  for (const std::string& body : {encoded, base64, posted, plain}) {
    INFO(body);
    CHECK(confidence("freeswitch_xml", body) > 0.9);
    answer = read("freeswitch_xml", body);
    REQUIRE(answer);
    CHECK(answer->rows == 1);
  }
  answer = read("freeswitch_xml", encoded + "\n" + posted + "\n" + base64 + "\n" + plain);
  REQUIRE(answer);
  CHECK(answer->rows == 4);
  CHECK(answer->positions_are_lines);
  CHECK(rows(*answer).starts_with(std::string{"1"} + kRow + "2,1001,1003,"));
  CHECK(confidence("freeswitch_xml", "cdr=%zz") == 0);
  check_refused("freeswitch_xml", "cdr=%zz", "neither plain, URL-encoded nor Base64");
}

TEST_CASE("Damaged XML is refused with its line, or counted", "[ingest][freeswitch]") {
  const std::string good = xml({});
  check_refused("freeswitch_xml", good.substr(0, good.size() - 20), "line ");
  check_refused("freeswitch_xml", good + good.substr(0, 200), "line ");
  check_refused("freeswitch_xml", "<!DOCTYPE cdr [<!ENTITY a 'b'>]>" + good.substr(22), "DOCTYPE");
  check_refused("freeswitch_xml", "<cdrs/>", "no record of a leg");
  Leg latin;
  latin.more = "<caller_id_name>M\xFCller</caller_id_name>";
  check_refused("freeswitch_xml", xml(latin), "line ");

  auto answer = read("freeswitch_xml", good + xml(latin) + good.substr(0, 200), true);
  REQUIRE(answer);
  CHECK(answer->rows == 1);
  REQUIRE(answer->rejects.size() == 2);
  CHECK(answer->rejects[0].code() == "BAD_DOCUMENT");
  CHECK(answer->rejects[1].code() == "BAD_DOCUMENT");
}

TEST_CASE("A document that was cut off does not take the next with it", "[ingest][freeswitch]") {
  const std::string good = xml({});
  for (const std::size_t cut : {std::size_t{60}, std::size_t{200}, good.size() - 8}) {
    INFO(cut);
    const auto answer = read("freeswitch_xml", good + good.substr(0, cut) + "\n" + good, true);
    REQUIRE(answer);
    CHECK(answer->rows == 2);
    CHECK(answer->rejects.size() == 1);
  }
  std::string many = json() + "\n";
  for (int i = 0; i < 5000; ++i) many += json().substr(0, 80) + "\n";
  many += json();
  const auto answer = read("freeswitch_json", many, true);
  REQUIRE(answer);
  CHECK(answer->rows == 2);
  CHECK(answer->rejects.size() == 5000);
}

TEST_CASE("FreeSWITCH JSON: one document, an array, one behind another", "[ingest][freeswitch]") {
  const std::string row = "1001,1002,2031-03-04T08:15:53+01:00,12,,,,,,,,,,,,,\n";
  CHECK(confidence("freeswitch_json", json()) > 0.9);
  auto answer = read("freeswitch_json", json());
  REQUIRE(answer);
  CHECK(rows(*answer) == "1," + row);
  answer = read("freeswitch_json", "[" + json() + ",\n" + json() + "]\n");
  REQUIRE(answer);
  CHECK(rows(*answer) == "1," + row + "2," + row);
  answer = read("freeswitch_json", "\n" + json() + "\n\n" + json() + "\n");
  REQUIRE(answer);
  CHECK(rows(*answer) == "2," + row + "4," + row);
  answer = read("freeswitch_json", json() + json());
  REQUIRE(answer);
  CHECK(answer->rows == 2);
  CHECK_FALSE(answer->positions_are_lines);
  answer = read("freeswitch_json",
                "cdr=" + url_encoded(json()) + "\ncdr=" + palermo::core::to_base64(json()) + "\n");
  REQUIRE(answer);
  CHECK(rows(*answer) == "1," + row + "2," + row);
}

TEST_CASE("JSON values may be encoded, repeated, numbers, or one object for a list",
          "[ingest][freeswitch]") {
  auto answer = read("freeswitch_json", json(R"(,"bridge_uuid":"ARRAY::x|:y")"));
  REQUIRE(answer);
  CHECK(answer->notices.size() == 1);
  answer = read("freeswitch_json", json("", "2031-03-04%2008%3A15%3A53"));
  REQUIRE(answer);
  CHECK(rows(*answer).find("T08:15:53+01:00") != std::string::npos);
  CHECK(code(read("freeswitch_json", json("", "2031-03-04%2008%3A15%"))) == "BAD_ENCODING");
  // Not encoded, so a percent sign is one.
  CHECK(read("freeswitch_json", json(R"(,"hangup_cause":"100%")"))->rows == 1);
  answer = read("freeswitch_json",
                R"({"variables":{"start_epoch":1930374953,"billsec":0,"answer_epoch":0},)"
                R"("callflow":{"caller_profile":{"caller_id_number":null,)"
                R"("destination_number":"sip:1002@192.0.2.1","rdnis":"1000"}}})");
  REQUIRE(answer);
  CHECK(rows(*answer) ==
        "1,withheld,1000,2031-03-04T07:15:53Z,0,,,no,yes,sip:1002@192.0.2.1,,,,,,,,\n");
  answer =
      read("freeswitch_json", R"({"variables":{"start_epoch":"1930374953"},"channel_data":{}})");
  CHECK(code(answer) == "MISSING_A_NUMBER");
}

TEST_CASE("Damaged JSON is refused with its line, or counted", "[ingest][freeswitch]") {
  const std::string good = json();
  check_refused("freeswitch_json", good.substr(0, good.size() - 3), "line 1");
  check_refused("freeswitch_json", good + "\n" + good.substr(0, 90) + "\n", "line 2");
  check_refused("freeswitch_json", good + "\n{\"other\":1}\n", "line 2");
  check_refused("freeswitch_json", good + "\nrest", "line 2");
  check_refused("freeswitch_json", "[" + good + ",5]", "line 1");
  check_refused("freeswitch_json", json(R"(,"uuid":"again")"), "line 1");
  check_refused("freeswitch_json", json("", "\xFF"), "UTF-8");
  std::string deep = "{\"variables\":{},\"callflow\":";
  for (int i = 0; i < 300; ++i) deep += "[";
  check_refused("freeswitch_json", deep, "line 1");

  const auto answer =
      read("freeswitch_json",
           good + "\n" + good.substr(0, 90) + "\n" + good + "\n{\"other\":1}\nrest\n" + good, true);
  REQUIRE(answer);
  CHECK(answer->rows == 3);
  CHECK(answer->rejects.size() == 3);
  for (const auto& reject : answer->rejects) CHECK(reject.code() == "BAD_DOCUMENT");
}

TEST_CASE("No prefix of a document breaks the readers", "[ingest][freeswitch]") {
  const std::string one = xml({}) + xml({});
  for (std::size_t size = 0; size < one.size(); size += 3) {
    static_cast<void>(confidence("freeswitch_xml", one.substr(0, size)));
    static_cast<void>(read("freeswitch_xml", one.substr(0, size), true));
  }
  const std::string two = json() + "\n" + json();
  for (std::size_t size = 1; size < two.size(); ++size) {
    static_cast<void>(confidence("freeswitch_json", two.substr(0, size)));
    const auto answer = read("freeswitch_json", two.substr(0, size), true);
    if (size > 1) REQUIRE(answer);
    if (answer) CHECK(answer->rows + answer->rejects.size() >= 1);
  }
}
