#include "analysis/network/answers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/authorization/coverage.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::network {
namespace {

std::string time_or_nothing(std::int64_t us) {
  return us == kNoTime ? std::string{} : core::format_utc(us);
}

constexpr std::string_view kGraphWords =
    "undirected simple graph, both directions of a pair summed, loops dropped, isolates kept";

std::string null_method(const NullResult& null) {
  return fmt::format(
      "degree-preserving {} swaps, at least 10 a tie where the degrees allow it; the same "
      "community "
      "search inside every draw",
      null.swap == Swap::Directed ? "directed (mutual ties stay mutual)" : "undirected");
}

std::string null_caution(const Graph& graph, const NullResult& null) {
  std::string text =
      "A low p-value says that degrees and chance alone do not make such groups; it does not say "
      "that "
      "anybody agreed on anything.";
  if (graph.kind() == LayerKind::Relations)
    text +=
        " The layer holds stated relations. If they were projected from who attended what "
        "(meetings, "
        "cells, shared handsets), every event of k persons makes a clique of k, swaps of single "
        "ties "
        "tear these apart, and p is too small: the fitting null model (bipartite curveball) needs "
        "the "
        "person-event table, which the case does not hold.";
  if (null.draws > 0 && null.swaps_per_tie < 10)
    text += fmt::format(
        " The degrees leave little choice: only {:.1f} swaps a tie were possible, so the draws "
        "resemble "
        "the data and the test has little power.",
        null.swaps_per_tie);
  return text;
}

}  // namespace

v1::NetworkGroups groups_answer(const Graph& graph, const Groups& groups,
                                const GroupOptions& options, bool has_halves) {
  v1::NetworkGroups answer;
  answer.set_communities(groups.communities.count);
  answer.set_smaller_groups(groups.smaller);
  answer.set_isolates(groups.isolates);
  answer.set_community_method(
      fmt::format("Leiden on unweighted modularity, each search to convergence, best of {} (seed "
                  "{}): Q {:.4f}, "
                  "worst {:.4f}; no group crosses components",
                  groups.communities.searches, options.seed, groups.communities.modularity,
                  groups.communities.worst_modularity));
  answer.set_persons_rule(
      "lo = most members that all spoke with one another (answered calls only; two who spoke are "
      "two "
      "users); hi = members, each identifier taken for one user. Attributions, places and named "
      "persons "
      "are joined by `assess`.");
  answer.set_stability_method(
      has_halves
          ? "Jaccard overlap of the best matching communities found anew in each half of the period"
          : "not computed: no times stand behind the ties");
  std::uint32_t number = 0;
  for (const Group& group : groups.groups) {
    v1::NetworkGroups::Group& out = *answer.add_groups();
    out.set_id(fmt::format("G{}", ++number));
    for (const std::uint32_t v : group.members) out.add_members(graph.nodes()[v].id);
    out.set_size(group.ties.members);
    out.set_modularity(group.ties.modularity);
    out.set_ties_inside(group.ties.inside);
    out.set_ties_outside(
        static_cast<std::uint32_t>(group.ties.degree_sum - 2ULL * group.ties.inside));
    out.set_excess(group.ties.excess);
    if (group.z) out.set_z(*group.z);
    if (group.p_value) out.set_p_value(*group.p_value);
    out.set_replicates(groups.null_model.draws);
    out.set_first_active(time_or_nothing(group.first_us));
    out.set_last_active(time_or_nothing(group.last_us));
    out.mutable_persons()->set_lo(group.persons.lo);
    out.mutable_persons()->set_hi(group.persons.hi);
    if (group.stability) out.set_stability(*group.stability);
  }
  v1::NetworkGroups::NullModel& null = *answer.mutable_null_model();
  const NullResult& result = groups.null_model;
  null.set_method(null_method(result));
  null.set_replicates(result.draws);
  null.set_seed(static_cast<std::uint32_t>(options.seed));
  null.set_observed_modularity(groups.communities.modularity);
  null.set_null_mean(result.mean);
  null.set_null_sd(result.sd);
  if (result.z) null.set_z(*result.z);
  if (result.p_value) null.set_p_value(*result.p_value);
  null.set_swaps_per_tie(result.swaps_per_tie);
  if (result.transitivity_z) null.set_transitivity_z(*result.transitivity_z);
  null.set_transitivity_mean(result.transitivity_mean);
  null.set_correction(fmt::format(
      "single-step maxT (Westfall and Young 1993): each group's excess is compared with the best "
      "group "
      "of every draw, so the p-values hold for all {} groups together; p = (1 + k)/(N + 1)",
      groups.groups.size()));
  null.set_caution(null_caution(graph, result));
  answer.mutable_basis()->set_convention(
      fmt::format("{}; communities and null model unweighted; groups of {} and more are listed; "
                  "modularity of a "
                  "group is its share of Q; excess = -log10 of the chance (binomial) that its "
                  "degrees alone give so "
                  "many ties inside",
                  kGraphWords, options.min_size));
  return answer;
}

