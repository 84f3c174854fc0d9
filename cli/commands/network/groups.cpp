// palermo network groups
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "analysis/network/answers.hpp"
#include "analysis/network/distinct_load.hpp"
#include "analysis/network/group_windows.hpp"
#include "cli/commands/network/selection.hpp"
#include "cli/commands/network/subcommands.hpp"
#include "cli/commands/network/text.hpp"
#include "core/base/time.hpp"

namespace palermo::cli {
namespace {

struct GroupsArguments {
  Selection selection;
  std::uint32_t draws = 200;
  std::uint32_t seed = 1;
  std::uint32_t min_size = 3;
  std::string null_model = "auto";
  std::string windows;
};

/// Whether the layer looked at is stated as persons by events.
bool is_two_mode(const network::LoadedNetwork& loaded) {
  return std::any_of(loaded.layers.begin(), loaded.layers.end(), [&](const network::Layer& layer) {
    return layer.two_mode && layer.name == loaded.basis.layer();
  });
}

const char* word_of(network::ChangeKind kind) {
  switch (kind) {
    case network::ChangeKind::Birth:
      return "birth";
    case network::ChangeKind::Death:
      return "death";
    case network::ChangeKind::Continues:
      return "continues";
    case network::ChangeKind::Split:
      return "split";
    case network::ChangeKind::Merge:
      return "merge";
    case network::ChangeKind::Reshuffle:
      return "reshuffle";
  }
  return "";
}

core::Status add_windows(store::Database& db, const network::LoadOptions& options,
                         const GroupsArguments& arguments, const network::TieTable& table,
                         bool project, v1::NetworkGroups& answer) {
  std::optional<std::int64_t> first, last;
  for (const network::Tie& tie : table.ties) {
    if (tie.first_us != network::kNoTime)
      first = std::min(first.value_or(tie.first_us), tie.first_us);
    if (tie.last_us != network::kNoTime) last = std::max(last.value_or(tie.last_us), tie.last_us);
  }
  if (!first || !last)
    return core::Error{core::ErrorCode::Usage, "no times stand behind the ties", std::nullopt,
                       "--windows needs a layer whose records have times"};
  PALERMO_TRY(const std::vector<network::WindowSpan> spans,
              network::windows_of(*first, *last, arguments.windows));
  std::vector<std::vector<std::string>> before;
  for (std::size_t w = 0; w < spans.size(); ++w) {
    network::LoadOptions part = options;
    part.from_us = std::max(spans[w].from_us, options.from_us.value_or(spans[w].from_us));
    part.to_us = std::min(spans[w].to_us, options.to_us.value_or(spans[w].to_us));
    PALERMO_TRY(const network::LoadedNetwork loaded, network::load(db, part));
    PALERMO_TRY(network::Graph graph, network::Graph::make(loaded.table));
    // A window without a tie has no table, and no groups either.
    if (const auto attended = project ? network::two_mode_of(graph) : std::nullopt) {
      PALERMO_TRY(const network::Projection drawn,
                  network::project(attended->attended, attended->events));
      PALERMO_TRY(graph, network::projected_graph(graph, *attended, drawn));
    }
    PALERMO_TRY(const auto groups,
                network::groups_of_window(graph, arguments.seed, arguments.min_size));
    v1::NetworkGroups::Window& window = *answer.add_windows();
    window.set_from(core::format_utc(*part.from_us));
    window.set_to(core::format_utc(*part.to_us));
    std::uint32_t tied = 0;
    for (std::uint32_t v = 0; v < graph.n(); ++v) tied += graph.degree(v) > 0 ? 1 : 0;
    window.set_nodes(tied);
    window.set_ties(graph.m());
    window.set_records(loaded.basis.records_used());
    for (std::size_t g = 0; g < groups.size(); ++g) {
      v1::NetworkGroups::WindowGroup& group = *window.add_groups();
      group.set_id(fmt::format("W{}.{}", w + 1, g + 1));
      for (const std::string& id : groups[g]) group.add_members(id);
    }
    if (w > 0)
      for (const network::Change& change : network::changes_between(before, groups)) {
        v1::NetworkGroups::Change& out = *answer.add_changes();
        out.set_kind(word_of(change.kind));
        out.set_window(static_cast<std::uint32_t>(w + 1));
        for (const std::uint32_t g : change.before) out.add_before(fmt::format("W{}.{}", w, g + 1));
        for (const std::uint32_t g : change.after)
          out.add_after(fmt::format("W{}.{}", w + 1, g + 1));
        if (change.jaccard > 0) out.set_jaccard(change.jaccard);
      }
    before = groups;
  }
  answer.set_windows_method(fmt::format(
      "communities found anew in each window ({}), groups of {} and more; two are linked where "
      "they "
      "share at least half of the smaller one; one to one continues, one to several splits, "
      "several "
      "to one merge; Jaccard of the best pair. A group that is silent in a window is a death there",
      arguments.windows == "month" || arguments.windows == "week"
          ? "each " + arguments.windows + ", UTC"
          : arguments.windows + " of equal length",
      arguments.min_size));
  return core::ok();
}

/// Counts the persons behind each group by all that proves two users to be two persons.
/// @return the rule in words; empty where only contact was looked at
core::Result<std::string> count_persons(store::Database& db, const network::LoadOptions& options,
                                        const network::LoadedNetwork& loaded,
                                        network::Groups& groups) {
  network::PersonsQuery query;
  query.load = options;
  query.load.persons = false;
  std::vector<std::vector<std::uint32_t>> sets;
  for (const network::Group& group : groups.groups) {
    std::vector<std::uint32_t>& identifiers = sets.emplace_back();
    for (const std::uint32_t v : group.members) {
      const auto members = loaded.members.find(v);
      if (members == loaded.members.end()) {
        identifiers.push_back(static_cast<std::uint32_t>(loaded.identifiers[v]));
      } else {
        for (const std::int64_t one : members->second)
          identifiers.push_back(static_cast<std::uint32_t>(one));
      }
    }
  }
  std::optional<network::LoadedNetwork> apart;
  if (options.persons) {
    PALERMO_TRY(apart, network::load(db, query.load));
  }
  PALERMO_TRY(const auto persons,
              network::persons_of_sets(db, apart ? *apart : loaded, query, sets));
  if (!persons) return std::string{};
  for (std::size_t g = 0; g < sets.size(); ++g) groups.groups[g].persons = (*persons)[g];
  return std::string{
      "lo = most users behind the members that are all proven to be different persons (by answered "
      "calls between them, by places too far apart, by facts); hi = users, each identifier one but "
      "for those that facts or decisions join. `network persons --group-of G1` prints the proofs "
      "and the conventions."};
}

core::Status run_groups(const Context& context, const GroupsArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(const network::LoadOptions options, options_of(session.db(), arguments.selection));
  PALERMO_TRY(const network::LoadedNetwork loaded, network::load(session.db(), options));
  PALERMO_TRY(const network::Graph whole, network::Graph::make(loaded.table));
  network::GroupOptions search;
  // Co-presence is judged on the persons that a two-mode layer ties.
  std::optional<network::TwoMode> table;
  std::optional<network::Graph> projected;
  if (arguments.null_model == "curveball" ||
      (arguments.null_model == "auto" && is_two_mode(loaded))) {
    table = network::two_mode_of(whole);
    if (!table && arguments.null_model == "curveball")
      return core::Error{core::ErrorCode::Usage,
                         "curveball needs a layer of persons by events; here some are both",
                         std::nullopt, "name a two-mode layer with --layer"};
  }
  if (table) {
    PALERMO_TRY(const network::Projection drawn, network::project(table->attended, table->events));
    PALERMO_TRY(projected, network::projected_graph(whole, *table, drawn));
    search.two_mode = &*table;
  }
  const network::Graph& graph = projected ? *projected : whole;
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
  const std::optional<std::int64_t> middle =
      table ? std::nullopt : network::middle_of(loaded.table);
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
  std::string persons_rule;
  if (!table) {
    PALERMO_TRY(persons_rule, count_persons(session.db(), options, loaded, groups));
  }
  v1::NetworkGroups answer = network::groups_answer(graph, groups, search, middle.has_value());
  if (!persons_rule.empty()) answer.set_persons_rule(persons_rule);
  if (!arguments.windows.empty())
    PALERMO_CHECK_OK(
        add_windows(session.db(), options, arguments, loaded.table, projected.has_value(), answer));
  add_basis(*answer.mutable_basis(), loaded.basis);
  if (table)
    answer.mutable_basis()->add_notices(fmt::format(
        "projected: {} who are tied to {} others stand as nodes, tied where they share one",
        table->persons.size(), table->events));
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
      ->add_option(
          "--null", search->null_model,
          "directed for calls, messages, payments; undirected for relations; curveball for "
          "persons by events")
      ->check(CLI::IsMember({"auto", "directed", "undirected", "curveball"}))
      ->capture_default_str();
  groups->add_option(
      "--windows", search->windows,
      "month, week, or a number: how groups go from each stretch of time to the next");
  return {groups, [search](const Context& context) { return run_groups(context, *search); }};
}

}  // namespace palermo::cli
