// The file beside the case that holds sealed identities: <case>.identities, an SQLite file of its
// own with rollback journal and secure deletion, so that what is deleted is overwritten in place.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "palermo/v1/identity.pb.h"

namespace palermo::sealing {

/// Attached to the connection of its case, so that a row and the ledger entry that speaks of it are
/// written in one transaction. (The two files commit one after the other: after a crash between, a
/// row without entry is not shown, and an entry without row is shown as missing.)
class IdentityStore {
 public:
  /// Opens the file, making it when it is not there. Outside of a transaction.
  /// @error BadInput  it is not such a file, or belongs to another case
  [[nodiscard]] static core::Result<IdentityStore> open(store::Database& db,
                                                        const std::string& case_id);
  /// Where it stands.
  [[nodiscard]] static std::string path_of(const store::Database& db);

  /// The newest revision; nullopt when none is stored.
  [[nodiscard]] core::Result<std::optional<v1::SealedIdentity>> newest(
      const std::string& pseudonym);
  /// All revisions of one, oldest first.
  [[nodiscard]] core::Result<std::vector<v1::SealedIdentity>> revisions(
      const std::string& pseudonym);
  /// The newest revision of each, by pseudonym.
  [[nodiscard]] core::Result<std::vector<v1::SealedIdentity>> all();
  [[nodiscard]] core::Status put(const v1::SealedIdentity& identity);
  /// Removes every revision; the place is overwritten.
  [[nodiscard]] core::Status remove(const std::string& pseudonym);
  /// Words of an order of destruction, to which the log commits.
  [[nodiscard]] core::Status keep_order(const std::string& pseudonym, std::string_view payload,
                                        std::string_view salt);

 private:
  explicit IdentityStore(store::Database& db) : db_{&db} {}
  store::Database* db_;
};

}  // namespace palermo::sealing
