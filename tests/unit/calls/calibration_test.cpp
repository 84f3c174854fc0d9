// Every p-value that a `calls` command prints, under its own null: about 5 % lie below .05.
#include "analysis/calls/bursts.hpp"
#include "analysis/calls/chance.hpp"
#include "analysis/calls/common.hpp"
#include "analysis/calls/places.hpp"
#include "analysis/calls/replacements.hpp"
#include "analysis/calls/sequences.hpp"
#include "tests/unit/calls/calls.hpp"

using namespace palermo;
using palermo::test::Calls;
using palermo::test::must;

namespace {

constexpr std::int64_t kBegin = 1'930'000'000LL * core::kUsPerSecond;  // a day in 2031
constexpr std::int64_t kMidnight = kBegin - kBegin % core::kUsPerDay;

std::string name(std::uint64_t n) { return "N" + std::to_string(n); }

void check_share(const std::vector<double>& p) {
  const auto below = static_cast<double>(
      std::count_if(p.begin(), p.end(), [](double each) { return each < 0.05; }));
  const double share = below / static_cast<double>(p.size());
  INFO("share of p < .05: " << share << " of " << p.size());
  CHECK(share >= 0.03);
  CHECK(share <= 0.07);
}

/// A contact network of unequal degrees, drawn evenly.
network::SwapTies drawn_network(std::uint32_t numbers, std::uint32_t ties, calls::Random& random) {
  network::SwapTies result;
  std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
  while (result.two_way.size() < ties) {
    const auto pick = [&] {
      const double u = random.unit();
      return static_cast<std::uint32_t>(u * u * numbers);  // low numbers have more contacts
    };
    const std::uint32_t a = pick(), b = pick();
    if (a != b && seen.insert(std::minmax(a, b)).second) result.two_way.emplace_back(a, b);
  }
  network::rewire(result, random);
  return result;
}

}  // namespace

TEST_CASE("p of shared contacts", "[calls][calibration]") {
  std::vector<double> p;
  calls::Random random{11};
  for (std::uint32_t repeat = 0; repeat < 500; ++repeat) {
    Calls calls;
    for (std::uint32_t n = 0; n < 60; ++n) calls.party(name(n));
    for (const auto& [a, b] : drawn_network(60, 180, random).two_way)
      calls.add(name(a), name(b), kBegin);
    const auto& log = calls.log();
    calls::CommonOptions options;
    options.draws = 99;
    options.seed = repeat;
    const std::vector<std::uint32_t> numbers{*log.find(name(random.below(10))),
                                             *log.find(name(10 + random.below(10)))};
    p.push_back(must(calls::common(log, numbers, options)).p_value());
  }
  check_share(p);
}

TEST_CASE("p of the best replacement", "[calls][calibration]") {
  std::vector<double> p;
  calls::Random random{12};
  for (std::uint32_t repeat = 0; repeat < 500; ++repeat) {
    Calls calls;
    // Of 40 numbers, 0 to 2 exist before the change only and 3 to 5 after it only; whom they call
    // is drawn anew.
    for (const bool after : {false, true})
      for (const auto& [a, b] : drawn_network(40, 160, random).two_way) {
        const auto absent = [&](std::uint32_t n) { return after ? n < 3 : n >= 3 && n < 6; };
        if (absent(a) || absent(b)) continue;
        const auto times = 1 + random.below(4);
        for (std::uint64_t i = 0; i < times; ++i)
          calls.add(name(a), name(b),
                    kMidnight + (after ? 10 : 0) * core::kUsPerDay +
                        static_cast<std::int64_t>(random.below(10 * core::kUsPerDay)));
      }
    const auto& log = calls.log();
    calls::ReplacementOptions options;
    options.at_us = kMidnight + 10 * core::kUsPerDay;
    options.at_is_local = true;
    options.draws = 99;
    options.seed = repeat;
    const auto answer = calls::replacements(log, options);
    double best = 1;
    for (const auto& row : answer.candidates()) best = std::min(best, row.p_value());
    p.push_back(best);
  }
  check_share(p);
}

