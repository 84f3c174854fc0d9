// A network as a picture: nodes, ties, groups, and a legend that says how each looks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "draw/page.hpp"
#include "draw/picture.hpp"

namespace palermo::draw {

/// Shape and colour of a node; each shape is its own without colour.
enum class NodeKind { Number, Account, Person, Organisation, Device, Other };

/// Of an identifier's kind as the case names it (msisdn, account, imei, person …).
[[nodiscard]] NodeKind node_kind_of(std::string_view kind);
[[nodiscard]] std::string_view name_of(NodeKind kind);

enum class LabelRule { All, Named, None };

struct NetworkNode {
  std::string label;  // hostile text
  std::string title;  // what a pointer shows
  NodeKind kind = NodeKind::Other;
  Point at;                          // 0 .. 1
  std::uint64_t contacts = 0;        // in the whole selection, drawn or not
  std::optional<std::size_t> group;  // index into NetworkDrawing::groups
  bool named = false;                // a person, or a label somebody gave: LabelRule::Named
  bool ego = false;
};

struct NetworkTie {
  std::uint32_t a = 0, b = 0;  // indexes into NetworkDrawing::nodes
  std::size_t layer = 0;       // index into NetworkDrawing::layers
  double strength = 1;         // above 0
  bool assessment = false;     // dashed
  std::string title;
};

struct NetworkGroup {
  std::string name;           // as `network groups` numbers it: "G1"
  std::uint64_t members = 0;  // drawn or not
};

struct NetworkDrawing {
  std::vector<NetworkNode> nodes;
  std::vector<NetworkTie> ties;
  std::vector<std::string> layers;  // hostile text
  std::vector<NetworkGroup> groups;
  LabelRule labels = LabelRule::All;
  Page page;  // without legend; what is said of labels is added to the caption
};

struct NetworkPicture {
  Picture picture;
  std::uint32_t labels = 0;           // placed
  std::uint32_t labels_left_out = 0;  // that the rule asks for and that found no room
  std::vector<std::string> caption;   // as it stands in the picture
};

/// Marks "tie", "node", "label", "group", "legend" and the page's own. Ties lie under nodes, the
/// strongest on top; the width of a tie goes with the logarithm of its strength, the area of a node
/// with its contacts.
/// @cost n^2 for places and labels
[[nodiscard]] NetworkPicture draw_network(const NetworkDrawing& drawing, const Ruler& ruler);

namespace detail {
/// Points; the area goes with the contacts. Where many nodes are drawn all are smaller.
[[nodiscard]] double radius_of(std::uint64_t contacts, std::uint64_t most, std::size_t nodes);
/// Points; with the logarithm of the strength. Where many ties are drawn all are thinner.
[[nodiscard]] double width_of(double strength, double most, std::size_t ties);
/// The shape of a node around a point, filled.
void add_shape(NodeKind kind, const Point& at, double radius, const Colour& fill, Mark& mark);
/// The line of a layer, with the bead in its middle where there are several layers.
void add_line(const Point& from, const Point& to, std::size_t layer, std::size_t layers,
              double width, bool assessment, double alpha, Mark& mark);
[[nodiscard]] Colour colour_of(NodeKind kind);
[[nodiscard]] Colour colour_of_group(std::size_t group);
[[nodiscard]] std::vector<LegendRow> network_legend(const NetworkDrawing& drawing);
}  // namespace detail

}  // namespace palermo::draw
