#include "draw/render.hpp"

#include <libxml/parser.h>

#include "draw/hours.hpp"
#include "tests/unit/draw/marks.hpp"

namespace palermo::draw {
namespace {

using test::count;
using test::marks_of;
using test::words_of;

Picture sample(const std::string& words) {
  Picture picture;
  picture.width = 300;
  picture.height = 200;
  picture.title = words;
  picture.summary = words;
  Mark mark{"node", words, {}, {}, {}};
  mark.paths.push_back(rectangle({20, 20, 120, 90}, {kInk, 1, {3, 2}, {0x00, 0x72, 0xb2, 0.5}}));
  mark.circles.push_back({{200, 60}, 20, {kNone, 0, {}, kInk}});
  mark.texts.push_back({{30, 150}, words, 9, false, true, Anchor::Start, kInk});
  picture.marks.push_back(std::move(mark));
  return picture;
}

std::string must(const core::Result<std::string>& bytes) {
  if (!bytes) FAIL(bytes.error().message);
  return bytes.value();
}

bool is_xml(const std::string& text) {
  xmlDoc* document = xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr,
                                   XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  const bool good = document != nullptr;
  xmlFreeDoc(document);
  return good;
}

const std::vector<std::string> kHostile{
    "plain",
    "<script>alert(1)</script>",
    "\"/><g onload='x'>]]>&amp;&#0;",
    "<b>bold</b> <span size='99999'>big</span> &lt;",
    "a\x1b[31mred\x07\x00\x01z",
    "\u202egnp.exe\u202c \u2066x\u2069",
    "\xff\xfe\xc0\x80 \xed\xa0\x80 broken",
    std::string("nul\0inside", 10),
    "\uFFFE\uFFFF\uFEFF",
    std::string(10'000, 'W'),
    "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
    "\u0645\u0631\u062d\u0628\u0627 \u4f60\u597d \U0001F480",
};

TEST_CASE("Ending of a file's name decides on its format", "[draw]") {
  CHECK(format_of("a.svg") == Format::Svg);
  CHECK(format_of("x/y.PNG") == Format::Png);
  CHECK(format_of("y.b.Pdf") == Format::Pdf);
  for (const char* none : {"", "svg", ".svg", "x/.png", "a.jpg", "a.svgz", "a.svg/b"})
    CHECK_FALSE(format_of(none));
}

TEST_CASE("The same picture gives the same bytes in every format", "[draw]") {
  for (const Format format : {Format::Svg, Format::Png, Format::Pdf}) {
    INFO(name_of(format));
    const std::string once = must(render(sample("Same"), format, {}));
    CHECK(once == must(render(sample("Same"), format, {})));
    CHECK(once != must(render(sample("Other"), format, {})));
  }
}

TEST_CASE("A PDF carries the date it is given, never the clock's", "[draw]") {
  RenderOptions options;
  options.at_us = 1'000'000'000'000'000;  // 2001-09-09T01:46:40Z
  const std::string pdf = must(render(sample("Dated"), Format::Pdf, options));
  CHECK(pdf.starts_with("%PDF-"));
  CHECK(count(pdf, "20010909014640") == 2);
  CHECK(count(pdf, "/FontFile") >= 1);  // embedded
}

TEST_CASE("Hostile words are words in every format", "[draw]") {
  for (const std::string& words : kHostile) {
    INFO(words.substr(0, 40));
    const std::string svg = must(render(sample(words), Format::Svg, {}));
    CHECK(is_xml(svg));
    CHECK(count(svg, "<script") == 0);
    CHECK(count(svg, "onload='") == 0);
    CHECK(count(svg, "\u202e") == 0);
    CHECK(count(svg, "<text") == 1);
    CHECK(count(svg, "<g ") == 1);
    CHECK(must(render(sample(words), Format::Png, {})).substr(1, 3) == "PNG");
    CHECK(must(render(sample(words), Format::Pdf, {})).starts_with("%PDF"));
  }
}

TEST_CASE("Markup in words is measured as letters, not obeyed", "[draw]") {
  const Ruler ruler = pango_ruler();
  CHECK(ruler("<b>x</b>", 10, false) > ruler("x", 10, false) * 4);
  CHECK(ruler("x", 10, true) > ruler("x", 10, false));
  CHECK(ruler("xx", 10, false) == Approx(2 * ruler("x", 10, false)).margin(0.1));
  CHECK(ruler("words of some length", 20, false) ==
        Approx(2 * ruler("words of some length", 10, false)).margin(0.2));
}

TEST_CASE("A PNG has the width asked for, and is refused where it would be too large", "[draw]") {
  const auto side = [](const std::string& png, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
      value = value << 8 | static_cast<unsigned char>(png[at + i]);
    return value;
  };
  RenderOptions options;
  options.width_px = 600;
  const std::string png = must(render(sample("Size"), Format::Png, options));
  CHECK(side(png, 16) == 600);
  CHECK(side(png, 20) == 400);
  options.width_px = 30'000;
  const auto refused = render(sample("Size"), Format::Png, options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == core::ErrorCode::InvalidArgument);
}

TEST_CASE("The font that pictures are set in is installed", "[draw]") {
  CHECK(font_instead().empty());
}

TEST_CASE("Hours: a cell for each hour, darker with its count, sums at the rim", "[draw]") {
  HoursDrawing drawing;
  drawing.counts[0][8] = 1;
  drawing.counts[4][23] = 100;
  drawing.page.title = "Hours";
  const Picture picture = draw_hours(drawing, pango_ruler());
  const auto cells = marks_of(picture, "cell");
  REQUIRE(cells.size() == 168);
  const auto shade = [&](std::size_t at) { return cells[at]->paths[0].style.fill.r; };
  CHECK(shade(8) < shade(9));            // something against nothing
  CHECK(shade(4 * 24 + 23) < shade(8));  // much against little
  CHECK(cells[8]->texts[0].words == "1");
  CHECK(cells[9]->texts.empty());
  CHECK(words_of(picture, "rim").find("101\n") != std::string::npos);
  CHECK(words_of(picture, "legend").find("81 to 100\n") != std::string::npos);
}

}  // namespace
}  // namespace palermo::draw
