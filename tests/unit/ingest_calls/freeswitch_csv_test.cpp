// FreeSWITCH CSV templates and CDR-Stats lists, small and invented.
#include "ingest/calls/call_adapter.hpp"
#include "ingest/profile/profile.hpp"
#include "tests/support/catch.hpp"

namespace {

using palermo::core::ErrorCode;
using palermo::ingest::AdapterInput;
using palermo::ingest::CallAdapter;
using palermo::ingest::CallText;
using palermo::ingest::find_call_adapter;

const std::string kUuid = "00000000-0000-4000-8000-00000000000";

palermo::core::Result<CallText> read(const std::string& text, bool keep_going = false,
                                     const char* format = "freeswitch_csv") {
  const CallAdapter* adapter = find_call_adapter(format);
  REQUIRE(adapter != nullptr);
  AdapterInput input;
  input.bytes = text;
  input.file_name = "Master.csv";
  input.options.keep_going = keep_going;
  return adapter->read(input);
}

double confidence(const std::string& text, const char* format = "freeswitch_csv") {
  return find_call_adapter(format)->detect(text, "Master.csv").confidence;
}

std::string rows(const CallText& text) { return text.text.substr(text.text.find('\n') + 1); }

/// A row of the template example.
std::string example(const std::string& name = "Ward 4",
                    const std::string& start = "2031-03-04 08:15:53",
                    const std::string& answer = "2031-03-04 08:15:58",
                    const std::string& cause = "NORMAL_CLEARING", const std::string& id = "1",
                    const std::string& bleg = "") {
  return "\"" + name + "\",\"1001\",\"1002\",\"default\",\"" + start + "\",\"" + answer +
         "\",\"2031-03-04 08:16:10\",\"17\",\"" + (answer.empty() ? "0" : "12") + "\",\"" + cause +
         "\",\"" + kUuid + id + "\",\"" + bleg + "\",\"\",\"PCMU\",\"PCMU\"\n";
}

void check_refused(const std::string& text, const std::string& message) {
  const auto answer = read(text);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::BadInput);
  CHECK_THAT(answer.error().message, Catch::Contains(message));
}

}  // namespace

TEST_CASE("The template example, answered and not, with the partner leg", "[ingest][freeswitch]") {
  const std::string text = example("Ward 4", "2031-03-04 08:15:53", "2031-03-04 08:15:58",
                                   "NORMAL_CLEARING", "1", kUuid + "2") +
                           "\n" + example("x", "2031-03-04 08:20:00", "", "NORMAL_CLEARING", "2") +
                           example("x", "2031-03-04 08:25:00", "", "ORIGINATOR_CANCEL", "3");
  CHECK(confidence(text) > 0.8);
  CHECK(palermo::ingest::detect_calls(text).profile.empty());
  const auto answer = read(text);
  REQUIRE(answer);
  CHECK(answer->positions_are_lines);
  CHECK(rows(*answer) ==
        "1,1001,1002,2031-03-04T08:15:53,12,,,,,,,,,,,,,\n"
        "3,1001,1002,2031-03-04T08:20:00,0,,,no,,,,,,,,,,\n"
        "4,1001,1002,2031-03-04T08:25:00,0,,,no,,,,,,,,,,\n");
  REQUIRE(answer->notices.size() == 1);
  CHECK(answer->notices[0].starts_with("1 records name a partner leg, and for 1 of them"));
}

TEST_CASE("Quotes that the switch does not double", "[ingest][freeswitch]") {
  const auto answer = read(example("The \"Cat, Inc.") + example("Ann \"\"B\"\" C") + example(""));
  REQUIRE(answer);
  CHECK(answer->rows == 3);
  check_refused(example() + example() + "\"Ward 4\",\"1001\n",
                "line 3: a quote is opened and never closed");
}

TEST_CASE("The built-in template has a blank before its last field", "[ingest][freeswitch]") {
  std::string row = example();
  row = row.substr(0, row.find(",\"\",\"PCMU")) + ", \"acc,ount\"\n";
  const auto answer = read(row + row);
  REQUIRE(answer);
  CHECK(rows(*answer).starts_with("1,1001,1002,2031-03-04T08:15:53,12,"));
  CHECK(answer->rows == 2);
}

