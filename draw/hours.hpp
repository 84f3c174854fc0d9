// Records by hour of the week as a grid of seven days and 24 hours.
#pragma once

#include <array>
#include <cstdint>

#include "draw/page.hpp"
#include "draw/picture.hpp"

namespace palermo::draw {

struct HoursDrawing {
  std::array<std::array<std::uint32_t, 24>, 7> counts{};  // Monday first, local hours
  Page page;                                              // without legend
};

/// Marks "cell", one an hour, each with its count in figures; sums of days and hours at the rim.
/// The shade goes with the count in steps that the legend states.
[[nodiscard]] Picture draw_hours(const HoursDrawing& drawing, const Ruler& ruler);

}  // namespace palermo::draw
