#include "analysis/calls/bursts.hpp"

#include "analysis/calls/chance.hpp"
#include "tests/unit/calls/calls.hpp"

using namespace palermo;
using palermo::test::Calls;
using palermo::test::must;

TEST_CASE("Tails of the binomial", "[calls][bursts]") {
  CHECK(calls::binomial_at_least(0, 10, 0.5) == 1);
  CHECK(calls::binomial_at_least(11, 10, 0.5) == 0);
  CHECK(calls::binomial_at_least(10, 10, 0.5) == Approx(1 / 1024.0));
  CHECK(calls::binomial_at_least(1, 3, 0.1) == Approx(1 - 0.729));
  CHECK(calls::binomial_at_least(2, 3, 0.1) == Approx(3 * 0.01 * 0.9 + 0.001));
}

TEST_CASE("Around an event, a number is compared with its own hours on other days",
          "[calls][bursts]") {
  Calls calls;
  const std::int64_t begin = must(core::parse_instant("2031-03-01T00:00:00Z")).us;
  constexpr std::int64_t kHour = 3600 * core::kUsPerSecond;
  // Every day: four calls from noon on. On day 6 twelve instead.
  for (int day = 0; day < 12; ++day)
    for (int i = 0; i < (day == 5 ? 12 : 4); ++i)
      calls.add("N", "B", begin + day * core::kUsPerDay + 12 * kHour + i * kHour / 4);
  for (int day = 0; day < 12; ++day) calls.add("X", "Y", begin + day * core::kUsPerDay + day);
  calls.add("X", "Y", begin + 12 * core::kUsPerDay);
  const auto& log = calls.log();
  calls::BurstOptions options;
  options.around_us = begin + 5 * core::kUsPerDay + 12 * kHour;
  options.window_h = 6;
  const auto answer = calls::bursts(log, options);
  CHECK(answer.control_days() == 11);
  REQUIRE(answer.bursts_size() >= 2);
  const auto& first = answer.bursts(0);
  CHECK(first.side() == "after");
  CHECK(first.records() == 12);
  CHECK(first.expected() == 4);
  CHECK(first.days_as_high() == 0);
  CHECK(first.direction() == "more");
  CHECK(first.p_value() == Approx(2 * calls::binomial_at_least(12, 56, 1 / 12.0)));
  // Four numbers, before and after: eight tests.
  CHECK(answer.tested() == 4);
  CHECK(first.p_corrected() == Approx(std::min(1.0, first.p_value() * 8)));
}

TEST_CASE("A burst without an event is found where it is, and busy hours of all are none",
          "[calls][bursts]") {
  Calls calls;
  const std::int64_t begin = must(core::parse_instant("2031-03-01T00:00:00Z")).us;
  constexpr std::int64_t kMinute = core::kUsPerMinute;
  calls::Random random{7};
  for (int i = 0; i < 900; ++i) {
    const std::string a = "N" + std::to_string(random.below(12));
    // A rush hour that everybody has.
    const bool rush = random.below(3) == 0;
    const std::int64_t at = rush ? 5 * 1440 + static_cast<std::int64_t>(random.below(60))
                                 : static_cast<std::int64_t>(random.below(20 * 1440));
    calls.add(a, "M" + std::to_string(random.below(12)), begin + at * kMinute);
  }
  for (int i = 0; i < 15; ++i)
    calls.add("N3", "M" + std::to_string(i % 12), begin + (12 * 1440 + i * 9) * kMinute);
  const auto& log = calls.log();
  calls::BurstOptions options;
  options.draws = 199;
  const auto answer = calls::bursts(log, options);
  REQUIRE(answer.bursts_size() >= 2);
  CHECK(answer.bursts(0).number() == "N3");
  CHECK(answer.bursts(0).from().substr(0, 10) == "2031-03-13");
  CHECK(answer.bursts(0).records() >= 15);
  CHECK(answer.bursts(0).p_corrected() == 1 / 200.0);
  CHECK(answer.bursts(1).p_corrected() > 0.05);
}
