#include "ingest/calls/call_reader.hpp"
#include "tests/unit/ingest_calls/adapter_read.hpp"

namespace {

using palermo::test::adapted;
using palermo::test::codes_of;
using palermo::test::noted;
using palermo::test::rows_of;
using palermo::test::surest;
using Row = std::map<std::string, std::string>;

const std::string kPlain =
    "interaction,direction,correspondent_id,datetime,call_duration,antenna_id\n"
    "call,in,+447700900001,2031-03-02 07:13:30,62,11\n"
    "text,out,+447700900002,2031-03-02 07:14:30,,12\n";

const std::string kCalls = "type,start_unix,end_unix,from,to,direction\n";

std::string refusal(std::string_view format, std::string_view bytes) {
  const auto read = adapted(format, bytes);
  REQUIRE_FALSE(read);
  CHECK(read.error().code == palermo::core::ErrorCode::BadInput);
  return read.error().message;
}

}  // namespace

TEST_CASE("Plain layout: the file's name is the subscriber, and the cell is the subscriber's",
          "[ingest][retained]") {
  CHECK(surest(kPlain) == "subscriber_csv");
  const auto read = adapted("subscriber_csv", kPlain, "folder/+447700900009.csv");
  REQUIRE(read);
  CHECK(rows_of(*read) == std::vector<Row>{{{"position", "2"},
                                            {"a", "+447700900001"},
                                            {"b", "+447700900009"},
                                            {"start", "2031-03-02 07:13:30"},
                                            {"duration_s", "62"},
                                            {"kind", "call"},
                                            {"direction", "in"},
                                            {"cell", "11"}},
                                           {{"position", "3"},
                                            {"a", "+447700900009"},
                                            {"b", "+447700900002"},
                                            {"start", "2031-03-02 07:14:30"},
                                            {"kind", "sms"},
                                            {"direction", "out"},
                                            {"cell", "12"}}});
  CHECK(read->positions_are_lines);
  CHECK(noted(*read, "'+447700900009'"));
  CHECK(read->rejects.empty());
}

TEST_CASE("Plain layout: a position, no place at all, semicolons, a byte order mark",
          "[ingest][retained]") {
  const auto position =
      adapted("subscriber_csv",
              "interaction,direction,correspondent_id,datetime,call_duration,latitude,longitude\n"
              "call,out,A,2031-03-02 07:13:30,62,51.5,-0.1\n");
  REQUIRE(position);
  CHECK(rows_of(*position)[0].at("latitude") == "51.5");
  CHECK(rows_of(*position)[0].at("longitude") == "-0.1");
  const std::string saved =
      "\xEF\xBB\xBFsep=;\r\ninteraction;direction;correspondent_id;datetime;call_duration\r\n"
      "text;in;A;2031-03-02 07:13:30;\r\n";
  CHECK(surest(saved) == "subscriber_csv");
  const auto semicolons = adapted("subscriber_csv", saved, "x.csv");
  REQUIRE(semicolons);
  REQUIRE(semicolons->rows == 1);
  CHECK(rows_of(*semicolons)[0].at("position") == "3");
}

TEST_CASE("Plain layout: each bad record is rejected with its own reason", "[ingest][retained]") {
  const auto read = adapted("subscriber_csv", kPlain +
                                                  "call,in, ,2031-03-02 07:15:00,1,1\n"
                                                  "call,sideways,A,2031-03-02 07:15:00,1,1\n"
                                                  "letter,in,A,2031-03-02 07:15:00,1,1\n"
                                                  "call,in,A,2031-03-02 07:15:00,,1\n"
                                                  ",,,,,\n");
  REQUIRE(read);
  CHECK(read->rows == 2);
  CHECK(codes_of(*read) == std::vector<std::string>{"4 MISSING_CORRESPONDENT",
                                                    "5 UNKNOWN_DIRECTION", "6 UNKNOWN_KIND",
                                                    "7 BAD_DURATION", "8 EMPTY_ROW"});
}

