#include "simulation/random.hpp"

#include <array>
#include <vector>

#include "simulation/cast.hpp"
#include "tests/support/catch.hpp"

using palermo::simulation::make_imei;
using palermo::simulation::Random;

TEST_CASE("Random: a seed gives the same numbers for ever", "[simulation]") {
  // Frozen: a change here changes every case that was ever handed out.
  Random random{42};
  const std::array<std::uint64_t, 3> drawn = {random.next(), random.next(), random.next()};
  CHECK(drawn[0] == 13317401245448010271ULL);
  CHECK(drawn[1] == 8920607639610715886ULL);
  CHECK(drawn[2] == 13350902313387586149ULL);
  Random again{42};
  CHECK(again.next() == drawn[0]);
  CHECK(again.next() == drawn[1]);
  CHECK(again.next() == drawn[2]);
  CHECK(Random{42, 1}.next() != drawn[0]);
  CHECK(Random{43}.next() != drawn[0]);
}

TEST_CASE("Random: below stays below and reaches every value", "[simulation]") {
  Random random{7};
  std::vector<int> seen(10, 0);
  for (int i = 0; i < 10'000; ++i) ++seen.at(random.below(10));
  for (const int count : seen) {
    CHECK(count > 850);
    CHECK(count < 1150);
  }
  for (int i = 0; i < 1000; ++i) {
    const auto value = random.between(-3, 3);
    CHECK(value >= -3);
    CHECK(value <= 3);
  }
}

TEST_CASE("IMEI: the last digit makes the Luhn sum a multiple of ten", "[simulation]") {
  for (std::uint32_t serial = 0; serial < 500; ++serial) {
    const std::string imei = make_imei(serial * 977);
    REQUIRE(imei.size() == 15);
    int sum = 0;
    for (std::size_t i = 0; i < 15; ++i) {
      int digit = imei[i] - '0';
      if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
      sum += digit;
    }
    CHECK(sum % 10 == 0);
  }
}
