// A case of a dozen entries with a row of every kind, and the means to forge it.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/json_message.hpp"
#include "core/base/time.hpp"
#include "core/ledger/canonical.hpp"
#include "core/ledger/ledger.hpp"
#include "core/ledger/merkle.hpp"
#include "core/ledger/note.hpp"
#include "core/ledger/verify.hpp"
#include "core/store/call_columns.hpp"
#include "core/store/database.hpp"
#include "core/store/identifier_blocks.hpp"
#include "core/store/postings.hpp"
#include "core/store/recalled.hpp"
#include "core/store/record_store.hpp"
#include "core/store/row_bytes.hpp"
#include "core/store/segment_index.hpp"
#include "core/store/shared_calls.hpp"
#include "palermo/v1/entity.pb.h"
#include "palermo/v1/ingest.pb.h"
#include "tests/support/catch.hpp"

namespace palermo::test {

inline constexpr const char* kSalt = "0123456789abcdef0123456789abcdef";

struct SmallCase {
  store::Database db = *store::Database::in_memory();
  ledger::Ledger ledger = *ledger::Ledger::open(db);
  ledger::SigningKey log = *ledger::SigningKey::from_seed("palermo/c1", 1, std::string(32, 'L'));
  ledger::SigningKey anna =
      *ledger::SigningKey::from_seed("palermo/c1/anna", 1, std::string(32, 'A'));
  ledger::SigningKey witness =
      *ledger::SigningKey::generate("oversight.example", ledger::kCosignature);
  std::string early;  // checkpoint of size 5
  std::string late;   // checkpoint of the whole

  /// @param old_segments  1: a second segment, indexed as those up to schema 4 are; else 0
  explicit SmallCase(std::uint32_t old_segments = 0) : old_segments_{old_segments} {
    fill();
    // Whoever can write the file can do this.
    for (const char* trigger : {"leaf_is_final", "leaf_stays", "segment_is_final"})
      triggers.push_back(
          text_of(std::string{"SELECT sql FROM sqlite_schema WHERE name = '"} + trigger + "'"));
    run("PRAGMA foreign_keys=OFF");
  }

  void run(const std::string& sql) {
    const auto status = db.exec(sql);
    INFO(sql);
    if (!status) INFO(status.error().message);
    REQUIRE(status.ok());
  }
  void drop_triggers() {
    run("DROP TRIGGER leaf_is_final; DROP TRIGGER leaf_stays; DROP TRIGGER segment_is_final");
  }
  void restore_triggers() {
    for (const std::string& sql : triggers) run(sql);
  }
  [[nodiscard]] std::string text_of(const std::string& sql) {
    auto query = db.prepare(sql);
    REQUIRE(query.ok());
    REQUIRE(*query->step());
    return std::string{query->blob(0)};
  }
  /// Runs an UPDATE whose ?1 is a blob.
  void put_blob(const std::string& sql, std::string_view bytes) {
    auto update = db.prepare(sql);
    REQUIRE(update.ok());
    REQUIRE(update->bind_blob(1, bytes).ok());
    REQUIRE(update->run().ok());
  }
  [[nodiscard]] v1::VerifyResult verify(const std::string& retained = {}) {
    ledger::VerifyOptions options;
    if (!retained.empty()) options.retained = *ledger::parse_signed_checkpoint(retained);
    auto result = ledger::verify_log(db, options);
    REQUIRE(result.ok());
    return *result;
  }
  [[nodiscard]] std::vector<std::string> leaves() {
    std::vector<std::string> out;
    for (std::uint64_t i = 0; i < *ledger.size(); ++i) out.push_back(*ledger.leaf(i));
    return out;
  }

