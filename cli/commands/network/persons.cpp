// palermo network persons
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "analysis/entity/model.hpp"
#include "analysis/network/answers.hpp"
#include "analysis/network/distinct_load.hpp"
#include "analysis/network/load/known_at.hpp"
#include "cli/commands/network/persons_text.hpp"
#include "cli/commands/network/selection.hpp"
#include "cli/commands/network/subcommands.hpp"
#include "core/base/text.hpp"
#include "core/store/read_back.hpp"

namespace palermo::cli {
namespace {

struct PersonsArguments {
  Selection selection;
  std::vector<std::string> numbers;
  std::string group;
  std::uint32_t seed = 1;
  network::PersonsQuery query;
  network::PersonsLimits limits;
  bool no_places = false;
};

/// Who is asked about, and how the trail names them.
struct Asked {
  std::string about = "case";
  std::string group;
  std::vector<std::uint32_t> identifiers;
  std::vector<std::string> persons;
};

core::Status add_numbers(session::Session& session, const Context& context,
                         const std::vector<std::string>& numbers, v1::Access& entry, Asked& asked) {
  asked.about = "identifiers";
  for (const std::string& number : numbers) {
    PALERMO_TRY(const auto meant, store::identifiers_meant(session.db(), number));
    if (meant.empty())
      return core::Error{
          core::ErrorCode::NotFound,
          fmt::format("the case holds no identifier \"{}\"", core::printable(number, 60)),
          std::nullopt, "`palermo entity list` prints those it holds"};
    for (const store::StoredIdentifier& one : meant) {
      asked.identifiers.push_back(static_cast<std::uint32_t>(one.id));
      entry.add_objects(fmt::format("identifier/{}", one.id));
      if (one.identifier.value != number)
        context.notice(fmt::format("{} is read as the {} {}", core::printable(number, 60),
                                   one.identifier.kind, core::printable(one.identifier.value, 60)));
    }
  }
  return core::ok();
}

/// A stated group by its id (members by fact), a candidate group by its id (G1, C1), or the
/// community of an identifier.
core::Status add_group(session::Session& session, const PersonsArguments& arguments,
                       const network::LoadOptions& options, const network::LoadedNetwork& loaded,
                       v1::Access& entry, Asked& asked) {
  asked.about = "group";
  entity::View view;
  view.named_only = true;
  if (options.known_at_us) {
    PALERMO_TRY(view.before_leaf,
                network::detail::entries_until(session.db(), *options.known_at_us));
  }
  PALERMO_TRY(const entity::Model model, entity::Model::load(session.db(), view));
  for (const v1::Statement* s : model.facts().supporting(v1::Statement::kMembership))
    if (s->membership().group() == arguments.group)
      asked.persons.push_back(model.canonical(s->membership().person()));
  std::sort(asked.persons.begin(), asked.persons.end(), criteria::natural_less);
  asked.persons.erase(std::unique(asked.persons.begin(), asked.persons.end()), asked.persons.end());
  if (!asked.persons.empty()) {
    asked.group = arguments.group;
    for (const std::string& person : asked.persons)
      for (const store::StoredIdentifier* one : model.identifiers_of(person)) {
        asked.identifiers.push_back(static_cast<std::uint32_t>(one->id));
        entry.add_objects(fmt::format("identifier/{}", one->id));
      }
    return core::ok();
  }
  PALERMO_TRY(const network::Graph graph, network::Graph::make(loaded.table));
  network::GroupOptions search;
  search.draws = 0;
  search.seed = arguments.seed;
  search.min_size = 2;
  PALERMO_TRY(const network::Groups groups, network::find_groups(graph, search));
  const auto named = network::find_node(graph, arguments.group);
  std::uint32_t number = 0;
  for (const network::Group& group : groups.groups) {
    if (group.core) continue;
    const std::string id = fmt::format("G{}", ++number);
    const bool holds = named.ok() && std::find(group.members.begin(), group.members.end(),
                                               *named) != group.members.end();
    if (!holds && (named.ok() || id != arguments.group)) continue;
    asked.group = id;
    for (const std::uint32_t v : group.members) {
      // Nodes of the graph stand in the order of the table.
      asked.identifiers.push_back(static_cast<std::uint32_t>(loaded.identifiers[v]));
      entry.add_objects(fmt::format("identifier/{}", loaded.identifiers[v]));
    }
    return core::ok();
  }
  return core::Error{core::ErrorCode::NotFound,
                     fmt::format("no group \"{}\", and no group with such an identifier",
                                 core::printable(arguments.group, 60)),
                     std::nullopt,
                     number == 0
                         ? "nothing in this layer and period forms a group of two"
                         : fmt::format("communities here are G1 to G{} (--seed {}); stated groups "
                                       "go by the id that memberships give",
                                       number, arguments.seed)};
}

core::Status run_persons(const Context& context, const PersonsArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_network(context));
  network::PersonsQuery query = arguments.query;
  query.rules.places = !arguments.no_places;
  PALERMO_TRY(query.load, options_of(session.db(), arguments.selection));
  PALERMO_TRY(const network::LoadedNetwork loaded, network::load(session.db(), query.load));
  v1::Access entry = access("network persons", "COMBINE", 0);
  Asked asked;
  if (!arguments.numbers.empty())
    PALERMO_CHECK_OK(add_numbers(session, context, arguments.numbers, entry, asked));
  if (!arguments.group.empty())
    PALERMO_CHECK_OK(add_group(session, arguments, query.load, loaded, entry, asked));
  query.identifiers = asked.identifiers;
  query.persons = asked.persons;
  PALERMO_TRY(const network::DistinctCase found,
              network::load_distinct(session.db(), loaded, query));
  network::PersonsLimits limits = arguments.limits;
  std::sort(limits.within.begin(), limits.within.end());
  limits.within.erase(std::unique(limits.within.begin(), limits.within.end()), limits.within.end());
  v1::NetworkPersons answer = network::persons_answer(found, found.counted(), query.rules, limits);
  answer.set_about(asked.about);
  answer.set_group(asked.group);
  add_basis(*answer.mutable_basis(), loaded.basis);
  entry.set_result_count(answer.lo());
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return persons_text(answer); });
  return core::ok();
}

}  // namespace

