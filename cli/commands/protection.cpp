// `palermo protection`: migrants in danger, and migrants who were only the object of smuggling.
#include "analysis/criteria/protection.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "analysis/criteria/case_finding.hpp"
#include "cli/commands/all.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kShown = 300;
constexpr std::size_t kNameShown = 30;

std::string line(std::size_t indent, const std::string& text) {
  return std::string(indent, ' ') + core::wrapped(text, kWidth - indent, indent) + "\n";
}

std::string joined(const google::protobuf::RepeatedPtrField<std::string>& words) {
  std::string out;
  for (const std::string& word : words)
    out += (out.empty() ? "" : ", ") + core::printable(word, kNameShown);
  return out;
}

std::string plain(std::string word) {
  std::replace(word.begin(), word.end(), '_', ' ');
  return word;
}

std::string alerts_text(const v1::DangerAlerts& answer) {
  std::string text = fmt::format(
      "Alerts: {} (danger to life or safety: {}, inhuman or degrading treatment: {}), the newest "
      "first\n\n",
      answer.alerts_size(), answer.endangering(), answer.degrading());
  for (const v1::DangerAlert& alert : answer.alerts()) {
    text += fmt::format(
        "{}  {}  {}, {}{}\n", alert.observed_at().empty() ? "undated" : alert.observed_at(),
        core::printable(alert.statement_id(), kNameShown), alert.kind(), alert.standing(),
        alert.grade().empty() ? "" : " graded " + core::printable(alert.grade(), 4));
    if (!alert.text().empty()) text += line(2, core::printable(alert.text(), kShown));
    text += line(
        2, alert.persons().empty()
               ? std::string{"who is in danger is not stated"}
               : fmt::format("in danger: {}{}", joined(alert.persons()),
                             alert.minors() == 0 ? std::string{}
                                                 : fmt::format(" (minors: {})", alert.minors())));
    if (!alert.against().empty()) text += line(2, "denied by " + joined(alert.against()));
    if (!alert.source().empty() || !alert.record_id().empty())
      text += line(2, fmt::format("source: {} {}", core::printable(alert.source(), 60),
                                  core::printable(alert.record_id(), 60)));
    text += "\n";
  }
  text += "Aggravating circumstances, as the facts give them now:\n";
  for (const v1::Circumstance& one : answer.circumstances()) {
    text += line(2, fmt::format("{}: {}", one.article(), plain(one.outcome())));
    text += line(4, fmt::format("\"{}\"", one.text()));
    for (const std::string& missing : one.missing())
      text += line(4, "missing: " + core::printable(missing, kShown));
  }
  for (const std::string& note : answer.notes()) text += line(0, note);
  return text;
}

std::string register_text(const v1::MigrantRegister& answer) {
  std::string text = fmt::format(
      "Persons: {} (object of smuggling only: {}, to decide: {}; minors: {}, in danger: {})\n\n",
      answer.entries_size(), answer.objects(), answer.to_decide(), answer.minors(),
      answer.in_danger());
  for (const v1::MigrantEntry& entry : answer.entries()) {
    const char* age = !entry.has_minor() ? "age not stated" : entry.minor() ? "minor" : "adult";
    text += fmt::format("{}  {}, {}{}\n", core::printable(entry.person(), kNameShown),
                        plain(entry.standing()), age,
                        entry.category_decided() ? ", category decided" : "");
    for (const std::string& why : entry.to_decide()) text += line(2, "to decide: " + why);
    for (const v1::MigrantMovement& movement : entry.movements())
      text += line(
          2, fmt::format("{}: {}{}{} ({})", movement.what(), core::printable(movement.state(), 10),
                         movement.lawful().empty() ? "" : ", lawful: " + movement.lawful(),
                         movement.observed_at().empty()
                             ? ""
                             : ", " + core::printable(movement.observed_at(), kNameShown),
                         core::printable(movement.statement_id(), kNameShown)));
    if (!entry.danger_ids().empty()) text += line(2, "in danger by " + joined(entry.danger_ids()));
    text += line(2, "stated in " + joined(entry.statement_ids()));
  }
  if (!answer.entries().empty()) text += "\n";
  text += line(0, fmt::format("{}: \"{}\"", answer.article(), answer.text()));
  for (const std::string& note : answer.notes()) text += line(0, note);
  return text;
}

core::Status log(session::Session& session, const char* command, int results) {
  v1::Access access;
  access.set_command(command);
  access.set_operation("CONSULT");
  access.set_result_count(static_cast<std::uint32_t>(results));
  return session.log_access(std::move(access));
}

core::Status run_alerts(const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Assess));
  PALERMO_TRY(const v1::FactsFile facts, criteria::stated_by_case(session.db(), std::nullopt));
  PALERMO_TRY(const v1::DangerAlerts answer, criteria::danger_alerts(facts));
  PALERMO_CHECK_OK(log(session, "protection alerts", answer.alerts_size()));
  context.answer(answer, [&] { return alerts_text(answer); });
  return core::ok();
}

core::Status run_register(const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Assess));
  PALERMO_TRY(const v1::FactsFile facts, criteria::stated_by_case(session.db(), std::nullopt));
  PALERMO_TRY(const v1::MigrantRegister answer, criteria::migrant_register(facts));
  PALERMO_CHECK_OK(log(session, "protection register", answer.entries_size()));
  context.answer(answer, [&] { return register_text(answer); });
  return core::ok();
}

}  // namespace

std::vector<Command> add_protection(CLI::App& app) {
  CLI::App* group = app.add_subcommand(
      "protection", "Migrants in danger, and migrants who were the object of smuggling");
  group->require_subcommand(1);
  CLI::App* alerts = group->add_subcommand(
      "alerts",
      "Statements of danger and of degrading treatment, with the circumstances of art. 6(3)");
  CLI::App* entries = group->add_subcommand(
      "register", "Smuggled migrants, apart from suspects (Smuggling Protocol art. 5)");
  return {{alerts, [](const Context& context) { return run_alerts(context); }},
          {entries, [](const Context& context) { return run_register(context); }}};
}

}  // namespace palermo::cli
