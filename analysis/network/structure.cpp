#include "analysis/network/structure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/network/block_model.hpp"
#include "analysis/network/core_periphery.hpp"
#include "analysis/network/examined.hpp"

namespace palermo::network {
namespace {

constexpr std::string_view kWords =
    "undirected simple graph, both directions of a pair summed, loops dropped, unweighted; nodes "
    "without a tie are left out";

core::Error no_tie() {
  return {core::ErrorCode::InvalidArgument, "no record ties two identifiers here", std::nullopt,
          "`palermo network summary` lists the layers"};
}

}  // namespace

core::Result<v1::NetworkCore> core_answer(const Graph& graph, const StructureOptions& options) {
  if (graph.m() == 0) return no_tie();
  PALERMO_TRY(const Examined part, examine(graph, options.most_nodes));
  const Swap swap = options.swap.value_or(
      graph.kind() == LayerKind::PointEvents ? Swap::Directed : Swap::Undirected);
  const auto n = static_cast<std::uint32_t>(part.vertices.size());
  SwapTies ties = ties_of(graph.with_edges(part.kept), swap);
  std::vector<std::uint32_t> place(graph.n(), 0);
  for (std::uint32_t i = 0; i < n; ++i) place[part.vertices[i]] = i;
  for (Pairs* pairs : {&ties.one_way, &ties.two_way})
    for (auto& [a, b] : *pairs) {
      a = place[a];
      b = place[b];
    }
  const CoreTest test = test_core(n, ties, options.draws, options.seed);
  const TieArrays arrays = arrays_of(n, part.pairs);
  const Coreness coreness = continuous_core(arrays);
  v1::NetworkCore answer;
  std::vector<std::uint32_t> core, order(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    order[i] = i;
    if (test.found.core[i]) core.push_back(i);
  }
  double inside = 0, between = 0, outside = 0;
  for (const auto& [a, b] : part.pairs) {
    const int ends = (test.found.core[a] ? 1 : 0) + (test.found.core[b] ? 1 : 0);
    (ends == 2 ? inside : ends == 1 ? between : outside) += 1;
  }
  const double c = static_cast<double>(core.size()), p = n - c;
  const auto share = [](double ties_seen, double pairs) {
    return pairs > 0 ? ties_seen / pairs : 0;
  };
  answer.set_ties_in_core(static_cast<std::uint32_t>(inside));
  answer.set_density_core(share(inside, c * (c - 1) / 2));
  answer.set_density_between(share(between, c * p));
  answer.set_density_periphery(share(outside, p * (p - 1) / 2));
  answer.set_periphery(static_cast<std::uint32_t>(p));
  std::vector<std::uint32_t> in_core(n, 0);
  for (const std::uint32_t v : core)
    for (std::uint32_t i = arrays.offsets[v]; i < arrays.offsets[v + 1]; ++i)
      in_core[v] += test.found.core[arrays.targets[i]] ? 1 : 0;
  std::stable_sort(core.begin(), core.end(),
                   [&](std::uint32_t x, std::uint32_t y) { return in_core[x] > in_core[y]; });
  const auto id = [&](std::uint32_t i) { return graph.nodes()[part.vertices[i]].id; };
  for (const std::uint32_t v : core) answer.add_core(id(v));
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
    return coreness.values[x] > coreness.values[y] + 1e-12;
  });
  for (const std::uint32_t v : order) {
    v1::NetworkCore::Member& member = *answer.add_members();
    member.set_id(id(v));
    member.set_in_core(test.found.core[v]);
    member.set_coreness(coreness.values[v]);
    member.set_degree(static_cast<std::uint32_t>(arrays.degree[v]));
  }
  answer.set_fit(test.found.fit);
  answer.set_continuous_fit(coreness.fit);
  if (test.z) answer.set_z(*test.z);
  if (test.p_value) answer.set_p_value(*test.p_value);
  answer.set_null_mean(test.mean);
  answer.set_null_sd(test.sd);
  answer.set_draws(test.draws);
  answer.set_seed(static_cast<std::uint32_t>(options.seed));
  answer.set_null_model(fmt::format(
      "degree-preserving {} swaps, at least 10 a tie where the degrees allow it; the best split "
      "sought anew in every draw; p = (1 + k)/(N + 1)",
      swap == Swap::Directed ? "directed (mutual ties stay mutual)" : "undirected"));
  answer.set_restricted_to(part.restricted_to);
  answer.set_examined(n);
  answer.set_nodes(graph.n());
  answer.set_method(fmt::format(
      "Borgatti and Everett (2000): the split whose ideal pattern (tied where at least one of two "
      "is in the core) correlates best with the ties, {}; coreness = continuous model, ties "
      "approached by products",
      n <= kAllSplits
          ? "the best of all splits"
          : "by degrees, single moves and exchanges from ten starts, not proved the best"));
  answer.add_reading(
      "fit is a correlation: 1 where everybody in the core is tied to everybody and nobody else to "
      "anybody else; sparse networks stay far below.");
  answer.add_reading(
      "p is the share of networks of the same degrees with as good a split. A high p says that the "
      "degrees alone make this core: it is a list of the busy, not an inner circle.");
  answer.add_reading(
      "A core is no leadership and proves no concert; no element of article 2 UNTOC rests on it.");
  answer.mutable_basis()->set_convention(std::string{kWords});
  return answer;
}

