#include "core/ledger/exported.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_map>

#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "core/ledger/canonical.hpp"
#include "core/ledger/ledger.hpp"
#include "core/ledger/tiles.hpp"

namespace palermo::ledger {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

constexpr std::uint64_t kTileWidth = 256;

Error refused(const char* reason, std::string message) {
  return Error{ErrorCode::Integrity, std::move(message), std::nullopt,
               "take nothing from it; ask for a new one and compare with the checkpoint you kept",
               reason};
}

std::string tile_name(std::string_view kind, std::uint64_t index, std::uint64_t width) {
  std::string name = fmt::format("tile/{}/{}", kind, tile_path_number(index));
  if (width < kTileWidth) name += fmt::format(".p/{}", width);
  return name;
}

/// Cuts a bundle into its entries: two bytes of length, then the bytes.
Status take_bundle(const std::string& path, std::string_view bundle, std::uint64_t width,
                   std::vector<std::string>& leaves) {
  for (std::uint64_t i = 0; i < width; ++i) {
    const auto byte = [&bundle](std::size_t at) {
      return static_cast<std::size_t>(static_cast<unsigned char>(bundle[at]));
    };
    if (bundle.size() < 2 || bundle.size() < 2 + (byte(0) << 8 | byte(1)))
      return refused("ALTERED", fmt::format("{} is cut short", path));
    const std::size_t length = byte(0) << 8 | byte(1);
    leaves.emplace_back(bundle.substr(2, length));
    bundle.remove_prefix(2 + length);
  }
  if (!bundle.empty())
    return refused("ALTERED", fmt::format("{} goes on after its last entry", path));
  return core::ok();
}

/// Every tile of hashes must be, byte for byte, what the entries make.
Status check_tiles(const FileSource& source, ExportedLog& log) {
  std::vector<Digest> hashes = log.hashes;
  for (unsigned level = 0; !hashes.empty(); ++level) {
    std::vector<Digest> above;
    for (std::uint64_t begin = 0; begin < hashes.size(); begin += kTileWidth) {
      const std::uint64_t width = std::min<std::uint64_t>(kTileWidth, hashes.size() - begin);
      const auto group = std::span{hashes}.subspan(begin, width);
      std::string wanted;
      for (const Digest& hash : group) wanted += core::bytes_of(hash);
      const std::string name = tile_name(std::to_string(level), begin / kTileWidth, width);
      PALERMO_TRY(const std::string stored, source(name));
      if (stored != wanted)
        return refused("ALTERED", fmt::format("{} does not have the hashes of the entries", name));
      log.files.push_back(name);
      if (width == kTileWidth) above.push_back(root_of(group));
    }
    hashes = std::move(above);
  }
  return core::ok();
}

/// Walks the entries as a court expert would: form, order, who signed, which key the log had.
class Walk {
 public:
  explicit Walk(ExportedLog& log) : log_{log} {}

  Status take(std::uint64_t index, std::string_view bytes) {
    v1::LedgerEntry entry;
    const auto json = core::parse_json(bytes);
    const auto broken = [index](const char* reason, std::string_view why) {
      return refused(reason, fmt::format("entry {}: {}", index, why));
    };
    if (!json || !core::fill_message(*json, entry))
      return broken("NONCANONICAL", "it is no entry that the format knows");
    const auto canonical = canonical_json(entry);
    if (!canonical || *canonical != bytes)
      return broken("NONCANONICAL", "the same entry has another canonical form");
    if (entry.v() != 1 || entry.seq() != index)
      return broken("SEQUENCE_GAP", "it bears another version or number");
    if (entry.recorded_at() < last_at_)
      return broken("TIME_REGRESSION", "it was recorded before the entry in front of it");
    last_at_ = entry.recorded_at();
    if (index == 0) PALERMO_CHECK_OK(learn(index, entry));
    PALERMO_CHECK_OK(check_signature(index, entry));
    if (index > 0) PALERMO_CHECK_OK(learn(index, entry));
    log_.entries.push_back(std::move(entry));
    return core::ok();
  }

