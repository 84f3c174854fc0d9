#include "analysis/network/graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

#include "core/base/large_memory.hpp"
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

/// A tie from a larger vertex.
struct Coming {
  std::uint32_t from;
  std::uint32_t tie;
};

void add(Edge& edge, const Tie& tie) {
  edge.weight += tie.weight;
  edge.count += tie.count;
  edge.spoke = edge.spoke || tie.spoke;
  widen(edge.first_us, edge.last_us, tie);
  edge.evidence.merge(tie.evidence);
}

/// Items that one thread takes at once: fewer are not worth a thread.
constexpr std::size_t kAtOnce = 65'536;

/// The same for halves that become arcs and edges, each of which is a hundred times the work.
constexpr std::size_t kJoinedAtOnce = 8'192;

/// Calls work(part, begin, end) for all parts of `size` items, on all cores.
template <typename Work>
void in_parts(std::size_t size, const Work& work) {
  core::in_parallel((size + kAtOnce - 1) / kAtOnce, core::cores(), [&](std::size_t part) {
    work(part, part * kAtOnce, std::min(size, (part + 1) * kAtOnce));
  });
}

/// Whether every id stands before the next: the loader gives them so, a drawing or a subset may
/// not.
bool in_order(const std::vector<Node>& nodes) {
  std::atomic<bool> yes{true};
  in_parts(nodes.size(), [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t v = std::max<std::size_t>(begin, 1); v < end; ++v)
      if (!id_less(nodes[v - 1].id, nodes[v].id)) {
        yes = false;
        return;
      }
  });
  return yes;
}

