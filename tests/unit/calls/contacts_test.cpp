// Shared contacts and replacements.
#include <set>

#include "analysis/calls/common.hpp"
#include "analysis/calls/replacements.hpp"
#include "tests/unit/calls/calls.hpp"

using namespace palermo;
using palermo::test::Calls;
using palermo::test::must;

namespace {

std::string hour(int day, int at) {
  const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return "2031-03-" + two(day) + "T" + two(at) + ":00:00Z";
}

}  // namespace

TEST_CASE("Shared contacts are those of all, or of at least so many", "[calls][common]") {
  Calls calls;
  for (const char* pair : {"AP", "BP", "CP", "AQ", "BQ", "RA", "XY", "XZ"})
    calls.call(std::string{pair[0]}, std::string{pair[1]}, hour(1, 8));
  calls.call("P", "A", hour(2, 8));
  calls.call("A", "B", hour(3, 8));
  const auto& log = calls.log();
  const auto id = [&](const char* name) { return *log.find(name); };
  calls::CommonOptions options;
  options.draws = 50;
  auto answer = must(calls::common(log, {id("A"), id("B"), id("C")}, options));
  REQUIRE(answer.total() == 1);
  CHECK(answer.contacts(0).id() == "P");
  REQUIRE(answer.contacts(0).sides_size() == 3);
  CHECK(answer.contacts(0).sides(0).out() == 1);
  CHECK(answer.contacts(0).sides(0).in() == 1);
  CHECK(answer.contacts(0).sides(0).evidence(1) == "SRC-1:9");
  CHECK(answer.observed() == Approx(1.0 / 3));
  REQUIRE(answer.direct_size() == 1);
  CHECK(answer.direct(0).records() == 1);
  options.at_least = 2;
  answer = must(calls::common(log, {id("A"), id("B"), id("C")}, options));
  CHECK(answer.total() == 2);
  CHECK(answer.observed() == Approx(1.0 / 3 + 1.0 / 2));
  CHECK_FALSE(calls::common(log, {id("A")}, options).ok());
  CHECK_FALSE(calls::common(log, {id("A"), id("A")}, options).ok());
}

TEST_CASE("A pizzeria is a hub and no link", "[calls][common]") {
  Calls calls;
  for (int i = 0; i < 60; ++i) {
    const std::string number = "N" + std::to_string(i);
    calls.call(number, "PIZZA", hour(1 + i % 20, 8));
    calls.call(number, "N" + std::to_string((i * 7 + 3) % 60), hour(1 + i % 20, 9));
  }
  const auto& log = calls.log();
  const auto answer = must(calls::common(log, {*log.find("N1"), *log.find("N30")}, {}));
  REQUIRE(answer.total() == 1);
  CHECK(answer.contacts(0).hub());
  CHECK(answer.hubs() == 1);
  CHECK(answer.contacts(0).chance_share() > 0.9);
  CHECK(answer.p_value() > 0.3);
}

TEST_CASE("The number that took over the contacts ranks first", "[calls][replacements]") {
  Calls calls;
  // OLD calls five friends for ten days; NEW does so from day 11 on, OTHER has contacts of its own.
  for (int day = 1; day <= 20; ++day) {
    const bool before = day <= 10;
    for (int i = 0; i < 5; ++i)
      calls.call(before ? "OLD" : "NEW", "F" + std::to_string(i), hour(day, 8 + i));
    if (!before)
      for (int i = 0; i < 5; ++i)
        calls.call("OTHER", "G" + std::to_string(i), hour(day, 15 + i % 3));
    for (int i = 0; i < 12; ++i)
      calls.call("H" + std::to_string(i), "F" + std::to_string((day + i) % 5),
                 hour(day, 12 + i % 8));
    for (int i = 0; i < 12; ++i)
      calls.call("H" + std::to_string(i), "G" + std::to_string((day + 2 * i) % 5),
                 hour(day, 12 + i % 8));
  }
  calls.call("NEW", "G1", hour(20, 8));
  const auto& log = calls.log();
  calls::ReplacementOptions options;
  auto answer = calls::replacements(log, options);
  CHECK(answer.fell_silent() == 1);
  CHECK(answer.started() == 2);
  REQUIRE(answer.candidates_size() == 1);  // OTHER shares nobody
  const auto& first = answer.candidates(0);
  CHECK(first.gone() == "OLD");
  CHECK(first.come() == "NEW");
  CHECK(first.silent_from() == "2031-03-11");
  CHECK(first.started_at() == "2031-03-11");
  CHECK(first.records_before() == 50);
  CHECK(first.records_after() == 0);
  CHECK(first.shared_size() == 5);
  CHECK(first.jaccard() == Approx(5.0 / 6));
  CHECK(first.score() > 0.95);
  CHECK(first.impostors() >= 12);
  CHECK(first.false_match_rate() < 0.5);
  CHECK(first.spoke() == 0);
  CHECK(first.last_record() == "SRC-1:" + std::to_string(log.events[0].line + 9 * 29 + 4));
  // Asked the other way round, and with the day given, the same.
  options.asked = log.find("NEW");
  CHECK(calls::replacements(log, options).candidates(0).gone() == "OLD");
  options.asked = log.find("OLD");
  options.at_us = must(core::parse_date_or_instant("2031-03-11", false)).us;
  options.at_is_local = true;
  answer = calls::replacements(log, options);
  CHECK(answer.candidates(0).come() == "NEW");
  CHECK(answer.candidates(0).score() == Approx(first.score()));
  // Nobody fell silent on day 5.
  options.asked.reset();
  options.at_us = must(core::parse_date_or_instant("2031-03-05", false)).us;
  CHECK(calls::replacements(log, options).candidates_size() == 0);
}

