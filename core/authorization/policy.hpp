// Who may do what: a closed table, default deny, small enough to test exhaustively. The table is
// data/policy/policy.textproto, built into the binary; `palermo policy show` prints it.
#pragma once

#include <optional>
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
  RegisterRoleKey,  // the public half of a key that identities are sealed to
  ReadIdentities,   // pseudonyms and categories
  SealIdentity,
  UnsealIdentity,    // ask for an identity, and open it once another agreed
  ApproveUnsealing,  // the other's half
  DestroyIdentity,   // by order
  BackUpIdentities,
  ReleaseStatistics,
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
                                               Operation::EditEntity,
                                               Operation::RegisterRoleKey,
                                               Operation::ReadIdentities,
                                               Operation::SealIdentity,
                                               Operation::UnsealIdentity,
                                               Operation::ApproveUnsealing,
                                               Operation::DestroyIdentity,
                                               Operation::BackUpIdentities,
                                               Operation::ReleaseStatistics};

inline constexpr std::string_view kRoles[] = {"analyst", "handler", "legal", "oversight", "admin"};

/// What a command must do beside its work, or it fails. Words of the table, in its spelling.
struct CommandRule {
  std::string command;               // words after `palermo`: "network ego"
  std::vector<Operation> needs;      // all of them; empty where the table says why not
  std::vector<Operation> may_need;   // with some options
  std::vector<std::string> acts;     // Directive 2016/680 art. 25; a refusal is logged as the first
  std::vector<std::string> entries;  // kinds of ledger entry that each run leaves
  std::vector<std::string> obligations;  // purpose, reason, second_person, hop_limit, …

  [[nodiscard]] bool must(std::string_view obligation) const;
};

/// The row of a command; null when the table has none, and then nobody may.
[[nodiscard]] const CommandRule* rule_of(std::string_view command);
/// The table as it stands in the binary (Policy in text form).
[[nodiscard]] std::string_view policy_text();

/// Whether data that may be used for `allowed` only (empty: for anything) and never for
/// `prohibited` may be used for what is stated: purposes with semicolons between. A purpose covers
/// what stands below it after a slash; prohibition wins.
/// @return the purpose that is prohibited, or the words "no stated purpose is allowed"; nullopt: it
/// may
[[nodiscard]] std::optional<std::string> purpose_conflict(std::string_view stated,
                                                          std::span<const std::string> allowed,
                                                          std::span<const std::string> prohibited);

[[nodiscard]] std::string_view name_of(Operation operation);
[[nodiscard]] bool is_role(std::string_view role);
/// Whether any of the roles may. Unknown roles grant nothing.
[[nodiscard]] bool permitted(std::span<const std::string> roles, Operation operation);
/// Roles that may, for the text of a refusal.
[[nodiscard]] std::vector<std::string> roles_for(Operation operation);
/// SHA-256 (hex) over the table's text; goes into every Access entry.
[[nodiscard]] const std::string& policy_sha256();

}  // namespace palermo::authorization
