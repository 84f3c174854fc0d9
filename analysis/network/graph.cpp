#include "analysis/network/graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/parallel.hpp"

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

constexpr std::uint32_t kNoVertex = std::numeric_limits<std::uint32_t>::max();

void add(Edge& edge, const Tie& tie) {
  edge.weight += tie.weight;
  edge.count += tie.count;
  edge.spoke = edge.spoke || tie.spoke;
  widen(edge.first_us, edge.last_us, tie);
  edge.evidence.merge(tie.evidence);
}

/// Positions of the nodes in the order of id_less, every id read once.
std::vector<std::uint32_t> ordered(const std::vector<Node>& nodes) {
  std::vector<std::uint32_t> order(nodes.size());
  std::iota(order.begin(), order.end(), 0U);
  // The loader gives them in order; a drawing or a subset may not.
  if (std::is_sorted(nodes.begin(), nodes.end(),
                     [](const Node& x, const Node& y) { return id_less(x.id, y.id); }))
    return order;
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
  for (std::size_t i = 0; i < keys.size(); ++i) order[i] = keys[i].node;
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

core::Status Graph::place_nodes(const TieTable& table, std::vector<std::uint32_t>& place) {
  const std::size_t n = table.nodes.size();
  const std::vector<std::uint32_t> order = ordered(table.nodes);
  place.resize(n);
  nodes_.resize(n);
  constexpr std::size_t kAtOnce = 4'096;
  core::in_parallel((n + kAtOnce - 1) / kAtOnce, core::cores(), [&](std::size_t part) {
    for (std::size_t v = part * kAtOnce; v < std::min(n, (part + 1) * kAtOnce); ++v) {
      place[order[v]] = static_cast<std::uint32_t>(v);
      nodes_[v] = table.nodes[order[v]];
    }
  });
  for (std::size_t v = 1; v < n; ++v)
    if (nodes_[v].id == nodes_[v - 1].id)
      return core::Error{core::ErrorCode::InvalidArgument, "two nodes of the network share one id"};
  return core::ok();
}

core::Result<Graph> Graph::make(const TieTable& table) {
  constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max() / 4;
  const std::size_t n = table.nodes.size();
  if (n > kMost || table.ties.size() > kMost)
    return core::Error{core::ErrorCode::InvalidArgument, "the network is too large for one graph"};
  Graph graph;
  graph.kind_ = table.kind;
  graph.names_ = table.names;
  std::vector<std::uint32_t> place;
  PALERMO_CHECK_OK(graph.place_nodes(table, place));
  std::vector<Half> halves;
  halves.reserve(table.ties.size());
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
    halves.push_back({place[tie.a], place[tie.b], t});
  }
  graph.sort_halves(table, halves);
  graph.join(table, halves);
  graph.index();
  return graph;
}

/// By pair: linear, where comparing millions of ties is not. Ties of one pair stand in an order
/// that does not depend on the order of the table, because their weights are summed in it and sums
/// of doubles depend on it.
void Graph::sort_halves(const TieTable& table, std::vector<Half>& halves) const {
  const auto less = [&](const Half& x, const Half& y) {
    if (x.a != y.a) return x.a < y.a;
    if (x.b != y.b) return x.b < y.b;
    const Tie& s = table.ties[x.tie];
    const Tie& t = table.ties[y.tie];
    return std::tie(s.weight, s.count) < std::tie(t.weight, t.count);
  };
  if (std::is_sorted(halves.begin(), halves.end(), less)) return;
  std::vector<Half> spare(halves.size());
  const auto sort_by = [&](std::uint32_t Half::*end) {
    std::vector<std::uint32_t> next(nodes_.size() + 1, 0);
    for (const Half& half : halves) ++next[half.*end + 1];
    std::partial_sum(next.begin(), next.end(), next.begin());
    for (const Half& half : halves) spare[next[half.*end]++] = half;
    halves.swap(spare);
  };
  sort_by(&Half::b);
  sort_by(&Half::a);
  for (auto begin = halves.begin(); begin != halves.end();) {
    auto end = begin + 1;
    while (end != halves.end() && end->a == begin->a && end->b == begin->b) ++end;
    if (end - begin > 1) std::sort(begin, end, less);
    begin = end;
  }
}

