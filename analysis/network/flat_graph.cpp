#include "analysis/network/flat_graph.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace palermo::network {

FlatGraph flat(const Graph& graph, std::span<const double> lengths_of_edges) {
  FlatGraph result;
  const std::uint32_t n = graph.n();
  result.offsets.assign(std::size_t{n} + 1, 0);
  for (std::uint32_t v = 0; v < n; ++v) result.offsets[v + 1] = result.offsets[v] + graph.degree(v);
  result.targets.resize(result.offsets[n]);
  if (!lengths_of_edges.empty()) result.lengths.resize(result.offsets[n]);
  for (std::uint32_t v = 0; v < n; ++v) {
    std::uint32_t at = result.offsets[v];
    for (const Neighbour& next : graph.neighbours(v)) {
      if (!lengths_of_edges.empty()) result.lengths[at] = lengths_of_edges[next.edge];
      result.targets[at++] = next.vertex;
    }
  }
  return result;
}

FlatGraph flat_directed(const Graph& graph, std::span<const double> lengths_of_arcs) {
  FlatGraph result;
  result.directed = true;
  result.offsets.assign(std::size_t{graph.n()} + 1, 0);
  // Arcs are sorted by (a, b), so they already stand in rows.
  result.targets.reserve(graph.arcs().size());
  for (const Arc& arc : graph.arcs()) {
    ++result.offsets[arc.a + 1];
    result.targets.push_back(arc.b);
  }
  std::partial_sum(result.offsets.begin(), result.offsets.end(), result.offsets.begin());
  result.lengths.assign(lengths_of_arcs.begin(), lengths_of_arcs.end());
  return result;
}

FlatGraph reversed(const FlatGraph& graph) {
  FlatGraph result;
  result.directed = graph.directed;
  result.offsets.assign(graph.offsets.size(), 0);
  for (const std::uint32_t target : graph.targets) ++result.offsets[target + 1];
  std::partial_sum(result.offsets.begin(), result.offsets.end(), result.offsets.begin());
  std::vector<std::uint32_t> next(result.offsets.begin(), result.offsets.end() - 1);
  result.targets.resize(graph.targets.size());
  result.lengths.resize(graph.lengths.size());
  for (std::uint32_t v = 0; v < graph.n(); ++v)
    for (std::uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
      const std::uint32_t at = next[graph.targets[a]]++;
      result.targets[at] = v;
      if (!graph.lengths.empty()) result.lengths[at] = graph.lengths[a];
    }
  return result;
}

FlatGraph flat_of_pairs(std::uint32_t n,
                        std::span<const std::pair<std::uint32_t, std::uint32_t>> pairs,
                        std::span<const double> lengths) {
  // Turning round a graph twice sorts its rows.
  FlatGraph half;
  half.directed = true;
  half.offsets.assign(std::size_t{n} + 1, 0);
  for (const auto& [u, v] : pairs) {
    ++half.offsets[u + 1];
    ++half.offsets[v + 1];
  }
  std::partial_sum(half.offsets.begin(), half.offsets.end(), half.offsets.begin());
  std::vector<std::uint32_t> next(half.offsets.begin(), half.offsets.end() - 1);
  half.targets.resize(2 * pairs.size());
  if (!lengths.empty()) half.lengths.resize(2 * pairs.size());
  for (std::size_t e = 0; e < pairs.size(); ++e) {
    const auto [u, v] = pairs[e];
    if (!lengths.empty()) half.lengths[next[u]] = half.lengths[next[v]] = lengths[e];
    half.targets[next[u]++] = v;
    half.targets[next[v]++] = u;
  }
  FlatGraph result = reversed(half);
  result.directed = false;
  return result;
}

namespace {

/// 1 where the bit has the value asked, else 0.
std::vector<char> bytes_of(const std::vector<bool>& bits, bool value) {
  std::vector<char> bytes(bits.size());
  for (std::size_t i = 0; i < bits.size(); ++i) bytes[i] = bits[i] == value ? 1 : 0;
  return bytes;
}

}  // namespace

FlatGraph without(const FlatGraph& graph, const std::vector<bool>& gone) {
  FlatGraph result;
  result.directed = graph.directed;
  result.offsets.resize(graph.offsets.size());
  result.targets.resize(graph.targets.size());
  result.lengths.resize(graph.lengths.size());
  // Bytes: a vector of bits is slow to ask so often.
  const std::vector<char> left = bytes_of(gone, false);
  // Every target is written, and the place moves on where it stays: no branch to guess.
  std::uint32_t at = 0;
  for (std::uint32_t v = 0; v < graph.n(); ++v) {
    result.offsets[v] = at;
    if (left[v] == 0) continue;
    for (std::uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
      const std::uint32_t u = graph.targets[a];
      result.targets[at] = u;
      if (!graph.lengths.empty()) result.lengths[at] = graph.lengths[a];
      at += static_cast<std::uint32_t>(left[u]);
    }
  }
  result.offsets[graph.n()] = at;
  result.targets.resize(at);
  if (!graph.lengths.empty()) result.lengths.resize(at);
  return result;
}

