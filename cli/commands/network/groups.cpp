// palermo network groups
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/network/answers.hpp"
#include "cli/commands/network/selection.hpp"
#include "cli/commands/network/subcommands.hpp"
#include "cli/commands/network/text.hpp"

namespace palermo::cli {
namespace {

struct GroupsArguments {
  Selection selection;
  std::uint32_t draws = 200;
  std::uint32_t seed = 1;
  std::uint32_t min_size = 3;
  std::string null_model = "auto";
};

core::Status run_groups(const Context& context, const GroupsArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(const network::LoadOptions options, options_of(session.db(), arguments.selection));
  PALERMO_TRY(const network::LoadedNetwork loaded, network::load(session.db(), options));
  PALERMO_TRY(const network::Graph graph, network::Graph::make(loaded.table));
  network::GroupOptions search;
  search.draws = arguments.draws;
  search.seed = arguments.seed;
  search.min_size = arguments.min_size;
  if (arguments.null_model == "directed") search.swap = network::Swap::Directed;
  if (arguments.null_model == "undirected") search.swap = network::Swap::Undirected;
  const bool draw = context.may_draw_progress() && graph.m() > 1000;
  if (draw)
    search.progress = [](std::uint32_t done, std::uint32_t all) {
      fmt::print(stderr, "\r{} of {} null draws", done, all);
      if (done == all) fmt::print(stderr, "\r{:40}\r", "");
    };
  PALERMO_TRY(network::Groups groups, network::find_groups(graph, search));
  const std::optional<std::int64_t> middle = network::middle_of(loaded.table);
  if (middle) {
    network::LoadOptions half = options;
    half.to_us = *middle;
    PALERMO_TRY(const network::LoadedNetwork first, network::load(session.db(), half));
    half = options;
    half.from_us = *middle + 1;
    PALERMO_TRY(const network::LoadedNetwork second, network::load(session.db(), half));
    PALERMO_TRY(const network::Graph first_graph, network::Graph::make(first.table));
    PALERMO_TRY(const network::Graph second_graph, network::Graph::make(second.table));
    PALERMO_CHECK_OK(
        network::half_stability(graph, first_graph, second_graph, search.seed, groups));
  }
  v1::NetworkGroups answer = network::groups_answer(graph, groups, search, middle.has_value());
  add_basis(*answer.mutable_basis(), loaded.basis);
  PALERMO_CHECK_OK(session.log_access(
      access("network groups", "COMBINE", static_cast<std::uint64_t>(answer.groups_size()))));
  context.answer(answer, [&] { return groups_text(answer); });
  return core::ok();
}

}  // namespace

Command add_network_groups(CLI::App* network) {
  CLI::App* groups = network->add_subcommand(
      "groups", "Candidate groups, tested against chance; leads, not findings");
  auto search = std::make_shared<GroupsArguments>();
  add_selection(groups, search->selection);
  groups->add_option("--draws", search->draws, "Draws of the null model; 0: no test")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  groups->add_option("--seed", search->seed, "Seed of every random step")->capture_default_str();
  groups->add_option("--min-size", search->min_size, "Smallest group listed")
      ->check(CLI::Range(2, 1'000'000))
      ->capture_default_str();
  groups
      ->add_option("--null", search->null_model,
                   "directed for calls, messages, payments; undirected for relations")
      ->check(CLI::IsMember({"auto", "directed", "undirected"}))
      ->capture_default_str();
  return {groups, [search](const Context& context) { return run_groups(context, *search); }};
}

}  // namespace palermo::cli
