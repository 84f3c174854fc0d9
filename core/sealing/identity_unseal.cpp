#include <fmt/format.h>

#include <algorithm>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/sealing/envelope.hpp"
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

constexpr std::int64_t kGrantUs = std::int64_t{kGrantHours} * 3600 * core::kUsPerSecond;

Error refused(session::Session& session, const Unsealing& asked, const char* rule,
              const std::string& message, const std::string& next) {
  v1::Access access;
  access.set_command(session.command());
  access.set_operation("UNSEAL");
  if (!asked.pseudonym.empty()) access.add_objects(asked.pseudonym);
  access.set_justification(asked.reason);
  return session.refuse(std::move(access), rule, message, next);
}

Result<Unsealing> request_of(session::Session& session, const IdentityLog& log,
                             const std::string& request_id) {
  const auto found = log.unsealings.find(request_id);
  if (found == log.unsealings.end())
    return Error{ErrorCode::NotFound,
                 fmt::format("nobody asked under {}", core::printable(request_id, 40)),
                 std::nullopt, "a handler asks with `palermo identity request`"};
  if (found->second.opened)
    return refused(session, found->second, "OPENED",
                   fmt::format("{} was answered and used", core::printable(request_id, 40)),
                   "each look is asked for anew: `palermo identity request`");
  return found->second;
}

/// The row behind the newest entry, if it is what the entry says.
Result<v1::SealedIdentity> row_of(session::Session& session, const SealedEntry& entry,
                                  const std::string& pseudonym) {
  PALERMO_TRY(IdentityStore store, IdentityStore::open(session.db(), session.info().case_id()));
  PALERMO_TRY(const auto stored, store.newest(pseudonym));
  if (!stored || !detail::as_logged(*stored, entry))
    return Error{ErrorCode::Integrity,
                 fmt::format("what is stored of {} is {}", pseudonym,
                             stored ? "not what was sealed" : "gone"),
                 std::nullopt, "put it back from a backup: `palermo identity restore`", "ALTERED"};
  return *stored;
}

/// The key must be one that the log knows, in a role that may take this part.
core::Status check_key(session::Session& session, const IdentityLog& log, const Unsealing& asked,
                       const RoleKey& key, bool second) {
  const auto known = log.keys.find(key.id());
  const bool fits = known != log.keys.end() && (known->second.role == "legal") == second;
  if (fits) return core::ok();
  return refused(
      session, asked, "KEY", fmt::format("this key ({}) is not registered for this part", key.role),
      second ? "a legal officer's key is needed" : "the handlers' key is needed, or the court's");
}

}  // namespace

Result<v1::UnsealingResult> request_unsealing(session::Session& session,
                                              const std::string& pseudonym,
                                              const std::string& reason) {
  PALERMO_CHECK_OK(session.permit(Operation::UnsealIdentity));
  PALERMO_CHECK_OK(detail::require_one_half(session, "UNSEAL"));
  PALERMO_CHECK_OK(detail::check_words(reason, "--reason"));
  PALERMO_TRY(const IdentityLog log, IdentityLog::read(session.db()));
  PALERMO_TRY([[maybe_unused]] const SealedEntry* entry, log.newest(pseudonym));
  v1::UnsealingResult result;
  result.set_request_id("UR-" + core::to_hex(core::random_bytes(6)));
  result.set_pseudonym(pseudonym);
  result.set_requested_by(session.operator_name());
  v1::Access access;
  access.set_command("identity request");
  access.set_operation("UNSEAL");
  access.add_objects(pseudonym);
  access.set_justification(reason);
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf leaf,
              session.append_access(transaction, std::move(access), result.request_id()));
  PALERMO_CHECK_OK(transaction.commit());
  return result;
}