Blocks blocks(const FlatGraph& graph) {
  const std::uint32_t n = graph.n();
  constexpr std::uint32_t kUnseen = std::numeric_limits<std::uint32_t>::max();
  Blocks result;
  result.home.assign(n, Blocks::kNoBlock);
  result.found_at.assign(n, kUnseen);
  result.component_size.assign(n, 1);
  result.cut.assign(n, false);
  std::vector<std::uint32_t> low(n), parent(n), hang(n, 1), next(n);
  std::vector<std::uint32_t> path, waiting, seen_here;
  std::uint32_t clock = 0;
  for (std::uint32_t root = 0; root < n; ++root) {
    if (result.found_at[root] != kUnseen) continue;
    const std::uint32_t first_found = clock;
    const std::uint32_t first_block = result.count();
    std::uint32_t children = 0;
    path.assign(1, root);
    result.found_at[root] = low[root] = clock++;
    parent[root] = kUnseen;
    next[root] = graph.offsets[root];
    waiting.assign(1, root);
    seen_here.assign(1, root);
    while (!path.empty()) {
      const std::uint32_t v = path.back();
      if (next[v] < graph.offsets[v + 1]) {
        const std::uint32_t u = graph.targets[next[v]++];
        if (result.found_at[u] == kUnseen) {
          result.found_at[u] = low[u] = clock++;
          parent[u] = v;
          next[u] = graph.offsets[u];
          path.push_back(u);
          waiting.push_back(u);
          seen_here.push_back(u);
        } else if (u != parent[v]) {
          low[v] = std::min(low[v], result.found_at[u]);
        }
        continue;
      }
      path.pop_back();
      if (path.empty()) break;
      const std::uint32_t p = path.back();
      low[p] = std::min(low[p], low[v]);
      if (low[v] < result.found_at[p]) continue;
      // Nothing below v reaches above p: what waits down to v makes a block with p.
      const std::uint32_t block = result.count();
      std::uint32_t total = 0;
      std::uint32_t member = 0;
      do {
        member = waiting.back();
        waiting.pop_back();
        result.home[member] = block;
        result.members.push_back(member);
        result.hanging.push_back(hang[member]);
        total += hang[member];
      } while (member != v);
      result.members.push_back(p);
      result.hanging.push_back(total);  // of the whole component less this, once that is known
      hang[p] += total;
      if (p == root) {
        ++children;
      } else {
        result.cut[p] = true;
      }
      if (result.members.size() - result.offsets.back() == 2) ++result.bridges;
      result.offsets.push_back(static_cast<std::uint32_t>(result.members.size()));
    }
    result.cut[root] = children > 1;
    const std::uint32_t size = clock - first_found;
    for (const std::uint32_t v : seen_here) result.component_size[v] = size;
    for (std::uint32_t b = first_block; b < result.count(); ++b) {
      std::uint32_t& top = result.hanging[result.offsets[b + 1] - 1];
      top = size - top;
    }
  }
  return result;
}

Triangles triangles(const FlatGraph& graph, bool with_weak) {
  const std::uint32_t n = graph.n();
  Triangles result;
  result.at.assign(n, 0);
  if (with_weak) result.weak.assign(graph.arcs(), 0.0);
  // Every edge points to its end of higher degree, so that no vertex has more than sqrt(2m) arcs.
  const auto before = [&](std::uint32_t u, std::uint32_t v) {
    return graph.degree(u) != graph.degree(v) ? graph.degree(u) < graph.degree(v) : u < v;
  };
  std::vector<std::uint32_t> offsets(std::size_t{n} + 1, 0);
  std::vector<std::uint32_t> arcs;  // positions in graph.targets
  arcs.reserve(graph.arcs() / 2);
  for (std::uint32_t v = 0; v < n; ++v) {
    for (std::uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a)
      if (before(v, graph.targets[a])) arcs.push_back(a);
    offsets[v + 1] = static_cast<std::uint32_t>(arcs.size());
  }
  // weak is gathered for the arc towards the higher degree, then copied to the opposite one.
  constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> arc_from_u(n, kNone);
  for (std::uint32_t u = 0; u < n; ++u) {
    for (std::uint32_t i = offsets[u]; i < offsets[u + 1]; ++i)
      arc_from_u[graph.targets[arcs[i]]] = arcs[i];
    for (std::uint32_t i = offsets[u]; i < offsets[u + 1]; ++i) {
      const std::uint32_t v = graph.targets[arcs[i]];
      for (std::uint32_t j = offsets[v]; j < offsets[v + 1]; ++j) {
        const std::uint32_t w = graph.targets[arcs[j]];
        const std::uint32_t uw = arc_from_u[w];
        if (uw == kNone) continue;
        ++result.at[u];
        ++result.at[v];
        ++result.at[w];
        if (!with_weak) continue;
        result.weak[arcs[i]] += 1.0 / graph.degree(w);
        result.weak[uw] += 1.0 / graph.degree(v);
        result.weak[arcs[j]] += 1.0 / graph.degree(u);
      }
    }
    for (std::uint32_t i = offsets[u]; i < offsets[u + 1]; ++i)
      arc_from_u[graph.targets[arcs[i]]] = kNone;
  }
  if (with_weak)
    for (std::uint32_t v = 0; v < n; ++v)
      for (std::uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
        const std::uint32_t u = graph.targets[a];
        if (!before(v, u)) continue;
        const auto row = graph.neighbours(u);
        const auto at = std::lower_bound(row.begin(), row.end(), v) - row.begin();
        result.weak[graph.offsets[u] + static_cast<std::uint32_t>(at)] = result.weak[a];
      }
  return result;
}

