#include "core/sealing/identities.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/sealing/envelope.hpp"
#include "core/sealing/identity_detail.hpp"
#include "core/sealing/identity_log.hpp"
#include "core/sealing/identity_store.hpp"
#include "core/sealing/pseudonym.hpp"

namespace palermo::sealing {

using authorization::Operation;
using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

namespace detail {

Status require_one_half(session::Session& session, std::string_view act) {
  const auto has = [&session](std::string_view role) {
    return std::find(session.roles().begin(), session.roles().end(), role) != session.roles().end();
  };
  if (!(has("handler") && has("legal"))) return core::ok();
  v1::Access access;
  access.set_command(session.command());
  access.set_operation(std::string{act});
  return session.refuse(
      std::move(access), "BOTH_HALVES",
      fmt::format("'{}' is handler and legal officer at once, and would hold both halves",
                  core::printable(session.operator_name(), 70)),
      "have an admin register two people, one in each role");
}

Status check_words(std::string_view words, std::string_view option) {
  if (words.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return Error{ErrorCode::Usage, fmt::format("{} is empty", option), std::nullopt,
                 "say in words why; they stand in the log, so name nobody"};
  if (words.size() > 2000 || !core::is_valid_utf8(words))
    return Error{ErrorCode::Usage, fmt::format("{}: more than 2,000 bytes, or not UTF-8", option)};
  return core::ok();
}

bool as_logged(const v1::SealedIdentity& identity, const SealedEntry& entry) {
  return core::to_hex(digest_of(identity)) == entry.body.sha256();
}

}  // namespace detail

Result<NewRoleKey> register_key(session::Session& session, const std::string& role,
                                const SecretBytes& passphrase, Strength strength,
                                v1::IdentityKeyResult& result) {
  PALERMO_CHECK_OK(session.permit(Operation::RegisterRoleKey));
  PALERMO_CHECK_OK(detail::require_one_half(session, "ALTER"));
  if (role != "handler" && role != "legal" && role != "court")
    return Error{ErrorCode::Usage, fmt::format("'{}' has no key", core::printable(role, 40)),
                 std::nullopt, "roles of keys: handler, legal, court"};
  const std::string own = role == "handler" ? "handler" : "legal";
  if (std::find(session.roles().begin(), session.roles().end(), own) == session.roles().end()) {
    v1::Access access;
    access.set_command(session.command());
    access.set_operation("ALTER");
    return session.refuse(std::move(access), "ROLE",
                          fmt::format("a {} key is registered by a {}", role,
                                      own == "handler" ? "handler" : "legal officer"),
                          "nobody prepares the other half");
  }
  PALERMO_TRY(NewRoleKey made, make_role_key(role, passphrase, strength));
  v1::LedgerEntry entry;
  entry.set_id(role_key_id(role, made.public_key));
  v1::IdentityEntry& body = *entry.mutable_identity();
  body.set_action("role_key");
  body.set_role(role);
  body.set_public_key(core::to_base64(made.public_key));
  result.set_key_id(entry.id());
  result.set_role(role);
  result.set_public_key(body.public_key());
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, std::move(entry), session.actor()));
  PALERMO_CHECK_OK(transaction.commit());
  return made;
}

