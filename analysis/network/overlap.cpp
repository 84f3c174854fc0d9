// Layers over one another: what they share, and what chance would let them share.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_set>

#include "analysis/network/compare.hpp"
#include "analysis/network/rewire.hpp"

namespace palermo::network {
namespace {

std::uint64_t key_of(std::uint32_t u, std::uint32_t v) {
  return (std::uint64_t{std::min(u, v)} << 32) | std::max(u, v);
}

/// log of n over k.
double log_choose(double n, double k) {
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

/// P(X >= shared), X hypergeometric: `drawn` of `all` pairs, of which `marked` are marked.
double hypergeometric_tail(double all, double marked, double drawn, double shared) {
  double p = 0;
  for (double x = shared; x <= std::min(marked, drawn); ++x) {
    if (drawn - x > all - marked) continue;
    const double term = std::exp(log_choose(marked, x) + log_choose(all - marked, drawn - x) -
                                 log_choose(all, drawn));
    p += term;
    if (x > shared && term < p * 1e-15) break;
  }
  return std::min(1.0, p);
}

struct SharedEdge {
  const Edge* in_a;
  const Edge* in_b;
};

v1::NetworkOverlap::Pair compare_pair(const OverlapLayer& first, const OverlapLayer& second,
                                      std::uint32_t draws, std::uint64_t seed, std::size_t most) {
  v1::NetworkOverlap::Pair pair;
  pair.set_a(first.name);
  pair.set_b(second.name);
  const Graph& a = *first.graph;
  const Graph& b = *second.graph;
  // Nodes with a tie in both layers take common numbers.
  constexpr std::uint32_t kAlone = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> of_a(a.n(), kAlone), of_b(b.n(), kAlone);
  std::uint32_t shared = 0, either = 0;
  for (std::uint32_t u = 0; u < a.n(); ++u) {
    if (a.degree(u) == 0) continue;
    ++either;
    const auto other = b.find(a.nodes()[u].id);
    if (!other || b.degree(*other) == 0) continue;
    of_a[u] = of_b[*other] = shared++;
  }
  for (std::uint32_t v = 0; v < b.n(); ++v) either += b.degree(v) > 0 && of_b[v] == kAlone ? 1 : 0;
  pair.set_shared_nodes(shared);
  if (either > 0) pair.set_node_jaccard(static_cast<double>(shared) / either);
  std::map<std::uint64_t, const Edge*> among_a;
  for (const Edge& edge : a.edges())
    if (of_a[edge.a] != kAlone && of_a[edge.b] != kAlone)
      among_a.emplace(key_of(of_a[edge.a], of_a[edge.b]), &edge);
  SwapTies ties;
  std::vector<SharedEdge> both;
  for (const Edge& edge : b.edges()) {
    if (of_b[edge.a] == kAlone || of_b[edge.b] == kAlone) continue;
    ties.two_way.emplace_back(of_b[edge.a], of_b[edge.b]);
    const auto found = among_a.find(key_of(of_b[edge.a], of_b[edge.b]));
    if (found != among_a.end()) both.push_back({found->second, &edge});
  }
  pair.set_shared_ties(static_cast<std::uint32_t>(both.size()));
  pair.set_only_a(a.m() - pair.shared_ties());
  pair.set_only_b(b.m() - pair.shared_ties());
  if (a.m() + b.m() > pair.shared_ties())
    pair.set_tie_jaccard(static_cast<double>(pair.shared_ties()) /
                         (a.m() + b.m() - pair.shared_ties()));
  pair.set_among_shared_a(static_cast<std::uint32_t>(among_a.size()));
  pair.set_among_shared_b(static_cast<std::uint32_t>(ties.two_way.size()));
  std::stable_sort(both.begin(), both.end(), [](const SharedEdge& x, const SharedEdge& y) {
    return x.in_a->count + x.in_b->count > y.in_a->count + y.in_b->count;
  });
  for (std::size_t i = 0; i < both.size() && (most == 0 || i < most); ++i) {
    v1::NetworkOverlap::SharedTie& tie = *pair.add_ties();
    tie.set_a(a.nodes()[both[i].in_a->a].id);
    tie.set_b(a.nodes()[both[i].in_a->b].id);
    tie.set_records_a(static_cast<std::uint32_t>(both[i].in_a->count));
    tie.set_records_b(static_cast<std::uint32_t>(both[i].in_b->count));
    for (const EvidenceRef& ref : both[i].in_a->evidence) tie.add_evidence(a.name_of(ref));
    for (const EvidenceRef& ref : both[i].in_b->evidence) tie.add_evidence(b.name_of(ref));
  }
  if (among_a.empty() || ties.two_way.empty()) {
    pair.add_cautions(
        "one of the layers has no tie among the nodes that both have: nothing to test");
    return pair;
  }
  const double possible = 0.5 * shared * (shared - 1.0);
  pair.set_expected_uniform(static_cast<double>(among_a.size()) *
                            static_cast<double>(ties.two_way.size()) / possible);
  pair.set_p_uniform(hypergeometric_tail(possible, static_cast<double>(among_a.size()),
                                         static_cast<double>(ties.two_way.size()),
                                         static_cast<double>(both.size())));
  if (draws == 0) return pair;
  Random random{seed};
  std::unordered_set<std::uint64_t> wanted;
  for (const auto& [key, edge] : among_a) wanted.insert(key);
  double sum = 0, squares = 0;
  std::uint32_t as_many = 0;
  std::uint64_t swaps = 0;
  for (std::uint32_t draw = 0; draw < draws; ++draw) {
    swaps += rewire(ties, random);
    double count = 0;
    for (const auto& [u, v] : ties.two_way) count += wanted.contains(key_of(u, v)) ? 1 : 0;
    sum += count;
    squares += count * count;
    as_many += count >= static_cast<double>(both.size()) ? 1 : 0;
  }
  const double mean = sum / draws;
  const double sd = std::sqrt(std::max(0.0, squares / draws - mean * mean));
  pair.set_draws(draws);
  pair.set_expected_degrees(mean);
  pair.set_sd_degrees(sd);
  if (sd > 0) pair.set_z((static_cast<double>(both.size()) - mean) / sd);
  pair.set_p_degrees((1.0 + as_many) / (1.0 + draws));
  if (swaps == 0)
    pair.add_cautions("the degrees leave no choice: no tie could be rewired, so p says nothing");
  return pair;
}

}  // namespace

core::Result<v1::NetworkOverlap> overlap(const std::vector<OverlapLayer>& layers,
                                         std::uint32_t draws, std::uint64_t seed,
                                         std::size_t most) {
  v1::NetworkOverlap answer;
  for (const OverlapLayer& layer : layers) {
    v1::NetworkOverlap::Layer& row = *answer.add_layers();
    row.set_name(layer.name);
    std::uint32_t nodes = 0;
    for (std::uint32_t v = 0; v < layer.graph->n(); ++v)
      nodes += layer.graph->degree(v) > 0 ? 1 : 0;
    row.set_nodes(nodes);
    row.set_ties(layer.graph->m());
    std::uint64_t records = 0;
    for (const Edge& edge : layer.graph->edges()) records += edge.count;
    row.set_records(static_cast<std::uint32_t>(records));
  }
  for (std::size_t i = 0; i < layers.size(); ++i)
    for (std::size_t k = i + 1; k < layers.size(); ++k)
      *answer.add_pairs() = compare_pair(layers[i], layers[k], draws, seed, most);
  answer.set_seed(static_cast<std::uint32_t>(seed));
  answer.set_method(
      fmt::format("undirected pairs; nodes with a tie; Jaccard = shared / either; chance is judged "
                  "on the nodes "
                  "that both layers have. even: hypergeometric, as if ties lay anywhere among "
                  "these nodes, p of "
                  "so many shared or more. degrees: the second layer's ties among them rewired "
                  "with all degrees "
                  "kept (Maslov and Sneppen 2002), {} draws, seed {}, p = (1 + k)/(N + 1)",
                  draws, seed));
  return answer;
}

}  // namespace palermo::network
