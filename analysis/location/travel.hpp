// Whether one person can have been served by two cells: distance, time, and what neither is known
// to better than.
#pragma once

#include <cstdint>
#include <optional>

namespace palermo::analysis {

/// A phone served by a cell at an instant.
struct Sighting {
  std::int64_t at_us = 0;
  double latitude = 0;  // degrees of the cell, WGS 84
  double longitude = 0;
  double range_km = 0;  // that a cell table states; 0: none
  double slack_s = 0;   // what the record does not say better: seconds left out, an hour of summer
};

/// What is granted to one person before two sightings prove two.
struct TravelRule {
  /// A phone may be this far from its cell, farther where a table says so. The timing of GSM ends
  /// at 35 km, of its extended cells at 120 (3GPP TS 45.010); the longest LTE preamble serves 100
  /// (TS 36.211). At sea cells do reach so far.
  double cell_range_km = 100;
  double site_error_km = 1;  // of each cell's coordinates
  double clock_s = 120;      // clocks of two operators may differ so much
  double speed_kmh = 1300;   // above the ground speed of any airliner, wind included
};

struct Travel {
  double km = 0;                     // between the cells
  double explained_km = 0;           // by ranges and coordinates
  double gap_s = 0;                  // between the sightings
  double granted_s = 0;              // gap, clocks and what the records leave open
  std::optional<double> needed_kmh;  // to cover the rest; absent where no time is left
  bool possible = true;              // for one person
};

/// @return possible is false only where the distance left over cannot be covered at rule.speed_kmh
/// @cost one great-circle distance
[[nodiscard]] Travel travel_between(const Sighting& a, const Sighting& b, const TravelRule& rule);

/// Great-circle distance, mean earth radius, of two points in degrees. @return km
[[nodiscard]] double distance_km(double latitude_a, double longitude_a, double latitude_b,
                                 double longitude_b);

}  // namespace palermo::analysis
