#include "core/ledger/ledger.hpp"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/ledger/canonical.hpp"
#include "core/ledger/clock.hpp"
#include "core/ledger/merkle.hpp"
#include "core/ledger/note.hpp"

namespace palermo::ledger {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;
using store::Statement;

Error broken(std::string message) {
  Error error{ErrorCode::Integrity, std::move(message)};
  error.reason = "ALTERED";
  error.next = "run `palermo audit verify`; nothing was added to this case";
  return error;
}

constexpr const char* kHeadSql =
    "SELECT bytes FROM entry_head JOIN leaf ON leaf.idx = entry_head.leaf WHERE kind = ?1 AND id = "
    "?2";
// A leaf is canonical JSON: its kind of review stands in it as written here. JSON decides.
constexpr const char* kWitnessedSql =
    "SELECT bytes FROM leaf WHERE instr(bytes, CAST('\"kind\":\"WITNESS\"' AS BLOB)) OR "
    "instr(bytes, CAST('\"kind\":\"TIMESTAMP\"' AS BLOB))";

Result<v1::LedgerEntry> entry_of(std::string_view bytes) {
  PALERMO_TRY(const core::Json json, core::parse_json(bytes));
  v1::LedgerEntry entry;
  PALERMO_CHECK_OK(core::fill_message(json, entry));
  return entry;
}

}  // namespace

struct Ledger::State {
  store::Database* db;
  Statement last_leaf;
  Statement insert_leaf;
  Statement insert_node;
  Statement find_head;
  Statement put_head;

  // What the running transaction appended so far. Another transaction may have rolled back or seen
  // other writers, so nothing here outlives its own.
  std::uint64_t transaction = 0;
  CompactTree tree;
  std::int64_t recorded_at_us = 0;
  std::uint64_t witnessed_in = 0;  // transaction in which `witnessed_us` was read
  std::optional<std::int64_t> witnessed_us;

  [[nodiscard]] HashSource source() const {
    return [this](unsigned level, std::uint64_t index) { return hash_at(level, index); };
  }
  [[nodiscard]] Result<Digest> hash_at(unsigned level, std::uint64_t index) const;
  [[nodiscard]] Result<std::uint64_t> size();
  /// The newest entry about time with this id; nullopt: none.
  [[nodiscard]] Result<std::optional<v1::LedgerEntry>> head(std::string_view id) const;
  /// The latest time at which somebody with a clock of their own saw the log. Reads every entry.
  [[nodiscard]] Result<std::optional<std::int64_t>> last_witnessed() const;
  /// Marks an entry about a fact that happened long before, or before a witness saw the log.
  [[nodiscard]] Status mark_late(v1::LedgerEntry& late, std::int64_t recorded_us,
                                 std::uint64_t serial);
  /// Appends what is to be said about time before `entry`, and completes a heartbeat.
  [[nodiscard]] Status note_time(Ledger& self, store::Transaction& of, v1::LedgerEntry& entry,
                                 const SigningKey& actor, std::int64_t now_us) const;
  /// Loads the tree and the last time, unless this transaction has them.
  [[nodiscard]] Status resume(const store::Transaction& of);
};

Result<Digest> Ledger::State::hash_at(unsigned level, std::uint64_t index) const {
  PALERMO_TRY(Statement query,
              db->prepare(level == 0 ? "SELECT hash FROM leaf WHERE idx = ?1"
                                     : "SELECT hash FROM node WHERE idx = ?1 AND level = ?2"));
  PALERMO_CHECK_OK(query.bind(1, static_cast<std::int64_t>(index)));
  if (level > 0) PALERMO_CHECK_OK(query.bind(2, static_cast<std::int64_t>(level)));
  PALERMO_TRY(const bool row, query.step());
  const auto hash = row ? core::digest_from(query.blob(0)) : std::nullopt;
  if (!hash)
    return broken(
        fmt::format("the ledger's node {} of level {} is missing or damaged", index, level));
  return *hash;
}

Result<std::uint64_t> Ledger::State::size() {
  last_leaf.reset();
  PALERMO_TRY(const bool row, last_leaf.step());
  const std::uint64_t size = row ? static_cast<std::uint64_t>(last_leaf.integer(0)) + 1 : 0;
  last_leaf.reset();
  return size;
}

