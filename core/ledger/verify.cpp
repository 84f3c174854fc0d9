#include "core/ledger/verify.hpp"

#include <fmt/format.h>
#include <spdlog/stopwatch.h>

#include <algorithm>
#include <deque>
#include <set>
#include <thread>
#include <unordered_map>
#include <utility>

#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/ledger/canonical.hpp"
#include "core/ledger/ledger.hpp"
#include "core/ledger/merkle.hpp"
#include "core/ledger/verify_detail.hpp"
#include "core/store/row_bytes.hpp"

namespace palermo::ledger {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;
using detail::Findings;
using store::Statement;
using Body = v1::LedgerEntry::BodyCase;

constexpr std::size_t kSignatureBatch = 4096;
constexpr int kMaxListedProblems = 200;

std::string leaf_place(std::uint64_t index) { return fmt::format("leaf {}", index); }

/// The tree, grown by this file's own code: hashes of perfect subtrees by level, as RFC 6962
/// section 2.1 defines them.
class Recomputed {
 public:
  struct Node {
    unsigned level;
    std::uint64_t index;
    Digest hash;
  };
  /// Adds a leaf hash and lists the perfect subtrees that it completed.
  const std::vector<Node>& add(const Digest& leaf) {
    completed_.clear();
    if (open_.empty()) open_.emplace_back();
    Digest hash = leaf;
    unsigned level = 0;
    while (open_[level]) {
      hash = node_hash(*open_[level], hash);
      open_[level].reset();
      if (++level == open_.size()) open_.emplace_back();
      completed_.push_back({level, size_ >> level, hash});
    }
    open_[level] = hash;
    ++size_;
    return completed_;
  }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Digest root() const {
    std::optional<Digest> root;
    for (const auto& hash : open_)
      if (hash) root = root ? node_hash(*hash, *root) : *hash;
    return root ? *root : empty_root();
  }

 private:
  std::uint64_t size_ = 0;
  std::vector<std::optional<Digest>> open_;  // by level: the subtree that still lacks its sibling
  std::vector<Node> completed_;
};

struct Pending {
  std::uint64_t index = 0;
  const VerifierKey* key = nullptr;
  std::string message;
  std::string signature;
  bool good = false;
};

struct StoredCheckpoint {
  std::uint64_t size = 0;
  std::string note;
};

struct LogKey {
  std::uint64_t from_size = 0;  // in force for checkpoints of this size and above
  VerifierKey key;
};

class Verifier {
 public:
  Verifier(store::Database& db, const VerifyOptions& options)
      : db_{db}, options_{options}, findings_{result_} {}

  Result<v1::VerifyResult> run();

 private:
  Status check_file();
  Status check_tables();
  Status check_leaves();
  void check_entry(std::uint64_t index, std::string_view bytes, const Digest& hash);
  void check_order(std::uint64_t index, const v1::LedgerEntry& entry, const Digest& hash);
  void check_actor(std::uint64_t index, const v1::LedgerEntry& entry);
  void learn(std::uint64_t index, const v1::LedgerEntry& entry);
  void check_signatures();
  Status check_nodes(const std::vector<Recomputed::Node>& nodes);
  Status check_index();
  Status check_case();
  Status check_checkpoints();
  Status check_witnesses(const std::set<std::uint64_t>& known_sizes);
  void check_retained();
  [[nodiscard]] const VerifierKey* log_key_at(std::uint64_t size) const;
  void keep_root() {
    if (wanted_.contains(tree_.size())) roots_[tree_.size()] = tree_.root();
  }

  store::Database& db_;
  const VerifyOptions& options_;
  v1::VerifyResult result_;
  Findings findings_;
  std::optional<Statement> find_node_;

  Recomputed tree_;
  bool gap_ = false;  // a leaf is missing: positions no longer match the stored nodes
  std::uint64_t nodes_seen_ = 0;
  std::vector<StoredCheckpoint> checkpoints_;
  std::set<std::uint64_t> wanted_;
  std::map<std::uint64_t, Digest> roots_;

