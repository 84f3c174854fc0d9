#include "draw/render.hpp"

#include <cairo-pdf.h>
#include <cairo.h>
#include <fmt/format.h>
#include <pango/pangocairo.h>

#include <array>
#include <cmath>
#include <memory>

#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::draw {
namespace {

struct Release {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* context) const { cairo_destroy(context); }
  void operator()(cairo_font_options_t* options) const { cairo_font_options_destroy(options); }
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
  void operator()(PangoFontMap* fonts) const { g_object_unref(fonts); }
  void operator()(PangoContext* context) const { g_object_unref(context); }
  void operator()(PangoLayout* layout) const { g_object_unref(layout); }
  void operator()(PangoFont* font) const { g_object_unref(font); }
};
template <typename T>
using Handle = std::unique_ptr<T, Release>;

Handle<PangoFontDescription> font_of(double size, bool bold, bool mono = false) {
  Handle<PangoFontDescription> font{pango_font_description_new()};
  pango_font_description_set_family_static(font.get(), mono ? kMonoFamily : kFontFamily);
  pango_font_description_set_absolute_size(font.get(), size * PANGO_SCALE);
  pango_font_description_set_weight(font.get(), bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  return font;
}

/// Sets lines of words: without hints, so that widths are the same at every size of pixels, and
/// without markup, whatever the words look like.
class Setter {
 public:
  Setter() : fonts_{pango_cairo_font_map_new()} {
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts_.get()), 72);
    context_.reset(pango_font_map_create_context(fonts_.get()));
    const Handle<cairo_font_options_t> options{cairo_font_options_create()};
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context_.get(), options.get());
    pango_context_set_round_glyph_positions(context_.get(), false);
    pango_context_set_language(context_.get(), pango_language_from_string("en"));
    layout_.reset(pango_layout_new(context_.get()));
    pango_layout_set_single_paragraph_mode(layout_.get(), true);
    pango_layout_set_auto_dir(layout_.get(), false);
  }
  PangoLayout* set(std::string_view words, double size, bool bold, bool mono = false) {
    const Handle<PangoFontDescription> font = font_of(size, bold, mono);
    pango_layout_set_font_description(layout_.get(), font.get());
    pango_layout_set_text(layout_.get(), words.data(), static_cast<int>(words.size()));
    return layout_.get();
  }
  double width(std::string_view words, double size, bool bold, bool mono = false) {
    PangoRectangle logical;
    pango_layout_get_extents(set(words, size, bold, mono), nullptr, &logical);
    return static_cast<double>(logical.width) / PANGO_SCALE;
  }
  [[nodiscard]] PangoFontMap* fonts() const { return fonts_.get(); }
  [[nodiscard]] PangoContext* context() const { return context_.get(); }

 private:
  Handle<PangoFontMap> fonts_;
  Handle<PangoContext> context_;
  Handle<PangoLayout> layout_;
};

class Painter {
 public:
  explicit Painter(cairo_t* cairo) : cairo_{cairo} {
    cairo_set_line_join(cairo_, CAIRO_LINE_JOIN_ROUND);
  }

  void paint(const Picture& picture) {
    source(kPaper);
    cairo_paint(cairo_);
    for (const Mark& mark : picture.marks) {
      for (const Path& path : mark.paths) draw(path);
      for (const Circle& circle : mark.circles) draw(circle);
      for (const Text& text : mark.texts) draw(text);
    }
  }

 private:
  void source(const Colour& colour) {
    cairo_set_source_rgba(cairo_, colour.r / 255.0, colour.g / 255.0, colour.b / 255.0,
                          colour.alpha);
  }

  void finish(const Style& style) {
    if (style.fill.alpha > 0) {
      source(style.fill);
      cairo_fill_preserve(cairo_);
    }
    if (style.line.alpha > 0) {
      source(style.line);
      cairo_set_line_width(cairo_, style.width);
      cairo_set_dash(cairo_, style.dash.data(), static_cast<int>(style.dash.size()), 0);
      cairo_stroke_preserve(cairo_);
    }
    cairo_new_path(cairo_);
  }

  void draw(const Path& path) {
    if (path.points.size() < 2) return;
    for (const Point& point : path.points) cairo_line_to(cairo_, point.x, point.y);
    if (path.closed) cairo_close_path(cairo_);
    finish(path.style);
  }

  void draw(const Circle& circle) {
    cairo_new_sub_path(cairo_);
    cairo_arc(cairo_, circle.at.x, circle.at.y, circle.radius, 0, 2 * std::acos(-1.0));
    finish(circle.style);
  }

  void draw(const Text& text) {
    if (text.words.empty()) return;
    const std::string words = core::printable(text.words, 20'000);
    const double width = setter_.width(words, text.size, text.bold, text.mono);
    PangoLayout* layout = setter_.set(words, text.size, text.bold, text.mono);
    const double left = text.anchor == Anchor::Start    ? text.at.x
                        : text.anchor == Anchor::Middle ? text.at.x - width / 2
                                                        : text.at.x - width;
    const double baseline = static_cast<double>(pango_layout_get_baseline(layout)) / PANGO_SCALE;
    cairo_move_to(cairo_, left, text.at.y - baseline);
    if (text.halo) {
      pango_cairo_layout_path(cairo_, layout);
      source(kPaper);
      cairo_set_line_width(cairo_, 2.2);
      cairo_set_dash(cairo_, nullptr, 0, 0);
      cairo_stroke(cairo_);
      cairo_move_to(cairo_, left, text.at.y - baseline);
    }
    source(text.colour);
    pango_cairo_show_layout(cairo_, layout);
    cairo_new_path(cairo_);
  }

  cairo_t* cairo_;
  Setter setter_;
};

/// Cairo calls it from C: nothing may be thrown through there.
cairo_status_t append(void* to, const unsigned char* bytes, unsigned int size) noexcept {
  try {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), size);
    return CAIRO_STATUS_SUCCESS;
  } catch (const std::bad_alloc&) {
    return CAIRO_STATUS_NO_MEMORY;
  }
}