TEST_CASE("Plain layout: a row of another width refuses the file, or is counted",
          "[ingest][retained]") {
  CHECK(refusal("subscriber_csv", kPlain + "call,in,A\n") == "3 columns, expected 6");
  CHECK(refusal("subscriber_csv", kPlain + "call,in,A").find("cut off") != std::string::npos);
  const auto kept = adapted("subscriber_csv", kPlain + "call,in,A\n", "x.csv", true);
  REQUIRE(kept);
  CHECK(codes_of(*kept) == std::vector<std::string>{"4 COLUMN_COUNT"});
  CHECK(refusal("subscriber_csv", kPlain + "\"call,in").find("quote") != std::string::npos);
  CHECK(refusal("subscriber_csv", kPlain + "call,in,\xFF,x,1,1\n") == "not UTF-8");
  CHECK(refusal("subscriber_csv", "interaction,direction\n").find("no header") !=
        std::string::npos);
  CHECK(refusal("subscriber_csv", kPlain + std::string(2U << 20, 'x')).find("no line end") !=
        std::string::npos);
}

TEST_CASE("Coded layout: the record type decides, the service code says what it is",
          "[ingest][retained]") {
  const std::string text =
      "1;22;+447700900001;+447700900002;2031-03-02 07:13:30;0;142.5;12.5\n"
      "2;12;+447700900001;+447700900003;2031-03-02 07:13:31;5;2.3;48.8\n"
      "1;21;+447700900001;+447700900001;2031-03-02 07:13:32;0;;\n"
      "2;11;+447700900001;;2031-03-02 07:13:33;9;2.3;48.8\n"
      "3;11;+447700900001;A;2031-03-02 07:13:34;9;2.3;48.8\n"
      "1;99;+447700900001;A;2031-03-02 07:13:35;9;2.3;48.8\n";
  CHECK(surest(text) == "operator_coded");
  const auto read = adapted("operator_coded", text);
  REQUIRE(read);
  const auto rows = rows_of(*read);
  REQUIRE(rows.size() == 5);
  CHECK(rows[0].at("kind") == "sms");
  CHECK(rows[0].at("a") == "+447700900001");
  CHECK(rows[1].at("kind") == "call");
  CHECK(rows[1].at("a") == "+447700900003");
  CHECK(rows[1].at("direction") == "in");
  CHECK(rows[2].at("a") == rows[2].at("b"));
  CHECK(rows[3].at("a") == "unknown");
  CHECK(rows[4].at("kind") == "other");
  CHECK(codes_of(*read) == std::vector<std::string>{"5 UNKNOWN_DIRECTION"});
  CHECK(noted(*read, "1 rows: record type and service code disagree"));
  // 142.5 can be no latitude.
  CHECK(noted(*read, "longitude first"));
  CHECK(rows[1].at("latitude") == "48.8");
  CHECK(rows[1].at("longitude") == "2.3");
}

TEST_CASE("Coded layout: a position whose order nothing proves is kept as text",
          "[ingest][retained]") {
  const std::string text = "1;11;A;B;2031-03-02 07:13:30;5;42.4;-71.5\n";
  const auto read = adapted("operator_coded", text);
  REQUIRE(read);
  CHECK(rows_of(*read)[0].at("cell") == "42.4;-71.5");
  CHECK(rows_of(*read)[0].count("latitude") == 0);
  const auto said = adapted("operator-coded-latitude-first", text);
  REQUIRE(said);
  CHECK(rows_of(*said)[0].at("latitude") == "42.4");
  CHECK(rows_of(*said)[0].count("cell") == 0);
  // Values beyond 90 degrees in both columns prove nothing.
  const auto both = adapted("operator_coded", text +
                                                  "1;11;A;B;2031-03-02 07:13:31;5;142.4;-71.5\n"
                                                  "1;11;A;B;2031-03-02 07:13:32;5;42.4;-171.5\n");
  REQUIRE(both);
  CHECK(rows_of(*both)[0].count("latitude") == 0);
}

