// palermo network disrupt
#include "analysis/network/disrupt.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/network/answers.hpp"
#include "cli/commands/network/selection.hpp"
#include "cli/commands/network/subcommands.hpp"
#include "cli/commands/network/text.hpp"
#include "core/base/text.hpp"
#include "palermo/v1/disrupt.pb.h"

namespace palermo::cli {
namespace {

struct DisruptArguments {
  Selection selection;
  network::DisruptOptions options;
  std::vector<std::string> list;
};

std::string three(bool has, double value) { return has ? fmt::format("{:.3f}", value) : "-"; }

std::string who(const v1::NetworkDisruption::Point& point) {
  std::string text;
  for (int i = 0; i < point.ids_size() && i < 3; ++i)
    text += (i > 0 ? ", " : "") + core::printable(point.ids(i), 20);
  if (point.ids_size() > 3) text += fmt::format(" and {} more", point.ids_size() - 3);
  return text;
}

std::string disruption_text(const v1::NetworkDisruption& answer) {
  const bool recovers = !answer.recovery_rule().empty();
  const bool baseline = answer.random_size() > 0;
  std::vector<std::string> head{"removed", "who", "largest", "efficiency", "at once"};
  if (baseline) head.insert(head.end(), {"random", "5 to 95 %"});
  if (recovers) head.insert(head.end(), {"recovered", "efficiency"});
  std::vector<std::vector<std::string>> rows{head};
  for (int i = 0; i < answer.curve_size(); ++i) {
    const auto& point = answer.curve(i);
    std::vector<std::string> row{std::to_string(point.removed()), who(point),
                                 std::to_string(point.largest_component()),
                                 three(point.has_efficiency(), point.efficiency()),
                                 std::to_string(answer.at_once(i).largest_component())};
    if (baseline) {
      const auto& random = answer.random(i);
      row.push_back(fmt::format("{:.1f}", random.largest_mean()));
      row.push_back(fmt::format("{} to {}", random.largest_low(), random.largest_high()));
    }
    if (recovers) {
      const auto& after = answer.recovery(i);
      row.push_back(std::to_string(after.largest_component()));
      row.push_back(three(after.has_efficiency(), after.efficiency()));
    }
    rows.push_back(std::move(row));
  }
  std::string text = core::table(rows) + "\n";
  text += wrapped(
      fmt::format(
          "largest: identifiers of the largest component when removed by {}, ranked anew after "
          "every "
          "{}. "
          "at once: the same number removed by the first ranking alone.{}",
          answer.strategy(), answer.block() == 1 ? "one" : fmt::format("{}", answer.block()),
          baseline ? fmt::format(
                         " random: mean of {} random removals (seed {}); a strategy that does no "
                         "better knows nothing.",
                         answer.draws(), answer.seed())
                   : ""),
      2);
  if (recovers) {
    text += wrapped(
        fmt::format(
            "recovered: those who lost a tie made {} new ones in all, to friends of friends by {}.",
            answer.ties_made(), answer.recovery_rule()),
        2);
    std::string steps;
    for (const std::uint32_t removed : answer.strengthened())
      steps += (steps.empty() ? "" : ", ") + std::to_string(removed);
    text += wrapped(
        steps.empty()
            ? std::string{"No removal left the recovered network more efficient than before."}
            : "Removal strengthened it: efficiency rose at removal " + steps + ".",
        2);
  }
  return text + basis_text(answer.basis());
}

core::Status run_disrupt(const Context& context, const DisruptArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(const network::LoadOptions options, options_of(session.db(), arguments.selection));
  PALERMO_TRY(const network::LoadedNetwork loaded, network::load(session.db(), options));
  PALERMO_TRY(const network::Graph graph, network::Graph::make(loaded.table));
  network::DisruptOptions removal = arguments.options;
  if (!arguments.list.empty() && removal.strategy != "list") removal.strategy = "list";
  for (const std::string& id : arguments.list) {
    PALERMO_TRY(const std::uint32_t v, network::find_node(graph, id));
    if (std::find(removal.list.begin(), removal.list.end(), v) != removal.list.end())
      return core::Error{core::ErrorCode::Usage,
                         fmt::format("{} is listed twice", core::printable(id, 60))};
    removal.list.push_back(v);
  }
  PALERMO_TRY(const network::Disruption found, network::disrupt(graph, removal));
  v1::NetworkDisruption answer = network::disruption_answer(graph, found, removal);
  add_basis(*answer.mutable_basis(), loaded.basis);
  v1::Access entry =
      access("network disrupt", "COMBINE", static_cast<std::uint64_t>(answer.curve_size()));
  for (const std::string& id : arguments.list)
    for (const std::string& object : objects_of(loaded, id)) entry.add_objects(object);
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return disruption_text(answer); });
  return core::ok();
}

}  // namespace

Command add_network_disrupt(CLI::App* network) {
  CLI::App* command = network->add_subcommand(
      "disrupt", "What is left as identifiers are removed, beside random removal and recovery");
  auto arguments = std::make_shared<DisruptArguments>();
  add_selection(command, arguments->selection);
  command->add_option("--strategy", arguments->options.strategy, "Whom to remove first, see below")
      ->capture_default_str();
  command->add_option("--remove", arguments->options.remove, "Identifiers removed in all")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command
      ->add_option("--block", arguments->options.block, "Identifiers removed between two rankings")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command->add_option("--list", arguments->list, "Identifiers to remove, in this order");
  command
      ->add_option("--recovery", arguments->options.recovery,
                   "After each removal those who lost a tie make a new one to a friend of a friend")
      ->check(CLI::IsMember({"distance", "degree"}));
  command->add_option("--draws", arguments->options.draws, "Random removals to compare with")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  command->add_option("--seed", arguments->options.seed, "Seed of every random step")
      ->capture_default_str();
  command->footer(core::wrapped(
      fmt::format("Strategies: {}", fmt::join(network::removal_strategies(), ", ")), 98, 2));
  return {command,
          [arguments](const Context& context) { return run_disrupt(context, *arguments); }};
}

}  // namespace palermo::cli
