#include "ingest/calls/text_table.hpp"

#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using palermo::ingest::TextTable;

TEST_CASE("A text keeps its number, whatever its length, and no two texts share one",
          "[ingest][text_table]") {
  std::mt19937 random{3};
  std::vector<std::string> texts{""};
  // Texts of every length that differ in one place only, so that a key that leaves a byte out
  // shows.
  for (std::size_t size = 1; size <= 80; ++size) {
    const std::string base(size, 'x');
    texts.push_back(base);
    for (std::size_t at = 0; at < size; ++at) {
      std::string changed = base;
      changed[at] = static_cast<char>('0' + random() % 10);
      texts.push_back(changed);
    }
  }
  for (int i = 0; i < 20'000; ++i) texts.push_back(std::to_string(random() % 30'000));

  TextTable table;
  std::map<std::string, std::uint32_t> expected;
  for (int round = 0; round < 2; ++round) {
    for (const std::string& text : texts) {
      const auto [known, fresh] =
          expected.try_emplace(text, static_cast<std::uint32_t>(expected.size()));
      (void)table.probe(text);
      const std::uint32_t id = table.intern(text);
      REQUIRE(id == known->second);
      REQUIRE(table[id] == text);
    }
  }
  CHECK(table.size() == expected.size());
}

TEST_CASE("A copied text outlives its source", "[ingest][text_table]") {
  TextTable table;
  {
    std::string gone = "a cell name that is longer than any slot of the table";
    CHECK(table.intern_copy(gone) == 0);
    gone.assign(gone.size(), '?');
  }
  CHECK(table[0] == "a cell name that is longer than any slot of the table");
  CHECK(table.intern("a cell name that is longer than any slot of the table") == 0);
}

TEST_CASE("A note is made once for a text and stays with it while the table grows",
          "[ingest][text_table]") {
  TextTable table;
  std::size_t made = 0;
  const auto note_of = [&made](std::string_view text) {
    ++made;
    return static_cast<std::uint8_t>(text.size() % 251);
  };
  for (int round = 0; round < 3; ++round) {
    for (std::uint32_t i = 0; i < 5'000; ++i) {
      const std::string text = std::string(i % 300, 'x') + std::to_string(i);
      const TextTable::Probe probe = table.probe(text);
      table.copy_texts();
      const TextTable::Found found =
          i % 2 == 0 ? table.look_up(probe, note_of) : table.look_up(text, note_of);
      REQUIRE(found.id == i);
      REQUIRE(found.note == text.size() % 251);
    }
  }
  CHECK(made == 5'000);
}