  std::optional<v1::CaseOpened> opened_;
  std::vector<LogKey> log_keys_;
  std::deque<VerifierKey> keys_;  // stable addresses
  std::unordered_map<std::string, const VerifierKey*> actors_;
  std::vector<Pending> pending_;
  std::int64_t last_time_us_ = 0;
  std::string last_time_;
  struct Head {
    std::uint32_t rev = 0;
    std::uint64_t leaf = 0;
    Digest hash{};
  };
  std::map<std::pair<std::string, std::string>, Head> heads_;
  std::set<std::string> authorizations_;
  detail::Spoken spoken_;
};

constexpr const char* kObjects =
    "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE "
    "'sqlite\\_%' ESCAPE '\\' ORDER BY 1";

/// Name and definition of every table, index and trigger that this program makes.
Result<std::map<std::string, std::string>> objects_of_a_new_case() {
  static const auto objects = []() -> Result<std::map<std::string, std::string>> {
    PALERMO_TRY(store::Database fresh, store::Database::in_memory());
    PALERMO_TRY(Statement query, fresh.prepare(kObjects));
    std::map<std::string, std::string> found;
    for (;;) {
      PALERMO_TRY(const bool row, query.step());
      if (!row) return found;
      found.emplace(query.text(0), query.text(1));
    }
  }();
  return objects;
}

Status Verifier::check_file() {
  PALERMO_TRY(Statement structure, db_.prepare("PRAGMA integrity_check(10)"));
  for (;;) {
    PALERMO_TRY(const bool row, structure.step());
    if (!row) break;
    if (structure.text(0) != "ok")
      findings_.add(
          "ALTERED", "case file",
          fmt::format("SQLite finds it damaged: {}", core::printable(structure.text(0), 160)));
  }
  // What the tables mean rests on their definitions and on no trigger meddling with them.
  PALERMO_TRY(auto wanted, objects_of_a_new_case());
  PALERMO_TRY(Statement actual, db_.prepare(kObjects));
  for (;;) {
    PALERMO_TRY(const bool row, actual.step());
    if (!row) break;
    const std::string name{actual.text(0)};
    const auto model_object = wanted.find(name);
    if (model_object == wanted.end()) {
      if (name.starts_with("trigger ") || name.starts_with("view "))
        findings_.add(
            "ALTERED", "case file",
            fmt::format("it holds a {} that this program did not make", core::printable(name, 80)));
      continue;
    }
    if (model_object->second != actual.text(1))
      findings_.add("ALTERED", "case file",
                    fmt::format("the definition of {} was changed", core::printable(name, 80)));
    wanted.erase(model_object);
  }
  for (const auto& [name, sql] : wanted)
    findings_.add("ALTERED", "case file", fmt::format("{} was taken out", name));
  return core::ok();
}

Status Verifier::check_nodes(const std::vector<Recomputed::Node>& nodes) {
  for (const Recomputed::Node& node : nodes) {
    ++nodes_seen_;
    find_node_->reset();
    PALERMO_CHECK_OK(find_node_->bind(1, static_cast<std::int64_t>(node.level)));
    PALERMO_CHECK_OK(find_node_->bind(2, static_cast<std::int64_t>(node.index)));
    PALERMO_TRY(const bool row, find_node_->step());
    const std::string place = fmt::format("node {} of level {}", node.index, node.level);
    if (!row) {
      findings_.add("ALTERED", place, "the stored hash is gone", core::to_hex(node.hash));
    } else if (find_node_->blob(0) != core::bytes_of(node.hash)) {
      findings_.add("ALTERED", place, "the stored hash is not that of the leaves below",
                    core::to_hex(find_node_->blob(0)), core::to_hex(node.hash));
    }
  }
  return core::ok();
}

Status Verifier::check_leaves() {
  PALERMO_TRY(Statement stored, db_.prepare("SELECT size, note FROM checkpoint ORDER BY size"));
  for (;;) {
    PALERMO_TRY(const bool row, stored.step());
    if (!row) break;
    const auto size = static_cast<std::uint64_t>(stored.integer(0));
    checkpoints_.push_back({size, std::string{stored.text(1)}});
    wanted_.insert(size);
  }
  if (options_.retained) wanted_.insert(options_.retained->checkpoint.size);
  keep_root();

  PALERMO_TRY(find_node_, db_.prepare("SELECT hash FROM node WHERE level = ?1 AND idx = ?2"));
  PALERMO_TRY(Statement leaves, db_.prepare("SELECT idx, bytes, hash FROM leaf ORDER BY idx"));
  for (;;) {
    PALERMO_TRY(const bool row, leaves.step());
    if (!row) break;
    const std::uint64_t position = tree_.size();
    const std::int64_t index = leaves.integer(0);
    if (!gap_ && index != static_cast<std::int64_t>(position)) {
      gap_ = true;
      findings_.add("ALTERED", leaf_place(position),
                    fmt::format("the entry is gone: leaf {} stands in its place", index));
    }
    const std::string_view bytes = leaves.blob(1);
    const Digest hash = leaf_hash(bytes);
    if (leaves.blob(2) != core::bytes_of(hash))
      findings_.add("ALTERED", leaf_place(static_cast<std::uint64_t>(index)),
                    "the entry's bytes do not have the hash stored beside them",
                    core::to_hex(leaves.blob(2)), core::to_hex(hash));
    if (bytes.size() > kMaxLeafBytes)
      findings_.add(
          "NONCANONICAL", leaf_place(static_cast<std::uint64_t>(index)),
          fmt::format("the entry has {} bytes; {} are the most", bytes.size(), kMaxLeafBytes));
    check_entry(static_cast<std::uint64_t>(index), bytes, hash);
    const auto& nodes = tree_.add(hash);
    if (!gap_) PALERMO_CHECK_OK(check_nodes(nodes));
    keep_root();
  }
  check_signatures();
  if (!gap_) {
    PALERMO_TRY(const std::int64_t nodes, db_.scalar("SELECT count(*) FROM node"));
    if (static_cast<std::uint64_t>(nodes) != nodes_seen_)
      findings_.add("ALTERED", "table node",
                    fmt::format("{} hashes are stored, the tree has {}", nodes, nodes_seen_));
  }
  result_.set_entries_checked(static_cast<std::uint32_t>(tree_.size()));
  result_.set_size(static_cast<std::uint32_t>(tree_.size()));
  result_.set_root(core::to_base64(tree_.root()));
  return core::ok();
}

void Verifier::check_entry(std::uint64_t index, std::string_view bytes, const Digest& hash) {
  const std::string place = leaf_place(index);
  const auto parsed = core::parse_json(bytes);
  if (!parsed) {
    findings_.add("NONCANONICAL", place,
                  fmt::format("the entry is not JSON: {}", parsed.error().message), {},
                  core::to_hex(hash));
    return;
  }
  v1::LedgerEntry entry;
  if (const Status filled = core::fill_message(*parsed, entry); !filled) {
    findings_.add(
        "NONCANONICAL", place,
        fmt::format("the entry holds what the format does not know: {}", filled.error().message),
        {}, core::to_hex(hash));
    return;
  }
  const auto canonical = canonical_json(entry);
  if (!canonical || *canonical != bytes)
    findings_.add("NONCANONICAL", place, "the same entry has another canonical form",
                  canonical ? core::to_hex(leaf_hash(*canonical)) : std::string{},
                  core::to_hex(hash));
  const auto* body = entry.GetReflection()->GetOneofFieldDescriptor(
      entry, entry.GetDescriptor()->FindOneofByName("body"));
  if (entry.v() != 1 || body == nullptr || body->name() != entry.kind())
    findings_.add("NONCANONICAL", place, "the entry's version or kind does not fit its body", {},
                  core::to_hex(hash));
  check_order(index, entry, hash);
  // The case's own keys are known from entry 0 on; every other key only after its own entry.
  if (index == 0) learn(index, entry);
  check_actor(index, entry);
  if (index > 0) learn(index, entry);
}

void Verifier::check_order(std::uint64_t index, const v1::LedgerEntry& entry, const Digest& hash) {
  const std::string place = leaf_place(index);
  if (entry.seq() != index)
    findings_.add("SEQUENCE_GAP", place,
                  fmt::format("the entry calls itself number {}", entry.seq()), {},
                  core::to_hex(hash));

  const auto at = core::parse_instant(entry.recorded_at());
  if (!at || core::format_utc_us(at->us) != entry.recorded_at()) {
    findings_.add("NONCANONICAL", place, "recorded_at is not a UTC time with six digits and Z", {},
                  core::to_hex(hash));
  } else if (at->us < last_time_us_) {
    findings_.add("TIME_REGRESSION", place,
                  fmt::format("recorded at {}, after an entry recorded at {}", entry.recorded_at(),
                              last_time_),
                  {}, core::to_hex(hash));
  } else {
    last_time_us_ = at->us;
    last_time_ = entry.recorded_at();
  }

  std::uint32_t rev = 1;
  std::string previous;
  if (!entry.id().empty()) {
    Head& head = heads_[{entry.kind(), entry.id()}];
    if (head.rev > 0) previous = core::to_hex(head.hash);
    rev = head.rev + 1;
    head = {entry.rev(), index, hash};
  }
  if (entry.rev() != rev || entry.prev_leaf() != previous)
    findings_.add("SEQUENCE_GAP", place,
                  fmt::format("revision {} of its thing, {} was due after the entries before",
                              entry.rev(), rev),
                  previous, entry.prev_leaf());

  const bool is_authorization = entry.body_case() == Body::kAuthorization;
  if (is_authorization) authorizations_.insert(entry.id());
  // What was refused or held back rests on no authorization, whatever it named.
  const bool rests_on_none =
      (entry.body_case() == Body::kAccess && entry.access().decision() == "refused") ||
      (entry.body_case() == Body::kQuarantine &&
       (entry.quarantine().action().empty() || entry.quarantine().action() == "hold"));
  if (!entry.auth().empty() && !rests_on_none && !authorizations_.contains(entry.auth()))
    findings_.add("DANGLING_AUTHORIZATION", place,
                  fmt::format("it rests on authorization {}, which no earlier entry recorded",
                              core::printable(entry.auth(), 60)),
                  {}, core::to_hex(hash));
}

void Verifier::learn(std::uint64_t index, const v1::LedgerEntry& entry) {
  const std::string place = leaf_place(index);
  const auto take_key = [&](const std::string& vkey) -> const VerifierKey* {
    auto key = VerifierKey::parse(vkey);
    if (!key) {
      findings_.add("ALTERED", place,
                    fmt::format("it introduces a key that is none: {}", key.error().message));
      return nullptr;
    }
    keys_.push_back(*std::move(key));
    return &keys_.back();
  };
  switch (entry.body_case()) {
    case Body::kCaseOpened: {
      if (index != 0) {
        findings_.add("ALTERED", place, "a case is opened once, by entry 0");
        return;
      }
      opened_ = entry.case_opened();
      if (const VerifierKey* key = take_key(opened_->log_vkey())) {
        const std::string origin = "palermo/" + opened_->case_id();
        if (key->name != origin)
          findings_.add("ALTERED", place, "the log's key does not bear the case's name", origin,
                        key->name);
        log_keys_.push_back({0, *key});
        actors_[key->name] = key;
      }
      break;
    }
    case Body::kOperatorAdded:
      if (const VerifierKey* key = take_key(entry.operator_added().vkey()))
        actors_[key->name] = key;
      break;
    case Body::kKeyRotation: {
      const VerifierKey* key = take_key(entry.key_rotation().new_vkey());
      if (key == nullptr) return;
      if (log_keys_.empty() || entry.actor() != log_keys_.back().key.name ||
          entry.key_rotation().old_vkey() != log_keys_.back().key.text() ||
          key->name != log_keys_.back().key.name) {
        findings_.add("BAD_SIGNATURE", place,
                      "the log's key is replaced by somebody who does not hold it");
        return;
      }
      log_keys_.push_back({index + 1, *key});
      actors_[key->name] = key;
      break;
    }
    default:
      break;
  }
  switch (entry.body_case()) {
    case Body::kOperatorAdded:
    case Body::kAuthorization:
    case Body::kSource:
    case Body::kSegment:
    case Body::kQuarantine:
    case Body::kFinding:
    case Body::kDecision:
    case Body::kDestruction:
    case Body::kReview:
    case Body::kIdentifiers:
    case Body::kEntity:
      spoken_.emplace(index, entry);
      break;
    default:
      break;
  }
}

void Verifier::check_actor(std::uint64_t index, const v1::LedgerEntry& entry) {
  const std::string place = leaf_place(index);
  if (entry.sig().empty()) {
    findings_.add("UNSIGNED", place, "nobody signed the entry");
    return;
  }
  const auto actor = actors_.find(entry.actor());
  if (actor == actors_.end()) {
    findings_.add("BAD_SIGNATURE", place,
                  fmt::format("{} signed, whom no earlier entry made an operator",
                              core::printable(entry.actor(), 100)));
    return;
  }
  v1::LedgerEntry bare = entry;
  bare.clear_sig();
  const auto message = canonical_json(bare);
  const auto signature = core::from_base64(entry.sig());
  if (!message || !signature) {
    findings_.add("BAD_SIGNATURE", place, "the signature is not base64");
    return;
  }
  pending_.push_back(
      {index, actor->second, std::string{kEntrySignaturePrefix} + *message, *signature});
  if (pending_.size() >= kSignatureBatch) check_signatures();
}

void Verifier::check_signatures() {
  const std::size_t workers =
      pending_.size() < 64 ? 1
                           : std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 16);
  const auto work = [this, workers](std::size_t first) {
    for (std::size_t i = first; i < pending_.size(); i += workers)
      pending_[i].good =
          verify_signature(*pending_[i].key, pending_[i].message, pending_[i].signature);
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < workers; ++i) threads.emplace_back(work, i);
  work(0);
  for (std::thread& thread : threads) thread.join();
  for (const Pending& each : pending_)
    if (!each.good)
      findings_.add("BAD_SIGNATURE", leaf_place(each.index),
                    fmt::format("the signature is not {}'s", core::printable(each.key->name, 100)));
  pending_.clear();
}

