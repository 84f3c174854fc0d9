// What happens to an authorization after it was granted. Every step is a new revision with its entry.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <optional>

#include "cli/commands/authorize.hpp"
#include "core/authorization/coverage.hpp"
#include "core/authorization/life.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/recall.hpp"
#include "ingest/release.hpp"

namespace palermo::cli {
namespace {

using authorization::Decider;
using authorization::StoredAuthorization;
using core::Error;
using core::ErrorCode;
using core::Status;

struct LifeOptions {
  std::string id;
  Decider decider;
  std::string until, text, late, next, due, method, order, ground;
  std::optional<bool> reassessed;
  int number = 0;
};

/// One step: what it edits, and what becomes of product afterwards.
struct Step {
  const char* action;
  bool ends = false;  // only for what is neither cancelled nor refused
  std::function<Status(v1::Authorization&)> change;
  std::optional<ingest::RecallWhat> recall;
  std::string late_reason;
};

Status run_step(const std::string& id, const Step& step, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Authorize));
  PALERMO_TRY(StoredAuthorization stored, authorization::load(session.db(), id));
  if (step.ends)
    PALERMO_CHECK_OK(authorization::require_open(stored.authorization, core::now_us()));
  PALERMO_CHECK_OK(step.change(stored.authorization));
  ++stored.rev;
  {
    PALERMO_TRY(const auto checked, authorization::status_at(stored.authorization, core::now_us()));
    (void)checked;
  }
  v1::QuarantineOutcome recalled;
  if (step.recall) PALERMO_CHECK_OK(session.db().exec("PRAGMA secure_delete=ON"));
  {
    PALERMO_TRY(store::Transaction transaction, session.db().begin());
    PALERMO_CHECK_OK(authorization::save(session.db(), session.ledger(), transaction,
                                         stored.authorization, stored.rev, step.action,
                                         session.actor(), step.late_reason));
    if (step.recall) {
      PALERMO_TRY(recalled, ingest::recall_product(session, transaction, stored.authorization,
                                                   *step.recall));
    }
    PALERMO_CHECK_OK(transaction.commit());
  }
  PALERMO_CHECK_OK(ingest::finish_recall(session, recalled));
  PALERMO_TRY(v1::AuthorizationResult result, authorization_shown(session, stored));
  for (const v1::QuarantineItem& item : recalled.items())
    result.add_notices(fmt::format("{} record{} went back into quarantine as {} ({})", item.count(),
                                   item.count() == 1 ? "" : "s", item.quarantine_id(),
                                   item.reason()));
  for (const std::string& notice : recalled.notices()) result.add_notices(notice);
  context.answer(result, [&] {
    std::string text = authorization_text(result);
    for (const std::string& notice : result.notices())
      text += core::wrapped("note: " + core::printable(notice, 600), 96, 6) + "\n";
    return text;
  });
  return core::ok();
}

/// Destruction: all product goes into quarantine, and from there out of existence.
Status run_destroy(const LifeOptions& options, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Authorize));
  PALERMO_CHECK_OK(session.permit(authorization::Operation::DestroyQuarantine));
  PALERMO_TRY(StoredAuthorization stored, authorization::load(session.db(), options.id));
  PALERMO_CHECK_OK(authorization::destroyed(stored.authorization, options.decider,
                                            session.operator_name(), options.order));
  ++stored.rev;
  PALERMO_CHECK_OK(session.db().exec("PRAGMA secure_delete=ON"));
  ingest::DestroyRequest request;
  request.order = options.order;
  request.ground = options.ground;
  {
    PALERMO_TRY(store::Transaction transaction, session.db().begin());
    PALERMO_TRY([[maybe_unused]] const v1::QuarantineOutcome recalled,
                ingest::recall_product(session, transaction, stored.authorization,
                                       ingest::RecallWhat::Everything));
    PALERMO_CHECK_OK(authorization::save(session.db(), session.ledger(), transaction,
                                         stored.authorization, stored.rev, "destroy",
                                         session.actor()));
    PALERMO_TRY(store::Statement held,
                session.db().prepare("SELECT seq FROM quarantine WHERE authorization_id = ?1 AND "
                                     "status = 'held' ORDER BY seq"));
    PALERMO_CHECK_OK(held.bind(1, options.id));
    for (;;) {
      PALERMO_TRY(const bool row, held.step());
      if (!row) break;
      request.items.push_back(fmt::format("Q-{}", held.integer(0)));
    }
    held.reset();
    PALERMO_CHECK_OK(transaction.commit());
  }
  v1::QuarantineOutcome gone;
  if (!request.items.empty()) {
    PALERMO_TRY(gone, ingest::destroy_quarantine(session, request));
  }
  PALERMO_TRY(v1::AuthorizationResult result, authorization_shown(session, stored));
  result.add_notices(fmt::format("{} record{} destroyed; places that still hold their bytes: {}",
                                 gone.destroyed(), gone.destroyed() == 1 ? "" : "s",
                                 gone.search_hits()));
  for (const std::string& notice : gone.notices()) result.add_notices(notice);
  context.answer(result, [&] {
    std::string text = authorization_text(result);
    for (const std::string& notice : result.notices())
      text += core::wrapped("note: " + core::printable(notice, 600), 96, 6) + "\n";
    return text;
  });
  return core::ok();
}

