// Pictures as files: SVG as text, PNG and PDF through Cairo, all measured by Pango.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "draw/picture.hpp"

namespace palermo::draw {

enum class Format { Svg, Png, Pdf };

/// By the ending of a file's name, letters of either case. Absent: none of .svg, .png, .pdf.
[[nodiscard]] std::optional<Format> format_of(std::string_view file);
[[nodiscard]] std::string_view name_of(Format format);

/// The face every picture is set in; scripts/install-deps installs it.
inline constexpr const char* kFontFamily = "DejaVu Sans";
inline constexpr const char* kMonoFamily = "DejaVu Sans Mono";
/// Width of a letter of kMonoFamily, of its size.
inline constexpr double kMonoAdvance = 1233.0 / 2048.0;
/// Pixels of a PNG, at most: 64 million (256 MB while it is drawn).
inline constexpr double kMostPixels = 64e6;

struct RenderOptions {
  std::optional<std::uint32_t> width_px;  // of a PNG; absent: what dpi gives
  double dpi = 200;
  std::int64_t at_us = 0;  // the date a PDF carries, UTC; never the clock
};

/// The bytes of the file. The same picture and options give the same bytes on a machine with the
/// same libraries and fonts: no clock, no random id, no name of a user or host.
/// @error InvalidArgument  more than kMostPixels. Internal  Cairo failed
[[nodiscard]] core::Result<std::string> render(const Picture& picture, Format format,
                                               const RenderOptions& options);

/// Widths as Pango sets them in kFontFamily.
[[nodiscard]] Ruler pango_ruler();

/// The family that stands in where kFontFamily is not installed; empty: it is.
[[nodiscard]] std::string font_instead();

namespace detail {
[[nodiscard]] std::string svg_of(const Picture& picture, const Ruler& ruler);
}  // namespace detail

}  // namespace palermo::draw
