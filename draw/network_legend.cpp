#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "core/base/text.hpp"
#include "draw/colours.hpp"
#include "draw/network.hpp"

namespace palermo::draw::detail {
namespace {

constexpr Point kMiddle{kSampleWidth / 2, kSampleHeight / 2};

LegendRow heading(std::string words) {
  LegendRow row;
  row.words = std::move(words);
  return row;
}

/// "4,812", or "0.25".
std::string figure(double value) {
  if (value < 10 && value != static_cast<double>(static_cast<std::int64_t>(value)))
    return fmt::format("{:.2g}", value);
  return fmt::format("{:.0f}", value);
}

void add_nodes(const NetworkDrawing& drawing, std::vector<LegendRow>& rows) {
  std::set<NodeKind> kinds;
  std::uint64_t most = 0, least = std::numeric_limits<std::uint64_t>::max();
  bool ego = false;
  for (const NetworkNode& node : drawing.nodes) {
    kinds.insert(node.kind);
    most = std::max(most, node.contacts);
    if (node.contacts > 0) least = std::min(least, node.contacts);
    ego = ego || node.ego;
  }
  rows.push_back(heading("Nodes"));
  for (const NodeKind kind : kinds) {
    LegendRow row;
    add_shape(kind, kMiddle, 3.6, drawing.groups.empty() ? colour_of(kind) : kSlate, row.sample);
    row.words = name_of(kind);
    rows.push_back(std::move(row));
  }
  if (ego) {
    LegendRow row;
    row.sample.circles.push_back({kMiddle, 4.2, {kInk, 1.1, {}, kNone}});
    row.words = "ringed: where the walk begins";
    rows.push_back(std::move(row));
  }
  if (most == 0) return;
  LegendRow row;
  row.sample.circles.push_back(
      {{6, kMiddle.y}, radius_of(least, most, drawing.nodes.size()), {kInk, 0.6, {}, kNone}});
  row.sample.circles.push_back(
      {{18, kMiddle.y}, radius_of(most, most, drawing.nodes.size()), {kInk, 0.6, {}, kNone}});
  row.words = fmt::format(
      "size: nodes it is tied to in the selection, {} to {}; a count, no weight", least, most);
  rows.push_back(std::move(row));
}

void add_widths(double least, double most, std::size_t ties, std::vector<LegendRow>& rows) {
  std::set<double> strengths{least, most};
  if (most > 4 * least) strengths.insert(static_cast<double>(static_cast<std::int64_t>(most / 4)));
  for (const double strength : strengths) {
    if (!(strength > 0)) continue;
    LegendRow row;
    add_line({0, kMiddle.y}, {kSampleWidth, kMiddle.y}, 0, 1, width_of(strength, most, ties), false,
             1, row.sample);
    row.words = "strength " + figure(strength);
    rows.push_back(std::move(row));
  }
}

void add_ties(const NetworkDrawing& drawing, std::vector<LegendRow>& rows) {
  if (drawing.ties.empty()) return;
  double least = drawing.ties.front().strength, most = 0;
  bool assessments = false;
  std::set<std::size_t> layers;
  for (const NetworkTie& tie : drawing.ties) {
    least = std::min(least, tie.strength);
    most = std::max(most, tie.strength);
    assessments = assessments || tie.assessment;
    layers.insert(tie.layer);
  }
  rows.push_back(heading("Ties"));
  for (const std::size_t layer : layers) {
    LegendRow row;
    add_line({0, kMiddle.y}, {kSampleWidth, kMiddle.y}, layer, drawing.layers.size(), 1.4, false, 1,
             row.sample);
    row.words = core::printable(drawing.layers[layer], 60);
    rows.push_back(std::move(row));
  }
  for (const bool assessment : {false, true}) {
    LegendRow row;
    add_line({0, kMiddle.y}, {kSampleWidth, kMiddle.y}, 0, 1, 1.2, assessment, 1, row.sample);
    row.words = !assessment   ? "solid: a record shows it, or a fact states it"
                : assessments ? "dashed: an assessment or decision says it"
                              : "dashed: an assessment (none here)";
    rows.push_back(std::move(row));
  }
  add_widths(least, most, drawing.ties.size(), rows);
}

void add_groups(const NetworkDrawing& drawing, std::vector<LegendRow>& rows) {
  std::map<std::size_t, std::uint64_t> drawn;
  for (const NetworkNode& node : drawing.nodes)
    if (node.group) ++drawn[*node.group];
  if (drawn.empty()) return;
  rows.push_back(heading("Candidate groups, as network groups numbers them"));
  for (const auto& [group, nodes] : drawn) {
    LegendRow row;
    const Colour colour = colour_of_group(group);
    row.sample.paths.push_back(rectangle({1, 0.5, kSampleWidth - 1, kSampleHeight - 0.5},
                                         {colour, 0.8, {}, with_alpha(colour, 0.14)}));
    Text name;
    name.at = {kMiddle.x, kMiddle.y + 2.4};
    name.words = drawing.groups[group].name;
    name.size = 6.5;
    name.bold = true;
    name.anchor = Anchor::Middle;
    row.sample.texts.push_back(std::move(name));
    row.words = nodes == drawing.groups[group].members
                    ? fmt::format("{} nodes", nodes)
                    : fmt::format("{} nodes, {} drawn", drawing.groups[group].members, nodes);
    rows.push_back(std::move(row));
  }
}

}  // namespace

std::vector<LegendRow> network_legend(const NetworkDrawing& drawing) {
  std::vector<LegendRow> rows;
  if (drawing.nodes.empty()) return rows;
  add_nodes(drawing, rows);
  add_ties(drawing, rows);
  add_groups(drawing, rows);
  return rows;
}

}  // namespace palermo::draw::detail
