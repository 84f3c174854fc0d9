#include "draw/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "draw/colours.hpp"
#include "draw/hull.hpp"
#include "draw/labels.hpp"

namespace palermo::draw {
namespace {

constexpr double kLabelSize = 6.4;
constexpr double kLabelWidth = 112;
constexpr double kGroupSize = 9;

class Drawer {
 public:
  Drawer(const NetworkDrawing& drawing, const Ruler& ruler) : drawing_{&drawing}, ruler_{&ruler} {}

  NetworkPicture run() {
    Page page = drawing_->page;
    page.legend = detail::network_legend(*drawing_);
    // The sentence on labels is as long before they are counted as after.
    NetworkPicture out;
    Picture sketch;
    const std::uint32_t wished = count_wishes();
    say_labels(wished, wished, page);
    area_ = frame(page, *ruler_, sketch);
    place_nodes();
    Picture body;
    add_groups(body);
    add_ties(body);
    add_nodes(body);
    out.labels = add_labels(body);
    out.labels_left_out = wished - out.labels;
    page.caption.resize(drawing_->page.caption.size());
    say_labels(out.labels, wished, page);
    (void)frame(page, *ruler_, out.picture);
    out.caption = page.caption;
    out.picture.title = page.title;
    for (const std::string& line : page.lines) out.picture.summary += line + " ";
    for (const std::string& line : page.caption) out.picture.summary += line + " ";
    for (Mark& mark : body.marks) out.picture.marks.push_back(std::move(mark));
    return out;
  }

 private:
  [[nodiscard]] bool wants_label(const NetworkNode& node) const {
    if (node.label.empty()) return false;
    if (node.ego) return drawing_->labels != LabelRule::None;
    return drawing_->labels == LabelRule::All ||
           (drawing_->labels == LabelRule::Named && node.named);
  }

  [[nodiscard]] std::uint32_t count_wishes() const {
    return static_cast<std::uint32_t>(
        std::count_if(drawing_->nodes.begin(), drawing_->nodes.end(),
                      [this](const NetworkNode& node) { return wants_label(node); }));
  }

  void say_labels(std::uint32_t placed, std::uint32_t wished, Page& page) const {
    if (drawing_->nodes.empty()) return;
    if (drawing_->labels == LabelRule::None) {
      page.caption.emplace_back("No labels are drawn (--label none).");
      return;
    }
    std::string text = fmt::format("Labels: {} of {} {}nodes", placed, wished,
                                   drawing_->labels == LabelRule::Named ? "named " : "");
    if (placed < wished) text += "; the others found no free place beside their node";
    page.caption.push_back(text + ".");
  }

  void place_nodes() {
    const auto& nodes = drawing_->nodes;
    for (const NetworkNode& node : nodes) most_ = std::max(most_, node.contacts);
    Point low{1e9, 1e9}, high{-1e9, -1e9};
    for (const NetworkNode& node : nodes) {
      radii_.push_back(detail::radius_of(node.contacts, most_, nodes.size()));
      low = {std::min(low.x, node.at.x), std::min(low.y, node.at.y)};
      high = {std::max(high.x, node.at.x), std::max(high.y, node.at.y)};
    }
    constexpr double kRim = 14;
    constexpr double kMostStretch = 1.7;  // position means nothing, but a cloud is not a stripe
    const double span_x = high.x - low.x, span_y = high.y - low.y;
    double sx = span_x > 1e-9 ? (area_.width() - 2 * kRim) / span_x : 0;
    double sy = span_y > 1e-9 ? (area_.height() - 2 * kRim) / span_y : 0;
    if (sx > 0 && sy > 0) {
      sx = std::min(sx, kMostStretch * sy);
      sy = std::min(sy, kMostStretch * sx);
    }
    const Point middle{(area_.x0 + area_.x1) / 2, (area_.y0 + area_.y1) / 2};
    for (const NetworkNode& node : nodes)
      places_.push_back({middle.x + (node.at.x - low.x - span_x / 2) * sx,
                         middle.y + (node.at.y - low.y - span_y / 2) * sy});
    spread_apart(places_, radii_, nodes.size() > 300 ? 1.0 : 4.0, area_);
  }

  void add_groups(Picture& body) {
    std::map<std::size_t, std::vector<Point>> members;
    for (std::size_t v = 0; v < places_.size(); ++v)
      if (drawing_->nodes[v].group) members[*drawing_->nodes[v].group].push_back(places_[v]);
    for (const auto& [group, points] : members) {
      const Colour colour = detail::colour_of_group(group);
      Mark mark{"group", drawing_->groups[group].name, {}, {}, {}};
      std::vector<Point> hull = hull_around(points, 10);
      const Point top = *std::min_element(
          hull.begin(), hull.end(),
          [](const Point& a, const Point& b) { return a.y != b.y ? a.y < b.y : a.x < b.x; });
      mark.paths.push_back(
          {std::move(hull), true, {with_alpha(colour, 0.7), 0.8, {}, with_alpha(colour, 0.12)}});
      body.marks.push_back(std::move(mark));
      group_names_.push_back({group, {top.x, std::max(top.y - 2, area_.y0 + kGroupSize * 0.8)}});
    }
  }

