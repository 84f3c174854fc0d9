// palermo network path
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/network/answers.hpp"
#include "cli/commands/network/chaining.hpp"
#include "cli/commands/network/subcommands.hpp"
#include "cli/commands/network/text.hpp"

namespace palermo::cli {
namespace {

struct PathArguments {
  Selection selection;
  std::string from_id;
  std::string to_id;
  std::string authorization;
  bool weighted = false;
  std::uint32_t count = 1;
};

core::Status run_path(const Context& context, const PathArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(const Chaining chaining,
              load_for_chaining(session, arguments.selection, arguments.authorization));
  PALERMO_TRY(const network::Graph whole, network::Graph::make(chaining.whole.table));
  PALERMO_TRY(const Seed from_seed, find_seed(session, chaining, whole, arguments.from_id));
  PALERMO_TRY(const Seed to_seed, find_seed(session, chaining, whole, arguments.to_id));
  const network::HopBudget budget =
      network::HopBudget::make(chaining.whole.table, chaining.authorizations);
  std::uint64_t left_out = 0;
  PALERMO_TRY(const network::LoadedNetwork walked,
              walkable(session, chaining, &budget, arguments.authorization, left_out));
  PALERMO_TRY(const network::Graph graph, network::Graph::make(walked.table));
  PALERMO_TRY(const std::uint32_t from, find_selected(graph, from_seed.node));
  PALERMO_TRY(const std::uint32_t to, find_selected(graph, to_seed.node));
  const network::Length length =
      arguments.weighted ? network::Length::InverseStrength : network::Length::Hops;
  PALERMO_TRY(const std::vector<network::Path> paths,
              network::shortest_paths(graph, from, to, length, arguments.count));
  const std::optional<network::Path> path =
      paths.empty() ? std::nullopt : std::optional<network::Path>{paths.front()};
  v1::Access entry = access("network path", "CONSULT", path ? path->vertices.size() : 0);
  for (const Seed* seed : {&from_seed, &to_seed})
    for (const std::string& object : seed->objects) entry.add_objects(object);
  entry.set_authorization_id(arguments.authorization);
  if (!path && left_out > 0) {
    // Is there one that only leads over ties beyond the budget? Then this is a refusal, not an
    // answer.
    std::uint64_t none = 0;
    PALERMO_TRY(const network::LoadedNetwork every,
                walkable(session, chaining, nullptr, arguments.authorization, none));
    PALERMO_TRY(const network::Graph all, network::Graph::make(every.table));
    PALERMO_TRY(const std::uint32_t all_from, find_selected(all, from_seed.node));
    PALERMO_TRY(const std::uint32_t all_to, find_selected(all, to_seed.node));
    PALERMO_TRY(const auto beyond,
                network::shortest_path(all, all_from, all_to, network::Length::Hops));
    if (beyond) {
      entry.set_result_count(0);
      entry.set_hops_requested(static_cast<std::uint32_t>(beyond->edges.size()));
      return session.refuse(
          std::move(entry), "SC02",
          "the two are only connected over ties beyond the authorized hops from a target",
          "an authorization with more hops (scope.max_hops) would allow it: palermo authorize add");
    }
  }
  v1::NetworkPath answer =
      network::path_answer(graph, path, length, std::span{paths}.subspan(paths.empty() ? 0 : 1));
  answer.set_all_shown(paths.size() < arguments.count);
  answer.set_authorization_id(arguments.authorization);
  add_basis(*answer.mutable_basis(), walked.basis);
  add_left_out(*answer.mutable_basis(), left_out);
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return path_text(answer, from_seed.node, to_seed.node); });
  return core::ok();
}

}  // namespace

Command add_network_path(CLI::App* network) {
  CLI::App* path =
      network->add_subcommand("path", "Shortest chain of ties, with the records of each step");
  auto ends = std::make_shared<PathArguments>();
  add_selection(path, ends->selection);
  path->add_option("a", ends->from_id, "Identifier, e.g. +447700900001")->required();
  path->add_option("b", ends->to_id, "Identifier")->required();
  path->add_flag("--weighted", ends->weighted, "Smallest sum of 1/strength instead of fewest hops");
  path->add_option("--count", ends->count, "So many shortest chains, none through one node twice")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  path->add_option("--authorization", ends->authorization, "Authorization relied on");
  return {path, [ends](const Context& context) { return run_path(context, *ends); }};
}

}  // namespace palermo::cli
