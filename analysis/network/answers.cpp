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

}  // namespace

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
