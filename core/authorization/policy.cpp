#include "core/authorization/policy.hpp"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "core/base/encoding.hpp"
#include "palermo/v1/policy.pb.h"

namespace palermo::embedded {
extern const std::string_view policy_textproto;
}  // namespace palermo::embedded

namespace palermo::authorization {
namespace {

constexpr std::pair<Operation, std::string_view> kNames[] = {
    {Operation::AddOperator, "add operator"},
    {Operation::Authorize, "record authorization"},
    {Operation::ReadAuthorization, "read authorizations"},
    {Operation::Ingest, "ingest"},
    {Operation::ReadRecords, "read records"},
    {Operation::ReadNetwork, "read network"},
    {Operation::Assess, "assess"},
    {Operation::Decide, "decide"},
    {Operation::ReadQuarantine, "read quarantine"},
    {Operation::ReleaseQuarantine, "release quarantine"},
    {Operation::ReleaseCovered, "release what is covered"},
    {Operation::DestroyQuarantine, "destroy quarantine"},
    {Operation::Audit, "audit"},
    {Operation::Report, "report"},
    {Operation::Export, "export"},
    {Operation::EditEntity, "edit entity"},
    {Operation::RegisterRoleKey, "register role key"},
    {Operation::ReadIdentities, "read identities"},
    {Operation::SealIdentity, "seal identity"},
    {Operation::UnsealIdentity, "unseal identity"},
    {Operation::ApproveUnsealing, "approve unsealing"},
    {Operation::DestroyIdentity, "destroy identity"},
    {Operation::BackUpIdentities, "back up identities"},
    {Operation::ReleaseStatistics, "release statistics"},
};
static_assert(std::size(kNames) == std::size(kAllOperations));

std::optional<Operation> operation_of(std::string_view name) {
  for (const auto& [operation, word] : kNames)
    if (word == name) return operation;
  return std::nullopt;
}

struct Table {
  std::map<Operation, std::vector<std::string>> roles;
  std::map<std::string, CommandRule, std::less<>> commands;
};

/// False on a word that no operation has: the row then stays away, and its command is denied.
bool read_operations(const google::protobuf::RepeatedPtrField<std::string>& names,
                     std::vector<Operation>& operations) {
  for (const std::string& name : names) {
    const auto operation = operation_of(name);
    if (!operation) return false;
    operations.push_back(*operation);
  }
  return true;
}

Table read_table() {
  Table table;
  v1::Policy policy;
  // A table that cannot be read grants nothing to anybody.
  if (!google::protobuf::TextFormat::ParseFromString(std::string{embedded::policy_textproto},
                                                     &policy))
    return table;
  for (const auto& row : policy.operations())
    if (const auto operation = operation_of(row.name()))
      table.roles[*operation] = {row.roles().begin(), row.roles().end()};
  for (const auto& row : policy.commands()) {
    CommandRule rule;
    rule.command = row.command();
    rule.acts = {row.acts().begin(), row.acts().end()};
    rule.entries = {row.entries().begin(), row.entries().end()};
    rule.obligations = {row.obligations().begin(), row.obligations().end()};
    if (!read_operations(row.needs(), rule.needs) ||
        !read_operations(row.may_need(), rule.may_need))
      continue;
    table.commands.insert_or_assign(row.command(), std::move(rule));
  }
  return table;
}

const Table& table() {
  static const Table kTable = read_table();
  return kTable;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool lies_in(std::string_view purpose, const std::string& wider) {
  const std::string_view above = trimmed(wider);
  if (above.empty() || !purpose.starts_with(above)) return false;
  return purpose.size() == above.size() || purpose[above.size()] == '/';
}

}  // namespace

bool CommandRule::must(std::string_view obligation) const {
  return std::find(obligations.begin(), obligations.end(), obligation) != obligations.end();
}

const CommandRule* rule_of(std::string_view command) {
  const auto found = table().commands.find(command);
  return found == table().commands.end() ? nullptr : &found->second;
}

std::string_view policy_text() { return embedded::policy_textproto; }

std::string_view name_of(Operation operation) {
  for (const auto& [each, word] : kNames)
    if (each == operation) return word;
  return "unknown operation";
}

bool is_role(std::string_view role) {
  return std::find(std::begin(kRoles), std::end(kRoles), role) != std::end(kRoles);
}

bool permitted(std::span<const std::string> roles, Operation operation) {
  const auto row = table().roles.find(operation);
  if (row == table().roles.end()) return false;
  return std::any_of(roles.begin(), roles.end(), [&](const std::string& role) {
    return std::find(row->second.begin(), row->second.end(), role) != row->second.end();
  });
}

std::vector<std::string> roles_for(Operation operation) {
  const auto row = table().roles.find(operation);
  return row == table().roles.end() ? std::vector<std::string>{} : row->second;
}

const std::string& policy_sha256() {
  static const std::string digest = core::to_hex(core::sha256(embedded::policy_textproto));
  return digest;
}

std::optional<std::string> purpose_conflict(std::string_view stated,
                                            std::span<const std::string> allowed,
                                            std::span<const std::string> prohibited) {
  bool inside = allowed.empty();
  for (std::string_view rest = stated; !rest.empty();) {
    const auto end = std::min(rest.find(';'), rest.size());
    const std::string_view purpose = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    for (const std::string& each : prohibited)
      if (lies_in(purpose, each)) return std::string{purpose};
    for (const std::string& each : allowed) inside = inside || lies_in(purpose, each);
  }
  if (inside) return std::nullopt;
  return "no stated purpose is allowed";
}

}  // namespace palermo::authorization