 private:
  Status check_signature(std::uint64_t index, const v1::LedgerEntry& entry) {
    const auto actor = actors_.find(entry.actor());
    v1::LedgerEntry bare = entry;
    bare.clear_sig();
    const auto message = canonical_json(bare);
    const auto signature = core::from_base64(entry.sig());
    if (actor == actors_.end() || !message || !signature ||
        !verify_signature(actor->second, std::string{kEntrySignaturePrefix} + *message, *signature))
      return refused(
          entry.sig().empty() ? "UNSIGNED" : "BAD_SIGNATURE",
          fmt::format("entry {} is not signed by {}", index, core::printable(entry.actor(), 100)));
    ++log_.signatures;
    return core::ok();
  }

  Status learn(std::uint64_t index, const v1::LedgerEntry& entry) {
    const auto take_key = [&](const std::string& vkey) -> Result<VerifierKey> {
      auto key = VerifierKey::parse(vkey);
      if (!key) return refused("ALTERED", fmt::format("entry {} introduces no key", index));
      actors_.insert_or_assign(key->name, *key);
      return key;
    };
    if (index == 0) {
      const v1::CaseOpened& opened = entry.case_opened();
      if (!entry.has_case_opened())
        return refused("ALTERED", "the log does not begin by opening a case");
      PALERMO_TRY(VerifierKey key, take_key(opened.log_vkey()));
      if (key.name != "palermo/" + opened.case_id())
        return refused("ALTERED", "the log's key does not bear the case's name");
      log_.log_keys.emplace(0, std::move(key));
    } else if (entry.has_case_opened()) {
      return refused("ALTERED", fmt::format("entry {} opens the case a second time", index));
    } else if (entry.has_operator_added()) {
      PALERMO_TRY([[maybe_unused]] const VerifierKey key, take_key(entry.operator_added().vkey()));
    } else if (entry.has_key_rotation()) {
      const VerifierKey old_key = log_.log_keys.rbegin()->second;
      if (entry.actor() != old_key.name || entry.key_rotation().old_vkey() != old_key.text())
        return refused("BAD_SIGNATURE",
                       fmt::format("entry {} replaces the log's key, and is not by it", index));
      PALERMO_TRY(VerifierKey key, take_key(entry.key_rotation().new_vkey()));
      if (key.name != old_key.name)
        return refused("ALTERED", fmt::format("entry {} gives the log another name", index));
      log_.log_keys.insert_or_assign(index + 1, std::move(key));
    }
    return core::ok();
  }

  ExportedLog& log_;
  std::unordered_map<std::string, VerifierKey> actors_;
  std::string last_at_;
};

Status check_held(const ExportedLog& log, std::span<const VerifierKey> held) {
  for (const VerifierKey& key : held) {
    if (key.type != kEd25519) continue;
    for (const auto& [from, own] : log.log_keys)
      if (own.text() == key.text()) return core::ok();
    return refused("BAD_SIGNATURE", "the key you hold was never this log's");
  }
  return core::ok();
}

}  // namespace

const VerifierKey& ExportedLog::key_at(std::uint64_t size) const {
  return std::prev(log_keys.upper_bound(size))->second;
}

Result<ExportedLog> read_exported(const FileSource& source, std::span<const VerifierKey> held) {
  ExportedLog log;
  PALERMO_TRY(const std::string note, source("checkpoint"));
  auto parsed = parse_signed_checkpoint(note);
  if (!parsed) return refused("MALFORMED", "log/checkpoint: " + parsed.error().message);
  log.checkpoint = *std::move(parsed);
  const std::uint64_t size = log.checkpoint.checkpoint.size;
  if (size == 0) return refused("ALTERED", "the log is empty, and opening a case is an entry");
  for (std::uint64_t begin = 0; begin < size; begin += kTileWidth) {
    const std::uint64_t width = std::min(kTileWidth, size - begin);
    const std::string name = tile_name("entries", begin / kTileWidth, width);
    PALERMO_TRY(const std::string bundle, source(name));
    PALERMO_CHECK_OK(take_bundle(name, bundle, width, log.leaves));
    log.files.push_back(name);
  }
  for (const std::string& leaf : log.leaves) log.hashes.push_back(leaf_hash(leaf));
  PALERMO_CHECK_OK(check_tiles(source, log));
  if (root_of(log.hashes) != log.checkpoint.checkpoint.root)
    return refused("ALTERED", "the entries do not have the root that the log signed");
  Walk walk{log};
  for (std::uint64_t i = 0; i < size; ++i) PALERMO_CHECK_OK(walk.take(i, log.leaves[i]));
  const VerifierKey& key = log.key_at(size);
  if (log.checkpoint.checkpoint.origin != key.name)
    return refused("WRONG_ORIGIN", "the checkpoint is of another log");
  if (const auto good = verify_note(log.checkpoint.note, {&key, 1}); !good)
    return refused(good.error().reason.c_str(), "log/checkpoint: " + good.error().message);
  PALERMO_TRY(const std::string vkey, source("log.vkey"));
  if (vkey != key.text() + "\n")
    return refused("ALTERED", "log.vkey is not the key that the entries lead to");
  PALERMO_CHECK_OK(check_held(log, held));
  log.files.emplace_back("checkpoint");
  log.files.emplace_back("log.vkey");
  return log;
}

