#include "draw/network.hpp"

#include <cmath>

#include "tests/unit/draw/marks.hpp"

namespace palermo::draw {
namespace {

using test::fixed_width;
using test::marks_of;
using test::words_of;

/// n nodes on a circle, each tied to the next.
NetworkDrawing ring(std::uint32_t n) {
  NetworkDrawing drawing;
  drawing.layers = {"calls"};
  drawing.page.title = "Ring";
  drawing.page.caption = {"Contact is not concert."};
  for (std::uint32_t i = 0; i < n; ++i) {
    const double angle = 6.283 * i / n;
    NetworkNode node;
    node.label = "node " + std::to_string(i);
    node.kind = NodeKind::Number;
    node.at = {0.5 + 0.5 * std::cos(angle), 0.5 + 0.5 * std::sin(angle)};
    node.contacts = 2;
    drawing.nodes.push_back(std::move(node));
    drawing.ties.push_back({i, (i + 1) % n, 0, 1.0 + i, false, {}});
  }
  return drawing;
}

TEST_CASE("Network picture: a mark for every node and tie", "[draw]") {
  const NetworkPicture drawn = draw_network(ring(9), fixed_width);
  CHECK(marks_of(drawn.picture, "node").size() == 9);
  CHECK(marks_of(drawn.picture, "tie").size() == 9);
  CHECK(marks_of(drawn.picture, "label").size() == drawn.labels);
  CHECK(drawn.labels == 9);
  CHECK(drawn.labels_left_out == 0);
  CHECK(words_of(drawn.picture, "caption").find("Labels: 9 of 9 nodes.") != std::string::npos);
}

TEST_CASE("Network picture: names without room are counted and said", "[draw]") {
  NetworkDrawing drawing = ring(400);
  const NetworkPicture drawn = draw_network(drawing, fixed_width);
  CHECK(drawn.labels + drawn.labels_left_out == 400);
  REQUIRE(drawn.labels_left_out > 0);
  CHECK(words_of(drawn.picture, "caption").find("found no free place") != std::string::npos);

  drawing = ring(60);
  drawing.labels = LabelRule::Named;
  drawing.nodes[3].named = true;
  const NetworkPicture named = draw_network(drawing, fixed_width);
  CHECK(named.labels == 1);
  CHECK(words_of(named.picture, "label") == "node 3\n");
  drawing.labels = LabelRule::None;
  CHECK(draw_network(drawing, fixed_width).labels == 0);
}

TEST_CASE("Network picture: an assessment is dashed, a fact is not", "[draw]") {
  NetworkDrawing drawing = ring(4);
  drawing.ties[2].assessment = true;
  const NetworkPicture drawn = draw_network(drawing, fixed_width);
  const auto facts = marks_of(drawn.picture, "tie");
  const auto assessments = marks_of(drawn.picture, "tie assessment");
  CHECK(facts.size() == 3);
  REQUIRE(assessments.size() == 1);
  CHECK_FALSE(assessments[0]->paths[0].style.dash.empty());
  for (const Mark* fact : facts) CHECK(fact->paths[0].style.dash.empty());
}

TEST_CASE("Network picture: the width of a tie goes with its strength, in a stated scale",
          "[draw]") {
  CHECK(detail::width_of(1, 100, 9) < detail::width_of(50, 100, 9));
  CHECK(detail::width_of(100, 100, 9) == Approx(2.4));
  CHECK(detail::width_of(2, 2, 9) < 1.2);
  CHECK(detail::width_of(100, 100, 5'000) < detail::width_of(100, 100, 500));
  const NetworkPicture drawn = draw_network(ring(6), fixed_width);
  const std::string legend = words_of(drawn.picture, "legend");
  CHECK(legend.find("strength 1\n") != std::string::npos);
  CHECK(legend.find("strength 6\n") != std::string::npos);
  CHECK(legend.find("suspect") == std::string::npos);
}

TEST_CASE("Network picture: layers of one pair run side by side, each with its own bead",
          "[draw]") {
  NetworkDrawing drawing = ring(2);
  drawing.layers = {"calls", "payments"};
  drawing.ties = {{0, 1, 0, 1, false, {}}, {1, 0, 1, 1, false, {}}};
  const NetworkPicture drawn = draw_network(drawing, fixed_width);
  const auto ties = marks_of(drawn.picture, "tie");
  REQUIRE(ties.size() == 2);
  const Point a = ties[0]->paths[0].points[0], b = ties[1]->paths[0].points[0];
  CHECK(std::hypot(a.x - b.x, a.y - b.y) > 2);
  CHECK(ties[0]->circles.size() + ties[1]->circles.size() == 1);
}

TEST_CASE("Network picture: a group has an outline, its number, and its nodes' colour", "[draw]") {
  NetworkDrawing drawing = ring(6);
  drawing.groups = {{"G1", 40}};
  for (std::size_t v = 0; v < 3; ++v) drawing.nodes[v].group = 0;
  const NetworkPicture drawn = draw_network(drawing, fixed_width);
  CHECK(marks_of(drawn.picture, "group").size() == 1);
  CHECK(words_of(drawn.picture, "groupname") == "G1\n");
  CHECK(words_of(drawn.picture, "legend").find("40 nodes, 3 drawn") != std::string::npos);
}

TEST_CASE("Network picture: legend and caption never lie over the drawing", "[draw]") {
  const NetworkPicture drawn = draw_network(ring(150), fixed_width);
  double right = 0, bottom = 0, legend = 1e9, caption = 1e9;
  for (const Mark* node : marks_of(drawn.picture, "node")) {
    right = std::max(right, node->circles[0].at.x + node->circles[0].radius);
    bottom = std::max(bottom, node->circles[0].at.y + node->circles[0].radius);
  }
  for (const Mark* label : marks_of(drawn.picture, "label")) {
    const Text& text = label->texts[0];
    const double width = fixed_width(text.words, text.size, false);
    right = std::max(right, text.at.x + (text.anchor == Anchor::Start    ? width
                                         : text.anchor == Anchor::Middle ? width / 2
                                                                         : 0));
  }
  for (const Mark* row : marks_of(drawn.picture, "legend"))
    for (const Text& text : row->texts) legend = std::min(legend, text.at.x);
  for (const Mark* line : marks_of(drawn.picture, "caption"))
    for (const Text& text : line->texts) caption = std::min(caption, text.at.y - text.size);
  CHECK(right < legend);
  CHECK(bottom < caption);
}

TEST_CASE("Network picture: nothing to draw is a page with its caption", "[draw]") {
  const NetworkPicture drawn = draw_network({}, fixed_width);
  CHECK(marks_of(drawn.picture, "node").empty());
  CHECK(drawn.labels_left_out == 0);
}

TEST_CASE("Kinds of identifiers have shapes of their own", "[draw]") {
  CHECK(node_kind_of("msisdn") == NodeKind::Number);
  CHECK(node_kind_of("iban") == NodeKind::Account);
  CHECK(node_kind_of("imei") == NodeKind::Device);
  CHECK(node_kind_of("person") == NodeKind::Person);
  CHECK(node_kind_of("label") == NodeKind::Other);
}

}  // namespace
}  // namespace palermo::draw