Status Verifier::check_index() {
  PALERMO_TRY(Statement query,
              db_.prepare("SELECT kind, id, rev, leaf FROM entry_head ORDER BY kind, id"));
  std::size_t rows = 0;
  bool same = true;
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    ++rows;
    const auto head = heads_.find({std::string{query.text(0)}, std::string{query.text(1)}});
    same = same && head != heads_.end() && head->second.rev == query.integer(2) &&
           head->second.leaf == static_cast<std::uint64_t>(query.integer(3));
  }
  if (!same || rows != heads_.size())
    findings_.add("ALTERED", "table entry_head",
                  "the index of newest entries does not follow from the entries");
  return core::ok();
}

Status Verifier::check_case() {
  if (!opened_) {
    findings_.add("ALTERED", leaf_place(0), "the log does not begin by opening a case");
    return core::ok();
  }
  result_.set_origin("palermo/" + opened_->case_id());
  if (!log_keys_.empty()) result_.set_vkey(log_keys_.back().key.text());
  const auto expect = [this](const char* key, const std::string& logged) -> Status {
    PALERMO_TRY(const std::optional<std::string> value, db_.meta(key));
    if (!value || *value != logged)
      findings_.add("ALTERED", fmt::format("the case's {}", key), "it differs from entry 0",
                    core::printable(logged),
                    core::printable(value ? *value : std::string{"(absent)"}));
    return core::ok();
  };
  PALERMO_CHECK_OK(expect("case_id", opened_->case_id()));
  PALERMO_CHECK_OK(expect("state", opened_->state()));
  PALERMO_CHECK_OK(expect("quarantine_key", opened_->quarantine_key()));
  PALERMO_CHECK_OK(
      expect("log_vkey", log_keys_.empty() ? opened_->log_vkey() : log_keys_.back().key.text()));
  if (!opened_->commit().empty()) {
    std::map<std::string, std::string> said;
    for (const char* key : {"title", "purpose", "created_at", "salt"}) {
      PALERMO_TRY(const std::optional<std::string> value, db_.meta(key));
      said[key] = value.value_or("");
    }
    const std::string commit = core::to_hex(core::commitment(
        core::from_hex(said["salt"]).value_or(""),
        store::joined_bytes({said["title"], said["purpose"], said["created_at"]})));
    if (commit != opened_->commit())
      findings_.add("ALTERED", "the case's title, purpose or date",
                    "what stands there is not what entry 0 commits to", opened_->commit(), commit);
  }
  for (const VerifierKey& given : options_.keys)
    if (given.type == kEd25519 && log_key_at(tree_.size()) != nullptr &&
        std::none_of(log_keys_.begin(), log_keys_.end(),
                     [&given](const LogKey& each) { return each.key.text() == given.text(); }))
      findings_.add("BAD_SIGNATURE", leaf_place(0),
                    "the log was opened with another key than the one given", given.text(),
                    opened_->log_vkey());
  return core::ok();
}

