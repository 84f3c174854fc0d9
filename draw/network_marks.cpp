// How a node and a tie look, in the drawing and in its legend.
#include <algorithm>
#include <array>
#include <cmath>

#include "draw/colours.hpp"
#include "draw/network.hpp"

namespace palermo::draw {
namespace detail {
namespace {

constexpr double kRound = 6.283185307179586;

/// A regular polygon, its first corner upwards after `turn` of a full round.
std::vector<Point> polygon(const Point& at, double radius, int corners, double turn) {
  std::vector<Point> points;
  for (int i = 0; i < corners; ++i) {
    const double angle = kRound * (static_cast<double>(i) / corners + turn - 0.25);
    points.push_back({at.x + radius * std::cos(angle), at.y + radius * std::sin(angle)});
  }
  return points;
}

constexpr std::array kLayerColours{
    Colour{0x55, 0x55, 0x55, 1}, kVermilion, kBlue, kGreen, kPurple, kOrange, kSky};

/// The bead of a layer; the first has none.
void add_bead(const Point& at, std::size_t layer, double width, const Colour& colour, Mark& mark) {
  const double r = 1.5 + 0.4 * width;
  const Style full{kPaper, 0.4, {}, colour};
  switch (layer % 6) {
    case 0:
      return;
    case 1:
      mark.circles.push_back({at, r, full});
      return;
    case 2:
      mark.paths.push_back({polygon(at, r * 1.3, 4, 0.125), true, full});
      return;
    case 3:
      mark.paths.push_back({polygon(at, r * 1.35, 3, 0), true, full});
      return;
    case 4:
      mark.circles.push_back({at, r, {colour, 0.9, {}, kPaper}});
      return;
    default:
      mark.paths.push_back({polygon(at, r * 1.3, 4, 0.125), true, {colour, 0.9, {}, kPaper}});
  }
}

}  // namespace

double radius_of(std::uint64_t contacts, std::uint64_t most, std::size_t nodes) {
  const double scale = std::clamp(
      std::sqrt(150.0 / static_cast<double>(std::max<std::size_t>(nodes, 1))), 0.35, 1.0);
  if (most == 0) return 2.8 * scale;
  return scale *
         std::max(2.6, 7 * std::sqrt(static_cast<double>(contacts) / static_cast<double>(most)));
}

double width_of(double strength, double most, std::size_t ties) {
  const double scale =
      std::clamp(std::sqrt(300.0 / static_cast<double>(std::max<std::size_t>(ties, 1))), 0.3, 1.0);
  // A range of one to two must not look like one of one to a thousand.
  return scale *
         (0.4 + 2.0 * std::log1p(std::max(strength, 0.0)) / std::log1p(std::max(most, 30.0)));
}

Colour colour_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::Number:
      return kBlue;
    case NodeKind::Account:
      return kOrange;
    case NodeKind::Person:
      return kVermilion;
    case NodeKind::Organisation:
      return kPurple;
    case NodeKind::Device:
      return kGreen;
    case NodeKind::Other:
      return kSlate;
  }
  return kSlate;
}

Colour colour_of_group(std::size_t group) { return kSeries[group % kSeries.size()]; }

void add_shape(NodeKind kind, const Point& at, double radius, const Colour& fill, Mark& mark) {
  const Style style{kPaper, 0.7, {}, fill};
  switch (kind) {
    case NodeKind::Number:
      mark.circles.push_back({at, radius, style});
      return;
    case NodeKind::Account:
      mark.paths.push_back({polygon(at, radius * 1.25, 4, 0.125), true, style});
      return;
    case NodeKind::Person:
      mark.paths.push_back({polygon(at, radius * 1.3, 4, 0), true, style});
      return;
    case NodeKind::Organisation:
      mark.paths.push_back({polygon(at, radius * 1.15, 6, 0), true, style});
      return;
    case NodeKind::Device:
      mark.paths.push_back({polygon(at, radius * 1.35, 3, 0), true, style});
      return;
    case NodeKind::Other:
      mark.circles.push_back({at, radius * 0.9, {fill, 1.1, {}, kPaper}});
      mark.circles.push_back({at, radius * 0.35, {kNone, 0, {}, fill}});
      return;
  }
}

void add_line(const Point& from, const Point& to, std::size_t layer, std::size_t layers,
              double width, bool assessment, double alpha, Mark& mark) {
  const Colour colour = kLayerColours[layer % kLayerColours.size()];
  Style style{with_alpha(colour, alpha), width, {}, kNone};
  if (assessment) style.dash = {2.6 + width, 1.6 + width};
  mark.paths.push_back({{from, to}, false, style});
  if (layers > 1) add_bead({(from.x + to.x) / 2, (from.y + to.y) / 2}, layer, width, colour, mark);
}

}  // namespace detail

NodeKind node_kind_of(std::string_view kind) {
  const auto is_one_of = [kind](std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), kind) != words.end();
  };
  if (is_one_of({"msisdn", "short_code", "phone", "sip"})) return NodeKind::Number;
  if (is_one_of({"account", "email", "iban", "bank_account", "wallet", "crypto", "handle", "card"}))
    return NodeKind::Account;
  if (kind == "person") return NodeKind::Person;
  if (is_one_of({"organisation", "company"})) return NodeKind::Organisation;
  if (is_one_of({"imei", "imsi", "device"})) return NodeKind::Device;
  return NodeKind::Other;
}

std::string_view name_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::Number:
      return "telephone number";
    case NodeKind::Account:
      return "account, address";
    case NodeKind::Person:
      return "person";
    case NodeKind::Organisation:
      return "organisation";
    case NodeKind::Device:
      return "handset or SIM (IMEI, IMSI)";
    case NodeKind::Other:
      return "other identifier, as the source labels it";
  }
  return "";
}

}  // namespace palermo::draw
