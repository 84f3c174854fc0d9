// `palermo audit intrusion` and `audit gaps`: whom an authorization touched beside its targets, and
// where a record is silent or its clock jumped.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/compliance/gaps.hpp"
#include "analysis/compliance/intrusion.hpp"
#include "analysis/compliance/load_facts.hpp"
#include "cli/commands/audit.hpp"
#include "cli/commands/audit_bundle.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::cli {
namespace {

using core::Status;

constexpr std::size_t kWidth = 98;

std::string or_x(bool has, std::uint32_t value) { return has ? std::to_string(value) : "x"; }

std::string notes(const google::protobuf::RepeatedPtrField<std::string>& notices) {
  std::string text;
  for (const std::string& notice : notices)
    text += core::wrapped("note: " + core::printable(notice, 600), kWidth, 6) + "\n";
  return text;
}

Status log_consultation(session::Session& session, int rows) {
  v1::Access access;
  access.set_command(session.command());
  access.set_operation("CONSULT");
  access.set_result_count(static_cast<std::uint32_t>(rows));
  return session.log_access(std::move(access));
}

Status run_intrusion(const statistics::Rule& rule, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Audit));
  PALERMO_TRY(const compliance::Facts facts, compliance::load_facts(session.db(), core::now_us()));
  PALERMO_TRY(const v1::IntrusionResult result,
              compliance::measure_intrusion(session.db(), facts, rule));
  PALERMO_CHECK_OK(log_consultation(session, result.rows_size()));
  context.answer(result, [&] { return intrusion_text(result); });
  return core::ok();
}

Status run_gaps(const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Audit));
  PALERMO_TRY(const compliance::Facts facts, compliance::load_facts(session.db(), core::now_us()));
  PALERMO_TRY(const v1::GapsResult result, compliance::find_gaps(session.db(), facts));
  PALERMO_CHECK_OK(log_consultation(session, result.strips_size()));
  context.answer(result, [&] { return gaps_text(result); });
  return core::ok();
}

std::string run_text(const v1::GapsResult::Run& run) {
  return run.days() == 1 ? run.from() + " (1 d)"
                         : fmt::format("{} to {} ({} d)", run.from(), run.to(), run.days());
}

std::string strip_text(const v1::GapsResult::Strip& strip) {
  std::string text =
      fmt::format("{}  {}\n  days in force: {}; with product: {}; with a logged use: {}",
                  core::printable(strip.authorization_id(), 40), core::printable(strip.kind(), 30),
                  strip.days_in_force(), strip.days_with_product(), strip.days_of_use());
  text += "\n";
  std::string beside;
  const auto add = [&beside](const char* what, std::uint32_t count) {
    if (count > 0) beside += fmt::format("{}{}: {}", beside.empty() ? "" : "; ", what, count);
  };
  add("days with product outside", strip.days_outside());
  add("records held back", strip.held());
  add("records without a time", strip.undated());
  if (!beside.empty()) text += "  " + beside + "\n";
  if (!strip.strip().empty())
    text += fmt::format("  {} |{}| {}\n", strip.from(), strip.strip(), strip.to());
  std::string runs;
  for (const auto& run : strip.silent()) runs += (runs.empty() ? "" : ", ") + run_text(run);
  if (!runs.empty()) text += "  " + core::wrapped("silent: " + runs, kWidth - 2, 10) + "\n";
  return text;
}

/// A source whose lines are in order of time but for a few steps back; one in no order at all.
std::string source_text(const v1::GapsResult::SourceClock& source) {
  const std::string id = core::printable(source.source_id(), 40);
  return source.in_order()
             ? fmt::format(
                   "{}: steps back in time: {} in {} records, the largest {} s, at line {}\n", id,
                   source.steps_back(), source.records(), source.largest_s(), source.line())
             : fmt::format(
                   "{}: its {} records are in no order of time; a set clock would not show\n", id,
                   source.records());
}

}  // namespace

std::string intrusion_text(const v1::IntrusionResult& result) {
  if (result.rows().empty()) return "No authorization is on record.\n";
  std::vector<std::vector<std::string>> rows{{"authorization", "targets", "records", "held",
                                              "named", "linked", "never linked", "touched",
                                              "minors", "privileged"}};
  for (const auto& row : result.rows())
    rows.push_back({core::printable(row.authorization_id(), 24), std::to_string(row.targets()),
                    std::to_string(row.records()), std::to_string(row.held()),
                    or_x(row.has_named(), row.named()), or_x(row.has_linked(), row.linked()),
                    or_x(row.has_never_linked(), row.never_linked()),
                    or_x(row.has_touched(), row.touched()), or_x(row.has_minors(), row.minors()),
                    row.sessions() == 0 ? "-" : or_x(row.has_privileged(), row.privileged())});
  std::string text = core::table(rows) + core::wrapped(result.convention(), kWidth, 0) + "\n" +
                     core::wrapped(result.rule(), kWidth, 0) + "\n";
  std::string silent;
  for (const auto& row : result.rows())
    if (row.assessed() == "no")
      silent += (silent.empty() ? "" : ", ") + core::printable(row.authorization_id(), 40);
  if (!silent.empty())
    text += core::wrapped("Collateral intrusion was not assessed in: " + silent + " (rule SC06).",
                          kWidth, 2) +
            "\n";
  return text + notes(result.notices());
}

std::string gaps_text(const v1::GapsResult& result) {
  std::string text;
  if (result.strips().empty()) text += "No authorization is on record.\n";
  for (const auto& strip : result.strips()) text += strip_text(strip);
  if (!result.strips().empty())
    text +=
        "# in force, product   . in force, silent   ! product outside   (blank) neither; UTC "
        "days\n";
  for (const auto& source : result.sources())
    if (source.steps_back() > 0) text += source_text(source);
  for (const auto& silence : result.silences())
    text += fmt::format("The log is silent from {} to {}, before entry {}.\n", silence.from(),
                        silence.to(), silence.before_entry());
  for (const auto& jump : result.clock())
    text += fmt::format("The clock of the log went {} by {} s at entry {}.\n",
                        core::printable(jump.direction(), 10), jump.seconds(), jump.entry());
  text += core::wrapped(
              "Silence is no proof that nothing happened: a provider that delivered "
              "nothing, a lost file and a silent line look the same.",
              kWidth, 0) +
          "\n";
  return text + notes(result.notices());
}

std::vector<Command> add_audit_intrusion(CLI::App& audit) {
  std::vector<Command> commands;
  auto rule = std::make_shared<statistics::Rule>();
  CLI::App* intrusion = audit.add_subcommand(
      "intrusion",
      "Whom each authorization touched beside its targets: counts, small ones withheld");
  intrusion->add_option("--threshold", rule->threshold, "Counts from 1 to below this are withheld")
      ->check(CLI::Range(5, 1000))
      ->capture_default_str();
  commands.push_back(
      {intrusion, [rule](const Context& context) { return run_intrusion(*rule, context); }});
  CLI::App* gaps = audit.add_subcommand(
      "gaps", "Days in force, with product and silent; clocks that went back; silences of the log");
  commands.push_back({gaps, [](const Context& context) { return run_gaps(context); }});
  return commands;
}

}  // namespace palermo::cli
