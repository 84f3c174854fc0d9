// One operator at work on one case: the case file, the ledger, the keys, the role, the purpose.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/authorization/policy.hpp"
#include "core/base/result.hpp"
#include "core/ledger/keys.hpp"
#include "core/ledger/ledger.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/ledger.pb.h"
#include "palermo/v1/operator.pb.h"

namespace palermo::session {

struct OpenOptions {
  std::string case_path;
  std::string operator_name;  // empty: the calling OS user
  std::string purpose;        // empty: the case's default purpose
  std::string command = {};   // words after `palermo`; its row of the policy table is kept to
};

struct NewCase {
  std::string path;
  std::string title;
  std::string state;  // ISO 3166-1 alpha-2
  std::string purpose;
  std::string operator_name;  // empty: the calling OS user
};

class Session {
 public:
  /// Makes the case file, its log key, its quarantine key and the first operator (analyst and
  /// admin).
  [[nodiscard]] static core::Result<Session> create(const NewCase& request);
  /// Opens a case as an operator it knows. Nothing is written until something is done.
  /// @error Refused  the operator is unknown, or the key cannot be read by this OS user
  [[nodiscard]] static core::Result<Session> open(const OpenOptions& options);

  /// Asks the policy table; a refusal is logged before it is returned. Where the command's row says
  /// `purpose`, also asks every authorization of the case whether it allows the stated purpose.
  /// @param act  what would be done (Directive 2016/680 art. 25); empty: the first act of the row
  /// @error Refused  ROLE, POLICY (not in the command's row) or PURPOSE
  [[nodiscard]] core::Status permit(authorization::Operation operation, std::string_view act = {});

  /// Logs a consultation, search, combination or export in a transaction of its own.
  /// `access.purpose` and `access.decision` (allowed) are filled when empty, `obligations_met`
  /// always.
  /// @error Internal  the command's row wants a reason or a second person, and the entry has none
  [[nodiscard]] core::Status log_access(v1::Access access);
  /// The same inside the caller's transaction.
  /// @param id  of the thing the entry is about, so that entries about it follow one another; may be
  ///            empty
  [[nodiscard]] core::Result<ledger::AppendedLeaf> append_access(store::Transaction& transaction,
                                                                 v1::Access access,
                                                                 const std::string& id = {});
  /// Commitment, as hex, to the words of a question, for Access.query_commit. The salt is derived
  /// from this operator's key: who holds the key can confirm a supposed question, nobody else can
  /// guess one. The same words of one operator give the same commitment.
  [[nodiscard]] std::string query_commit(std::string_view words) const;
  /// Logs a refusal and returns it as the error to pass on (exit code 4).
  [[nodiscard]] core::Error refuse(v1::Access access, const std::string& rule,
                                   const std::string& message, const std::string& next);

  /// Registers an operator with a new signing key.
  [[nodiscard]] core::Result<v1::Operator> add_operator(const std::string& name,
                                                        const std::string& role);

  [[nodiscard]] store::Database& db() { return *db_; }
  [[nodiscard]] ledger::Ledger& ledger() { return *ledger_; }
  [[nodiscard]] const ledger::SigningKey& actor() const { return *actor_; }
  [[nodiscard]] const v1::CaseInfo& info() const { return info_; }
  [[nodiscard]] const std::string& operator_name() const { return operator_name_; }
  [[nodiscard]] const std::vector<std::string>& roles() const { return roles_; }
  [[nodiscard]] const std::string& purpose() const { return purpose_; }
  /// Words of the command at work; empty outside the command line.
  [[nodiscard]] const std::string& command() const { return command_; }
  /// The log's own key; loaded on demand. @error Refused  not readable here
  [[nodiscard]] core::Result<ledger::SigningKey> log_key() const;
  /// base64 X25519 public key that quarantined product is sealed to.
  [[nodiscard]] core::Result<std::string> quarantine_public_key();
  /// base64 X25519 secret key that opens quarantine. @error Refused  not readable here
  [[nodiscard]] core::Result<std::string> quarantine_secret_key() const;

 private:
  Session() = default;
  [[nodiscard]] core::Status meet_obligations(v1::Access& access) const;
  std::unique_ptr<store::Database> db_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<ledger::SigningKey> actor_;
  v1::CaseInfo info_;
  std::string operator_name_;
  std::vector<std::string> roles_;
  std::string purpose_;
  std::string command_;
};

}  // namespace palermo::session
