#include <random>

#include "ingest/calls/user_location.hpp"
#include "tests/unit/ingest_calls/adapter_read.hpp"

namespace {

using palermo::ingest::read_global_cell;
using palermo::ingest::read_lettered_degrees;
using palermo::ingest::read_user_location;
using palermo::test::adapted;
using palermo::test::codes_of;
using palermo::test::noted;
using palermo::test::rows_of;
using palermo::test::surest;
using Row = std::map<std::string, std::string>;

std::string answer(const std::string& records, const std::string& version = "v1.26.1") {
  return "<?xml version='1.0'?>\n<RetainedData xmlns='http://uri.etsi.org/02657/" + version +
         "#/RetainedData'>\n<retainedDataHeader><requestID><countryCode>GB</countryCode>"
         "<requestNumber>R-1</requestNumber></requestID></retainedDataHeader>\n" +
         records + "</RetainedData>\n";
}

std::string record(const std::string& usage, const std::string& other = {}) {
  return "<ResponseRecord><recordNumber>7</recordNumber><recordPayload><telephonyRecord>"
         "<telephonyServiceUsage>" +
         usage +
         "</telephonyServiceUsage></telephonyRecord></recordPayload><additionalInformation>" +
         "<otherInformation>" + other +
         "</otherInformation></additionalInformation></ResponseRecord>\n";
}

std::string party(const std::string& role, const std::string& number,
                  const std::string& more = {}) {
  return "<TelephonyPartyInformation><partyRole><" + role + "/></partyRole>" +
         (number.empty() ? "" : "<partyNumber>" + number + "</partyNumber>") + more +
         "</TelephonyPartyInformation>";
}

std::string parties(const std::string& all) {
  return "<partyInformation>" + all + "</partyInformation>";
}

std::string at(const std::string& start, const std::string& more = {}) {
  return "<communicationTime><startTime>" + start + "</startTime>" + more + "</communicationTime>";
}

std::string cell(const std::string& hex) {
  return "<detailedLocation><cellInformation><userLocationInformation>" + hex +
         "</userLocationInformation></cellInformation></detailedLocation>";
}

palermo::ingest::CallText read(const std::string& text) {
  auto made = adapted("etsi_102657", text, "answer.xml");
  REQUIRE(made);
  return *std::move(made);
}

std::string place(std::string_view hex) {
  const auto found = read_user_location(hex);
  return found ? found->text : "none";
}

}  // namespace

TEST_CASE("User location information: GTPv2 flags", "[ingest][retained]") {
  CHECK(place("0100F11012345678") == "001-01-4660-22136");  // CGI, two-digit network
  CHECK(place("01 13 00 14 12 34 56 78") == "310-410-4660-22136");
  CHECK(place("0x0200f11012345678") == "SAI 001-01-4660-22136");
  CHECK(place("0400F11012340056") == "RAI 001-01-4660-86");
  CHECK(place("0800F1103000") == "TAI 001-01-12288");
  CHECK(place("1000F11000BC614E") == "ECGI 001-01-12345678");
  CHECK(place("10 00F110 F0BC614E") == "ECGI 001-01-12345678");  // the spare nibble is no digit
  CHECK(place("2000F1101234") == "LAI 001-01-4660");
  CHECK(place("1800F110300000F11000BC614E") == "001-01-12288-12345678");
  CHECK(place("0900F1101234567800F1103000") == "001-01-4660-22136");
  CHECK(place("4100F1101234567800F110001234") == "001-01-4660-22136");  // a base station follows
  CHECK(read_user_location("0100F11012345678")->is_cell);
  CHECK_FALSE(read_user_location("0800F1103000")->is_cell);
}

TEST_CASE("User location information: whole elements with their length", "[ingest][retained]") {
  CHECK(place("5600080000F11012345678") == "001-01-4660-22136");
  CHECK(place("5600080100F11012345678") == "SAI 001-01-4660-22136");
  CHECK(place("9800080200F11012340056") == "RAI 001-01-4660-86");
  // An instance octet: the same type under GTPv2.
  CHECK(place("560008000100F11012345678") == "001-01-4660-22136");
}