const VerifierKey* Verifier::log_key_at(std::uint64_t size) const {
  const VerifierKey* key = nullptr;
  for (const LogKey& each : log_keys_)
    if (each.from_size <= size) key = &each.key;
  return key;
}

Status Verifier::check_checkpoints() {
  std::set<std::uint64_t> sizes;
  std::uint64_t covered = 0;
  for (const StoredCheckpoint& stored : checkpoints_) {
    sizes.insert(stored.size);
    const std::string place = fmt::format("checkpoint of size {}", stored.size);
    result_.set_checkpoints_checked(result_.checkpoints_checked() + 1);
    const auto parsed = parse_signed_checkpoint(stored.note);
    if (!parsed) {
      findings_.add("ALTERED", place, parsed.error().message);
      continue;
    }
    const Checkpoint& checkpoint = parsed->checkpoint;
    bool good = true;
    if (checkpoint.size != stored.size || (opened_ && checkpoint.origin != result_.origin())) {
      findings_.add("ALTERED", place, "the note is that of another size or another log");
      good = false;
    }
    if (const VerifierKey* key = log_key_at(stored.size)) {
      if (const auto verified = verify_note(parsed->note, {key, 1}); !verified) {
        findings_.add(verified.error().reason.c_str(), place, verified.error().message);
        good = false;
      }
    }
    if (stored.size > tree_.size()) {
      findings_.add(
          "ROLLBACK", place,
          fmt::format("the log signed {} entries, {} are left", stored.size, tree_.size()),
          core::to_hex(checkpoint.root), core::to_hex(tree_.root()));
      continue;
    }
    if (const Digest root = roots_.at(stored.size); root != checkpoint.root) {
      findings_.add("ALTERED", place, "the stored entries do not have the root that the log signed",
                    core::to_hex(checkpoint.root), core::to_hex(root));
      good = false;
    }
    if (good) covered = std::max(covered, stored.size);
  }
  result_.set_covered(static_cast<std::uint32_t>(covered));
  if (checkpoints_.empty())
    findings_.add("UNSIGNED", "case file",
                  "the log has no checkpoint at all, though opening a case writes one");
  if (covered < tree_.size() && covered > 0)
    result_.add_notices(
        fmt::format("the last {} of {} entries are signed by their actors but under no "
                    "checkpoint yet; `palermo audit checkpoint` makes one",
                    tree_.size() - covered, tree_.size()));
  return check_witnesses(sizes);
}

