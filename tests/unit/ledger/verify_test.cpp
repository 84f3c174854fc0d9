#include "core/ledger/verify.hpp"

#include <map>
#include <set>

#include "tests/unit/ledger/small_case.hpp"

using namespace palermo;
using test::has_code;
using test::has_problem;
using test::CaseWithOldSegment;
using test::SmallCase;

namespace {
std::string codes(const v1::VerifyResult& result) {
  std::string out;
  for (const auto& problem : result.problems())
    out += problem.code() + " " + problem.where() + ": " + problem.text() + "\n";
  return out;
}
}  // namespace

TEST_CASE_METHOD(SmallCase, "an honest case verifies, and says what was checked",
                 "[ledger][verify]") {
  const auto result = verify(late);
  INFO(codes(result));
  CHECK(result.ok());
  CHECK(result.size() == 11);
  CHECK(result.entries_checked() == 11);
  CHECK(result.covered() == 11);
  CHECK(result.segments_checked() == 1);
  CHECK(result.rows_checked() == 15);
  CHECK(result.checkpoints_checked() == 2);
  CHECK(result.origin() == "palermo/c1");
  CHECK(result.vkey() == log.verifier().text());
  CHECK(result.root() == core::to_base64(*ledger.root(11)));
  CHECK(verify(early).ok());
  SECTION("entries after the newest checkpoint are counted, and are no failure") {
    auto transaction = *db.begin();
    v1::LedgerEntry entry;
    entry.mutable_heartbeat();
    REQUIRE(ledger.append(transaction, entry, anna).ok());
    REQUIRE(transaction.commit().ok());
    const auto longer = verify(late);
    CHECK(longer.ok());
    CHECK(longer.covered() == 11);
    CHECK(longer.size() == 12);
    CHECK(longer.notices_size() == 1);
  }
  SECTION("the key that the inspector wrote down must be the log's") {
    ledger::VerifyOptions options;
    options.keys.push_back(log.verifier());
    CHECK(ledger::verify_log(db, options)->ok());
    options.keys = {ledger::SigningKey::generate("palermo/c1")->verifier()};
    CHECK(has_code(*ledger::verify_log(db, options), "BAD_SIGNATURE"));
  }
}

TEST_CASE_METHOD(SmallCase, "every flipped byte of every leaf and of its hash is found at its leaf",
                 "[ledger][verify]") {
  drop_triggers();
  const auto sizes = leaves();
  std::size_t flips = 0;
  std::size_t missed = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string place = "leaf " + std::to_string(i);
    for (const char* column : {"bytes", "hash"}) {
      const std::string where = " WHERE idx = " + std::to_string(i);
      const std::string honest = text_of(std::string{"SELECT "} + column + " FROM leaf" + where);
      const std::string update = std::string{"UPDATE leaf SET "} + column + " = ?1" + where;
      for (std::size_t at = 0; at < honest.size(); ++at) {
        std::string damaged = honest;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
        put_blob(update, damaged);
        ++flips;
        missed += !has_problem(verify(), "ALTERED", place);
      }
      put_blob(update, honest);
    }
  }
  CHECK(flips > 4000);
  CHECK(missed == 0);
  restore_triggers();
  CHECK(verify(late).ok());
}