core::Result<v1::NetworkBlocks> blocks_answer(const Graph& graph, const StructureOptions& options) {
  if (graph.m() == 0) return no_tie();
  PALERMO_TRY(const Examined part, examine(graph, options.most_nodes));
  const auto n = static_cast<std::uint32_t>(part.vertices.size());
  const TieArrays arrays = arrays_of(n, part.pairs);
  const std::vector<BlockFit> fits = fit_blocks(arrays, options.most_blocks, options.seed);
  const BlockFit& best = fits.front();
  v1::NetworkBlocks answer;
  answer.set_degree_corrected(best.degree_corrected);
  const auto bits = [](double nats) { return nats / std::numbers::ln2; };
  answer.set_description_bits(bits(best.description_nats));
  double one = 0;
  for (const BlockFit& fit : fits) {
    v1::NetworkBlocks::Trial& trial = *answer.add_trials();
    trial.set_blocks(fit.blocks);
    trial.set_degree_corrected(fit.degree_corrected);
    trial.set_description_bits(bits(fit.description_nats));
    trial.set_log_likelihood(fit.log_likelihood);
    if (fit.blocks == 1 && (one == 0 || bits(fit.description_nats) < one))
      one = bits(fit.description_nats);
  }
  answer.set_one_block_bits(one);
  std::vector<std::vector<double>> between(best.blocks, std::vector<double>(best.blocks, 0));
  std::vector<double> degree(best.blocks, 0), size(best.blocks, 0);
  for (const auto& [a, b] : part.pairs) {
    const std::uint32_t r = std::min(best.of[a], best.of[b]), s = std::max(best.of[a], best.of[b]);
    between[r][s] += 1;
    degree[r] += 1;
    degree[s] += 1;
  }
  for (std::uint32_t r = 0; r < best.blocks; ++r) {
    v1::NetworkBlocks::Block& block = *answer.add_blocks();
    block.set_id(fmt::format("B{}", r + 1));
    std::vector<std::uint32_t> members;
    for (std::uint32_t v = 0; v < n; ++v)
      if (best.of[v] == r) members.push_back(v);
    std::stable_sort(members.begin(), members.end(), [&](std::uint32_t x, std::uint32_t y) {
      return arrays.degree[x] > arrays.degree[y];
    });
    for (const std::uint32_t v : members) block.add_members(graph.nodes()[part.vertices[v]].id);
    block.set_size(static_cast<std::uint32_t>(members.size()));
    block.set_degree_sum(static_cast<std::uint32_t>(degree[r]));
    block.set_ties_inside(static_cast<std::uint32_t>(between[r][r]));
  }
  const double m = static_cast<double>(part.pairs.size());
  for (std::uint32_t r = 0; r < best.blocks; ++r)
    for (std::uint32_t s = r; s < best.blocks; ++s) {
      v1::NetworkBlocks::Pair& pair = *answer.add_pairs();
      pair.set_a(fmt::format("B{}", r + 1));
      pair.set_b(fmt::format("B{}", s + 1));
      pair.set_ties(static_cast<std::uint32_t>(between[r][s]));
      pair.set_expected(degree[r] * degree[s] / (r == s ? 4 * m : 2 * m));
    }
  answer.set_restricted_to(part.restricted_to);
  answer.set_examined(n);
  answer.set_nodes(graph.n());
  answer.set_seed(static_cast<std::uint32_t>(options.seed));
  answer.set_method(fmt::format(
      "Poisson stochastic block model (Karrer and Newman 2011), plain and degree-corrected, 1 to "
      "{} "
      "blocks; chosen by the shortest description of the ties (microcanonical, Peixoto 2017), "
      "sought by moves and merges from four starts: a shorter one may exist",
      options.most_blocks));
  answer.add_reading(
      "A block holds nodes that are tied alike, not nodes that are tied to one another: couriers "
      "who "
      "never meet are a block. One block means that the ties show no such division.");
  answer.add_reading(
      "Each bit saved against one block halves how surprising the ties are; a few bits are nothing "
      "to build on.");
  answer.add_reading("A lead for an analyst; no element of article 2 UNTOC rests on a block.");
  answer.mutable_basis()->set_convention(std::string{kWords} +
                                         "; expected = ties that the degrees of two blocks give");
  return answer;
}

}  // namespace palermo::network
