// palermo network metrics
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/network/answers.hpp"
#include "cli/commands/network/selection.hpp"
#include "cli/commands/network/subcommands.hpp"
#include "cli/commands/network/text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

struct MetricsArguments {
  Selection selection;
  network::MetricsOptions options;
  std::uint32_t top = 0;
  int draws = -1;
  std::uint32_t seed = 1;
  double missing = 10;
  double error = 0;
};

core::Status run_metrics(const Context& context, const MetricsArguments& arguments) {
  constexpr std::uint32_t kShownToPeople = 20;
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(const network::LoadOptions options, options_of(session.db(), arguments.selection));
  PALERMO_TRY(const network::LoadedNetwork loaded, network::load(session.db(), options));
  PALERMO_TRY(const network::Graph graph, network::Graph::make(loaded.table));
  network::MetricsOptions measure = arguments.options;
  measure.top = arguments.top;
  if (measure.top == 0 && !context.json) measure.top = kShownToPeople;
  measure.seed = arguments.seed;
  measure.missing = arguments.missing / 100;
  if (arguments.error > 0) measure.error = arguments.error;
  if (arguments.draws >= 0) measure.draws = static_cast<std::uint32_t>(arguments.draws);
  PALERMO_TRY(v1::NetworkMetrics answer, network::metrics(graph, measure));
  add_basis(*answer.mutable_basis(), loaded.basis);
  v1::Access entry =
      access("network metrics", "COMBINE", static_cast<std::uint64_t>(answer.nodes_size()));
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return metrics_text(answer); });
  return core::ok();
}

}  // namespace

Command add_network_metrics(CLI::App* network) {
  CLI::App* metrics = network->add_subcommand(
      "metrics", "Every measure of every node, with the plain baseline and the rank's fragility");
  auto measures = std::make_shared<MetricsArguments>();
  add_selection(metrics, measures->selection);
  metrics->add_option("--top", measures->top, "Nodes shown; default: all in JSON, 20 in the table")
      ->check(CLI::Range(1, 1'000'000));
  metrics->add_option("--sort", measures->options.sort, "Measure to rank by, see below")
      ->capture_default_str();
  metrics->add_flag("--weights", measures->options.weights,
                    "Shortest paths by distance 1/strength instead of hops");
  metrics->add_flag("--directed", measures->options.directed,
                    "Betweenness, closeness, harmonic and PageRank along the ties");
  CLI::Option* exact = metrics->add_flag(
      "--exact", measures->options.exact,
      "Betweenness and distances from every node, however long it takes; default: where feasible");
  metrics
      ->add_option("--error", measures->error,
                   "Betweenness sampled: with 90 % probability within this share of all pairs")
      ->check(CLI::Range(0.001, 0.5))
      ->excludes(exact);
  metrics
      ->add_option("--missing", measures->missing, "Percent of edges taken away for the fragility")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  metrics
      ->add_option("--draws", measures->draws,
                   "Draws for the fragility; default: as many as take seconds")
      ->check(CLI::Range(0, 100'000));
  metrics->add_option("--seed", measures->seed, "Seed of every random step")->capture_default_str();
  metrics->footer(core::wrapped(
      fmt::format("Measures for --sort: {}", fmt::join(network::sort_measures(), ", ")), 98, 2));
  return {metrics, [measures](const Context& context) { return run_metrics(context, *measures); }};
}

}  // namespace palermo::cli