/// Subcommand with the id and the options about whoever decided.
CLI::App* add_step(CLI::App& authorize, const std::shared_ptr<LifeOptions>& options,
                   const char* name, const char* help) {
  CLI::App* parser = authorize.add_subcommand(name, help);
  parser->add_option("id", options->id)->required();
  return parser;
}

void add_decider(CLI::App* parser, const std::shared_ptr<LifeOptions>& options) {
  parser->add_option("--by", options->decider.id, "Who decided, as applicant and authorizer are named")
      ->type_name("ID");
  parser->add_option("--role", options->decider.role, "His or her role: court, judge, …")
      ->type_name("ROLE");
}

Command renew_command(CLI::App& authorize) {
  auto o = std::make_shared<LifeOptions>();
  CLI::App* parser = add_step(authorize, o, "renew", "Record a renewal");
  parser->add_option("--granted-at", o->decider.at, "When it was decided")->required();
  parser->add_option("--until", o->until, "New expiry")->required();
  parser->add_option("--fresh-facts", o->text, "Results since the last grant that support it");
  parser->add_option("--late-reason", o->late,
                     "Why a renewal decided after expiry is recorded; it opens a gap (AU04)")
      ->type_name("TEXT");
  add_decider(parser, o);
  return {parser, [o](const Context& context) -> Status {
            PALERMO_CHECK_OK(check_past_option(o->decider.at, "--granted-at"));
            PALERMO_CHECK_OK(check_time_option(o->until, "--until"));
            return run_step(o->id,
                            {"renew", true,
                             [&](v1::Authorization& a) {
                               return authorization::renew(a, o->decider, o->until, o->text, o->late);
                             },
                             std::nullopt, o->late},
                            context);
          }};
}

Command confirm_command(CLI::App& authorize) {
  auto o = std::make_shared<LifeOptions>();
  CLI::App* parser = add_step(authorize, o, "confirm", "Record the confirmation of an urgent grant");
  parser->add_option("--at", o->decider.at, "When it was confirmed")->required();
  add_decider(parser, o);
  return {parser, [o](const Context& context) -> Status {
            PALERMO_CHECK_OK(check_past_option(o->decider.at, "--at"));
            return run_step(
                o->id,
                {"confirm", true,
                 [&](v1::Authorization& a) { return authorization::confirm(a, o->decider); },
                 std::nullopt,
                 {}},
                context);
          }};
}

Command refuse_command(CLI::App& authorize) {
  auto o = std::make_shared<LifeOptions>();
  CLI::App* parser = add_step(authorize, o, "refuse",
                              "Record the refusal of an urgent grant; its product is sealed");
  parser->add_option("--at", o->decider.at, "When it was refused")->required();
  parser->add_option("--reason", o->text, "Why")->required();
  add_decider(parser, o);
  return {parser, [o](const Context& context) -> Status {
            PALERMO_CHECK_OK(check_past_option(o->decider.at, "--at"));
            return run_step(o->id,
                            {"refuse", true,
                             [&](v1::Authorization& a) {
                               return authorization::refuse(a, o->decider, o->text);
                             },
                             ingest::RecallWhat::Uncovered,
                             {}},
                            context);
          }};
}

Command cancel_command(CLI::App& authorize) {
  auto o = std::make_shared<LifeOptions>();
  CLI::App* parser = add_step(authorize, o, "cancel",
                              "Record a cancellation; product from after it is sealed");
  parser->add_option("--at", o->decider.at, "When it took effect; default: now");
  parser->add_option("--reason", o->text, "Why")->required();
  return {parser, [o](const Context& context) -> Status {
            if (o->decider.at.empty()) o->decider.at = core::format_utc(core::now_us());
            PALERMO_CHECK_OK(check_time_option(o->decider.at, "--at"));
            return run_step(o->id,
                            {"cancel", true,
                             [&](v1::Authorization& a) {
                               return authorization::cancel(a, o->decider.at, o->text);
                             },
                             ingest::RecallWhat::Uncovered,
                             {}},
                            context);
          }};
}

