// palermo network keyplayers
#include "analysis/network/keyplayers.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/network/selection.hpp"
#include "cli/commands/network/subcommands.hpp"
#include "cli/commands/network/text.hpp"
#include "core/base/text.hpp"
#include "palermo/v1/keyplayers.pb.h"

namespace palermo::cli {
namespace {

struct KeyPlayersArguments {
  Selection selection;
  network::KeyPlayerOptions options;
  std::string goal = "fragment";
  double tolerance = 1;
};

std::string ids(const v1::NetworkKeyPlayers::Set& set) {
  std::string text;
  for (const std::string& id : set.ids())
    text += (text.empty() ? "" : ", ") + core::printable(id, 40);
  return text;
}

std::string keyplayers_text(const v1::NetworkKeyPlayers& answer) {
  const bool fragment = answer.goal() == "fragment";
  std::string text = fragment
                         ? fmt::format(
                               "Removed together, these {} leave the rest farthest apart: {:.4f} "
                               "(nobody removed: {:.4f}).\n\n",
                               answer.k(), answer.value(), answer.before())
                         : fmt::format("Together these {} are nearest to everybody: {:.4f}.\n\n",
                                       answer.k(), answer.value());
  std::vector<std::vector<std::string>> rows{{"player", "alone", "up to here", "lost without",
                                              "degree", "its rank", "greedy", "in others"}};
  for (const auto& player : answer.players())
    rows.push_back({core::printable(player.id(), 30), fmt::format("{:.4f}", player.alone()),
                    fmt::format("{:.4f}", player.step()),
                    fmt::format("{:.4f}", player.contribution()), std::to_string(player.degree()),
                    std::to_string(player.degree_rank()), player.in_greedy() ? "yes" : "",
                    fmt::format("{} of {}", player.alternatives(), answer.alternatives_size())});
  text += core::table(rows) + "\n";
  text += wrapped("How: " + answer.method() + ".", 2);
  if (!answer.every_set() && answer.has_at_least_share())
    text += wrapped(fmt::format("The best possible set is at most {:.1f} % better.",
                                (1 / answer.at_least_share() - 1) * 100),
                    2);
  rows = {{"set", "value", "players"}};
  const auto add = [&](const v1::NetworkKeyPlayers::Set& set, const std::string& name) {
    rows.push_back({name, fmt::format("{:.4f}", set.value()), core::printable(ids(set), 70)});
  };
  add(answer.greedy(), "greedy");
  for (const auto& set : answer.baselines()) add(set, "by " + set.by());
  int number = 1;
  for (const auto& set : answer.alternatives()) add(set, fmt::format("next {}", number++));
  text += "\n" + core::table(rows);
  text += wrapped(
      fmt::format("{} other sets{} are within {:g} % of what the best one gains: {}.",
                  answer.nearly_as_good(), answer.every_set() ? "" : " among those looked at",
                  answer.tolerance() * 100,
                  answer.nearly_as_good() > 0 ? "who is in the set depends on little"
                                              : "this set stands alone"),
      2);
  return text + basis_text(answer.basis());
}

core::Status run_keyplayers(const Context& context, const KeyPlayersArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(const network::LoadOptions options, options_of(session.db(), arguments.selection));
  PALERMO_TRY(const network::LoadedNetwork loaded, network::load(session.db(), options));
  PALERMO_TRY(const network::Graph graph, network::Graph::make(loaded.table));
  network::KeyPlayerOptions search = arguments.options;
  search.goal = arguments.goal == "reach" ? network::Goal::Reach : network::Goal::Fragment;
  search.tolerance = arguments.tolerance / 100;
  PALERMO_TRY(const network::KeyPlayers found, network::key_players(graph, search));
  v1::NetworkKeyPlayers answer = network::key_players_answer(graph, found, search);
  add_basis(*answer.mutable_basis(), loaded.basis);
  PALERMO_CHECK_OK(session.log_access(
      access("network keyplayers", "COMBINE", static_cast<std::uint64_t>(answer.players_size()))));
  context.answer(answer, [&] { return keyplayers_text(answer); });
  return core::ok();
}

}  // namespace

Command add_network_keyplayers(CLI::App* network) {
  CLI::App* command = network->add_subcommand(
      "keyplayers",
      "The set of identifiers that matters most together, and which others nearly do");
  auto arguments = std::make_shared<KeyPlayersArguments>();
  add_selection(command, arguments->selection);
  command->add_option("-k", arguments->options.k, "Size of the set")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command
      ->add_option(
          "--goal", arguments->goal,
          "fragment: removed, they leave the rest farthest apart; reach: nearest to everybody")
      ->check(CLI::IsMember({"fragment", "reach"}))
      ->capture_default_str();
  command
      ->add_option("--starts", arguments->options.starts,
                   "Searches from different sets, where not all sets can be looked at")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command
      ->add_option("--tolerance", arguments->tolerance,
                   "Percent of the gain within which a set counts as nearly as good")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  command->add_option("--others", arguments->options.listed, "Next best sets that are listed")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  command->add_option("--seed", arguments->options.seed, "Seed of the random starts")
      ->capture_default_str();
  return {command,
          [arguments](const Context& context) { return run_keyplayers(context, *arguments); }};
}

}  // namespace palermo::cli