TEST_CASE_METHOD(SmallCase, "every flipped byte of a stored row is found at its row",
                 "[ledger][verify]") {
  drop_triggers();
  const std::tuple<const char*, const char*, const char*> columns[] = {
      {"segment", "blob", "segment 1 (leaf 6)"},
      {"segment", "sha256", "segment 1 (leaf 6)"},
      {"authorization", "payload", "authorization AUTH-1 revision 1"},
      {"authorization", "salt", "authorization AUTH-1 revision 1"},
      {"source", "payload", "source SRC-1"},
      {"source", "salt", "source SRC-1"},
      {"record", "payload", "records of source SRC-1"},
      {"record", "salt", "records of source SRC-1"},
      {"quarantine", "sealed", "quarantine 1 (leaf 7)"},
      {"quarantine", "sha256", "quarantine 1 (leaf 7)"},
      {"decision", "payload", "decision 1 (leaf 8)"},
      {"decision", "salt", "decision 1 (leaf 8)"},
      {"finding", "payload", "finding F-1"},
      {"node", "hash", "node 0 of level 1"},
  };
  for (const auto& [table, column, place] : columns) {
    INFO(table << "." << column);
    const std::string order = std::string{table} == "node" ? "level, idx" : "1";
    const std::string row = std::string{" FROM "} + table + " ORDER BY " + order + " LIMIT 1";
    const std::string honest = text_of(std::string{"SELECT "} + column + row);
    const std::string first = std::string{table} == "node" ? "level = 1 AND idx = 0"
                              : std::string{table} == "authorization"
                                  ? "rev = 1"
                                  : "rowid = (SELECT min(rowid) FROM " + std::string{table} + ")";
    const std::string update =
        std::string{"UPDATE "} + table + " SET " + column + " = ?1 WHERE " + first;
    std::size_t missed = 0;
    for (std::size_t at = 0; at < honest.size(); ++at) {
      std::string damaged = honest;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
      put_blob(update, damaged);
      missed += !has_problem(verify(), "ALTERED", place);
    }
    CHECK(honest.size() > 4);
    CHECK(missed == 0);
    put_blob(update, honest);
  }
  restore_triggers();
  CHECK(verify(late).ok());
}

TEST_CASE_METHOD(SmallCase, "a problem names the entry and both hashes", "[ledger][verify]") {
  drop_triggers();
  std::string damaged = *ledger.leaf(4);
  const std::string honest_hash = core::to_hex(ledger::leaf_hash(damaged));
  damaged[10] = static_cast<char>(damaged[10] ^ 1);
  put_blob("UPDATE leaf SET bytes = ?1 WHERE idx = 4", damaged);
  const auto result = verify();
  const auto problem = std::find_if(result.problems().begin(), result.problems().end(),
                                    [](const auto& each) { return each.where() == "leaf 4"; });
  REQUIRE(problem != result.problems().end());
  CHECK(problem->code() == "ALTERED");
  CHECK(problem->expected() == honest_hash);
  CHECK(problem->found() == core::to_hex(ledger::leaf_hash(damaged)));
}

TEST_CASE_METHOD(SmallCase, "rows cannot be taken away, added or exchanged", "[ledger][verify]") {
  const std::pair<const char*, const char*> changes[] = {
      {"DELETE FROM segment", "leaf 6"},
      {"DELETE FROM authorization WHERE rev = 1", "leaf 2"},
      {"DELETE FROM record WHERE seq = 2", "records of source SRC-1"},
      {"DELETE FROM quarantine", "leaf 7"},
      {"DELETE FROM decision", "leaf 8"},
      {"DELETE FROM finding", "leaf 9"},
      {"DELETE FROM operator", "leaf 1"},
      {"DELETE FROM source", "leaf 5"},
      {"DELETE FROM segment_posting", "segment 1 (leaf 6)"},
      {"UPDATE segment_posting SET count = 2", "the index of segments"},
      {"UPDATE segment_posting SET count = 0", "segment 1 (leaf 6)"},
      {"UPDATE segment_posting SET first = 2", "segment 1 (leaf 6)"},
      {"INSERT INTO segment SELECT 3, source, records, from_us, to_us, blob, sha256, leaf FROM "
       "segment",
       "segment 3 (leaf 6)"},
      {"INSERT INTO decision SELECT 2, payload, salt, 10 FROM decision", "decision 2 (leaf 10)"},
      {"INSERT INTO operator VALUES ('mallory', 'admin', 'k', 0)", "operator mallory"},
      {"UPDATE operator SET roles = 'legal'", "operator anna"},
      {"UPDATE segment SET records = 8", "segment 1 (leaf 6)"},
      {"UPDATE quarantine SET status = 'released'", "quarantine 1 (leaf 7)"},
      {"UPDATE quarantine SET count = 1", "quarantine 1 (leaf 7)"},
      {"UPDATE record SET seq = CASE seq WHEN 1 THEN 10 ELSE seq END", "records of source SRC-1"},
      {"UPDATE source SET sha256 = 'aa'", "source SRC-1"},
      {"UPDATE meta SET value = 'DE' WHERE key = 'state'", "the case's state"},
      {"UPDATE meta SET value = 'bWluZQ==' WHERE key = 'quarantine_key'",
       "the case's quarantine_key"},
      {"UPDATE entry_head SET rev = 1 WHERE kind = 'authorization'", "table entry_head"},
      {"DELETE FROM node WHERE level = 2 AND idx = 1", "node 1 of level 2"},
      {"INSERT INTO node VALUES (9, 0, x'00')", "table node"},
      {"UPDATE checkpoint SET note = replace(note, 'palermo/c1', 'palermo/c2') WHERE size = 5",
       "checkpoint of size 5"},
      {"CREATE TRIGGER extra AFTER INSERT ON record BEGIN DELETE FROM record; END", "case file"},
      {"DROP INDEX record_kind", "case file"},
      {"INSERT INTO witness VALUES (4, 'x')", "cosignature of size 4"},
  };
  for (const auto& [sql, place] : changes) {
    INFO(sql);
    run("SAVEPOINT attack");
    run("DROP TRIGGER segment_is_final");
    run(sql);
    run(triggers_sql());
    // verify_log opens its own snapshot, so the change must stand before it.
    run("RELEASE attack");
    const auto result = verify();
    INFO(codes(result));
    CHECK_FALSE(result.ok());
    const bool found =
        has_problem(result, "ALTERED", place) || has_problem(result, "BAD_SIGNATURE", place);
    CHECK(found);
    SmallCase fresh;
    db = std::move(fresh.db);
    ledger = *ledger::Ledger::open(db);
  }
}

