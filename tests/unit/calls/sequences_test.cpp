#include "analysis/calls/sequences.hpp"

#include "tests/unit/calls/calls.hpp"

using namespace palermo;
using palermo::test::Calls;

namespace {

std::string at(int day, int hour, int minute) {
  const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return "2031-03-" + two(day) + "T" + two(hour) + ":" + two(minute) + ":00Z";
}

}  // namespace

TEST_CASE("A chain counts once for each call to B and each call of B", "[calls][sequences]") {
  Calls calls;
  calls.call("A", "B", at(1, 8, 0));
  calls.call("A", "B", at(1, 8, 5));
  calls.call("B", "C", at(1, 8, 10));  // belongs to 08:05
  calls.call("B", "A", at(1, 8, 11));  // back to A is no chain
  calls.call("B", "C", at(1, 8, 29));  // belongs to 08:00
  calls.call("B", "C", at(1, 8, 30));  // both are used
  calls.call("A", "B", at(2, 8, 0));
  calls.call("B", "C", at(2, 8, 31));  // too late
  calls.call("A", "B", at(3, 8, 0));
  calls.call("B", "C", at(3, 8, 0));  // at once
  const auto& log = calls.log();
  calls::SequenceOptions options;
  options.least_times = 1;
  options.draws = 20;
  const auto answer = calls::sequences(log, options);
  REQUIRE(answer.sequences_size() == 1);
  const auto& chain = answer.sequences(0);
  CHECK(chain.a() + chain.b() + chain.c() == "ABC");
  CHECK(chain.times() == 2);
  CHECK(chain.days() == 1);
  CHECK(chain.median_delay_s() == (5 + 29) / 2.0 * 60);
  CHECK(chain.evidence(0) == "SRC-1:2");
  CHECK(chain.evidence(1) == "SRC-1:3");
}

TEST_CASE("A relay every day is not chance; scattered calls are", "[calls][sequences]") {
  Calls calls;
  for (int day = 1; day <= 20; ++day) {
    calls.call("A", "B", at(day, 8 + day % 9, day));
    calls.call("B", "C", at(day, 8 + day % 9, day + 4));
    calls.call("D", "E", at(day, 7 + day * 5 % 13, day));
    calls.call("E", "F", at(day, 7 + day * 7 % 13, day + 3));
    for (int i = 0; i < 6; ++i)
      calls.call("X" + std::to_string(i), "Y", at(day, 7 + (day * 3 + i * 2) % 14, day + i));
  }
  const auto& log = calls.log();
  const auto answer = calls::sequences(log, {});
  REQUIRE(answer.sequences_size() >= 1);
  CHECK(answer.sequences(0).a() == "A");
  CHECK(answer.sequences(0).times() == 20);
  CHECK(answer.sequences(0).p_value() == 1 / 200.0);
  CHECK(answer.sequences(0).expected() < 3);
  for (int i = 1; i < answer.sequences_size(); ++i) CHECK(answer.sequences(i).p_value() > 0.05);
  // The same seed gives the same bytes.
  CHECK(answer.SerializeAsString() == calls::sequences(log, {}).SerializeAsString());
}

TEST_CASE("A chain goes on over a change of phones when both are read as one",
          "[calls][sequences]") {
  Calls calls;
  for (int day = 1; day <= 8; ++day) {
    const std::string b = day <= 4 ? "B" : "B2";
    calls.call("A", b, at(day, 8, 0));
    calls.call(b, "C", at(day, 8, 9));
  }
  auto& log = calls.log();
  calls::SequenceOptions options;
  options.draws = 0;
  CHECK(calls::sequences(log, options).sequences_size() == 2);
  REQUIRE(calls::merge(log, {{"B", "B2"}}).ok());
  const auto answer = calls::sequences(log, options);
  REQUIRE(answer.sequences_size() == 1);
  CHECK(answer.sequences(0).times() == 8);
}
