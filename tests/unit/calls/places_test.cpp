#include "analysis/calls/places.hpp"

#include "tests/unit/calls/calls.hpp"

using namespace palermo;
using palermo::test::Calls;

namespace {

std::string at(int day, int hour, int minute, const char* zone = "+01:00") {
  const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return "2031-03-" + two(day) + "T" + two(hour) + ":" + two(minute) + ":00" + zone;
}

struct Map : Calls {
  calls::Event& seen(const std::string& number, const std::string& place, const std::string& when) {
    const std::uint32_t known = cell(place);
    auto& event = call(number, "X" + number, when);
    event.cell = known;
    return event;
  }
};

}  // namespace

TEST_CASE("Two at one cell within the minutes, each record once", "[calls][colocation]") {
  Map map;
  map.seen("A", "C1", at(3, 8, 0));
  map.seen("B", "C1", at(3, 8, 10));
  map.seen("A", "C1", at(3, 9, 0));
  map.seen("B", "C2", at(3, 9, 5));
  map.seen("A", "C1", at(4, 8, 0));
  map.seen("B", "C1", at(4, 8, 16));
  auto& other = map.call("A", "B", at(5, 8, 0));  // the cell is A's, not B's
  other.cell = map.cell("C1");
  const auto& log = map.log();
  const auto answer = calls::colocation(log, *log.find("A"), *log.find("B"), {});
  CHECK(answer.records_a() == 4);
  CHECK(answer.records_b() == 3);
  CHECK(answer.of_other_party() == 1);
  REQUIRE(answer.total() == 1);
  CHECK(answer.meetings(0).minutes_apart() == 10);
  CHECK(answer.meetings(0).record_a() == "SRC-1:1");
  CHECK(answer.meetings(0).record_b() == "SRC-1:2");
  CHECK(answer.comparable() == 2);
}

TEST_CASE("Living in one district is not meeting; meeting on odd days is", "[calls][colocation]") {
  Map map;
  // Both at HOME every evening; A and B at one of five far cells together, another one each day.
  for (int day = 3; day <= 28; ++day) {
    map.seen("A", "HOME", at(day, 20, 0));
    map.seen("B", "HOME", at(day, 20, 5));
    const std::string far = "FAR" + std::to_string(day * 3 % 7);
    map.seen("A", far, at(day, 11, 0));
    map.seen("B", far, at(day, 11, 7));
    map.seen("C", "FAR" + std::to_string(day * 5 % 7), at(day, 11, 7));
    map.seen("C", "HOME", at(day, 20, 3));
  }
  const auto& log = map.log();
  const auto id = [&](const char* name) { return *log.find(name); };
  const auto together = calls::colocation(log, id("A"), id("B"), {});
  CHECK(together.total() == 52);
  CHECK(together.p_value() == 1 / 1000.0);
  CHECK(together.expected() > 26);  // the evenings are expected
  const auto apart = calls::colocation(log, id("A"), id("C"), {});
  CHECK(apart.total() >= 26);
  CHECK(apart.p_value() > 0.05);
}

TEST_CASE("With kilometres, positions and sites count", "[calls][colocation]") {
  CHECK(calls::distance_km({52, 5}, {52, 5}) == 0);
  CHECK(calls::distance_km({0, 0}, {0, 1}) == Approx(111.195).epsilon(0.001));
  Map map;
  auto& first = map.seen("A", "C1", at(3, 8, 0));
  first.has_position = true;
  first.latitude_e7 = 520'000'000;
  first.longitude_e7 = 50'000'000;
  map.seen("B", "C2", at(3, 8, 5));
  const auto& log = map.log();
  calls::ColocationOptions options;
  CHECK(calls::colocation(log, 0, 2, options).total() == 0);
  options.within_km = 2;
  CHECK(calls::colocation(log, 0, 2, options).total() == 0);  // nobody knows where C2 stands
  options.site = [](const calls::Event&) { return std::optional{std::pair{52.01, 5.0}}; };
  const auto answer = calls::colocation(log, 0, 2, options);
  REQUIRE(answer.total() == 1);
  CHECK(answer.meetings(0).km_apart() == Approx(1.112).epsilon(0.001));
}

TEST_CASE("Home and work are said only where enough nights and days say so", "[calls][places]") {
  Map map;
  for (int day = 3; day <= 7; ++day) {  // Monday to Friday
    map.seen("N", "HOME", at(day, 23, 0));
    map.seen("N", day == 3 ? "CLIENT" : "OFFICE", at(day, 10, 0));
  }
  map.seen("N", "HOME", at(8, 2, 0));   // belongs to Friday night
  map.seen("N", "PARK", at(8, 11, 0));  // a Saturday
  map.seen("M", "HOME", at(3, 23, 0, "Z"));
  const auto& log = map.log();
  auto answer = calls::places(log, *log.find("N"), {});
  using Place = v1::CallsPlaces::Place;
  CHECK(answer.home().outcome() == Place::indicated);
  CHECK(answer.home().cells(0).cell() == "HOME");
  CHECK(answer.home().days() == 5);
  CHECK(answer.home().cells(0).records() == 6);
  CHECK(answer.work().outcome() == Place::indicated);
  CHECK(answer.work().cells(0).cell() == "OFFICE");
  CHECK(answer.work().cells(0).days() == 4);
  calls::PlacesOptions options;
  options.least_days = 6;
  answer = calls::places(log, *log.find("N"), options);
  CHECK(answer.home().outcome() == Place::undetermined);
  answer = calls::places(log, *log.find("M"), {});
  CHECK(answer.undetermined() == 1);  // written in UTC
  CHECK(answer.home().outcome() == Place::undetermined);
}

TEST_CASE("A convoy goes over different cells in one order", "[calls][convoy]") {
  Map map;
  const char* way[] = {"C1", "C2", "C3", "C4", "C5"};
  for (int i = 0; i < 5; ++i) {
    map.seen("A", way[i], at(3, 8, 10 * i));
    map.seen("B", way[i], at(3, 8, 10 * i + 6));
    map.seen("R", way[4 - i], at(3, 8, 10 * i + 3));  // the other way
    map.seen("L", way[i], at(3, 10, 10 * i));         // two hours later
  }
  const auto& log = map.log();
  const auto answer = calls::convoys(log, {});
  REQUIRE(answer.total() == 1);
  const auto& convoy = answer.convoys(0);
  CHECK(convoy.a() == "A");
  CHECK(convoy.b() == "B");
  CHECK(convoy.cells_size() == 5);
  CHECK(convoy.widest_min() == 6);
  CHECK(convoy.evidence(0) == "SRC-1:1");
  CHECK(convoy.evidence(1) == "SRC-1:2");
  calls::ConvoyOptions options;
  options.least_cells = 6;
  CHECK(calls::convoys(log, options).total() == 0);
}
