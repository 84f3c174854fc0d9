#include "ingest/records/delimited.hpp"

#include "core/base/json_message.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

using namespace palermo;

namespace {
std::vector<ingest::Row> rows_of(std::string_view text, char separator) {
  ingest::DelimitedReader reader{text, separator};
  std::vector<ingest::Row> rows;
  ingest::Row row;
  while (true) {
    const auto more = reader.next(row);
    REQUIRE(more.ok());
    if (!*more) return rows;
    rows.push_back(row);
  }
}
}  // namespace

TEST_CASE("delimited text: the published CSV spectrum reads as its authors say", "[ingest][csv]") {
  PALERMO_NEED_SHARED(shared);
  const auto folder = shared / "data/hostile-input/csv/csv-spectrum";
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "csvs")) {
    const std::string stem = entry.path().stem().string();
    INFO(stem);
    const auto expected = core::parse_json(test::read_file(folder / "json" / (stem + ".json")));
    REQUIRE(expected.ok());
    if (!expected->is_array()) continue;  // its published JSON states another number than its CSV
    const std::string text = test::read_file(entry.path());
    const auto rows = rows_of(text, ',');
    REQUIRE(rows.size() == expected->size() + 1);
    for (std::size_t r = 1; r < rows.size(); ++r) {
      REQUIRE(rows[r].cells.size() == rows[0].cells.size());
      CHECK(rows[r].problem.empty());
      for (std::size_t c = 0; c < rows[0].cells.size(); ++c) {
        // One published value writes as LF the line break that its file has as CRLF.
        std::string cell = rows[r].cells[c];
        std::string value = (*expected)[r - 1].at(rows[0].cells[c]).get<std::string>();
        std::erase(cell, '\r');
        std::erase(value, '\r');
        CHECK(value == cell);
      }
    }
    ++seen;
  }
  CHECK(seen == 11);
}

TEST_CASE("delimited text: what is written is read back", "[ingest][csv]") {
  rc::prop("quoted cells round trip", [] {
    const auto cells = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(
        rc::gen::container<std::string>(rc::gen::elementOf(std::string{"ab,;\"\n\t "}))));
    std::string text;
    for (const std::string& cell : cells) {
      text += text.empty() ? "\"" : ",\"";
      for (const char c : cell) text += c == '"' ? std::string{"\"\""} : std::string{c};
      text += "\"";
    }
    ingest::DelimitedReader reader{text, ','};
    ingest::Row row;
    const auto more = reader.next(row);
    RC_ASSERT(more.ok());
    RC_ASSERT(*more);
    RC_ASSERT(row.cells == cells);
    RC_ASSERT(!*reader.next(row));
  });
}

TEST_CASE("delimited text: the separator is the one that gives equal rows", "[ingest][csv]") {
  CHECK(ingest::guess_separator("a;b;1,5\nc;d;2,5\n") == ';');
  CHECK(ingest::guess_separator("Smith, J\tDoe, A\t1\nX, Y\tZ, W\t2\n") == '\t');
  CHECK(ingest::guess_separator("\"a;b\",c\n\"d;e\",f\n") == ',');
  CHECK(ingest::guess_separator("word\nanother\n") == 0);
}
