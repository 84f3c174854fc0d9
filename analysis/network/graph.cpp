#include "analysis/network/graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace palermo::network {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  for (const char c : text) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  return value;
}

void widen(std::int64_t& first_us, std::int64_t& last_us, const Tie& tie) {
  if (tie.first_us != kNoTime && (first_us == kNoTime || tie.first_us < first_us))
    first_us = tie.first_us;
  if (tie.last_us != kNoTime && (last_us == kNoTime || tie.last_us > last_us))
    last_us = tie.last_us;
}

struct Half {
  std::uint32_t a, b, tie;
};

/// Stable, by a number below n: linear, where comparing millions of ties is not.
template <typename Key>
void sort_by(std::vector<Half>& items, std::vector<Half>& spare, std::size_t n, Key&& key) {
  std::vector<std::uint32_t> next(n + 1, 0);
  for (const Half& item : items) ++next[key(item) + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  spare.resize(items.size());
  for (const Half& item : items) spare[next[key(item)]++] = item;
  items.swap(spare);
}

/// Positions of the nodes in the order of id_less, every id read once.
std::vector<std::uint32_t> ordered(const std::vector<Node>& nodes) {
  struct Key {
    bool word;
    std::uint64_t value;
    std::uint32_t node;
  };
  std::vector<Key> keys;
  keys.reserve(nodes.size());
  for (std::uint32_t v = 0; v < nodes.size(); ++v) {
    const bool word = !is_number(nodes[v].id);
    keys.push_back({word, word ? 0 : number(nodes[v].id), v});
  }
  std::sort(keys.begin(), keys.end(), [&](const Key& x, const Key& y) {
    if (x.word != y.word) return y.word;
    if (x.value != y.value) return x.value < y.value;
    return nodes[x.node].id < nodes[y.node].id;
  });
  std::vector<std::uint32_t> order;
  order.reserve(nodes.size());
  for (const Key& key : keys) order.push_back(key.node);
  return order;
}

}  // namespace

bool id_less(std::string_view a, std::string_view b) {
  const bool number_a = is_number(a);
  const bool number_b = is_number(b);
  if (number_a != number_b) return number_a;
  if (number_a && number(a) != number(b)) return number(a) < number(b);
  return a < b;
}

core::Result<Graph> Graph::make(const TieTable& table) {
  const std::size_t n = table.nodes.size();
  constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max() / 4;
  if (n > kMost || table.ties.size() > kMost)
    return core::Error{core::ErrorCode::InvalidArgument, "the network is too large for one graph"};
  const std::vector<std::uint32_t> order = ordered(table.nodes);
  Graph graph;
  graph.kind_ = table.kind;
  graph.names_ = table.names;
  graph.nodes_.reserve(n);
  std::vector<std::uint32_t> place(n);
  for (std::uint32_t v = 0; v < n; ++v) {
    place[order[v]] = v;
    graph.nodes_.push_back(table.nodes[order[v]]);
    if (v > 0 && graph.nodes_[v].id == graph.nodes_[v - 1].id)
      return core::Error{core::ErrorCode::InvalidArgument, "two nodes of the network share one id"};
  }
  std::vector<Half> arcs, spare;
  arcs.reserve(table.ties.size());
  for (std::uint32_t t = 0; t < table.ties.size(); ++t) {
    const Tie& tie = table.ties[t];
    if (tie.a >= n || tie.b >= n)
      return core::Error{core::ErrorCode::InvalidArgument,
                         fmt::format("tie {} names a node that is not in the table", t)};
    if (!std::isfinite(tie.weight) || tie.weight <= 0)
      return core::Error{core::ErrorCode::InvalidArgument,
                         fmt::format("tie {} has a weight that is not above 0", t)};
    if (tie.a == tie.b) {
      graph.loops_dropped_ += tie.count;
      continue;
    }
    arcs.push_back({place[tie.a], place[tie.b], t});
  }
  sort_by(arcs, spare, n, [](const Half& half) { return half.b; });
  sort_by(arcs, spare, n, [](const Half& half) { return half.a; });
  // Ties of one pair are summed in an order that does not depend on the order of the table, because
  // sums of doubles do.
  for (std::size_t begin = 0; begin < arcs.size();) {
    std::size_t end = begin + 1;
    while (end < arcs.size() && arcs[end].a == arcs[begin].a && arcs[end].b == arcs[begin].b) ++end;
    if (end - begin > 1)
      std::sort(arcs.begin() + static_cast<std::ptrdiff_t>(begin),
                arcs.begin() + static_cast<std::ptrdiff_t>(end), [&](const Half& x, const Half& y) {
                  const Tie& s = table.ties[x.tie];
                  const Tie& t = table.ties[y.tie];
                  return std::tie(s.weight, s.count) < std::tie(t.weight, t.count);
                });
    begin = end;
  }
  for (const Half& half : arcs) {
    const double weight = table.ties[half.tie].weight;
    if (graph.arcs_.empty() || graph.arcs_.back().a != half.a || graph.arcs_.back().b != half.b)
      graph.arcs_.push_back({half.a, half.b, 0});
    graph.arcs_.back().weight += weight;
  }
  sort_by(arcs, spare, n, [](const Half& half) { return std::max(half.a, half.b); });
  sort_by(arcs, spare, n, [](const Half& half) { return std::min(half.a, half.b); });
  graph.edges_.reserve(arcs.size());  // at most: directions of a pair meet
  for (const Half& half : arcs) {
    const Tie& tie = table.ties[half.tie];
    const std::uint32_t a = std::min(half.a, half.b);
    const std::uint32_t b = std::max(half.a, half.b);
    if (graph.edges_.empty() || graph.edges_.back().a != a || graph.edges_.back().b != b) {
      graph.edges_.emplace_back();
      graph.edges_.back().a = a;
      graph.edges_.back().b = b;
    }
    Edge& edge = graph.edges_.back();
    edge.weight += tie.weight;
    edge.count += tie.count;
    edge.spoke = edge.spoke || tie.spoke;
    widen(edge.first_us, edge.last_us, tie);
    edge.evidence.insert(edge.evidence.end(), tie.evidence.begin(), tie.evidence.end());
  }
  for (Edge& edge : graph.edges_) {
    std::sort(edge.evidence.begin(), edge.evidence.end());
    edge.evidence.erase(std::unique(edge.evidence.begin(), edge.evidence.end()),
                        edge.evidence.end());
    if (edge.evidence.size() > kEvidenceKept) edge.evidence.resize(kEvidenceKept);
  }
  graph.index();
  return graph;
}

