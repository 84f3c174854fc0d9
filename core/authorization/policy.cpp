#include "core/authorization/policy.hpp"

#include <algorithm>

#include "core/base/encoding.hpp"

namespace palermo::authorization {
namespace {

struct Rule {
  Operation operation;
  std::string_view name;
  std::vector<std::string_view> roles;
};

// The first operator of a case is analyst and admin, so that one person can start at once; an
// agency then adds operators with one role each. Oversight writes nothing but reviews.
const std::vector<Rule>& rules() {
  static const std::vector<Rule> kRules = {
      {Operation::AddOperator, "add operator", {"admin"}},
      {Operation::Authorize, "record authorization", {"legal", "admin"}},
      {Operation::ReadAuthorization,
       "read authorizations",
       {"analyst", "handler", "legal", "oversight", "admin"}},
      {Operation::Ingest, "ingest", {"analyst", "handler", "admin"}},
      {Operation::ReadRecords, "read records", {"analyst", "legal", "admin"}},
      {Operation::ReadNetwork, "read network", {"analyst", "legal", "admin"}},
      {Operation::Assess, "assess", {"analyst", "legal", "admin"}},
      {Operation::Decide, "decide", {"legal", "admin"}},
      {Operation::ReadQuarantine,
       "read quarantine",
       {"analyst", "handler", "legal", "oversight", "admin"}},
      {Operation::ReleaseQuarantine, "release quarantine", {"oversight"}},
      // Coverage decides here, record by record; whoever records authorizations may have it
      // applied.
      {Operation::ReleaseCovered, "release what is covered", {"legal", "oversight", "admin"}},
      // Not by those who collected it or keep the accounts: the trace must not end in their hands.
      {Operation::DestroyQuarantine, "destroy quarantine", {"legal", "oversight"}},
      {Operation::Audit, "audit", {"analyst", "handler", "legal", "oversight", "admin"}},
      {Operation::Report, "report", {"analyst", "legal", "oversight", "admin"}},
      {Operation::Export, "export", {"analyst", "legal", "admin"}},
      // Who is whom decides how many persons there are: not for those who keep accounts or inspect.
      {Operation::EditEntity, "edit entity", {"analyst", "legal"}},
  };
  return kRules;
}

const Rule* find(Operation operation) {
  for (const Rule& rule : rules())
    if (rule.operation == operation) return &rule;
  return nullptr;
}

}  // namespace

std::string_view name_of(Operation operation) {
  const Rule* rule = find(operation);
  return rule != nullptr ? rule->name : "unknown operation";
}

bool is_role(std::string_view role) {
  return std::find(std::begin(kRoles), std::end(kRoles), role) != std::end(kRoles);
}

bool permitted(std::span<const std::string> roles, Operation operation) {
  const Rule* rule = find(operation);
  if (rule == nullptr) return false;
  return std::any_of(roles.begin(), roles.end(), [rule](const std::string& role) {
    return std::find(rule->roles.begin(), rule->roles.end(), role) != rule->roles.end();
  });
}

std::vector<std::string> roles_for(Operation operation) {
  const Rule* rule = find(operation);
  if (rule == nullptr) return {};
  return {rule->roles.begin(), rule->roles.end()};
}

const std::string& policy_sha256() {
  static const std::string digest = [] {
    std::string text = "palermo/policy/v1\n";
    for (const Rule& rule : rules()) {
      text += rule.name;
      for (const std::string_view role : rule.roles) text.append(" ").append(role);
      text += '\n';
    }
    return core::to_hex(core::sha256(text));
  }();
  return digest;
}

}  // namespace palermo::authorization
