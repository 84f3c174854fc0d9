// palermo network summary
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/network/answers.hpp"
#include "cli/commands/network/selection.hpp"
#include "cli/commands/network/subcommands.hpp"
#include "cli/commands/network/text.hpp"

namespace palermo::cli {
namespace {

core::Status run_summary(const Context& context, const Selection& selection) {
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(const network::LoadOptions options, options_of(session.db(), selection));
  PALERMO_TRY(const network::LoadedNetwork loaded, network::load(session.db(), options));
  PALERMO_TRY(const network::Graph graph, network::Graph::make(loaded.table));
  PALERMO_TRY(v1::NetworkSummary answer, network::summarize(graph));
  add_basis(*answer.mutable_basis(), loaded.basis);
  for (const network::Layer& layer : loaded.layers)
    answer.add_layers(fmt::format("{}: {}", layer.name, layer.records));
  PALERMO_CHECK_OK(session.log_access(access("network summary", "COMBINE", graph.n())));
  context.answer(answer, [&] { return summary_text(answer, selection.persons()); });
  return core::ok();
}

}  // namespace

Command add_network_summary(CLI::App* network) {
  CLI::App* summary = network->add_subcommand("summary", "Size, density, components, path lengths");
  auto selection = std::make_shared<Selection>();
  add_selection(summary, *selection);
  return {summary,
          [selection](const Context& context) { return run_summary(context, *selection); }};
}

}  // namespace palermo::cli