void Graph::index() {
  const std::size_t vertices = nodes_.size();
  offsets_.assign(vertices + 1, 0);
  for (const Edge& edge : edges_) {
    ++offsets_[edge.a + 1];
    ++offsets_[edge.b + 1];
  }
  std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
  neighbours_.resize(2 * edges_.size());
  std::vector<std::uint32_t> next(offsets_.begin(), offsets_.end() - 1);
  // Two passes keep every list sorted: first the smaller neighbours, then the larger ones.
  for (std::uint32_t e = 0; e < edges_.size(); ++e)
    neighbours_[next[edges_[e].b]++] = {edges_[e].a, e};
  for (std::uint32_t e = 0; e < edges_.size(); ++e)
    neighbours_[next[edges_[e].a]++] = {edges_[e].b, e};
}

Graph Graph::with_edges(const std::vector<bool>& keep) const {
  Graph graph;
  graph.nodes_ = nodes_;
  graph.names_ = names_;
  graph.kind_ = kind_;
  graph.loops_dropped_ = loops_dropped_;
  for (std::uint32_t e = 0; e < edges_.size(); ++e)
    if (e < keep.size() && keep[e]) graph.edges_.push_back(edges_[e]);
  for (const Arc& arc : arcs_) {
    const auto e = edge_between(arc.a, arc.b);
    if (e && *e < keep.size() && keep[*e]) graph.arcs_.push_back(arc);
  }
  graph.index();
  return graph;
}

Graph Graph::from_pairs(std::uint32_t n,
                        std::span<const std::pair<std::uint32_t, std::uint32_t>> pairs) {
  Graph graph;
  graph.nodes_.resize(n);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> sorted;
  sorted.reserve(pairs.size());
  for (const auto& [u, v] : pairs)
    if (u != v && u < n && v < n) sorted.emplace_back(std::min(u, v), std::max(u, v));
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  graph.edges_.resize(sorted.size());
  for (std::size_t e = 0; e < sorted.size(); ++e) {
    graph.edges_[e].a = sorted[e].first;
    graph.edges_[e].b = sorted[e].second;
    graph.edges_[e].weight = 1;
    graph.edges_[e].count = 1;
  }
  graph.index();
  return graph;
}

std::optional<std::uint32_t> Graph::find(std::string_view id) const {
  const auto found = std::lower_bound(
      nodes_.begin(), nodes_.end(), id,
      [](const Node& node, std::string_view wanted) { return id_less(node.id, wanted); });
  if (found == nodes_.end() || found->id != id) return std::nullopt;
  return static_cast<std::uint32_t>(found - nodes_.begin());
}

std::optional<std::uint32_t> Graph::edge_between(std::uint32_t u, std::uint32_t v) const {
  const auto list = neighbours(u);
  const auto found =
      std::lower_bound(list.begin(), list.end(), v,
                       [](const Neighbour& x, std::uint32_t wanted) { return x.vertex < wanted; });
  if (found == list.end() || found->vertex != v) return std::nullopt;
  return found->edge;
}

}  // namespace palermo::network