TEST_CASE_METHOD(SmallCase, "destroyed product stays accounted for, by its order alone",
                 "[ledger][verify]") {
  SECTION("with its entry") {
    destroy_item();
    const auto result = verify(late);
    INFO(codes(result));
    CHECK(result.ok());
  }
  SECTION("without any") {
    run("UPDATE quarantine SET status = 'destroyed', sealed = x''");
    CHECK(has_problem(verify(), "ALTERED", "quarantine 1 (leaf 7)"));
  }
  SECTION("called released instead") {
    destroy_item();
    run("UPDATE quarantine SET status = 'released'");
    CHECK(has_problem(verify(), "ALTERED", "quarantine 1 (leaf 7)"));
  }
  SECTION("put back from a copy") {
    destroy_item();
    run("UPDATE quarantine SET sealed = CAST('sealed' AS BLOB)");
    CHECK(has_problem(verify(), "ALTERED", "quarantine 1 (leaf 7)"));
    run("UPDATE quarantine SET status = 'held'");
    CHECK(has_problem(verify(), "ALTERED", "quarantine 1 (leaf 7)"));
  }
  SECTION("its order taken out or exchanged") {
    destroy_item();
    run("DELETE FROM quarantine_decision");
    CHECK(has_problem(verify(), "ALTERED", "leaf 11"));
  }
}

TEST_CASE_METHOD(SmallCase, "an entity event changed, taken out or put in is found",
                 "[ledger][verify]") {
  destroy_item();
  REQUIRE(verify(late).ok());
  SECTION("taken out") {
    run("DELETE FROM entity_event");
    CHECK(has_problem(verify(), "ALTERED", "leaf 13"));
  }
  SECTION("put in without an entry") {
    run("INSERT INTO entity_event SELECT 2, payload, salt, leaf FROM entity_event");
    CHECK(has_problem(verify(), "ALTERED", "entity event 2 (leaf 13)"));
  }
  SECTION("exchanged for another, with a fresh salt") {
    v1::EntityEvent other;
    other.set_id("E-1");
    other.set_action("merge");
    other.set_a("msisdn:+447700900001");
    other.set_b("msisdn:+447700900009");
    put_blob("UPDATE entity_event SET payload = ?1", other.SerializeAsString());
    put_blob("UPDATE entity_event SET salt = ?1", std::string(32, 's'));
    CHECK(has_problem(verify(), "ALTERED", "entity event 1 (leaf 13)"));
  }
}

