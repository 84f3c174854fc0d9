#include "core/store/record_store.hpp"

#include "core/base/time.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/row_bytes.hpp"
#include "ingest/batch.hpp"
#include "ingest/detect.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

using namespace palermo;
using Kind = store::RecordOutcome::Kind;

namespace {

struct Counts {
  std::uint32_t stored = 0, duplicates = 0, shared = 0;
  std::vector<std::string> conflicts;
  std::size_t commitments = 0;
};

store::Database new_case() {
  auto db = store::Database::in_memory();
  REQUIRE(db.ok());
  REQUIRE(db->exec("INSERT INTO leaf VALUES (0, x'00', x'00')").ok());
  return *std::move(db);
}

/// Reads the text and stores it as the next source.
Counts store_text(store::Database& db, const std::string& format, const std::string& text,
                  const std::string& authorization = "", const std::string& grade = "") {
  const auto seq = *db.scalar("SELECT count(*) FROM source") + 1;
  const std::string id = "SRC-" + std::to_string(seq);
  auto batch = ingest::find_record_adapter(format)->read({text, "file.json", {}});
  INFO((batch ? std::string{} : batch.error().message));
  REQUIRE(batch.ok());
  auto writer = store::RecordWriter::open(db, seq, id);
  REQUIRE(writer.ok());
  Counts counts;
  for (store::RecordRow& row : batch->rows) {
    if (row.authorization_id.empty()) row.authorization_id = authorization;
    row.record.set_grade(grade);
    const auto outcome = writer->add(std::move(row));
    REQUIRE(outcome.ok());
    if (outcome->kind == Kind::Stored) ++counts.stored;
    if (outcome->kind == Kind::Duplicate) ++counts.duplicates;
    if (outcome->kind == Kind::Shared) ++counts.shared;
    if (outcome->kind == Kind::Conflict) counts.conflicts.push_back(outcome->message);
  }
  counts.commitments = writer->commitments().size();
  auto transaction = db.begin();
  REQUIRE(transaction.ok());
  REQUIRE(db.exec("INSERT INTO source VALUES (" + std::to_string(seq) + ", '" + id + "', '" + id +
                  "', x'00', x'00', 0)")
              .ok());
  REQUIRE(writer->write().ok());
  REQUIRE(transaction->commit().ok());
  return counts;
}

std::vector<store::StoredRecord> all(store::Database& db, const store::RecordQuery& query = {}) {
  std::vector<store::StoredRecord> records;
  REQUIRE(store::for_each_record(db, query, [&](store::StoredRecord& record) {
            records.push_back(record);
            return core::ok();
          }).ok());
  return records;
}

}  // namespace

TEST_CASE("records: what is stored is read back in order, and found by id", "[store][records]") {
  auto db = new_case();
  const Counts counts = store_text(db, "edge_list", "x,y,2\ny,z,1\n");
  CHECK(counts.stored == 2);
  CHECK(counts.commitments == 2);
  const auto records = all(db);
  REQUIRE(records.size() == 2);
  CHECK(records[0].record.record_id() == "SRC-1:1");
  CHECK(records[1].record.relation().b() == "z");
  CHECK(records[1].layer == "file");
  const auto found = store::find_record(db, "SRC-1:2");
  REQUIRE(found.ok());
  REQUIRE(found->has_value());
  CHECK((*found)->record.source_id() == "SRC-1");
  CHECK_FALSE(store::find_record(db, "SRC-1:3")->has_value());
}

