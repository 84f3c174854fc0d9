#include "analysis/location/borders.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

using palermo::analysis::borders;
using palermo::analysis::Borders;
using palermo::analysis::PointPlace;
using Kind = PointPlace::Kind;

namespace {

/// Two squares side by side, A (Italy's number) from 0 to 10 degrees east, B (Switzerland's) from
/// 10 to 20, both from 0 to 10 north; B has a hole from 14 to 16, which C (no number) fills.
const char* kSquares = R"({"type":"Topology","transform":{"scale":[1,1],"translate":[0,0]},
  "arcs":[[[10,0],[0,10]],[[10,10],[-10,0],[0,-10],[10,0]],[[10,10],[10,0],[0,-10],[-10,0]],
          [[14,4],[2,0],[0,2],[-2,0],[0,-2]]],
  "objects":{"countries":{"type":"GeometryCollection","geometries":[
    {"type":"Polygon","id":"380","arcs":[[0,1]],"properties":{"name":"A"}},
    {"type":"MultiPolygon","id":"756","arcs":[[[2,0],[3]]],"properties":{"name":"B"}},
    {"type":"Polygon","arcs":[[-4]],"properties":{"name":"C"}}]}}})";

Borders squares() {
  auto made = Borders::parse(kSquares);
  REQUIRE(made);
  return *std::move(made);
}

}  // namespace

TEST_CASE("Borders: squares with a hole", "[location]") {
  const Borders world = squares();
  CHECK(world.areas() == 3);
  CHECK(world.areas_without_code() == std::vector<std::string>{"C"});
  const PointPlace a = world.place(5, 5);
  CHECK(a.kind == Kind::Inside);
  CHECK(a.state == "IT");
  CHECK_FALSE(a.border_km);
  CHECK(world.place(5, 12).state == "CH");
  // In the hole: another area, and one without a code.
  const PointPlace hole = world.place(5, 15);
  CHECK(hole.kind == Kind::NoCode);
  CHECK(hole.area == "C");
  CHECK(hole.state.empty());
}

TEST_CASE("Borders: near a border nothing is decided", "[location]") {
  const Borders world = squares();
  const PointPlace near = world.place(5, 9.95);  // 5.5 km west of the border
  CHECK(near.kind == Kind::NearBorder);
  CHECK(near.state.empty());
  CHECK(near.candidates == std::vector<std::string>{"IT", "CH"});
  CHECK(*near.border_km == Approx(5.5).margin(0.1));
  const PointPlace away = world.place(5, 9.8);  // 22 km
  CHECK(away.kind == Kind::Inside);
  CHECK(*away.border_km == Approx(22.2).margin(0.2));
}

TEST_CASE("Borders: coast and sea", "[location]") {
  const Borders world = squares();
  const PointPlace coast = world.place(-0.05, 5);  // 5.6 km off A, far from B
  CHECK(coast.kind == Kind::Coast);
  CHECK(coast.state == "IT");
  CHECK(*coast.land_km == Approx(5.6).margin(0.1));
  const PointPlace both = world.place(-0.05, 10.02);
  CHECK(both.kind == Kind::NearBorder);
  CHECK(both.state.empty());
  const PointPlace sea = world.place(-0.3, 5);  // 33 km
  CHECK(sea.kind == Kind::AtSea);
  CHECK(sea.state.empty());
  CHECK(sea.candidates == std::vector<std::string>{"IT"});
  CHECK(world.place(-5, 5).candidates.empty());
}

TEST_CASE("Borders: a broken file is refused", "[location]") {
  for (const char* text : {"", "{", "[]", "{\"transform\":{}}",
                           R"({"transform":{"scale":[1,1],"translate":[0,0]},"arcs":[],
                               "objects":{"countries":{"geometries":[{"type":"Polygon","id":"380",
                               "arcs":[[7]],"properties":{"name":"A"}}]}}})"}) {
    const auto made = Borders::parse(text);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == palermo::core::ErrorCode::BadInput);
  }
}

