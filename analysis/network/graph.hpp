// The graph every measure works on: undirected, simple, isolates kept; the directed pairs beside
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/network/tie_table.hpp"
#include "core/base/result.hpp"

namespace palermo::network {

/// Undirected pair. Ties of both directions, all layers and all authorizations combine by sum.
struct Edge {
  std::uint32_t a = 0;  // a < b
  std::uint32_t b = 0;
  double weight = 0;  // sum of the strengths
  std::uint64_t count = 0;
  std::int64_t first_us = kNoTime;
  std::int64_t last_us = kNoTime;
  EvidenceList evidence;  // the first few of both directions, in record order
  bool spoke = false;
  friend bool operator==(const Edge&, const Edge&) = default;
};
static_assert(sizeof(Edge) == 64, "there are millions");

/// Directed pair: ties a -> b combined by sum.
struct Arc {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  double weight = 0;
  friend bool operator==(const Arc&, const Arc&) = default;
};

/// Neighbour of a vertex and the edge that leads there.
struct Neighbour {
  std::uint32_t vertex = 0;
  std::uint32_t edge = 0;
};

/// Immutable. Vertices are sorted by id (numbers by value, before words), edges by (a, b): the same
/// ties in any order give the same graph, so that seeded searches repeat.
class Graph {
 public:
  /// Combines ties to pairs by sum, drops and counts loops, keeps isolates.
  /// @error InvalidArgument  an index outside the tables, two nodes with one id, or a weight that
  /// is
  ///                         not a finite number above 0
  /// @cost O(n log n + t log t); O(n + t), on all cores, where nodes and ties are in order already
  [[nodiscard]] static core::Result<Graph> make(const TieTable& table);

  /// The same vertices with some of the edges: where keep[e] is false, edge and its arcs are gone.
  [[nodiscard]] Graph with_edges(const std::vector<bool>& keep) const;
  /// Unweighted graph on `n` nameless vertices from undirected pairs (duplicates and loops
  /// dropped). For null draws and tests.
  [[nodiscard]] static Graph from_pairs(
      std::uint32_t n, std::span<const std::pair<std::uint32_t, std::uint32_t>> pairs);

  [[nodiscard]] std::uint32_t n() const { return static_cast<std::uint32_t>(offsets_.size() - 1); }
  [[nodiscard]] std::uint32_t m() const { return static_cast<std::uint32_t>(edges_.size()); }
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  [[nodiscard]] const std::vector<Edge>& edges() const { return edges_; }
  [[nodiscard]] const std::vector<Arc>& arcs() const { return arcs_; }
  [[nodiscard]] std::span<const Neighbour> neighbours(std::uint32_t v) const {
    return std::span{neighbours_}.subspan(offsets_[v], offsets_[v + 1] - offsets_[v]);
  }
  [[nodiscard]] std::uint32_t degree(std::uint32_t v) const {
    return offsets_[v + 1] - offsets_[v];
  }
  [[nodiscard]] std::uint64_t loops_dropped() const { return loops_dropped_; }
  [[nodiscard]] LayerKind kind() const { return kind_; }
  /// Vertex with this id.
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view id) const;
  /// Edge between two vertices.
  [[nodiscard]] std::optional<std::uint32_t> edge_between(std::uint32_t u, std::uint32_t v) const;
  /// "SRC-1:17".
  [[nodiscard]] std::string name_of(const EvidenceRef& ref) const { return names_.name_of(ref); }

 private:
  /// A tie between two vertices.
  struct Half {
    std::uint32_t a = 0, b = 0;
    std::uint32_t tie = 0;  // index into TieTable::ties
  };
  Graph() = default;
  core::Status place_nodes(const TieTable& table, std::vector<std::uint32_t>& place);
  void sort_halves(const TieTable& table, std::vector<Half>& halves) const;
  void join(const TieTable& table, const std::vector<Half>& halves);
  void index();
  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  std::vector<Arc> arcs_;
  EvidenceNames names_;
  std::vector<std::uint32_t> offsets_{0};
  std::vector<Neighbour> neighbours_;
  std::uint64_t loops_dropped_ = 0;
  LayerKind kind_ = LayerKind::PointEvents;
};

/// Order in which people expect ids: 2 before 10, numbers before words, then bytes.
[[nodiscard]] bool id_less(std::string_view a, std::string_view b);

}  // namespace palermo::network