TEST_CASE("records: the commitment opens with what is stored, columns and identifiers included",
          "[store][records]") {
  auto db = new_case();
  auto batch = ingest::find_record_adapter("edge_list")->read({"x,y,2\n", "f", {}});
  auto writer = store::RecordWriter::open(db, 1, "SRC-1");
  REQUIRE(writer->add(batch->rows[0]).ok());
  REQUIRE(db.exec("INSERT INTO source VALUES (1, 'SRC-1', 'x', x'00', x'00', 0)").ok());
  REQUIRE(writer->write().ok());
  auto row = db.prepare("SELECT salt, payload FROM record");
  REQUIRE(*row->step());
  CHECK(row->blob(0).size() == 32);
  const auto stored = store::record_commitments(db, 1);
  REQUIRE(stored.ok());
  CHECK(*stored == writer->commitments());
  // Without the identifiers it mentions it is another record.
  CHECK(core::commitment(
            row->blob(0),
            store::record_bytes(row->blob(1), {"relation", "f", std::nullopt, std::nullopt}, {})) !=
        writer->commitments()[0]);
  REQUIRE(db.exec("UPDATE record SET layer = 'other'").ok());
  CHECK(*store::record_commitments(db, 1) != writer->commitments());
}

TEST_CASE("records: the Montagna rows are stored one by one, and again as duplicates",
          "[store][records]") {
  PALERMO_NEED_SHARED(shared);
  auto db = new_case();
  const std::string meetings =
      test::read_file(shared / "data/montagna_sicilian_mafia/Montagna_meetings_edgelist.csv");
  CHECK(store_text(db, "edge_list", meetings).stored == 289);
  const Counts again = store_text(db, "edge_list", meetings + "500\t501\t1\n");
  CHECK(again.stored == 1);
  CHECK(again.shared == 289);
  CHECK(again.duplicates == 0);
  CHECK(again.commitments == 290);
  const auto once = all(db);
  REQUIRE(once.size() == 290);
  CHECK(once[0].record.record_id() == "SRC-1:1");
  store::RecordQuery every;
  every.with_repeats = true;
  CHECK(all(db, every).size() == 289 + 290);
  CHECK(*store::same_records(db, "SRC-1:1") == std::vector<std::string>{"SRC-2:1"});
}

TEST_CASE("records: an exact repetition is a duplicate, another weight or layer is not",
          "[store][records]") {
  auto db = new_case();
  const Counts counts = store_text(
      db, "edge_list", "a,b,weight,layer\nX,Y,1,k\nX,Y,1,k\nX,Y,2,k\nX,Y,1,m\nY,X,1,k\n");
  CHECK(counts.stored == 4);
  CHECK(counts.duplicates == 1);
}

TEST_CASE("records: an id with other content under one authorization conflicts",
          "[store][records]") {
  auto db = new_case();
  const std::string session =
      R"({"session_id":"I1","authorization_id":"A","line":"+447700900001","start":"2031-03-04T08:15:53Z")";
  CHECK(store_text(db, "intercept_log", session + "}").stored == 1);
  CHECK(store_text(db, "intercept_log", "[" + session + "}]").shared == 1);
  const Counts changed = store_text(db, "intercept_log", session + R"(,"summary":"changed"})");
  REQUIRE(changed.conflicts.size() == 1);
  CHECK(changed.conflicts[0].starts_with("its id is that of SRC-1:1, which says something else"));
  CHECK(changed.stored == 0);
  const Counts other = store_text(
      db, "intercept_log",
      R"({"session_id":"I1","authorization_id":"B","line":"+447700900001","start":"2031-03-04T08:15:53Z"})");
  CHECK(other.stored == 1);
  const Counts twice = store_text(
      db, "payments",
      R"([{"payment_id":"P1","from":"A","to":"B"},{"payment_id":"P1","from":"A","to":"C"},
                                     {"payment_id":"P1","from":"A","to":"B"}])");
  CHECK(twice.stored == 1);
  CHECK(twice.duplicates == 1);
  CHECK(twice.conflicts.size() == 1);
}

