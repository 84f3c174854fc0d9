#include "analysis/network/distinct.hpp"

#include <algorithm>
#include <numeric>

namespace palermo::network {
namespace {

/// Largest clique by branch and bound with a greedy colouring as the bound.
class CliqueSearch {
 public:
  CliqueSearch(std::vector<std::vector<bool>> adjacent, std::uint64_t budget)
      : adjacent_{std::move(adjacent)}, budget_{budget} {}

  std::uint32_t run(std::vector<std::uint32_t> candidates) {
    extend(candidates, 0);
    return best_;
  }
  [[nodiscard]] bool exhausted() const { return steps_ >= budget_; }

 private:
  void extend(const std::vector<std::uint32_t>& candidates, std::uint32_t size) {
    best_ = std::max(best_, size);
    if (candidates.empty() || exhausted()) return;
    // Vertices of one colour are not adjacent, so a clique takes at most one of each.
    std::vector<std::vector<std::uint32_t>> classes;
    for (const std::uint32_t v : candidates) {
      auto fits = std::find_if(classes.begin(), classes.end(), [&](const auto& members) {
        return std::none_of(members.begin(), members.end(),
                            [&](std::uint32_t u) { return adjacent_[v][u]; });
      });
      if (fits == classes.end()) fits = classes.emplace(classes.end());
      fits->push_back(v);
    }
    std::vector<std::uint32_t> order;
    std::vector<std::uint32_t> bound;
    for (std::uint32_t colour = 0; colour < classes.size(); ++colour)
      for (const std::uint32_t v : classes[colour]) {
        order.push_back(v);
        bound.push_back(colour + 1);
      }
    for (std::size_t i = order.size(); i-- > 0;) {
      if (size + bound[i] <= best_ || exhausted()) return;
      ++steps_;
      std::vector<std::uint32_t> next;
      for (std::size_t j = 0; j < i; ++j)
        if (adjacent_[order[i]][order[j]]) next.push_back(order[j]);
      extend(next, size + 1);
    }
  }

  std::vector<std::vector<bool>> adjacent_;
  std::uint64_t budget_;
  std::uint64_t steps_ = 0;
  std::uint32_t best_ = 0;
};

}  // namespace

PersonInterval persons_behind(const Graph& graph, std::span<const std::uint32_t> members,
                              std::uint64_t budget) {
  PersonInterval interval;
  interval.hi = static_cast<std::uint32_t>(members.size());
  if (members.empty()) return interval;
  interval.lo = 1;
  // Only members that spoke with a member matter: the table is quadratic in their number.
  constexpr std::uint32_t kOutside = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> local(graph.n(), kOutside);
  for (const std::uint32_t v : members) local[v] = 0;
  std::vector<std::uint32_t> speakers;
  for (const std::uint32_t v : members) {
    const auto list = graph.neighbours(v);
    if (std::any_of(list.begin(), list.end(), [&](const Neighbour& next) {
          return graph.edges()[next.edge].spoke && local[next.vertex] != kOutside;
        }))
      speakers.push_back(v);
  }
  if (speakers.empty()) return interval;
  constexpr std::size_t kMostSpeakers = 20'000;
  if (speakers.size() > kMostSpeakers) {
    interval.lo = 2;
    interval.exact_lo = false;
    return interval;
  }
  std::fill(local.begin(), local.end(), kOutside);
  for (std::uint32_t i = 0; i < speakers.size(); ++i) local[speakers[i]] = i;
  std::vector<std::vector<bool>> adjacent(speakers.size(),
                                          std::vector<bool>(speakers.size(), false));
  std::vector<std::uint32_t> degree(speakers.size(), 0);
  for (const std::uint32_t v : speakers)
    for (const Neighbour& next : graph.neighbours(v)) {
      if (!graph.edges()[next.edge].spoke || local[next.vertex] == kOutside) continue;
      adjacent[local[v]][local[next.vertex]] = true;
      ++degree[local[v]];
    }
  std::vector<std::uint32_t> order(speakers.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t x, std::uint32_t y) { return degree[x] > degree[y]; });
  CliqueSearch search{std::move(adjacent), budget};
  interval.lo = search.run(std::move(order));
  interval.exact_lo = !search.exhausted();
  return interval;
}

}  // namespace palermo::network