TEST_CASE_METHOD(CaseWithOldSegment, "segments indexed in the old way and in the new are checked",
                 "[ledger][verify]") {
  const auto honest = verify();
  INFO(codes(honest));
  REQUIRE(honest.ok());
  CHECK(honest.segments_checked() == 2);
  const std::pair<const char*, const char*> changes[] = {
      {"DELETE FROM segment_identifier", "segment 2 (leaf 11)"},
      {"DELETE FROM segment_posting", "segment 1 (leaf 6)"},
      {"UPDATE segment_posting SET count = 2", "segment 2 (leaf 11)"},
      {"INSERT INTO segment_posting SELECT block, 2, count, bits FROM segment_posting",
       "segment 2 (leaf 11)"},
      {"UPDATE segment_identifier SET segment = 1", "segment 2 (leaf 11)"},
  };
  for (const auto& [sql, place] : changes) {
    INFO(sql);
    run("CREATE TEMP TABLE maps AS SELECT * FROM segment_identifier");
    run("CREATE TEMP TABLE lists AS SELECT * FROM segment_posting");
    run(sql);
    const auto result = verify();
    INFO(codes(result));
    CHECK(has_problem(result, "ALTERED", place));
    run("DELETE FROM segment_identifier");
    run("DELETE FROM segment_posting");
    run("INSERT INTO segment_identifier SELECT * FROM maps");
    run("INSERT INTO segment_posting SELECT * FROM lists");
    run("DROP TABLE maps");
    run("DROP TABLE lists");
  }
  CHECK(verify().ok());
}

