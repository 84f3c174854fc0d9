// `palermo technique`, `controlled-delivery`, `undercover`: the log of what was done under an
// authorization, checked as it is written.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <set>
#include <sstream>

#include "analysis/compliance/load_facts.hpp"
#include "analysis/compliance/rules.hpp"
#include "cli/commands/technique.hpp"
#include "cli/files.hpp"
#include "core/authorization/authorization_store.hpp"
#include "core/authorization/coverage.hpp"
#include "core/authorization/life.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/store/record_store.hpp"
#include "ingest/pipeline.hpp"
#include "palermo/v1/technique.pb.h"

namespace palermo::cli {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

enum class LogKind { Use, Delivery, Report };

struct LogOptions {
  std::string file;
  std::string timezone;
  std::string late_reason;
};

/// The objects of a JSON file: one, an array, or one a line.
Result<std::vector<core::Json>> objects_of(const std::string& text) {
  std::vector<core::Json> all;
  if (auto whole = core::parse_json(text)) {
    if (!whole->is_array()) return std::vector<core::Json>{*std::move(whole)};
    for (core::Json& each : *whole) all.push_back(std::move(each));
    return all;
  }
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    PALERMO_TRY(core::Json json, core::parse_json(line));
    all.push_back(std::move(json));
  }
  return all;
}

struct Entry {
  std::string id;
  std::string authorization_id;
  std::vector<std::string> executors;
  bool has_delivery = false;
  bool says_persons = false;
};

Result<Entry> entry_of(const core::Json& json, LogKind kind) {
  Entry entry;
  if (kind == LogKind::Report) {
    v1::UndercoverReport report;
    PALERMO_CHECK_OK(core::fill_message(json, report));
    entry.id = report.report_id();
    entry.authorization_id = report.authorization_id();
    entry.executors = {report.officer()};
    return entry;
  }
  v1::TechniqueUseRecord use;
  PALERMO_CHECK_OK(core::fill_message(json, use));
  entry.id = use.use_id();
  entry.authorization_id = use.authorization_id();
  entry.executors.assign(use.operators().begin(), use.operators().end());
  entry.has_delivery = use.has_delivery();
  entry.says_persons = use.delivery().has_persons_present();
  return entry;
}

/// What may not be logged at all: without an authorization, or by who applied for it or granted it.
Status check_entry(session::Session& session, const Entry& entry, LogKind kind) {
  const std::string name = core::printable(entry.id, 60);
  auto stored = authorization::load(session.db(), entry.authorization_id);
  if (!stored) {
    if (stored.error().code != ErrorCode::NotFound) return std::move(stored).error();
    return Error{ErrorCode::Refused,
                 fmt::format("'{}' names no authorization of this case", name), std::nullopt,
                 "record the authorization first; what was done without one is evidence to ingest: "
                 "`audit rules` tells it",
                 "AU01"};
  }
  for (const std::string& executor : entry.executors)
    PALERMO_CHECK_OK(authorization::require_executor(stored->authorization, executor));
  const auto technique = stored->authorization.technique();
  if (kind == LogKind::Report && technique != v1::Authorization::UNDERCOVER_OPERATION)
    return Error{ErrorCode::Refused,
                 fmt::format("'{}': authorization '{}' permits no undercover operation", name,
                             core::printable(entry.authorization_id, 60)),
                 std::nullopt, "name the authorization of the operation", "SC04"};
  if (kind == LogKind::Delivery) {
    if (technique != v1::Authorization::CONTROLLED_DELIVERY)
      return Error{ErrorCode::Refused,
                   fmt::format("'{}': authorization '{}' permits no controlled delivery", name,
                               core::printable(entry.authorization_id, 60)),
                   std::nullopt, "name the authorization of the delivery", "SC04"};
    if (!entry.has_delivery || !entry.says_persons)
      return Error{ErrorCode::BadInput,
                   fmt::format("'{}' does not say whether persons were in the consignment", name),
                   std::nullopt, "give delivery.persons_present: true or false; nothing was stored"};
  }
  return core::ok();
}

std::string log_text(const v1::TechniqueLogResult& result) {
  const v1::IngestResult& in = result.ingest();
  std::string text =
      fmt::format("{} of {} entries of {} recorded as {}{}.\n", in.stored(), in.rows_read(),
                  core::printable(in.file(), 80), in.source_id(),
                  in.already_known() ? " (the file was known; nothing changed)" : "");
  for (const auto& reject : in.rejects())
    text += fmt::format("rejected: line {}: {} ({})\n", reject.line(),
                        core::printable(reject.message(), 200), reject.code());
  for (const auto& found : result.violations())
    text += core::wrapped(fmt::format("{} ({}) {}: {}", found.rule(), found.severity(),
                                      core::printable(found.subject(), 60),
                                      core::printable(found.text(), 600)),
                          96, 6) +
            "\n";
  return text;
}

