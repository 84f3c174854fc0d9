// In which State a point on the ground lies, and how near another one is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace palermo::analysis {

/// Within this distance of another State a point belongs to neither: Natural Earth's 1:50 million
/// lines are drawn for small maps and run kilometres beside the border on the ground.
inline constexpr double kBorderKm = 10;
/// A point off the land this far belongs to the State whose coast it is, when no other State is
/// within twice the distance: harbours, islets and sea walls are not drawn.
inline constexpr double kCoastKm = 10;

struct PointPlace {
  enum class Kind {
    Inside,      // in one State, no other within kBorderKm
    Coast,       // off the drawn land of one State, no other near
    NearBorder,  // two or more States within kBorderKm: undetermined
    NoCode,      // in an area to which ISO 3166-1 gives no code: undetermined
    AtSea,       // no land within kCoastKm: undetermined
  };
  Kind kind = Kind::AtSea;
  std::string state;  // ISO 3166-1 alpha-2; of Inside and Coast
  std::vector<std::string>
      candidates;                   // of NearBorder, of AtSea: States within 50 km, nearest first
  std::string area;                 // name of the area without a code
  std::optional<double> border_km;  // to the nearest other State, when below 50 km
  std::optional<double> land_km;    // to the nearest land, when the point is on none
};

/// Outlines of States. Names and lines are those of Natural Earth, which draws who controls an area
/// and is no statement about sovereignty.
class Borders {
 public:
  /// @param topojson  a TopoJSON topology whose object `countries` has ISO 3166-1 numeric ids
  /// @error BadInput  no such topology, an arc that does not exist
  [[nodiscard]] static core::Result<Borders> parse(std::string_view topojson);

  /// @param latitude   -90 … 90 degrees
  /// @param longitude  -180 … 180 degrees; 180 and -180 are one meridian
  /// @cost measures every outline whose bounding box is within 50 km
  [[nodiscard]] PointPlace place(double latitude, double longitude) const;
  [[nodiscard]] std::size_t areas() const { return areas_.size(); }
  /// Areas without a code, by name.
  [[nodiscard]] std::vector<std::string> areas_without_code() const;

 private:
  struct Point {
    double longitude = 0, latitude = 0;
  };
  struct Ring {
    std::vector<Point> points;
    double west = 180, east = -180, south = 90, north = -90;
  };
  struct Area {
    std::string state;  // empty: no code
    std::string name;
    std::vector<std::vector<Ring>> polygons;  // the first ring is the outline, the others are holes
  };
  static void unwrap(std::vector<Point>& ring);
  static bool contains(const Area& area, Point point);
  static double distance_km(const Area& area, Point point, double most);

  std::vector<Area> areas_;
};

/// The State as part of which the outlines draw an area that has a code of its own: France for
/// Réunion, Norway for Svalbard, …; any other code as it is.
[[nodiscard]] std::string_view drawn_as(std::string_view state);

/// The outlines that the program carries; read at the first call.
[[nodiscard]] const Borders& borders();

}  // namespace palermo::analysis
