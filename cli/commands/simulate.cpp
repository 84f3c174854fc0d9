#include "simulation/simulate.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>

#include "cli/commands/all.hpp"
#include "core/base/text.hpp"
#include "palermo/v1/simulate.pb.h"
#include "simulation/violations.hpp"

namespace palermo::cli {
namespace {

struct SimulateOptions {
  std::uint64_t seed = 1;
  std::uint32_t persons = 60;
  std::uint64_t calls = 5000;
  std::string folder;
  std::string violations;  // empty: the smuggling case
  std::uint32_t each = 25;
  std::uint32_t clean = 1000;
};

std::string human(const v1::SimulateResult& result) {
  std::vector<std::vector<std::string>> rows = {
      {"file", "format", "rows", "to be stored", "to be quarantined", "authorization"}};
  for (const auto& file : result.files()) {
    if (file.format() == "ground_truth") continue;
    std::string reasons;
    for (const std::string& reason : file.quarantine_reasons())
      reasons += (reasons.empty() ? "" : ", ") + reason;
    rows.push_back({file.name(), file.format(), std::to_string(file.rows()),
                    std::to_string(file.stored()), reasons.empty() ? "0" : reasons,
                    file.authorization().empty() ? "-" : file.authorization()});
  }
  return fmt::format(
      "A simulated case of {} persons, {} phones and {} calls (seed {}). Nobody in it "
      "exists.\n\n{}\n"
      "What each file must give, and the ground truth: {}\n",
      result.persons(), result.phones(), result.calls(), result.seed(), core::table(rows),
      core::printable(result.manifest()));
}

void add_file(const simulation::CaseFile& file, v1::SimulateResult& result) {
  auto* out = result.add_files();
  out->set_name(file.name);
  out->set_format(file.format);
  out->set_authorization(file.authorization);
  out->set_technique(file.technique);
  out->set_rows(file.rows);
  out->set_stored(file.stored);
  out->set_quarantined(file.rows - file.stored);
  for (const auto& [reason, count] : file.quarantined)
    out->add_quarantine_reasons(fmt::format("{}: {}", reason, count));
  out->set_sha256(file.sha256);
}

/// A number or rule out of range was typed on the command line.
core::Error as_usage(core::Error error) {
  if (error.code == core::ErrorCode::InvalidArgument) error.code = core::ErrorCode::Usage;
  return error;
}

core::Status run_violations(const SimulateOptions& options, const Context& context) {
  simulation::ViolationOptions wanted{options.seed, {}, options.each, options.clean, options.folder};
  if (options.violations != "all")
    for (std::size_t begin = 0; begin <= options.violations.size();) {
      const std::size_t end = std::min(options.violations.find(',', begin), options.violations.size());
      wanted.rules.push_back(options.violations.substr(begin, end - begin));
      begin = end + 1;
    }
  auto written = simulation::write_violations(wanted);
  if (!written) return as_usage(std::move(written).error());
  v1::SimulateResult result;
  result.set_manifest(written->manifest.string());
  result.set_directory(options.folder);
  result.set_seed(std::to_string(options.seed));
  result.set_authorizations(written->authorizations);
  result.set_uses(written->uses);
  for (const simulation::CaseFile& file : written->files) add_file(file, result);
  std::map<std::string, std::uint32_t> counts;
  for (const auto& planted : written->planted) ++counts[planted.rule];
  for (const auto& [rule, count] : counts) {
    auto* planted = result.add_violations();
    planted->set_rule(rule);
    planted->set_count(count);
  }
  context.answer(result, [&] {
    return fmt::format(
        "{} uses under {} authorizations, {} of them clean; {} violations of {} rules are planted "
        "(seed {}).\nNobody in it exists.\n\n{}\nThe ground truth: {}. Judge it as of {}.\n",
        written->uses, written->authorizations, options.clean, written->planted.size(), counts.size(),
        options.seed,
        [&] {
          std::vector<std::vector<std::string>> rows{{"file", "format", "rows"}};
          for (const auto& file : written->files)
            rows.push_back({file.name, file.format, std::to_string(file.rows)});
          return core::table(rows);
        }(),
        core::printable(result.manifest()), simulation::kJudgedAt);
  });
  return core::ok();
}

core::Status run_simulate(const SimulateOptions& options, const Context& context) {
  simulation::Options wanted{options.seed, options.persons, options.calls, options.folder};
  const bool draw = context.may_draw_progress();
  if (draw)
    wanted.progress = [](std::uint64_t done, std::uint64_t total) {
      fmt::print(stderr, "\r{} of {} calls", done, total);
    };
  auto written = simulation::write_case(wanted);
  if (draw) fmt::print(stderr, "\r\x1b[K");
  if (!written) return as_usage(std::move(written).error());
  v1::SimulateResult result;
  result.set_manifest(written->manifest.string());
  result.set_directory(options.folder);
  result.set_seed(std::to_string(options.seed));
  result.set_persons(written->persons);
  result.set_phones(written->phones);
  result.set_calls(options.calls);
  for (const simulation::CaseFile& file : written->files) add_file(file, result);
  context.answer(result, [&] { return human(result); });
  return core::ok();
}

}  // namespace

Command add_simulate(CLI::App& app) {
  auto options = std::make_shared<SimulateOptions>();
  CLI::App* parser = app.add_subcommand(
      "simulate", "Write a synthetic smuggling case with ground truth; no case needed");
  parser->add_option("--seed", options->seed, "The same seed gives the same bytes on every machine")
      ->capture_default_str();
  parser
      ->add_option("--persons", options->persons,
                   fmt::format("{} to {}", simulation::kMinPersons, simulation::kMaxPersons))
      ->capture_default_str();
  parser->add_option("--calls", options->calls, fmt::format("{} or more", simulation::kMinCalls))
      ->capture_default_str();
  parser->add_option("-o,--output", options->folder, "A new or empty folder")
      ->required()
      ->type_name("DIR");
  CLI::Option* violations =
      parser
          ->add_option("--violations", options->violations,
                       "Instead: technique uses with these rules broken (all, or AU06,UC02)")
          ->type_name("RULES");
  parser->add_option("--each", options->each, "Times each rule is broken")
      ->needs(violations)
      ->capture_default_str();
  parser->add_option("--clean", options->clean, "Uses that break no rule")
      ->needs(violations)
      ->capture_default_str();
  return {parser, [options](const Context& context) {
            return options->violations.empty() ? run_simulate(*options, context)
                                               : run_violations(*options, context);
          }};
}

}  // namespace palermo::cli
