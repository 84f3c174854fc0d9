// palermo network core
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/network/structure.hpp"
#include "cli/commands/network/selection.hpp"
#include "cli/commands/network/subcommands.hpp"
#include "cli/commands/network/text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string core_text(const v1::NetworkCore& answer) {
  constexpr int kShown = 20;
  Rows rows{{"node", "in the core", "coreness", "degree"}};
  for (int i = 0; i < answer.members_size() && i < kShown; ++i) {
    const auto& member = answer.members(i);
    rows.push_back({member.id(), member.in_core() ? "yes" : "",
                    fmt::format("{:.3f}", member.coreness()), std::to_string(member.degree())});
  }
  std::string text = core::table(rows);
  if (answer.members_size() > kShown)
    text += fmt::format("{} of {} nodes shown (--json has all).\n", kShown, answer.members_size());
  text += "\n" +
          wrapped(fmt::format("Core of {}: {}", answer.core_size(), joined(answer.core(), 40)), 2);
  text += wrapped(
      fmt::format("Density {:.3f} in the core, {:.3f} between core and periphery, {:.3f} in "
                  "the periphery of {}.",
                  answer.density_core(), answer.density_between(), answer.density_periphery(),
                  answer.periphery()),
      2);
  text += wrapped(
      fmt::format("Fit {:.3f} (continuous {:.3f}); {} draws (seed {}) gave {:.3f}, sd {:.3f}: "
                  "z {}, p {}.",
                  answer.fit(), answer.continuous_fit(), answer.draws(), answer.seed(),
                  answer.null_mean(), answer.null_sd(),
                  answer.has_z() ? fmt::format("{:.1f}", answer.z()) : "undefined",
                  answer.has_p_value() ? fmt::format("{:.4f}", answer.p_value()) : "undefined"),
      2);
  for (const std::string& sentence : answer.reading()) text += wrapped(sentence, 2);
  text += wrapped("Method: " + answer.method() + ".", 2);
  text += wrapped("Null model: " + answer.null_model() + ".", 2);
  text += examined_text(answer.examined(), answer.nodes(), answer.restricted_to());
  return text + basis_text(answer.basis());
}

struct CoreArguments {
  Selection selection;
  std::uint32_t draws = 200;
  std::uint32_t seed = 1;
};

core::Status run_core(const Context& context, const CoreArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(const network::LoadOptions options, options_of(session.db(), arguments.selection));
  PALERMO_TRY(const network::LoadedNetwork loaded, network::load(session.db(), options));
  PALERMO_TRY(const network::Graph graph, network::Graph::make(loaded.table));
  network::StructureOptions search;
  search.draws = arguments.draws;
  search.seed = arguments.seed;
  PALERMO_TRY(v1::NetworkCore answer, network::core_answer(graph, search));
  add_basis(*answer.mutable_basis(), loaded.basis);
  PALERMO_CHECK_OK(session.log_access(
      access("network core", "COMBINE", static_cast<std::uint64_t>(answer.members_size()))));
  context.answer(answer, [&] { return core_text(answer); });
  return core::ok();
}

}  // namespace

Command add_network_core(CLI::App* network) {
  CLI::App* core = network->add_subcommand(
      "core", "Core and periphery, and whether the degrees alone make them");
  auto search = std::make_shared<CoreArguments>();
  add_selection(core, search->selection);
  core->add_option("--draws", search->draws, "Draws of the null model; 0: no test")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  core->add_option("--seed", search->seed, "Seed of every random step")->capture_default_str();
  return {core, [search](const Context& context) { return run_core(context, *search); }};
}

}  // namespace palermo::cli