TEST_CASE("User location information: what cannot be is no place", "[ingest][retained]") {
  for (const char* hex :
       {"", "0", "01", "0100F1101234567", "0100F110123456", "0100F1101234567800", "01ZZ", "0000",
        "01FAF11012345678", "0100FA1012345678", "5600080300F11012345678", "9800FF0000F110",
        "98000001", "00F11012345678", "C0"})
    CHECK(place(hex) == "none");
  CHECK(place(std::string(4000, '0')) == "none");
  CHECK(read_global_cell("00F11012345678")->text == "001-01-4660-22136");
  CHECK_FALSE(read_global_cell("00F110123456"));
  CHECK_FALSE(read_global_cell("0AF11012345678"));
}

TEST_CASE("Degrees with letters: minutes and seconds, or decimal", "[ingest][retained]") {
  CHECK(read_lettered_degrees("N515715", false) == "51.9541667");
  CHECK(read_lettered_degrees("N513746.02", false) == "51.6294500");
  CHECK(read_lettered_degrees("S515715", false) == "-51.9541667");
  CHECK(read_lettered_degrees("E0144130", true) == "14.6916667");
  CHECK(read_lettered_degrees("E144130", true) == "14.6916667");
  CHECK(read_lettered_degrees("W0000730", true) == "-0.1250000");
  CHECK(read_lettered_degrees("N51.5046", false) == "51.5046000");
  CHECK(read_lettered_degrees("E013.7854", true) == "13.7854000");
  CHECK(read_lettered_degrees("-0.1276", true) == "-0.1276000");
  for (const char* text : {"", "N", "N516015", "N515760", "N955715", "E515715", "N5157", "N5157150",
                           "N51.5x", "N-51.5", "N.5", "Nan", "N1e1", "inf", "N51,5"})
    CHECK_FALSE(read_lettered_degrees(text, false));
  CHECK_FALSE(read_lettered_degrees("E1900000", true));
}

TEST_CASE("Retained data: any version and prefix is told by its names", "[ingest][retained]") {
  CHECK(surest(answer("")) == "etsi_102657");
  CHECK(surest(answer("", "v9.99.9")) == "etsi_102657");
  CHECK(surest("<a><x:retainedDataHeader xmlns:x='urn:y'/></a>") == "etsi_102657");
  CHECK(surest("<a><b/></a>").empty());
}

TEST_CASE("Retained data: a call gives one row, and the cell belongs to its owner",
          "[ingest][retained]") {
  const auto text = read(
      answer(record(parties(party("originating-Party", "447700900001") +
                            party("terminating-Party", "447700900002",
                                  "<iMEI>35600000000001</iMEI>" +
                                      at("20310304101553+0200", "<durationTime>67</durationTime>") +
                                      cell("0100F11012345678"))),
                    R"("Call Indikator"="MTC" "Quelle"="x" "odd)")));
  CHECK(rows_of(text) == std::vector<Row>{{{"position", "1"},
                                           {"a", "447700900001"},
                                           {"b", "447700900002"},
                                           {"start", "2031-03-04T10:15:53+0200"},
                                           {"duration_s", "67"},
                                           {"kind", "call"},
                                           {"direction", "in"},
                                           {"imei", "35600000000001"},
                                           {"cell", "001-01-4660-22136"}}});
  // Whose numbering plan a number follows is not what the request's country says.
  CHECK(text.country.empty());
  CHECK(noted(text, "the answer is to request R-1 (GB)"));
  CHECK(noted(text, "left alone in otherInformation: Quelle"));
}

TEST_CASE("Retained data: device or place of both ends gives a row for each end",
          "[ingest][retained]") {
  const auto text = read(answer(record(parties(
      party("originating-Party", "447700900001", at("20310304081553Z") + cell("0100F11012340001")) +
      party("terminating-Party", "447700900002", cell("0100F11012340002"))))));
  const auto rows = rows_of(text);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].at("direction") == "out");
  CHECK(rows[0].at("cell") == "001-01-4660-1");
  CHECK(rows[1].at("direction") == "in");
  CHECK(rows[1].at("cell") == "001-01-4660-2");
  CHECK(rows[1].at("start") == rows[0].at("start"));  // only the other end says when
  CHECK(rows[1].at("a") == rows[0].at("a"));
  CHECK(noted(text, "1 records give device or place of both ends"));
}

