#include "tests/unit/calls/calls.hpp"

using namespace palermo;
using palermo::test::Calls;
using palermo::test::must;

TEST_CASE("A call that both sides' sources recorded is one contact", "[calls]") {
  Calls calls;
  calls.call("A", "B", "2031-03-04T08:00:00Z");
  calls.call("A", "B", "2031-03-04T08:00:07Z").source = 1;  // the other operator's clock
  calls.call("A", "B", "2031-03-04T08:00:20Z").source = 1;  // 20 s later: another call
  calls.call("B", "A", "2031-03-04T08:00:01Z").source = 1;  // the other way: another call
  calls.call("A", "B", "2031-03-04T08:00:09Z");             // same source: another call
  const auto& log = calls.log();
  std::string twins;
  for (const auto& event : log.events) twins += event.twin ? 'x' : '.';
  CHECK(twins == "..x..");
}

TEST_CASE("Without seconds, the same minute is the same call", "[calls]") {
  Calls calls;
  calls.call("A", "B", "2031-03-04T08:00:00Z").minute_only = true;
  calls.call("A", "B", "2031-03-04T08:00:45Z").source = 1;
  calls.call("A", "B", "2031-03-04T08:05:00Z").minute_only = true;
  calls.call("A", "B", "2031-03-04T08:06:00Z").source = 1;
  const auto& log = calls.log();
  CHECK(log.events[1].twin);
  CHECK_FALSE(log.events[3].twin);
}

TEST_CASE("Numbers are read as one on the analyst's word", "[calls]") {
  Calls calls;
  calls.call("A", "B", "2031-03-04T08:00:00Z");
  calls.call("C", "B", "2031-03-04T09:00:00Z");
  calls.call("A", "C", "2031-03-04T10:00:00Z");
  auto& log = calls.log();
  REQUIRE(calls::merge(log, {{"A", "C"}}).ok());
  CHECK(log.events[1].a == *log.find("A"));
  CHECK_FALSE(log.events[2].is_contact());  // to itself
  const auto wrong = calls::merge(log, {{"A", "X"}});
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().code == core::ErrorCode::NotFound);
}

TEST_CASE("A zone's offset holds on both sides of a clock change", "[calls][zone]") {
  auto clock = must(calls::ZoneClock::make("Europe/Berlin"));
  const auto at = [&](const char* text) {
    return clock.offset_min(must(core::parse_instant(text)).us);
  };
  // 2031: summer time from 30 March 01:00 UTC to 26 October 01:00 UTC.
  CHECK(at("2031-03-30T00:59:59Z") == 60);
  CHECK(at("2031-03-30T01:00:00Z") == 120);
  CHECK(at("2031-07-01T12:00:00Z") == 120);
  CHECK(at("2031-10-26T00:30:00Z") == 120);  // 02:30 for the first time
  CHECK(at("2031-10-26T01:30:00Z") == 60);   // 02:30 for the second time
  CHECK(at("2031-12-24T12:00:00Z") == 60);
  CHECK_FALSE(calls::ZoneClock::make("Europe/Nowhere").ok());
}

TEST_CASE("What may not be walked is left out and counted", "[calls]") {
  Calls calls;
  calls.call("A", "B", "2031-03-04T08:00:00Z").authorization = 1;
  calls.call("A", "C", "2031-03-04T09:00:00Z");
  calls.call("A", "", "2031-03-04T10:00:00Z").authorization = 1;  // nobody is walked to
  auto& log = calls.log();
  CHECK(calls::keep(log, [](const calls::Event& event) { return event.authorization == 0; }) == 1);
  CHECK(log.events.size() == 2);
}
