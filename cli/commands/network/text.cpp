#include "cli/commands/network/text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string number(double value) {
  if (std::abs(value) < 1e15 && value == std::floor(value)) return fmt::format("{:.0f}", value);
  return fmt::format("{:.2f}", value);
}

std::string four(double value) { return fmt::format("{:.4f}", value); }

/// Prose below a table; every line after the first is indented.
}  // namespace

std::string basis_text(const v1::Basis& basis) {
  std::string selection = "layer " + core::printable(basis.layer(), 60);
  if (!basis.from().empty()) selection += ", from " + basis.from();
  if (!basis.to().empty()) selection += ", to " + basis.to();
  std::string text =
      "\n" + wrapped(fmt::format("Computed on: {} ({}).", basis.text(), selection), 2);
  for (const std::string& notice : basis.notices()) text += wrapped("Note: " + notice + ".", 2);
  text += wrapped("Convention: " + basis.convention() + ".", 2);
  text += "A lead for an analyst, not proof: contact is not concert.\n";
  return text;
}

std::string summary_text(const v1::NetworkSummary& answer, bool persons) {
  const auto or_dash = [](bool has, double value) {
    return has ? four(value) : std::string{"undefined"};
  };
  Rows rows{{"measure", "value"}};
  rows.push_back({persons ? "nodes (persons, and identifiers of nobody known)"
                          : "nodes (identifiers, not persons)",
                  std::to_string(answer.nodes())});
  rows.push_back({"edges (pairs with at least one tie)", std::to_string(answer.edges())});
  rows.push_back({"directed pairs", std::to_string(answer.arcs())});
  rows.push_back({"sum of tie weights", number(answer.total_weight())});
  rows.push_back({"loops dropped", std::to_string(answer.loops_dropped())});
  rows.push_back({"density", four(answer.density())});
  std::string sizes;
  for (int i = 0; i < answer.component_sizes_size() && i < 6; ++i)
    sizes += (i > 0 ? ", " : "") + std::to_string(answer.component_sizes(i));
  if (answer.component_sizes_size() > 6) sizes += ", …";
  rows.push_back({"components", std::to_string(answer.components())});
  rows.push_back({"component sizes", sizes});
  rows.push_back({"largest component", std::to_string(answer.largest_component())});
  rows.push_back({"isolates", std::to_string(answer.isolates())});
  rows.push_back({answer.paths_exact() ? "diameter (largest component)"
                                       : "diameter (largest component), at least",
                  std::to_string(answer.diameter())});
  rows.push_back({"mean path length (largest component)",
                  or_dash(answer.has_average_path_length(), answer.average_path_length())});
  rows.push_back({"mean path length (all connected pairs)",
                  or_dash(answer.has_average_path_length_all(), answer.average_path_length_all())});
  rows.push_back({"efficiency", or_dash(answer.has_efficiency(), answer.efficiency())});
  rows.push_back({"transitivity", or_dash(answer.has_transitivity(), answer.transitivity())});
  rows.push_back({"mean local clustering", or_dash(answer.has_clustering(), answer.clustering())});
  rows.push_back({"reciprocity", or_dash(answer.has_reciprocity(), answer.reciprocity())});
  rows.push_back(
      {"degree assortativity", or_dash(answer.has_assortativity(), answer.assortativity())});
  rows.push_back({"largest k-core", std::to_string(answer.max_coreness())});
  rows.push_back({"articulation points", std::to_string(answer.articulation_points())});
  rows.push_back({"bridges", std::to_string(answer.bridges())});
  std::string text = core::table(rows);
  if (answer.layers_size() > 0)
    text += "\nLayers of the case (records): " + joined(answer.layers(), 12) + "\n";
  return text + basis_text(answer.basis());
}

