#include "ingest/calls/pbx_leg.hpp"

#include "core/base/json_message.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

namespace {

using palermo::ingest::CallText;
using palermo::ingest::cause_of_unanswered;
using palermo::ingest::PbxLeg;
using palermo::ingest::PbxLegWriter;
using palermo::ingest::percent_decoded;
using palermo::ingest::Stamp;

PbxLeg leg() {
  PbxLeg leg;
  leg.uuid = "a";
  leg.caller = "1001";
  leg.dialled = "1002";
  leg.start_local = "2031-03-04T08:15:53";
  return leg;
}

std::string row_of(const PbxLeg& leg) {
  CallText out;
  PbxLegWriter{out}.add(7, leg);
  return out.text.substr(out.text.find('\n') + 1);
}

std::string stamp(std::string_view text, Stamp::Order order) {
  const auto read = Stamp::read(text);
  return read ? read->text(order) : "unread";
}

}  // namespace

TEST_CASE("Percent-encoding is undone, and refused where it is broken", "[ingest][pbx]") {
  CHECK(percent_decoded("2031-03-04%2008%3A15%3a53") == "2031-03-04 08:15:53");
  CHECK(percent_decoded("%2B447700900001") == "+447700900001");
  CHECK(percent_decoded("a+b") == "a+b");
  CHECK(percent_decoded("M%C3%BCller") == "M\xC3\xBCller");
  CHECK_FALSE(percent_decoded("100%"));
  CHECK_FALSE(percent_decoded("%4"));
  CHECK_FALSE(percent_decoded("%zz"));
  CHECK_FALSE(percent_decoded("%FF"));
  CHECK_FALSE(percent_decoded("a%00b"));
}

TEST_CASE("Stamps of exchanges and spreadsheets are read, others are not", "[ingest][pbx]") {
  using Order = Stamp::Order;
  CHECK(stamp("2031-03-04 08:15:53", Order::YearFirst) == "2031-03-04T08:15:53");
  CHECK(stamp("2031/3/4 8:15", Order::YearFirst) == "2031-03-04T08:15");
  CHECK(stamp("4/3/2031 8:15", Order::DayFirst) == "2031-03-04T08:15");
  CHECK(stamp("4/3/2031 8:15", Order::MonthFirst) == "2031-04-03T08:15");
  CHECK(stamp("04.03.2031 08:15:53", Order::DayFirst) == "2031-03-04T08:15:53");
  CHECK(stamp("4/3/2031 8:15", Order::YearFirst).empty());
  CHECK(stamp("2031-02-30 08:15:53", Order::YearFirst).empty());
  CHECK(stamp("2031-02-20 24:00:00", Order::YearFirst).empty());
  CHECK(stamp("2031-00-20 08:00:00", Order::YearFirst).empty());
  for (const char* text : {"", "2031", "2031-03-04", "2031-03/04 08:15", "4/3/31 8:15", "x", "-",
                           "2031-03-04 08:15:53 PM", "99999-03-04 08:15", "2031-03-04 8:5"})
    CHECK(stamp(text, Order::YearFirst) == "unread");
}

TEST_CASE("A UTC start keeps the offset in which the exchange lived", "[ingest][pbx]") {
  PbxLeg one = leg();
  CHECK(row_of(one).starts_with("7,1001,1002,2031-03-04T08:15:53,"));
  one.start_us = 1930374953'250000;  // 07:15:53.25Z
  CHECK(row_of(one).starts_with("7,1001,1002,2031-03-04T08:15:53.250000+01:00,"));
  one.start_local = "2031-03-04T02:45";
  CHECK(row_of(one).starts_with("7,1001,1002,2031-03-04T02:45:53.250000-04:30,"));
  one.start_local.clear();
  CHECK(row_of(one).starts_with("7,1001,1002,2031-03-04T07:15:53.250000Z,"));
  one.start_local = "2031-03-04T08:19:53";
  CHECK(row_of(one).starts_with("7,1001,1002,2031-03-04T07:15:53.250000Z,"));
}

