// What spreadsheets, exports and time do to tables of calls: each item a tiny file and exactly what
// becomes of it.
#include <algorithm>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "ingest/calls/call_reader.hpp"
#include "ingest/profile/profile.hpp"
#include "palermo/v1/segment.pb.h"
#include "tests/support/catch.hpp"

using namespace palermo;

namespace {

/// A layout with everything a table can have; `more` is put behind it.
std::string layout(const std::string& more = "") {
  return "id: \"dirt\" preamble_max: 6 timezone: \"Europe/Berlin\" country: \"GB\" "
         "count_label: \"TOTAL\" footer: \"End of report\" "
         "columns { role: A_NUMBER names: \"A\" } columns { role: B_NUMBER names: \"B\" } " +
         more;
}
const std::string kWhen =
    "columns { role: DATE_TIME names: \"When\" patterns: \"%d.%m.%Y %H:%M:%S\" } "
    "columns { role: DURATION names: \"Dur\" optional: true } ";

core::Result<ingest::CallTable> read(const std::string& profile_text, const std::string& text,
                                     bool keep_going = true) {
  const auto profile = ingest::parse_profile(profile_text, "dirt");
  INFO((profile ? "" : profile.error().message));
  REQUIRE(profile);
  ingest::CallReadOptions options;
  options.keep_going = keep_going;
  return ingest::read_calls(text, *profile, "dirt.csv", options);
}

ingest::CallTable table(const std::string& profile_text, const std::string& text) {
  auto made = read(profile_text, text);
  INFO((made ? "" : made.error().message));
  REQUIRE(made);
  CHECK(made->rows_read == made->columns.records + made->rejects.size());
  return *std::move(made);
}

std::vector<std::string> codes(const ingest::CallTable& table) {
  std::vector<std::string> out;
  for (const auto& reject : table.rejects)
    out.push_back(std::to_string(reject.line()) + " " + reject.code());
  return out;
}

std::vector<std::string> times(const ingest::CallTable& table) {
  std::vector<std::string> out;
  for (const std::int64_t us : table.columns.started_at_us) out.push_back(core::format_utc(us));
  return out;
}

std::string party(const ingest::CallTable& table, std::uint32_t id) {
  return id == 0 ? std::string{} : std::string{table.identifiers[id - 1].value};
}
std::vector<std::string> callers(const ingest::CallTable& table) {
  std::vector<std::string> out;
  for (const std::uint32_t id : table.columns.a) out.push_back(party(table, id));
  return out;
}
std::vector<std::string> called(const ingest::CallTable& table) {
  std::vector<std::string> out;
  for (const std::uint32_t id : table.columns.b) out.push_back(party(table, id));
  return out;
}

bool noted(const ingest::CallTable& table, std::string_view words) {
  return std::any_of(table.notices.begin(), table.notices.end(), [&](const std::string& notice) {
    return notice.find(words) != std::string::npos;
  });
}

using Texts = std::vector<std::string>;
const std::string kRow = "+447700900001,+447700900002,04.03.2031 08:15:53,60\n";

}  // namespace

TEST_CASE("dirt 1: a number written as a power of ten is rejected, never expanded", "[dirt]") {
  const auto made = table(layout(kWhen),
                          "A;B;When;Dur\n"
                          "9.19E+11;+447700900002;04.03.2031 08:15:53;1\n"
                          "+447700900001;9,19E+11;04.03.2031 08:15:53;1\n"
                          "+447700900001;+447700900002;04.03.2031 08:15:53;1\n");
  CHECK(codes(made) == Texts{"2 SCIENTIFIC_NUMBER", "3 SCIENTIFIC_NUMBER"});
  CHECK(made.columns.records == 1);
  for (const auto& identifier : made.identifiers) CHECK(identifier.value.find("919") != 0);
}

TEST_CASE("dirt 1: numbers that lost their leading zero are counted where others have it",
          "[dirt]") {
  // libphonenumber's example number of the country: invented ones are in no numbering plan.
  const auto made = table(layout(kWhen),
                          "A,B,When,Dur\n07400123456,7400123456,04.03.2031 08:15:53,1\n"
                          "7400123457,07400123456,04.03.2031 08:15:54,1\n");
  CHECK(callers(made) == Texts{"+447400123456", "+447400123457"});
  CHECK(called(made) == Texts{"+447400123456", "+447400123456"});
  CHECK(noted(made, "2 distinct numbers have no leading zero while others of the file have one"));
  const auto sure =
      table(layout(kWhen), "A,B,When,Dur\n+447400123456,07400123456,04.03.2031 08:15:53,1\n");
  CHECK_FALSE(noted(sure, "leading zero"));
}