TEST_CASE("vds-suisse calls: UTC seconds, one row for each recipient", "[ingest][retained]") {
  const std::string text = kCalls +
                           "call,1930000000,1930000065,1,0,out\n"
                           "sms,1930000100,1930000100,63,1 177,in\n"
                           "sms,1930000200,1930000200,22,1,in\n";
  CHECK(surest(text) == "vds_suisse_calls");
  const auto read = adapted("vds_suisse_calls", text);
  REQUIRE(read);
  const auto rows = rows_of(*read);
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].at("start") == "2031-02-27T23:06:40Z");
  CHECK(rows[0].at("duration_s") == "65");
  CHECK(rows[1].at("b") == "1");
  CHECK(rows[1].at("direction") == "in");
  CHECK(rows[2].at("b") == "177");
  CHECK(rows[2].count("direction") == 0);  // not received by the subscriber's device
  CHECK(rows[3].at("position") == "4");
  CHECK_FALSE(read->positions_are_lines);
  CHECK(read->identifier_kind == "label");
  CHECK(read->withheld_words == std::vector<std::string>{"0"});
  CHECK(noted(*read, "1 lines name several recipients and gave one row for each: 3 lines, 4 rows"));
}

TEST_CASE("vds-suisse calls: bad rows are rejected, each with its line", "[ingest][retained]") {
  const auto read = adapted("vds_suisse_calls", kCalls +
                                                    "call,1930000000,1930000065,1,2,out\n"
                                                    "call,1930000000,1929999999,1,2,out\n"
                                                    "call,1.93E+9,1930000000,1,2,out\n"
                                                    "call,1930000000,99999999999999999999,1,2,out\n"
                                                    "fax,1930000000,1930000065,1,2,out\n"
                                                    "call,1930000000,1930000065,1,2,away\n"
                                                    "call,1930000000,1930000065,,2,out\n");
  REQUIRE(read);
  CHECK(read->rows == 1);
  CHECK(codes_of(*read) == std::vector<std::string>{"2 BAD_TIME", "3 BAD_TIME", "4 BAD_TIME",
                                                    "5 UNKNOWN_KIND", "6 UNKNOWN_DIRECTION",
                                                    "7 MISSING_A_NUMBER"});
  CHECK(read->rejects[0].message() == "end_unix: before its beginning (line 3)");
}

TEST_CASE("vds-suisse calls: a row of another width takes a position among the records",
          "[ingest][retained]") {
  const auto read = adapted(
      "vds_suisse_calls", kCalls + "sms,1930000000,1930000000,1,2 3,out\ncall,1\nfax,1,1,1,2,in\n",
      "x.csv", true);
  REQUIRE(read);
  CHECK(codes_of(*read) == std::vector<std::string>{"3 COLUMN_COUNT", "4 UNKNOWN_KIND"});
  CHECK(read->rejects[0].message() == "2 columns, expected 6 (line 3)");
}

TEST_CASE("vds-suisse cells: one location row for each cell of a step", "[ingest][retained]") {
  const std::string text =
      "unix_time,cells\n1930000000,632\n1930000300,632  285\n1930000600,\nx,1\n";
  CHECK(surest(text) == "vds_suisse_cells");
  const auto read = adapted("vds_suisse_cells", text);
  REQUIRE(read);
  const auto rows = rows_of(*read);
  REQUIRE(rows.size() == 3);
  CHECK(rows[2].at("cell") == "285");
  CHECK(rows[2].at("a") == "1");
  CHECK(rows[2].at("kind") == "location");
  CHECK(codes_of(*read) == std::vector<std::string>{"4 MISSING_CELL", "5 BAD_TIME"});
  CHECK(noted(*read, "4 steps of 300 seconds gave 5 rows"));
}

TEST_CASE("Swisscom sessions: both gateways' rows, the address as cell", "[ingest][retained]") {
  const std::string text =
      "Auskunft +447700900001\r\n"
      "+447700900001;10.0.0.1;P-GW;28/03/2031 18:37:55;32;;Hauptstr. 1 - Z\xC3\xBCrich - 8001;;\r\n"
      "+447700900001;2Ao2121;S-GSN;28/03/2031 18:37:56;31;3560000000000107;Weg 2 - Bern - "
      "3000;;\r\n"
      "+447700900001;;P-GW;2031-03-28 18:37:56;31;;Weg 2;;\r\n"
      ";;P-GW;28/03/2031 18:37:56;31;;Weg 2;;\r\n";
  CHECK(surest(text) == "swisscom_2018");
  const auto read = adapted("swisscom_2018", text);
  REQUIRE(read);
  const auto rows = rows_of(*read);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0] == Row{{"position", "2"},
                       {"a", "+447700900001"},
                       {"start", "2031-03-28 18:37:55"},
                       {"duration_s", "32"},
                       {"kind", "data"},
                       {"direction", "out"},
                       {"cell", "Hauptstr. 1 - Z\xC3\xBCrich - 8001"}});
  CHECK(rows[1].at("imei") == "3560000000000107");
  CHECK(codes_of(*read) == std::vector<std::string>{"4 BAD_TIME", "5 MISSING_A_NUMBER"});
  CHECK(noted(*read, "1 title lines"));
  CHECK(noted(*read, "(1 P-GW, 1 S-GSN, 0 others)"));
  CHECK(noted(*read, "1 private addresses, 1 charging ids"));
  const auto windows =
      adapted("swisscom_2018", "+447700900001;10.0.0.1;P-GW;28/03/2031 18:37:55;32;;Z\xFCrich;;\n");
  REQUIRE(windows);
  CHECK(rows_of(*windows)[0].at("cell") == "Z\xC3\xBCrich");
}

