// Authorizations of a case: revisions, read and written with their ledger entries.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/json_message.hpp"
#include "core/base/result.hpp"
#include "core/ledger/ledger.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/authorization.pb.h"

namespace palermo::authorization {

/// Reads an authorization file: one object or an array (DESIGN section 6).
/// @error BadInput  unreadable JSON, an unknown field, no id, an unreadable date, two with one id
[[nodiscard]] core::Result<std::vector<v1::Authorization>> read_file(std::string_view text);

/// Things a file leaves open that will matter: no target, no data type, unknown words, expiry
/// missing.
[[nodiscard]] std::vector<std::string> notices_about(const v1::Authorization& authorization);

struct StoredAuthorization {
  v1::Authorization authorization;
  std::uint32_t rev = 1;
};

/// Newest revision of every authorization, by id.
[[nodiscard]] core::Result<std::map<std::string, StoredAuthorization>> load_all(
    store::Database& db);
/// @error NotFound  no such authorization
[[nodiscard]] core::Result<StoredAuthorization> load(store::Database& db, const std::string& id);

/// Stores a revision and its ledger entry in the caller's transaction.
/// @param action  add, amend, renew, confirm, refuse, cancel, review, condition, notify or destroy
/// @param late_reason  why something is recorded that should have been decided before
[[nodiscard]] core::Status save(store::Database& db, ledger::Ledger& ledger,
                                store::Transaction& transaction,
                                const v1::Authorization& authorization, std::uint32_t rev,
                                const std::string& action, const ledger::SigningKey& actor,
                                const std::string& late_reason = {});

/// Summary with the status derived at `at_us`, and the records held and quarantined under it.
[[nodiscard]] core::Result<v1::AuthorizationSummary> summarize(store::Database& db,
                                                               const StoredAuthorization& stored,
                                                               std::int64_t at_us);

}  // namespace palermo::authorization