TEST_CASE("dirt 2: apostrophes, .0, invisible marks and full-width digits", "[dirt]") {
  const auto made = table(layout(kWhen),
                          "A,B,When,Dur\n"
                          "'+447700900001,'+447700900002','04.03.2031 08:15:53,'60\n"
                          "447700900001.0,\xE2\x80\x8E+447700900002,\xC2\xA0"
                          "04.03.2031 08:15:54\xC2\xA0,60.0\n"
                          "\xEF\xBC\x8B\xEF\xBC\x94\xEF\xBC\x94\xEF\xBC\x97\xEF\xBC\x97\xEF\xBC\x90"
                          "\xEF\xBC\x90\xEF\xBC\x99\xEF\xBC\x90\xEF\xBC\x90\xEF\xBC\x90\xEF\xBC\x90"
                          "\xEF\xBC\x91,+447700900002\xE2\x80\x8F,04.03.2031 08:15:55,60\n");
  CHECK(codes(made).empty());
  REQUIRE(made.columns.records == 3);
  CHECK(called(made) == Texts(3, "+447700900002"));
  CHECK(callers(made)[0] == "+447700900001");
  CHECK(callers(made)[2] == "+447700900001");
  CHECK(made.columns.duration_s == std::vector<std::int32_t>{60, 60, 60});
}

TEST_CASE("dirt 3: titles, a units row, repeated headers, blank lines, footer and count",
          "[dirt]") {
  const std::string text =
      "Report of the exchange\n"
      "Musterstadt,,,\n"
      "\n"
      "A,B,When,Dur\n"
      "number,number,dd.mm.yyyy,s\n" +
      kRow + "\nA,B,When,Dur\n+447700900001,+447700900002,04.03.2031 08:15:54,60\n" + "TOTAL 3\n" +
      "printed on 5.3.2031\n";
  const auto made = table(layout(kWhen), text);
  CHECK(made.rows_read == 2);
  CHECK(made.columns.line == std::vector<std::uint32_t>{6, 9});
  CHECK(codes(made).empty());
  CHECK(noted(made, "2 title lines before the header"));
  CHECK(noted(made, "the row under the header holds units"));
  CHECK(noted(made, "1 repetitions of the header"));
  CHECK(noted(made, "WARNING: the report says 3 records, but 2 rows stand in it"));
  CHECK(noted(made, "1 lines after the end of the table"));
}

TEST_CASE("dirt 3: a header of two lines with merged groups", "[dirt]") {
  const std::string profile = layout(
      "columns { role: DATE names: \"Start Date\" patterns: \"%d.%m.%Y\" } "
      "columns { role: TIME names: \"Start Time\" patterns: \"%H:%M:%S\" } ");
  const auto made = table(profile,
                          "A,B,Start,,Stop,\n"
                          ",,Date,Time,Date,Time\n"
                          "+447700900001,+447700900002,04.03.2031,08:15:53,04.03.2031,08:16:00\n");
  CHECK(times(made) == Texts{"2031-03-04T07:15:53Z"});
  CHECK(made.columns.line == std::vector<std::uint32_t>{3});
  CHECK(noted(made, "the header stands in two lines, 2 and the one above it"));
}

TEST_CASE("dirt 3: a second report behind the first is read, with its own count", "[dirt]") {
  const std::string one = "A,B,When,Dur\n" + kRow + "TOTAL 1\n";
  const auto made =
      table(layout(kWhen), one + "\nNext report\nA,B,When,Dur\n" + kRow + kRow + "TOTAL 3\n");
  CHECK(made.columns.line == std::vector<std::uint32_t>{2, 7, 8});
  CHECK(noted(made, "WARNING: the report says 3 records, but 2 rows stand in it"));
  CHECK_FALSE(noted(made, "the report says 1 records"));
}