  /// Destroys the item in quarantine by order, takes a cosignature, merges two entities: entries 11
  /// to 13.
  void destroy_item() {
    auto transaction = *db.begin();
    v1::QuarantineDecision decision;
    decision.set_quarantine_id("Q-1");
    decision.set_action("destroy");
    decision.set_reason("order 7/24");
    decision.set_first_record(4);
    const std::string payload = decision.SerializeAsString();
    v1::LedgerEntry entry;
    entry.set_id("Q-1");
    auto& body = *entry.mutable_destruction();
    body.add_objects("Q-1");
    body.set_commit(core::to_hex(core::commitment(kSalt, payload)));
    insert("INSERT INTO quarantine_decision VALUES (1, 1, 'destroy', ?1, ?3, 4, ?2)", payload,
           append(transaction, entry, anna), kSalt);
    run("UPDATE quarantine SET status = 'destroyed', sealed = x''");
    cosign(transaction, late);
    merge(transaction);
    REQUIRE(transaction.commit().ok());
  }
  /// Takes record 2 and five of nine calls of one more segment back into quarantine as Q-2.
  void recall_product() {
    auto transaction = *db.begin();
    const auto commitments = *store::record_commitments(db, 1);
    REQUIRE(commitments.size() == 3);
    ledger::CompactTree tree;
    for (const core::Digest& each : commitments) tree.push(ledger::leaf_hash(core::bytes_of(each)));
    v1::LedgerEntry source;
    source.set_id("SRC-1");
    source.set_auth("AUTH-1");
    auto& counts = *source.mutable_source();
    counts.set_sha256(core::to_hex(core::sha256("file")));
    counts.set_commit(core::to_hex(core::commitment(kSalt, "source")));
    counts.set_segments(2 + old_segments_);
    counts.set_records(3);
    counts.set_records_root(core::to_hex(tree.root()));
    append(transaction, source, anna);
    const std::string segment_id = std::to_string(2 + old_segments_);
    v1::LedgerEntry segment;
    segment.set_id("SEG-" + segment_id);
    segment.set_auth("AUTH-1");
    segment.mutable_segment()->set_source_id("SRC-1");
    segment.mutable_segment()->set_records(9);
    segment.mutable_segment()->set_sha256(core::to_hex(core::sha256("calls")));
    const std::int64_t segment_leaf = append(transaction, segment, anna);
    v1::LedgerEntry item;
    item.set_id("Q-2");
    item.set_auth("AUTH-1");
    auto& body = *item.mutable_quarantine();
    body.set_source_id("SRC-1");
    body.set_action("recall");
    body.set_reason("AU02");
    body.set_count(6);
    body.set_first_line(2);
    body.set_last_line(9);
    body.set_sha256(core::to_hex(core::sha256("again")));
    insert("INSERT INTO quarantine VALUES (2, 1, 'AU02', 'AUTH-1', 6, 2, 9, ?1, ?3, 'held', ?2)",
           "again", append(transaction, item, anna), core::bytes_of(core::sha256("again")));
    REQUIRE(store::recall_record(db, 2, core::bytes_of(commitments[1]), 2).ok());
    insert("INSERT INTO recalled_segment VALUES (" + segment_id + ", 1, 9, 4, ?1, ?2, 2)",
           core::bytes_of(core::sha256("calls")), segment_leaf, {});
    REQUIRE(transaction.commit().ok());
  }
  /// A second source whose nine calls are those of the first; after recall_product().
  void share_calls() {
    auto transaction = *db.begin();
    v1::Source file;
    file.set_source_id("SRC-2");
    file.set_rows_read(9);
    file.set_duplicates(9);
    const std::string payload = file.SerializeAsString();
    const std::string hash = core::to_hex(core::sha256("second file"));
    v1::LedgerEntry entry;
    entry.set_id("SRC-2");
    entry.set_auth("AUTH-1");
    entry.mutable_source()->set_sha256(hash);
    entry.mutable_source()->set_commit(core::to_hex(core::commitment(kSalt, payload)));
    entry.mutable_source()->set_segments(1);
    insert("INSERT INTO source VALUES (2, 'SRC-2', '" + hash + "', ?1, ?3, ?2)", payload,
           append(transaction, entry, anna), kSalt);
    add_segment(transaction, 3 + old_segments_, 2);
    std::vector<store::SharedPair> pairs;
    for (std::uint32_t line = 1; line <= 9; ++line) pairs.push_back({{2, line}, {1, line}});
    REQUIRE(store::write_shared(db, pairs).ok());
    REQUIRE(transaction.commit().ok());
  }
  void merge(store::Transaction& transaction) {
    v1::EntityEvent event;
    event.set_id("E-1");
    event.set_action("merge");
    event.set_a("msisdn:+447700900001");
    event.set_b("msisdn:+447700900002");
    event.set_reason("one handset");
    const std::string payload = event.SerializeAsString();
    v1::LedgerEntry entry;
    entry.set_id("E-1");
    entry.mutable_entity()->set_action("merge");
    entry.mutable_entity()->set_commit(core::to_hex(core::commitment(kSalt, payload)));
    insert("INSERT INTO entity_event VALUES (1, ?1, ?3, ?2)", payload,
           append(transaction, entry, anna), kSalt);
  }
  void cosign(store::Transaction& transaction, const std::string& note) {
    const std::string line =
        *ledger::cosignature_line(ledger::parse_note(note)->text, witness, 1'930'000'000);
    v1::LedgerEntry entry;
    auto& review = *entry.mutable_review();
    review.set_kind("WITNESS");
    review.set_checkpoint_size(11 + old_segments_);
    review.set_cosignature(line);
    append(transaction, entry, anna);
    auto insert_line = *db.prepare("INSERT INTO witness VALUES (?2, ?1)");
    REQUIRE(insert_line.bind_all(line, std::int64_t{11} + old_segments_).ok());
    REQUIRE(insert_line.run().ok());
  }

  /// An entry again, with one member changed and signed anew by its true actor.
  [[nodiscard]] std::string resigned(const std::string& leaf, const std::string& member,
                                     const core::Json& value) const {
    core::Json json = *core::parse_json(leaf);
    json[member] = value;
    json.erase("sig");
    const ledger::SigningKey& actor = json["actor"] == log.name() ? log : anna;
    json["sig"] = core::to_base64(
        actor.sign(std::string{ledger::kEntrySignaturePrefix} + *ledger::canonical_json(json)));
    return *ledger::canonical_json(json);
  }

  /// Replaces the whole tree by that of these leaves; `sign`: with a checkpoint by the true key.
  void forge(const std::vector<std::string>& forged, bool sign) {
    drop_triggers();
    run("DELETE FROM node; DELETE FROM leaf; DELETE FROM checkpoint; DELETE FROM entry_head");
    ledger::CompactTree tree;
    auto insert_node = *db.prepare("INSERT INTO node VALUES (?1, ?2, ?3)");
    auto insert_leaf = *db.prepare("INSERT INTO leaf VALUES (?1, ?2, ?3)");
    auto insert_head = *db.prepare("INSERT OR REPLACE INTO entry_head VALUES (?1, ?2, ?3, ?4)");
    tree.on_node = [&](unsigned level, std::uint64_t index, const core::Digest& hash) {
      REQUIRE(insert_node.bind_all(std::int64_t{level}, static_cast<std::int64_t>(index)).ok());
      REQUIRE(insert_node.bind_blob(3, core::bytes_of(hash)).ok());
      REQUIRE(insert_node.run().ok());
    };
    for (std::size_t i = 0; i < forged.size(); ++i) {
      const auto hash = ledger::leaf_hash(forged[i]);
      REQUIRE(insert_leaf.bind(1, static_cast<std::int64_t>(i)).ok());
      REQUIRE(insert_leaf.bind_blob(2, forged[i]).ok());
      REQUIRE(insert_leaf.bind_blob(3, core::bytes_of(hash)).ok());
      REQUIRE(insert_leaf.run().ok());
      tree.push(hash);
      const auto json = core::parse_json(forged[i]);
      if (!json || !json->contains("id")) continue;
      REQUIRE(insert_head
                  .bind_all((*json)["kind"].get<std::string>(), (*json)["id"].get<std::string>(),
                            (*json)["rev"].get<std::int64_t>(), static_cast<std::int64_t>(i))
                  .ok());
      REQUIRE(insert_head.run().ok());
    }
    const std::size_t covered = sign ? forged.size() : 0;
    const auto note = ledger::sign_note(
        ledger::checkpoint_text(log.name(), covered, sign ? tree.root() : ledger::empty_root()),
        log);
    auto insert = *db.prepare("INSERT INTO checkpoint VALUES (?1, ?2)");
    REQUIRE(insert.bind_all(static_cast<std::int64_t>(covered), *note).ok());
    REQUIRE(insert.run().ok());
    restore_triggers();
  }

  /// Puts the one dropped trigger of segments back.
  [[nodiscard]] std::string triggers_sql() const { return triggers.back(); }

 private:
  std::vector<std::string> triggers;

  std::int64_t append(store::Transaction& transaction, v1::LedgerEntry entry,
                      const ledger::SigningKey& actor) {
    const auto leaf = ledger.append(transaction, std::move(entry), actor);
    REQUIRE(leaf.ok());
    return static_cast<std::int64_t>(leaf->index);
  }
  void insert(const std::string& sql, std::string_view payload, std::int64_t leaf,
              std::string_view salt) {
    auto statement = db.prepare(sql);  // ?1 payload, ?2 leaf, ?3 salt
    REQUIRE(statement.ok());
    REQUIRE(statement->bind_blob(1, payload).ok());
    REQUIRE(statement->bind(2, leaf).ok());
    if (!salt.empty()) REQUIRE(statement->bind_blob(3, salt).ok());
    REQUIRE(statement->run().ok());
  }

  /// @param id  2: indexed by maps, as segments up to schema 4 are; others: by lists
  void add_segment(store::Transaction& transaction, std::int64_t id, std::int64_t source = 1) {
    store::CallColumns calls;
    calls.source_id = "SRC-" + std::to_string(source);
    calls.records = 9;
    for (std::uint32_t i = 0; i < 9; ++i) {
      calls.started_at_us.push_back(1'700'000'000'000'000 + i * 60'000'000LL);
      calls.line.push_back(i + 1);
    }
    calls.a.assign(9, 1);
    calls.b.assign(9, 2);
    calls.imei.assign(9, 3);
    calls.duration_s.assign(9, 30);
    calls.kind.assign(9, v1::CALL);
    calls.flags.assign(9, 0);
    calls.utc_offset_min.assign(9, 0);
    const store::EncodedSegment segment = store::encode_segment(calls, 0, 9);
    v1::LedgerEntry entry;
    entry.set_id("SEG-" + std::to_string(id));
    entry.set_auth("AUTH-1");
    auto& body = *entry.mutable_segment();
    body.set_source_id(calls.source_id);
    body.set_records(9);
    body.set_sha256(core::to_hex(segment.sha256));
    body.set_from(core::format_utc_us(segment.from_us));
    body.set_to(core::format_utc_us(segment.to_us));
    const std::int64_t leaf = append(transaction, entry, anna);
    insert("INSERT INTO segment VALUES (" + std::to_string(id) + ", " + std::to_string(source) +
               ", 9, " + std::to_string(segment.from_us) + ", " + std::to_string(segment.to_us) +
               ", ?1, ?3, ?2)",
           segment.blob, leaf, core::bytes_of(segment.sha256));
    if (id != 2) {
      const auto postings =
          store::postings_of(std::vector<std::vector<std::uint32_t>>{segment.identifiers});
      REQUIRE(postings.size() == 1);
      put_blob("INSERT INTO segment_posting VALUES (0, " + std::to_string(id) + ", 1, ?1)",
               postings[0].bytes);
    } else {
      const auto maps = store::index_of(segment.identifiers);
      REQUIRE(maps.size() == 1);
      put_blob("INSERT INTO segment_identifier VALUES (0, 2, ?1)", maps[0].bits);
    }
  }

  /// A source of three records and two segments of nine calls, three identifiers, and something
  /// held back.
  template <typename Commit>
  void fill_product(store::Transaction& transaction, const Commit& commit) {
    const std::string file_hash = core::to_hex(core::sha256("file"));
    std::vector<v1::Record> records;
    ledger::CompactTree tree;
    for (const std::uint32_t line : {1, 2, 3}) {
      v1::Record record;
      record.set_record_id("SRC-1:" + std::to_string(line));
      record.set_source_id("SRC-1");
      record.set_line(line);
      record.set_authorization_id("AUTH-1");
      record.mutable_undercover()->set_report_id("R" + std::to_string(line));
      const std::string bytes = store::record_bytes(
          record.SerializeAsString(), {"undercover", "", line * 10, std::nullopt},
          {{"imsi", "001010000000002"}, {"msisdn", "+447700900001"}});
      tree.push(ledger::leaf_hash(core::bytes_of(core::commitment(kSalt, bytes))));
      records.push_back(std::move(record));
    }
    {
      v1::LedgerEntry entry;
      entry.set_id("SRC-1");
      entry.set_auth("AUTH-1");
      auto& body = *entry.mutable_source();
      body.set_sha256(file_hash);
      body.set_commit(commit("source"));
      body.set_segments(1 + old_segments_);
      body.set_records(3);
      body.set_records_root(core::to_hex(tree.root()));
      insert("INSERT INTO source VALUES (1, 'SRC-1', '" + file_hash + "', ?1, ?3, ?2)", "source",
             append(transaction, entry, anna), kSalt);
    }
    run("INSERT INTO identifier VALUES (1, 'msisdn', '+447700900001', 1, 'GB', '07700900001'), "
        "(2, 'msisdn', '+447700900002', 1, 'GB', '+447700900002'), "
        "(3, 'imei', '490154203237518', 1, '', '490154203237518')");
    {
      const store::ObservedIdentifier first{"imsi", "001010000000001", "001010000000001", true, ""};
      const store::ObservedIdentifier second{"imsi", "001010000000002", "1010000000002", true, ""};
      const store::IdentifierView both[] = {first, second};
      put_blob(
          "INSERT INTO identifier_block VALUES (4, 2, 'imsi', '001010000000001', "
          "'001010000000002', ?1)",
          store::encode_identifiers(both));
    }
    for (const v1::Record& record : records) {
      insert(
          "INSERT INTO record SELECT count(*) + 1, 'SRC-1:' || (count(*) + 1), 1, count(*) + 1, "
          "'undercover', 'AUTH-1', '', count(*) * 10 + 10, NULL, ?1, ?3, x'00' FROM record "
          "WHERE ?2 >= 0",
          record.SerializeAsString(), 0, kSalt);
      put_blob("UPDATE record SET content_sha256 = ?1 WHERE seq = " + std::to_string(record.line()),
               core::bytes_of(store::record_content("undercover", record)));
    }
    run("INSERT INTO record_identifier SELECT 1, seq FROM record UNION ALL "
        "SELECT 5, seq FROM record");
    add_segment(transaction, 1);
    {
      v1::LedgerEntry entry;
      entry.set_id("Q-1");
      entry.set_auth("AUTH-404");  // held back because nobody knows that authorization
      auto& body = *entry.mutable_quarantine();
      body.set_source_id("SRC-1");
      body.set_action("hold");
      body.set_reason("AU01");
      body.set_count(2);
      body.set_first_line(1);
      body.set_last_line(2);
      body.set_sha256(core::to_hex(core::sha256("sealed")));
      const std::int64_t leaf = append(transaction, entry, anna);
      insert(
          "INSERT INTO quarantine VALUES (1, 1, 'AU01', 'AUTH-404', 2, 1, 2, ?1, ?3, 'held', ?2)",
          "sealed", leaf, core::bytes_of(core::sha256("sealed")));
    }
  }

  void fill() {
    auto transaction = *db.begin();
    REQUIRE(db.set_meta("case_id", "c1").ok());
    REQUIRE(db.set_meta("state", "IT").ok());
    REQUIRE(db.set_meta("quarantine_key", "a2V5").ok());
    REQUIRE(db.set_meta("log_vkey", log.verifier().text()).ok());
    REQUIRE(db.set_meta("title", "A case").ok());
    REQUIRE(db.set_meta("purpose", "a purpose").ok());
    REQUIRE(db.set_meta("created_at", "2024-01-01T00:00:00.000000Z").ok());
    REQUIRE(db.set_meta("salt", core::to_hex(kSalt)).ok());
    {
      v1::LedgerEntry entry;
      entry.set_id("c1");
      auto& body = *entry.mutable_case_opened();
      body.set_case_id("c1");
      body.set_state("IT");
      body.set_quarantine_key("a2V5");
      body.set_log_vkey(log.verifier().text());
      body.set_commit(core::to_hex(core::commitment(
          kSalt, store::joined_bytes({"A case", "a purpose", "2024-01-01T00:00:00.000000Z"}))));
      append(transaction, entry, log);
    }
    {
      v1::LedgerEntry entry;
      entry.set_id("anna");
      auto& body = *entry.mutable_operator_added();
      body.set_name("anna");
      body.add_roles("analyst");
      body.add_roles("admin");
      body.set_vkey(anna.verifier().text());
      insert("INSERT INTO operator VALUES ('anna', 'analyst,admin', CAST(?1 AS TEXT), ?2)",
             body.vkey(), append(transaction, entry, log), "");
    }
    const auto commit = [](std::string_view payload) {
      return core::to_hex(core::commitment(kSalt, payload));
    };
    for (const char* status : {"ACTIVE", "CANCELLED"}) {
      v1::LedgerEntry entry;
      entry.set_id("AUTH-1");
      entry.set_auth("AUTH-1");
      entry.mutable_authorization()->set_status(status);
      entry.mutable_authorization()->set_commit(commit(status));
      insert(
          "INSERT INTO authorization SELECT 'AUTH-1', count(*) + 1, ?1, ?3, ?2 FROM authorization",
          status, append(transaction, entry, anna), kSalt);
    }
    {
      v1::LedgerEntry entry;
      entry.set_auth("AUTH-1");
      entry.mutable_access()->set_operation("CONSULT");
      append(transaction, entry, anna);
    }
    early = *ledger.checkpoint(transaction, log);
    fill_product(transaction, commit);
    {
      v1::LedgerEntry entry;
      entry.mutable_decision()->set_element("untoc.2a");
      entry.mutable_decision()->set_reason_commit(commit("reason"));
      insert("INSERT INTO decision VALUES (1, ?1, ?3, ?2)", "reason",
             append(transaction, entry, anna), kSalt);
    }
    {
      v1::LedgerEntry entry;
      entry.set_id("F-1");
      entry.mutable_finding()->set_sha256(core::to_hex(core::sha256("finding")));
      insert("INSERT INTO finding VALUES ('F-1', ?1, ?2)", "finding",
             append(transaction, entry, anna), "");
    }
    {
      v1::LedgerEntry entry;
      entry.set_id("SRC-1");
      auto& body = *entry.mutable_identifiers();
      body.set_source_id("SRC-1");
      body.set_first(1);
      body.set_count(5);
      body.set_commit(commit(*store::identifier_bytes(db, 1, 5)));
      append(transaction, entry, anna);
    }
    if (old_segments_ > 0) add_segment(transaction, 2);
    late = *ledger.checkpoint(transaction, log);
    REQUIRE(transaction.commit().ok());
  }

 private:
  std::uint32_t old_segments_;
};

/// The same with a segment that was written before schema 5.
struct CaseWithOldSegment : SmallCase {
  CaseWithOldSegment() : SmallCase{1} {}
};

inline bool has_code(const v1::VerifyResult& result, std::string_view code) {
  return std::find(result.reason_codes().begin(), result.reason_codes().end(), code) !=
         result.reason_codes().end();
}

inline bool has_problem(const v1::VerifyResult& result, std::string_view code,
                        std::string_view where) {
  return std::any_of(result.problems().begin(), result.problems().end(), [&](const auto& problem) {
    return problem.code() == code && problem.where() == where;
  });
}

}  // namespace palermo::test
