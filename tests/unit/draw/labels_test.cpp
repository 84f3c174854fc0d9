#include "draw/labels.hpp"

#include <cmath>
#include <set>

#include "draw/hull.hpp"
#include "tests/unit/draw/marks.hpp"

namespace palermo::draw {
namespace {

using test::fixed_width;

const Box kArea{0, 0, 200, 100};

TEST_CASE("Labels: each stands beside its own mark and over no other", "[draw]") {
  rc::prop("no two names meet, none covers a mark, none leaves the area", [] {
    const auto n = *rc::gen::inRange(1, 40);
    std::vector<LabelWish> wishes;
    std::vector<Box> taken;
    for (int i = 0; i < n; ++i) {
      LabelWish wish{{static_cast<double>(*rc::gen::inRange(0, 200)),
                      static_cast<double>(*rc::gen::inRange(0, 100))},
                     3,
                     static_cast<double>(*rc::gen::inRange(5, 60)),
                     6.5};
      taken.push_back({wish.at.x - 3, wish.at.y - 3, wish.at.x + 3, wish.at.y + 3});
      wishes.push_back(wish);
    }
    const std::vector<LabelPlace> places = place_labels(wishes, kArea, taken);
    RC_ASSERT(places.size() == wishes.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (!places[i].placed) continue;
      RC_ASSERT(kArea.holds(places[i].box));
      for (const Box& mark : taken) RC_ASSERT(!places[i].box.meets(mark));
      for (std::size_t j = 0; j < i; ++j)
        RC_ASSERT(!places[j].placed || !places[i].box.meets(places[j].box));
    }
  });
  SECTION("the first wish has the first choice: right of its mark") {
    const auto places = place_labels({{{50, 50}, 3, 40, 6.5}, {{50, 50}, 3, 40, 6.5}}, kArea, {});
    REQUIRE(places[0].placed);
    CHECK(places[0].anchor == Anchor::Start);
    CHECK(places[0].at.x > 53);
    REQUIRE(places[1].placed);
    CHECK(places[1].anchor == Anchor::End);
  }
  SECTION("a place that no line crosses is better than the first") {
    const std::vector<Line> lines{{{50, 50}, {190, 50}}};
    const auto places = place_labels({{{50, 50}, 3, 30, 6.5}}, kArea, {}, lines);
    REQUIRE(places[0].placed);
    CHECK(places[0].anchor == Anchor::End);
    CHECK_FALSE(crosses(lines[0], places[0].box));
    CHECK(crosses({{0, 0}, {10, 10}}, {4, 4, 6, 6}));
    CHECK(crosses({{5, 5}, {5, 5}}, {4, 4, 6, 6}));
    CHECK_FALSE(crosses({{0, 0}, {3, 3}}, {4, 4, 6, 6}));
    CHECK_FALSE(crosses({{0, 7}, {10, 7}}, {4, 4, 6, 6}));
  }
  SECTION("what finds no room is left out") {
    CHECK_FALSE(place_labels({{{100, 50}, 3, 150, 6.5}}, {0, 0, 120, 100}, {})[0].placed);
  }
}

TEST_CASE("Hulls hold every circle they are drawn around", "[draw]") {
  CHECK(hull_around({}, 5).empty());
  const auto hull = hull_around({{0, 0}, {20, 0}, {10, 15}}, 4);
  REQUIRE(hull.size() >= 8);
  double low_x = 1e9, high_y = -1e9;
  for (const Point& corner : hull) {
    low_x = std::min(low_x, corner.x);
    high_y = std::max(high_y, corner.y);
  }
  CHECK(low_x == Approx(-4).margin(0.1));
  CHECK(high_y == Approx(19).margin(0.1));
}

TEST_CASE("Circles one on the other are moved apart, always the same way", "[draw]") {
  std::vector<Point> points(12, Point{50, 50}), again = points;
  const std::vector<double> radii(12, 3.0);
  spread_apart(points, radii, 2, kArea);
  spread_apart(again, radii, 2, kArea);
  std::set<std::pair<double, double>> places;
  for (std::size_t i = 0; i < points.size(); ++i) {
    CHECK(points[i].x == again[i].x);
    CHECK(points[i].y == again[i].y);
    places.emplace(points[i].x, points[i].y);
    for (std::size_t j = 0; j < i; ++j)
      CHECK(std::hypot(points[i].x - points[j].x, points[i].y - points[j].y) > 6);
  }
  CHECK(places.size() == 12);
}

TEST_CASE("Words are made fit: escapes for what is invisible, cut to the room", "[draw]") {
  CHECK(fitted("short", 10, false, 100, fixed_width) == "short");
  CHECK(fitted("a\x1b[31mb", 10, false, 200, fixed_width) == "a\\x1b[31mb");
  CHECK(fitted("x\u202ey", 10, false, 200, fixed_width) == "x\\u202ey");
  CHECK(fitted(std::string(10'000, 'w'), 10, false, 60, fixed_width).size() <= 12);
  // Never half a character.
  const std::string cut = fitted("ääääääääää", 10, false, 60, fixed_width);
  CHECK(cut.substr(cut.size() - 3) == "…");
  CHECK((cut.size() - 3) % 2 == 0);
}

TEST_CASE("Lines break at blanks, and inside a word only where it is longer than a line",
          "[draw]") {
  using Lines = std::vector<std::string>;
  CHECK(lines_of("one two three", 10, 40, fixed_width) == Lines{"one two", "three"});
  CHECK(lines_of("abcdefghij", 10, 20, fixed_width) == Lines{"abcd", "efgh", "ij"});
  CHECK(lines_of("", 10, 20, fixed_width).empty());
}

}  // namespace
}  // namespace palermo::draw