TEST_CASE("Lists that hold no calls are told and refused with what they are",
          "[ingest][retained]") {
  for (const auto& [text, what] : std::vector<std::pair<std::string, std::string>>{
           {"id,label,organisation\n1,X,Y\n", "a list of contacts"},
           {"key,value\nage,42\n", "attributes of one subscriber"}}) {
    CHECK(surest(text) == "companion_list");
    CHECK(refusal("companion_list", text).find(what) != std::string::npos);
  }
  CHECK(surest("id,label,organisation,weight\n1,X,Y,2\n").empty());
  CHECK(refusal("companion_list", "a,b\n1,2\n").find("none of the known lists") !=
        std::string::npos);
}

TEST_CASE("Detection of retained data never fails on hostile bytes", "[ingest][retained]") {
  for (const std::string& text :
       {std::string{}, std::string(70000, ';'), std::string{"\"\"\"\"\"\"\""},
        std::string("\0\0;\0", 4), std::string{"1;11;A"}, std::string{";;P-GW;"},
        std::string(100000, '\n'), std::string{"\xFF\xFF\xFF;\xFF"}})
    CHECK(surest(text).empty());
}

TEST_CASE("A position inside a tower's name is read; a name alone is no unreadable position",
          "[ingest][retained]") {
  const palermo::ingest::Profile* bsnl = palermo::ingest::find_profile("bsnl");
  REQUIRE(bsnl != nullptr);
  const std::string head =
      "Search Criteria : MSISDN\nTarget/A-Party Number,Call Type,Other/B-party Number,Call "
      "Date,Call "
      "Initiation Time,Call Duration,First BTS Location,First Cell Global ID,Last Cell Global ID,"
      "Service Type,IMEI,IMSI,Original Calling Party,Roaming Network/Circle\n";
  const auto row = [](const std::string& tower) {
    return "9000000001,IN,57645,17/06/2031,15:58:21,1," + tower + ",C,,SMS,,,,\n";
  };
  const auto read = [&](const std::string& tower) {
    auto table = palermo::ingest::read_calls(head + row(tower), *bsnl, "bsnl.csv", {});
    REQUIRE(table);
    return *std::move(table);
  };
  const auto unreadable = [](const palermo::ingest::CallTable& table) {
    for (const std::string& notice : table.notices)
      if (notice.find("positions could not be read") != std::string::npos) return true;
    return false;
  };
  const auto placed = read("Mill Lane II; Lat-22.39711; Long-88.43938");
  REQUIRE(placed.columns.latitude_e7.size() == 1);
  CHECK(placed.columns.latitude_e7[0] == 223971100);
  CHECK(placed.columns.longitude_e7[0] == 884393800);
  CHECK_FALSE(unreadable(placed));
  CHECK(read("Mill Lane II; Lat--22.5; Long--8.5").columns.latitude_e7[0] == -225000000);
  const auto named = read("Mill Lane II");
  CHECK(named.columns.latitude_e7.empty());
  CHECK_FALSE(unreadable(named));
  for (const char* broken : {"X; Lat-22.39711", "X; Lat-; Long-88.4", "X; Lat-95.1; Long-8.4",
                             "X; Lat-22.3.9; Long-8.4", "22.3"})
    CHECK(unreadable(read(broken)));
}
