#include <cstdlib>

#include "core/base/clock_for_tests.hpp"
#include "core/base/json_message.hpp"
#include "core/base/time.hpp"
#include "core/ledger/canonical.hpp"
#include "core/ledger/ledger.hpp"
#include "core/ledger/merkle.hpp"
#include "core/ledger/note.hpp"
#include "tests/support/catch.hpp"

using namespace palermo;
using namespace palermo::ledger;

namespace {

v1::LedgerEntry heartbeat(const std::string& note) {
  v1::LedgerEntry entry;
  entry.mutable_heartbeat()->set_note(note);
  return entry;
}

v1::LedgerEntry authorization(const std::string& id, const std::string& status) {
  v1::LedgerEntry entry;
  entry.set_id(id);
  entry.mutable_authorization()->set_status(status);
  return entry;
}

v1::LedgerEntry read(Ledger& ledger, std::uint64_t index) {
  auto bytes = ledger.leaf(index);
  REQUIRE(bytes.ok());
  auto json = core::parse_json(*bytes);
  REQUIRE(json.ok());
  v1::LedgerEntry entry;
  REQUIRE(core::fill_message(*json, entry).ok());
  return entry;
}

struct Fixture {
  store::Database db = *store::Database::in_memory();
  Ledger ledger = *Ledger::open(db);
  SigningKey anna = *SigningKey::generate("op/anna");
  SigningKey log = *SigningKey::generate("palermo/case-1");
};

}  // namespace

TEST_CASE_METHOD(Fixture, "append completes, signs and stores an entry", "[ledger][append]") {
  auto transaction = *db.begin();
  const auto first = ledger.append(transaction, authorization("AUTH-1", "ACTIVE"), anna);
  REQUIRE(first.ok());
  CHECK(first->index == 0);
  const auto second = ledger.append(transaction, heartbeat("x"), anna);
  const auto third = ledger.append(transaction, authorization("AUTH-1", "CANCELLED"), anna);
  const auto fourth = ledger.append(transaction, heartbeat("y"), anna);
  const auto other = ledger.append(transaction, authorization("AUTH-2", "ACTIVE"), anna);
  REQUIRE((second.ok() && third.ok() && fourth.ok() && other.ok()));
  REQUIRE(transaction.commit().ok());
  CHECK(*ledger.size() == 5);

  const v1::LedgerEntry a = read(ledger, 0);
  CHECK(a.v() == 1);
  CHECK(a.kind() == "authorization");
  CHECK(a.rev() == 1);
  CHECK(a.prev_leaf().empty());
  CHECK(a.actor() == "op/anna");
  const v1::LedgerEntry c = read(ledger, 2);
  CHECK(c.seq() == 2);
  CHECK(c.rev() == 2);
  CHECK(c.prev_leaf() == core::to_hex(first->hash));
  CHECK(c.recorded_at() >= a.recorded_at());
  CHECK(read(ledger, 3).rev() == 1);  // entries about no thing form no chain
  CHECK(read(ledger, 3).prev_leaf().empty());
  CHECK(read(ledger, 4).rev() == 1);
  CHECK(leaf_hash(*ledger.leaf(2)) == third->hash);

  v1::LedgerEntry unsigned_entry = c;
  unsigned_entry.clear_sig();
  CHECK(verify_signature(anna.verifier(),
                         std::string{kEntrySignaturePrefix} + *canonical_json(unsigned_entry),
                         *core::from_base64(c.sig())));
}

TEST_CASE_METHOD(Fixture, "what the caller sets in completed fields does not count",
                 "[ledger][append]") {
  auto transaction = *db.begin();
  v1::LedgerEntry entry = heartbeat("x");
  entry.set_seq(77);
  entry.set_rev(9);
  entry.set_prev_leaf("aa");
  entry.set_sig("bb");
  entry.set_kind("destruction");
  entry.set_actor("op/bert");
  entry.set_recorded_at("1970-01-01T00:00:00.000000Z");
  REQUIRE(ledger.append(transaction, entry, anna).ok());
  const v1::LedgerEntry stored = read(ledger, 0);
  CHECK(stored.seq() == 0);
  CHECK(stored.rev() == 1);
  CHECK(stored.kind() == "heartbeat");
  CHECK(stored.actor() == "op/anna");
  CHECK(stored.prev_leaf().empty());
  CHECK(stored.recorded_at() > "2020");
}

