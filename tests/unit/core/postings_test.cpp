// Lists of segments that mention an identifier.
#include "core/store/postings.hpp"

#include <algorithm>
#include <map>
#include <random>

#include "core/store/segment_index.hpp"
#include "core/store/segment_store.hpp"
#include "tests/support/catch.hpp"

using namespace palermo;

namespace {

using Dictionaries = std::vector<std::vector<std::uint32_t>>;

/// Every identifier below `ids` in one of `share` segments.
Dictionaries drawn(std::size_t segments, std::uint32_t ids, unsigned share, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  Dictionaries dictionaries(segments);
  for (auto& dictionary : dictionaries)
    for (std::uint32_t id = 1; id < ids; ++id)
      if (random() % share == 0) dictionary.push_back(id);
  return dictionaries;
}

/// Differences between the lists and the dictionaries they were made from.
std::size_t wrong_lists(const Dictionaries& dictionaries,
                        const std::vector<store::Postings>& blocks, std::uint32_t ids) {
  std::map<std::uint32_t, std::string> bytes;
  for (const store::Postings& block : blocks) bytes.emplace(block.block, block.bytes);
  if (bytes.size() != blocks.size()) return SIZE_MAX;
  std::size_t wrong = 0;
  for (std::uint32_t id = 0; id < ids; ++id) {
    std::vector<std::uint32_t> expected;
    for (std::size_t s = 0; s < dictionaries.size(); ++s)
      if (std::binary_search(dictionaries[s].begin(), dictionaries[s].end(), id))
        expected.push_back(static_cast<std::uint32_t>(s));
    std::vector<std::uint32_t> found;
    const auto block = bytes.find(id / store::kPostingIds);
    if (block != bytes.end() &&
        !store::find_postings(block->second, id % store::kPostingIds, found))
      ++wrong;
    if (found != expected) ++wrong;
  }
  return wrong;
}

}  // namespace

TEST_CASE("postings name the segments of each identifier and no other", "[core][store]") {
  for (const unsigned share : {1U, 3U, 50U, 2'000U}) {
    for (const std::size_t segments : {std::size_t{1}, std::size_t{40}, std::size_t{1'024}}) {
      const Dictionaries dictionaries = drawn(segments, 1'500, share, share + segments);
      const auto blocks = store::postings_of(dictionaries);
      CHECK(wrong_lists(dictionaries, blocks, 1'600) == 0);
      CHECK(std::is_sorted(blocks.begin(), blocks.end(),
                           [](const auto& x, const auto& y) { return x.block < y.block; }));
    }
  }
  CHECK(store::postings_of(Dictionaries{}).empty());
  CHECK(store::postings_of(Dictionaries(3)).empty());
}

TEST_CASE("postings are the same whatever the number of threads", "[core][store]") {
  const Dictionaries dictionaries = drawn(60, 60'000, 40, 5);
  const auto alone = store::postings_of(dictionaries, 1);
  for (const unsigned threads : {2U, 3U, 8U}) {
    const auto shared = store::postings_of(dictionaries, threads);
    REQUIRE(shared.size() == alone.size());
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < alone.size(); ++i)
      wrong += shared[i].block != alone[i].block || shared[i].bytes != alone[i].bytes;
    CHECK(wrong == 0);
  }
}

TEST_CASE("ids far apart cost a row each, not what lies between", "[core][store]") {
  const Dictionaries dictionaries{{7, 4'000'000'000}, {4'000'000'000}};
  const auto blocks = store::postings_of(dictionaries, 4);
  REQUIRE(blocks.size() == 2);
  CHECK(blocks[0].block == 0);
  CHECK(blocks[1].block == 4'000'000'000 / store::kPostingIds);
  std::vector<std::uint32_t> found;
  REQUIRE(store::find_postings(blocks[1].bytes, 4'000'000'000 % store::kPostingIds, found));
  CHECK(found == std::vector<std::uint32_t>{0, 1});
}

TEST_CASE("bytes that are no postings are refused", "[core][store]") {
  std::vector<std::uint32_t> found;
  CHECK(store::find_postings("", 3, found));                // nobody is mentioned
  CHECK_FALSE(store::find_postings("\x20", 0, found));      // no low bits
  CHECK_FALSE(store::find_postings("\x1c\xff", 0, found));  // too many low bits
  CHECK_FALSE(store::find_postings("\x21\xfe", 0, found));  // a byte is missing
  CHECK_FALSE(store::find_postings("\xf1\x01", 0, found));  // half a length
  CHECK_FALSE(store::find_postings("\x21\xfe", 5, found));  // also on the way to another
  CHECK_FALSE(store::find_postings("\x1b\xfe", 0, found));  // a gap without its low bits
  CHECK(found.empty());
}

TEST_CASE("segments written before postings are found by their maps", "[core][store]") {
  auto db = *store::Database::in_memory();
  REQUIRE(db.exec("PRAGMA foreign_keys=OFF").ok());
  REQUIRE(db.exec("INSERT INTO leaf VALUES (0, x'00', x'00');"
                  "INSERT INTO source VALUES (1, 'SRC-1', 'aa', x'00', x'00', 0);"
                  "INSERT INTO segment VALUES (1, 1, 1, 0, 0, x'00', x'00', 0),"
                  "(2, 1, 1, 0, 0, x'00', x'00', 0), (3, 1, 1, 0, 0, x'00', x'00', 0)")
              .ok());
  const std::vector<std::uint32_t> ids{5, 300};
  auto insert = *db.prepare("INSERT INTO segment_identifier VALUES (0, 1, ?1)");
  REQUIRE(insert.bind_blob(1, store::index_of(ids)[0].bits).ok());
  REQUIRE(insert.run().ok());
  REQUIRE(store::write_index(db, 2, Dictionaries{{300}, {5, 9'000}}).ok());
  const auto of = [&db](std::uint32_t id) {
    store::SegmentQuery query;
    query.identifiers = {id};
    return *store::segment_ids(db, query);
  };
  CHECK(of(5) == std::vector<std::int64_t>{1, 3});
  CHECK(of(300) == std::vector<std::int64_t>{1, 2});
  CHECK(of(9'000) == std::vector<std::int64_t>{3});
  CHECK(of(8).empty());
}
