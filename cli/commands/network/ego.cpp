// palermo network ego
#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/network/answers.hpp"
#include "cli/commands/network/chaining.hpp"
#include "cli/commands/network/subcommands.hpp"
#include "cli/commands/network/text.hpp"

namespace palermo::cli {
namespace {

struct EgoArguments {
  Selection selection;
  std::string id;
  std::uint32_t hops = 1;
  std::string authorization;
};

core::Status run_ego(const Context& context, const EgoArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(const Chaining chaining,
              load_for_chaining(session, arguments.selection, arguments.authorization));
  PALERMO_TRY(const network::Graph whole, network::Graph::make(chaining.whole.table));
  PALERMO_TRY(const Seed seed, find_seed(session, chaining, whole, arguments.id));
  const network::HopBudget budget =
      network::HopBudget::make(chaining.whole.table, chaining.authorizations);
  const network::HopDecision decision = decide(budget, seed, arguments.authorization);
  const std::uint32_t allowed = decision.unlimited ? arguments.hops : decision.allowed;
  v1::Access entry = access("network ego", "CONSULT", 0);
  for (const std::string& object : seed.objects) entry.add_objects(object);
  entry.set_authorization_id(arguments.authorization);
  entry.set_hops_requested(arguments.hops);
  entry.set_hops_allowed(allowed);
  if (arguments.hops > allowed)
    return session.refuse(std::move(entry), "SC02", why_refused(decision, arguments.hops),
                          what_opens(allowed));
  std::uint64_t left_out = 0;
  PALERMO_TRY(const network::LoadedNetwork walked,
              walkable(session, chaining, &budget, arguments.authorization, left_out));
  PALERMO_TRY(const network::Graph graph, network::Graph::make(walked.table));
  PALERMO_TRY(const std::uint32_t vertex, find_selected(graph, seed.node));
  PALERMO_TRY(const network::EgoNetwork ego, network::ego_network(graph, vertex, arguments.hops));
  v1::NetworkEgo answer = network::ego_answer(graph, ego, arguments.hops);
  answer.set_hops_allowed(allowed);
  answer.set_hops_unlimited(decision.unlimited);
  answer.set_authorization_id(arguments.authorization);
  answer.set_records_left_out(left_out);
  add_basis(*answer.mutable_basis(), walked.basis);
  add_left_out(*answer.mutable_basis(), left_out);
  entry.set_result_count(static_cast<std::uint32_t>(ego.vertices.size()));
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return ego_text(answer); });
  return core::ok();
}

}  // namespace

Command add_network_ego(CLI::App* network) {
  CLI::App* ego = network->add_subcommand(
      "ego", "Contacts of one identifier, within the authorized hops from a target");
  auto seed = std::make_shared<EgoArguments>();
  add_selection(ego, seed->selection);
  ego->add_option("identifier", seed->id, "E.164, e.g. +447700900001, or any label")->required();
  ego->add_option("--hops", seed->hops, "Hops from the identifier")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  ego->add_option("--authorization", seed->authorization, "Authorization relied on");
  return {ego, [seed](const Context& context) { return run_ego(context, *seed); }};
}

}  // namespace palermo::cli