Status Verifier::check_witnesses(const std::set<std::uint64_t>& known_sizes) {
  PALERMO_TRY(Statement query, db_.prepare("SELECT size, line FROM witness ORDER BY size, line"));
  std::size_t unknown = 0;
  for (;;) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    result_.set_rows_checked(result_.rows_checked() + 1);
    const auto size = static_cast<std::uint64_t>(query.integer(0));
    const std::string place = fmt::format("cosignature of size {}", size);
    const auto stored =
        std::find_if(checkpoints_.begin(), checkpoints_.end(),
                     [size](const StoredCheckpoint& each) { return each.size == size; });
    if (!known_sizes.contains(size) || stored == checkpoints_.end()) {
      findings_.add("ALTERED", place, "the checkpoint it cosigns is gone");
      continue;
    }
    std::string note = stored->note;
    note += query.text(1);
    if (!note.ends_with('\n')) note += '\n';
    const auto parsed = parse_signed_checkpoint(note);
    if (!parsed) {
      findings_.add("ALTERED", place, parsed.error().message);
      continue;
    }
    std::vector<VerifierKey> witnesses;
    for (const VerifierKey& key : options_.keys)
      if (key.type == kCosignature) witnesses.push_back(key);
    const auto verified = verify_note(parsed->note, witnesses);
    if (!verified && verified.error().reason == "BAD_SIGNATURE") {
      findings_.add("BAD_SIGNATURE", place, verified.error().message);
    } else if (!verified) {
      ++unknown;
    }
  }
  if (unknown > 0)
    result_.add_notices(fmt::format(
        "{} cosignature(s) are by witnesses whose keys were not given; give them with --vkey",
        unknown));
  return core::ok();
}