namespace {

Status check_fields(const v1::IdentityFields& fields) {
  std::size_t bytes = 0;
  for (const auto& field : fields.fields()) {
    bytes += field.name().size() + field.value().size();
    if (field.name().empty() || field.value().empty())
      return Error{ErrorCode::BadInput, "a field of the identity has no name or no value"};
    if (!core::is_valid_utf8(field.name()) || !core::is_valid_utf8(field.value()))
      return Error{ErrorCode::BadInput, "a field of the identity is not valid UTF-8"};
  }
  if (fields.fields().empty() || fields.fields_size() > 64 || bytes > 65536)
    return Error{ErrorCode::BadInput, "an identity has 1 to 64 fields and at most 64 KiB",
                 std::nullopt, R"(such as {"name": "…", "born": "…"})"};
  return core::ok();
}

/// Every pair of a key that opens with one that must agree first.
std::vector<std::pair<Recipient, Recipient>> pairs_of(const IdentityLog& log) {
  std::vector<std::pair<Recipient, Recipient>> pairs;
  for (const auto& [id, first] : log.keys) {
    if (first.role == "legal") continue;
    for (const auto& [other, second] : log.keys)
      if (second.role == "legal") pairs.emplace_back(first.recipient, second.recipient);
  }
  return pairs;
}

Result<v1::SealedIdentity> sealed_now(const session::Session& session,
                                      const v1::SealedIdentity& head,
                                      const v1::IdentityFields& fields, std::string& commit,
                                      const IdentityLog& log) {
  v1::SealedIdentity made = head;
  made.set_dek_id(core::random_bytes(16));
  PALERMO_TRY(const SecretBytes dek, SecretBytes::random(32));
  const Place place{session.info().case_id(), made.person_id(), made.revision(), made.dek_id()};
  PALERMO_TRY(SecretBytes clear, SecretBytes::make(fields.ByteSizeLong()));
  if (!fields.SerializeToArray(clear.data(), static_cast<int>(clear.size())))
    return Error{ErrorCode::Internal, "an identity cannot be written"};
  std::string salt = core::random_bytes(32);
  commit = core::to_hex(core::commitment(salt, clear.view()));
  PALERMO_TRY(*made.add_fields(), seal_field(place, "fields", clear.view(), dek));
  // The salt dies with the key: what is left of a destroyed identity is a commitment to nothing.
  PALERMO_TRY(*made.add_fields(), seal_field(place, "salt", salt, dek));
  wipe(salt);
  for (const auto& [first, second] : pairs_of(log)) {
    PALERMO_TRY(*made.add_wraps(), wrap(dek, made.dek_id(), first, second));
  }
  return made;
}

}  // namespace

Result<v1::IdentitySealed> seal_identity(session::Session& session, const SealRequest& request) {
  PALERMO_CHECK_OK(session.permit(Operation::SealIdentity));
  PALERMO_CHECK_OK(detail::require_one_half(session, "COLLECT"));
  PALERMO_CHECK_OK(check_fields(request.fields));
  if (!request.pseudonym.empty()) PALERMO_CHECK_OK(check_pseudonym(request.pseudonym));
  PALERMO_TRY(const IdentityLog log, IdentityLog::for_sealing(session.db(), request.pseudonym));
  if (pairs_of(log).empty())
    return Error{ErrorCode::Refused, "no pair of keys is registered to seal to", std::nullopt,
                 "a handler and a legal officer each run `palermo identity key` first", "KEYS"};
  v1::SealedIdentity head;
  head.set_pseudonym(request.pseudonym);
  head.set_category(request.category);
  head.set_revision(1);
  head.set_person_id(core::random_bytes(16));
  if (log.sealed.contains(request.pseudonym)) {
    PALERMO_TRY(const SealedEntry* before, log.newest(request.pseudonym));
    if (!request.category.empty() && request.category != before->body.category())
      return Error{ErrorCode::Usage,
                   fmt::format("{} is sealed as {}", request.pseudonym, before->body.category()),
                   std::nullopt, "a person of another category has another pseudonym"};
    head.set_category(before->body.category());
    head.set_revision(before->body.revision() + 1);
  }
  const Category* category = category_of(head.category());
  if (category == nullptr) {
    std::vector<std::string_view> names;
    for (const Category& each : categories()) names.push_back(each.name);
    return Error{ErrorCode::Usage,
                 fmt::format("'{}' is no category", core::printable(head.category(), 40)),
                 std::nullopt, fmt::format("--category: {}", fmt::join(names, ", "))};
  }
  PALERMO_TRY(IdentityStore store, IdentityStore::open(session.db(), session.info().case_id()));
  if (head.revision() > 1) {
    PALERMO_TRY(const auto stored, store.newest(request.pseudonym));
    if (stored) head.set_person_id(stored->person_id());
  }
  while (head.pseudonym().empty()) {
    std::string drawn = new_pseudonym(category->prefix);
    PALERMO_TRY(const bool known, IdentityLog::knows(session.db(), drawn));
    if (!known) head.set_pseudonym(std::move(drawn));
  }

  std::string commit;
  PALERMO_TRY(const v1::SealedIdentity made,
              sealed_now(session, head, request.fields, commit, log));
  v1::LedgerEntry entry;
  entry.set_id(made.pseudonym());
  v1::IdentityEntry& body = *entry.mutable_identity();
  body.set_action("seal");
  body.set_category(made.category());
  body.set_revision(made.revision());
  body.set_dek_id(core::to_hex(made.dek_id()));
  for (const auto& each : made.wraps())
    body.add_wrapped_to(each.first_key() + "+" + each.second_key());
  body.set_commit(commit);
  body.set_sha256(core::to_hex(digest_of(made)));
  v1::IdentitySealed result;
  result.set_pseudonym(made.pseudonym());
  result.set_category(made.category());
  result.set_revision(made.revision());
  result.set_dek_id(body.dek_id());
  *result.mutable_wrapped_to() = body.wrapped_to();
  result.set_fields(static_cast<std::uint32_t>(request.fields.fields_size()));
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_CHECK_OK(store.put(made));
  PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, std::move(entry), session.actor()));
  PALERMO_CHECK_OK(transaction.commit());
  return result;
}