TEST_CASE("dirt 4: mixed encodings are read line by line and said", "[dirt]") {
  const auto made =
      table(layout("encoding: WINDOWS_1252 " + kWhen + "columns { role: CELL names: \"Cell\" } "),
            "A,B,When,Dur,Cell\n"
            "+447700900001,+447700900002,04.03.2031 08:15:53,1,Z\xFCrich\n"
            "+447700900001,+447700900002,04.03.2031 08:15:54,1,Gen\xC3\xA8ve\n");
  CHECK(made.columns.texts == Texts{"Gen\xC3\xA8ve", "Z\xC3\xBCrich"});  // by their bytes
  CHECK(made.columns.cell == std::vector<std::uint32_t>{2, 1});
  CHECK(noted(made, "mixed encodings: 1 lines are UTF-8 and 1 Windows-1252"));
  const auto refused =
      read(layout(kWhen), "A,B,When,Dur\n\xFC,+447700900002,04.03.2031 08:15:53,1\n");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "line 2: not UTF-8");
}

TEST_CASE("dirt 5: separators, decimal comma, backslashed quotes, ragged rows", "[dirt]") {
  for (const std::string separator : {",", ";", "\t", "|"}) {
    const std::string text = "A" + separator + "B" + separator + "When" + separator + "Dur" +
                             separator + "\n+447700900001" + separator + "+447700900002" +
                             separator + "04.03.2031 08:15:53" + separator + "7" + separator + "\n";
    CHECK(table(layout(kWhen), text).columns.duration_s == std::vector<std::int32_t>{7});
  }
  const std::string position =
      kWhen +
      "columns { role: LATITUDE names: \"Lat\" } columns { role: LONGITUDE names: \"Lon\" } ";
  const auto comma =
      table(layout(position),
            "A;B;When;Dur;Lat;Lon\n"
            "+447700900001;+447700900002;04.03.2031 08:15:53;12,0;51,5046;-0,1285\n");
  CHECK(comma.columns.latitude_e7 == std::vector<std::int32_t>{515046000});
  CHECK(comma.columns.longitude_e7 == std::vector<std::int32_t>{-1285000});
  CHECK(comma.columns.duration_s == std::vector<std::int32_t>{12});

  const std::string cell = kWhen + "columns { role: CELL names: \"Cell\" } ";
  const std::string slashed =
      "A,B,When,Dur,Cell\n"
      "+447700900001,+447700900002,04.03.2031 08:15:53,1,\"Tower \\\"North\\\", 1\"\n";
  CHECK(table(layout("backslash_quotes: true " + cell), slashed).columns.texts ==
        Texts{"Tower \"North\", 1"});
  auto closed = read(layout(cell), slashed);
  REQUIRE_FALSE(closed);  // the only row is rejected
  CHECK(closed.error().message.find("text stands between a closing quote") != std::string::npos);

  const auto ragged =
      table(layout(kWhen), "A,B,When,Dur\n+447700900001,+447700900002\n" + kRow + "1,2,3,4,5,6\n");
  CHECK(codes(ragged) == Texts{"2 COLUMN_COUNT", "4 COLUMN_COUNT"});
  const auto strict = read(layout(kWhen), "A,B,When,Dur\n1,2\n" + kRow, false);
  REQUIRE_FALSE(strict);
  CHECK(strict.error().message == "line 2: 2 columns, expected 4");
}

TEST_CASE("dirt 6: line ends and NUL bytes", "[dirt]") {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    std::string text = "A,B,When,Dur\n" + kRow + kRow;
    std::string with;
    for (const char c : text) with += c == '\n' ? end : std::string(1, c);
    const auto made = table(layout(kWhen), with);
    CHECK(made.columns.line == std::vector<std::uint32_t>{2, 3});
    CHECK(made.notices.empty());
  }
  const auto nul = read(layout(kWhen), "A,B,When,Dur\n" + kRow + std::string("1,2\0,3,4\n", 9));
  REQUIRE_FALSE(nul);
  CHECK(nul.error().message.find("line 3: a NUL byte") == 0);
}

