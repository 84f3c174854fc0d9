#include "cli/commands/network/selection.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/period.hpp"

namespace palermo::cli {

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

}  // namespace palermo::cli
