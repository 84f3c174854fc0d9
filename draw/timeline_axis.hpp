// The time axis of a picture: where an instant stands, and what is written below it.
#pragma once

#include <string>
#include <vector>

#include "draw/timeline.hpp"

namespace palermo::draw::detail {

class Axis {
 public:
  Axis(const TimelineDrawing& drawing, double left, double right)
      : drawing_{&drawing}, left_{left}, right_{right} {}
  /// Cut to the axis.
  [[nodiscard]] double x(std::int64_t us) const;
  [[nodiscard]] double left() const { return left_; }
  [[nodiscard]] double right() const { return right_; }
  /// Day number of the axis's clock.
  [[nodiscard]] std::int64_t local_day(std::int64_t us) const;
  /// Instant at which a local day begins.
  [[nodiscard]] std::int64_t begin_of(std::int64_t local_day) const;

  struct Tick {
    std::int64_t us = 0;
    std::string words;
  };
  /// At local midnights, or every six hours of a short span; no more than fit beside each other.
  [[nodiscard]] std::vector<Tick> ticks(const Ruler& ruler, double size) const;

 private:
  const TimelineDrawing* drawing_;
  double left_;
  double right_;
};

}  // namespace palermo::draw::detail