TEST_CASE("dirt 7: dates and clocks as they are written", "[dirt]") {
  struct Case {
    std::string pattern, text, utc;  // utc empty: BAD_TIME
  };
  const std::vector<Case> cases = {
      {"%d-%b-%Y %H:%M:%S", "05-Oct-2031 08:00:00", "2031-10-05T06:00:00Z"},
      {"%d-%b-%Y %H:%M:%S", "05-ott-2031 08:00:00", "2031-10-05T06:00:00Z"},
      {"%d-%b-%Y %H:%M:%S", "05-OKT-2031 08:00:00", "2031-10-05T06:00:00Z"},
      {"%-d. %b %Y %H:%M", "5. M\xC3\xA4rz 2031 08:00", "2031-03-05T07:00:00Z"},
      {"%-d %b %Y %H:%M", "5 f\xC3\xA9vr. 2031 08:00", "2031-02-05T07:00:00Z"},
      {"%-d %b %Y %H:%M", "5 Foo 2031 08:00", ""},
      {"%-d/%-m/%Y %-H:%M", "4/3/2031 8:15", "2031-03-04T07:15:00Z"},
      {"%d.%m.%y %H:%M:%S", "04.03.31 08:15:53", "2031-03-04T07:15:53Z"},
      {"%d.%m.%Y %I:%M:%S %p", "04.03.2031 12:15:53 AM", "2031-03-03T23:15:53Z"},
      {"%d.%m.%Y %-I:%M %p", "04.03.2031 8:15 p.m.", "2031-03-04T19:15:00Z"},
      {"%d.%m.%Y %-I:%M %p", "04.03.2031 13:15 pm", ""},
      {"%d.%m.%Y %H:%M:%S", "04.03.2031 24:00:00", "2031-03-04T23:00:00Z"},
      {"%d.%m.%Y %H:%M:%S", "04.03.2031 24:00:01", ""},
      {"%d.%m.%Y %H:%M:%S", "31.02.2031 08:00:00", ""},
      {"%x", "47911.5", "2031-03-04T11:00:00Z"},
      {"%x", "47911,5", "2031-03-04T11:00:00Z"},
      {"%X", "46449.5", "2031-03-04T11:00:00Z"},
      {"%x", "60.5", ""},
      {"%d.%m.%Y %-H %o", "04.03.2031 17 345", "2031-03-04T16:03:45Z"},
      {"%Y%m%d %n", "20310304 81553", "2031-03-04T07:15:53Z"},
      {"%s", "1930378553", "2031-03-04T08:15:53Z"},
      {"%J", "1930378553000", "2031-03-04T08:15:53Z"},
      {"%U", "1930378553000000", "2031-03-04T08:15:53Z"},
      {"%s", "1930378553000", ""},
  };
  for (const Case& each : cases) {
    INFO(each.pattern << " " << each.text);
    // A good row beside it, so that one bad one does not refuse the file.
    const auto made = table(layout("columns { role: DATE_TIME names: \"When\" patterns: \"" +
                                   each.pattern + "\" patterns: \"ok %Y%m%d%H%M%S\" } "),
                            "A;B;When\n+447700900001;+447700900002;" + each.text +
                                "\n+447700900001;+447700900002;ok 20310304081553\n");
    if (each.utc.empty()) {
      CHECK(codes(made) == Texts{"2 BAD_TIME"});
    } else {
      REQUIRE(made.columns.records == 2);
      CHECK(times(made)[0] == each.utc);
    }
    CHECK(noted(made, "written as 24:00:00") == (each.text == "04.03.2031 24:00:00"));
  }
  const auto both = ingest::parse_profile(
      layout("columns { role: DATE_TIME names: \"W\" patterns: \"%-d/%-m/%Y\" patterns: "
             "\"%-m/%-d/%Y\" } "),
      "p");
  REQUIRE_FALSE(both);
  CHECK(both.error().message.find("day and month could be taken for each other") !=
        std::string::npos);
}

TEST_CASE("dirt 8: clock changes, zones in rows", "[dirt]") {
  const auto made = table(layout(kWhen + "columns { role: TIME_ZONE names: \"Zone\" } "),
                          "A,B,When,Dur,Zone\n"
                          "+447700900001,+447700900002,30.03.2031 02:30:00,1,\n"
                          "+447700900001,+447700900002,26.10.2031 02:30:00,1,\n"
                          "+447700900001,+447700900002,04.03.2031 23:30:00,1,UTC\n"
                          "+447700900001,+447700900002,04.03.2031 23:30:00,1,+05:30\n"
                          "+447700900001,+447700900002,04.03.2031 23:30:00,1,Mars\n");
  CHECK(times(made) == Texts{"2031-03-30T01:30:00Z", "2031-10-26T00:30:00Z", "2031-03-04T23:30:00Z",
                             "2031-03-04T18:00:00Z"});
  CHECK(made.nonexistent_local_times == 1);
  CHECK(made.ambiguous_local_times == 1);
  CHECK(codes(made) == Texts{"6 BAD_TIME"});
  CHECK(made.timezone == "zone in the row; Europe/Berlin");
}