TEST_CASE("Borders: the outlines that the program carries", "[location]") {
  const Borders& world = borders();
  CHECK(world.areas() == 241);
  // Kosovo has no id in the file either; its user-assigned code is in use.
  CHECK(world.areas_without_code() == std::vector<std::string>{"Indian Ocean Ter.", "N. Cyprus",
                                                               "Siachen Glacier", "Somaliland"});
  struct Town {
    const char* name;
    double latitude, longitude;
    const char* state;
  };
  constexpr Town kTowns[] = {{"Palermo", 38.1157, 13.3615, "IT"},
                             {"Berlin", 52.52, 13.405, "DE"},
                             {"Bern", 46.948, 7.4474, "CH"},
                             {"Maseru is near the border, Thaba-Tseka is not", -29.52, 28.61, "LS"},
                             {"Bloemfontein", -29.1, 26.2, "ZA"},
                             {"Suva", -18.1416, 178.4419, "FJ"},
                             {"Anadyr", 64.7337, 177.4968, "RU"},
                             {"Uelen, beyond the 180th meridian", 66.15, -169.81, "RU"},
                             {"Auckland", -36.85, 174.76, "NZ"},
                             {"Pristina", 42.66, 21.16, "XK"},
                             {"Vostok", -78.46, 106.8, "AQ"},
                             {"Svalbard", 78.22, 15.65, "NO"},
                             {"Saint-Denis, Reunion", -20.93, 55.45, "FR"}};
  for (const Town& town : kTowns) {
    INFO(town.name);
    CHECK(world.place(town.latitude, town.longitude).state == town.state);
  }
  const auto undetermined = [&](double latitude, double longitude, const char* one,
                                const char* other) {
    const PointPlace place = world.place(latitude, longitude);
    INFO(latitude << " " << longitude);
    CHECK(place.kind == Kind::NearBorder);
    CHECK(place.state.empty());
    CHECK(std::find(place.candidates.begin(), place.candidates.end(), one) !=
          place.candidates.end());
    CHECK(std::find(place.candidates.begin(), place.candidates.end(), other) !=
          place.candidates.end());
  };
  undetermined(45.832, 9.031, "IT", "CH");             // Chiasso
  undetermined(47.56, 7.59, "CH", "DE");               // Basel
  undetermined(43.9424, 12.4578, "IT", "SM");          // San Marino
  undetermined(36.14, -5.35, "ES", "GI");              // Gibraltar
  undetermined(22.54, 114.06, "CN", "HK");             // Shenzhen
  CHECK(world.place(35.2, 33.6).state.empty());        // the north of Cyprus
  CHECK(world.place(35.0, 18.0).kind == Kind::AtSea);  // between Malta and Crete
}

TEST_CASE("Borders: the 180th meridian is no border", "[location]") {
  const Borders& world = borders();
  for (const double longitude : {178.0, 179.999, 180.0, -180.0, -179.999, -178.0}) {
    INFO(longitude);
    const PointPlace chukotka = world.place(67.5, longitude);
    CHECK(chukotka.kind == Kind::Inside);
    CHECK(chukotka.state == "RU");
    CHECK(world.place(71.2, longitude > 0 ? 179.999 : -179.999).state == "RU");  // Wrangel Island
  }
  CHECK(world.place(-16.8, 179.98).state == "FJ");
  CHECK(world.place(-16.8, -179.98).state == "FJ");
  // No edge runs around the world: at the same latitudes elsewhere there is what there is.
  CHECK(world.place(68.99, 0).kind == Kind::AtSea);
  CHECK(world.place(68.99, -30).kind != Kind::AtSea);
}

TEST_CASE("Borders: areas drawn within their State", "[location]") {
  using palermo::analysis::drawn_as;
  CHECK(drawn_as("RE") == "FR");
  CHECK(drawn_as("DE") == "DE");
  CHECK(drawn_as("") == "");
}

TEST_CASE("Borders: what the public copy says of its content", "[location]") {
  PALERMO_NEED_SHARED(shared);
  const std::string text =
      palermo::test::read_file(shared / "data/reference_tables/boundaries/countries-50m.json");
  const auto made = Borders::parse(text);
  REQUIRE(made);
  CHECK(made->areas() == 241);
  std::vector<std::string> without_id;
  const nlohmann::json topology = nlohmann::json::parse(text);
  for (const auto& geometry : topology["objects"]["countries"]["geometries"])
    if (!geometry.contains("id")) without_id.push_back(geometry["properties"]["name"]);
  std::sort(without_id.begin(), without_id.end());
  CHECK(without_id == std::vector<std::string>{"Indian Ocean Ter.", "Kosovo", "N. Cyprus",
                                               "Siachen Glacier", "Somaliland"});
}
