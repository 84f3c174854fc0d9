#include "cli/commands/quarantine.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/all.hpp"
#include "core/authorization/coverage.hpp"
#include "core/base/text.hpp"
#include "ingest/release.hpp"
#include "palermo/v1/ingest.pb.h"

namespace palermo::cli {

core::Result<v1::QuarantineList> quarantine_items(store::Database& db) {
  PALERMO_TRY(
      store::Statement query,
      db.prepare(
          "SELECT q.seq, q.reason, s.id, q.authorization_id, q.count, q.first_line, q.last_line, "
          "q.status FROM quarantine q JOIN source s ON s.seq = q.source ORDER BY q.seq"));
  v1::QuarantineList list;
  std::uint32_t total = 0;
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    v1::QuarantineItem& item = *list.add_items();
    item.set_quarantine_id(fmt::format("Q-{}", query.integer(0)));
    item.set_reason(std::string{query.text(1)});
    item.set_source_id(std::string{query.text(2)});
    item.set_authorization_id(std::string{query.text(3)});
    item.set_count(static_cast<std::uint32_t>(query.integer(4)));
    item.set_first_line(static_cast<std::uint32_t>(query.integer(5)));
    item.set_last_line(static_cast<std::uint32_t>(query.integer(6)));
    item.set_status(std::string{query.text(7)});
    item.set_text(std::string{authorization::rule_text(item.reason())});
    if (item.status() == "held") total += item.count();
  }
  list.set_total(total);
  return list;
}

namespace {

core::Status run_list(const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::ReadQuarantine));
  PALERMO_TRY(const v1::QuarantineList list, quarantine_items(session.db()));
  v1::Access access;
  access.set_command("quarantine list");
  access.set_operation("CONSULT");
  access.set_result_count(static_cast<std::uint32_t>(list.items_size()));
  PALERMO_CHECK_OK(session.log_access(std::move(access)));
  context.answer(list, [&] {
    if (list.items().empty())
      return std::string{"Nothing in quarantine: every record is covered.\n"};
    std::vector<std::vector<std::string>> rows{
        {"id", "rule", "records", "source", "lines", "authorization", "status", "why"}};
    for (const auto& item : list.items())
      rows.push_back({item.quarantine_id(), item.reason(), std::to_string(item.count()),
                      item.source_id(), fmt::format("{}-{}", item.first_line(), item.last_line()),
                      item.authorization_id().empty() ? "none" : item.authorization_id(),
                      item.status(), item.text()});
    return core::table(rows) +
           fmt::format("{} records held: sealed, counted, and in no analysis.\n", list.total());
  });
  return core::ok();
}

std::string counted(std::uint32_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

std::string outcome_text(const v1::QuarantineOutcome& outcome, bool destroy) {
  std::vector<std::vector<std::string>> rows{{"id", "rule", "records", "source", "status"}};
  for (const auto& item : outcome.items())
    rows.push_back({item.quarantine_id(), item.reason(), std::to_string(item.count()),
                    item.source_id(), item.status()});
  std::string text = core::table(rows);
  if (destroy) {
    text += fmt::format(
        "{} destroyed; row and hash of each item stay, and the ledger has the order. "
        "Places that still hold their bytes: {}.\n",
        counted(outcome.destroyed(), "record"), outcome.search_hits());
  } else {
    text += fmt::format(
        "{} released: {} stored, {} in the case already. Of the items named, {} sealed.\n",
        counted(outcome.released(), "record"), outcome.stored(), outcome.duplicates(),
        outcome.still_held() == 1 ? "1 record stays"
                                  : fmt::format("{} records stay", outcome.still_held()));
  }
  for (const std::string& notice : outcome.notices())
    text += fmt::format("note: {}\n", core::printable(notice));
  return text;
}

core::Status run_release(const ingest::ReleaseRequest& request, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(request.authorization_id.empty()
                                      ? authorization::Operation::ReleaseQuarantine
                                      : authorization::Operation::ReleaseCovered));
  PALERMO_TRY(const v1::QuarantineOutcome outcome, ingest::release_quarantine(session, request));
  context.answer(outcome, [&] { return outcome_text(outcome, false); });
  return core::ok();
}

core::Status run_destroy(const ingest::DestroyRequest& request, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::DestroyQuarantine));
  PALERMO_TRY(const v1::QuarantineOutcome outcome, ingest::destroy_quarantine(session, request));
  context.answer(outcome, [&] { return outcome_text(outcome, true); });
  return core::ok();
}

}  // namespace

std::vector<Command> add_quarantine(CLI::App& app) {
  CLI::App* quarantine = app.add_subcommand("quarantine", "Product that no authorization covers");
  quarantine->require_subcommand(1);
  CLI::App* list = quarantine->add_subcommand("list", "What is held back, by rule and source");

  auto released = std::make_shared<ingest::ReleaseRequest>();
  CLI::App* release = quarantine->add_subcommand(
      "release", "Let product into the case: what an authorization now covers, or by decision");
  release->add_option("items", released->items, "Items as `quarantine list` calls them: Q-1")
      ->required();
  release
      ->add_option("--authorization", released->authorization_id,
                   "Release only what the newest revision of this authorization covers")
      ->type_name("ID");
  release
      ->add_option("--reason", released->reason,
                   "Reason of an oversight decision (role oversight), which releases all")
      ->type_name("TEXT");

  auto destroyed = std::make_shared<ingest::DestroyRequest>();
  CLI::App* destroy =
      quarantine->add_subcommand("destroy", "Destroy sealed product by order, for good");
  destroy->add_option("items", destroyed->items, "Items as `quarantine list` calls them: Q-1")
      ->required();
  destroy->add_option("--order", destroyed->order, "Who ordered it, number and date of the order")
      ->required()
      ->type_name("TEXT");
  destroy
      ->add_option("--ground", destroyed->ground,
                   "Legal ground; default: REFUSED_EMERGENCY for AU06, else UNLAWFUL")
      ->check(CLI::IsMember(ingest::destruction_grounds()));

  return {
      {list, [](const Context& context) { return run_list(context); }},
      {release, [released](const Context& context) { return run_release(*released, context); }},
      {destroy, [destroyed](const Context& context) { return run_destroy(*destroyed, context); }}};
}

}  // namespace palermo::cli
