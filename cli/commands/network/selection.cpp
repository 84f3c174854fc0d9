#include "cli/commands/network/selection.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/period.hpp"
#include "core/base/time.hpp"

namespace palermo::cli {

void add_selection(CLI::App* command, Selection& selection) {
  command
      ->add_option("--layer", selection.layers,
                   "calls, intercepts, payments, messages, or a layer of relations; several with "
                   "commas; default: all merged")
      ->allow_extra_args(false);
  command->add_option("--from", selection.from, "First day or instant, ISO 8601 (a day is UTC)");
  command->add_option("--to", selection.to, "Last day or instant");
  command
      ->add_option("--over", selection.over,
                   "What a node is; a person has all identifiers that facts, links or decisions "
                   "give it")
      ->check(CLI::IsMember({"identifiers", "persons"}))
      ->capture_default_str();
  command->add_option("--known-at", selection.known_at,
                      "The case as it stood then: what was ingested and decided until this day or "
                      "instant");
}

core::Result<std::vector<std::string>> layers_of(store::Database& db,
                                                 const std::vector<std::string>& given) {
  std::vector<std::string> layers;
  const auto take = [&layers](std::string name) {
    if (!name.empty() && std::find(layers.begin(), layers.end(), name) == layers.end())
      layers.push_back(std::move(name));
  };
  for (const std::string& one : given) {
    bool whole = one.find(',') == std::string::npos;
    if (!whole) {
      PALERMO_TRY(
          store::Statement query,
          db.prepare("SELECT 1 FROM record WHERE kind = 'relation' AND layer = ?1 LIMIT 1"));
      PALERMO_CHECK_OK(query.bind(1, one));
      PALERMO_TRY(whole, query.step());
    }
    if (whole) {
      take(one);
      continue;
    }
    for (std::size_t begin = 0; begin <= one.size();) {
      const std::size_t end = std::min(one.find(',', begin), one.size());
      take(one.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return layers;
}

core::Result<network::LoadOptions> options_of(store::Database& db, const Selection& selection) {
  network::LoadOptions options;
  PALERMO_TRY(options.layers, layers_of(db, selection.layers));
  options.persons = selection.persons();
  if (!selection.known_at.empty()) {
    const auto at = core::parse_date_or_instant(selection.known_at, true);
    if (!at)
      return core::Error{core::ErrorCode::Usage, "--known-at: " + at.error().message, std::nullopt,
                         "e.g. 2031-03-04 or 2031-03-04T08:15:00Z"};
    options.known_at_us = at->us;
  }
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

std::string object_of(const network::LoadedNetwork& loaded, const std::string& id) {
  for (std::size_t v = 0; v < loaded.table.nodes.size(); ++v)
    if (loaded.table.nodes[v].id == id) return fmt::format("identifier/{}", loaded.identifiers[v]);
  return "identifier/unknown";
}

std::vector<std::string> objects_of(const network::LoadedNetwork& loaded, const std::string& id) {
  for (const auto& [node, members] : loaded.members) {
    if (loaded.table.nodes[node].id != id) continue;
    std::vector<std::string> objects;
    for (const std::int64_t member : members)
      objects.push_back(fmt::format("identifier/{}", member));
    return objects;
  }
  return {object_of(loaded, id)};
}

}  // namespace palermo::cli