TEST_CASE("p of the best chain", "[calls][calibration]") {
  std::vector<double> p;
  calls::Random random{13};
  for (std::uint32_t repeat = 0; repeat < 400; ++repeat) {
    Calls calls;
    for (int i = 0; i < 300; ++i) {
      const std::uint64_t a = random.below(9), b = (a + 1 + random.below(8)) % 9;
      calls.add(name(a), name(b),
                kMidnight + static_cast<std::int64_t>(random.below(6 * core::kUsPerDay)));
    }
    calls::SequenceOptions options;
    options.draws = 99;
    options.seed = repeat;
    options.limit = 1;
    options.least_times = 2;
    const auto answer = calls::sequences(calls.log(), options);
    p.push_back(answer.sequences_size() > 0 ? answer.sequences(0).p_value() : 1);
  }
  check_share(p);
}

TEST_CASE("p of one number around an event", "[calls][calibration]") {
  calls::Random random{14};
  Calls calls;
  constexpr int kDays = 21, kNumbers = 250;
  for (int n = 0; n < kNumbers; ++n) {
    const int total = 500 + static_cast<int>(random.below(100));
    for (int i = 0; i < total; ++i)
      calls.add(name(static_cast<std::uint64_t>(n)), "SINK",
                kMidnight + static_cast<std::int64_t>(random.below(kDays * core::kUsPerDay)));
  }
  calls::BurstOptions options;
  options.around_us = kMidnight + 10 * core::kUsPerDay + core::kUsPerDay / 2;
  options.window_h = 12;
  options.limit = 0;
  const auto answer = calls::bursts(calls.log(), options);
  CHECK(answer.control_days() >= 18);
  std::vector<double> p;
  for (const auto& row : answer.bursts())
    if (row.number() != "SINK") p.push_back(row.p_value());
  CHECK(p.size() == 2 * kNumbers);
  check_share(p);
}

TEST_CASE("p of a burst of one number and of the best one", "[calls][calibration]") {
  std::vector<double> single, best;
  calls::Random random{15};
  for (std::uint32_t repeat = 0; repeat < 400; ++repeat) {
    Calls calls;
    for (int i = 0; i < 150; ++i) {
      const std::uint64_t a = random.below(6);
      // Everybody is busier in the second half.
      const std::int64_t day = random.below(3) == 0 ? 0 : 5;
      calls.add(name(a), name((a + 1 + random.below(5)) % 6),
                kMidnight + day * core::kUsPerDay +
                    static_cast<std::int64_t>(random.below(5 * core::kUsPerDay)));
    }
    calls::BurstOptions options;
    options.draws = 99;
    options.seed = repeat;
    options.limit = 0;
    const auto answer = calls::bursts(calls.log(), options);
    double lowest = 1;
    for (const auto& row : answer.bursts()) {
      if (row.number() == "N0") single.push_back(row.p_value());
      lowest = std::min(lowest, row.p_corrected());
    }
    best.push_back(lowest);
  }
  check_share(single);
  check_share(best);
}

TEST_CASE("p of co-location", "[calls][calibration]") {
  std::vector<double> p;
  calls::Random random{16};
  for (std::uint32_t repeat = 0; repeat < 600; ++repeat) {
    Calls calls;
    for (const char* who : {"A", "B"})
      for (int day = 0; day < 40; ++day)
        for (int i = 0; i < 8; ++i) {
          const std::int64_t hour = 7 + 2 * i;
          const std::uint32_t cell = calls.cell("C" + std::to_string(random.below(4)));
          auto& event = calls.add(
              who, std::string{"X"} + who,
              kMidnight + day * core::kUsPerDay +
                  (hour * 60 + static_cast<std::int64_t>(random.below(30))) * core::kUsPerMinute);
          event.cell = cell;
        }
    calls::ColocationOptions options;
    options.draws = 99;
    options.seed = repeat;
    const auto& log = calls.log();
    p.push_back(calls::colocation(log, *log.find("A"), *log.find("B"), options).p_value());
  }
  check_share(p);
}
