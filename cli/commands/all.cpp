#include "cli/commands/all.hpp"

#include <iterator>

#include "cli/commands/cooperation.hpp"
#include "cli/commands/technique.hpp"

namespace palermo::cli {
namespace {

void append(std::vector<Command>& all, Command command) { all.push_back(std::move(command)); }
void append(std::vector<Command>& all, std::vector<Command> commands) {
  all.insert(all.end(), std::make_move_iterator(commands.begin()),
             std::make_move_iterator(commands.end()));
}

}  // namespace

std::vector<Command> add_commands(CLI::App& app) {
  std::vector<Command> all;
  append(all, add_init(app));
  append(all, add_user(app));
  append(all, add_case(app));
  append(all, add_policy(app));
  append(all, add_authorize(app));
  append(all, add_technique(app));
  append(all, add_ingest(app));
  append(all, add_profile(app));
  append(all, add_identity(app));
  append(all, add_quarantine(app));
  append(all, add_records(app));
  append(all, add_locate(app));
  append(all, add_sql(app));
  append(all, add_entity(app));
  append(all, add_assess(app));
  append(all, add_catalogue(app));
  append(all, add_report(app));
  append(all, add_mla(app));
  append(all, add_cooperation(app));
  append(all, add_decide(app));
  append(all, add_statement(app));
  append(all, add_protection(app));
  append(all, add_simulate(app));
  append(all, add_audit(app));
  append(all, add_network(app));
  append(all, add_calls(app));
  return all;
}

}  // namespace palermo::cli