v1::NetworkPath path_answer(const Graph& graph, const std::optional<Path>& path, Length length,
                            std::span<const Path> others) {
  v1::NetworkPath answer;
  answer.mutable_basis()->set_convention(
      fmt::format("{}; {}; of equally short paths the one through the smallest ids", kGraphWords,
                  length == Length::Hops
                      ? "fewest hops"
                      : "smallest sum of 1/strength (a call count is a strength, not a distance)"));
  answer.set_connected(path.has_value());
  if (!path) return answer;
  answer.set_cost(path->cost);
  answer.set_hops(static_cast<std::uint32_t>(path->edges.size()));
  const auto describe = [&](const Path& along, std::size_t i, v1::NetworkPath::Step& step) {
    const Node& node = graph.nodes()[along.vertices[i]];
    step.set_id(node.id);
    step.set_label(node.label);
    if (i >= along.edges.size()) return;
    const Edge& edge = graph.edges()[along.edges[i]];
    step.set_weight(edge.weight);
    step.set_records(edge.count);
    for (const EvidenceRef& ref : edge.evidence) step.add_evidence(graph.name_of(ref));
    step.set_first(time_or_nothing(edge.first_us));
    step.set_last(time_or_nothing(edge.last_us));
  };
  for (std::size_t i = 0; i < path->vertices.size(); ++i) describe(*path, i, *answer.add_path());
  for (const Path& other : others) {
    v1::NetworkPath::Route& route = *answer.add_others();
    route.set_cost(other.cost);
    route.set_hops(static_cast<std::uint32_t>(other.edges.size()));
    for (std::size_t i = 0; i < other.vertices.size(); ++i) describe(other, i, *route.add_path());
  }
  return answer;
}

v1::NetworkEgo ego_answer(const Graph& graph, const EgoNetwork& ego, std::uint32_t hops) {
  v1::NetworkEgo answer;
  answer.set_hops(hops);
  if (!ego.vertices.empty()) answer.set_ego(graph.nodes()[ego.vertices.front()].id);
  for (std::size_t i = 0; i < ego.vertices.size(); ++i) {
    v1::NetworkEgo::Node& node = *answer.add_nodes();
    node.set_id(graph.nodes()[ego.vertices[i]].id);
    node.set_label(graph.nodes()[ego.vertices[i]].label);
    node.set_hop(ego.hops[i]);
  }
  for (const std::uint32_t e : ego.edges) {
    const Edge& edge = graph.edges()[e];
    v1::NetworkEgo::Edge& out = *answer.add_edges();
    out.set_a(graph.nodes()[edge.a].id);
    out.set_b(graph.nodes()[edge.b].id);
    out.set_weight(edge.weight);
    for (const EvidenceRef& ref : edge.evidence) out.add_evidence(graph.name_of(ref));
  }
  answer.mutable_basis()->set_convention(fmt::format(
      "{}; hops counted from the ego; ties among the outermost nodes are not shown", kGraphWords));
  return answer;
}

