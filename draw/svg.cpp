// SVG written here and not by Cairo: Cairo turns words into outlines of glyphs, which nobody can
// search, copy or have read aloud, and gives marks no class by which they could be counted.
#include <fmt/format.h>

#include "core/base/text.hpp"
#include "draw/render.hpp"

namespace palermo::draw::detail {
namespace {

/// Two decimals, without trailing zeros and never "-0".
std::string at(double value) {
  std::string text = fmt::format("{:.2f}", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

/// Controls and noncharacters, which XML 1.0 forbids, are escapes after printable().
std::string shown(std::string_view words) { return core::printable(words, 20'000); }
std::string escaped(std::string_view words) { return core::html_escape(shown(words)); }

std::string colour_of(const Colour& colour, const char* property) {
  if (colour.alpha <= 0) return fmt::format(" {}=\"none\"", property);
  std::string text =
      fmt::format(" {}=\"#{:02x}{:02x}{:02x}\"", property, colour.r, colour.g, colour.b);
  if (colour.alpha < 1) text += fmt::format(" {}-opacity=\"{}\"", property, at(colour.alpha));
  return text;
}

std::string style_of(const Style& style) {
  std::string text = colour_of(style.fill, "fill");
  if (style.line.alpha <= 0) return text;
  text += colour_of(style.line, "stroke") + fmt::format(" stroke-width=\"{}\"", at(style.width));
  if (!style.dash.empty()) {
    text += " stroke-dasharray=\"";
    for (std::size_t i = 0; i < style.dash.size(); ++i)
      text += (i > 0 ? " " : "") + at(style.dash[i]);
    text += "\"";
  }
  return text;
}

void add(const Path& path, std::string& out) {
  if (path.points.size() < 2) return;
  out += "<path d=\"";
  for (std::size_t i = 0; i < path.points.size(); ++i)
    out += (i == 0 ? "M" : "L") + at(path.points[i].x) + " " + at(path.points[i].y);
  out += (path.closed ? "z\"" : "\"") + style_of(path.style) + "/>";
}

void add(const Circle& circle, std::string& out) {
  out += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>", at(circle.at.x), at(circle.at.y),
                     at(circle.radius), style_of(circle.style));
}

void add(const Text& text, const Ruler& ruler, std::string& out) {
  if (text.words.empty()) return;
  const char* anchor = text.anchor == Anchor::Start    ? ""
                       : text.anchor == Anchor::Middle ? " text-anchor=\"middle\""
                                                       : " text-anchor=\"end\"";
  // The width that was reckoned with holds in another font too.
  const std::string width =
      text.mono
          ? fmt::format(" font-family=\"'{}', monospace\"", kMonoFamily)
          : fmt::format(" textLength=\"{}\"", at(ruler(shown(text.words), text.size, text.bold)));
  out += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"{}\"{}{}{}{}{}>{}</text>", at(text.at.x),
                     at(text.at.y), at(text.size), width, text.bold ? " font-weight=\"bold\"" : "",
                     anchor, colour_of(text.colour, "fill"), text.halo ? " class=\"halo\"" : "",
                     escaped(text.words));
}

}  // namespace

std::string svg_of(const Picture& picture, const Ruler& ruler) {
  constexpr double kMillimetres = 25.4 / 72;
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}mm\" height=\"{}mm\" viewBox=\"0 0 {} "
      "{}\" "
      "role=\"img\" font-family=\"'{}', Verdana, sans-serif\" stroke-linejoin=\"round\" "
      "stroke-linecap=\"butt\">\n<title>{}</title>\n<desc>{}</desc>\n"
      "<style>.halo {{ paint-order: stroke; stroke: #ffffff; stroke-width: 2.2px; }}</style>\n",
      at(picture.width * kMillimetres), at(picture.height * kMillimetres), at(picture.width),
      at(picture.height), kFontFamily, escaped(picture.title), escaped(picture.summary));
  out += fmt::format("<rect width=\"{}\" height=\"{}\" fill=\"#ffffff\"/>\n", at(picture.width),
                     at(picture.height));
  for (const Mark& mark : picture.marks) {
    out += fmt::format("<g class=\"{}\">", escaped(mark.kind));
    if (!mark.title.empty()) out += "<title>" + escaped(mark.title) + "</title>";
    for (const Path& path : mark.paths) add(path, out);
    for (const Circle& circle : mark.circles) add(circle, out);
    for (const Text& text : mark.texts) add(text, ruler, out);
    out += "</g>\n";
  }
  return out + "</svg>\n";
}

}  // namespace palermo::draw::detail
