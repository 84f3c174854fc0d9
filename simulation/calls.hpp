// Call records of one cell, as an operator would deliver them under one authorization.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "simulation/cast.hpp"
#include "simulation/text_file.hpp"

namespace palermo::simulation {

inline constexpr std::string_view kCallHeader =
    "a,b,start,duration_s,kind,direction,cell,imei,imsi\n";

/// Days (inclusive, counted from 2023-05-01) on which each cell's traffic-data order is in force.
struct Window {
  int first_day;
  int last_day;
};
inline constexpr std::array<Window, 3> kTrafficWindows = {Window{0, 91}, Window{14, 122},
                                                          Window{0, 122}};
/// Days on which the Italian operator went on delivering after expiry.
inline constexpr Window kAfterExpiry = {92, 105};

/// How many rows of each sort a cell's file holds.
struct CallPlan {
  std::uint64_t covered = 0;
  std::uint64_t after_expiry = 0;  // AU02
  std::uint64_t not_a_target = 0;  // SC01: neither party is a target
  [[nodiscard]] std::uint64_t rows() const { return covered + after_expiry + not_a_target; }
};

/// Shares the calls among the three files and sets the seeded violations.
[[nodiscard]] std::array<CallPlan, 3> plan_calls(std::uint64_t calls);

/// A cell of the radio network, invented: PLMN 001-01.
struct RadioCell {
  std::string id;
  std::string state;
  std::string place;
};
[[nodiscard]] const std::vector<RadioCell>& radio_cells();

/// Writes the rows of one cell in order of time, day by day.
/// @param on_day  called with the rows written so far
/// @cost O(rows log rows of a day)
void write_calls(const Cast& cast, Cell cell, const CallPlan& plan, std::uint64_t seed,
                 TextFile& out, const std::function<void(std::uint64_t)>& on_day);

}  // namespace palermo::simulation