void Verifier::check_retained() {
  if (!options_.retained) return;
  const Checkpoint& kept = options_.retained->checkpoint;
  const std::string place = fmt::format("retained checkpoint of size {}", kept.size);
  if (kept.origin != result_.origin()) {
    findings_.add("NOT_EXTENSION", place, "it belongs to another log", core::printable(kept.origin),
                  result_.origin());
    return;
  }
  const VerifierKey* log_key = log_key_at(kept.size);
  std::vector<VerifierKey> keys = options_.keys;
  std::erase_if(keys, [](const VerifierKey& key) { return key.type != kCosignature; });
  if (log_key != nullptr) keys.push_back(*log_key);
  const auto verified = verify_note(options_.retained->note, keys);
  const bool by_log = verified && std::any_of(verified->begin(), verified->end(),
                                              [&keys](const VerifiedSignature& each) {
                                                return keys[each.key].type == kEd25519;
                                              });
  if (!by_log) {
    // A signature in the log's name by another key is a forgery on one side or the other.
    const bool same_name = std::any_of(
        options_.retained->note.signatures.begin(), options_.retained->note.signatures.end(),
        [&kept](const NoteSignature& signature) { return signature.name == kept.origin; });
    const bool unsigned_note =
        verified ? !same_name : verified.error().reason == "UNSIGNED" && !same_name;
    findings_.add(unsigned_note ? "UNSIGNED" : "BAD_SIGNATURE", place,
                  verified || same_name
                      ? "it is not signed by the key that this case's log was opened with"
                      : verified.error().message,
                  {}, log_key != nullptr ? log_key->text() : std::string{});
    return;
  }
  if (kept.size > tree_.size()) {
    findings_.add(
        "ROLLBACK", place,
        fmt::format("the log signed {} entries, this file holds {}: an older copy, or cut at "
                    "the end",
                    kept.size, tree_.size()),
        core::to_hex(kept.root), core::to_hex(tree_.root()));
    return;
  }
  const Digest root = roots_.at(kept.size);
  if (root == kept.root) return;
  // Entries that are each in order, signed by their actors, yet make another tree: two histories.
  const bool sound = result_.problems_total() == 0;
  if (sound)
    findings_.add(
        "SPLIT_VIEW", place,
        "the log's key signed this root, and the case holds another history of the same length",
        core::to_hex(kept.root), core::to_hex(root));
  findings_.add("NOT_EXTENSION", place,
                "the entries in the case do not extend what this checkpoint covers",
                core::to_hex(kept.root), core::to_hex(root));
}

