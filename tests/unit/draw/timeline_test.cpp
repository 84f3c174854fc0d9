#include "draw/timeline.hpp"

#include "core/base/time.hpp"
#include "draw/timeline_axis.hpp"
#include "tests/unit/draw/marks.hpp"

namespace palermo::draw {
namespace {

using test::fixed_width;
using test::marks_of;
using test::words_of;

constexpr std::int64_t kHour = 60 * core::kUsPerMinute;

std::int64_t at(const char* text) { return core::parse_instant(text).value().us; }

/// UTC+1 until the last Sunday of March 2031, UTC+2 from there.
int rome(std::int64_t us) { return us < at("2031-03-30T01:00:00Z") ? 60 : 120; }

TimelineDrawing march(std::size_t calls) {
  TimelineDrawing drawing;
  drawing.span = {at("2031-03-01T00:00:00Z"), at("2031-04-10T00:00:00Z")};
  drawing.offset_min = rome;
  drawing.page.title = "March";
  TimelineStrip strip;
  strip.label = "+447700900001";
  for (std::size_t i = 0; i < calls; ++i)
    strip.marks.push_back({drawing.span.from_us + static_cast<std::int64_t>(i) * kHour / 2,
                           i % 2 == 0, i % 5 == 0, i % 7 == 0});
  drawing.strips.push_back(std::move(strip));
  return drawing;
}

TEST_CASE("Timeline: every record a stroke, up for outgoing", "[draw]") {
  const TimelinePicture drawn = draw_timeline(march(40), fixed_width);
  CHECK_FALSE(drawn.columns);
  CHECK(drawn.marks == 40);
  const auto calls = marks_of(drawn.picture, "call");
  REQUIRE(calls.size() == 40);
  const auto rise = [&](std::size_t i) {
    return calls[i]->paths[0].points[0].y - calls[i]->paths[0].points[1].y;
  };
  CHECK(rise(2) > 0);
  CHECK(rise(1) < 0);
  CHECK(rise(0) == Approx(rise(2) / 2));  // nobody answered
  CHECK(calls[7]->circles.size() == 1);   // a message
}

TEST_CASE("Timeline: too many records become columns that hold all of them", "[draw]") {
  const TimelinePicture drawn = draw_timeline(march(1'900), fixed_width);
  CHECK(drawn.columns);
  CHECK(drawn.column_days == 1);
  CHECK(marks_of(drawn.picture, "call").empty());
  std::size_t held = 0;
  for (const Mark* column : marks_of(drawn.picture, "column")) {
    unsigned out = 0, in = 0;
    REQUIRE(std::sscanf(column->title.c_str() + 12, "%u outgoing, %u incoming", &out, &in) == 2);
    held += out + in;
  }
  CHECK(held == 1'900);
  CHECK(words_of(drawn.picture, "caption").find("1900 records stand in columns") !=
        std::string::npos);
  CHECK(drawn.highest == 24);
}

TEST_CASE("Timeline: the change of the clock is marked where it is", "[draw]") {
  const TimelinePicture drawn = draw_timeline(march(4), fixed_width);
  CHECK(drawn.clock_changes == 1);
  REQUIRE(marks_of(drawn.picture, "clock").size() == 1);
  CHECK(words_of(drawn.picture, "clock") == "from here UTC+2\n");
  CHECK(clock_changes({at("2031-03-01T00:00:00Z"), at("2031-04-10T00:00:00Z")}, rome) ==
        std::vector<std::int64_t>{at("2031-03-30T01:00:00Z")});
  CHECK(offset_text(0) == "UTC");
  CHECK(offset_text(330) == "UTC+5:30");
  CHECK(offset_text(-240) == "UTC\u22124");
}

TEST_CASE("Timeline: days begin at local midnight", "[draw]") {
  const TimelineDrawing drawing = march(1);
  const detail::Axis axis{drawing, 0, 400};
  CHECK(axis.local_day(at("2031-03-09T23:30:00Z")) == axis.local_day(at("2031-03-10T10:00:00Z")));
  CHECK(axis.begin_of(axis.local_day(at("2031-03-10T10:00:00Z"))) == at("2031-03-09T23:00:00Z"));
  CHECK(axis.begin_of(axis.local_day(at("2031-04-02T10:00:00Z"))) == at("2031-04-01T22:00:00Z"));
  CHECK(axis.x(drawing.span.from_us) == Approx(0));
  CHECK(axis.x(drawing.span.to_us + 1) == Approx(400));
}

TEST_CASE("Timeline: windows, gaps and handsets have their marks and legend", "[draw]") {
  TimelineDrawing drawing = march(4);
  drawing.has_authorizations = true;
  drawing.strips[0].windows.push_back({at("2031-03-05T00:00:00Z"), at("2031-03-20T00:00:00Z")});
  drawing.strips[0].windows.push_back({at("2030-01-01T00:00:00Z"), at("2030-02-01T00:00:00Z")});
  drawing.gaps.push_back({at("2031-03-22T00:00:00Z"), at("2031-03-24T00:00:00Z")});
  drawing.handsets = {"359881030000017", "359881030000025"};
  drawing.strips[0].devices = {{{drawing.span.from_us, at("2031-03-15T00:00:00Z")}, 0},
                               {{at("2031-03-16T00:00:00Z"), drawing.span.to_us}, 1}};
  const TimelinePicture drawn = draw_timeline(drawing, fixed_width);
  CHECK(marks_of(drawn.picture, "window").size() == 1);  // the other one lies off the axis
  REQUIRE(marks_of(drawn.picture, "gap").size() == 1);
  CHECK(marks_of(drawn.picture, "gap")[0]->paths.size() > 3);
  CHECK(marks_of(drawn.picture, "device").size() == 2);
  CHECK(words_of(drawn.picture, "legend").find("359881030000025") != std::string::npos);
}

TEST_CASE("Timeline: years, hours and single instants have an axis", "[draw]") {
  for (const auto& [from, to] : {std::pair{"2000-01-01T00:00:00Z", "2031-01-01T00:00:00Z"},
                                 {"2031-03-01T00:00:00Z", "2031-03-01T09:00:00Z"},
                                 {"2031-03-01T00:00:00Z", "2031-03-03T00:00:00Z"},
                                 {"2030-01-01T00:00:00Z", "2031-03-03T00:00:00Z"}}) {
    INFO(from << " " << to);
    TimelineDrawing drawing = march(3);
    drawing.span = {at(from), at(to)};
    const detail::Axis axis{drawing, 100, 600};
    const auto ticks = axis.ticks(fixed_width, 6.4);
    CHECK(ticks.size() <= 40);
    for (const auto& tick : ticks) CHECK_FALSE(tick.words.empty());
    CHECK_FALSE(draw_timeline(drawing, fixed_width).picture.marks.empty());
  }
}

}  // namespace
}  // namespace palermo::draw
