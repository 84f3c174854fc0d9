// `palermo audit reconcile`: product, uses, authorizations and the authority's numbers compared.
#include "cli/commands/audit_reconcile.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "analysis/compliance/load_facts.hpp"
#include "analysis/compliance/reconcile.hpp"
#include "cli/commands/audit_bundle.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::cli {
namespace {

std::string human(const v1::ReconcileResult& result) {
  std::string text;
  const auto list = [&text](std::string_view title, const auto& all) {
    if (all.empty()) return;
    text += fmt::format("{}:\n", title);
    for (const auto& each : all) {
      std::string when;
      if (!each.first_at().empty())
        when = fmt::format(" ({} to {})", core::printable(each.first_at(), 30),
                           core::printable(each.last_at(), 30));
      text += "  " + core::wrapped(core::printable(each.text(), 300) + when, 94, 4) + "\n";
    }
  };
  list("Product without a logged use", result.product_without_use());
  list("Uses without an authorization", result.use_without_authorization());
  if (!result.missing_numbers().empty()) {
    text += "Numbers of an authority's sequence that no authorization bears:\n";
    for (const auto& hole : result.missing_numbers())
      text += fmt::format("  {}{}{}  ({}, between {} and {})\n", core::printable(hole.series(), 40),
                          hole.from(),
                          hole.to() > hole.from() ? fmt::format(" to {}", hole.to()) : "",
                          hole.count(), core::printable(hole.before(), 40),
                          core::printable(hole.after(), 40));
  }
  if (text.empty()) text = "Everything that is entered fits together.\n";
  text += fmt::format("Compared: {} authorizations, {} uses, {} records and calls.\n",
                      result.authorizations(), result.uses(), result.products());
  for (const std::string& notice : result.notices())
    text += core::wrapped("note: " + core::printable(notice, 400), 96, 6) + "\n";
  return text;
}

core::Status run_reconcile(const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Audit));
  PALERMO_TRY(const compliance::Facts facts,
              compliance::load_facts(session.db(), core::now_us()));
  const v1::ReconcileResult result = compliance::reconcile(facts);
  v1::Access access;
  access.set_command("audit reconcile");
  access.set_operation("CONSULT");
  PALERMO_CHECK_OK(session.log_access(std::move(access)));
  context.answer(result, [&] { return human(result); });
  return core::ok();
}

}  // namespace

std::string reconcile_text(const v1::ReconcileResult& result) { return human(result); }

std::vector<Command> add_audit_reconcile(CLI::App& audit) {
  CLI::App* parser = audit.add_subcommand(
      "reconcile", "Product without use, use without authorization, missing numbers");
  return {{parser, [](const Context& context) { return run_reconcile(context); }}};
}

}  // namespace palermo::cli
