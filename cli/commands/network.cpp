// palermo network summary | metrics | groups | path | ego
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/network/answers.hpp"
#include "analysis/network/hop_budget.hpp"
#include "analysis/network/load.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/network_text.hpp"
#include "cli/period.hpp"
#include "core/authorization/authorization_store.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

/// Part of the case a command looks at.
struct Selection {
  std::string layer;
  std::string from;
  std::string to;
};

void add_selection(CLI::App* command, Selection& selection) {
  command->add_option("--layer", selection.layer,
                      "calls, intercepts, payments, or a layer of relations; default: all merged");
  command->add_option("--from", selection.from, "First day or instant, ISO 8601 (a day is UTC)");
  command->add_option("--to", selection.to, "Last day or instant");
}

core::Result<network::LoadOptions> options_of(const Selection& selection) {
  network::LoadOptions options;
  options.layer = selection.layer;
  PALERMO_TRY(const Period period, read_period(selection.from, selection.to));
  options.from_us = period.from_us;
  options.to_us = period.to_us;
  return options;
}

core::Result<session::Session> open_for_network(const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::ReadNetwork));
  return session;
}

/// Keeps the convention that the analysis wrote and adds what was computed on.
void add_basis(v1::Basis& basis, const v1::Basis& loaded) {
  std::string convention = std::move(*basis.mutable_convention());
  const auto notices = basis.notices();
  basis = loaded;
  basis.set_convention(std::move(convention));
  for (const std::string& notice : notices) basis.add_notices(notice);
}

v1::Access access(const char* command, const char* operation, std::uint64_t results) {
  v1::Access entry;
  entry.set_command(command);
  entry.set_operation(operation);
  entry.set_result_count(static_cast<std::uint32_t>(results));
  return entry;
}

/// Identifiers stand in the trail by their number in the case, never by their value.
std::string object_of(const network::LoadedNetwork& loaded, const std::string& id) {
  for (std::size_t v = 0; v < loaded.table.nodes.size(); ++v)
    if (loaded.table.nodes[v].id == id) return fmt::format("identifier/{}", loaded.identifiers[v]);
  return "identifier/unknown";
}

// ---- summary ---------------------------------------------------------------------------------

core::Status run_summary(const Context& context, const Selection& selection) {
  PALERMO_TRY(const network::LoadOptions options, options_of(selection));
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(const network::LoadedNetwork loaded, network::load(session.db(), options));
  PALERMO_TRY(const network::Graph graph, network::Graph::make(loaded.table));
  PALERMO_TRY(v1::NetworkSummary answer, network::summarize(graph));
  add_basis(*answer.mutable_basis(), loaded.basis);
  for (const network::Layer& layer : loaded.layers)
    answer.add_layers(fmt::format("{}: {}", layer.name, layer.records));
  PALERMO_CHECK_OK(session.log_access(access("network summary", "COMBINE", graph.n())));
  context.answer(answer, [&] { return summary_text(answer); });
  return core::ok();
}

// ---- metrics ---------------------------------------------------------------------------------

struct MetricsArguments {
  Selection selection;
  network::MetricsOptions options;
  std::uint32_t top = 0;
  int draws = -1;
  std::uint32_t seed = 1;
  double missing = 10;
};

core::Status run_metrics(const Context& context, const MetricsArguments& arguments) {
  constexpr std::uint32_t kShownToPeople = 20;
  PALERMO_TRY(const network::LoadOptions options, options_of(arguments.selection));
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(const network::LoadedNetwork loaded, network::load(session.db(), options));
  PALERMO_TRY(const network::Graph graph, network::Graph::make(loaded.table));
  network::MetricsOptions measure = arguments.options;
  measure.top = arguments.top;
  if (measure.top == 0 && !context.json) measure.top = kShownToPeople;
  measure.seed = arguments.seed;
  measure.missing = arguments.missing / 100;
  if (arguments.draws >= 0) measure.draws = static_cast<std::uint32_t>(arguments.draws);
  PALERMO_TRY(v1::NetworkMetrics answer, network::metrics(graph, measure));
  add_basis(*answer.mutable_basis(), loaded.basis);
  v1::Access entry =
      access("network metrics", "COMBINE", static_cast<std::uint64_t>(answer.nodes_size()));
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return metrics_text(answer); });
  return core::ok();
}

// ---- groups ----------------------------------------------------------------------------------

struct GroupsArguments {
  Selection selection;
  std::uint32_t draws = 200;
  std::uint32_t seed = 1;
  std::uint32_t min_size = 3;
  std::string null_model = "auto";
};