Command add_network_persons(CLI::App* network) {
  CLI::App* command = network->add_subcommand(
      "persons", "How many persons stand behind identifiers, at least, with every pair's proof");
  auto arguments = std::make_shared<PersonsArguments>();
  add_selection(command, arguments->selection);
  command->remove_option(command->get_option("--over"));
  CLI::Option* numbers = command
                             ->add_option("--numbers", arguments->numbers,
                                          "Identifiers asked about; default: the whole case. "
                                          "Handsets and SIMs stand for the numbers in them")
                             ->expected(1, 100'000);
  command
      ->add_option("--group-of", arguments->group,
                   "A group: stated (its id), found (G1, as in `network groups`), or that of an "
                   "identifier")
      ->excludes(numbers);
  command
      ->add_option("--min-talk", arguments->query.rules.min_talk_s,
                   "Seconds of talk from which a call proves two users")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
  command->add_flag("--called-side", arguments->query.rules.called_side,
                    "Count a call only by a record of the called party's own side");
  command->add_flag("--receivers", arguments->query.rules.receivers,
                    "Count numbers that only ever receive calls, which may be machines");
  command->add_flag("--no-places", arguments->no_places, "Do not compare where calls were served");
  analysis::TravelRule& travel = arguments->query.rules.travel;
  command
      ->add_option("--cell-range", travel.cell_range_km,
                   "Kilometres a phone may be from its cell; a larger range in a cell table counts")
      ->check(CLI::Range(0.0, 1'000.0))
      ->capture_default_str();
  command->add_option("--speed", travel.speed_kmh, "Kilometres an hour that one person may travel")
      ->check(CLI::Range(1.0, 100'000.0))
      ->capture_default_str();
  command->add_option("--clock", travel.clock_s, "Seconds by which clocks of sources may differ")
      ->check(CLI::Range(0.0, 86'400.0))
      ->capture_default_str();
  command
      ->add_option("--within", arguments->limits.within,
                   "Days; a further bound for each, all proofs within so many days")
      ->check(CLI::Range(1, 36'500))
      ->capture_default_str();
  command
      ->add_option("--budget", arguments->limits.budget,
                   "Search steps before the best set found is taken")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}))
      ->capture_default_str();
  command
      ->add_option("--most", arguments->query.most,
                   "Identifiers whose records are read for proofs, at most")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command->add_option("--seed", arguments->seed, "Seed of the search for --group-of")
      ->capture_default_str();
  return {command,
          [arguments](const Context& context) { return run_persons(context, *arguments); }};
}

}  // namespace palermo::cli