Status Ledger::State::resume(const store::Transaction& of) {
  PALERMO_TRY(const std::uint64_t now, size());
  if (transaction == of.serial() && tree.size() == now) return core::ok();
  transaction = 0;
  std::vector<Digest> roots;
  std::uint64_t begin = 0;
  for (unsigned level = 64; level-- > 0;) {
    if ((now >> level & 1) == 0) continue;
    PALERMO_TRY(const Digest hash, hash_at(level, begin >> level));
    roots.push_back(hash);
    begin += std::uint64_t{1} << level;
  }
  recorded_at_us = 0;
  if (now > 0) {
    PALERMO_TRY(Statement query, db->prepare("SELECT bytes FROM leaf WHERE idx = ?1"));
    PALERMO_CHECK_OK(query.bind(1, static_cast<std::int64_t>(now - 1)));
    PALERMO_TRY(const bool row, query.step());
    if (!row) return broken(fmt::format("leaf {} cannot be read", now - 1));
    PALERMO_TRY(const core::Json last, core::parse_json(query.blob(0)));
    const auto member = last.find("recorded_at");
    if (member == last.end() || !member->is_string())
      return broken(fmt::format("leaf {} has no time", now - 1));
    PALERMO_TRY(const core::Instant at, core::parse_instant(member->get_ref<const std::string&>()));
    recorded_at_us = at.us;
  }
  tree = CompactTree::resume(now, std::move(roots));
  transaction = of.serial();
  return core::ok();
}

Result<std::optional<v1::LedgerEntry>> Ledger::State::head(std::string_view id) const {
  PALERMO_TRY(Statement query, db->prepare(kHeadSql));
  PALERMO_CHECK_OK(query.bind_all(std::string{"heartbeat"}, std::string{id}));
  PALERMO_TRY(const bool row, query.step());
  if (!row) return std::optional<v1::LedgerEntry>{};
  PALERMO_TRY(v1::LedgerEntry found, entry_of(query.blob(0)));
  return std::optional{std::move(found)};
}

Result<std::optional<std::int64_t>> Ledger::State::last_witnessed() const {
  PALERMO_TRY(Statement query, db->prepare(kWitnessedSql));
  std::optional<std::int64_t> last_us;
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) return last_us;
    PALERMO_TRY(const v1::LedgerEntry review, entry_of(query.blob(0)));
    if (const auto at = witnessed_at(review)) last_us = std::max(last_us.value_or(*at), *at);
  }
}

Status Ledger::State::mark_late(v1::LedgerEntry& late, std::int64_t recorded_us,
                                std::uint64_t serial) {
  if (late.has_review()) witnessed_in = 0;  // the next entry of this transaction has a new witness
  if (late.occurred_at().empty() || !late.late_reason().empty() || late.has_review() ||
      late.has_heartbeat())
    return core::ok();
  const auto occurred = core::parse_instant(late.occurred_at());
  if (!occurred) return core::ok();
  auto mark = late_mark(occurred->us, recorded_us, std::nullopt);
  if (!mark) {
    if (witnessed_in != serial) {
      PALERMO_TRY(witnessed_us, last_witnessed());
      witnessed_in = serial;
    }
    mark = late_mark(occurred->us, recorded_us, witnessed_us);
  }
  if (mark) late.set_late_reason(*mark);
  return core::ok();
}

