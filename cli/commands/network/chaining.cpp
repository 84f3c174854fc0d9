#include "cli/commands/network/chaining.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/network/answers.hpp"
#include "core/authorization/authorization_store.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {

core::Result<Chaining> load_for_chaining(session::Session& session, const Selection& selection,
                                         const std::string& relied_on) {
  Chaining chaining;
  PALERMO_TRY(chaining.options, options_of(session.db(), selection));
  using Stored = std::map<std::string, authorization::StoredAuthorization>;
  PALERMO_TRY(const Stored stored, authorization::load_all(session.db()));
  for (const auto& [id, row] : stored) chaining.authorizations.push_back(row.authorization);
  if (!relied_on.empty() && !stored.contains(relied_on))
    return core::Error{
        core::ErrorCode::NotFound,
        fmt::format("the case holds no authorization \"{}\"", core::printable(relied_on, 60)),
        std::nullopt, "`palermo authorize list` shows those it holds"};
  PALERMO_TRY(chaining.whole, network::load(session.db(), {}));
  network::LoadOptions options = chaining.options;
  options.persons = false;
  if (options.layers.empty() && !options.from_us && !options.to_us && !options.known_at_us) {
    chaining.selected = chaining.whole;
  } else {
    PALERMO_TRY(chaining.selected, network::load(session.db(), options));
  }
  return chaining;
}

core::Result<Seed> find_seed(session::Session& session, const Chaining& chaining,
                             const network::Graph& whole, const std::string& named) {
  Seed seed;
  if (!chaining.options.persons) {
    PALERMO_TRY(const std::uint32_t vertex, network::find_node(whole, named));
    seed.node = whole.nodes()[vertex].id;
    seed.identifiers = {seed.node};
    seed.objects = {object_of(chaining.whole, seed.node)};
    return seed;
  }
  network::LoadedNetwork persons = chaining.whole;
  PALERMO_CHECK_OK(network::over_persons(session.db(), chaining.options, persons));
  const std::vector<network::Node>& nodes = persons.table.nodes;
  std::vector<std::uint32_t> found;
  for (std::uint32_t v = 0; v < nodes.size(); ++v)
    if (nodes[v].id == named) found = {v};
  for (const auto& [v, members] : persons.members)
    if (found.empty() && nodes[v].label == named) found.push_back(v);
  if (found.size() > 1)
    return core::Error{core::ErrorCode::Usage,
                       fmt::format("several persons are called \"{}\"", core::printable(named, 60)),
                       std::nullopt, "`palermo entity list` prints the ids"};
  if (found.empty()) {
    PALERMO_TRY(const std::uint32_t vertex, network::find_node(whole, named));
    const std::vector<std::int64_t>& numbers = chaining.whole.identifiers;
    const std::int64_t number = numbers[vertex];  // vertices stand in the order of the table
    for (std::uint32_t v = 0; v < nodes.size() && found.empty(); ++v)
      if (persons.identifiers[v] == number) found = {v};
    for (const auto& [v, members] : persons.members)
      if (std::find(members.begin(), members.end(), number) != members.end()) found = {v};
  }
  const std::uint32_t node = found.front();
  seed.node = nodes[node].id;
  seed.objects = objects_of(persons, seed.node);
  const auto members = persons.members.find(node);
  for (std::size_t v = 0; v < chaining.whole.identifiers.size(); ++v) {
    const std::int64_t number = chaining.whole.identifiers[v];
    if (members == persons.members.end() ? number == persons.identifiers[node]
                                         : std::find(members->second.begin(), members->second.end(),
                                                     number) != members->second.end())
      seed.identifiers.push_back(chaining.whole.table.nodes[v].id);
  }
  return seed;
}

network::HopDecision decide(const network::HopBudget& budget, const Seed& seed,
                            const std::string& relied_on) {
  network::HopDecision all;
  all.unlimited = true;
  for (const std::string& id : seed.identifiers) {
    network::HopDecision one = budget.decide(id, relied_on);
    if (one.unlimited) continue;
    all.unlimited = false;
    all.allowed = std::max(all.allowed, one.allowed);
    for (network::HopAllowance& allowance : one.allowances)
      all.allowances.push_back(std::move(allowance));
  }
  return all;
}

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

std::string what_opens(std::uint32_t allowed) {
  if (allowed > 0)
    return fmt::format("ask for --hops {}, or record an authorization that allows more", allowed);
  return "only an authorization that allows more hops (scope.max_hops), or one that names this "
         "identifier as a target, opens its contacts";
}

core::Result<network::LoadedNetwork> walkable(session::Session& session, const Chaining& chaining,
                                              const network::HopBudget* budget,
                                              const std::string& relied_on,
                                              std::uint64_t& left_out) {
  network::LoadedNetwork walked = chaining.selected;
  if (budget != nullptr)
    walked.table = network::within_budget(chaining.selected.table, *budget, relied_on, left_out);
  if (chaining.options.persons)
    PALERMO_CHECK_OK(network::over_persons(session.db(), chaining.options, walked));
  return walked;
}

core::Result<std::uint32_t> find_selected(const network::Graph& graph, const std::string& id) {
  if (const auto found = graph.find(id)) return *found;
  return core::Error{core::ErrorCode::NotFound,
                     fmt::format("\"{}\" occurs in the case, but not in this layer and period",
                                 core::printable(id, 60)),
                     std::nullopt, "leave out --layer, --from, --to or --known-at"};
}

void add_left_out(v1::Basis& basis, std::uint64_t left_out) {
  if (left_out > 0)
    basis.add_notices(fmt::format(
        "{} records lie beyond the authorized hops from a target (SC02) and were not walked",
        network::with_commas(left_out)));
}

}  // namespace palermo::cli