Status check_kept(const ExportedLog& log, const SignedCheckpoint& kept) {
  const Checkpoint& old = kept.checkpoint;
  if (old.origin != log.checkpoint.checkpoint.origin)
    return refused("NOT_EXTENSION", "the checkpoint that was kept is of another log");
  const VerifierKey& key = log.key_at(old.size);
  if (const auto good = verify_note(kept.note, {&key, 1}); !good)
    return refused(good.error().reason.c_str(),
                   "the checkpoint that was kept: " + good.error().message);
  if (old.size > log.hashes.size())
    return refused("ROLLBACK",
                   fmt::format("the checkpoint that was kept has {} entries, the log {}", old.size,
                               log.hashes.size()));
  if (root_of(std::span{log.hashes}.first(old.size)) != old.root)
    return refused(old.size == log.hashes.size() ? "SPLIT_VIEW" : "NOT_EXTENSION",
                   fmt::format("the first {} entries are not those that were kept", old.size));
  return core::ok();
}

v1::KeyList keys_of(std::span<const v1::LedgerEntry> entries) {
  v1::KeyList list;
  int log_key = -1;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const v1::LedgerEntry& entry = entries[i];
    const auto index = static_cast<std::uint32_t>(i);
    if (entry.has_operator_added()) {
      v1::KeyList::Key& key = *list.add_keys();
      key.set_vkey(entry.operator_added().vkey());
      key.set_use("operator");
      *key.mutable_roles() = entry.operator_added().roles();
      key.set_from_entry(index);
      continue;
    }
    if (!entry.has_case_opened() && !entry.has_key_rotation()) continue;
    if (log_key >= 0) {
      v1::KeyList::Key& old_key = *list.mutable_keys(log_key);
      old_key.set_until_entry(index);
      // Whoever changed it said why in the entry before.
      old_key.set_why(entries[i - 1].access().justification());
      old_key.set_changed_by(entries[i - 1].actor());
    }
    log_key = list.keys_size();
    v1::KeyList::Key& key = *list.add_keys();
    key.set_vkey(entry.has_case_opened() ? entry.case_opened().log_vkey()
                                         : entry.key_rotation().new_vkey());
    key.set_use("log");
    key.set_from_entry(index);
  }
  return list;
}

v1::InspectedAuthorizations authorizations_of(std::span<const v1::LedgerEntry> entries) {
  v1::InspectedAuthorizations list;
  std::unordered_map<std::string, int> known;
  for (const v1::LedgerEntry& entry : entries) {
    if (!entry.has_authorization()) continue;
    const auto [place, fresh] = known.emplace(entry.id(), list.authorizations_size());
    auto& item = fresh ? *list.add_authorizations() : *list.mutable_authorizations(place->second);
    const v1::AuthorizationEntry& body = entry.authorization();
    item.set_authorization_id(entry.id());
    item.set_rev(entry.rev());
    item.set_entry(static_cast<std::uint32_t>(entry.seq()));
    item.set_status(body.status());
    item.set_technique(body.technique());
    item.set_kind(body.kind());
    item.set_state(body.state());
    item.set_regime(body.regime());
    item.set_legal_basis(body.legal_basis());
    item.set_effective_from(body.effective_from());
    item.set_expires_at(body.expires_at());
    item.set_targets(body.target_count());
    item.set_max_hops(body.max_hops());
    item.set_commit(body.commit());
    item.add_actions(body.action());
    item.set_late_reason(entry.late_reason());
  }
  return list;
}

}  // namespace palermo::ledger
