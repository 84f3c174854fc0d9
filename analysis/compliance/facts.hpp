// What a case holds that the compliance rules (LEGAL section 3) look at, read once. The rules are
// pure functions of it: no SQL, no clock, no file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/authorization/coverage.hpp"
#include "core/authorization/regime.hpp"
#include "palermo/v1/authorization.pb.h"
#include "palermo/v1/ledger.pb.h"
#include "palermo/v1/record.pb.h"

namespace palermo::compliance {

/// Times are UTC microseconds; nullopt where the source states none.
struct AuthorizationFact {
  v1::Authorization data;
  authorization::Coverage coverage;
  authorization::DerivedStatus status;    // at Facts::as_of_us
  const v1::Regime* regime = nullptr;     // null: unknown to this program
};

struct UseFact {
  std::string record_id;
  v1::TechniqueUseRecord data;
  std::optional<std::int64_t> from_us;
  std::optional<std::int64_t> to_us;
};

struct ReportFact {
  std::string record_id;
  v1::UndercoverReport data;  // without its statements, which stand in Facts::statements
};

/// A session without its words: only whether there are some.
struct SessionFact {
  std::string record_id;
  std::string session_id;
  std::string authorization_id;
  v1::InterceptSession::Privilege privileged = v1::InterceptSession::privilege_unspecified;
  bool minimised = false;
  bool has_words = false;       // summary, transcript or statements
  bool deletion_recorded = false;
};

struct StatementFact {
  std::string record_id;
  std::string grade;            // its own, else its file's
  std::string part_of;          // session or report that states it
  bool of_undercover = false;   // stated in an undercover report
  v1::Statement data;
};

/// A person as the entity model has it, merges and decisions included.
struct PersonFact {
  std::string id;
  std::vector<std::string> members;
  std::string category;         // several, comma-separated, where statements disagree; may be empty
  bool decided = false;         // an operator settled the category
};

/// Product as it stands in the case, whatever its kind.
struct StoredProduct {
  std::string id;               // record, or "segment 3"
  std::string authorization_id; // empty: open material
  std::optional<std::int64_t> from_us;
  std::optional<std::int64_t> to_us;
  std::uint32_t records = 1;
  bool ends_only = false;       // a segment of calls: first and last call, and nothing in between
};

/// An item of quarantine.
struct HeldFact {
  std::string id;
  std::string reason;
  std::string authorization_id;
  std::uint32_t count = 0;
  std::string status;           // held, released, destroyed
};

struct AccessFact {
  std::uint64_t leaf = 0;
  std::string actor;
  std::string recorded_at;
  v1::Access data;
};

struct DisclosureFact {
  std::uint64_t leaf = 0;
  std::string actor;
  std::string recorded_at;
  v1::Disclosure data;
};

struct Facts {
  std::int64_t as_of_us = 0;
  std::map<std::string, AuthorizationFact> authorizations;
  std::vector<UseFact> uses;
  std::vector<ReportFact> reports;
  std::vector<SessionFact> sessions;
  std::vector<StatementFact> statements;
  std::vector<PersonFact> persons;
  std::map<std::string, std::string> provisions;  // of offences that the case describes, by their id
  std::vector<StoredProduct> products;
  std::vector<HeldFact> held;
  std::vector<AccessFact> accesses;
  std::vector<DisclosureFact> disclosures;
  std::uint32_t findings = 0;

  /// nullptr: the case has no such authorization.
  [[nodiscard]] const AuthorizationFact* find(const std::string& id) const {
    const auto found = authorizations.find(id);
    return found == authorizations.end() ? nullptr : &found->second;
  }
};

}  // namespace palermo::compliance