Result<std::string> approve_unsealing(session::Session& session, const std::string& request_id,
                                      const std::string& reason, const RoleKey& key,
                                      v1::UnsealingResult& result) {
  PALERMO_CHECK_OK(session.permit(Operation::ApproveUnsealing));
  PALERMO_CHECK_OK(detail::require_one_half(session, "UNSEAL"));
  PALERMO_CHECK_OK(detail::check_words(reason, "--reason"));
  PALERMO_TRY(const IdentityLog log, IdentityLog::read(session.db()));
  PALERMO_TRY(const Unsealing asked, request_of(session, log, request_id));
  if (asked.requested_by == session.operator_name())
    return refused(session, asked, "SECOND_PERSON", "nobody agrees to what he or she asked for",
                   "another person, in the role legal, has to look at it");
  if (!asked.approved_by.empty())
    return refused(session, asked, "ANSWERED",
                   fmt::format("{} agreed to it already", core::printable(asked.approved_by, 70)),
                   "each look is asked for anew: `palermo identity request`");
  PALERMO_TRY(const SealedEntry* entry, log.newest(asked.pseudonym));
  PALERMO_CHECK_OK(check_key(session, log, asked, key, true));
  PALERMO_TRY(const v1::SealedIdentity row, row_of(session, *entry, asked.pseudonym));

  v1::UnsealGrant grant;
  grant.set_request_id(request_id);
  grant.set_pseudonym(asked.pseudonym);
  grant.set_revision(row.revision());
  grant.set_dek_id(core::to_hex(row.dek_id()));
  std::string bytes = "palermo-unseal-grant/1\n";
  for (const auto& each : row.wraps()) {
    if (each.second_key() != key.id()) continue;
    PALERMO_TRY(const std::string inner, peel(each.box(), key));
    grant.set_first_key(each.first_key());
    grant.set_box(inner);
    bytes += core::to_base64(grant.SerializeAsString()) + "\n";
  }
  if (grant.box().empty())
    return refused(
        session, asked, "KEY",
        fmt::format("{} was not sealed to this key", core::printable(asked.pseudonym, 40)),
        "it was sealed before the key was registered; the handler seals it anew");
  const std::int64_t now = core::now_us();
  result.set_request_id(request_id);
  result.set_pseudonym(asked.pseudonym);
  result.set_requested_by(asked.requested_by);
  result.set_approved_by(session.operator_name());
  result.set_valid_until(core::format_utc_us(now + kGrantUs));
  v1::Access access;
  access.set_command("identity approve");
  access.set_operation("UNSEAL");
  access.add_objects(asked.pseudonym);
  access.add_objects("grant/" + core::to_hex(core::sha256(bytes)));
  access.set_justification(reason);
  access.set_second_person(asked.requested_by);
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf leaf,
              session.append_access(transaction, std::move(access), request_id));
  PALERMO_CHECK_OK(transaction.commit());
  return bytes;
}

namespace {

/// The part of a grant that this key opens.
Result<v1::UnsealGrant> part_for(std::string_view grant, const RoleKey& key) {
  const Error unreadable{ErrorCode::BadInput, "this is no grant", std::nullopt,
                         "give the file that `palermo identity approve` wrote"};
  constexpr std::string_view kTitle = "palermo-unseal-grant/1\n";
  if (!grant.starts_with(kTitle)) return unreadable;
  grant.remove_prefix(kTitle.size());
  while (!grant.empty()) {
    const auto end = std::min(grant.find('\n'), grant.size());
    const auto bytes = core::from_base64(grant.substr(0, end));
    v1::UnsealGrant part;
    if (!bytes || !part.ParseFromString(*bytes)) return unreadable;
    if (part.first_key() == key.id()) return part;
    grant.remove_prefix(std::min(end + 1, grant.size()));
  }
  return Error{ErrorCode::Refused, "nothing in this grant is for this key", std::nullopt,
               "the identity was not sealed to it", "KEY"};
}

core::Status check_grant(session::Session& session, const Unsealing& asked,
                         std::string_view grant) {
  const std::string& me = session.operator_name();
  if (asked.requested_by != me)
    return refused(session, asked, "REQUESTER",
                   fmt::format("{} asked for it, not '{}'", core::printable(asked.requested_by, 70),
                               core::printable(me, 70)),
                   "whoever asked opens it");
  if (asked.approved_by.empty() || asked.approved_by == me)
    return refused(session, asked, "SECOND_PERSON", "no other person agreed to it",
                   "a legal officer agrees with `palermo identity approve`");
  if (core::to_hex(core::sha256(grant)) != asked.grant_sha256)
    return refused(session, asked, "GRANT", "this is not the grant that was given for it",
                   "use the file of this request, unchanged");
  PALERMO_TRY(const core::Instant at, core::parse_instant(asked.approved_at));
  if (core::now_us() > at.us + kGrantUs)
    return refused(session, asked, "EXPIRED",
                   fmt::format("the grant was good for {} hours", kGrantHours),
                   "ask again: `palermo identity request`");
  return core::ok();
}

}  // namespace