Result<v1::IdentityList> list_identities(session::Session& session) {
  PALERMO_CHECK_OK(session.permit(Operation::ReadIdentities));
  PALERMO_TRY(IdentityStore store, IdentityStore::open(session.db(), session.info().case_id()));
  PALERMO_TRY(const IdentityLog log, IdentityLog::read(session.db()));
  v1::IdentityList list;
  std::uint32_t wrong = 0;
  for (const auto& [pseudonym, entries] : log.sealed) {
    const SealedEntry& newest = entries.back();
    v1::IdentityList::Item& item = *list.add_identities();
    item.set_pseudonym(pseudonym);
    item.set_category(newest.body.category());
    item.set_revision(newest.body.revision());
    item.set_sealed_at(newest.at);
    item.set_sealed_by(newest.by);
    *item.mutable_wrapped_to() = newest.body.wrapped_to();
    PALERMO_TRY(const auto stored, store.newest(pseudonym));
    const auto gone = log.destroyed.find(pseudonym);
    if (gone != log.destroyed.end()) item.set_destroyed_at(gone->second);
    item.set_status(gone != log.destroyed.end() ? (stored ? "destruction unfinished" : "destroyed")
                    : !stored                   ? "missing"
                    : detail::as_logged(*stored, newest) ? "sealed"
                                                         : "altered");
    if (item.status() != "sealed" && item.status() != "destroyed") ++wrong;
    for (const auto& [id, asked] : log.unsealings) {
      if (asked.pseudonym != pseudonym) continue;
      item.set_requests(item.requests() + 1);
      if (asked.opened) item.set_unsealings(item.unsealings() + 1);
    }
  }
  list.set_total(static_cast<std::uint32_t>(list.identities_size()));
  std::vector<const RegisteredKey*> keys;
  for (const auto& [id, key] : log.keys) keys.push_back(&key);
  std::sort(keys.begin(), keys.end(), [](const RegisteredKey* x, const RegisteredKey* y) {
    return std::tie(x->registered_at, x->role, x->recipient.key_id) <
           std::tie(y->registered_at, y->role, y->recipient.key_id);
  });
  for (const RegisteredKey* each : keys) {
    const RegisteredKey& key = *each;
    v1::IdentityList::Key& item = *list.add_keys();
    item.set_key_id(key.recipient.key_id);
    item.set_role(key.role);
    item.set_registered_by(key.registered_by);
    item.set_registered_at(key.registered_at);
    item.set_public_key(core::to_base64(key.recipient.public_key));
  }
  if (wrong > 0)
    list.add_notices(fmt::format(
        "{} not as the ledger says: put the file of sealed identities back from a backup", wrong));
  v1::Access access;
  access.set_command("identity list");
  access.set_operation("CONSULT");
  access.set_result_count(list.total());
  PALERMO_CHECK_OK(session.log_access(std::move(access)));
  return list;
}

}  // namespace palermo::sealing
