// One way or more to break each compliance rule in a unit that keeps them all.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "simulation/clean_unit.hpp"

namespace palermo::simulation {

/// What a plant is told of its place among its kind.
struct Place {
  std::uint32_t index = 0;   // of this rule's plants, from 0
  std::uint32_t count = 0;   // of them all
  std::uint32_t number = 0;  // of the unit
  Unit* before = nullptr;    // the unit planted before it for the same rule
};

/// A planted rule: how the unit is made and broken.
struct Plant {
  std::string rule;
  Technique technique;
  /// Breaks the unit and returns the subject that `audit rules` must name.
  std::function<std::string(Unit&, const Place&)> commit;
  bool without_authorization = false;  // the violation names none
};

/// All forty, in the order of LEGAL section 3.
[[nodiscard]] const std::vector<Plant>& plants();

}  // namespace palermo::simulation