namespace {

/// Four members whose phones M0 … M3 become N0 … N3 on day 11, each with six contacts of its own.
/// The boss BOSS speaks with all four; `boss_changes`: from day 11 on he is CHIEF. One who stays,
/// STAYS, speaks with three of them throughout, and a shop with everybody.
calls::Log& changing_group(Calls& calls, bool boss_changes) {
  for (int day = 1; day <= 20; ++day) {
    const bool before = day <= 10;
    for (int m = 0; m < 4; ++m) {
      const std::string phone = (before ? "M" : "N") + std::to_string(m);
      for (int i = 0; i < 6; ++i)
        calls.call(phone, "F" + std::to_string(6 * m + i), hour(day, 8 + i));
      calls.call(before || !boss_changes ? "BOSS" : "CHIEF", phone, hour(day, 15));
      if (m < 3) calls.call("STAYS", phone, hour(day, 16));
    }
    for (const int at : {7, 20}) calls.call("BOSS", "WIFE", hour(day, at));
    for (int i = 0; i < 24; ++i) {
      calls.call("F" + std::to_string(i), "SHOP", hour(day, 17));
      calls.call("F" + std::to_string(i), "F" + std::to_string((i * 5 + day) % 24), hour(day, 18));
    }
  }
  return calls.log();
}

}  // namespace

TEST_CASE("Who changed together with others is found through them", "[calls][replacements]") {
  Calls calls;
  const auto& log = changing_group(calls, true);
  calls::ReplacementOptions options;
  options.draws = 39;
  const auto first = calls::replacements(log, options);
  for (const auto& row : first.candidates())
    CHECK_FALSE((row.gone() == "BOSS" && row.come() == "CHIEF" && row.shared_size() > 0));
  const auto together = must(calls::changed_together(log, options, first));
  REQUIRE(together);
  CHECK(std::set<std::string>(together->read_as_one().begin(), together->read_as_one().end()) ==
        std::set<std::string>{"M0=N0", "M1=N1", "M2=N2", "M3=N3"});
  CHECK(together->fell_silent() == 1);
  CHECK(together->started() == 1);
  REQUIRE(together->candidates_size() == 1);
  const auto& row = together->candidates(0);
  CHECK(row.gone() == "BOSS");
  CHECK(row.come() == "CHIEF");
  CHECK(row.shared_size() == 4);
  CHECK(row.records_before() == 40);
  CHECK(row.records_after() == 0);
  CHECK_FALSE(row.has_p_value());
  // Compared with those in touch with the four afterwards: STAYS shares three, the friends none.
  CHECK(row.impostors() == 25);
  CHECK(row.false_match_rate() == 0);
}

TEST_CASE("Who stays while others change is not said to have changed", "[calls][replacements]") {
  Calls calls;
  const auto& log = changing_group(calls, false);
  calls::ReplacementOptions options;
  options.draws = 39;
  const auto together =
      must(calls::changed_together(log, options, calls::replacements(log, options)));
  REQUIRE(together);
  CHECK(together->fell_silent() == 0);
  CHECK(together->candidates_size() == 0);
  // Without draws nothing says that a pair matches, so nothing is built on it.
  options.draws = 0;
  CHECK_FALSE(must(calls::changed_together(log, options, calls::replacements(log, options))));
}

TEST_CASE("The score by hand", "[calls][replacements]") {
  Calls calls;
  // Before: OLD with P (twice) and Q; after: NEW with P and R. All at midnight of a change, so that
  // with a long half-life every record weighs 1. Strengths: P 2+1+10, Q 1+4, R 1.
  calls.call("OLD", "P", hour(1, 1));
  calls.call("OLD", "P", hour(1, 2));
  calls.call("OLD", "Q", hour(1, 3));
  for (int i = 0; i < 10; ++i) calls.call("Z", "P", hour(1 + i % 2, 5 + i));
  for (int i = 0; i < 4; ++i) calls.call("Z", "Q", hour(1 + i % 2, 5 + i));
  calls.call("NEW", "P", hour(2, 1));
  calls.call("NEW", "R", hour(2, 2));
  const auto& log = calls.log();
  calls::ReplacementOptions options;
  options.at_us = must(core::parse_date_or_instant("2031-03-02", false)).us;
  options.at_is_local = true;
  options.half_life_days = 1e9;
  options.asked = log.find("OLD");
  options.least_records = 1;
  auto answer = calls::replacements(log, options);
  // Two records in a day are no silence by the likelihood ratio: nobody "started".
  CHECK(answer.candidates_size() == 0);
  options.asked = log.find("NEW");
  answer = calls::replacements(log, options);
  CHECK(answer.candidates_size() == 0);
  for (int i = 0; i < 20; ++i) calls.call("NEW", "R", hour(2, 3 + i % 20));
  for (int i = 0; i < 20; ++i) calls.call("NEW", "P", hour(2, 3 + i % 20));
  const auto& more = calls.log();
  options.asked = more.find("OLD");
  answer = calls::replacements(more, options);
  REQUIRE(answer.candidates_size() == 1);
  // OLD: P 2, Q 1. NEW: P 21, R 21. Strength: P 2+10+21 = 33, Q 5, R 21.
  const double xy = 2 * 21 / 33.0, xx = 4 / 33.0 + 1 / 5.0, yy = 21 * 21 / 33.0 + 21 * 21 / 21.0;
  CHECK(answer.candidates(0).score() == Approx(xy / std::sqrt(xx * yy)));
  CHECK(answer.candidates(0).jaccard() == Approx(1.0 / 3));
}
