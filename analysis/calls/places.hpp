// Where numbers were served: two at once, one by night and by day, and several on one way.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "analysis/calls/events.hpp"
#include "palermo/v1/calls_places.pb.h"

namespace palermo::calls {

/// Degrees of a cell at a time, from a cell table; absent where none names it.
using SiteOf = std::function<std::optional<std::pair<double, double>>(const Event&)>;

struct ColocationOptions {
  double within_min = 15;
  double within_km = 0;  // 0: the same cell; else sites at most so far apart
  SiteOf site;           // for records without a position of their own
  std::uint32_t draws = 999;
  std::uint32_t seed = 1;
  std::size_t limit = 0;  // meetings listed; 0 = all
};

/// Records of a, with a cell that was its own, that have one of b at the same place within so many
/// minutes. The draws shuffle which of b's days is which, among working days and among weekends
/// apart, every record keeping its cell and its time of day: so that two who live in one district
/// are not found together because of that alone.
/// @cost O(records of both) a draw
[[nodiscard]] v1::CallsColocation colocation(const Log& log, std::uint32_t a, std::uint32_t b,
                                             const ColocationOptions& options);

struct PlacesOptions {
  std::uint32_t least_days = 3;
  double least_share = 0.5;  // of the nights or working days
  std::size_t cells = 5;     // listed of each
  std::size_t evidence = 3;
};

/// Home: the cell with most nights (22:00 to 06:00 local; a night belongs to the day it begins on);
/// work: the cell with most working days (Monday to Friday, 09:00 to 17:00). Undetermined where too
/// few days or no cell has its share of them.
[[nodiscard]] v1::CallsPlaces places(const Log& log, std::uint32_t party,
                                     const PlacesOptions& options);

struct ConvoyOptions {
  std::uint32_t least_cells = 4;
  double within_min = 15;
  double gap_h = 3;  // between one cell of a way and the next
  std::optional<std::uint32_t> asked;
  std::size_t limit = 20;  // 0 = all
};

/// Pairs of numbers served by so many different cells in the same order, at each within so many
/// minutes. Not compared with chance: a railway or a motorway makes convoys of strangers.
/// @cost O(stays x stays at the same cell within the minutes)
[[nodiscard]] v1::CallsConvoy convoys(const Log& log, const ConvoyOptions& options);

/// Great-circle distance, km, of two points in degrees.
[[nodiscard]] double distance_km(std::pair<double, double> x, std::pair<double, double> y);

}  // namespace palermo::calls