Status Verifier::check_tables() {
  PALERMO_CHECK_OK(check_leaves());
  PALERMO_CHECK_OK(check_case());
  PALERMO_CHECK_OK(check_index());
  PALERMO_CHECK_OK(check_checkpoints());
  return detail::check_rows(db_, spoken_, result_, findings_);
}

Result<v1::VerifyResult> Verifier::run() {
  PALERMO_CHECK_OK(check_file());
  if (Status checked = check_tables(); !checked) {
    // Tables whose definitions were changed may no longer be read: that is what was found.
    if (result_.problems_total() == 0) return std::move(checked).error();
    findings_.add("ALTERED", "case file",
                  "it cannot be read to the end: " + checked.error().message);
  }
  check_retained();
  result_.set_ok(result_.problems_total() == 0);
  return std::move(result_);
}

}  // namespace

void detail::Findings::add(const char* code, std::string where, std::string text,
                           std::string expected, std::string found) {
  result_.set_problems_total(result_.problems_total() + 1);
  const auto& codes = result_.reason_codes();
  if (std::find(codes.begin(), codes.end(), code) == codes.end()) result_.add_reason_codes(code);
  if (result_.problems_size() >= kMaxListedProblems) return;
  auto& problem = *result_.add_problems();
  problem.set_code(code);
  problem.set_where(std::move(where));
  problem.set_expected(std::move(expected));
  problem.set_found(std::move(found));
  problem.set_text(std::move(text));
}

Result<v1::VerifyResult> verify_log(store::Database& db, const VerifyOptions& options) {
  // One snapshot, so that a writer at work is not mistaken for a forger.
  PALERMO_CHECK_OK(db.exec("BEGIN"));
  const spdlog::stopwatch watch;
  Result<v1::VerifyResult> result = Verifier{db, options}.run();
  core::log(core::Room::Core).info("{:.3f} s: log verified", watch.elapsed().count());
  const Status ended = db.exec("ROLLBACK");
  if (!result && result.error().code == ErrorCode::Integrity) {
    // SQLite itself can no longer read the file.
    v1::VerifyResult broken;
    Findings findings{broken};
    findings.add("ALTERED", "case file", result.error().message);
    return broken;
  }
  if (result && !ended) return std::move(ended).error();
  return result;
}

}  // namespace palermo::ledger