TEST_CASE("Retained data: messages, several recipients, forwarding, withheld callers",
          "[ingest][retained]") {
  const auto text = read(answer(
      record(parties(party("smsOriginator", "447700900001", at("20310304081553Z")) +
                     party("smsRecipient", "447700900002") +
                     party("smsRecipient", "447700900003"))) +
      record(parties(party("terminating-Party", "447700900001", at("20310304081600Z")) +
                     party("forwarded-to-Party", "447700900004"))) +
      record(parties(party("mmsOriginator", "447700900001", at("20310304081700Z")) +
                     party("mmsRecipient", "447700900002") + party("roaming", "447700900009")))));
  const auto rows = rows_of(text);
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].at("kind") == "sms");
  CHECK(rows[0].at("b") == "447700900002");
  CHECK(rows[1].at("b") == "447700900003");
  CHECK(rows[1].at("position") == "2");
  CHECK(rows[2].at("a") == "unknown");
  CHECK(rows[2].at("forwarded_to") == "447700900004");
  CHECK(rows[2].at("forwarded") == "yes");
  CHECK(rows[3].at("kind") == "mms");
  CHECK(noted(text, "parties in other roles were left alone: roaming"));
}

TEST_CASE("Retained data: a data session, alone and with time and place beside it",
          "[ingest][retained]") {
  const std::string identities =
      "<naDeviceId>3560000000000107</naDeviceId><gprsInformation><iMSI>001010000000001</iMSI>"
      "<mSISDN>447700900001</mSISDN><aPN>internet.example</aPN></gprsInformation>";
  const auto national = [](const std::string& inside) {
    return "<nationalTelephonyServiceUsage><countryCode>GB</countryCode><headerID>1</headerID>"
           "<internetAccess>" +
           inside + "</internetAccess></nationalTelephonyServiceUsage>";
  };
  const auto alone = read(answer(record(national(
      "<interval><startTime>20310304090000Z</startTime><endTime>20310304110000+0100</endTime>"
      "</interval><location><extendedLocation><spot><gsmLocation><geoCoordinates><latitude>N515715"
      "</latitude><longitude>E144130</longitude><azimuth>90</azimuth></geoCoordinates></"
      "gsmLocation>"
      "</spot></extendedLocation><userLocationInformation>0800F1103000</userLocationInformation>"
      "</location>" +
      identities))));
  CHECK(rows_of(alone) == std::vector<Row>{{{"position", "1"},
                                            {"a", "447700900001"},
                                            {"start", "2031-03-04T09:00:00Z"},
                                            {"duration_s", "3600"},
                                            {"kind", "data"},
                                            {"direction", "out"},
                                            {"cell", "TAI 001-01-12288"},
                                            {"imei", "3560000000000107"},
                                            {"imsi", "001010000000001"},
                                            {"latitude", "51.9541667"},
                                            {"longitude", "14.6916667"},
                                            {"azimuth", "90"}}});
  CHECK(noted(alone, "access points (left alone): internet.example"));
  CHECK(noted(alone, "1 durations were not given"));
  CHECK(noted(alone, "1 places name an area"));

  const auto hybrid = read(
      answer(record(parties("<TelephonyPartyInformation><partyType><other>x</other></partyType>" +
                            at("20310304090000Z", "<durationTime>5</durationTime>") +
                            cell("0100F11012345678") + "</TelephonyPartyInformation>") +
                    national(identities))));
  const auto row = rows_of(hybrid).at(0);
  CHECK(row.at("start") == "2031-03-04T09:00:00Z");
  CHECK(row.at("cell") == "001-01-4660-22136");
  CHECK(row.at("imsi") == "001010000000001");
  CHECK(row.at("duration_s") == "5");
  CHECK(noted(hybrid, "1 data sessions have device and identities in one element"));

  const auto nameless = read(answer(record(
      national("<interval><startTime>20310304090000Z</startTime></interval><gprsInformation><iMSI>"
               "001010000000001</iMSI></gprsInformation>"))));
  CHECK(rows_of(nameless)[0].at("a") == "unknown");
  CHECK(noted(nameless, "1 rows have no number"));
}