core::Status run_groups(const Context& context, const GroupsArguments& arguments) {
  PALERMO_TRY(const network::LoadOptions options, options_of(arguments.selection));
  PALERMO_TRY(session::Session session, open_for_network(context));
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

// ---- path and ego: contact chaining, within the authorized hops
// ----------------------------------

/// What chaining needs: the whole case for the budget, the selection for the answer.
struct Chaining {
  network::LoadedNetwork whole;
  network::LoadedNetwork selected;
  std::vector<v1::Authorization> authorizations;
};

core::Result<Chaining> load_for_chaining(session::Session& session, const Selection& selection,
                                         const std::string& relied_on) {
  PALERMO_TRY(const network::LoadOptions options, options_of(selection));
  Chaining chaining;
  using Stored = std::map<std::string, authorization::StoredAuthorization>;
  PALERMO_TRY(const Stored stored, authorization::load_all(session.db()));
  for (const auto& [id, row] : stored) chaining.authorizations.push_back(row.authorization);
  if (!relied_on.empty() && !stored.contains(relied_on))
    return core::Error{
        core::ErrorCode::NotFound,
        fmt::format("the case holds no authorization \"{}\"", core::printable(relied_on, 60)),
        std::nullopt, "`palermo authorize list` shows those it holds"};
  PALERMO_TRY(chaining.whole, network::load(session.db(), {}));
  if (options.layer.empty() && !options.from_us && !options.to_us) {
    chaining.selected = chaining.whole;
  } else {
    PALERMO_TRY(chaining.selected, network::load(session.db(), options));
  }
  return chaining;
}

/// The vertex in the selection, or why it is not there though the case knows it.
core::Result<std::uint32_t> find_selected(const network::Graph& graph, const std::string& id) {
  if (const auto found = graph.find(id)) return *found;
  return core::Error{core::ErrorCode::NotFound,
                     fmt::format("\"{}\" occurs in the case, but not in this layer and period",
                                 core::printable(id, 60)),
                     std::nullopt, "leave out --layer, --from or --to"};
}

void add_left_out(v1::Basis& basis, std::uint64_t left_out) {
  if (left_out > 0)
    basis.add_notices(fmt::format(
        "{} records lie beyond the authorized hops from a target (SC02) and were not walked",
        network::with_commas(left_out)));
}

struct PathArguments {
  Selection selection;
  std::string from_id;
  std::string to_id;
  std::string authorization;
  bool weighted = false;
};

core::Status run_path(const Context& context, const PathArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(const Chaining chaining,
              load_for_chaining(session, arguments.selection, arguments.authorization));
  PALERMO_TRY(const network::Graph whole, network::Graph::make(chaining.whole.table));
  PALERMO_TRY(const std::uint32_t whole_from, network::find_node(whole, arguments.from_id));
  PALERMO_TRY(const std::uint32_t whole_to, network::find_node(whole, arguments.to_id));
  const std::string from_id = whole.nodes()[whole_from].id;
  const std::string to_id = whole.nodes()[whole_to].id;
  const network::HopBudget budget =
      network::HopBudget::make(chaining.whole.table, chaining.authorizations);
  std::uint64_t left_out = 0;
  const network::TieTable table =
      network::within_budget(chaining.selected.table, budget, arguments.authorization, left_out);
  PALERMO_TRY(const network::Graph graph, network::Graph::make(table));
  PALERMO_TRY(const std::uint32_t from, find_selected(graph, from_id));
  PALERMO_TRY(const std::uint32_t to, find_selected(graph, to_id));
  const network::Length length =
      arguments.weighted ? network::Length::InverseStrength : network::Length::Hops;
  PALERMO_TRY(const auto path, network::shortest_path(graph, from, to, length));
  v1::Access entry = access("network path", "CONSULT", path ? path->vertices.size() : 0);
  entry.add_objects(object_of(chaining.whole, from_id));
  entry.add_objects(object_of(chaining.whole, to_id));
  entry.set_authorization_id(arguments.authorization);
  if (!path && left_out > 0) {
    // Is there one that only leads over ties beyond the budget? Then this is a refusal, not an
    // answer.
    PALERMO_TRY(const network::Graph all, network::Graph::make(chaining.selected.table));
    PALERMO_TRY(const std::uint32_t all_from, find_selected(all, from_id));
    PALERMO_TRY(const std::uint32_t all_to, find_selected(all, to_id));
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
  v1::NetworkPath answer = network::path_answer(graph, path, length);
  answer.set_authorization_id(arguments.authorization);
  add_basis(*answer.mutable_basis(), chaining.selected.basis);
  add_left_out(*answer.mutable_basis(), left_out);
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return path_text(answer, from_id, to_id); });
  return core::ok();
}

struct EgoArguments {
  Selection selection;
  std::string id;
  std::uint32_t hops = 1;
  std::string authorization;
};

