// Calls in places too far apart for one person.
#include "analysis/entity/proofs.hpp"
#include "tests/support/catch.hpp"

using namespace palermo;
using analysis::distance_km;
using analysis::travel_between;
using entity::Presence;

namespace {
constexpr std::int64_t kMinute = 60'000'000;

Presence at(std::int64_t minute, double latitude, double longitude, const char* record) {
  return {{minute * kMinute, latitude, longitude, 0, 0}, record};
}
}  // namespace

TEST_CASE("distances on the globe", "[entity]") {
  CHECK(distance_km(0, 0, 0, 0) == Approx(0));
  CHECK(distance_km(0, 0, 1, 0) == Approx(111.195).margin(0.01));
  CHECK(distance_km(0, 179.5, 0, -179.5) == Approx(111.195).margin(0.01));
  CHECK(distance_km(0, 0, 0, 180) == Approx(20015.1).margin(1));
}

TEST_CASE("a distance that ranges, clocks and an airliner explain proves nothing", "[entity]") {
  const analysis::TravelRule rule;
  const auto km_north = [&rule](double km, double minutes) {
    return travel_between(
        {0, 45, 9, 0, 0},
        {static_cast<std::int64_t>(minutes * kMinute), 45 + km / 111.195, 9, 0, 0}, rule);
  };
  // Two ranges of 100 km, 1 km for each site, 1300 km/h for the 2 minutes of the clocks: 245.3 km.
  CHECK(km_north(245, 0).possible);
  CHECK_FALSE(km_north(246, 0).possible);
  CHECK(km_north(201, 0).needed_kmh == std::nullopt);
  CHECK(*km_north(302, 0).needed_kmh == Approx(3000).margin(1));
  // Each minute between the calls grants 21.7 km more.
  CHECK(km_north(461, 10).possible);
  CHECK_FALSE(km_north(463, 10).possible);
  // A table that states a larger range is believed, and so is a record without seconds.
  CHECK(travel_between({0, 45, 9, 150, 0}, {0, 47.6, 9, 0, 0}, rule).possible);
  CHECK_FALSE(travel_between({0, 45, 9, 20, 0}, {0, 47.6, 9, 0, 0}, rule).possible);
  CHECK(travel_between({0, 45, 9, 0, 0}, {0, 47.3, 9, 0, 60}, rule).possible);
  CHECK_FALSE(travel_between({0, 45, 9, 0, 0}, {0, 47.3, 9, 0, 0}, rule).possible);
}

TEST_CASE("only calls that nobody can travel between prove two users", "[entity]") {
  const std::vector<Presence> here{at(0, 48.2, 16.4, "SRC-1:1"), at(10, 48.2, 16.4, "SRC-1:2")};
  CHECK_FALSE(entity::far_apart(here, {}));
  // An hour by aeroplane after the second call.
  CHECK_FALSE(entity::far_apart(here, {at(70, 45.4, 12.3, "SRC-1:3")}));
  // At the same time, but one cell over.
  CHECK_FALSE(entity::far_apart(here, {at(10, 48.5, 16.4, "SRC-1:4")}));
  const auto apart =
      entity::far_apart(here, {at(0, 48.2, 16.4, "SRC-1:5"), at(13, 45.4, 12.3, "SRC-1:6")});
  REQUIRE(apart);
  CHECK(apart->a->record == "SRC-1:2");
  CHECK(apart->b->record == "SRC-1:6");
  CHECK(apart->travel.km > 400);
  CHECK(entity::words_of(*apart) == "in calls 441 km apart within 180 s");
}
