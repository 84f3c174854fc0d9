#include "simulation/violations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>
#include <system_error>

#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "simulation/plants.hpp"
#include "simulation/text_file.hpp"

namespace palermo::simulation {
namespace {

using core::Error;
using core::ErrorCode;
using core::Json;
using core::Result;
using core::Status;

constexpr std::uint32_t kMost = 10'000;
constexpr std::uint32_t kUsesEach = 4;  // under one clean authorization

Status check(const ViolationOptions& options) {
  const auto& known = plantable_rules();
  for (const std::string& rule : options.rules)
    if (std::find(known.begin(), known.end(), rule) == known.end())
      return Error{ErrorCode::InvalidArgument,
                   fmt::format("--violations: no rule '{}'", core::printable(rule, 20)), std::nullopt,
                   fmt::format("say all, or rules of {} to {}, separated by commas", known.front(),
                               known.back())};
  if (options.each < 1 || options.each > kMost || options.clean > kMost)
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("--each {} --clean {}: from 1, and from 0, to {}", options.each,
                             options.clean, kMost)};
  std::error_code ec;
  if (std::filesystem::exists(options.folder, ec) &&
      (!std::filesystem::is_directory(options.folder, ec) ||
       !std::filesystem::is_empty(options.folder, ec)))
    return Error{ErrorCode::BadInput,
                 fmt::format("{} is no empty folder; nothing was written",
                             core::printable(options.folder.string())),
                 std::nullopt, "name a new or an empty folder"};
  std::filesystem::create_directories(options.folder, ec);
  if (ec)
    return Error{ErrorCode::Io, fmt::format("{} cannot be made: {}",
                                            core::printable(options.folder.string()), ec.message())};
  return core::ok();
}

struct Written {
  WrittenViolations out;
  std::filesystem::path folder;