std::string why_refused(const network::HopDecision& decision, std::uint32_t hops) {
  std::string text =
      fmt::format("{} hops from this identifier are asked, {} allowed", hops, decision.allowed);
  for (const network::HopAllowance& allowance : decision.allowances) {
    const std::string id = core::printable(allowance.authorization_id, 60);
    text += allowance.distance
                ? fmt::format("; {} allows {} from its targets, of which {} are spent here", id,
                              allowance.max_hops, std::min(*allowance.distance, allowance.max_hops))
                : fmt::format("; no target of {} leads to it", id);
  }
  if (decision.allowances.empty())
    text += "; it does not occur in what the named authorization yielded";
  return text;
}

core::Status run_ego(const Context& context, const EgoArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(const Chaining chaining,
              load_for_chaining(session, arguments.selection, arguments.authorization));
  PALERMO_TRY(const network::Graph whole, network::Graph::make(chaining.whole.table));
  PALERMO_TRY(const std::uint32_t known, network::find_node(whole, arguments.id));
  const std::string id = whole.nodes()[known].id;
  const network::HopBudget budget =
      network::HopBudget::make(chaining.whole.table, chaining.authorizations);
  const network::HopDecision decision = budget.decide(id, arguments.authorization);
  const std::uint32_t allowed = decision.unlimited ? arguments.hops : decision.allowed;
  v1::Access entry = access("network ego", "CONSULT", 0);
  entry.add_objects(object_of(chaining.whole, id));
  entry.set_authorization_id(arguments.authorization);
  entry.set_hops_requested(arguments.hops);
  entry.set_hops_allowed(allowed);
  if (arguments.hops > allowed)
    return session.refuse(
        std::move(entry), "SC02", why_refused(decision, arguments.hops),
        allowed > 0
            ? fmt::format("ask for --hops {}, or record an authorization that allows more", allowed)
            : "only an authorization that allows more hops (scope.max_hops), or one that "
              "names this identifier as a target, opens its contacts");
  std::uint64_t left_out = 0;
  const network::TieTable table =
      network::within_budget(chaining.selected.table, budget, arguments.authorization, left_out);
  PALERMO_TRY(const network::Graph graph, network::Graph::make(table));
  PALERMO_TRY(const std::uint32_t vertex, find_selected(graph, id));
  PALERMO_TRY(const network::EgoNetwork ego, network::ego_network(graph, vertex, arguments.hops));
  v1::NetworkEgo answer = network::ego_answer(graph, ego, arguments.hops);
  answer.set_hops_allowed(allowed);
  answer.set_hops_unlimited(decision.unlimited);
  answer.set_authorization_id(arguments.authorization);
  answer.set_records_left_out(left_out);
  add_basis(*answer.mutable_basis(), chaining.selected.basis);
  add_left_out(*answer.mutable_basis(), left_out);
  entry.set_result_count(static_cast<std::uint32_t>(ego.vertices.size()));
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return ego_text(answer); });
  return core::ok();
}

}  // namespace

std::vector<Command> add_network(CLI::App& app) {
  CLI::App* network = app.add_subcommand("network", "Who is tied to whom, and what it shows");
  network->require_subcommand(1);
  std::vector<Command> commands;

  CLI::App* summary = network->add_subcommand("summary", "Size, density, components, path lengths");
  auto selection = std::make_shared<Selection>();
  add_selection(summary, *selection);
  commands.push_back(
      {summary, [selection](const Context& context) { return run_summary(context, *selection); }});

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
  commands.push_back(
      {metrics, [measures](const Context& context) { return run_metrics(context, *measures); }});

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
  commands.push_back(
      {groups, [search](const Context& context) { return run_groups(context, *search); }});

  CLI::App* path =
      network->add_subcommand("path", "Shortest chain of ties, with the records of each step");
  auto ends = std::make_shared<PathArguments>();
  add_selection(path, ends->selection);
  path->add_option("a", ends->from_id, "Identifier, e.g. +447700900001")->required();
  path->add_option("b", ends->to_id, "Identifier")->required();
  path->add_flag("--weighted", ends->weighted, "Smallest sum of 1/strength instead of fewest hops");
  path->add_option("--authorization", ends->authorization, "Authorization relied on");
  commands.push_back({path, [ends](const Context& context) { return run_path(context, *ends); }});

  CLI::App* ego = network->add_subcommand(
      "ego", "Contacts of one identifier, within the authorized hops from a target");
  auto seed = std::make_shared<EgoArguments>();
  add_selection(ego, seed->selection);
  ego->add_option("identifier", seed->id, "E.164, e.g. +447700900001, or any label")->required();
  ego->add_option("--hops", seed->hops, "Hops from the identifier")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  ego->add_option("--authorization", seed->authorization, "Authorization relied on");
  commands.push_back({ego, [seed](const Context& context) { return run_ego(context, *seed); }});
  return commands;
}

}  // namespace palermo::cli