Command review_command(CLI::App& authorize) {
  auto o = std::make_shared<LifeOptions>();
  CLI::App* parser = add_step(authorize, o, "review", "Record a review, and when the next is due");
  parser->add_option("--done-at", o->decider.at, "When it was held")->required();
  parser->add_option("--outcome", o->text, "What it found")->required();
  parser
      ->add_option("--collateral", o->reassessed,
                   "Whether it looked at the intrusion into others' lives anew: yes or no")
      ->required()
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, std::string>{{"yes", "true"}, {"no", "false"}}));
  parser->add_option("--next", o->next, "When the next is due")->type_name("TIME");
  add_decider(parser, o);
  return {parser, [o](const Context& context) -> Status {
            PALERMO_CHECK_OK(check_past_option(o->decider.at, "--done-at"));
            if (!o->next.empty()) PALERMO_CHECK_OK(check_time_option(o->next, "--next"));
            return run_step(o->id,
                            {"review", false,
                             [&](v1::Authorization& a) {
                               return authorization::review(a, o->decider, o->text,
                                                            o->reassessed.value_or(false), o->next);
                             },
                             std::nullopt,
                             {}},
                            context);
          }};
}

Command condition_command(CLI::App& authorize) {
  auto o = std::make_shared<LifeOptions>();
  CLI::App* parser = add_step(authorize, o, "condition",
                              "Set a condition with the day it is due, or record that one was met");
  CLI::Option* text = parser->add_option("--text", o->text, "The condition");
  CLI::Option* due = parser->add_option("--due", o->due, "When it must be met")->needs(text);
  text->needs(due);
  CLI::Option* met =
      parser->add_option("--met", o->number, "Number of the condition that was met")->excludes(text);
  CLI::Option* at = parser->add_option("--at", o->decider.at, "When it was met")->needs(met);
  met->needs(at);
  add_decider(parser, o);
  return {parser, [o](const Context& context) -> Status {
            if (o->text.empty() && o->number == 0)
              return Error{ErrorCode::Usage, "neither --text with --due nor --met with --at is given"};
            if (o->number == 0) {
              PALERMO_CHECK_OK(check_time_option(o->due, "--due"));
            } else {
              PALERMO_CHECK_OK(check_past_option(o->decider.at, "--at"));
            }
            return run_step(o->id,
                            {"condition", false,
                             [&](v1::Authorization& a) {
                               return o->number == 0
                                          ? authorization::set_condition(a, o->text, o->due)
                                          : authorization::meet_condition(a, o->number, o->decider);
                             },
                             std::nullopt,
                             {}},
                            context);
          }};
}

Command notify_command(CLI::App& authorize) {
  auto o = std::make_shared<LifeOptions>();
  CLI::App* parser = add_step(authorize, o, "notify",
                              "Record that those affected were told, or why not yet");
  CLI::Option* done = parser->add_option("--done-at", o->decider.at, "When notice was given");
  parser->add_option("--method", o->method, "How")->needs(done);
  CLI::Option* until = parser->add_option("--defer-until", o->until, "Notice is deferred to this day");
  until->excludes(done);
  parser->add_option("--reason", o->text, "Why it is deferred")->needs(until);
  add_decider(parser, o);
  return {parser, [o](const Context& context) -> Status {
            if (o->decider.at.empty() && o->until.empty())
              return Error{ErrorCode::Usage, "neither --done-at nor --defer-until is given"};
            if (o->until.empty()) {
              PALERMO_CHECK_OK(check_past_option(o->decider.at, "--done-at"));
            } else {
              PALERMO_CHECK_OK(check_time_option(o->until, "--defer-until"));
              o->decider.at = core::format_utc(core::now_us());
            }
            return run_step(o->id,
                            {"notify", false,
                             [&](v1::Authorization& a) {
                               return o->until.empty()
                                          ? authorization::notify(a, o->decider, o->method)
                                          : authorization::defer_notice(a, o->decider, o->until,
                                                                        o->text);
                             },
                             std::nullopt,
                             {}},
                            context);
          }};
}

Command destroy_command(CLI::App& authorize) {
  auto o = std::make_shared<LifeOptions>();
  CLI::App* parser = add_step(authorize, o, "destroy",
                              "Destroy all product of an authorization by order, for good");
  parser->add_option("--order", o->order, "Who ordered it, number and date of the order")
      ->required()
      ->type_name("TEXT");
  parser->add_option("--by", o->decider.id, "Who ordered it; not whoever carries it out")
      ->required()
      ->type_name("ID");
  o->ground = "EXPIRY";
  parser->add_option("--ground", o->ground, "Legal ground")
      ->capture_default_str()
      ->check(CLI::IsMember(ingest::destruction_grounds()));
  return {parser, [o](const Context& context) -> Status {
            o->decider.at = core::format_utc(core::now_us());
            return run_destroy(*o, context);
          }};
}

}  // namespace

std::vector<Command> add_authorize_life(CLI::App& authorize) {
  std::vector<Command> commands;
  for (auto* make : {&renew_command, &confirm_command, &refuse_command, &cancel_command,
                     &review_command, &condition_command, &notify_command, &destroy_command})
    commands.push_back(make(authorize));
  return commands;
}

}  // namespace palermo::cli