TEST_CASE("The template asterisk is told from Asterisk's own file", "[ingest][freeswitch]") {
  const std::string text =
      "\"acc\",\"1001\",\"+447700900001\",\"default\",\"\"\"Ann\"\" <1001>\",\"sofia/i/1001\","
      "\"sofia/e/1\",\"bridge\",\"sofia/gateway/x/1\",\"2031-03-04 08:15:53\","
      "\"2031-03-04 08:15:58\",\"2031-03-04 08:16:10\",\"17\",\"12\",\"NORMAL_CLEARING\",\"3\",\"" +
      kUuid + "1\",\"\"\n";
  CHECK(confidence(text) > 0.8);
  CHECK(palermo::ingest::detect_calls(text).profile.empty());
  const auto answer = read(text);
  REQUIRE(answer);
  CHECK(rows(*answer) == "1,1001,+447700900001,2031-03-04T08:15:53,12,,,,,,,,,,,,,\n");
  const std::string asterisk =
      "\"acc\",\"1001\",\"1002\",\"default\",\"Ann\",\"SIP/1\",\"SIP/2\",\"Dial\",\"SIP/2\","
      "\"2031-03-04 08:15:53\",\"\",\"2031-03-04 08:16:10\",\"17\",\"0\",\"NO ANSWER\","
      "\"DOCUMENTATION\",\"1930374953.1\",\"\"\n";
  CHECK(confidence(asterisk) == 0);
}

TEST_CASE("The template opencdrrate has no start", "[ingest][freeswitch]") {
  const std::string text =
      "\"" + kUuid + "1\",\"" + kUuid +
      "2\",\"inbound\",\"1001\",\"1002\",\"2031-03-04 08:15:58\","
      "\"2031-03-04 08:16:10\",\"12\",\"\",\"\",\"192.0.2.1\",\"\",\"gw\"\n\"" +
      kUuid +
      "3\",\"\",\"outbound\",\"1001\",\"1002\",\"\",\"2031-03-04 08:20:10\","
      "\"0\",\"\",\"\",\"192.0.2.1\",\"\",\"gw\"\n";
  CHECK(confidence(text) > 0.8);
  const auto answer = read(text);
  REQUIRE(answer);
  CHECK(rows(*answer) ==
        "1,1001,1002,2031-03-04T08:15:58,12,,,,,,,,,,,,,\n"
        "2,1001,1002,2031-03-04T08:20:10,0,,,no,,,,,,,,,,\n");
  CHECK(answer->notices.back() ==
        "this template has no start: 1 answered records begin at their answer, 1 unanswered ones "
        "at their end");
}

TEST_CASE("INSERT statements, with and without a list of columns", "[ingest][freeswitch]") {
  std::string values = example();
  values = values.substr(0, values.find(",\"PCMU"));
  const std::string one = "INSERT INTO cdr VALUES (" + values + ");\n";
  const std::string named =
      "insert into `cdr` (destination_number, caller_id_number, start_stamp, billsec) values "
      "('1002', '1001', '2031-03-04 08:15:53', '0');\n";
  CHECK(confidence(one) > 0.8);
  CHECK(confidence("INSERT INTO users VALUES (1, 2);\n") == 0);
  auto answer = read("BEGIN;\n" + one + named + "COMMIT;\n");
  REQUIRE(answer);
  CHECK(rows(*answer) ==
        "2,1001,1002,2031-03-04T08:15:53,12,,,,,,,,,,,,,\n"
        "3,1001,1002,2031-03-04T08:15:53,0,,,,,,,,,,,,,\n");
  CHECK(answer->notices ==
        std::vector<std::string>{"2 lines are no INSERT statements and were not read as records"});
  const std::string cut = one.substr(0, one.size() - 20);
  check_refused(one + one + cut, "line 3: an INSERT statement that cannot be read");
  answer = read(one + one + cut, true);
  REQUIRE(answer);
  REQUIRE(answer->rejects.size() == 1);
  CHECK(answer->rejects[0].code() == "BAD_STATEMENT");
}

