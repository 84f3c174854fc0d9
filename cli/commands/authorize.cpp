#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/all.hpp"
#include "cli/commands/authorize.hpp"
#include "cli/files.hpp"
#include "core/authorization/authorization_store.hpp"
#include "core/authorization/coverage.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/warrants/hi1_exchange.hpp"
#include "palermo/v1/authorization.pb.h"

namespace palermo::cli {
namespace {

using authorization::StoredAuthorization;
using core::Error;
using core::ErrorCode;
using core::Status;

std::string list_text(const v1::AuthorizationResult& result) {
  if (result.authorizations().empty() && result.notices().empty())
    return "No authorization in this case. Add one with `palermo authorize add FILE`.\n";
  std::vector<std::vector<std::string>> rows{
      {"id", "status", "kind", "regime", "from", "to", "targets", "hops", "stored", "held back"}};
  for (const auto& a : result.authorizations())
    rows.push_back({a.authorization_id(), a.status(), a.kind(), a.regime(),
                    a.effective_from().substr(0, 16), a.effective_to().substr(0, 16),
                    std::to_string(a.targets()), std::to_string(a.max_hops()),
                    std::to_string(a.stored()), std::to_string(a.quarantined())});
  std::string text = result.authorizations().empty() ? std::string{} : core::table(rows);
  for (const auto& a : result.authorizations())
    if (!a.status_reason().empty())
      text += fmt::format("{}: {}\n", core::printable(a.authorization_id(), 60),
                          core::printable(a.status_reason()));
  for (const std::string& notice : result.notices())
    text += fmt::format("note: {}\n", core::printable(notice, 600));
  return text;
}

core::Result<v1::AuthorizationResult> summary_of(session::Session& session,
                                                 const std::vector<StoredAuthorization>& all,
                                                 const std::string& as_of = {}) {
  std::int64_t at_us = core::now_us();
  if (!as_of.empty()) {
    PALERMO_TRY(const core::Instant at, core::parse_date_or_instant(as_of, false));
    at_us = at.us;
  }
  v1::AuthorizationResult result;
  for (const StoredAuthorization& stored : all) {
    PALERMO_TRY(*result.add_authorizations(),
                authorization::summarize(session.db(), stored, at_us));
  }
  if (result.authorizations_size() > 0) {
    result.set_authorization_id(result.authorizations(0).authorization_id());
    result.set_status(result.authorizations(0).status());
  }
  return result;
}

/// What the files of one `add` say, read before anything is stored.
struct Added {
  std::vector<StoredAuthorization> all;  // in the order of the answer
  std::vector<StoredAuthorization> to_save;
  std::vector<std::string> actions;  // of each to save: add or amend
  std::vector<std::string> notices;
};

Status take_json(const std::string& path, const std::string& text,
                 std::map<std::string, StoredAuthorization>& known, Added& added) {
  auto read = authorization::read_file(text);
  if (!read) {
    Error error = std::move(read).error();
    error.where = core::SourcePosition{path, 0};
    if (error.next.empty())
      error.next = "nothing was stored; docs/formats/authorization.md lists the fields";
    return error;
  }
  for (const v1::Authorization& a : *read) {
    if (const auto found = known.find(a.id()); found != known.end()) {
      if (found->second.authorization.SerializeAsString() == a.SerializeAsString()) {
        added.notices.push_back(fmt::format("{} is already in the case, unchanged", a.id()));
        added.all.push_back(found->second);
        continue;
      }
      return Error{
          ErrorCode::BadInput,
          fmt::format("authorization '{}' exists already with other content",
                      core::printable(a.id(), 60)),
          core::SourcePosition{path, 0},
          "a number is unique and an instrument does not change: record a renewal, confirmation or "
          "cancellation with `palermo authorize renew|confirm|cancel`; nothing was stored"};
    }
    known[a.id()] = {a, 1};
    added.all.push_back({a, 1});
    added.to_save.push_back({a, 1});
    added.actions.emplace_back("add");
    for (std::string& notice : authorization::notices_about(a))
      added.notices.push_back(std::move(notice));
  }
  return core::ok();
}

Status take_messages(std::vector<ingest::Hi1Message> messages,
                     const std::map<std::string, StoredAuthorization>& known, Added& added) {
  PALERMO_TRY(ingest::Hi1Outcome outcome, (ingest::apply_hi1(std::move(messages), known)));
  for (std::string& notice : outcome.notices) added.notices.push_back(std::move(notice));
  for (ingest::Hi1Change& change : outcome.authorizations) {
    StoredAuthorization stored{std::move(change.authorization), 1};
    const auto found = known.find(stored.authorization.id());
    if (found != known.end()) stored.rev = found->second.rev + (change.changed ? 1 : 0);
    if (change.changed) {
      PALERMO_TRY(const auto checked,
                  authorization::status_at(stored.authorization, core::now_us()));
      (void)checked;
      added.to_save.push_back(stored);
      added.actions.emplace_back(change.fresh ? "add" : "amend");
      if (stored.authorization.invalid_reason().empty())
        for (std::string& notice : authorization::notices_about(stored.authorization))
          added.notices.push_back(std::move(notice));
    }
    added.all.push_back(std::move(stored));
  }
  if (added.to_save.empty()) added.notices.emplace_back("nothing was changed in the case");
  return core::ok();
}

Status run_add(const std::vector<std::string>& paths, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Authorize));
  PALERMO_TRY(auto known, (authorization::load_all(session.db())));
  Added added;
  std::vector<ingest::Hi1Message> messages;
  for (const std::string& path : paths) {
    PALERMO_TRY(const std::string text, read_text_file(path, 64U << 20));
    if (ingest::is_xml(text)) {
      PALERMO_TRY(ingest::Hi1Message message, ingest::read_hi1(text, path));
      messages.push_back(std::move(message));
    } else {
      PALERMO_CHECK_OK(take_json(path, text, known, added));
    }
  }
  if (!messages.empty()) PALERMO_CHECK_OK(take_messages(std::move(messages), known, added));
  if (!added.to_save.empty()) {
    PALERMO_TRY(store::Transaction transaction, session.db().begin());
    for (std::size_t i = 0; i < added.to_save.size(); ++i)
      PALERMO_CHECK_OK(authorization::save(session.db(), session.ledger(), transaction,
                                           added.to_save[i].authorization, added.to_save[i].rev,
                                           added.actions[i], session.actor()));
    PALERMO_CHECK_OK(transaction.commit());
  }
  PALERMO_TRY(v1::AuthorizationResult result, summary_of(session, added.all));
  for (std::string& notice : added.notices) result.add_notices(std::move(notice));
  context.answer(result, [&] { return list_text(result); });
  return core::ok();
}

