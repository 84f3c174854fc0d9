#include <fmt/format.h>
#include <sodium.h>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/sealing/identities.hpp"
#include "core/sealing/identity_detail.hpp"
#include "core/sealing/identity_log.hpp"
#include "core/sealing/identity_store.hpp"

namespace palermo::sealing {

using authorization::Operation;
using core::Error;
using core::ErrorCode;
using core::Result;

namespace {

constexpr std::string_view kBackupTitle = "palermo-identity-backup/1\n";

std::string context_of(const session::Session& session) {
  return std::string{kBackupTitle} + session.info().case_id();
}

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

Result<BackupMade> back_up(session::Session& session, const SecretBytes& key,
                           const std::string& due_at) {
  PALERMO_CHECK_OK(session.permit(Operation::BackUpIdentities));
  const auto due = core::parse_date_or_instant(due_at, true);
  if (!due)
    return Error{ErrorCode::Usage, "--destroy-by: " + due.error().message, std::nullopt,
                 "e.g. 2031-12-31: the day on which the backup's key must be gone"};
  if (due->us <= core::now_us())
    return Error{ErrorCode::Usage, "--destroy-by: this day is past", std::nullopt,
                 "name the day on which the backup's key must be gone"};
  if (key.size() != crypto_aead_xchacha20poly1305_ietf_KEYBYTES)
    return Error{ErrorCode::BadInput, "a backup key has 32 bytes"};
  PALERMO_TRY(IdentityStore store, IdentityStore::open(session.db(), session.info().case_id()));
  v1::IdentityBackup backup;
  backup.set_case_id(session.info().case_id());
  backup.set_made_at(core::format_utc_us(core::now_us()));
  PALERMO_TRY(const std::vector<v1::SealedIdentity> all, store.all());
  for (const auto& each : all) *backup.add_identities() = each;
  const std::string clear = backup.SerializeAsString();
  const std::string nonce = core::random_bytes(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
  std::string sealed(clear.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES, '\0');
  const std::string context = context_of(session);
  crypto_aead_xchacha20poly1305_ietf_encrypt(reinterpret_cast<unsigned char*>(sealed.data()),
                                             nullptr, octets(clear), clear.size(), octets(context),
                                             context.size(), nullptr, octets(nonce), key.data());
  BackupMade made;
  made.bytes = std::string{kBackupTitle} + nonce + sealed;
  made.result.set_sha256(core::to_hex(core::sha256(made.bytes)));
  made.result.set_identities(static_cast<std::uint32_t>(all.size()));
  made.result.set_due_at(core::format_utc_us(due->us));
  v1::LedgerEntry entry;
  entry.set_id("BACKUP-" + made.result.sha256().substr(0, 16));
  v1::IdentityEntry& body = *entry.mutable_identity();
  body.set_action("backup");
  body.set_sha256(made.result.sha256());
  body.set_count(made.result.identities());
  body.set_due_at(made.result.due_at());
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, std::move(entry), session.actor()));
  PALERMO_CHECK_OK(transaction.commit());
  return made;
}

Result<v1::IdentityBackupResult> restore(session::Session& session, std::string_view backup,
                                         const SecretBytes& key) {
  PALERMO_CHECK_OK(session.permit(Operation::BackUpIdentities));
  constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
  const Error unreadable{
      ErrorCode::BadInput, "this backup does not open with this key", std::nullopt,
      "give the file and the key that `palermo identity backup` wrote for this case"};
  if (!backup.starts_with(kBackupTitle) || backup.size() < kBackupTitle.size() + kNonce + kTag ||
      key.size() != crypto_aead_xchacha20poly1305_ietf_KEYBYTES)
    return unreadable;
  const std::string_view nonce = backup.substr(kBackupTitle.size(), kNonce);
  const std::string_view sealed = backup.substr(kBackupTitle.size() + kNonce);
  std::string clear(sealed.size() - kTag, '\0');
  const std::string context = context_of(session);
  v1::IdentityBackup held;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          reinterpret_cast<unsigned char*>(clear.data()), nullptr, nullptr, octets(sealed),
          sealed.size(), octets(context), context.size(), octets(nonce), key.data()) != 0 ||
      !held.ParseFromString(clear))
    return unreadable;

  PALERMO_TRY(IdentityStore store, IdentityStore::open(session.db(), session.info().case_id()));
  PALERMO_TRY(const IdentityLog log, IdentityLog::read(session.db()));
  v1::IdentityBackupResult result;
  result.set_sha256(core::to_hex(core::sha256(backup)));
  result.set_identities(static_cast<std::uint32_t>(held.identities_size()));
  v1::LedgerEntry entry;
  entry.set_id("BACKUP-" + result.sha256().substr(0, 16));
  v1::IdentityEntry& body = *entry.mutable_identity();
  body.set_action("restore");
  body.set_sha256(result.sha256());
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  for (const auto& each : held.identities()) {
    const auto known = log.sealed.find(each.pseudonym());
    if (log.destroyed.contains(each.pseudonym())) {
      result.set_left_out(result.left_out() + 1);
      continue;
    }
    if (known == log.sealed.end() || !detail::as_logged(each, known->second.back())) {
      result.add_notices(fmt::format("{} is not what the ledger says now; left as it is",
                                     core::printable(each.pseudonym(), 40)));
      continue;
    }
    PALERMO_TRY(const auto stored, store.newest(each.pseudonym()));
    if (stored && detail::as_logged(*stored, known->second.back())) continue;
    PALERMO_CHECK_OK(store.put(each));
    result.set_restored(result.restored() + 1);
  }
  body.set_count(result.restored());
  PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, std::move(entry), session.actor()));
  PALERMO_CHECK_OK(transaction.commit());
  return result;
}

}  // namespace palermo::sealing