  void add_ties(Picture& body) const {
    double most = 0;
    std::map<std::pair<std::uint32_t, std::uint32_t>, int> lines, drawn;
    for (const NetworkTie& tie : drawing_->ties) {
      most = std::max(most, tie.strength);
      ++lines[std::minmax(tie.a, tie.b)];
    }
    std::vector<std::size_t> order(drawing_->ties.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [this](std::size_t x, std::size_t y) {
      return drawing_->ties[x].strength < drawing_->ties[y].strength;
    });
    const double alpha = drawing_->ties.size() > 600   ? 0.35
                         : drawing_->ties.size() > 200 ? 0.5
                                                       : 0.7;
    for (const std::size_t i : order) {
      const NetworkTie& tie = drawing_->ties[i];
      const auto pair = std::minmax(tie.a, tie.b);
      // Several layers of one pair run side by side.
      const double beside = 2.6 * (drawn[pair]++ - (lines[pair] - 1) / 2.0);
      Point a = places_[pair.first], b = places_[pair.second];
      const double length = std::max(std::hypot(b.x - a.x, b.y - a.y), 1e-9);
      const Point off{-(b.y - a.y) / length * beside, (b.x - a.x) / length * beside};
      a = {a.x + off.x, a.y + off.y};
      b = {b.x + off.x, b.y + off.y};
      Mark mark{tie.assessment ? "tie assessment" : "tie", tie.title, {}, {}, {}};
      detail::add_line(a, b, tie.layer, drawing_->layers.size(),
                       detail::width_of(tie.strength, most, drawing_->ties.size()), tie.assessment,
                       alpha, mark);
      body.marks.push_back(std::move(mark));
    }
  }

  void add_nodes(Picture& body) const {
    std::vector<std::size_t> order(places_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [this](std::size_t x, std::size_t y) { return radii_[x] > radii_[y]; });
    for (const std::size_t v : order) {
      const NetworkNode& node = drawing_->nodes[v];
      Mark mark{"node", node.title, {}, {}, {}};
      if (node.ego) mark.circles.push_back({places_[v], radii_[v] + 2.6, {kInk, 1.2, {}, kPaper}});
      const Colour fill = node.group                 ? detail::colour_of_group(*node.group)
                          : drawing_->groups.empty() ? detail::colour_of(node.kind)
                                                     : kSlate;
      detail::add_shape(node.kind, places_[v], radii_[v], fill, mark);
      body.marks.push_back(std::move(mark));
    }
  }

  std::uint32_t add_labels(Picture& body) {
    std::vector<Box> taken;
    for (std::size_t v = 0; v < places_.size(); ++v)
      taken.push_back({places_[v].x - radii_[v], places_[v].y - radii_[v], places_[v].x + radii_[v],
                       places_[v].y + radii_[v]});
    for (const auto& [group, at] : group_names_) {
      Text text{at, drawing_->groups[group].name, kGroupSize, true, true, Anchor::Middle, kInk};
      const double half = (*ruler_)(text.words, kGroupSize, true) / 2;
      taken.push_back({at.x - half, at.y - kGroupSize * 0.8, at.x + half, at.y + 1});
      Mark mark{"groupname", {}, {}, {}, {}};
      mark.texts.push_back(std::move(text));
      body.marks.push_back(std::move(mark));
    }
    std::vector<std::size_t> order;
    for (std::size_t v = 0; v < places_.size(); ++v)
      if (wants_label(drawing_->nodes[v])) order.push_back(v);
    std::stable_sort(order.begin(), order.end(), [this](std::size_t x, std::size_t y) {
      const NetworkNode &a = drawing_->nodes[x], &b = drawing_->nodes[y];
      return a.ego != b.ego ? a.ego : a.contacts > b.contacts;
    });
    std::vector<LabelWish> wishes;
    std::vector<std::string> words;
    for (const std::size_t v : order) {
      const NetworkNode& node = drawing_->nodes[v];
      words.push_back(fitted(node.label, kLabelSize, node.ego, kLabelWidth, *ruler_, 60));
      wishes.push_back({places_[v], radii_[v] + (node.ego ? 3 : 0),
                        (*ruler_)(words.back(), kLabelSize, node.ego), kLabelSize});
    }
    std::vector<Line> lines;
    for (const NetworkTie& tie : drawing_->ties) lines.push_back({places_[tie.a], places_[tie.b]});
    const std::vector<LabelPlace> placed = place_labels(wishes, area_, std::move(taken), lines);
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < placed.size(); ++i) {
      if (!placed[i].placed) continue;
      Mark mark{"label", {}, {}, {}, {}};
      mark.texts.push_back({placed[i].at, std::move(words[i]), kLabelSize,
                            drawing_->nodes[order[i]].ego, true, placed[i].anchor, kInk});
      body.marks.push_back(std::move(mark));
      ++count;
    }
    return count;
  }

  const NetworkDrawing* drawing_;
  const Ruler* ruler_;
  Box area_;
  std::uint64_t most_ = 0;
  std::vector<double> radii_;
  std::vector<Point> places_;
  std::vector<std::pair<std::size_t, Point>> group_names_;
};

}  // namespace

NetworkPicture draw_network(const NetworkDrawing& drawing, const Ruler& ruler) {
  return Drawer{drawing, ruler}.run();
}

}  // namespace palermo::draw