/// Reading an instrument is a consultation like any other.
Status log_reading(session::Session& session, const char* command,
                   const v1::AuthorizationResult& result) {
  v1::Access access;
  access.set_command(command);
  access.set_operation("CONSULT");
  if (result.has_authorization())
    access.add_objects("authorization/" + result.authorization().id());
  access.set_result_count(static_cast<std::uint32_t>(result.authorizations_size()));
  return session.log_access(std::move(access));
}

Status run_list(const std::string& as_of, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::ReadAuthorization));
  PALERMO_TRY(const auto known, (authorization::load_all(session.db())));
  std::vector<StoredAuthorization> all;
  for (const auto& [id, stored] : known) all.push_back(stored);
  PALERMO_TRY(const v1::AuthorizationResult result, summary_of(session, all, as_of));
  PALERMO_CHECK_OK(log_reading(session, "authorize list", result));
  context.answer(result, [&] { return list_text(result); });
  return core::ok();
}

}  // namespace

std::string authorization_text(const v1::AuthorizationResult& result) {
  // Texts of an authorization are shown as they stand; printable() keeps control characters
  // visible.
  const v1::Authorization& a = result.authorization();
  const auto& s = result.authorizations(0);
  std::string text = fmt::format("{}  {}  {}\n", core::printable(a.id(), 60), s.status(),
                                 core::printable(s.status_reason()));
  const auto line = [&text](std::string_view name, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:<18}{}\n", name, core::printable(value, 400));
  };
  line("technique", s.technique());
  line("kind", a.kind());
  line("State, regime", a.state() + " " + a.regime());
  line("legal basis", a.legal_basis());
  line("offences", fmt::format("{}", fmt::join(a.offence_refs(), ", ")));
  line("applicant", a.applicant().id() + " " + a.applicant().unit());
  line("authorizer",
       a.authorizer().id() + " " + a.authorizer().unit() + " " + a.authorizer().role());
  line("in force", s.effective_from() + " to " + s.effective_to());
  line("cancelled", a.cancelled_at());
  line("data types", fmt::format("{}", fmt::join(a.scope().data_types(), ", ")));
  line("territory", fmt::format("{}", fmt::join(a.scope().territory(), ", ")));
  line("contact chaining", fmt::format("{} hop{}", s.max_hops(), s.max_hops() == 1 ? "" : "s"));
  for (const auto& target : a.targets())
    line("target",
         fmt::format("{} {}{}{}", target.kind(), target.value(),
                     target.person_id().empty() ? "" : " person " + target.person_id(),
                     target.profession().empty() ? "" : " (" + target.profession() + ")"));
  for (const auto& renewal : a.renewals())
    line("renewal", renewal.granted_at() + " until " + renewal.expires_at());
  line("necessity", a.necessity());
  line("proportionality", a.proportionality());
  line("revision", std::to_string(s.rev()));
  line("stored", std::to_string(s.stored()));
  line("held back", std::to_string(s.quarantined()));
  return text;
}