// Whoever adds a table or a column meets this test: bind it to an entry, or say here why not.
TEST_CASE_METHOD(CaseWithOldSegment, "every column of every row of every table is bound to the log",
                 "[ledger][verify]") {
  destroy_item();
  recall_product();
  share_calls();
  {
    const auto honest = verify(late);
    INFO(codes(honest));
    REQUIRE(honest.ok());
  }
  std::vector<std::pair<std::string, std::string>> columns;  // table, column
  {
    auto query = *db.prepare(
        "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c "
        "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> 'leaf' ORDER BY 1, 2");
    while (*query.step()) columns.emplace_back(query.text(0), query.text(1));
  }
  REQUIRE(columns.size() > 70);
  const auto keys_of = [this](const std::string& table) {
    std::vector<std::string> keys;
    auto query = *db.prepare("SELECT name FROM pragma_table_info('" + table + "') WHERE pk > 0");
    while (*query.step()) keys.emplace_back(query.text(0));
    return keys;
  };
  std::size_t changes = 0;
  std::map<std::string, std::size_t> missed;
  std::set<std::string> empty;
  for (const auto& [table, column] : columns) {
    // Rows are named by the literal values of their keys.
    std::string key_text = "'1=1'";
    for (const std::string& key : keys_of(table))
      key_text += " || ' AND " + key + " = ' || quote(" + key + ")";
    struct Cell {
      std::string where, type, value;
    };
    std::vector<Cell> cells;
    {
      auto query = *db.prepare("SELECT " + key_text + ", typeof(" + column + "), " + column +
                               " FROM " + table);
      while (*query.step())
        cells.push_back(
            {std::string{query.text(0)}, std::string{query.text(1)}, std::string{query.blob(2)}});
    }
    if (cells.empty()) empty.insert(table);
    run("CREATE TEMP TABLE honest AS SELECT * FROM main." + table);
    for (const Cell& cell : cells) {
      std::vector<std::string> values;
      if (cell.type == "integer") {
        values.push_back(column + " + 1");
      } else if (cell.type == "null") {
        values.push_back("0");
      } else {
        for (std::size_t at = 0; at < cell.value.size(); ++at) {
          std::string damaged = cell.value;
          // In text, one bit that no reading of hex or base64 folds away.
          damaged[at] = static_cast<char>(damaged[at] ^ (cell.type == "text" ? 1 : 1 << (at % 8)));
          values.push_back((cell.type == "text" ? "CAST(x'" : "(x'") + core::to_hex(damaged) +
                           (cell.type == "text" ? "' AS TEXT)" : "')"));
        }
        values.push_back(cell.type == "text" ? "'' || " + column + " || 'x'" : "x'FF'");
      }
      for (const std::string& value : values) {
        if (table == "segment") run("DROP TRIGGER segment_is_final");
        const auto done =
            db.exec("UPDATE " + table + " SET " + column + " = " + value + " WHERE " + cell.where);
        if (table == "segment") run(triggers_sql());
        if (!done) continue;  // a constraint of the table itself
        ++changes;
        ledger::VerifyOptions options;
        options.keys = {witness.verifier()};
        if (ledger::verify_log(db, options)->ok()) ++missed[table + "." + column];
        run("DELETE FROM " + table + "; INSERT INTO " + table + " SELECT * FROM temp.honest");
      }
    }
    run("DROP TABLE temp.honest");
    INFO(table << "." << column);
    REQUIRE(verify(late).ok());  // what failed above failed for the change alone
  }
  for (const auto& [column, count] : missed) {
    INFO(column << ": " << count << " changes unseen");
    CHECK(count == 0);
  }
  for (const std::string& table : empty) {
    INFO(table << " has no row here, so nothing of it was tested");
    CHECK(false);
  }
  CHECK(changes > 2'000);
}

// The cases of data/merkle-vectors/sample-log-a/store-mutations.json, each at every index.
TEST_CASE_METHOD(SmallCase, "attacks on the stored entries are found with the right reason",
                 "[ledger][verify]") {
  const std::vector<std::string> honest = leaves();
  const std::size_t n = honest.size();

  SECTION("an entry deleted") {
    for (std::size_t i = 0; i < n; ++i) {
      auto forged = honest;
      forged.erase(forged.begin() + static_cast<std::ptrdiff_t>(i));
      forge(forged, false);
      const auto result = verify(late);
      if (i + 1 < n) CHECK(has_code(result, "SEQUENCE_GAP"));
      // Without the entry that opened the case, nobody can say whose log this is.
      CHECK(has_code(result, i == 0 ? "NOT_EXTENSION" : "ROLLBACK"));
    }
  }
  SECTION("a row of the leaf table deleted") {
    for (std::size_t i = 0; i < n; ++i) {
      SmallCase fresh;
      fresh.drop_triggers();
      fresh.run("DELETE FROM leaf WHERE idx = " + std::to_string(i));
      const auto result = fresh.verify();
      CHECK(has_code(result, i + 1 == n ? "ROLLBACK" : "ALTERED"));
    }
  }
  SECTION("the tail cut off, or an earlier copy of the file restored") {
    for (std::size_t keep = 5; keep < n; ++keep) {
      SmallCase fresh;
      fresh.forge({honest.begin(), honest.begin() + static_cast<std::ptrdiff_t>(keep)}, true);
      const auto result = fresh.verify(late);
      CHECK(has_problem(result, "ROLLBACK", "retained checkpoint of size 11"));
    }
  }
  SECTION("two entries swapped") {
    for (std::size_t i = 1; i + 1 < n; ++i) {
      auto forged = honest;
      std::swap(forged[i], forged[i + 1]);
      forge(forged, true);
      CHECK(has_problem(verify(late), "SEQUENCE_GAP", "leaf " + std::to_string(i)));
      CHECK(has_code(verify(late), "NOT_EXTENSION"));
    }
  }
  SECTION("a copy put in") {
    for (std::size_t i = 1; i < n; ++i) {
      auto forged = honest;
      forged.insert(forged.begin() + static_cast<std::ptrdiff_t>(i), honest[4]);
      forge(forged, true);
      const auto result = verify(late);
      CHECK(has_code(result, "SEQUENCE_GAP"));
      CHECK(has_code(result, "NOT_EXTENSION"));
    }
  }
  SECTION("a copy appended is out of sequence even where no checkpoint covers it") {
    auto forged = honest;
    forged.push_back(honest[4]);
    forge(forged, false);
    CHECK(has_problem(verify(), "SEQUENCE_GAP", "leaf 11"));
  }
  SECTION("a time set back, signed by everybody who should") {
    for (std::size_t i = 1; i < n; ++i) {
      auto forged = honest;
      forged[i] = resigned(honest[i], "recorded_at", "2001-01-01T00:00:00.000000Z");
      forge(forged, true);
      CHECK(has_problem(verify(), "TIME_REGRESSION", "leaf " + std::to_string(i)));
    }
  }
  SECTION("a time in another form") {
    auto forged = honest;
    forged[10] = resigned(honest[10], "recorded_at", "2101-01-01T00:00:00Z");
    forge(forged, true);
    CHECK(has_problem(verify(), "NONCANONICAL", "leaf 10"));
  }
  SECTION("a sequence number jumped") {
    for (std::size_t i = 0; i < n; ++i) {
      auto forged = honest;
      forged[i] = resigned(honest[i], "seq", std::to_string(i + 1));
      forge(forged, true);
      CHECK(has_problem(verify(), "SEQUENCE_GAP", "leaf " + std::to_string(i)));
    }
  }
  SECTION("an authorization that nobody recorded") {
    auto forged = honest;
    forged[4] = resigned(honest[4], "auth", "AUTH-9999");
    forge(forged, true);
    CHECK(has_problem(verify(), "DANGLING_AUTHORIZATION", "leaf 4"));
  }
  SECTION("an authorization that comes only later") {
    std::vector<std::string> forged(honest.begin(), honest.begin() + 2);
    forged.push_back(resigned(honest[4], "seq", "2"));
    forge(forged, true);
    CHECK(has_problem(verify(), "DANGLING_AUTHORIZATION", "leaf 2"));
  }
  SECTION("other bytes of the same value") {
    for (std::size_t i = 0; i < n; ++i) {
      auto forged = honest;
      forged[i] = core::parse_json(honest[i])->dump(1);
      forge(forged, true);
      CHECK(has_problem(verify(), "NONCANONICAL", "leaf " + std::to_string(i)));
    }
  }
  SECTION("a default spelled out") {
    auto forged = honest;
    forged[10] = resigned(honest[10], "late_reason", "");
    forge(forged, true);
    CHECK(has_problem(verify(), "NONCANONICAL", "leaf 10"));
  }
  SECTION("a member that the format does not know") {
    auto forged = honest;
    forged[10] = resigned(honest[10], "zzz", "hidden");
    forge(forged, true);
    CHECK(has_problem(verify(), "NONCANONICAL", "leaf 10"));
  }
  SECTION("an entry that is not JSON at all") {
    auto forged = honest;
    forged[10] = std::string{"\x00\xFF", 2};
    forge(forged, true);
    CHECK(has_problem(verify(), "NONCANONICAL", "leaf 10"));
  }
  SECTION("an entry rewritten by whoever holds the file but not the operator's key") {
    for (std::size_t i = 1; i < n; ++i) {
      auto forged = honest;
      core::Json json = *core::parse_json(honest[i]);
      json["occurred_at"] = "2031-01-01T00:00:00.000000Z";
      forged[i] = *ledger::canonical_json(json);
      forge(forged, true);
      CHECK(has_problem(verify(), "BAD_SIGNATURE", "leaf " + std::to_string(i)));
    }
  }
  SECTION("an entry without signature") {
    auto forged = honest;
    core::Json json = *core::parse_json(honest[10]);
    json.erase("sig");
    forged[10] = *ledger::canonical_json(json);
    forge(forged, true);
    CHECK(has_problem(verify(), "UNSIGNED", "leaf 10"));
  }
  SECTION("an entry by an operator whom nobody added") {
    auto forged = honest;
    forged[10] = resigned(honest[10], "actor", "palermo/c1/mallory");
    forge(forged, true);
    CHECK(has_problem(verify(), "BAD_SIGNATURE", "leaf 10"));
  }
  SECTION("all checkpoints taken away") {
    run("DELETE FROM checkpoint");
    CHECK(has_code(verify(), "UNSIGNED"));
    CHECK(has_code(verify(late), "UNSIGNED"));
  }
}

TEST_CASE("a fork made with the true keys is a split view", "[ledger][verify]") {
  SmallCase ours;
  SmallCase theirs;
  const auto append = [](SmallCase& target, const std::string& note, int count) {
    auto transaction = *target.db.begin();
    for (int i = 0; i < count; ++i) {
      v1::LedgerEntry entry;
      entry.mutable_heartbeat()->set_note(note);
      REQUIRE(target.ledger.append(transaction, entry, target.anna).ok());
    }
    auto checkpoint = *target.ledger.checkpoint(transaction, target.log);
    REQUIRE(transaction.commit().ok());
    return checkpoint;
  };
  // Two cases made at different times have different entries from the first on.
  const std::string seen = append(ours, "ours", 2);
  const std::string same_size = append(theirs, "theirs", 2);
  const auto result = theirs.verify(seen);
  CHECK(has_problem(result, "SPLIT_VIEW", "retained checkpoint of size 13"));
  CHECK(has_code(result, "NOT_EXTENSION"));
  append(theirs, "more", 5);
  CHECK(has_code(theirs.verify(seen), "SPLIT_VIEW"));
  CHECK(theirs.verify(same_size).ok());
  CHECK(ours.verify(seen).ok());
}

TEST_CASE_METHOD(SmallCase, "a retained checkpoint counts only under the log's key",
                 "[ledger][verify]") {
  const auto text = ledger::parse_note(late)->text;
  const auto other = ledger::SigningKey::generate("palermo/c1");
  CHECK(has_code(verify(*ledger::sign_note(text, *other)), "BAD_SIGNATURE"));
  const auto stranger = ledger::SigningKey::generate("stranger");
  CHECK(has_code(verify(*ledger::sign_note(text, *stranger)), "UNSIGNED"));
  const auto elsewhere = ledger::SigningKey::generate("palermo/c2");
  CHECK(has_code(verify(*ledger::sign_note(
                     ledger::checkpoint_text("palermo/c2", 0, ledger::empty_root()), *elsewhere)),
                 "NOT_EXTENSION"));
  std::string damaged = late;
  damaged[damaged.size() - 10] = damaged[damaged.size() - 10] == 'A' ? 'B' : 'A';
  CHECK(has_code(verify(damaged), "BAD_SIGNATURE"));
}

TEST_CASE_METHOD(SmallCase, "the log's key is replaced only by its holder", "[ledger][verify]") {
  const auto next = ledger::SigningKey::generate("palermo/c1");
  v1::LedgerEntry entry;
  entry.mutable_key_rotation()->set_old_vkey(log.verifier().text());
  entry.mutable_key_rotation()->set_new_vkey(next->verifier().text());
  auto transaction = *db.begin();
  SECTION("by the old key") {
    REQUIRE(ledger.append(transaction, entry, log).ok());
    REQUIRE(db.set_meta("log_vkey", next->verifier().text()).ok());
    REQUIRE(ledger.checkpoint(transaction, *next).ok());
    REQUIRE(transaction.commit().ok());
    const auto result = verify(late);
    INFO(codes(result));
    CHECK(result.ok());
    // The stolen old key signs nothing any more.
    const std::string replay =
        *ledger::sign_note(ledger::checkpoint_text("palermo/c1", 12, *ledger.root(12)), log);
    CHECK(has_code(verify(replay), "BAD_SIGNATURE"));
  }
  SECTION("by an operator") {
    REQUIRE(ledger.append(transaction, entry, anna).ok());
    REQUIRE(transaction.commit().ok());
    CHECK(has_problem(verify(), "BAD_SIGNATURE", "leaf 11"));
  }
}

TEST_CASE_METHOD(SmallCase, "cosignatures are checked under the witness keys given",
                 "[ledger][verify]") {
  {
    auto transaction = *db.begin();
    cosign(transaction, late);
    REQUIRE(transaction.commit().ok());
  }
  ledger::VerifyOptions options;
  CHECK(ledger::verify_log(db, options)->ok());
  const int unknown = ledger::verify_log(db, options)->notices_size();
  options.keys = {witness.verifier()};
  CHECK(ledger::verify_log(db, options)->notices_size() == unknown - 1);
  run("UPDATE witness SET size = 5");
  CHECK(has_problem(*ledger::verify_log(db, options), "BAD_SIGNATURE", "cosignature of size 5"));
}
