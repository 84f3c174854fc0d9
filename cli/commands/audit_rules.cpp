// `palermo audit rules`: where the case does not keep the rules for special investigative techniques.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <set>

#include "analysis/compliance/load_facts.hpp"
#include "analysis/compliance/rules.hpp"
#include "cli/commands/audit.hpp"
#include "cli/commands/audit_bundle.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "palermo/v1/compliance.pb.h"

namespace palermo::cli {
namespace {

using core::Error;
using core::ErrorCode;
using core::Status;

constexpr std::size_t kWidth = 96;

struct RulesOptions {
  std::string as_of;
  std::vector<std::string> rules;
};

std::string plural(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string human(const v1::ComplianceResult& result) {
  std::string text;
  std::string rule;
  for (const v1::Violation& found : result.violations()) {
    if (found.rule() != rule) {
      rule = found.rule();
      const auto count = std::find_if(result.rules().begin(), result.rules().end(),
                                      [&](const auto& each) { return each.rule() == rule; });
      text += core::wrapped(fmt::format("{} ({})  {}  [{}]", rule, found.severity(), count->title(),
                                        count->source()),
                            kWidth, 10) +
              "\n";
    }
    std::string about = core::printable(found.subject(), 80);
    if (!found.authorization_id().empty() &&
        !found.subject().starts_with(found.authorization_id()))
      about += " under " + core::printable(found.authorization_id(), 80);
    text += fmt::format("  {}\n    {}{}\n", about,
                        core::wrapped(core::printable(found.text(), 2000), kWidth - 4, 4),
                        found.unverified_parameter() ? "\n    (rests on a value nobody verified)" : "");
  }
  std::size_t kept = 0;
  for (const auto& count : result.rules())
    if (count.violations() == 0 && count.judged() > 0) ++kept;
  if (!text.empty()) text += "\n";
  if (!result.not_judged().empty()) {
    text += "Not judged, for want of data:\n";
    for (const auto& each : result.not_judged())
      text += fmt::format("  {}\n",
                          core::wrapped(fmt::format("{}  {} ({}): {}{}", each.rule(), each.text(),
                                                    each.count(),
                                                    core::printable(fmt::format(
                                                        "{}", fmt::join(each.subjects(), ", ")), 300),
                                                    static_cast<int>(each.count()) >
                                                            each.subjects_size()
                                                        ? ", …"
                                                        : ""),
                                        kWidth - 2, 8));
  }
  for (const std::string& notice : result.notices())
    text += core::wrapped("note: " + core::printable(notice, 600), kWidth, 6) + "\n";
  text += core::wrapped(
              fmt::format("{} as of {}; {} of {} rules had something to judge and found nothing.",
                          plural(static_cast<std::size_t>(result.violations_size()), "violation"),
                          result.as_of(), kept, result.rules_size()),
              kWidth, 2) +
          "\n";
  text += core::wrapped(
              fmt::format("Judged: {}, {}, {}, {}, {}, {}, {}.",
                          plural(result.authorizations(), "authorization"),
                          plural(result.uses(), "use"),
                          plural(result.reports(), "undercover report"),
                          plural(result.sessions(), "session"),
                          plural(result.statements(), "statement"),
                          plural(result.quarantined(), "item") + " of quarantine",
                          fmt::format("{} access entr{}", result.accesses(),
                                      result.accesses() == 1 ? "y" : "ies")),
              kWidth, 2) +
          "\nA rule speaks of an authorization and of what was done under it, never of anybody's "
          "guilt.\n";
  return text;
}

/// Leaves the named rules in the answer.
Status keep_only(const std::vector<std::string>& wanted, v1::ComplianceResult& result) {
  if (wanted.empty()) return core::ok();
  std::vector<std::string> known;
  for (const auto& rule : compliance::rules()) known.emplace_back(rule.id);
  for (const std::string& id : wanted)
    if (std::find(known.begin(), known.end(), id) == known.end())
      return Error{ErrorCode::Usage, fmt::format("--rule: no rule '{}'", core::printable(id, 20)),
                   std::nullopt,
                   fmt::format("rules are {} to {}; docs/rules has a page on each", known.front(),
                               known.back())};
  const std::set<std::string> keep{wanted.begin(), wanted.end()};
  const auto drop = [&keep](auto* list) {
    list->erase(std::remove_if(list->begin(), list->end(),
                               [&](const auto& each) { return !keep.contains(each.rule()); }),
                list->end());
  };
  drop(result.mutable_violations());
  drop(result.mutable_rules());
  drop(result.mutable_not_judged());
  return core::ok();
}

Status run_rules(const RulesOptions& options, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Audit));
  std::int64_t as_of_us = core::now_us();
  if (!options.as_of.empty()) {
    const auto read = core::parse_date_or_instant(options.as_of, true);
    if (!read)
      return Error{ErrorCode::Usage, "--as-of: " + read.error().message, std::nullopt,
                   "write a day, 2024-03-31, or a time, 2024-03-31T12:00:00+02:00"};
    as_of_us = read->us;
  }
  PALERMO_TRY(const compliance::Facts facts, compliance::load_facts(session.db(), as_of_us));
  v1::ComplianceResult result = compliance::judge(facts);
  PALERMO_CHECK_OK(keep_only(options.rules, result));
  v1::Access access;
  access.set_command("audit rules");
  access.set_operation("CONSULT");
  access.set_result_count(static_cast<std::uint32_t>(result.violations_size()));
  PALERMO_CHECK_OK(session.log_access(std::move(access)));
  context.answer(result, [&] { return human(result); });
  return core::ok();
}

}  // namespace

std::string rules_text(const v1::ComplianceResult& result) { return human(result); }

std::vector<Command> add_audit_rules(CLI::App& audit) {
  auto options = std::make_shared<RulesOptions>();
  CLI::App* parser = audit.add_subcommand(
      "rules", "Where the case does not keep the rules for investigative techniques (docs/rules)");
  parser->add_option("--as-of", options->as_of, "Compare times with this one; default: now")
      ->type_name("TIME");
  parser->add_option("--rule", options->rules, "Only these rules, e.g. AU06")->type_name("RULE");
  return {{parser, [options](const Context& context) { return run_rules(*options, context); }}};
}

}  // namespace palermo::cli
