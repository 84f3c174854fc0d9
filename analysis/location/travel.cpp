#include "analysis/location/travel.hpp"

#include <algorithm>
#include <cmath>

namespace palermo::analysis {

double distance_km(double latitude_a, double longitude_a, double latitude_b, double longitude_b) {
  constexpr double kRadiusKm = 6371.0088;
  constexpr double kDegree = 3.14159265358979323846 / 180;
  const double half_lat = std::sin((latitude_b - latitude_a) * kDegree / 2);
  const double half_lon = std::sin((longitude_b - longitude_a) * kDegree / 2);
  const double h = half_lat * half_lat + std::cos(latitude_a * kDegree) *
                                             std::cos(latitude_b * kDegree) * half_lon * half_lon;
  return 2 * kRadiusKm * std::asin(std::min(1.0, std::sqrt(h)));
}

Travel travel_between(const Sighting& a, const Sighting& b, const TravelRule& rule) {
  constexpr double kUsPerSecond = 1e6;
  constexpr double kSecondsPerHour = 3600;
  Travel travel;
  travel.km = distance_km(a.latitude, a.longitude, b.latitude, b.longitude);
  travel.explained_km = std::max(rule.cell_range_km, a.range_km) +
                        std::max(rule.cell_range_km, b.range_km) + 2 * rule.site_error_km;
  travel.gap_s = std::abs(static_cast<double>(a.at_us - b.at_us)) / kUsPerSecond;
  travel.granted_s = travel.gap_s + rule.clock_s + a.slack_s + b.slack_s;
  const double left_km = travel.km - travel.explained_km;
  if (left_km <= 0) return travel;
  const double hours = travel.granted_s / kSecondsPerHour;
  if (hours > 0) travel.needed_kmh = left_km / hours;
  travel.possible = left_km <= hours * rule.speed_kmh;
  return travel;
}

}  // namespace palermo::analysis
