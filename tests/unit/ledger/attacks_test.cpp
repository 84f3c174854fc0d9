// Twelve ways to alter a stored log, each at every entry: what verification says, for whoever kept
// a checkpoint. The attacker holds the file, and where it says so the keys.
#include <cstdlib>
#include <functional>

#include "tests/unit/ledger/small_case.hpp"

using namespace palermo;
using test::has_code;
using test::SmallCase;

namespace {

/// Entries of the log: 1,500 in soak.
std::size_t wanted() { return std::getenv("PALERMO_SOAK") != nullptr ? 1500 : 40; }

struct LongCase : SmallCase {
  std::string kept;

  LongCase() {
    auto transaction = *db.begin();
    while (*ledger.size() < wanted()) {
      v1::LedgerEntry entry;
      if (*ledger.size() % 3 == 0) entry.set_id("thing-" + std::to_string(*ledger.size() % 7));
      entry.mutable_heartbeat()->set_note(std::to_string(*ledger.size()));
      REQUIRE(ledger.append(transaction, entry, anna).ok());
    }
    kept = *ledger.checkpoint(transaction, log);
    REQUIRE(transaction.commit().ok());
  }
};

}  // namespace

TEST_CASE("attacks: twelve mutations at every entry are found", "[ledger][attacks]") {
  LongCase store;
  const std::vector<std::string> honest = store.leaves();
  const std::size_t n = honest.size();
  REQUIRE(store.verify(store.kept).ok());
  store.drop_triggers();
  const std::string where = " WHERE idx = ";
  std::size_t tried = 0;
  std::size_t missed = 0;
  const auto expect = [&](std::size_t i, const char* what, std::vector<const char*> codes) {
    const auto result = store.verify(store.kept);
    ++tried;
    bool found = !result.ok();
    for (const char* code : codes) found = found && has_code(result, code);
    if (found) return;
    ++missed;
    UNSCOPED_INFO(what << " at " << i);
  };
  // In the table alone: undone after each try.
  const auto rows = [&](std::size_t i, const char* what, const std::string& sql,
                        std::vector<const char*> codes) {
    store.run("SAVEPOINT attack");
    store.run(sql);
    store.run("RELEASE attack");
    expect(i, what, std::move(codes));
  };
  const auto restore = [&](std::size_t i) {
    store.put_blob("UPDATE leaf SET bytes = ?1" + where + std::to_string(i), honest[i]);
    store.put_blob("UPDATE leaf SET hash = ?1" + where + std::to_string(i),
                   core::bytes_of(ledger::leaf_hash(honest[i])));
  };
  for (std::size_t i = 0; i < n; ++i) {
    const std::string at = std::to_string(i);
    std::string damaged = honest[i];
    damaged[(i * 31) % damaged.size()] ^= static_cast<char>(1 << i % 7);
    store.put_blob("UPDATE leaf SET bytes = ?1" + where + at, damaged);  // 1
    expect(i, "a bit of the bytes", {"ALTERED"});
    restore(i);
    std::string hash{core::bytes_of(ledger::leaf_hash(honest[i]))};
    hash[i % hash.size()] ^= static_cast<char>(1 << i % 8);
    store.put_blob("UPDATE leaf SET hash = ?1" + where + at, hash);  // 2
    expect(i, "a bit of the hash", {"ALTERED"});
    restore(i);
    store.put_blob("UPDATE leaf SET bytes = ?1" + where + at, damaged);  // 3
    store.put_blob("UPDATE leaf SET hash = ?1" + where + at,
                   core::bytes_of(ledger::leaf_hash(damaged)));
    expect(i, "bytes and hash together", {"ALTERED"});
    restore(i);
    const std::size_t other = (i + 1) % n;
    store.put_blob("UPDATE leaf SET bytes = ?1" + where + at, honest[other]);  // 4
    expect(i, "another entry's bytes", {"ALTERED"});
    restore(i);
    rows(i, "the row moved", "UPDATE leaf SET idx = 1000000" + where + at, {});  // 5
    store.run("UPDATE leaf SET idx = " + at + where + "1000000");
    if (i % 2 == 1) {
      const std::string node = " FROM node WHERE level = 1 AND idx = " + std::to_string(i / 2);
      const std::string stored = store.text_of("SELECT hash" + node);
      std::string flipped = stored;
      flipped[i % flipped.size()] ^= 1;
      const std::string update =
          "UPDATE node SET hash = ?1 WHERE level = 1 AND idx = " + std::to_string(i / 2);
      store.put_blob(update, flipped);  // 6
      expect(i, "a stored node", {"ALTERED"});
      store.put_blob(update, stored);
    }
  }
  store.restore_triggers();
  REQUIRE(store.verify(store.kept).ok());

  // The whole log made anew by whoever holds every key, against the checkpoint that was kept.
  const auto anew = [&](std::size_t i, const char* what, const std::vector<std::string>& leaves,
                        bool sign, std::vector<const char*> codes) {
    store.forge(leaves, sign);
    expect(i, what, std::move(codes));
  };
  for (std::size_t i = 1; i < n; ++i) {
    const auto place = static_cast<std::ptrdiff_t>(i);
    auto forged = honest;
    forged.erase(forged.begin() + place);
    anew(i, "an entry left out", forged, true, {"ROLLBACK"});  // 7
    forged = honest;
    forged.insert(forged.begin() + place, honest[i - 1]);
    anew(i, "an entry twice", forged, true, {"NOT_EXTENSION", "SEQUENCE_GAP"});  // 8
    forged = honest;
    std::swap(forged[i], forged[i - 1]);
    anew(i, "two entries swapped", forged, true, {"NOT_EXTENSION"});  // 9
    forged.assign(honest.begin(), honest.begin() + place);
    anew(i, "the tail cut off", forged, true, {"ROLLBACK"});  // 10
    forged = honest;
    forged[i] = store.resigned(honest[i], "recorded_at", "1999-01-01T00:00:00.000000Z");
    anew(i, "back-dated by the true key", forged, true,
         {"TIME_REGRESSION", "NOT_EXTENSION"});  // 11
    forged = honest;
    core::Json json = *core::parse_json(honest[i]);
    json["occurred_at"] = "2031-01-01T00:00:00.000000Z";
    forged[i] = *ledger::canonical_json(json);
    anew(i, "rewritten without the operator's key", forged, true,
         {"BAD_SIGNATURE", "NOT_EXTENSION"});  // 12
  }
  store.forge(honest, false);
  WARN(tried << " attacks on a log of " << n << " entries, " << missed << " not found");
  CHECK(missed == 0);
  CHECK(tried > 11 * n - 12);
}
