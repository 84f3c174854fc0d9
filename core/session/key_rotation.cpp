#include "core/session/key_rotation.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "core/ledger/key_file.hpp"

namespace palermo::session {

using core::Result;

std::string KeyChange::words() const {
  return fmt::format("{}{}{}: {}", ground, compromised_since.empty() ? "" : " since ",
                     compromised_since, reason);
}

std::string next_key_file(const ledger::VerifierKey& key) {
  return fmt::format("log-{:08x}.key", key.key_id);
}

namespace {

Result<std::string> write_change(Session& session, const KeyChange& change,
                                 const ledger::SigningKey& old_key,
                                 const ledger::SigningKey& new_key) {
  ledger::Ledger& log = session.ledger();
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  // What the old key vouches for ends here, under a checkpoint of its own.
  PALERMO_TRY([[maybe_unused]] const std::string last, log.checkpoint(transaction, old_key));
  v1::Access access;
  access.set_command(session.command());
  access.set_operation("ALTER");
  access.add_objects("log-key");
  access.set_justification(change.words());
  PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf who,
              session.append_access(transaction, std::move(access)));
  v1::LedgerEntry entry;
  entry.set_id("log-key");
  entry.mutable_key_rotation()->set_old_vkey(old_key.verifier().text());
  entry.mutable_key_rotation()->set_new_vkey(new_key.verifier().text());
  PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf leaf,
              log.append(transaction, std::move(entry), old_key));
  PALERMO_CHECK_OK(session.db().set_meta("log_vkey", new_key.verifier().text()));
  PALERMO_TRY(std::string note, log.checkpoint(transaction, new_key));
  PALERMO_CHECK_OK(transaction.commit());
  return note;
}

}  // namespace

Result<NewLogKey> rotate_log_key(Session& session, const KeyChange& change) {
  PALERMO_TRY(const ledger::SigningKey old_key, session.log_key());
  PALERMO_TRY(const ledger::SigningKey new_key, ledger::SigningKey::generate(old_key.name()));
  PALERMO_TRY(const ledger::KeyFolder keys, ledger::KeyFolder::of_case(session.info().case_id()));
  const std::string next = next_key_file(new_key.verifier());
  PALERMO_CHECK_OK(keys.save(next, new_key.secret_text()));
  auto note = write_change(session, change, old_key, new_key);
  if (!note) {
    // A commit that failed may have been kept all the same: the key goes only where the case is
    // known to stand under the old one.
    const auto in_force = session.db().meta("log_vkey");
    std::error_code ec;
    if (in_force && *in_force == old_key.verifier().text())
      std::filesystem::remove(std::filesystem::path{keys.path()} / next, ec);
    return std::move(note).error();
  }
  if (auto replaced = ledger::replace_key(keys, next, kLogKeyFile); !replaced) {
    core::Error error = std::move(replaced).error();
    error.next = "the log has its new key already; the next command that signs it erases the old";
    return error;
  }
  return NewLogKey{new_key.verifier().text(), *std::move(note)};
}

}  // namespace palermo::session
