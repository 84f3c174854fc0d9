#include "analysis/calls/profile.hpp"

#include "tests/unit/calls/calls.hpp"

using namespace palermo;
using palermo::test::Calls;

TEST_CASE("A profile by hand", "[calls][profile]") {
  Calls calls;
  // Tuesday 4 March 2031, +01:00.
  calls.call("N", "B", "2031-03-04T08:00:00+01:00", 60);
  calls.call("B", "N", "2031-03-04T09:00:00+01:00", 0).missed = true;
  calls.call("B", "N", "2031-03-04T09:05:00+01:00", 0).missed = true;
  calls.call("N", "B", "2031-03-04T09:30:00+01:00", 120);
  calls.call("N", "C", "2031-03-04T23:00:00+01:00", calls::kNoDuration).kind = v1::SMS;
  calls.call("N", "C", "2031-03-05T05:59:00+01:00", -1);
  calls.call("D", "N", "2031-03-05T12:00:00+00:00", 30);  // written in UTC
  calls.call("N", "N", "2031-03-05T13:00:00+01:00", 30);
  calls.call("B", "C", "2031-03-06T12:00:00+01:00", 30);  // of others
  const auto& log = calls.log();
  const auto p = calls::profile(log, *log.find("N"), {});
  CHECK(p.out().calls() == 3);
  CHECK(p.out().messages() == 1);
  CHECK(p.out().talk_s() == 180);
  CHECK(p.out().median_s() == 90);
  CHECK(p.out().duration_unknown() == 1);
  CHECK(p.in().missed() == 2);
  CHECK(p.in().calls() == 1);
  CHECK(p.to_itself() == 1);
  CHECK(p.contacts() == 3);
  CHECK(p.contacts_out() == 2);
  CHECK(p.contacts_in() == 2);
  CHECK(p.contacts_both() == 1);
  CHECK(p.reciprocity() == Approx(1.0 / 3));
  // B 4 records, C 2, D 1, of 7.
  CHECK(p.entropy() == Approx(-(4. / 7 * std::log(4. / 7) + 2. / 7 * std::log(2. / 7) +
                                1. / 7 * std::log(1. / 7))));
  CHECK(p.balance() == Approx(4.0 / 7));
  CHECK(p.balance_of_contacts() == Approx((0.5 + 1 + 0) / 3));
  CHECK(p.night().records() == 2);  // 23:00 and 05:59
  CHECK(p.night().of() == 6);
  CHECK(p.night().undetermined() == 1);
  CHECK(p.hours(1).hours(9) == 3);  // Tuesday, 09:00 to 10:00
  // B rang twice from 09:00 on; the answer came after 30 minutes. D was never called.
  CHECK(p.answers().occasions() == 2);
  CHECK(p.answers().followed() == 1);
  CHECK(p.answers().median_s() == 1800);
  CHECK(p.calls_back().occasions() == 1);
  CHECK(p.calls_back().median_s() == 1800);
  CHECK(p.is_answered().followed() == 1);  // B, an hour after the first call
  CHECK(p.is_answered().median_s() == 3600);
  REQUIRE(p.top_size() == 3);
  CHECK(p.top(0).id() == "B");
  CHECK(p.first_record() == "SRC-1:1");
}

TEST_CASE("A gap in which nobody has a record is no silence", "[calls][profile]") {
  Calls calls;
  const auto at = [](int day) {
    return (day < 10 ? "2031-03-0" : "2031-03-") + std::to_string(day) + "T12:00:00Z";
  };
  for (const int day : {1, 2, 8, 9, 15}) calls.call("N", "B", at(day));
  for (const int day : {1, 2, 8, 9, 10, 11, 12, 13, 14, 15, 20}) calls.call("X", "Y", at(day));
  const auto& log = calls.log();
  const auto p = calls::profile(log, *log.find("N"), {});
  REQUIRE(p.silences_size() >= 3);
  using Silence = v1::CallsProfile::Silence;
  // Of equal length, the earlier one first: 2 to 8 (nobody), 9 to 15 (the others go on).
  CHECK(p.silences(0).kind() == Silence::not_covered);
  CHECK(p.silences(0).from() == "2031-03-02T12:00:00Z");
  CHECK(p.silences(1).kind() == Silence::silent);
  CHECK(p.silences(1).days_covered() == 5);
  CHECK(p.silences(1).records_of_others() == 5);
  CHECK(p.silences(2).to().empty());  // from the 15th to the end of the sources
  CHECK(p.silences(2).kind() == Silence::not_covered);
}

TEST_CASE("Where the sources hold one number only, its gaps are undetermined", "[calls][profile]") {
  Calls calls;
  calls.call("N", "B", "2031-03-01T12:00:00Z");
  calls.call("N", "B", "2031-03-09T12:00:00Z");
  const auto& log = calls.log();
  const auto p = calls::profile(log, *log.find("N"), {});
  REQUIRE(p.silences_size() == 1);
  CHECK(p.silences(0).kind() == v1::CallsProfile::Silence::undetermined);
}

TEST_CASE("Contacts come and go by week and by month", "[calls][profile]") {
  Calls calls;
  calls.call("N", "A", "2031-03-03T12:00:00Z");  // a Monday
  calls.call("N", "B", "2031-03-09T12:00:00Z");  // its Sunday
  calls.call("N", "B", "2031-03-10T12:00:00Z");
  calls.call("N", "C", "2031-03-11T12:00:00Z");
  calls.call("N", "C", "2031-04-01T12:00:00Z");
  const auto& log = calls.log();
  auto p = calls::profile(log, *log.find("N"), {});
  REQUIRE(p.spans_size() == 5);
  CHECK(p.spans(0).from() == "2031-03-03");
  CHECK(p.spans(0).fresh() == 2);
  CHECK(p.spans(0).gone() == 1);
  CHECK(p.spans(1).contacts() == 2);
  CHECK(p.spans(1).overlap() == Approx(1.0 / 3));
  CHECK(p.spans(2).records() == 0);
  CHECK_FALSE(p.spans(4).has_overlap());  // nobody was met in the week before
  calls::ProfileOptions options;
  options.months = true;
  p = calls::profile(log, *log.find("N"), options);
  REQUIRE(p.spans_size() == 2);
  CHECK(p.spans(1).from() == "2031-04-01");
  CHECK(p.spans(1).overlap() == Approx(1.0 / 3));
}

TEST_CASE("A cell is the served party's alone", "[calls][profile]") {
  Calls calls;
  calls.call("N", "B", "2031-03-03T12:00:00Z").cell = calls.cell("C-1");
  auto& second = calls.call("B", "N", "2031-03-03T13:00:00Z");
  second.cell = calls.cell("C-2");
  auto& third = calls.call("B", "N", "2031-03-03T14:00:00Z");
  third.cell = calls.cell("C-3");
  third.of_b = true;
  const auto& log = calls.log();
  const auto p = calls::profile(log, *log.find("N"), {});
  REQUIRE(p.cells_size() == 2);
  CHECK(p.cells(0).value() == "C-1");
  CHECK(p.cells(1).value() == "C-3");
  CHECK(p.cells_of_others() == 1);
}