TEST_CASE_METHOD(Fixture,
                 "an entry without body, too large or not UTF-8 is refused and leaves no trace",
                 "[ledger][append]") {
  auto transaction = *db.begin();
  CHECK(ledger.append(transaction, {}, anna).error().code == core::ErrorCode::InvalidArgument);
  CHECK(ledger.append(transaction, heartbeat(std::string(70'000, 'x')), anna).error().code ==
        core::ErrorCode::InvalidArgument);
  CHECK(ledger.append(transaction, heartbeat("\xFF"), anna).error().code ==
        core::ErrorCode::InvalidArgument);
  CHECK(*ledger.size() == 0);
  REQUIRE(ledger.append(transaction, heartbeat("ok"), anna).ok());
  CHECK(*ledger.size() == 1);
}

TEST_CASE_METHOD(Fixture, "the stored tree is the tree of its leaves after any mix of transactions",
                 "[ledger][append]") {
  std::vector<Digest> leaves;
  const auto agree = [&] {
    REQUIRE(*ledger.size() == leaves.size());
    for (std::size_t n = 0; n <= leaves.size(); ++n)
      REQUIRE(*ledger.root(n) == root_of(std::span{leaves}.first(n)));
  };
  for (int round = 0; round < 12; ++round) {
    {
      auto lost = *db.begin();  // rolled back: must leave nothing behind, cached or stored
      for (int i = 0; i <= round; ++i)
        REQUIRE(
            ledger.append(lost, authorization("AUTH-" + std::to_string(i % 3), "LOST"), anna).ok());
    }
    agree();
    auto transaction = *db.begin();
    for (int i = 0; i <= round; ++i) {
      auto leaf =
          ledger.append(transaction, authorization("AUTH-" + std::to_string(i % 3), "KEPT"), anna);
      REQUIRE(leaf.ok());
      REQUIRE(leaf->index == leaves.size());
      leaves.push_back(leaf->hash);
    }
    REQUIRE(transaction.commit().ok());
    agree();
    auto another = *Ledger::open(db);  // a second writer of the same case
    auto theirs = *db.begin();
    leaves.push_back(another.append(theirs, heartbeat("theirs"), anna)->hash);
    leaves.push_back(ledger.append(theirs, heartbeat("ours"), anna)->hash);
    REQUIRE(theirs.commit().ok());
  }
  agree();
  const std::uint64_t n = leaves.size();
  for (std::uint64_t i = 0; i < n; ++i) {
    CHECK(verify_inclusion(i, n, leaves[i], *ledger.inclusion_proof(i, n), *ledger.root(n)));
    CHECK(verify_consistency(i + 1, n, *ledger.root(i + 1), *ledger.root(n),
                             *ledger.consistency_proof(i + 1, n), FromEmpty::Refuse));
  }
  CHECK_FALSE(ledger.root(n + 1).ok());
}

TEST_CASE_METHOD(Fixture, "recorded_at repeats the last time when the clock goes back",
                 "[ledger][append]") {
  const auto append_at = [&](const char* now) {
    core::detail::fix_clock_for_tests(core::parse_instant(now)->us);
    auto transaction = *db.begin();
    const auto leaf = ledger.append(transaction, heartbeat("x"), anna);
    REQUIRE(leaf.ok());
    REQUIRE(transaction.commit().ok());
    core::detail::fix_clock_for_tests(std::nullopt);
    return read(ledger, leaf->index).recorded_at();
  };
  CHECK(append_at("2031-03-04T08:15:53Z") == "2031-03-04T08:15:53.000000Z");
  CHECK(append_at("2031-03-04T08:15:52Z") == "2031-03-04T08:15:53.000000Z");
  CHECK(append_at("2031-03-04T08:15:54.25Z") == "2031-03-04T08:15:54.250000Z");
}

TEST_CASE_METHOD(Fixture, "a checkpoint is a signed note that the log's key verifies",
                 "[ledger][append]") {
  REQUIRE(db.set_meta("log_vkey", log.verifier().text()).ok());
  auto transaction = *db.begin();
  const auto empty = ledger.checkpoint(transaction, log);
  REQUIRE(empty.ok());
  for (int i = 0; i < 5; ++i) REQUIRE(ledger.append(transaction, heartbeat("x"), anna).ok());
  const auto note = ledger.checkpoint(transaction, log);
  REQUIRE(note.ok());
  CHECK(*ledger.checkpoint(transaction, log) == *note);
  CHECK(*db.scalar("SELECT count(*) FROM checkpoint") == 2);
  const auto parsed = parse_signed_checkpoint(*note);
  REQUIRE(parsed.ok());
  CHECK(parsed->checkpoint.origin == "palermo/case-1");
  CHECK(parsed->checkpoint.size == 5);
  CHECK(parsed->checkpoint.root == *ledger.root(5));
  const std::vector<VerifierKey> keys{log.verifier()};
  CHECK(verify_note(parsed->note, keys).ok());
  const auto wrong = SigningKey::generate("palermo/case-1");
  CHECK(ledger.checkpoint(transaction, *wrong).error().reason == "BAD_SIGNATURE");
  REQUIRE(db.exec("UPDATE checkpoint SET note = replace(note, '5', '6') WHERE size = 5").ok());
  CHECK(ledger.checkpoint(transaction, log).error().reason == "ALTERED");
}
