#include "analysis/network/groups_removals.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

namespace palermo::network::detail {

std::optional<Removals> fewest_removals(const Graph& graph, const BinomialTail& tail,
                                        const Group& group, double critical) {
  std::vector<char> in(graph.n(), 0);
  for (const std::uint32_t v : group.members) in[v] = 1;
  std::vector<std::uint64_t> inside, elsewhere;
  for (const Edge& edge : graph.edges()) {
    if (in[edge.a] && in[edge.b]) inside.push_back(edge.count);
    if (!in[edge.a] && !in[edge.b]) elsewhere.push_back(edge.count);
  }
  const auto sums = [](std::vector<std::uint64_t>& counts) {
    std::sort(counts.begin(), counts.end());
    std::vector<std::uint64_t> all(counts.size() + 1, 0);
    std::partial_sum(counts.begin(), counts.end(), all.begin() + 1);
    return all;
  };
  const std::vector<std::uint64_t> cost_inside = sums(inside);
  const std::vector<std::uint64_t> cost_elsewhere = sums(elsewhere);
  const auto flips = [&](std::uint64_t j, std::uint64_t r) {
    return tail.simple_excess(graph.m() - j - r, group.ties.degree_sum - 2 * j,
                              group.ties.inside - j, group.ties.members) <= critical;
  };
  std::optional<Removals> best;
  for (std::uint64_t j = 0; j <= inside.size(); ++j) {
    if (best && cost_inside[j] >= best->records) break;
    if (!flips(j, elsewhere.size())) continue;
    std::uint64_t low = 0, high = elsewhere.size();
    while (low < high) {
      const std::uint64_t middle = (low + high) / 2;
      if (flips(j, middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    const std::uint64_t cost = cost_inside[j] + cost_elsewhere[low];
    if (!best || cost < best->records) best = Removals{cost, true};
  }
  return best;
}

std::optional<Removals> greedy_removals(const TwoMode& table, const BinomialTail& tail,
                                        std::uint64_t total, const Group& group, double critical) {
  std::vector<std::uint64_t> persons(table.events, 0), members(table.events, 0);
  for (const auto& events : table.attended)
    for (const std::uint32_t e : events) ++persons[e];
  struct Attended {
    std::uint32_t event;
    std::uint64_t records;
  };
  std::vector<Attended> left;
  for (const std::uint32_t v : group.members)
    for (std::size_t i = 0; i < table.attended[v].size(); ++i) {
      left.push_back({table.attended[v][i], table.records[v][i]});
      ++members[table.attended[v][i]];
    }
  std::uint64_t inside = group.ties.inside, degree = group.ties.degree_sum;
  Removals result{0, false};
  const auto after = [&](const Attended& one, std::uint64_t& t, std::uint64_t& d,
                         std::uint64_t& k) {
    const std::uint64_t others = persons[one.event] - 1;
    const std::uint64_t friends = members[one.event] - 1;
    t = total - others;
    d = degree - others - friends;
    k = inside - friends;
  };
  while (tail.excess(total, degree, inside) > critical) {
    if (left.empty()) return std::nullopt;
    const double now = tail.excess(total, degree, inside);
    std::size_t best = 0;
    double most = -std::numeric_limits<double>::infinity();
    std::uint64_t t = 0, d = 0, k = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
      after(left[i], t, d, k);
      const double gain = (now - tail.excess(t, d, k)) /
                          static_cast<double>(std::max<std::uint64_t>(1, left[i].records));
      if (gain > most) {
        most = gain;
        best = i;
      }
    }
    after(left[best], t, d, k);
    total = t;
    degree = d;
    inside = k;
    --persons[left[best].event];
    --members[left[best].event];
    result.records += left[best].records;
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
  }
  return result;
}

}  // namespace palermo::network::detail