Ledger::Ledger(std::unique_ptr<State> state) : state_{std::move(state)} {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

Result<Ledger> Ledger::open(store::Database& db) {
  PALERMO_TRY(Statement last_leaf, db.prepare("SELECT idx FROM leaf ORDER BY idx DESC LIMIT 1"));
  PALERMO_TRY(Statement insert_leaf, db.prepare("INSERT INTO leaf VALUES (?1, ?2, ?3)"));
  PALERMO_TRY(Statement insert_node, db.prepare("INSERT INTO node VALUES (?1, ?2, ?3)"));
  PALERMO_TRY(Statement find_head,
              db.prepare("SELECT rev, hash FROM entry_head JOIN leaf ON leaf.idx = entry_head.leaf "
                         "WHERE kind = ?1 AND id = ?2"));
  PALERMO_TRY(Statement put_head,
              db.prepare("INSERT INTO entry_head VALUES (?1, ?2, ?3, ?4) "
                         "ON CONFLICT (kind, id) DO UPDATE SET rev = ?3, leaf = ?4"));
  return Ledger{std::unique_ptr<State>{new State{&db,
                                                 std::move(last_leaf),
                                                 std::move(insert_leaf),
                                                 std::move(insert_node),
                                                 std::move(find_head),
                                                 std::move(put_head),
                                                 0,
                                                 {},
                                                 0,
                                                 0,
                                                 {}}}};
}

Result<AppendedLeaf> Ledger::append(store::Transaction& transaction, v1::LedgerEntry entry,
                                    const SigningKey& actor) {
  State& s = *state_;
  const auto* body = entry.GetReflection()->GetOneofFieldDescriptor(
      entry, entry.GetDescriptor()->FindOneofByName("body"));
  if (body == nullptr)
    return Error{ErrorCode::InvalidArgument, "a ledger entry without a body cannot be appended"};
  // A statement that failed in an earlier transaction must not stay half-run.
  for (Statement* statement : {&s.insert_leaf, &s.insert_node, &s.find_head, &s.put_head})
    statement->reset();
  PALERMO_CHECK_OK(s.resume(transaction));
  const std::int64_t now_us = core::now_us();
  const bool about_clock = entry.has_heartbeat() && entry.id() == kClockId;
  if (!about_clock && s.tree.size() > 0)
    PALERMO_CHECK_OK(s.note_time(*this, transaction, entry, actor, now_us));

  const std::uint64_t index = s.tree.size();
  entry.set_v(1);
  entry.set_seq(index);
  entry.set_kind(body->name());
  entry.set_rev(1);
  entry.clear_prev_leaf();
  entry.clear_sig();
  if (!entry.id().empty()) {  // an entry about no thing has no predecessor
    PALERMO_CHECK_OK(s.find_head.bind_all(entry.kind(), entry.id()));
    PALERMO_TRY(const bool known, s.find_head.step());
    if (known) {
      entry.set_rev(static_cast<std::uint32_t>(s.find_head.integer(0)) + 1);
      entry.set_prev_leaf(core::to_hex(s.find_head.blob(1)));
    }
    s.find_head.reset();
  }
  entry.set_actor(actor.name());
  const std::int64_t recorded_at_us = std::max(now_us, s.recorded_at_us);
  entry.set_recorded_at(core::format_utc_us(recorded_at_us));
  PALERMO_CHECK_OK(s.mark_late(entry, recorded_at_us, transaction.serial()));
  PALERMO_TRY(const std::string unsigned_bytes, canonical_json(entry));
  entry.set_sig(core::to_base64(actor.sign(std::string{kEntrySignaturePrefix} + unsigned_bytes)));
  PALERMO_TRY(const std::string bytes, canonical_json(entry));
  if (bytes.size() > kMaxLeafBytes)
    return Error{
        ErrorCode::InvalidArgument,
        fmt::format("a ledger entry of kind {} takes {} bytes; {} are the most a leaf may have",
                    entry.kind(), bytes.size(), kMaxLeafBytes),
        std::nullopt, "name fewer objects in one step"};

  const Digest hash = leaf_hash(bytes);
  PALERMO_CHECK_OK(s.insert_leaf.bind(1, static_cast<std::int64_t>(index)));
  PALERMO_CHECK_OK(s.insert_leaf.bind_blob(2, bytes));
  PALERMO_CHECK_OK(s.insert_leaf.bind_blob(3, core::bytes_of(hash)));
  // Should anything below fail, what is cached no longer matches the tables.
  const std::uint64_t serial = std::exchange(s.transaction, 0);
  PALERMO_CHECK_OK(s.insert_leaf.run());

  Status stored = core::ok();
  s.tree.on_node = [&](unsigned level, std::uint64_t node, const Digest& digest) {
    if (!stored) return;
    stored = [&]() -> Status {
      PALERMO_CHECK_OK(s.insert_node.bind(1, static_cast<std::int64_t>(level)));
      PALERMO_CHECK_OK(s.insert_node.bind(2, static_cast<std::int64_t>(node)));
      PALERMO_CHECK_OK(s.insert_node.bind_blob(3, core::bytes_of(digest)));
      return s.insert_node.run();
    }();
  };
  s.tree.push(hash);
  s.tree.on_node = nullptr;
  PALERMO_CHECK_OK(std::move(stored));

  if (!entry.id().empty()) {
    PALERMO_CHECK_OK(s.put_head.bind_all(entry.kind(), entry.id(), std::int64_t{entry.rev()},
                                         static_cast<std::int64_t>(index)));
    PALERMO_CHECK_OK(s.put_head.run());
  }
  s.recorded_at_us = recorded_at_us;
  s.transaction = serial;
  return AppendedLeaf{index, hash};
}

/// That the clock went back, that a day passed in silence, that the clock and the time the machine
/// ran disagree since the last heartbeat.
Status Ledger::State::note_time(Ledger& self, store::Transaction& of, v1::LedgerEntry& entry,
                                const SigningKey& actor, std::int64_t now_us) const {
  const auto append_jump = [&](const v1::ClockJump& jump) -> Status {
    PALERMO_TRY(v1::LedgerEntry told, clock_jump_entry(jump));
    PALERMO_TRY([[maybe_unused]] const AppendedLeaf leaf, self.append(of, std::move(told), actor));
    return core::ok();
  };
  const std::int64_t last_us = recorded_at_us;
  const bool behind = now_us + kStepTolerance_us < last_us;
  if (behind) {
    PALERMO_TRY(const auto newest, head(kClockId));
    const auto jump = newest ? clock_jump_of(*newest) : std::nullopt;
    // Told once for as long as the clock runs on behind the same last time.
    const bool told = jump && newest->recorded_at() == core::format_utc_us(last_us) &&
                      jump->shown_at() <= core::format_utc_us(now_us);
    if (!told) PALERMO_CHECK_OK(append_jump(jump_back(last_us, now_us)));
  }
  if (!entry.has_heartbeat() || entry.id() != kHeartbeatId) {
    if (now_us - last_us <= kHeartbeatEvery_us) return core::ok();
    PALERMO_TRY([[maybe_unused]] const AppendedLeaf leaf,
                self.append(of, heartbeat_entry("nothing was entered for more than a day"), actor));
    return core::ok();
  }
  PALERMO_TRY(const auto salt, db->meta("case_id"));
  PALERMO_CHECK_OK(stamp_heartbeat(entry, salt.value_or("")));
  entry.set_recorded_at(core::format_utc_us(now_us));
  if (now_us < last_us) entry.set_occurred_at(core::format_utc_us(now_us));
  PALERMO_TRY(const auto before, head(kHeartbeatId));
  const auto jump = before ? jump_between(*before, entry) : std::nullopt;
  if (!jump || (behind && jump->direction() == "back")) return core::ok();
  return append_jump(*jump);
}

Result<std::uint64_t> Ledger::size() { return state_->size(); }

Result<Digest> Ledger::root(std::uint64_t size) {
  PALERMO_TRY(const std::uint64_t held, state_->size());
  if (size > held)
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("no root of size {}: the log holds {} entries", size, held)};
  return root_at(size, state_->source());
}

