// `palermo statement`: what records suggest, for a named human to accept, reject or grade.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "analysis/criteria/proposals.hpp"
#include "analysis/criteria/statement_decisions.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/statement_text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

constexpr int kShownToPeople = 40;

struct ListArguments {
  std::string status;
  std::string kind;
  int limit = -1;
};

struct DecideArguments {
  std::string id;
  std::string grade;
  std::string reading;
  std::string reason;
};

core::Status one_of(const char* option, const std::string& word,
                    std::initializer_list<const char*> words) {
  if (word.empty() || std::find(words.begin(), words.end(), word) != words.end()) return core::ok();
  return core::Error{core::ErrorCode::Usage,
                     fmt::format("{}: '{}'", option, core::printable(word, 40)), std::nullopt,
                     fmt::format("use {}", fmt::join(words, ", "))};
}

core::Result<v1::ProposalList> found(session::Session& session) {
  PALERMO_TRY(const entity::Model model, entity::Model::load(session.db()));
  return criteria::proposals(session.db(), model);
}

/// Keeps what matches, at most `limit` of it; 0 = all.
void select(const ListArguments& arguments, int limit, v1::ProposalList& list) {
  v1::ProposalList all;
  all.mutable_statements()->Swap(list.mutable_statements());
  int matching = 0;
  for (v1::ProposedStatement& one : *all.mutable_statements()) {
    if (!arguments.status.empty() && one.status() != arguments.status) continue;
    if (!arguments.kind.empty() && one.kind() != arguments.kind) continue;
    ++matching;
    if (limit == 0 || list.statements_size() < limit) *list.add_statements() = std::move(one);
  }
  if (list.statements_size() < matching)
    list.add_notes(fmt::format("the first {} of {} are shown; --limit 0 shows all",
                               list.statements_size(), matching));
}

core::Status run_list(const ListArguments& arguments, const Context& context) {
  PALERMO_CHECK_OK(one_of("--status", arguments.status, {"proposed", "accepted", "rejected"}));
  PALERMO_CHECK_OK(one_of("--kind", arguments.kind, {"contact", "transfer", "presence"}));
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::ReadRecords));
  PALERMO_TRY(v1::ProposalList list, found(session));
  select(arguments,
         arguments.limit >= 0 ? arguments.limit
         : context.json       ? 0
                              : kShownToPeople,
         list);
  v1::Access access;
  access.set_command("statement list");
  access.set_operation("COMBINE");
  access.set_result_count(static_cast<std::uint32_t>(list.statements_size()));
  PALERMO_CHECK_OK(session.log_access(std::move(access)));
  context.answer(list, [&] { return proposals_text(list); });
  return core::ok();
}

core::Status run_decide(const DecideArguments& arguments, const std::string& outcome,
                        const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Decide));
  PALERMO_TRY(const v1::ProposalList all, found(session));
  const auto meant =
      std::find_if(all.statements().begin(), all.statements().end(),
                   [&](const v1::ProposedStatement& one) { return one.id() == arguments.id; });
  if (meant == all.statements().end())
    return core::Error{
        core::ErrorCode::NotFound,
        fmt::format("no statement '{}' is proposed", core::printable(arguments.id, 60)),
        std::nullopt, "`palermo statement list` shows the ids"};
  PALERMO_TRY(const v1::StatementDecided result,
              criteria::decide_statement(session, *meant, outcome, arguments.grade,
                                         arguments.reading, arguments.reason));
  context.answer(result, [&] { return decided_text(result); });
  return core::ok();
}

Command add_decider(CLI::App* group, const char* name, const std::string& outcome,
                    const char* what) {
  auto arguments = std::make_shared<DecideArguments>();
  CLI::App* parser = group->add_subcommand(name, what);
  parser->add_option("id", arguments->id, "Id of the statement, MP-…")->required();
  if (outcome != "rejected") {
    CLI::Option* grade = parser->add_option("--grade", arguments->grade,
                                            "Reliability A-F, then credibility 1-6, e.g. B2");
    if (outcome == "graded") grade->required();
  }
  if (outcome == "accepted")
    parser->add_option("--read-as", arguments->reading,
                       "benefit: read a transfer of value as a benefit that the payee received");
  parser->add_option("--reason", arguments->reason, "Why, in words")->required();
  return {parser, [arguments, outcome](const Context& context) {
            return run_decide(*arguments, outcome, context);
          }};
}

}  // namespace

std::vector<Command> add_statement(CLI::App& app) {
  CLI::App* group = app.add_subcommand(
      "statement", "Statements that records suggest: assessments until a named human accepts them");
  group->require_subcommand(1);
  std::vector<Command> commands;
  auto list = std::make_shared<ListArguments>();
  CLI::App* lister = group->add_subcommand(
      "list", "Contacts, transfers of value and presence in a State that the records show");
  lister->add_option("--status", list->status, "proposed, accepted or rejected");
  lister->add_option("--kind", list->kind, "contact, transfer or presence");
  lister->add_option("--limit", list->limit, "Statements shown; 0 = all (default: 40 for people)");
  commands.push_back({lister, [list](const Context& context) { return run_list(*list, context); }});
  commands.push_back(add_decider(group, "accept", "accepted",
                                 "Make a proposed statement a fact, in your name; signed"));
  commands.push_back(add_decider(group, "reject", "rejected",
                                 "Reject a proposed or accepted statement; it is kept and shown"));
  commands.push_back(
      add_decider(group, "grade", "graded", "Grade a statement, accepted or not; signed"));
  return commands;
}

}  // namespace palermo::cli
