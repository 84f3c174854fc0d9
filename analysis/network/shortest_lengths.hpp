// Shortest paths by length from one vertex, with their numbers: what exact and sampled betweenness
// share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "analysis/network/flat_graph.hpp"

namespace palermo::network::detail {

inline constexpr std::uint32_t kUnseen = std::numeric_limits<std::uint32_t>::max();

/// Vertices by length, smallest on top; four children, so that few levels are touched.
class Heap {
 public:
  explicit Heap(std::uint32_t n) : at_(n, kUnseen) {}
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  /// Puts the vertex in, or moves it up to its smaller length.
  void set(std::uint32_t v, double length) {
    if (at_[v] == kUnseen) {
      at_[v] = static_cast<std::uint32_t>(entries_.size());
      entries_.push_back({length, v});
    }
    std::size_t i = at_[v];
    while (i > 0) {
      const std::size_t up = (i - 1) / 4;
      if (entries_[up].length <= length) break;
      place(i, entries_[up]);
      i = up;
    }
    place(i, {length, v});
  }
  std::uint32_t pop() {
    const std::uint32_t top = entries_.front().vertex;
    at_[top] = kUnseen;
    const Entry moved = entries_.back();
    entries_.pop_back();
    const std::size_t size = entries_.size();
    if (size == 0) return top;
    std::size_t i = 0;
    for (;;) {
      const std::size_t first = 4 * i + 1;
      if (first >= size) break;
      std::size_t least = first;
      for (std::size_t c = first + 1; c < std::min(first + 4, size); ++c)
        if (entries_[c].length < entries_[least].length) least = c;
      if (entries_[least].length >= moved.length) break;
      place(i, entries_[least]);
      i = least;
    }
    place(i, moved);
    return top;
  }
  void clear() {
    for (const Entry& entry : entries_) at_[entry.vertex] = kUnseen;
    entries_.clear();
  }

 private:
  struct Entry {
    double length;
    std::uint32_t vertex;
  };
  void place(std::size_t i, const Entry& entry) {
    entries_[i] = entry;
    at_[entry.vertex] = static_cast<std::uint32_t>(i);
  }
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> at_;
};

/// Arrays of a search for lengths.
struct LengthSearch {
  explicit LengthSearch(std::uint32_t n)
      : heap(n), order(n), length(n), paths(n), sums(n, 0.0), first(n), settled(n) {}
  Heap heap;
  std::vector<std::uint32_t> order;  // as settled, nearest first
  std::vector<double> length;
  std::vector<double> paths;         // number of shortest ones from the source
  std::vector<double> sums;          // zero between searches
  std::vector<std::uint32_t> first;  // of the vertex's predecessors, in `links`
  std::vector<char> settled;
  struct Link {
    std::uint32_t before, next;
  };
  std::vector<Link> links;
};

/// Distances by Dijkstra, numbers of shortest paths and who comes before whom. Stops once `until`
/// is settled. @return how many were settled
std::uint32_t settle(const FlatGraph& graph, std::uint32_t source, std::uint32_t until,
                     LengthSearch& s);

}  // namespace palermo::network::detail