TEST_CASE("A spreadsheet's dates are read only where the day is known", "[ingest][freeswitch]") {
  const auto row = [](const std::string& start, char separator) {
    std::string text = "Ward 4,1001,1002,default," + start + "," + start + "," + start +
                       ",17,12,NORMAL_CLEARING," + kUuid + "1,,,PCMU,PCMU\n";
    std::replace(text.begin(), text.end(), ',', separator);
    return text;
  };
  auto answer = read(row("2031/3/4 8:15", ','));
  REQUIRE(answer);
  CHECK(rows(*answer).starts_with("1,1001,1002,2031-03-04T08:15,12,"));
  answer = read(row("4/3/2031 8:15", ';') + row("25/3/2031 8:15", ';'));
  REQUIRE(answer);
  CHECK(rows(*answer).starts_with("1,1001,1002,2031-03-04T08:15,12,"));
  CHECK_THAT(answer->notices.at(0), Catch::Contains("the day comes first"));
  answer = read(row("3/4/2031 8:15", '\t') + row("3/25/2031 8:15", '\t'));
  REQUIRE(answer);
  CHECK(rows(*answer).starts_with("1,1001,1002,2031-03-04T08:15,12,"));
  CHECK_THAT(answer->notices.at(0), Catch::Contains("the month comes first"));
  check_refused(row("4/3/2031 8:15", ';'), "no date tells the day from the month");
  check_refused(row("25/3/2031 8:15", ';') + row("3/25/2031 8:15", ';'),
                "dates with the day first and dates with the month first");
}

TEST_CASE("A header of channel variables frees the order", "[ingest][freeswitch]") {
  const std::string text =
      "destination_number,caller_id_number,start_stamp,billsec,answer_stamp\n"
      "1002,1001,2031-03-04 08:15:53,0,\n";
  CHECK(confidence(text) > 0.8);
  const auto answer = read(text);
  REQUIRE(answer);
  CHECK(rows(*answer) == "2,1001,1002,2031-03-04T08:15:53,0,,,no,,,,,,,,,,\n");
}

TEST_CASE("Damaged CSV is refused with its line, or counted", "[ingest][freeswitch]") {
  const std::string good = example() + example();
  check_refused(good + "a,b\n", "line 3: 2 columns, expected 12 to 24");
  check_refused(good + "\"Ward\",\"10", "the file is cut off");
  check_refused(good + example("M\xFCller"), "UTF-8");
  check_refused("1,2,3\n", "shape");
  const auto answer = read(
      good + good + "a,b\n\"Ward\n" + example("x", "2031-02-30 08:15:53") + example("x", ""), true);
  REQUIRE(answer);
  CHECK(answer->rows == 4);
  std::vector<std::string> codes;
  for (const auto& reject : answer->rejects) codes.push_back(reject.code());
  CHECK(codes == std::vector<std::string>{"COLUMN_COUNT", "BAD_QUOTE", "BAD_TIME", "BAD_TIME"});
  const auto open = read(example() + example().substr(0, example().size() - 1));
  REQUIRE(open);
  CHECK_THAT(open->notices.back(), Catch::Contains("no line end"));
}

TEST_CASE("No prefix of a file breaks the reader", "[ingest][freeswitch]") {
  const std::string text = example("The \"Cat") + example();
  for (std::size_t size = 1; size < text.size(); ++size) {
    static_cast<void>(confidence(text.substr(0, size)));
    static_cast<void>(read(text.substr(0, size), true));
    static_cast<void>(read("INSERT INTO cdr VALUES (" + text.substr(0, size), true));
  }
  for (const char* text_of : {"INSERT INTO", "INSERT INTO x", "INSERT INTO x (", "insert into x ()",
                              "INSERT INTO x VALUES (", "INSERT INTO values", "\"", "'", "\"\"\""})
    CHECK(confidence(text_of) == 0);
}

TEST_CASE("A CDR-Stats list: blanks after commas, UTC epochs", "[ingest][cdr_stats]") {
  const std::string text = "447700900001, ann, 447700900002, 88, 78, 17, " + kUuid +
                           "1, 1930374953\n447700900003, bob, 447700900002, 8, 0, 19, " + kUuid +
                           "2, 1930374999\n";
  CHECK(confidence(text, "cdr_stats_list") > 0.8);
  CHECK(confidence(text) == 0);
  auto answer = read(text, false, "cdr_stats_list");
  REQUIRE(answer);
  CHECK(rows(*answer) ==
        "1,447700900001,447700900002,2031-03-04T07:15:53Z,78,,,,,,,,,,,,,\n"
        "2,447700900003,447700900002,2031-03-04T07:16:39Z,0,,,no,,,,,,,,,,\n");
  CHECK(answer->notices.size() == 1);
  answer = read(text + "1, x, 2, 3, 4, 5, y, zz\n", false, "cdr_stats_list");
  REQUIRE(answer);
  CHECK(answer->rejects.size() == 1);
  CHECK(answer->rejects[0].code() == "BAD_TIME");
}
