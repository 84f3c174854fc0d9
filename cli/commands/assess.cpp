// `palermo assess`: the element-by-element finding.
#include "analysis/criteria/assess.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <sstream>

#include "analysis/criteria/case_finding.hpp"
#include "analysis/criteria/compare.hpp"
#include "analysis/criteria/known_at.hpp"
#include "analysis/version.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/catalogue_file.hpp"
#include "cli/commands/compare_text.hpp"
#include "cli/commands/finding_text.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "ingest/facts/facts_reader.hpp"

namespace palermo::cli {
namespace {

struct AssessCommand {
  std::string facts;
  std::string reproduce;
  std::string catalogue;
  std::string lens = "all";
  criteria::AssessOptions options;
};

core::Result<std::string> read_whole(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return core::Error{core::ErrorCode::BadInput, "cannot be read", core::SourcePosition{path},
                       "give the path of a facts file (docs/formats/facts.md)"};
  std::ostringstream text;
  text << file.rdbuf();
  if (file.bad())
    return core::Error{core::ErrorCode::BadInput, "cannot be read to its end",
                       core::SourcePosition{path}};
  return text.str();
}

core::Result<v1::FactsFile> facts_from(const std::string& path) {
  PALERMO_TRY(const std::string text, read_whole(path));
  auto json = core::parse_json(text);
  if (!json) {
    core::Error error = json.error();
    error.where = core::SourcePosition{path};
    return error;
  }
  auto facts = ingest::read_facts(*json);
  if (!facts) {
    core::Error error = facts.error();
    error.where = core::SourcePosition{path};
    return error;
  }
  return std::move(facts).value();
}

core::Status run_reproduce(const std::string& finding_id, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_TRY(const v1::Reproduction result, criteria::reproduce(session, finding_id));
  context.answer(result, [&] {
    if (result.same())
      return fmt::format("Finding {} derives again, byte for byte, from what the case held then.\n",
                         result.finding_id());
    std::string text = fmt::format("Finding {} does not derive again as it stands on record:\n",
                                   result.finding_id());
    for (const std::string& line : result.differences())
      text += fmt::format("  {}\n", core::printable(line, 300));
    return text;
  });
  const bool same_rules = result.finding().software_version() == analysis::kSoftwareVersion &&
                          result.differences_size() > 0 &&
                          result.differences(0).rfind("software_version", 0) != 0 &&
                          result.differences(0).rfind("instrument_version", 0) != 0;
  if (!result.same() && same_rules)
    return core::Error{core::ErrorCode::Integrity, "", std::nullopt, "", "ALTERED"};
  return core::ok();
}

/// One finding an instrument, from the facts file or from the case.
core::Result<std::vector<v1::Finding>> findings_of(const AssessCommand& command,
                                                   const std::vector<std::string>& names,
                                                   const Context& context) {
  std::vector<v1::Finding> out;
  criteria::AssessOptions options = command.options;
  if (command.facts.empty()) {
    PALERMO_TRY(session::Session session, context.open());
    for (const std::string& name : names) {
      options.instrument = name;
      PALERMO_TRY(v1::Finding finding, criteria::assess_case(session, options));
      out.push_back(std::move(finding));
    }
    return out;
  }
  PALERMO_TRY(v1::FactsFile facts, facts_from(command.facts));
  if (!command.catalogue.empty()) {
    PALERMO_TRY(const criteria::Catalogue catalogue, catalogue_of(command.catalogue));
    catalogue.apply(facts);
  }
  v1::FactsFile then = facts;
  if (!options.known_at.empty()) {
    PALERMO_TRY(then, criteria::known_at(facts, options.known_at));
    options.now = &facts;
  }
  for (const std::string& name : names) {
    options.instrument = name;
    PALERMO_TRY(v1::Finding finding, criteria::assess(then, options));
    if (!options.known_at.empty())
      finding.add_notices(
          "a facts file does not say when a statement came in: what was observed by then counts as "
          "known, which may be more than was known");
    out.push_back(std::move(finding));
  }
  return out;
}

core::Status run_assess(AssessCommand command, const Context& context) {
  const auto lens = criteria::lens_named(command.lens);
  if (!lens)
    return core::Error{
        core::ErrorCode::Usage,
        fmt::format("--lens: there is no lens '{}'", core::printable(command.lens, 40)),
        std::nullopt, "use all, lawful, corroborated, without_undercover or without_restricted"};
  command.options.lens = *lens;
  if (!command.reproduce.empty()) {
    if (!command.facts.empty())
      return core::Error{core::ErrorCode::Usage, "--reproduce works on a case, not with --facts"};
    return run_reproduce(command.reproduce, context);
  }
  if (!command.catalogue.empty() && command.facts.empty())
    return core::Error{core::ErrorCode::Usage,
                       "--catalogue goes with --facts; a finding of a case must derive again",
                       std::nullopt, "state the law in the offences that the case ingests"};
  PALERMO_TRY(const std::vector<std::string> names,
              criteria::instruments_named(command.options.instrument));
  PALERMO_TRY(const std::vector<v1::Finding> findings, findings_of(command, names, context));
  if (findings.size() == 1) {
    context.answer(findings[0], [&] { return finding_text(findings[0]); });
    return core::ok();
  }
  PALERMO_TRY(const criteria::Instruments trees, criteria::Instruments::builtin());
  v1::AssessedInstruments answer;
  for (const v1::Finding& finding : findings) {
    answer.add_instruments(finding.instrument());
    *answer.add_findings() = finding;
  }
  *answer.mutable_comparison() = criteria::compare(trees, findings);
  context.answer(answer, [&] { return comparison_text(answer); });
  return core::ok();
}

}  // namespace

Command add_assess(CLI::App& app) {
  auto command = std::make_shared<AssessCommand>();
  CLI::App* parser = app.add_subcommand(
      "assess", "Test the facts element by element: indicated, not indicated or undetermined");
  parser
      ->add_option("--facts", command->facts,
                   "Facts file (JSON), needs no case; default: what the case states")
      ->type_name("FILE");
  parser
      ->add_option("--catalogue", command->catalogue,
                   "With --facts: catalogue whose rows go before the program's own")
      ->type_name("FILE");
  parser
      ->add_option("--reproduce", command->reproduce,
                   "Derive a finding of the case again and compare")
      ->type_name("ID");
  parser
      ->add_option(
          "--instrument", command->options.instrument,
          "untoc (with the Protocol's elements), som (those alone), eu-841, de-129, fr-450-1, "
          "it-416, it-416-bis or nl-140; several by comma are compared")
      ->capture_default_str();
  parser->add_option("--group", command->options.group,
                     "Group to assess; default: the only one, or the one with most members");
  parser
      ->add_option("--lens", command->lens,
                   "all, lawful, corroborated, without_undercover or without_restricted")
      ->capture_default_str();
  parser
      ->add_option("--without", command->options.without,
                   "What if these authorizations fell: leave out what was obtained under them, and "
                   "show what survives, weakens or falls")
      ->delimiter(',')
      ->type_name("AUTH[,AUTH]");
  parser
      ->add_option(
          "--known-at", command->options.known_at,
          "As known then: only what was on record at this moment (a date: its end, UTC); of "
          "a facts file, what was observed by then")
      ->type_name("D");
  parser->add_option("--standard", command->options.standard,
                     "Standard of proof the reader applies; recorded, never computed with");
  parser->add_option("--as-of", command->options.as_of,
                     "Date of the assessment; default: the file's");
  parser->add_flag(
      "--count-legal-persons", command->options.count_legal_persons,
      "Let companies count towards three persons (default: they do not, UNTOC art. 10)");
  return {parser, [command](const Context& context) { return run_assess(*command, context); }};
}

}  // namespace palermo::cli
