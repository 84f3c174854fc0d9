#include "cli/commands/cooperation.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "analysis/cooperation/disclosable.hpp"
#include "analysis/cooperation/tables.hpp"
#include "analysis/criteria/case_finding.hpp"
#include "analysis/criteria/textproto.hpp"
#include "cli/files.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/facts/facts_reader.hpp"

namespace palermo::cli {
namespace {

constexpr std::size_t kLargest = std::size_t{64} << 20;

struct TableOptions {
  std::string facts, with, from, source, group, as_of;
};

core::Result<v1::FactsFile> read(const std::string& path) {
  PALERMO_TRY(const std::string text, read_text_file(path, kLargest));
  const auto at_path = [&](core::Error error) {
    error.where = core::SourcePosition{path};
    return error;
  };
  auto json = core::parse_json(text);
  if (!json) return at_path(std::move(json).error());
  auto facts = ingest::read_facts(*json);
  if (!facts) return at_path(std::move(facts).error());
  return std::move(facts).value();
}

/// The facts of --facts, or what the case states; a look at a case leaves an access entry.
/// @param leaving  only what may leave the case
core::Result<v1::FactsFile> facts_of(const TableOptions& options, const char* command, bool leaving,
                                     const Context& context) {
  if (!options.facts.empty()) return read(options.facts);
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(leaving ? authorization::Operation::Report
                                          : authorization::Operation::Assess));
  PALERMO_TRY(v1::FactsFile facts, criteria::stated_by_case(session.db(), std::nullopt));
  if (leaving) {
    PALERMO_TRY(const auto authorizations, authorization::load_all(session.db()));
    PALERMO_TRY(cooperation::Disclosable material,
                cooperation::disclosable(facts, authorizations, core::now_us()));
    facts = std::move(material.facts);
  }
  if (facts.case_().state().empty()) facts.mutable_case_()->set_state(session.info().state());
  v1::Access access;
  access.set_command(command);
  access.set_operation("CONSULT");
  access.set_result_count(static_cast<std::uint32_t>(facts.statements_size()));
  PALERMO_CHECK_OK(session.log_access(std::move(access)));
  return facts;
}

core::Status check_state(const char* option, const std::string& state) {
  if (criteria::is_state_code(state)) return core::ok();
  return core::Error{
      core::ErrorCode::Usage,
      fmt::format("{}: '{}' is no ISO 3166-1 alpha-2 code", option, core::printable(state, 20)),
      std::nullopt, "two capital letters, such as DE"};
}

core::Status run_conduct(const TableOptions& options, const Context& context) {
  PALERMO_CHECK_OK(check_state("--with", options.with));
  PALERMO_TRY(const v1::FactsFile facts, facts_of(options, "cooperation conduct", false, context));
  const std::string home = options.from.empty() ? facts.case_().state() : options.from;
  PALERMO_CHECK_OK(check_state("--from", home));
  if (home == options.with)
    return core::Error{core::ErrorCode::Usage, "--with names the requesting State itself",
                       std::nullopt, "name the other State"};
  const v1::DualCriminality table =
      cooperation::dual_criminality(facts, criteria::Catalogue::builtin(), home, options.with);
  context.answer(table, [&] { return conduct_text(table); });
  return core::ok();
}

core::Status run_jurisdiction(const TableOptions& options, const Context& context) {
  PALERMO_TRY(const v1::FactsFile facts,
              facts_of(options, "cooperation jurisdiction", false, context));
  const v1::JurisdictionMatrix matrix = cooperation::jurisdictions(facts);
  context.answer(matrix, [&] { return jurisdiction_text(matrix); });
  return core::ok();
}

core::Status run_routes(const TableOptions& options, const Context& context) {
  PALERMO_TRY(const v1::FactsFile facts, facts_of(options, "cooperation routes", true, context));
  const v1::RouteSheet sheet = cooperation::routes(facts);
  context.answer(sheet, [&] { return routes_text(sheet); });
  return core::ok();
}

core::Status run_corroboration(const TableOptions& options, const Context& context) {
  PALERMO_TRY(const v1::FactsFile facts,
              facts_of(options, "cooperation corroboration", false, context));
  criteria::AssessOptions assess;
  assess.group = options.group;
  assess.as_of = options.as_of;
  PALERMO_TRY(const v1::CorroborationMap map,
              cooperation::corroboration(facts, options.source, assess));
  context.answer(map, [&] { return corroboration_text(map); });
  return core::ok();
}

}  // namespace

std::vector<Command> add_cooperation(CLI::App& app) {
  CLI::App* group =
      app.add_subcommand("cooperation", "Tables for the authorities of several States");
  group->require_subcommand(1);
  auto options = std::make_shared<TableOptions>();
  const auto facts = [&](CLI::App* parser) {
    parser
        ->add_option("--facts", options->facts,
                     "Facts file (JSON), needs no case; default: what the case states")
        ->type_name("FILE");
  };
  CLI::App* conduct = group->add_subcommand(
      "conduct", "Acts, and what punishes them in both States on their day (UNTOC art. 16)");
  conduct->add_option("--with", options->with, "The other State, ISO 3166-1 alpha-2")->required();
  conduct->add_option("--from", options->from, "Requesting State; default: the case's");
  facts(conduct);
  CLI::App* jurisdiction = group->add_subcommand(
      "jurisdiction", "Where acts, evidence, victims and suspects are (UNTOC art. 21)");
  facts(jurisdiction);
  CLI::App* routes = group->add_subcommand(
      "routes", "Routes and means by month and State, without personal data (UNTOC art. 27)");
  facts(routes);
  CLI::App* corroboration = group->add_subcommand(
      "corroboration", "What of a finding rests on one source alone (UNTOC art. 26)");
  corroboration->add_option("--source", options->source, "Source or origin, as statements name it")
      ->required();
  corroboration->add_option("--group", options->group,
                            "Group to assess; default: the only one, or the one with most members");
  corroboration->add_option("--as-of", options->as_of,
                            "Date of the assessment; default: the case's");
  facts(corroboration);
  const auto with = [&](core::Status (*run)(const TableOptions&, const Context&)) {
    return [options, run](const Context& context) { return run(*options, context); };
  };
  std::vector<Command> commands{{conduct, with(run_conduct)},
                                {jurisdiction, with(run_jurisdiction)},
                                {routes, with(run_routes)},
                                {corroboration, with(run_corroboration)}};
  for (Command& command : add_deconfliction(group)) commands.push_back(std::move(command));
  return commands;
}

}  // namespace palermo::cli