std::string metrics_text(const v1::NetworkMetrics& answer) {
  if (answer.nodes().empty())
    return "Nobody to rank: no record ties two identifiers here.\n" + basis_text(answer.basis());
  Rows rows{{"rank", "node", "degree", "in", "out", "strength", "betweenness", "close", "eigen",
             "pagerank", "constraint", "core", "grp", "cut", "baseline", "keeps rank"}};
  for (const auto& node : answer.nodes())
    rows.push_back(
        {std::to_string(node.rank()), node.id(), std::to_string(node.degree()),
         std::to_string(node.in_degree()), std::to_string(node.out_degree()),
         number(node.strength()), fmt::format("{:.2f}", node.betweenness()),
         node.has_closeness() ? fmt::format("{:.3f}", node.closeness()) : "-",
         fmt::format("{:.3f}", node.eigenvector()), fmt::format("{:.4f}", node.pagerank()),
         node.has_constraint() ? fmt::format("{:.3f}", node.constraint()) : "-",
         std::to_string(node.coreness()), std::to_string(node.community()),
         node.articulation() ? "yes" : "", std::to_string(node.baseline_rank()),
         node.has_rank_stability() ? fmt::format("{:.2f}", node.rank_stability()) : "-"});
  std::string text = core::table(rows);
  if (static_cast<std::uint32_t>(answer.nodes_size()) < answer.total_nodes())
    text += fmt::format("{} of {} nodes shown (--top K for more).\n", answer.nodes_size(),
                        answer.total_nodes());
  text +=
      "\n" + wrapped(fmt::format("Ranked by {}; baseline = rank by strength (sum of tie weights) "
                                 "alone. keeps rank: {}.",
                                 answer.sort(), answer.stability_method()),
                     2);
  if (answer.nodes_size() > 0 && answer.nodes(0).has_rank_stability())
    text += fmt::format("The first stays first in {:.0f} % of the draws.\n",
                        answer.first_stays_first() * 100);
  text += wrapped("grp: " + answer.community_method() + ".", 2);
  return text + basis_text(answer.basis());
}

std::string path_text(const v1::NetworkPath& answer, const std::string& from,
                      const std::string& to) {
  if (!answer.connected())
    return fmt::format("No chain of ties leads from {} to {}.\n", core::printable(from, 60),
                       core::printable(to, 60)) +
           basis_text(answer.basis());
  const auto table = [](const auto& steps, std::uint32_t hops, double cost) {
    Rows rows{
        {"hop", "node", "weight to next", "records", "first", "last", "evidence (first few)"}};
    for (int i = 0; i < steps.size(); ++i) {
      const auto& step = steps[i];
      const bool last = i + 1 == steps.size();
      rows.push_back({std::to_string(i), step.id(), last ? "" : number(step.weight()),
                      last ? "" : std::to_string(step.records()), step.first().substr(0, 10),
                      step.last().substr(0, 10), joined(step.evidence(), 5)});
    }
    return core::table(rows) + fmt::format("{} hops, cost {}.\n", hops, number(cost));
  };
  std::string text = table(answer.path(), answer.hops(), answer.cost());
  for (const auto& route : answer.others())
    text += "\n" + table(route.path(), route.hops(), route.cost());
  if (answer.others_size() > 0 && answer.all_shown()) text += "There are no other chains.\n";
  return text + basis_text(answer.basis());
}

std::string ego_text(const v1::NetworkEgo& answer) {
  constexpr int kMost = 200;
  Rows rows{{"hop", "node"}};
  for (int i = 0; i < answer.nodes_size() && i < kMost; ++i)
    rows.push_back({std::to_string(answer.nodes(i).hop()), answer.nodes(i).id()});
  std::string text = core::table(rows);
  if (answer.nodes_size() > kMost)
    text += fmt::format("… and {} more (--json lists all).\n", answer.nodes_size() - kMost);
  Rows ties{{"a", "b", "weight", "evidence (first few)"}};
  for (int i = 0; i < answer.edges_size() && i < kMost; ++i)
    ties.push_back({answer.edges(i).a(), answer.edges(i).b(), number(answer.edges(i).weight()),
                    joined(answer.edges(i).evidence(), 5)});
  if (answer.edges_size() > 0) text += "\n" + core::table(ties);
  if (answer.edges_size() > kMost)
    text += fmt::format("… and {} more (--json lists all).\n", answer.edges_size() - kMost);
  text += fmt::format("\n{} identifiers within {} hops of {}; ", answer.nodes_size(), answer.hops(),
                      core::printable(answer.ego(), 60));
  text += answer.hops_unlimited()
              ? "open material alone, no hop limit.\n"
              : fmt::format("{} hops allowed from here.\n", answer.hops_allowed());
  return text + basis_text(answer.basis());
}

std::string wrapped(const std::string& text, std::size_t indent) {
  return core::wrapped(text, 98, indent) + "\n";
}

std::string examined_text(std::uint32_t examined, std::uint32_t nodes,
                          const std::string& restricted) {
  return wrapped(
      restricted.empty()
          ? fmt::format("Examined: {} of {} nodes, all that have a tie.", examined, nodes)
          : fmt::format("Examined: {}; the rest is too large for this method.", restricted),
      2);
}

std::string joined(const google::protobuf::RepeatedPtrField<std::string>& words, int most) {
  std::string text;
  for (int i = 0; i < words.size() && i < most; ++i)
    text += (i > 0 ? ", " : "") + core::printable(words[i], 40);
  if (words.size() > most) text += fmt::format(" and {} more", words.size() - most);
  return text;
}

}  // namespace palermo::cli
