#include "core/store/source_id.hpp"

#include "tests/support/catch.hpp"

namespace palermo::store {
namespace {

const std::string kOne = "016518b7aaaa0000000000000000000000000000000000000000000000000001";
const std::string kOther = "016518b7bbbb0000000000000000000000000000000000000000000000000002";
const std::string kThird = "016518b7bbbb1111000000000000000000000000000000000000000000000003";

void insert(Database& db, std::int64_t seq, const std::string& id) {
  REQUIRE(db.exec("PRAGMA foreign_keys=OFF"));
  auto row = db.prepare("INSERT INTO source VALUES (?1, ?2, ?2, x'', x'', 0)");
  REQUIRE(row);
  REQUIRE(row->bind_all(seq, id));
  REQUIRE(row->run());
}

TEST_CASE("a source is called by the first digits of its digest that are free") {
  auto db = Database::in_memory();
  REQUIRE(db);
  CHECK(*free_source_id(*db, kOne) == "SRC-016518b7");
  insert(*db, 1, "SRC-016518b7");
  CHECK(*free_source_id(*db, kOther) == "SRC-016518b7bbbb");
  insert(*db, 2, "SRC-016518b7bbbb");
  CHECK(*free_source_id(*db, kThird) == "SRC-016518b7bbbb1111");
}

TEST_CASE("an id is held against the digest, and numbers of older cases against their place") {
  CHECK(is_id_of_source("SRC-016518b7", 5, kOne));
  CHECK(is_id_of_source("SRC-016518b7bbbb", 5, kOther));
  CHECK(is_id_of_source("SRC-5", 5, kOne));
  CHECK_FALSE(is_id_of_source("SRC-6", 5, kOne));
  CHECK_FALSE(is_id_of_source("SRC-016518b7bbbb", 5, kOne));
  CHECK_FALSE(is_id_of_source("SRC-016518b", 5, kOne));    // too short to name a file
  CHECK_FALSE(is_id_of_source("SRC-016518b7a", 5, kOne));  // never cut there
  CHECK_FALSE(is_id_of_source("SRC-", 5, kOne));
  CHECK_FALSE(is_id_of_source("Q-5", 5, kOne));
}

TEST_CASE("sources stand by id, numbered ones first and by number") {
  auto db = Database::in_memory();
  REQUIRE(db);
  insert(*db, 1, "SRC-1");
  insert(*db, 2, "SRC-2");
  insert(*db, 10, "SRC-10");
  insert(*db, 11, "SRC-ffffffff");
  insert(*db, 12, "SRC-00000000");
  const auto ranks = source_ranks(*db);
  REQUIRE(ranks);
  CHECK(*ranks ==
        std::unordered_map<std::int64_t, std::int64_t>{{1, 0}, {2, 1}, {10, 2}, {12, 3}, {11, 4}});
}

}  // namespace
}  // namespace palermo::store