TEST_CASE("records: equal statements in two reports are two, in one file copied twice they are one",
          "[store][records]") {
  auto db = new_case();
  const auto report = [](const char* id) {
    return std::string{R"({"report_id":")"} + id +
           R"(","officer":"Falcon","from":"2031-05-01","statements":[{"id":"S1","person":{"id":"A"}}]})";
  };
  const Counts two =
      store_text(db, "undercover_report", report("R1") + "\n" + report("R2"), "AUTH-2");
  CHECK(two.stored == 4);
  const Counts copied = store_text(db, "undercover_report", "[" + report("R1") + "]", "AUTH-2");
  CHECK(copied.shared == 2);
  const auto statements = all(db, [] {
    store::RecordQuery query;
    query.kind = "statement";
    return query;
  }());
  REQUIRE(statements.size() == 2);
  CHECK(statements[0].record.statement().trace().record_id() == "SRC-1:1.2");
  CHECK(statements[0].record.authorization_id() == "AUTH-2");
}

TEST_CASE("records: queries by source, layer, time and identifier", "[store][records]") {
  auto db = new_case();
  store_text(
      db, "edge_list",
      "source,target,layer,from,to\nX,Y,k,2031-01-01,2031-01-31\nX,Z,m,2031-03-01,\nY,Z,k,,\n");
  store_text(db, "edge_list", "P,Q\nP,R\n");
  store::RecordQuery query;
  query.layer = "k";
  CHECK(all(db, query).size() == 2);
  query.source_id = "SRC-2";
  CHECK(all(db, query).empty());
  query.layer.clear();
  CHECK(all(db, query).size() == 2);
  query = {};
  query.from_us = core::parse_instant("2031-01-15T00:00:00Z")->us;
  CHECK(all(db, query).size() == 2);
  query.to_us = core::parse_instant("2031-02-01T00:00:00Z")->us;
  CHECK(all(db, query).size() == 1);
  query = {};
  const auto z = store::find_identifiers(db, "Z");
  for (const auto& found : *z) query.identifiers.push_back(found.id);
  CHECK(all(db, query).size() == 2);
}

TEST_CASE("records: the case's facts keep the first meaning of an id and name the others",
          "[store][records]") {
  auto db = new_case();
  store_text(db, "statements",
             R"({"case":{"title":"old"},"offences":[{"id":"O1","state":"DE"}],
                 "statements":[{"id":"S1","grade":"A1","person":{"id":"A"}},
                               {"id":"S2","act":{"type":"attempt","offence":"O1","persons":["A"]}}]})",
             "", "C3");
  store_text(db, "statements",
             R"({"case":{"title":"new"},"offences":[{"id":"O1","state":"FR"}],
                 "statements":[{"id":"S1","person":{"id":"B"}},
                               {"id":"S3","act":{"type":"attempt","offence":"O1","persons":["B"]}}]})");
  const auto facts = store::facts_of_case(db);
  REQUIRE(facts.ok());
  CHECK(facts->case_().title() == "new");
  REQUIRE(facts->offences_size() == 2);
  CHECK(facts->offences(0).id() == "O1");
  CHECK(facts->offences(1).id() == "O1@SRC-2");
  REQUIRE(facts->statements_size() == 4);
  CHECK(facts->statements(0).grade() == "A1");
  CHECK(facts->statements(1).grade() == "C3");
  CHECK(facts->statements(1).act().offence() == "O1");
  CHECK(facts->statements(2).id() == "S1@SRC-2:2");
  CHECK(facts->statements(3).act().offence() == "O1@SRC-2");
  CHECK(facts->statements(3).trace().record_id() == "SRC-2:3");
}

TEST_CASE("records: a payload that is no record is an integrity failure", "[store][records]") {
  auto db = new_case();
  store_text(db, "edge_list", "x,y\nx,z\n");
  REQUIRE(db.exec("UPDATE record SET payload = x'ff' WHERE seq = 2").ok());
  const auto status =
      store::for_each_record(db, {}, [](store::StoredRecord&) { return core::ok(); });
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().code == core::ErrorCode::Integrity);
  CHECK(status.error().reason == "ALTERED");
}
