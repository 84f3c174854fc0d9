// Bytes as a square that a telephone reads: QR Code, ISO/IEC 18004, by libqrencode.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "draw/picture.hpp"

namespace palermo::draw {

struct QrCode {
  std::size_t width = 0;   // modules on a side, without the margin
  std::vector<char> dark;  // row by row
};

/// The bytes as they are, error correction level M (15 % may be lost).
/// @error InvalidArgument  empty, or more than fits: 2,331 bytes
[[nodiscard]] core::Result<QrCode> qr_code(std::string_view bytes);

/// Modules that must stay light on each side.
inline constexpr std::size_t kQrMargin = 4;

/// The code in a square box, its margin within: runs of dark modules as areas.
[[nodiscard]] Mark mark_of(const QrCode& code, const Box& box);

}  // namespace palermo::draw
