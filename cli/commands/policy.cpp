// `palermo policy show`: the table that every command is held to.
#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>

#include "cli/commands/all.hpp"
#include "core/base/text.hpp"
#include "palermo/v1/policy.pb.h"

namespace palermo::cli {
namespace {

struct PolicyOptions {
  std::string role;
  std::string command;
};

/// Roles that may run a command with its plain options: those that every operation it needs grants.
std::vector<std::string> roles_of(const v1::Policy& policy, const v1::Policy::Command& command) {
  std::vector<std::string> roles;
  if (!command.open().empty()) return roles;
  for (const std::string_view role : authorization::kRoles) {
    const auto grants = [&](const std::string& needed) {
      return std::any_of(
          policy.operations().begin(), policy.operations().end(), [&](const auto& o) {
            return o.name() == needed &&
                   std::find(o.roles().begin(), o.roles().end(), role) != o.roles().end();
          });
    };
    if (std::all_of(command.needs().begin(), command.needs().end(), grants))
      roles.emplace_back(role);
  }
  return roles;
}

core::Result<v1::PolicyShown> shown(const PolicyOptions& options) {
  if (!options.role.empty() && !authorization::is_role(options.role))
    return core::Error{
        core::ErrorCode::Usage, fmt::format("'{}' is no role", core::printable(options.role, 40)),
        std::nullopt, fmt::format("roles: {}", fmt::join(authorization::kRoles, ", "))};
  v1::Policy policy;
  if (!google::protobuf::TextFormat::ParseFromString(std::string{authorization::policy_text()},
                                                     &policy))
    return core::Error{core::ErrorCode::Internal, "the policy table of this build is unreadable"};
  v1::PolicyShown answer;
  answer.set_sha256(authorization::policy_sha256());
  for (const auto& command : policy.commands()) {
    if (!options.command.empty() && command.command() != options.command &&
        !command.command().starts_with(options.command + " "))
      continue;
    const std::vector<std::string> roles = roles_of(policy, command);
    if (!options.role.empty() && command.open().empty() &&
        std::find(roles.begin(), roles.end(), options.role) == roles.end())
      continue;
    auto& row = *answer.add_rows();
    row.set_command(command.command());
    for (const std::string& role : roles) row.add_roles(role);
    *row.mutable_operations() = command.needs();
    *row.mutable_may_need() = command.may_need();
    row.set_open(command.open());
    *row.mutable_acts() = command.acts();
    *row.mutable_entries() = command.entries();
    *row.mutable_may_leave() = command.may_leave();
    *row.mutable_obligations() = command.obligations();
  }
  if (answer.rows().empty() && !options.command.empty())
    return core::Error{
        core::ErrorCode::Usage,
        fmt::format("the table has no row for '{}'{}", core::printable(options.command, 60),
                    options.role.empty() ? "" : " and this role"),
        std::nullopt, "what has no row is denied to everybody; `palermo policy show` prints all"};
  *answer.mutable_obligations() = policy.obligations();
  return answer;
}

std::string text_of(const v1::PolicyShown& answer) {
  std::map<std::string, std::string> numbers;
  for (const auto& obligation : answer.obligations())
    numbers.emplace(obligation.name(), std::to_string(numbers.size() + 1));
  std::vector<std::vector<std::string>> rows{
      {"command", "a", "h", "l", "o", "d", "act", "leaves", "obliges"}};
  for (const auto& row : answer.rows()) {
    std::vector<std::string> cells{row.command()};
    for (const std::string_view role : authorization::kRoles)
      cells.emplace_back(
          !row.open().empty()                                                            ? "*"
          : std::find(row.roles().begin(), row.roles().end(), role) != row.roles().end() ? "x"
                                                                                         : "-");
    cells.push_back(fmt::format("{}", fmt::join(row.acts(), " ")));
    cells.push_back(fmt::format("{}", fmt::join(row.entries(), " ")));
    std::vector<std::string> obliges;
    for (const std::string& name : row.obligations()) obliges.push_back(numbers[name]);
    cells.push_back(fmt::format("{}", fmt::join(obliges, " ")));
    rows.push_back(std::move(cells));
  }
  std::string text = core::table(rows);
  text +=
      "a analyst, h handler, l legal, o oversight, d admin: x may, - is refused and logged, * "
      "nobody's\nrole is asked. Act: Directive (EU) 2016/680 art. 25; a refusal is logged as the "
      "first. Leaves: the\nkind of ledger entry of each allowed run.\n";
  for (const auto& obligation : answer.obligations())
    text += core::wrapped(fmt::format("{:>2} {}: {}", numbers[obligation.name()], obligation.name(),
                                      obligation.text()),
                          98, 3) +
            "\n";
  text += fmt::format("SHA-256 {} (policy_sha256 of every access entry)\n", answer.sha256());
  return text;
}

core::Status run_show(const PolicyOptions& options, const Context& context) {
  PALERMO_TRY(const v1::PolicyShown answer, shown(options));
  context.answer(answer, [&] { return text_of(answer); });
  return core::ok();
}

}  // namespace

Command add_policy(CLI::App& app) {
  CLI::App* policy = app.add_subcommand("policy", "Who may do what");
  policy->require_subcommand(1);
  auto options = std::make_shared<PolicyOptions>();
  CLI::App* show = policy->add_subcommand(
      "show", "The policy table: roles, acts, entries and obligations of every command");
  show->add_option("--role", options->role, "Only what this role may");
  show->add_option("--command", options->command, "Only this command, or all that begin with it")
      ->type_name("WORDS");
  return {show, [options](const Context& context) { return run_show(*options, context); }};
}

}  // namespace palermo::cli