TEST_CASE("Whether a leg was answered: what was measured wins over the cause", "[ingest][pbx]") {
  const auto not_answered = [](std::optional<bool> answered, const char* talk, const char* cause) {
    PbxLeg one = leg();
    one.answered = answered;
    one.talk_s = talk;
    one.cause = cause;
    return row_of(one).find(",no,") != std::string::npos;
  };
  CHECK(not_answered(false, "0", "NORMAL_CLEARING"));
  CHECK(not_answered({}, "0", "USER_BUSY"));
  CHECK(not_answered({}, "0", "17"));
  CHECK_FALSE(not_answered({}, "78", "17"));
  CHECK_FALSE(not_answered(true, "0", "NORMAL_CLEARING"));
  CHECK_FALSE(not_answered({}, "0", "NORMAL_CLEARING"));
  CHECK_FALSE(not_answered({}, "", "SOMETHING_NEW"));
  CHECK_FALSE(not_answered(true, "5", "ORIGINATOR_CANCEL"));
}

TEST_CASE("Parties that are not named are withheld; a leg without any is rejected",
          "[ingest][pbx]") {
  PbxLeg one = leg();
  one.caller = "0000000000";
  CHECK(row_of(one).starts_with("7,withheld,1002,"));
  one.caller = "";
  CHECK(row_of(one).starts_with("7,withheld,1002,"));
  one.dialled = " ";
  CallText out;
  PbxLegWriter{out}.add(7, one);
  CHECK(out.rows == 0);
  REQUIRE(out.rejects.size() == 1);
  CHECK(out.rejects[0].code() == "MISSING_A_NUMBER");
  CHECK(out.rejects[0].line() == 7);
}

TEST_CASE("Partner legs are counted, never merged", "[ingest][pbx]") {
  CallText out;
  PbxLegWriter writer{out};
  PbxLeg one = leg();
  one.partners = {"b", "a"};
  writer.add(1, one);
  one.uuid = "b";
  one.partners = {"a"};
  one.reached = "1003";
  writer.add(2, one);
  one.uuid = "c";
  one.talk_s = "3";
  one.partners = {"elsewhere"};
  writer.add(3, one);
  one.uuid = "d";
  one.talk_s = "4";
  one.partners = {"d"};
  writer.add(4, one);
  writer.finish();
  CHECK(out.rows == 4);
  REQUIRE(out.notices.size() == 2);
  CHECK(out.notices[0].starts_with("3 records name a partner leg, and for 2 of them"));
  CHECK(out.notices[1].starts_with("3 records were called at one number and ended at another"));
  CHECK(out.text.find("2,1001,1002,2031-03-04T08:15:53,,,,,yes,1003,") != std::string::npos);
}

TEST_CASE("Legs that differ in their uuid alone are named", "[ingest][pbx]") {
  CallText out;
  PbxLegWriter writer{out};
  PbxLeg one = leg();
  writer.add(1, one);
  writer.add(2, one);  // the same record again
  one.uuid = "b";
  writer.add(3, one);
  one.start_local = "2031-03-04T08:15:54";
  writer.add(4, one);
  writer.finish();
  CHECK(out.rows == 4);
  REQUIRE(out.notices.size() == 1);
  CHECK(out.notices[0].starts_with("1 legs agree with another leg"));
}

TEST_CASE("Release causes agree with the published table", "[ingest][pbx][shared]") {
  CHECK(cause_of_unanswered("SWITCH_CAUSE_NO_ANSWER"));
  CHECK_FALSE(cause_of_unanswered(""));
  CHECK_FALSE(cause_of_unanswered("17x"));
  PALERMO_NEED_SHARED(shared);
  const auto table = palermo::core::parse_json(
      palermo::test::read_file(shared / "data/pbx_cdr_samples/cdr_stats/hangup_cause.json"));
  REQUIRE(table);
  int causes = 0;
  int unanswered = 0;
  for (const auto& entry : *table) {
    std::string name = entry["fields"]["enumeration"];
    if (name.empty()) continue;
    const std::string code = std::to_string(entry["fields"]["code"].get<int>());
    INFO(code << " " << name);
    CHECK(cause_of_unanswered(code) == cause_of_unanswered(name));
    ++causes;
    unanswered += cause_of_unanswered(code) ? 1 : 0;
  }
  CHECK(table->size() == 64);
  CHECK(causes == 63);
  CHECK(unanswered == 31);
}