TEST_CASE("Retained data: what is no usage is rejected, with the record's number",
          "[ingest][retained]") {
  const auto text = read(answer(
      "<ResponseRecord><recordNumber>5</recordNumber><recordPayload><networkAccess/>"
      "</recordPayload></ResponseRecord><ResponseRecord/>" +
      record("") + record(parties(party("x", "1", at("20310304090000Z")) + party("y", "2"))) +
      record(parties(
          party("originating-Party", "447700900001", at("20310304090000Z") + cell("0100F1"))))));
  CHECK(codes_of(text) == std::vector<std::string>{"1 NO_SERVICE_USAGE", "2 NO_SERVICE_USAGE",
                                                   "3 MISSING_A_NUMBER", "4 UNKNOWN_DIRECTION"});
  CHECK(text.rejects[0].message() ==
        "no telephonyServiceUsage; it holds networkAccess (record number 5, line 4 of the file)");
  CHECK(text.rows == 1);
  CHECK(rows_of(text)[0].count("cell") == 0);
  CHECK(noted(text, "1 cells or coordinates could not be read"));
}

TEST_CASE("Retained data: an empty answer is an answer; other XML, cut and hostile files are not",
          "[ingest][retained]") {
  const auto empty = read(answer(""));
  CHECK(empty.rows == 0);
  CHECK(noted(empty, "the answer holds no records"));
  const std::string whole = answer(record(parties(party("originating-Party", "447700900001"))));
  for (const std::string& bad :
       {std::string{"<a/>"}, std::string{"no XML"}, whole.substr(0, whole.size() / 2),
        whole.substr(0, whole.size() - 4),
        "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hostname'>]>" + whole.substr(22)}) {
    const auto made = adapted("etsi_102657", bad, "answer.xml");
    REQUIRE_FALSE(made);
    CHECK(made.error().code == palermo::core::ErrorCode::BadInput);
  }
  const auto hostile = read(answer(record(
      parties(party("originating-Party", "4477\n,\"x", at("2031"))), std::string(5000, '"'))));
  CHECK(hostile.rows == 1);
}

TEST_CASE("Retained data: damaged bytes are refused or counted, whatever they are",
          "[ingest][retained]") {
  const std::vector<std::pair<std::string, std::string>> samples = {
      {"etsi_102657", answer(record(parties(party("originating-Party", "447700900001",
                                                  "<iMEI>35600000000001</iMEI>" +
                                                      at("20310304101553+0200",
                                                         "<endTime>20310304101653Z</endTime>") +
                                                      cell("0100F11012345678")) +
                                            party("terminating-Party", "447700900002")),
                                    R"("Call Indikator"="MOC")"))},
      {"subscriber_csv",
       "interaction,direction,correspondent_id,datetime,call_duration,antenna_id\n"
       "call,in,A,2031-03-02 07:13:30,62,11\ntext,out,B,2031-03-02 07:14:30,,12\n"},
      {"operator_coded",
       "1;22;A;B;2031-03-02 07:13:30;0;142.5;12.5\n2;11;A;B;2031-03-02 07:13:30;0;;\n"},
      {"vds_suisse_calls",
       "type,start_unix,end_unix,from,to,direction\ncall,1930000000,1930000065,1,0 2,out\n"},
      {"vds_suisse_cells", "unix_time,cells\n1930000000,632 633\n"},
      {"swisscom_2018", "+447700900001;10.0.0.1;P-GW;28/03/2031 18:37:55;32;;Weg 1;;\r\n"}};
  std::mt19937 random{11};
  constexpr std::string_view kBytes{"\0\n\r\",;<>&'\xFF\xC3 0-9aZ", 19};
  std::size_t read_well = 0;
  for (const auto& [format, sample] : samples)
    for (int round = 0; round < 400; ++round) {
      std::string bytes = sample;
      for (unsigned change = 0; change < 1 + random() % 3; ++change) {
        const std::size_t where = random() % bytes.size();
        if (random() % 3 == 0) {
          bytes.erase(where, 1 + random() % 5);
        } else {
          bytes[where] = kBytes[random() % kBytes.size()];
        }
      }
      surest(bytes);
      const auto made = adapted(format, bytes, "file", round % 2 == 0);
      if (!made) {
        REQUIRE(made.error().code == palermo::core::ErrorCode::BadInput);
        continue;
      }
      ++read_well;
      // Positions ascend and are unique, over rows and rejects together.
      std::uint64_t last = 0;
      for (const auto& reject : made->rejects) {
        REQUIRE(reject.line() > last);
        last = reject.line();
        REQUIRE_FALSE(reject.code().empty());
      }
    }
  CHECK(read_well > 400);
}
