// Colours that readers without red or green tell apart, and that differ in grey.
#pragma once

#include <array>

#include "draw/picture.hpp"

namespace palermo::draw {

/// @source Okabe and Ito, Color Universal Design (2008); yellow left out, it is lost on paper
inline constexpr Colour kBlue{0x00, 0x72, 0xb2, 1};
inline constexpr Colour kOrange{0xe6, 0x9f, 0x00, 1};
inline constexpr Colour kGreen{0x00, 0x9e, 0x73, 1};
inline constexpr Colour kVermilion{0xd5, 0x5e, 0x00, 1};
inline constexpr Colour kPurple{0xcc, 0x79, 0xa7, 1};
inline constexpr Colour kSky{0x56, 0xb4, 0xe9, 1};
inline constexpr Colour kSlate{0x66, 0x66, 0x66, 1};

inline constexpr std::array kSeries{kBlue, kOrange, kGreen, kVermilion, kPurple, kSky, kSlate};

[[nodiscard]] constexpr Colour with_alpha(Colour colour, double alpha) {
  colour.alpha = alpha;
  return colour;
}

}  // namespace palermo::draw