Result<v1::IdentityShown> unseal(session::Session& session, const std::string& request_id,
                                 std::string_view grant, const RoleKey& key) {
  PALERMO_CHECK_OK(session.permit(Operation::UnsealIdentity));
  PALERMO_CHECK_OK(detail::require_one_half(session, "UNSEAL"));
  PALERMO_TRY(const IdentityLog log, IdentityLog::read(session.db()));
  PALERMO_TRY(const Unsealing asked, request_of(session, log, request_id));
  PALERMO_CHECK_OK(check_grant(session, asked, grant));
  PALERMO_TRY(const SealedEntry* entry, log.newest(asked.pseudonym));
  PALERMO_CHECK_OK(check_key(session, log, asked, key, false));
  PALERMO_TRY(const v1::UnsealGrant part, part_for(grant, key));
  PALERMO_TRY(const v1::SealedIdentity row, row_of(session, *entry, asked.pseudonym));
  if (part.revision() != row.revision() || part.dek_id() != core::to_hex(row.dek_id()))
    return refused(session, asked, "GRANT", "the grant is for another revision",
                   "ask again: `palermo identity request`");

  PALERMO_TRY(const SecretBytes dek, unwrap(part.box(), row.dek_id(), key));
  const Place place{session.info().case_id(), row.person_id(), row.revision(), row.dek_id()};
  SecretBytes clear;
  SecretBytes salt;
  for (const auto& field : row.fields()) {
    PALERMO_TRY(SecretBytes opened, open_field(place, field, dek));
    (field.name() == "fields" ? clear : salt) = std::move(opened);
  }
  if (core::to_hex(core::commitment(salt.view(), clear.view())) != entry->body.commit())
    return Error{ErrorCode::Integrity, "what was sealed is not what the ledger committed to",
                 std::nullopt, "restore it: `palermo identity restore`", "ALTERED"};
  v1::IdentityFields fields;
  if (!fields.ParseFromArray(clear.data(), static_cast<int>(clear.size())))
    return Error{
        ErrorCode::Integrity, "what was sealed cannot be read", std::nullopt, {}, "ALTERED"};

  // Logged first: an identity that was seen and not logged would be worse than the reverse.
  v1::Access access;
  access.set_command("identity unseal");
  access.set_operation("UNSEAL");
  access.add_objects(asked.pseudonym);
  access.set_justification(asked.reason);
  access.set_second_person(asked.approved_by);
  access.set_result_count(1);
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf leaf,
              session.append_access(transaction, std::move(access), request_id));
  PALERMO_CHECK_OK(transaction.commit());
  v1::IdentityShown shown;
  shown.set_pseudonym(asked.pseudonym);
  shown.set_category(row.category());
  shown.set_revision(row.revision());
  shown.set_request_id(request_id);
  shown.set_approved_by(asked.approved_by);
  *shown.mutable_fields() = fields.fields();
  return shown;
}

}  // namespace palermo::sealing
