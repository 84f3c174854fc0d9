#include "core/sealing/identity_log.hpp"

#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"

namespace palermo::sealing {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

constexpr std::string_view kGrant = "grant/";

void take_identity(const v1::LedgerEntry& entry, std::uint64_t leaf, IdentityLog& log) {
  const v1::IdentityEntry& body = entry.identity();
  if (body.action() == "role_key") {
    const auto key = core::from_base64(body.public_key());
    if (!key) return;
    const std::string id = role_key_id(body.role(), *key);
    if (entry.id() == id)
      log.keys[id] = {{id, *key}, body.role(), operator_of(entry.actor()), entry.recorded_at()};
  } else if (body.action() == "seal") {
    log.sealed[entry.id()].push_back({body, operator_of(entry.actor()), entry.recorded_at(), leaf});
  } else if (body.action() == "backup") {
    log.backups.push_back({leaf, body.sha256(), body.due_at()});
  }
}

void take_access(const v1::LedgerEntry& entry, IdentityLog& log) {
  const v1::Access& access = entry.access();
  if (access.operation() != "UNSEAL" || access.decision() != "allowed" || access.objects().empty())
    return;
  const std::string who = operator_of(entry.actor());
  if (entry.rev() == 1 && access.command() == "identity request") {
    Unsealing& asked = log.unsealings[entry.id()];
    asked.id = entry.id();
    asked.pseudonym = access.objects(0);
    asked.reason = access.justification();
    asked.requested_by = who;
    asked.requested_at = entry.recorded_at();
    return;
  }
  const auto found = log.unsealings.find(entry.id());
  if (found == log.unsealings.end()) return;
  if (access.command() == "identity approve" && access.objects_size() == 2 &&
      access.objects(1).starts_with(kGrant)) {
    found->second.approved_by = who;
    found->second.approved_at = entry.recorded_at();
    found->second.grant_sha256 = access.objects(1).substr(kGrant.size());
  } else if (access.command() == "identity unseal") {
    found->second.opened = true;
  }
}

}  // namespace

std::string operator_of(std::string_view actor) {
  const auto slash = actor.rfind('/');
  return std::string{slash == std::string_view::npos ? actor : actor.substr(slash + 1)};
}

namespace {

/// Takes index and bytes of each row that a query gives.
Result<IdentityLog> taken(store::Statement& query) {
  IdentityLog log;
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return log;
    v1::LedgerEntry entry;
    const auto json = core::parse_json(query.blob(1));
    if (!json || !core::fill_message(*json, entry))
      return Error{ErrorCode::Integrity, fmt::format("leaf {} cannot be read", query.integer(0)),
                   std::nullopt, "run `palermo audit verify`", "ALTERED"};
    if (entry.has_identity())
      take_identity(entry, static_cast<std::uint64_t>(query.integer(0)), log);
    if (entry.has_access()) take_access(entry, log);
    if (entry.has_destruction() && entry.destruction().method() == "KEY_ERASED")
      log.destroyed.emplace(entry.id(), entry.destruction().executed_at());
  }
}

}  // namespace

Result<IdentityLog> IdentityLog::read(store::Database& db) {
  // A leaf is canonical JSON: what an entry is about stands in it as written here. JSON decides.
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT idx, bytes FROM leaf WHERE instr(bytes, CAST('\"UNSEAL\"' AS "
                         "BLOB)) OR instr(bytes, CAST('\"kind\":\"identity\"' AS BLOB)) OR "
                         "instr(bytes, CAST('\"KEY_ERASED\"' AS BLOB)) ORDER BY idx"));
  return taken(query);
}

Result<IdentityLog> IdentityLog::for_sealing(store::Database& db, const std::string& pseudonym) {
  // Ids of role keys are sixteen hexadecimal digits; no pseudonym is.
  PALERMO_TRY(
      store::Statement query,
      db.prepare("SELECT leaf.idx, leaf.bytes FROM entry_head JOIN leaf ON leaf.idx = "
                 "entry_head.leaf WHERE (kind = 'identity' AND (id = ?1 OR (length(id) = 16 "
                 "AND id NOT GLOB '*[^0-9a-f]*'))) OR (kind = 'destruction' AND id = ?1) "
                 "ORDER BY leaf.idx"));
  PALERMO_CHECK_OK(query.bind(1, pseudonym));
  return taken(query);
}

Result<bool> IdentityLog::knows(store::Database& db, const std::string& pseudonym) {
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT 1 FROM entry_head WHERE kind = 'identity' AND id = ?1"));
  PALERMO_CHECK_OK(query.bind(1, pseudonym));
  return query.step();
}

Result<const SealedEntry*> IdentityLog::newest(const std::string& pseudonym) const {
  const auto found = sealed.find(pseudonym);
  if (found == sealed.end())
    return Error{ErrorCode::NotFound,
                 fmt::format("no identity is sealed under {}", core::printable(pseudonym, 40)),
                 std::nullopt, "`palermo identity list` shows those that are"};
  if (const auto gone = destroyed.find(pseudonym); gone != destroyed.end())
    return Error{ErrorCode::Refused,
                 fmt::format("the identity of {} was destroyed at {}",
                             core::printable(pseudonym, 40), core::printable(gone->second, 40)),
                 std::nullopt, "nobody can bring it back; the entry says on whose order",
                 "DESTROYED"};
  return &found->second.back();
}

}  // namespace palermo::sealing