core::Status check(cairo_status_t status) {
  if (status == CAIRO_STATUS_SUCCESS) return core::ok();
  return core::Error{core::ErrorCode::Internal,
                     fmt::format("Cairo could not draw: {}", cairo_status_to_string(status)),
                     std::nullopt, "try a smaller --size, or another format"};
}

core::Result<std::string> png_of(const Picture& picture, const RenderOptions& options) {
  const double scale = options.width_px ? *options.width_px / picture.width : options.dpi / 72;
  const double width = std::round(picture.width * scale);
  const double height = std::round(picture.height * scale);
  if (!(width >= 1) || !(height >= 1) || width * height > kMostPixels || width > 30'000 ||
      height > 30'000)
    return core::Error{core::ErrorCode::InvalidArgument,
                       fmt::format("a PNG of {:.0f} x {:.0f} pixels is not drawn", width, height),
                       std::nullopt,
                       fmt::format("at most {:.0f} million pixels and 30,000 on a side: a smaller "
                                   "--width, --dpi or --size, or PDF, which has no pixels",
                                   kMostPixels / 1e6)};
  const Handle<cairo_surface_t> surface{cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, static_cast<int>(width), static_cast<int>(height))};
  PALERMO_CHECK_OK(check(cairo_surface_status(surface.get())));
  const Handle<cairo_t> cairo{cairo_create(surface.get())};
  cairo_scale(cairo.get(), scale, scale);
  Painter{cairo.get()}.paint(picture);
  PALERMO_CHECK_OK(check(cairo_status(cairo.get())));
  std::string bytes;
  PALERMO_CHECK_OK(check(cairo_surface_write_to_png_stream(surface.get(), append, &bytes)));
  return bytes;
}

core::Result<std::string> pdf_of(const Picture& picture, const RenderOptions& options) {
  std::string bytes;
  const Handle<cairo_surface_t> surface{
      cairo_pdf_surface_create_for_stream(append, &bytes, picture.width, picture.height)};
  PALERMO_CHECK_OK(check(cairo_surface_status(surface.get())));
  const auto say = [&](cairo_pdf_metadata_t what, const std::string& words) {
    cairo_pdf_surface_set_metadata(surface.get(), what, words.c_str());
  };
  // Without a date Cairo takes the clock's.
  const std::string at = core::format_utc(options.at_us - options.at_us % core::kUsPerSecond);
  say(CAIRO_PDF_METADATA_CREATE_DATE, at);
  say(CAIRO_PDF_METADATA_MOD_DATE, at);
  say(CAIRO_PDF_METADATA_TITLE, core::printable(picture.title, 500));
  say(CAIRO_PDF_METADATA_SUBJECT, core::printable(picture.summary, 2'000));
  say(CAIRO_PDF_METADATA_CREATOR, "palermo");
  {
    const Handle<cairo_t> cairo{cairo_create(surface.get())};
    Painter{cairo.get()}.paint(picture);
    cairo_show_page(cairo.get());
    PALERMO_CHECK_OK(check(cairo_status(cairo.get())));
  }
  cairo_surface_finish(surface.get());
  PALERMO_CHECK_OK(check(cairo_surface_status(surface.get())));
  return bytes;
}

}  // namespace

std::optional<Format> format_of(std::string_view file) {
  constexpr std::array kAll{Format::Svg, Format::Png, Format::Pdf};
  const std::size_t dot = file.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || file[dot - 1] == '/') return std::nullopt;
  std::string ending{file.substr(dot + 1)};
  for (char& c : ending)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  for (const Format format : kAll)
    if (ending == name_of(format)) return format;
  return std::nullopt;
}

std::string_view name_of(Format format) {
  return format == Format::Svg ? "svg" : format == Format::Png ? "png" : "pdf";
}

Ruler pango_ruler() {
  auto setter = std::make_shared<Setter>();
  return [setter](std::string_view words, double size, bool bold) {
    return setter->width(words, size, bold);
  };
}

std::string font_instead() {
  const Setter setter;
  const Handle<PangoFontDescription> wanted = font_of(7, false);
  const Handle<PangoFont> font{
      pango_font_map_load_font(setter.fonts(), setter.context(), wanted.get())};
  if (!font) return "none";
  const Handle<PangoFontDescription> found{pango_font_describe(font.get())};
  const char* family = pango_font_description_get_family(found.get());
  const std::string name = family == nullptr ? "none" : family;
  return name == kFontFamily ? std::string{} : core::printable(name, 60);
}

core::Result<std::string> render(const Picture& picture, Format format,
                                 const RenderOptions& options) {
  switch (format) {
    case Format::Svg:
      return detail::svg_of(picture, pango_ruler());
    case Format::Png:
      return png_of(picture, options);
    case Format::Pdf:
      return pdf_of(picture, options);
  }
  return core::Error{core::ErrorCode::Internal, "no such format"};
}

}  // namespace palermo::draw