  Status file(const std::string& name, const std::string& format, const std::string& technique,
              const std::string& text, std::uint64_t rows) {
    CaseFile file;
    file.name = name;
    file.format = format;
    file.technique = technique;
    file.rows = file.stored = rows;
    PALERMO_TRY(TextFile to, TextFile::create(folder / name));
    to.write(text);
    PALERMO_CHECK_OK(to.close());
    file.bytes = to.bytes();
    file.sha256 = to.sha256();
    out.files.push_back(std::move(file));
    return core::ok();
  }
};

Technique clean_technique(std::uint32_t number) {
  constexpr Technique kAll[] = {Technique::Tap, Technique::Officer, Technique::Metadata,
                                Technique::Delivery, Technique::Search};
  return kAll[number % std::size(kAll)];
}

Json manifest_of(const ViolationOptions& options, const WrittenViolations& written) {
  Json files = Json::array();
  for (const CaseFile& file : written.files) {
    std::string command = file.format == "authorizations"
                              ? "palermo authorize add " + file.name
                              : fmt::format("palermo ingest {} --format {}", file.name, file.format);
    if (!file.technique.empty()) command += " --technique " + file.technique;
    files.push_back({{"file", file.name}, {"format", file.format}, {"command", std::move(command)},
                     {"rows", file.rows}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  Json planted = Json::array();
  Json counts = Json::object();
  for (const PlantedViolation& each : written.planted) {
    planted.push_back({{"rule", each.rule}, {"authorization_id", each.authorization_id},
                       {"subject", each.subject}});
    Json& count = counts[each.rule];
    count = count.is_null() ? 1 : count.get<int>() + 1;
  }
  return {{"format", "palermo-violations/1"},
          {"note", "Nobody in this case exists. Identifiers are of the test network."},
          {"seed", options.seed},
          {"as_of", kJudgedAt},
          {"check", fmt::format("palermo audit rules --as-of {}", kJudgedAt)},
          {"clean_uses", options.clean},
          {"authorizations", written.authorizations},
          {"uses", written.uses},
          {"files", std::move(files)},
          {"counts", std::move(counts)},
          {"violations", std::move(planted)}};
}

std::string lines_of(const std::vector<const Json*>& all) {
  std::string text;
  for (const Json* each : all) text += each->dump() + "\n";
  return text;
}

}  // namespace

const std::vector<std::string>& plantable_rules() {
  static const std::vector<std::string> kRules = [] {
    std::vector<std::string> ids;
    for (const Plant& plant : plants()) ids.push_back(plant.rule);
    return ids;
  }();
  return kRules;
}

Result<WrittenViolations> write_violations(const ViolationOptions& options) {
  PALERMO_CHECK_OK(check(options));
  Written written;
  written.folder = options.folder;
  std::deque<Unit> units;  // places stay, so that a plant may look at the one before
  std::uint32_t number = 0;
  for (std::uint32_t left = options.clean; left > 0;) {
    const std::uint32_t uses = std::min(left, kUsesEach);
    ++number;
    Random random{options.seed, number};
    units.push_back(make_unit(fmt::format("C-{}", number), number, clean_technique(number), uses,
                              random));
    left -= uses;
  }
  number = 100'000;
  for (const Plant& plant : plants()) {
    number += kMost;
    if (!options.rules.empty() && std::find(options.rules.begin(), options.rules.end(), plant.rule) ==
                                      options.rules.end())
      continue;
    Unit* before = nullptr;
    for (std::uint32_t i = 0; i < options.each; ++i) {
      const Place place{i, options.each, number + i, before};
      Random random{options.seed, place.number};
      Unit& unit = units.emplace_back(make_unit(fmt::format("V-{}-{}", plant.rule, i + 1),
                                                place.number, plant.technique, 1, random));
      const std::string subject = plant.commit(unit, place);
      std::string authorization = plant.without_authorization ? std::string{} : unit.id();
      if (plant.rule == "AU01") authorization += "-NONE";
      written.out.planted.push_back({plant.rule, std::move(authorization), subject});
      before = &unit;
    }
  }

  Json authorizations = Json::array();
  Json statements = Json::array();
  std::vector<const Json*> uses;
  std::vector<const Json*> reports;
  std::vector<const Json*> sessions;
  for (const Unit& unit : units) {
    authorizations.push_back(unit.authorization);
    for (const Json& use : unit.uses) uses.push_back(&use);
    if (!unit.report.is_null()) reports.push_back(&unit.report);
    if (!unit.session.is_null()) sessions.push_back(&unit.session);
    for (const Json& statement : unit.statements) statements.push_back(statement);
  }
  // Statements that keep the rules, so that there are some whatever is planted.
  for (int i = 1; i <= 3; ++i) {
    const std::string person = fmt::format("K-{}", i);
    statements.push_back({{"id", fmt::format("S-K{}", i)}, {"kind", "fact"}, {"grade", "B2"},
                          {"person", {{"id", person}, {"category", "suspect"}}}});
    statements.push_back({{"id", fmt::format("S-M{}", i)}, {"kind", "fact"}, {"grade", "B2"},
                          {"membership", {{"person", person}, {"group", "K"}}}});
  }
  written.out.authorizations = static_cast<std::uint32_t>(authorizations.size());
  written.out.uses = static_cast<std::uint32_t>(uses.size());
  PALERMO_CHECK_OK(written.file("authorizations.json", "authorizations", "",
                                authorizations.dump(1) + "\n", authorizations.size()));
  PALERMO_CHECK_OK(written.file("uses.jsonl", "technique_use", "", lines_of(uses), uses.size()));
  if (!reports.empty())
    PALERMO_CHECK_OK(written.file("undercover.jsonl", "undercover_report", "", lines_of(reports),
                                  reports.size()));
  if (!sessions.empty())
    PALERMO_CHECK_OK(written.file("intercepts.jsonl", "intercept_log", "", lines_of(sessions),
                                  sessions.size()));
  const Json facts = {{"case", {{"title", "Violations (simulated)"}, {"state", "DE"}}},
                      {"statements", statements}};
  PALERMO_CHECK_OK(written.file("statements.json", "statements", "NONE", facts.dump(1) + "\n",
                                statements.size() + 1));
  written.out.manifest = options.folder / "manifest.json";
  PALERMO_TRY(TextFile manifest, TextFile::create(written.out.manifest));
  manifest.write(manifest_of(options, written.out).dump(1) + "\n");
  PALERMO_CHECK_OK(manifest.close());
  return std::move(written.out);
}

}  // namespace palermo::simulation