std::vector<std::uint32_t> coreness(const FlatGraph& graph) {
  const std::uint32_t n = graph.n();
  std::vector<std::uint32_t> degree(n), at(n), order(n);
  std::uint32_t most = 0;
  for (std::uint32_t v = 0; v < n; ++v) {
    degree[v] = graph.degree(v);
    most = std::max(most, degree[v]);
  }
  std::vector<std::uint32_t> first(std::size_t{most} + 2, 0);  // of each degree, in `order`
  for (std::uint32_t v = 0; v < n; ++v) ++first[degree[v] + 1];
  std::partial_sum(first.begin(), first.end(), first.begin());
  std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
  for (std::uint32_t v = 0; v < n; ++v) {
    at[v] = next[degree[v]]++;
    order[at[v]] = v;
  }
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::uint32_t v = order[i];
    for (const std::uint32_t u : graph.neighbours(v)) {
      if (degree[u] <= degree[v]) continue;
      // u swaps places with the first of its degree and moves to the degree below.
      const std::uint32_t head = std::max(first[degree[u]], i + 1);
      const std::uint32_t w = order[head];
      std::swap(order[at[u]], order[head]);
      at[w] = at[u];
      at[u] = head;
      first[degree[u]] = head + 1;
      --degree[u];
    }
  }
  return degree;
}

Cohesion cohesion(const FlatGraph& graph, const std::vector<bool>& gone) {
  Cohesion result;
  std::vector<char> seen = bytes_of(gone, true);
  std::vector<std::uint32_t> found(std::size_t{graph.n()} + 1);  // in a row, component by component
  std::uint32_t end = 0;
  for (std::uint32_t start = 0; start < graph.n(); ++start) {
    if (seen[start] != 0) continue;
    ++result.components;
    const std::uint32_t begin = end;
    seen[start] = 1;
    found[end++] = start;
    for (std::uint32_t at = begin; at < end; ++at)
      for (const std::uint32_t u : graph.neighbours(found[at])) {
        // Written in any case, kept where it is new: no branch to guess.
        found[end] = u;
        end += seen[u] == 0 ? 1 : 0;
        seen[u] = 1;
      }
    result.largest = std::max(result.largest, end - begin);
  }
  return result;
}

std::vector<Cohesion> cohesion_along(const FlatGraph& graph, std::span<const std::uint32_t> order) {
  const std::uint32_t n = graph.n();
  std::vector<std::uint32_t> parent(n), size(n, 1);
  std::iota(parent.begin(), parent.end(), 0U);
  std::vector<bool> there(n, true);
  for (const std::uint32_t v : order) there[v] = false;
  const auto root = [&](std::uint32_t v) {
    while (parent[v] != v) v = parent[v] = parent[parent[v]];
    return v;
  };
  Cohesion now;
  const auto add = [&](std::uint32_t v) {
    ++now.components;
    now.largest = std::max(now.largest, 1U);
    std::uint32_t own = root(v);
    for (const std::uint32_t u : graph.neighbours(v)) {
      if (!there[u]) continue;
      std::uint32_t other = root(u);
      if (other == own) continue;
      if (size[own] < size[other]) std::swap(own, other);
      parent[other] = own;
      size[own] += size[other];
      --now.components;
      now.largest = std::max(now.largest, size[own]);
    }
  };
  std::vector<bool> later = there;
  there.assign(n, false);
  for (std::uint32_t v = 0; v < n; ++v)
    if (later[v]) {
      there[v] = true;
      add(v);
    }
  std::vector<Cohesion> result(order.size() + 1);
  for (std::size_t i = order.size(); i > 0; --i) {
    result[i] = now;
    there[order[i - 1]] = true;
    add(order[i - 1]);
  }
  result[0] = now;
  return result;
}

}  // namespace palermo::network