TEST_CASE("dirt 10: forwarded calls, withheld callers, parts of one SMS", "[dirt]") {
  const auto made =
      table(layout(kWhen + "columns { role: FORWARDED_TO names: \"To\" } "
                           "columns { role: KIND names: \"Kind\" words { word: \"SMS\" kind: SMS } "
                           "words { word: \"CONF\" kind: CALL } } "),
            "A,B,When,Dur,To,Kind\n"
            "+447700900001,+447700900002,04.03.2031 08:15:53,9,+447700900003,CONF\n"
            "-,+447700900002,04.03.2031 08:16:53,9,,CONF\n"
            "+447700900001,+447700900002,04.03.2031 08:17:00,,,SMS\n"
            "+447700900001,+447700900002,04.03.2031 08:17:00,,,SMS\n");
  REQUIRE(made.columns.records == 4);
  CHECK((made.columns.flags[0] & v1::FORWARDED) != 0);
  CHECK(party(made, made.columns.forwarded_to[0]) == "+447700900003");
  CHECK(made.columns.a[1] == 0);  // withheld; the call stays
  // Both parts are records of the file; that they are equal in everything is for the duplicates.
  CHECK(made.columns.kind[2] == v1::SMS);
  CHECK((made.columns.flags[3] & v1::DURATION_ABSENT) != 0);
}

TEST_CASE("dirt 11: -1, zero and contradicting durations, units and milliseconds", "[dirt]") {
  const std::string end =
      kWhen +
      "columns { role: END names: \"End\" patterns: \"%d.%m.%Y %H:%M:%S\" patterns: "
      "\"%H:%M:%S\" } ";
  const auto made = table(layout(end),
                          "A,B,When,Dur,End\n"
                          "+447700900001,+447700900002,04.03.2031 08:00:00,-1,\n"
                          "+447700900001,+447700900002,04.03.2031 08:00:00,0,\n"
                          "+447700900001,+447700900002,04.03.2031 08:00:00,,04.03.2031 08:01:00\n"
                          "+447700900001,+447700900002,04.03.2031 23:59:00,,00:00:30\n"
                          "+447700900001,+447700900002,04.03.2031 08:00:00,60,04.03.2031 09:00:00\n"
                          "+447700900001,+447700900002,04.03.2031 08:00:00,1 m,\n");
  CHECK(made.columns.duration_s == std::vector<std::int32_t>{-1, 0, 60, 90, 60});
  CHECK((made.columns.flags[0] & v1::NEGATIVE_DURATION) != 0);
  CHECK((made.columns.flags[1] & v1::NEGATIVE_DURATION) == 0);
  CHECK(codes(made) == Texts{"7 BAD_DURATION"});
  CHECK(noted(made, "1 rows give a duration that differs from their end"));

  const auto units = table(layout("duration_format: UNITS " + kWhen),
                           "A,B,When,Dur\n"
                           "+447700900001,+447700900002,04.03.2031 08:00:00,1 h 2 min 3 s\n"
                           "+447700900001,+447700900002,04.03.2031 08:00:01,2m03s\n"
                           "+447700900001,+447700900002,04.03.2031 08:00:02,15 sec.\n"
                           "+447700900001,+447700900002,04.03.2031 08:00:03,3 s 2 m\n");
  CHECK(units.columns.duration_s == std::vector<std::int32_t>{3723, 123, 15});
  CHECK(codes(units) == Texts{"5 BAD_DURATION"});
  const auto milli = table(layout("duration_format: MILLISECONDS " + kWhen),
                           "A,B,When,Dur\n+447700900001,+447700900002,04.03.2031 08:00:00,61999\n");
  CHECK(milli.columns.duration_s == std::vector<std::int32_t>{61});
}

