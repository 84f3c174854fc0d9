#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/sealing/identities.hpp"
#include "core/sealing/identity_detail.hpp"
#include "core/sealing/identity_log.hpp"
#include "core/sealing/identity_store.hpp"
#include "core/store/residue.hpp"

namespace palermo::sealing {

using authorization::Operation;
using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

const std::vector<std::string>& identity_grounds() {
  static const std::vector<std::string> kGrounds{"EXPIRY", "UNLAWFUL", "IRRELEVANT", "COURT_ORDER"};
  return kGrounds;
}

namespace {

Status check_order(session::Session& session, const DestroyIdentityRequest& request) {
  PALERMO_CHECK_OK(detail::check_words(request.order, "--order"));
  PALERMO_CHECK_OK(detail::check_words(request.ordered_by, "--by"));
  const auto& grounds = identity_grounds();
  if (std::find(grounds.begin(), grounds.end(), request.ground) == grounds.end())
    return Error{ErrorCode::Usage,
                 fmt::format("'{}' is no ground", core::printable(request.ground, 40)),
                 std::nullopt, fmt::format("grounds: {}", fmt::join(grounds, ", "))};
  if (request.ordered_by != session.operator_name()) return core::ok();
  v1::Access access;
  access.set_command(session.command());
  access.set_operation("ERASE");
  access.add_objects(request.pseudonym);
  return session.refuse(std::move(access), "SECOND_PERSON",
                        "whoever ordered a destruction does not carry it out",
                        "name with --by the court or officer whose order it is");
}

/// Bytes that must stand nowhere afterwards: every wrapped key, nonce with text, and number.
std::vector<std::string> pieces_of(const std::vector<v1::SealedIdentity>& revisions) {
  std::vector<std::string> pieces;
  for (const auto& each : revisions) {
    for (const auto& wrap : each.wraps()) pieces.push_back(wrap.box());
    for (const auto& field : each.fields()) pieces.push_back(field.sealed());
  }
  return pieces;
}

/// The last day on which a backup may hold the identity's keys.
std::string last_backup_due(const IdentityLog& log, const SealedEntry& sealed) {
  std::string due;
  for (const BackupEntry& backup : log.backups)
    if (backup.leaf > sealed.leaf) due = std::max(due, backup.due_at);
  return due;
}

Result<std::uint32_t> hits_in_files(session::Session& session,
                                    const std::vector<std::string>& pieces) {
  PALERMO_TRY(const std::uint32_t in_case, store::count_residue(session.db(), pieces));
  PALERMO_TRY(const std::uint32_t beside,
              store::count_residue(IdentityStore::path_of(session.db()), pieces));
  return in_case + beside;
}

}  // namespace

Result<v1::IdentityDestroyed> destroy_identity(session::Session& session,
                                               const DestroyIdentityRequest& request) {
  PALERMO_CHECK_OK(session.permit(Operation::DestroyIdentity));
  PALERMO_CHECK_OK(check_order(session, request));
  store::Database& db = session.db();
  PALERMO_TRY(IdentityStore store, IdentityStore::open(db, session.info().case_id()));
  PALERMO_TRY(const IdentityLog log, IdentityLog::read(db));
  PALERMO_TRY([[maybe_unused]] const SealedEntry* newest, log.newest(request.pseudonym));
  PALERMO_TRY(const std::vector<v1::SealedIdentity> revisions, store.revisions(request.pseudonym));
  const std::vector<std::string> pieces = pieces_of(revisions);

  v1::IdentityDestroyed result;
  result.set_pseudonym(request.pseudonym);
  result.set_backups_due_at(last_backup_due(log, log.sealed.at(request.pseudonym).front()));
  for (const SealedEntry& each : log.sealed.at(request.pseudonym))
    result.add_key_ids(each.body.dek_id());
  v1::IdentityOrder order;
  order.set_pseudonym(request.pseudonym);
  order.set_order(request.order);
  order.set_ordered_by(request.ordered_by);
  order.set_ground(request.ground);
  order.set_decided_at(core::format_utc_us(core::now_us()));
  const std::string payload = order.SerializeAsString();
  const std::string salt = core::random_bytes(32);
  v1::LedgerEntry entry;
  entry.set_id(request.pseudonym);
  v1::Destruction& body = *entry.mutable_destruction();
  body.add_objects("identity/" + request.pseudonym);
  body.set_ground(request.ground);
  body.set_executed_by(session.operator_name());
  body.set_executed_at(order.decided_at());
  body.set_method("KEY_ERASED");
  body.set_commit(core::to_hex(core::commitment(salt, payload)));
  *body.mutable_key_ids() = result.key_ids();
  body.set_backups_due_at(result.backups_due_at());
  {
    PALERMO_TRY(store::Transaction transaction, db.begin());
    PALERMO_CHECK_OK(store.remove(request.pseudonym));
    PALERMO_CHECK_OK(store.keep_order(request.pseudonym, payload, salt));
    PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf leaf,
                session.ledger().append(transaction, entry, session.actor()));
    PALERMO_CHECK_OK(transaction.commit());
  }
  PALERMO_TRY([[maybe_unused]] const bool truncated, store::truncate_log(db));
  PALERMO_TRY(const std::uint32_t hits, hits_in_files(session, pieces));
  result.set_search_hits(hits);
  body.set_search_hits(hits);
  body.set_verified_by(session.operator_name());
  {
    PALERMO_TRY(store::Transaction transaction, db.begin());
    PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf leaf,
                session.ledger().append(transaction, std::move(entry), session.actor()));
    PALERMO_CHECK_OK(transaction.commit());
  }
  if (revisions.empty()) result.add_notices("nothing of it was stored any more");
  if (!result.backups_due_at().empty())
    result.add_notices(fmt::format(
        "backups hold its wrapped keys until their own keys are destroyed: by {} at the latest",
        result.backups_due_at()));
  result.add_notices(
      "copies of the file elsewhere and spare blocks of the medium are not reached from here");
  return result;
}

}  // namespace palermo::sealing