Status run_log(const LogOptions& options, LogKind kind, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Ingest));
  PALERMO_TRY(const std::string text, read_text_file(options.file, 64U << 20));
  PALERMO_TRY(const std::vector<core::Json> objects, objects_of(text));
  v1::TechniqueLogResult result;
  std::set<std::string> ids;
  for (const core::Json& json : objects) {
    auto entry = entry_of(json, kind);
    if (!entry) {
      Error error = std::move(entry).error();
      error.where = core::SourcePosition{options.file, 0};
      if (error.next.empty()) error.next = "nothing was stored; docs/formats/evidence.md has the fields";
      return error;
    }
    PALERMO_CHECK_OK(check_entry(session, *entry, kind));
    if (ids.insert(entry->id).second) result.add_ids(entry->id);
  }
  ingest::IngestOptions wanted;
  wanted.format = kind == LogKind::Report ? "undercover_report" : "technique_use";
  wanted.timezone = options.timezone;
  wanted.late_reason = options.late_reason;
  PALERMO_TRY(*result.mutable_ingest(), ingest::ingest_file(session, options.file, wanted));
  PALERMO_TRY(const compliance::Facts facts,
              compliance::load_facts(session.db(), core::now_us()));
  const v1::ComplianceResult judged = compliance::judge(facts);
  for (const v1::Violation& found : judged.violations()) {
    const std::string& subject = found.subject();
    if (ids.contains(subject.substr(0, subject.find('/')))) *result.add_violations() = found;
  }
  context.answer(result, [&] { return log_text(result); });
  return core::ok();
}

Status run_list(const std::string& authorization_id, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::ReadAuthorization));
  PALERMO_TRY(const compliance::Facts facts,
              compliance::load_facts(session.db(), core::now_us()));
  v1::TechniqueList list;
  for (const compliance::UseFact& use : facts.uses) {
    if (!authorization_id.empty() && use.data.authorization_id() != authorization_id) continue;
    v1::TechniqueUseSummary& summary = *list.add_uses();
    summary.set_use_id(use.data.use_id());
    summary.set_authorization_id(use.data.authorization_id());
    summary.set_kind(use.data.kind());
    summary.set_state(use.data.state());
    summary.set_started_at(use.data.started_at());
    summary.set_ended_at(use.data.ended_at());
    summary.set_operators(static_cast<std::uint32_t>(use.data.operators_size()));
    summary.set_targets(static_cast<std::uint32_t>(use.data.targets_size()));
    summary.set_products(static_cast<std::uint32_t>(use.data.products_size()));
    summary.set_record_id(use.record_id);
    const compliance::AuthorizationFact* authorization = facts.find(use.data.authorization_id());
    if (authorization == nullptr) {
      summary.set_rule("AU01");
    } else if (use.from_us) {
      summary.set_rule(std::string{
          authorization->coverage.check(authorization::DataType::Statement, *use.from_us,
                                        use.to_us.value_or(*use.from_us), {})});
    }
  }
  list.set_total(static_cast<std::uint32_t>(list.uses_size()));
  v1::Access access;
  access.set_command("technique list");
  access.set_operation("CONSULT");
  access.set_authorization_id(authorization_id);
  access.set_result_count(list.total());
  PALERMO_CHECK_OK(session.log_access(std::move(access)));
  context.answer(list, [&] {
    if (list.uses().empty()) return std::string{"No use of a technique is logged.\n"};
    std::vector<std::vector<std::string>> rows{
        {"use", "authorization", "kind", "from", "to", "operators", "targets", "products", "rule"}};
    for (const auto& use : list.uses())
      rows.push_back({use.use_id(), use.authorization_id(), use.kind(),
                      use.started_at().substr(0, 16), use.ended_at().substr(0, 16),
                      std::to_string(use.operators()), std::to_string(use.targets()),
                      std::to_string(use.products()), use.rule()});
    return core::table(rows) + "rule: which one the time of the use breaks; none where it is empty. "
                               "`audit rules` judges the rest.\n";
  });
  return core::ok();
}

Command log_command(CLI::App& parent, LogKind kind, const char* help) {
  auto options = std::make_shared<LogOptions>();
  CLI::App* parser = parent.add_subcommand("log", help);
  parser->add_option("file", options->file, "JSON: one entry, an array, or one a line")->required();
  parser->add_option("--timezone", options->timezone, "Zone of times without offset")
      ->type_name("ZONE");
  parser->add_option("--late-reason", options->late_reason,
                     "Why it is entered days after it happened; stands in the log, so name nobody");
  return {parser,
          [options, kind](const Context& context) { return run_log(*options, kind, context); }};
}

}  // namespace

std::vector<Command> add_technique(CLI::App& app) {
  std::vector<Command> commands;
  CLI::App* technique = app.add_subcommand("technique", "What was done under an authorization");
  technique->require_subcommand(1);
  commands.push_back(log_command(*technique, LogKind::Use, "Record uses of a technique"));
  auto id = std::make_shared<std::string>();
  CLI::App* list = technique->add_subcommand("list", "Uses on record, without identifiers");
  list->add_option("--authorization", *id, "Only those under it")->type_name("ID");
  commands.push_back({list, [id](const Context& context) { return run_list(*id, context); }});

  CLI::App* delivery = app.add_subcommand("controlled-delivery", "The log of controlled deliveries");
  delivery->require_subcommand(1);
  commands.push_back(log_command(*delivery, LogKind::Delivery,
                                 "Record deliveries: goods, States, consents, persons, gaps"));
  CLI::App* undercover = app.add_subcommand("undercover", "The log of undercover officers");
  undercover->require_subcommand(1);
  commands.push_back(log_command(*undercover, LogKind::Report, "Record reports of officers"));
  return commands;
}

}  // namespace palermo::cli