TEST_CASE("dirt 12: IMEI of 14, 15 and 16 digits are one device", "[dirt]") {
  const auto made = table(
      layout(kWhen +
             "columns { role: IMEI names: \"IMEI\" } columns { role: IMSI names: \"IMSI\" } "),
      "A,B,When,Dur,IMEI,IMSI\n"
      "+447700900001,+447700900002,04.03.2031 08:00:00,1,00440112345678,001010000000001\n"
      "+447700900001,+447700900002,04.03.2031 08:00:01,1,004401123456780,001010000000001\n"
      "+447700900001,+447700900002,04.03.2031 08:00:02,1,0044011234567801,999990000000001\n"
      "+447700900001,+447700900002,04.03.2031 08:00:03,1,3.56E+14,1234\n");
  REQUIRE(made.columns.records == 4);
  CHECK(party(made, made.columns.imei[0]) == "00440112345678");
  CHECK(made.columns.imei[0] == made.columns.imei[1]);
  CHECK(made.columns.imei[0] == made.columns.imei[2]);
  CHECK(made.columns.imei[3] == 0);
  CHECK(noted(made, "1 IMEI, IMSI or forwarding numbers were written as a power of ten"));
  CHECK_FALSE(made.identifiers[made.columns.imsi[3] - 1].valid);
  CHECK(made.identifiers[made.columns.imsi[2] - 1].valid);  // an unknown network is still 15 digits
}

TEST_CASE("dirt 14: positions swapped, 0/0, in one cell, a Wi-Fi address in place of a cell",
          "[dirt]") {
  const std::string two =
      kWhen +
      "columns { role: LATITUDE names: \"Lat\" } columns { role: LONGITUDE names: \"Lon\" } ";
  const auto made = table(layout(two),
                          "A;B;When;Dur;Lat;Lon\n"
                          "+447700900001;+447700900002;04.03.2031 08:00:00;1;120.5;45.1\n"
                          "+447700900001;+447700900002;04.03.2031 08:00:01;1;0;0\n"
                          "+447700900001;+447700900002;04.03.2031 08:00:02;1;200;45.1\n"
                          "+447700900001;+447700900002;04.03.2031 08:00:03;1;45.1;120.5\n");
  CHECK(made.columns.records == 4);
  CHECK((made.columns.flags[0] & v1::HAS_POSITION) == 0);
  CHECK((made.columns.flags[1] & v1::HAS_POSITION) == 0);
  CHECK((made.columns.flags[3] & v1::HAS_POSITION) != 0);
  CHECK(noted(made, "2 positions could not be read"));
  CHECK(noted(made, "1 of them would be a place if latitude and longitude were exchanged"));
  CHECK(noted(made, "1 positions are 0/0"));

  const auto one = table(layout(kWhen + "columns { role: LATITUDE_LONGITUDE names: \"Pos\" } "
                                        "columns { role: CELL names: \"MCC\" join: \"MNC\" join: "
                                        "\"LAC\" joined_by: \"-\" } "),
                         "A;B;When;Dur;Pos;MCC;MNC;LAC\n"
                         "+447700900001;+447700900002;04.03.2031 08:00:00;1;21,5/72,25;001;01;7\n"
                         "+447700900001;+447700900002;04.03.2031 08:00:01;1;;;;\n"
                         "+447700900001;+447700900002;04.03.2031 08:00:02;1;;192.0.2.1:5060;;\n");
  CHECK(one.columns.latitude_e7[0] == 215000000);
  CHECK(one.columns.texts == Texts{"001-01-7", "192.0.2.1:5060"});
  CHECK(one.columns.cell[1] == 0);
}

TEST_CASE("dirt 15: senders with letters, short codes, withheld numbers, SIP users", "[dirt]") {
  const auto made = table(layout(kWhen),
                          "A,B,When,Dur\n"
                          "VD-BANK-S,+447700900002,04.03.2031 08:00:00,1\n"
                          "57645,+447700900002,04.03.2031 08:00:01,1\n"
                          "112,+447700900002,04.03.2031 08:00:02,1\n"
                          "Unknown,+447700900002,04.03.2031 08:00:03,1\n"
                          "---,+447700900002,04.03.2031 08:00:04,1\n"
                          "sip:1001@192.0.2.1,+447700900002,04.03.2031 08:00:05,1\n"
                          ",+447700900002,04.03.2031 08:00:06,1\n");
  CHECK(callers(made) == Texts{"VD-BANK-S", "57645", "112", "", "", "1001@192.0.2.1"});
  CHECK(codes(made) == Texts{"8 MISSING_A_NUMBER"});
  const auto kind = [&](std::size_t row) { return made.identifiers[made.columns.a[row] - 1].kind; };
  CHECK(kind(0) == "alphanumeric");
  CHECK(kind(1) == "short_code");
  CHECK(kind(2) == "short_code");
  CHECK(kind(5) == "account");
}