Result<std::string> Ledger::leaf(std::uint64_t index) {
  PALERMO_TRY(Statement query, state_->db->prepare("SELECT bytes FROM leaf WHERE idx = ?1"));
  PALERMO_CHECK_OK(query.bind(1, static_cast<std::int64_t>(index)));
  PALERMO_TRY(const bool row, query.step());
  if (!row) return Error{ErrorCode::NotFound, fmt::format("the log has no entry {}", index)};
  return std::string{query.blob(0)};
}

Result<std::vector<Digest>> Ledger::inclusion_proof(std::uint64_t index, std::uint64_t size) {
  return ledger::inclusion_proof(index, size, state_->source());
}

Result<std::vector<Digest>> Ledger::consistency_proof(std::uint64_t old_size,
                                                      std::uint64_t new_size) {
  return ledger::consistency_proof(old_size, new_size, state_->source());
}

Result<std::string> Ledger::checkpoint(store::Transaction& transaction, const SigningKey& log_key) {
  (void)transaction;  // proof that one is open
  store::Database& db = *state_->db;
  PALERMO_TRY(const std::optional<std::string> vkey, db.meta("log_vkey"));
  if (vkey && *vkey != log_key.verifier().text()) {
    Error error{ErrorCode::Integrity, "this is not the key that the case's log was opened with"};
    error.reason = "BAD_SIGNATURE";
    error.next = "point PALERMO_KEYS to the folder with the case's own keys";
    return error;
  }
  PALERMO_TRY(const std::uint64_t now, size());
  PALERMO_TRY(const Digest top, root(now));
  PALERMO_TRY(const std::string note,
              sign_note(checkpoint_text(log_key.name(), now, top), log_key));
  PALERMO_TRY(Statement find, db.prepare("SELECT note FROM checkpoint WHERE size = ?1"));
  PALERMO_CHECK_OK(find.bind(1, static_cast<std::int64_t>(now)));
  PALERMO_TRY(const bool stored, find.step());
  if (stored) {
    if (find.text(0) == note) return note;
    return broken(fmt::format("another checkpoint of size {} is stored in this case", now));
  }
  PALERMO_TRY(Statement insert, db.prepare("INSERT INTO checkpoint VALUES (?1, ?2)"));
  PALERMO_CHECK_OK(insert.bind_all(static_cast<std::int64_t>(now), note));
  PALERMO_CHECK_OK(insert.run());
  return note;
}

}  // namespace palermo::ledger
