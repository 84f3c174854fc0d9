// Calls at the same time in places too far apart.
#include "analysis/entity/proofs.hpp"
#include "tests/support/catch.hpp"

using namespace palermo;
using entity::Presence;

namespace {
constexpr std::int64_t kMinute = 60'000'000;
}

TEST_CASE("distances on the globe", "[entity]") {
  CHECK(entity::distance_km(0, 0, 0, 0) == Approx(0));
  CHECK(entity::distance_km(0, 0, 1, 0) == Approx(111.195).margin(0.01));
  CHECK(entity::distance_km(0, 179.5, 0, -179.5) == Approx(111.195).margin(0.01));
  CHECK(entity::distance_km(0, 0, 0, 180) == Approx(20015.1).margin(1));
}

TEST_CASE("only calls that overlap and lie far apart prove two users", "[entity]") {
  const std::vector<Presence> here{{0, kMinute, 48.2, 16.4, "SRC-1:1"},
                                   {10 * kMinute, 90 * kMinute, 48.2, 16.4, "SRC-1:2"}};
  CHECK_FALSE(entity::far_apart(here, {}));
  // Two minutes after the first call, and before the second.
  CHECK_FALSE(entity::far_apart(here, {{3 * kMinute, 4 * kMinute, 45.4, 12.3, "SRC-1:3"}}));
  // At the same time, but one cell over.
  CHECK_FALSE(entity::far_apart(here, {{20 * kMinute, 21 * kMinute, 48.5, 16.4, "SRC-1:4"}}));
  const auto apart = entity::far_apart(here, {{0, kMinute, 48.2, 16.4, "SRC-1:5"},
                                              {89 * kMinute, 95 * kMinute, 45.4, 12.3, "SRC-1:6"}});
  REQUIRE(apart);
  CHECK(apart->a->record == "SRC-1:2");
  CHECK(apart->b->record == "SRC-1:6");
  CHECK(apart->km > 400);
}