/// Positions of the nodes in the order of id_less, every id read once.
std::vector<std::uint32_t> ordered(const std::vector<Node>& nodes) {
  std::vector<std::uint32_t> order(nodes.size());
  std::iota(order.begin(), order.end(), 0U);
  if (in_order(nodes)) return order;
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

core::Status check(const Tie& tie, std::size_t t, std::size_t n) {
  if (tie.a >= n || tie.b >= n)
    return core::Error{core::ErrorCode::InvalidArgument,
                       fmt::format("tie {} names a node that is not in the table", t)};
  if (!std::isfinite(tie.weight) || tie.weight <= 0)
    return core::Error{core::ErrorCode::InvalidArgument,
                       fmt::format("tie {} has a weight that is not above 0", t)};
  return core::ok();
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
  core::reserve_large(nodes_, n, core::cores());
  nodes_.resize(n);
  std::atomic<bool> twice{false};
  in_parts(n, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t v = begin; v < end; ++v) {
      place[order[v]] = static_cast<std::uint32_t>(v);
      nodes_[v] = table.nodes[order[v]];
      if (v > 0 && table.nodes[order[v - 1]].id == nodes_[v].id) twice = true;
    }
  });
  if (twice)
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
  core::reserve_large(halves, table.ties.size(), core::cores());
  halves.resize(table.ties.size());
  const std::size_t parts = (halves.size() + kAtOnce - 1) / kAtOnce;
  std::vector<std::size_t> kept(parts, 0);
  std::vector<std::uint64_t> loops(parts, 0);
  std::vector<core::Status> checked(parts, core::ok());
  in_parts(halves.size(), [&](std::size_t part, std::size_t begin, std::size_t end) {
    std::size_t at = begin;
    for (std::size_t t = begin; t < end; ++t) {
      const Tie& tie = table.ties[t];
      checked[part] = check(tie, t, n);
      if (!checked[part]) return;
      if (tie.a == tie.b) {
        loops[part] += tie.count;
      } else {
        halves[at++] = {place[tie.a], place[tie.b], static_cast<std::uint32_t>(t)};
      }
    }
    kept[part] = at - begin;
  });
  std::size_t end = 0;
  for (std::size_t part = 0; part < parts; ++part) {
    PALERMO_CHECK_OK(checked[part]);
    const auto from = halves.begin() + static_cast<std::ptrdiff_t>(part * kAtOnce);
    if (end != part * kAtOnce)
      std::copy(from, from + static_cast<std::ptrdiff_t>(kept[part]),
                halves.begin() + static_cast<std::ptrdiff_t>(end));
    end += kept[part];
    graph.loops_dropped_ += loops[part];
  }
  halves.resize(end);
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
  core::LargeBuffer<Coming> coming{in.back()};
  {
    std::vector<std::uint32_t> next(in.begin(), in.end() - 1);
    for (const Half& half : halves)
      if (half.b < half.a) coming[next[half.b]++] = {half.a, half.tie};
  }
  // Ranges of vertices with about as many halves each.
  const std::size_t parts =
      std::max<std::size_t>(1, std::min<std::size_t>(n, halves.size() / kJoinedAtOnce));
  std::vector<std::uint32_t> begins{0};
  for (std::size_t part = 1; part < parts; ++part)
    begins.push_back(static_cast<std::uint32_t>(
        std::lower_bound(out.begin(), out.end() - 1, halves.size() * part / parts) - out.begin()));
  begins.push_back(static_cast<std::uint32_t>(n));
  // Counted first, then written where they stay: there may be millions of both.
  const auto walk = [&](std::size_t part, const auto& enter, const auto& arc, const auto& edge) {
    for (std::uint32_t v = begins[part]; v < begins[part + 1]; ++v) {
      enter(v);
      std::uint32_t forth = out[v], back = in[v];
      for (std::uint32_t h = out[v]; h < out[v + 1]; ++h) {
        arc(halves[h], h == out[v] || halves[h - 1].b != halves[h].b);
        if (halves[h].b < v) forth = h + 1;
      }
      while (forth < out[v + 1] || back < in[v + 1]) {
        const std::uint32_t to = forth < out[v + 1] ? halves[forth].b : kNoVertex;
        const std::uint32_t from = back < in[v + 1] ? coming[back].from : kNoVertex;
        const std::uint32_t other = std::min(to, from);
        bool fresh = true;
        for (; forth < out[v + 1] && halves[forth].b == other; ++forth, fresh = false)
          edge(v, other, halves[forth].tie, fresh);
        for (; back < in[v + 1] && coming[back].from == other; ++back, fresh = false)
          edge(v, other, coming[back].tie, fresh);
      }
    }
  };
  std::vector<std::size_t> first_edge(parts + 1, 0), first_arc(parts + 1, 0);
  core::in_parallel(parts, core::cores(), [&](std::size_t part) {
    std::size_t edges = 0, arcs = 0;
    walk(
        part, [](std::uint32_t) {}, [&](const Half&, bool fresh) { arcs += fresh ? 1 : 0; },
        [&](std::uint32_t, std::uint32_t, std::uint32_t, bool fresh) { edges += fresh ? 1 : 0; });
    first_edge[part + 1] = edges;
    first_arc[part + 1] = arcs;
  });
  std::partial_sum(first_edge.begin(), first_edge.end(), first_edge.begin());
  std::partial_sum(first_arc.begin(), first_arc.end(), first_arc.begin());
  core::reserve_large(edges_, first_edge.back(), core::cores());
  core::reserve_large(arcs_, first_arc.back(), core::cores());
  edges_.resize(first_edge.back());
  arcs_.resize(first_arc.back());
  core::in_parallel(parts, core::cores(), [&](std::size_t part) {
    std::size_t edge_at = first_edge[part], arc_at = first_arc[part];
    // Ties that come from larger vertices lie anywhere, and in a table without order all do, so
    // they are sent for some steps ahead.
    constexpr std::uint32_t kAhead = 16;
    const auto send_for = [&](std::uint32_t t) {
      const auto* const tie = reinterpret_cast<const char*>(&table.ties[t]);
      __builtin_prefetch(tie);
      __builtin_prefetch(tie + sizeof(Tie) - 1);
    };
    std::uint32_t sent_in = in[begins[part]], sent_out = out[begins[part]];
    const std::uint32_t last_in = in[begins[part + 1]], last_out = out[begins[part + 1]];
    walk(
        part,
        [&](std::uint32_t v) {
          for (; sent_in < std::min(last_in, in[v + 1] + kAhead); ++sent_in)
            send_for(coming[sent_in].tie);
          for (; sent_out < std::min(last_out, out[v + 1] + kAhead); ++sent_out)
            send_for(halves[sent_out].tie);
        },
        [&](const Half& half, bool fresh) {
          if (fresh) arcs_[arc_at++] = {half.a, half.b, 0};
          arcs_[arc_at - 1].weight += table.ties[half.tie].weight;
        },
        [&](std::uint32_t v, std::uint32_t other, std::uint32_t tie, bool fresh) {
          if (fresh) {
            edges_[edge_at].a = v;
            edges_[edge_at++].b = other;
          }
          add(edges_[edge_at - 1], table.ties[tie]);
        });
  });
}