TEST_CASE("dirt 18: a report without records, a wrong count, a file cut off", "[dirt]") {
  const auto none =
      table(layout("no_records: \"No Records\" " + kWhen), "A,B,When,Dur\nNo Records Found\n");
  CHECK(none.rows_read == 0);
  CHECK(noted(none, "the report says that there are no records: 0 rows"));
  const auto cut = read(layout(kWhen), "A,B,When,Dur\n" + kRow + "+447700900001,+4477", false);
  REQUIRE_FALSE(cut);
  CHECK(cut.error().message ==
        "line 3: 2 columns, expected 4; the last line has no line end: the file is cut off");
}

TEST_CASE("profiles: constants, value maps and JSON lines", "[dirt]") {
  const auto constant = table(
      "id: \"c\" timezone: \"UTC\" columns { role: A_NUMBER constant: \"+447700900009\" } "
      "columns { role: B_NUMBER names: \"Nr\" words { word: \"mailbox\" value: \"+447700900100\" } "
      "} "
      "columns { role: DATE_TIME names: \"T\" patterns: \"%Y-%m-%d %H:%M:%S\" } ",
      "Nr,T\n+447700900002,2031-03-04 08:00:00\nMailbox,2031-03-04 08:00:01\n");
  CHECK(callers(constant) == Texts(2, "+447700900009"));
  CHECK(called(constant) == Texts{"+447700900002", "+447700900100"});

  const std::string json_layout =
      "id: \"j\" input: JSON_LINES columns { role: A_NUMBER names: \"from.number\" } "
      "columns { role: B_NUMBER names: \"to.0\" } "
      "columns { role: DATE_TIME names: \"at\" patterns: \"%J\" } "
      "columns { role: DURATION names: \"sec\" optional: true } ";
  const auto json =
      table(json_layout,
            "{\"from\":{\"number\":\"+447700900001\"},\"to\":[\"+447700900002\"],\"at\":"
            "1930378553000,\"sec\":5}\n\n"
            "no json\n"
            "{\"from\":{\"number\":9.19E+11},\"to\":[\"+447700900002\"],\"at\":"
            "1930378553000}\n");
  CHECK(json.columns.line == std::vector<std::uint32_t>{1});
  CHECK(times(json) == Texts{"2031-03-04T08:15:53Z"});
  CHECK(codes(json) == Texts{"3 BAD_DOCUMENT", "4 SCIENTIFIC_NUMBER"});
  const auto refused = read(json_layout, "{\"at\":1}\n[]\n", false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "line 2: no object");
}

TEST_CASE("a large table gives the same rows and lines whatever its quoted cells hold", "[dirt]") {
  // Above 4 MiB it is read in as many parts as there are cores, cut at line ends.
  constexpr std::size_t kRows = 60'000;
  const bool long_cell = GENERATE(false, true);
  std::string text = "A,B,When,Dur,Note\n";
  std::vector<std::uint32_t> lines;
  std::uint32_t line = 2;
  const auto number = [](std::size_t i) { return "+4477009" + std::to_string(100'000 + i % 1'000); };
  for (std::size_t i = 0; i < kRows; ++i) {
    lines.push_back(line);
    std::string note = "a note that makes the row longer than its numbers and times do alone";
    if (i % 7 == 0) note = "two lines:\none, with \"\"quotes\"\" in it";
    // The middle of the text lies within it, at one of many line ends.
    if (long_cell && i == kRows / 2) note = std::string(900'000, '\n');
    text += number(i) + "," + number(i * 3 + 1) + ",04.03.2031 08:15:53," + std::to_string(i) +
            ",\"" + note + "\"\n";
    line += 1 + static_cast<std::uint32_t>(std::count(note.begin(), note.end(), '\n'));
  }
  REQUIRE(text.size() > (std::size_t{5} << 20));
  const auto made = table(layout(kWhen), text);
  REQUIRE(made.columns.records == kRows);
  CHECK(made.rejects.empty());
  CHECK(made.columns.line == lines);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < kRows; ++i)
    wrong += made.columns.duration_s[i] != static_cast<std::int32_t>(i) ||
             party(made, made.columns.a[i]) != number(i) ||
             party(made, made.columns.b[i]) != number(i * 3 + 1);
  CHECK(wrong == 0);
}