core::Result<v1::AuthorizationResult> authorization_shown(session::Session& session,
                                                          const StoredAuthorization& stored,
                                                          const std::string& as_of) {
  PALERMO_TRY(v1::AuthorizationResult result, summary_of(session, {stored}, as_of));
  *result.mutable_authorization() = stored.authorization;
  return result;
}

namespace {

Status run_show(const std::string& id, const std::string& as_of, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::ReadAuthorization));
  PALERMO_TRY(const StoredAuthorization stored, authorization::load(session.db(), id));
  PALERMO_TRY(const v1::AuthorizationResult result,
              authorization_shown(session, stored, as_of));
  PALERMO_CHECK_OK(log_reading(session, "authorize show", result));
  context.answer(result, [&] { return authorization_text(result); });
  return core::ok();
}

}  // namespace

Status check_time_option(const std::string& text, std::string_view option) {
  if (auto read = core::parse_date_or_instant(text, false); !read)
    return Error{ErrorCode::Usage, fmt::format("{}: {}", option, read.error().message),
                 std::nullopt, "write times as 2024-03-01T09:00:00+01:00"};
  return core::ok();
}

Status check_past_option(const std::string& text, std::string_view option) {
  PALERMO_CHECK_OK(check_time_option(text, option));
  if (core::parse_date_or_instant(text, false)->us > core::now_us())
    return Error{ErrorCode::Usage, fmt::format("{} {} lies in the future", option, text),
                 std::nullopt, "record a decision once it has been taken"};
  return core::ok();
}

std::vector<Command> add_authorize(CLI::App& app) {
  CLI::App* authorize =
      app.add_subcommand("authorize", "Warrants, orders and written authorizations");
  authorize->require_subcommand(1);

  auto paths = std::make_shared<std::vector<std::string>>();
  CLI::App* add = authorize->add_subcommand("add",
                                            "Record the authorizations of JSON files (one or an "
                                            "array each), or of ETSI TS 103 120 (HI-1) "
                                            "XML messages");
  add->add_option("file", *paths, "Authorization files, or messages of one exchange")->required();

  auto as_of = std::make_shared<std::string>();
  const auto with_as_of = [&as_of](CLI::App* parser) {
    parser->add_option("--as-of", *as_of, "Status at this time; default: now")->type_name("TIME");
  };
  CLI::App* list = authorize->add_subcommand("list", "All authorizations with their status");
  with_as_of(list);

  auto id = std::make_shared<std::string>();
  CLI::App* show = authorize->add_subcommand("show", "One authorization, whole");
  show->add_option("id", *id)->required();
  with_as_of(show);

  std::vector<Command> commands = {
      {add, [paths](const Context& context) { return run_add(*paths, context); }},
      {list,
       [as_of](const Context& context) -> Status {
         if (!as_of->empty()) PALERMO_CHECK_OK(check_time_option(*as_of, "--as-of"));
         return run_list(*as_of, context);
       }},
      {show,
       [id, as_of](const Context& context) -> Status {
         if (!as_of->empty()) PALERMO_CHECK_OK(check_time_option(*as_of, "--as-of"));
         return run_show(*id, *as_of, context);
       }},
  };
  for (Command& command : add_authorize_life(*authorize)) commands.push_back(std::move(command));
  return commands;
}

}  // namespace palermo::cli