/// Neighbours of the vertices, every list sorted: the smaller ones first, then the larger ones,
/// each in the order of the edges.
void Graph::index() {
  const std::size_t n = nodes_.size();
  const std::size_t m = edges_.size();
  // Copied, because an edge is 16 times as long: larger ends, and the first edge of every vertex.
  core::LargeBuffer<std::uint32_t> ends{m};
  std::vector<std::uint32_t> up(n + 1, static_cast<std::uint32_t>(m));
  in_parts(m, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t e = begin; e < end; ++e) {
      ends[e] = edges_[e].b;
      for (std::size_t v = e == 0 ? 0 : std::size_t{edges_[e - 1].a} + 1; v <= edges_[e].a; ++v)
        up[v] = static_cast<std::uint32_t>(e);
    }
  });
  // The smaller neighbours lie anywhere: every thread counts and places those of its own vertices.
  const std::size_t ranges = m < 4 * kAtOnce ? 1 : core::cores();
  const auto in_ranges = [&](const auto& work) {
    core::in_parallel(ranges, ranges, [&](std::size_t i) {
      work(static_cast<std::uint32_t>(n * i / ranges),
           static_cast<std::uint32_t>(n * (i + 1) / ranges));
    });
  };
  std::vector<std::uint32_t> down(n, 0);
  in_ranges([&](std::uint32_t begin, std::uint32_t end) {
    for (const std::uint32_t b : ends)
      if (b >= begin && b < end) ++down[b];
  });
  offsets_.assign(n + 1, 0);
  for (std::size_t v = 0; v < n; ++v) offsets_[v + 1] = offsets_[v] + down[v] + (up[v + 1] - up[v]);
  neighbours_.clear();
  core::reserve_large(neighbours_, 2 * m, core::cores());
  neighbours_.resize(2 * m);
  in_ranges([&](std::uint32_t begin, std::uint32_t end) {
    for (std::uint32_t v = begin; v < end; ++v) down[v] = offsets_[v];
    for (std::uint32_t v = 0; v < n; ++v)
      for (std::uint32_t e = up[v]; e < up[v + 1]; ++e)
        if (ends[e] >= begin && ends[e] < end) neighbours_[down[ends[e]]++] = {v, e};
    for (std::uint32_t v = begin; v < end; ++v)
      for (std::uint32_t e = up[v]; e < up[v + 1]; ++e) neighbours_[down[v]++] = {ends[e], e};
  });
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
  // Sorted by the larger end, then by the smaller one, both by counting.
  std::vector<std::uint32_t> by_larger(std::size_t{n} + 1, 0), by_smaller(std::size_t{n} + 1, 0);
  const auto counts = [n](const auto& pair) {
    return pair.first != pair.second && pair.first < n && pair.second < n;
  };
  for (const auto& pair : pairs) {
    if (!counts(pair)) continue;
    ++by_larger[std::max(pair.first, pair.second) + 1];
    ++by_smaller[std::min(pair.first, pair.second) + 1];
  }
  std::partial_sum(by_larger.begin(), by_larger.end(), by_larger.begin());
  std::partial_sum(by_smaller.begin(), by_smaller.end(), by_smaller.begin());
  std::vector<std::pair<std::uint32_t, std::uint32_t>> spare(by_larger.back());
  std::vector<std::pair<std::uint32_t, std::uint32_t>> sorted(by_larger.back());
  for (const auto& pair : pairs)
    if (counts(pair))
      spare[by_larger[std::max(pair.first, pair.second)]++] = std::minmax(pair.first, pair.second);
  for (const auto& pair : spare) sorted[by_smaller[pair.first]++] = pair;
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  core::reserve_large(graph.edges_, sorted.size(), core::cores());
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