core::Result<std::uint32_t> find_node(const Graph& graph, std::string_view named) {
  if (const auto exact = graph.find(named)) return *exact;
  std::vector<std::uint32_t> found;
  for (std::uint32_t v = 0; v < graph.n(); ++v) {
    const Node& node = graph.nodes()[v];
    const bool by_kind = named.size() == node.kind.size() + 1 + node.label.size() &&
                         named.starts_with(node.kind) && named[node.kind.size()] == ':' &&
                         named.ends_with(node.label);
    if (by_kind || node.label == named ||
        (node.kind == "msisdn" && authorization::comparable(node.kind, node.label) ==
                                      authorization::comparable(node.kind, named)))
      found.push_back(v);
  }
  if (found.size() == 1) return found.front();
  std::string list;
  if (found.size() > 1) {
    for (const std::uint32_t v : found)
      list += (list.empty() ? "" : ", ") + core::printable(graph.nodes()[v].id, 60);
    return core::Error{
        core::ErrorCode::Usage,
        fmt::format("\"{}\" names {} identifiers", core::printable(named, 60), found.size()),
        std::nullopt, "name one of them: " + list};
  }
  for (const std::string& id : similar_ids(graph, named))
    list += (list.empty() ? "" : ", ") + core::printable(id, 60);
  return core::Error{
      core::ErrorCode::NotFound,
      fmt::format("no identifier \"{}\" is tied to anybody here", core::printable(named, 60)),
      std::nullopt,
      list.empty()
          ? "`palermo network metrics` lists the identifiers; numbers are written as E.164, "
            "e.g. +447700900001"
          : "did you mean " + list + "?"};
}

std::vector<std::string> similar_ids(const Graph& graph, std::string_view wanted,
                                     std::size_t most) {
  const auto folded = [](std::string_view text) {
    std::string result;
    for (const char c : text) {
      if (c >= 'A' && c <= 'Z') {
        result += static_cast<char>(c - 'A' + 'a');
      } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0) {
        result += c;
      }
    }
    return result;
  };
  constexpr std::size_t kLongest = 64;
  const std::string key = folded(wanted.substr(0, kLongest));
  if (key.empty()) return {};
  std::vector<std::pair<std::size_t, std::uint32_t>> found;  // (distance, vertex)
  std::vector<std::size_t> row;
  for (std::uint32_t v = 0; v < graph.n(); ++v) {
    const std::string other = folded(std::string_view{graph.nodes()[v].id}.substr(0, kLongest));
    if (other.empty()) continue;
    std::size_t distance = 0;
    if (other != key) {
      const bool part = key.size() >= 3 && other.size() >= 3 &&
                        (other.ends_with(key) || key.ends_with(other) || other.starts_with(key));
      if (part) {
        distance = 1;
      } else {
        // Edit distance with one row.
        row.resize(other.size() + 1);
        for (std::size_t j = 0; j <= other.size(); ++j) row[j] = j;
        for (std::size_t i = 1; i <= key.size(); ++i) {
          std::size_t diagonal = row[0];
          row[0] = i;
          for (std::size_t j = 1; j <= other.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min(
                {above + 1, row[j - 1] + 1, diagonal + (key[i - 1] == other[j - 1] ? 0 : 1)});
            diagonal = above;
          }
        }
        distance = 1 + row.back();
        if (row.back() > 1 + key.size() / 4 || row.back() >= key.size()) continue;
      }
    }
    found.emplace_back(distance, v);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> result;
  for (std::size_t i = 0; i < std::min(most, found.size()); ++i)
    result.push_back(graph.nodes()[found[i].second].id);
  return result;
}

}  // namespace palermo::network