/// Arcs and edges of sorted halves. The edges of vertex v are its halves to larger vertices, merged
/// with those that come from larger ones, which a counting sort brings into the same order.
void Graph::join(const TieTable& table, const std::vector<Half>& halves) {
  const std::size_t n = nodes_.size();
  std::vector<std::uint32_t> out(n + 1, 0), in(n + 1, 0);
  for (const Half& half : halves) {
    ++out[half.a + 1];
    if (half.b < half.a) ++in[half.b + 1];
  }
  std::partial_sum(out.begin(), out.end(), out.begin());
  std::partial_sum(in.begin(), in.end(), in.begin());
  std::vector<std::uint32_t> coming(in.back());  // positions in halves
  {
    std::vector<std::uint32_t> next(in.begin(), in.end() - 1);
    for (std::uint32_t h = 0; h < halves.size(); ++h)
      if (halves[h].b < halves[h].a) coming[next[halves[h].b]++] = h;
  }
  // Ranges of vertices with about as many halves each.
  const std::size_t parts =
      std::max<std::size_t>(1, std::min<std::size_t>(n, halves.size() / 8'192));
  std::vector<std::uint32_t> begins{0};
  for (std::size_t part = 1; part < parts; ++part)
    begins.push_back(static_cast<std::uint32_t>(
        std::lower_bound(out.begin(), out.end() - 1, halves.size() * part / parts) - out.begin()));
  begins.push_back(static_cast<std::uint32_t>(n));
  // Counted first, then written where they stay: there may be millions of both.
  const auto walk = [&](std::size_t part, const auto& arc, const auto& edge) {
    for (std::uint32_t v = begins[part]; v < begins[part + 1]; ++v) {
      std::uint32_t forth = out[v], back = in[v];
      for (std::uint32_t h = out[v]; h < out[v + 1]; ++h) {
        arc(halves[h], h == out[v] || halves[h - 1].b != halves[h].b);
        if (halves[h].b < v) forth = h + 1;
      }
      while (forth < out[v + 1] || back < in[v + 1]) {
        const std::uint32_t to = forth < out[v + 1] ? halves[forth].b : kNoVertex;
        const std::uint32_t from = back < in[v + 1] ? halves[coming[back]].a : kNoVertex;
        const std::uint32_t other = std::min(to, from);
        bool fresh = true;
        for (; forth < out[v + 1] && halves[forth].b == other; ++forth, fresh = false)
          edge(v, other, halves[forth], fresh);
        for (; back < in[v + 1] && halves[coming[back]].a == other; ++back, fresh = false)
          edge(v, other, halves[coming[back]], fresh);
      }
    }
  };
  std::vector<std::size_t> first_edge(parts + 1, 0), first_arc(parts + 1, 0);
  core::in_parallel(parts, core::cores(), [&](std::size_t part) {
    std::size_t edges = 0, arcs = 0;
    walk(
        part, [&](const Half&, bool fresh) { arcs += fresh ? 1 : 0; },
        [&](std::uint32_t, std::uint32_t, const Half&, bool fresh) { edges += fresh ? 1 : 0; });
    first_edge[part + 1] = edges;
    first_arc[part + 1] = arcs;
  });
  std::partial_sum(first_edge.begin(), first_edge.end(), first_edge.begin());
  std::partial_sum(first_arc.begin(), first_arc.end(), first_arc.begin());
  edges_.resize(first_edge.back());
  arcs_.resize(first_arc.back());
  core::in_parallel(parts, core::cores(), [&](std::size_t part) {
    std::size_t edge_at = first_edge[part], arc_at = first_arc[part];
    walk(
        part,
        [&](const Half& half, bool fresh) {
          if (fresh) arcs_[arc_at++] = {half.a, half.b, 0};
          arcs_[arc_at - 1].weight += table.ties[half.tie].weight;
        },
        [&](std::uint32_t v, std::uint32_t other, const Half& half, bool fresh) {
          if (fresh) {
            edges_[edge_at].a = v;
            edges_[edge_at++].b = other;
          }
          add(edges_[edge_at - 1], table.ties[half.tie]);
        });
  });
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
