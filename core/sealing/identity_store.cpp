#include "core/sealing/identity_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/text.hpp"

namespace palermo::sealing {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;
using store::Statement;

constexpr std::int64_t kFileId = 0x50414C49;  // "PALI"

constexpr const char* kSchema = R"sql(
CREATE TABLE identities.meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
-- One revision of one identity (SealedIdentity); hashed as the ledger entry says.
CREATE TABLE identities.identity (pseudonym TEXT NOT NULL, revision INTEGER NOT NULL,
                                  payload BLOB NOT NULL, PRIMARY KEY (pseudonym, revision)) STRICT;
CREATE TABLE identities.destruction (pseudonym TEXT PRIMARY KEY, payload BLOB NOT NULL,
                                     salt BLOB NOT NULL) STRICT;
)sql";

Error not_ours(const std::string& path, std::string_view why) {
  return Error{ErrorCode::BadInput,
               fmt::format("{} cannot be used: {}", core::printable(path), why), std::nullopt,
               "put back the file that belongs beside this case, or a backup of it"};
}

Result<v1::SealedIdentity> read(const Statement& row) {
  v1::SealedIdentity identity;
  const std::string_view payload = row.blob(0);
  if (!identity.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
    return Error{ErrorCode::Integrity, "a sealed identity cannot be read back", std::nullopt,
                 "restore it: `palermo identity restore`", "ALTERED"};
  return identity;
}

Result<std::vector<v1::SealedIdentity>> read_all(Statement& query) {
  std::vector<v1::SealedIdentity> found;
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return found;
    PALERMO_TRY(v1::SealedIdentity identity, read(query));
    found.push_back(std::move(identity));
  }
}

}  // namespace

std::string IdentityStore::path_of(const store::Database& db) { return db.path() + ".identities"; }

Result<IdentityStore> IdentityStore::open(store::Database& db, const std::string& case_id) {
  const std::string path = path_of(db);
  PALERMO_TRY(const std::int64_t attached,
              db.scalar("SELECT count(*) FROM pragma_database_list WHERE name = 'identities'"));
  if (attached > 0) return IdentityStore{db};
  // SQLite makes no file under a connection that was opened without leave to; this one is for its
  // owner alone from the start. A file that is there is not opened here: closing it would drop the
  // locks that SQLite holds on it in this process.
  const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (made < 0 && errno != EEXIST)
    return Error{ErrorCode::Io, std::strerror(errno), core::SourcePosition{path, 0},
                 "check the folder and its permissions"};
  if (made >= 0) close(made);
  PALERMO_TRY(Statement attach, db.prepare("ATTACH ?1 AS identities"));
  PALERMO_CHECK_OK(attach.bind(1, path));
  if (const Status run = attach.run(); !run) return not_ours(path, run.error().message);
  const auto scalar = [&db](const char* sql) { return db.scalar(sql); };
  const auto application = scalar("PRAGMA identities.application_id");
  if (!application) return not_ours(path, "it is no SQLite file");
  PALERMO_TRY(const std::int64_t tables, scalar("SELECT count(*) FROM identities.sqlite_master"));
  PALERMO_CHECK_OK(
      db.exec("PRAGMA identities.journal_mode=DELETE; PRAGMA identities.secure_delete=ON; "
              "PRAGMA identities.synchronous=EXTRA;"));
  if (tables == 0 && *application == 0) {
    PALERMO_TRY(store::Transaction transaction, db.begin());
    PALERMO_CHECK_OK(db.exec(kSchema));
    PALERMO_CHECK_OK(db.exec(fmt::format(
        "PRAGMA identities.application_id={}; PRAGMA identities.user_version=1;", kFileId)));
    PALERMO_TRY(Statement insert, db.prepare("INSERT INTO identities.meta VALUES ('case_id', ?1)"));
    PALERMO_CHECK_OK(insert.bind(1, case_id));
    PALERMO_CHECK_OK(insert.run());
    PALERMO_CHECK_OK(transaction.commit());
  } else if (*application != kFileId) {
    return not_ours(path, "another program made it");
  }
  PALERMO_TRY(const std::int64_t version, scalar("PRAGMA identities.user_version"));
  if (version != 1) return not_ours(path, "a newer version of this program made it");
  PALERMO_TRY(Statement whose,
              db.prepare("SELECT value FROM identities.meta WHERE key = 'case_id'"));
  PALERMO_TRY(const bool row, whose.step());
  if (!row || whose.text(0) != case_id) return not_ours(path, "it belongs to another case");
  return IdentityStore{db};
}

Result<std::optional<v1::SealedIdentity>> IdentityStore::newest(const std::string& pseudonym) {
  PALERMO_TRY(std::vector<v1::SealedIdentity> all, revisions(pseudonym));
  if (all.empty()) return std::optional<v1::SealedIdentity>{};
  return std::optional<v1::SealedIdentity>{std::move(all.back())};
}

Result<std::vector<v1::SealedIdentity>> IdentityStore::revisions(const std::string& pseudonym) {
  PALERMO_TRY(Statement query, db_->prepare("SELECT payload FROM identities.identity WHERE "
                                            "pseudonym = ?1 ORDER BY revision"));
  PALERMO_CHECK_OK(query.bind(1, pseudonym));
  return read_all(query);
}

Result<std::vector<v1::SealedIdentity>> IdentityStore::all() {
  PALERMO_TRY(Statement query,
              db_->prepare("SELECT payload FROM identities.identity i WHERE revision = (SELECT "
                           "max(revision) FROM identities.identity j WHERE j.pseudonym = "
                           "i.pseudonym) ORDER BY pseudonym"));
  return read_all(query);
}

Status IdentityStore::put(const v1::SealedIdentity& identity) {
  PALERMO_TRY(Statement insert,
              db_->prepare("INSERT OR REPLACE INTO identities.identity VALUES (?1, ?2, ?3)"));
  const std::string payload = identity.SerializeAsString();
  PALERMO_CHECK_OK(insert.bind_all(identity.pseudonym(), identity.revision()));
  PALERMO_CHECK_OK(insert.bind_blob(3, payload));
  return insert.run();
}

Status IdentityStore::remove(const std::string& pseudonym) {
  PALERMO_TRY(Statement removal,
              db_->prepare("DELETE FROM identities.identity WHERE pseudonym = ?1"));
  PALERMO_CHECK_OK(removal.bind(1, pseudonym));
  return removal.run();
}

Status IdentityStore::keep_order(const std::string& pseudonym, std::string_view payload,
                                 std::string_view salt) {
  PALERMO_TRY(Statement insert,
              db_->prepare("INSERT INTO identities.destruction VALUES (?1, ?2, ?3)"));
  PALERMO_CHECK_OK(insert.bind(1, pseudonym));
  PALERMO_CHECK_OK(insert.bind_blob(2, payload));
  PALERMO_CHECK_OK(insert.bind_blob(3, salt));
  return insert.run();
}

}  // namespace palermo::sealing
