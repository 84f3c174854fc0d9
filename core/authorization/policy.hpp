// Who may do what: a closed table, default deny, small enough to test exhaustively.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace palermo::authorization {

enum class Operation {
  AddOperator,
  Authorize,  // add, renew, confirm, cancel an authorization
  ReadAuthorization,
  Ingest,
  ReadRecords,  // records, trace, sql
  ReadNetwork,
  Assess,
  Decide,
  ReadQuarantine,     // counts and reasons only
  ReleaseQuarantine,  // by an oversight decision, whatever it holds
  ReleaseCovered,     // what an amended authorization now covers, and no more
  DestroyQuarantine,  // by order
  Audit,              // checkpoint, verify, prove, export
  Report,
  Export,
  EditEntity,
};

inline constexpr Operation kAllOperations[] = {Operation::AddOperator,
                                               Operation::Authorize,
                                               Operation::ReadAuthorization,
                                               Operation::Ingest,
                                               Operation::ReadRecords,
                                               Operation::ReadNetwork,
                                               Operation::Assess,
                                               Operation::Decide,
                                               Operation::ReadQuarantine,
                                               Operation::ReleaseQuarantine,
                                               Operation::ReleaseCovered,
                                               Operation::DestroyQuarantine,
                                               Operation::Audit,
                                               Operation::Report,
                                               Operation::Export,
                                               Operation::EditEntity};

inline constexpr std::string_view kRoles[] = {"analyst", "handler", "legal", "oversight", "admin"};

[[nodiscard]] std::string_view name_of(Operation operation);
[[nodiscard]] bool is_role(std::string_view role);
/// Whether any of the roles may. Unknown roles grant nothing.
[[nodiscard]] bool permitted(std::span<const std::string> roles, Operation operation);
/// Roles that may, for the text of a refusal.
[[nodiscard]] std::vector<std::string> roles_for(Operation operation);
/// SHA-256 (hex) over the table's text form; goes into every Access entry.
[[nodiscard]] const std::string& policy_sha256();

}  // namespace palermo::authorization
