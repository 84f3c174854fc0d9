#include "analysis/location/borders.hpp"

#include <fmt/format.h>
#include <unicode/region.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <numbers>

namespace palermo::embedded {
extern const std::string_view countries_json;
}

namespace palermo::analysis {
namespace {

using Json = nlohmann::json;

constexpr double kFarKm = 50;           // beyond it nothing is measured
constexpr double kKmPerDegree = 111.2;  // of a great circle

/// Land too small for the outlines that lies at another State's.
struct Undrawn {
  const char* state;
  double latitude, longitude;
};
constexpr Undrawn kUndrawn[] = {{"GI", 36.14, -5.35}};

/// ISO 3166-1 alpha-2 of a numeric code; empty when there is none.
std::string alpha_2(std::string_view numeric) {
  int code = 0;
  const auto [end, error] = std::from_chars(numeric.data(), numeric.data() + numeric.size(), code);
  if (error != std::errc{} || end != numeric.data() + numeric.size()) return {};
  UErrorCode status = U_ZERO_ERROR;
  const icu::Region* region = icu::Region::getInstance(code, status);
  if (U_FAILURE(status) != 0 || region == nullptr) return {};
  const std::string text = region->getRegionCode();
  return text.size() == 2 ? text : std::string{};
}

core::Error bad_topology(std::string what) {
  return {core::ErrorCode::BadInput, "the outlines of States cannot be read: " + std::move(what),
          std::nullopt, "the program was built from another file than it expects"};
}

}  // namespace

/// Makes the longitudes of a ring go on beyond 180 degrees where it crosses that meridian, so that
/// no edge runs around the world. A ring that goes once around a pole is closed at the pole.
void Borders::unwrap(std::vector<Point>& ring) {
  constexpr double kHalf = 180;
  double turn = 0;
  for (std::size_t i = 1; i < ring.size(); ++i) {
    // The one before is unwrapped already.
    const double step = ring[i].longitude + turn - ring[i - 1].longitude;
    if (step > kHalf) turn -= 2 * kHalf;
    if (step < -kHalf) turn += 2 * kHalf;
    ring[i].longitude += turn;
  }
  if (ring.size() < 2 || std::abs(ring.front().longitude - ring.back().longitude) < 1) return;
  const double pole = ring.front().latitude < 0 ? -90 : 90;
  const Point first = ring.front();
  ring.push_back({ring.back().longitude, pole});
  ring.push_back({first.longitude, pole});
  ring.push_back(first);
}

core::Result<Borders> Borders::parse(std::string_view topojson) {
  const Json topology = Json::parse(topojson, nullptr, false);
  if (topology.is_discarded()) return bad_topology("no JSON");
  try {
    const Json& transform = topology.at("transform");
    const double scale_x = transform.at("scale").at(0).get<double>();
    const double scale_y = transform.at("scale").at(1).get<double>();
    const double from_x = transform.at("translate").at(0).get<double>();
    const double from_y = transform.at("translate").at(1).get<double>();
    std::vector<std::vector<Point>> arcs;
    for (const Json& arc : topology.at("arcs")) {
      std::vector<Point>& points = arcs.emplace_back();
      std::int64_t x = 0;
      std::int64_t y = 0;
      for (const Json& step : arc) {
        x += step.at(0).get<std::int64_t>();
        y += step.at(1).get<std::int64_t>();
        points.push_back(
            {from_x + static_cast<double>(x) * scale_x, from_y + static_cast<double>(y) * scale_y});
      }
    }
    // A ring is a list of arcs; a negative number is an arc backwards.
    const auto ring_of = [&arcs](const Json& indexes) {
      Ring ring;
      for (const Json& index : indexes) {
        const auto number = index.get<std::int64_t>();
        const auto& arc = arcs.at(static_cast<std::size_t>(number >= 0 ? number : ~number));
        std::vector<Point> points = arc;
        if (number < 0) std::reverse(points.begin(), points.end());
        const std::size_t shared = ring.points.empty() ? 0 : 1;
        if (points.size() > shared)
          ring.points.insert(ring.points.end(),
                             points.begin() + static_cast<std::ptrdiff_t>(shared), points.end());
      }
      unwrap(ring.points);
      for (const Point& point : ring.points) {
        ring.west = std::min(ring.west, point.longitude);
        ring.east = std::max(ring.east, point.longitude);
        ring.south = std::min(ring.south, point.latitude);
        ring.north = std::max(ring.north, point.latitude);
      }
      return ring;
    };
    Borders borders;
    for (const Json& geometry : topology.at("objects").at("countries").at("geometries")) {
      Area area;
      area.name = geometry.at("properties").at("name").get<std::string>();
      if (geometry.contains("id")) area.state = alpha_2(geometry.at("id").get<std::string>());
      if (area.name == "Kosovo") area.state = "XK";  // no ISO 3166-1 code, but in use
      const bool many = geometry.at("type") == "MultiPolygon";
      Json polygons = Json::array();
      if (many)
        polygons = geometry.at("arcs");
      else
        polygons.push_back(geometry.at("arcs"));
      for (const Json& polygon : polygons) {
        std::vector<Ring>& rings = area.polygons.emplace_back();
        for (const Json& ring : polygon) rings.push_back(ring_of(ring));
      }
      borders.areas_.push_back(std::move(area));
    }
    return borders;
  } catch (const Json::exception&) {
    return bad_topology("no topology of countries");
  } catch (const std::out_of_range&) {
    return bad_topology("an arc that does not exist");
  }
}

bool Borders::contains(const Area& area, Point point) {
  // Even and odd crossings over all rings of a polygon: a point in a hole is outside.
  const auto crossings = [](const Ring& ring, double longitude, double latitude) {
    std::size_t count = 0;
    // West of the whole ring the crossings are even.
    if (latitude < ring.south || latitude > ring.north || longitude > ring.east ||
        longitude < ring.west)
      return count;
    for (std::size_t i = 1; i < ring.points.size(); ++i) {
      const Point& a = ring.points[i - 1];
      const Point& b = ring.points[i];
      if ((a.latitude > latitude) == (b.latitude > latitude)) continue;
      const double crossing = a.longitude + (latitude - a.latitude) / (b.latitude - a.latitude) *
                                                (b.longitude - a.longitude);
      if (longitude < crossing) ++count;
    }
    return count;
  };
  // Outlines that cross the 180th meridian go on beyond it.
  for (const double turn : {0.0, -360.0, 360.0}) {
    for (const std::vector<Ring>& polygon : area.polygons) {
      std::size_t count = 0;
      for (const Ring& ring : polygon)
        count += crossings(ring, point.longitude + turn, point.latitude);
      if (count % 2 == 1) return true;
    }
  }
  return false;
}

double Borders::distance_km(const Area& area, Point point, double most) {
  const double degrees = most / kKmPerDegree;
  const double shrink = std::max(std::cos(point.latitude * std::numbers::pi / 180), 0.01);
  double nearest = std::numeric_limits<double>::infinity();
  // Across the 180th meridian the same place has two longitudes.
  for (const double turn : {0.0, -360.0, 360.0}) {
    const double longitude = point.longitude + turn;
    for (const std::vector<Ring>& polygon : area.polygons) {
      for (const Ring& ring : polygon) {
        if (longitude < ring.west - degrees / shrink || longitude > ring.east + degrees / shrink ||
            point.latitude < ring.south - degrees || point.latitude > ring.north + degrees)
          continue;
        for (std::size_t i = 1; i < ring.points.size(); ++i) {
          const Point& a = ring.points[i - 1];
          const Point& b = ring.points[i];
          const double ax = (a.longitude - longitude) * shrink;
          const double ay = a.latitude - point.latitude;
          const double dx = (b.longitude - a.longitude) * shrink;
          const double dy = b.latitude - a.latitude;
          const double square = dx * dx + dy * dy;
          const double along =
              square == 0 ? 0 : std::clamp(-(ax * dx + ay * dy) / square, 0.0, 1.0);
          nearest = std::min(nearest, std::hypot(ax + along * dx, ay + along * dy) * kKmPerDegree);
        }
      }
    }
  }
  return nearest;
}

PointPlace Borders::place(double latitude, double longitude) const {
  const Point point{longitude, std::clamp(latitude, -90.0, 90.0)};
  PointPlace place;
  struct Near {
    std::string name;  // code, or name of an area without one
    bool coded = true;
    double km = 0;
  };
  const Area* home = nullptr;
  for (const Area& area : areas_)
    if (contains(area, point)) {
      home = &area;
      break;
    }
  std::vector<Near> near;
  const auto add_near = [&near](std::string name, bool coded, double km) {
    if (km > kFarKm) return;
    const auto known = std::find_if(near.begin(), near.end(),
                                    [&name](const Near& other) { return other.name == name; });
    if (known == near.end()) {
      near.push_back({std::move(name), coded, km});
    } else {
      known->km = std::min(known->km, km);  // a State drawn in two pieces
    }
  };
  const auto name_of = [](const Area& area) { return area.state.empty() ? area.name : area.state; };
  for (const Area& area : areas_) {
    if (home != nullptr && name_of(area) == name_of(*home)) continue;
    add_near(name_of(area), !area.state.empty(), distance_km(area, point, kFarKm));
  }
  for (const Undrawn& undrawn : kUndrawn) {
    const double shrink = std::cos(undrawn.latitude * std::numbers::pi / 180);
    add_near(undrawn.state, true,
             std::hypot((point.longitude - undrawn.longitude) * shrink,
                        point.latitude - undrawn.latitude) *
                 kKmPerDegree);
  }
  std::sort(near.begin(), near.end(), [](const Near& x, const Near& y) { return x.km < y.km; });
  if (home != nullptr) {
    if (!near.empty()) place.border_km = near.front().km;
    if (!near.empty() && near.front().km <= kBorderKm) {
      place.kind = PointPlace::Kind::NearBorder;
      place.candidates.push_back(name_of(*home));
      for (const Near& other : near)
        if (other.km <= kBorderKm) place.candidates.push_back(other.name);
    } else if (home->state.empty()) {
      place.kind = PointPlace::Kind::NoCode;
      place.area = home->name;
    } else {
      place.kind = PointPlace::Kind::Inside;
      place.state = home->state;
    }
    return place;
  }
  if (near.empty()) return place;
  place.land_km = near.front().km;
  if (near.size() > 1) place.border_km = near[1].km;
  if (near.front().km > kCoastKm) {
    for (const Near& other : near) place.candidates.push_back(other.name);
  } else if (near.size() > 1 && near[1].km <= 2 * kCoastKm) {
    place.kind = PointPlace::Kind::NearBorder;
    for (const Near& other : near)
      if (other.km <= 2 * kCoastKm) place.candidates.push_back(other.name);
  } else if (!near.front().coded) {
    place.kind = PointPlace::Kind::NoCode;
    place.area = near.front().name;
  } else {
    place.kind = PointPlace::Kind::Coast;
    place.state = near.front().name;
  }
  return place;
}

std::string_view drawn_as(std::string_view state) {
  struct Drawn {
    std::string_view area;
    std::string_view state;
  };
  constexpr Drawn kDrawn[] = {{"GF", "FR"}, {"GP", "FR"}, {"MQ", "FR"}, {"RE", "FR"},
                              {"YT", "FR"}, {"SJ", "NO"}, {"BV", "NO"}, {"BQ", "NL"}};
  for (const Drawn& drawn : kDrawn)
    if (drawn.area == state) return drawn.state;
  return state;
}

std::vector<std::string> Borders::areas_without_code() const {
  std::vector<std::string> names;
  for (const Area& area : areas_)
    if (area.state.empty()) names.push_back(area.name);
  std::sort(names.begin(), names.end());
  return names;
}

const Borders& borders() {
  static const Borders kBorders = [] {
    auto parsed = Borders::parse(embedded::countries_json);
    // The build puts the file in; a test reads it.
    return parsed ? *std::move(parsed) : Borders{};
  }();
  return kBorders;
}

}  // namespace palermo::analysis
