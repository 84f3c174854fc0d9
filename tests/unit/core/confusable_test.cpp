// Names that hide something, and names that only look unusual.
#include "core/base/confusable.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

using namespace palermo;
using core::NameFlag;
using Flags = std::vector<NameFlag>;

namespace {

const core::NameReader& reader() {
  static const core::NameReader kReader = *core::NameReader::make();
  return kReader;
}

bool has(const Flags& flags, NameFlag flag) {
  return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells{""};
  for (const char c : line) {
    if (c == '\t') {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

}  // namespace

TEST_CASE("names of many scripts raise no flag", "[confusable]") {
  for (const char* name :
       {"Bruno Example", "Åse Ødegård", "Łukasz Żółć", "Зоя Примерова", "Ελένη Παράδειγμα",
        "Đorđe Đukić", "नमूना कुमारी", "ตัวอย่าง สมมุติ", "例 花子", "はなこ れい", "예시", "مثال نمونه",
        "דוגמה", "ნიმუში", "Նմուշ", "O'Sample-Smith", "d’Exemple", "J. R. Sample, Jr.",
        // The joiner of Persian and of Sinhala, the selector of a variant ideograph.
        "می\u200cخواهم", "ක්\u200dෂ", "葛\U000e0100"}) {
    INFO(name);
    CHECK(reader().flags(name).empty());
  }
}

TEST_CASE("what hides in a name is named", "[confusable]") {
  CHECK(reader().flags("Bruno \u202eelpmaxE") == Flags{NameFlag::BidiControl});
  CHECK(reader().flags("Bruno\u200e Example") == Flags{NameFlag::BidiControl});
  CHECK(reader().flags("Bru\u200bno") == Flags{NameFlag::Invisible});
  CHECK(reader().flags("Bru\u200dno") == Flags{NameFlag::Invisible});
  CHECK(reader().flags("Bru\u034fno") == Flags{NameFlag::Invisible});
  CHECK(reader().flags("Bru\u00adno") == Flags{NameFlag::Invisible});
  CHECK(reader().flags(std::string_view{"Bru\0no", 6}) == Flags{NameFlag::Control});
  CHECK(reader().flags("Bruno\u2028Example") == Flags{NameFlag::Control});
  CHECK(has(reader().flags("Bruno\ufdd0"), NameFlag::Noncharacter));
  CHECK(has(reader().flags("Bruno\U0001fffe"), NameFlag::Noncharacter));
  CHECK(reader().flags("B\u0433uno") == Flags{NameFlag::MixedScript});
  CHECK(has(reader().flags("Bruno\u3164"), NameFlag::MixedScript));
  CHECK(!has(reader().flags("예시\u3164"), NameFlag::MixedScript));
  CHECK(reader().flags("a\u0300\u0301\u0302\u0303").empty());
  CHECK(reader().flags("a\u0300\u0301\u0302\u0303\u0304") == Flags{NameFlag::CombiningFlood});
  CHECK(reader().flags(" \u00a0\u2003") == Flags{NameFlag::Empty});
  CHECK(reader().flags("") == Flags{NameFlag::Empty});
  CHECK(reader().flags("Bru\xc3no") == Flags{NameFlag::InvalidUtf8});
}

TEST_CASE("look-alikes share a skeleton, other names do not", "[confusable]") {
  const std::string plain = reader().skeleton("Bruno Example");
  CHECK(reader().skeleton("Вruno Eхаmplе") == plain);  // Cyrillic
  CHECK(reader().skeleton("Ｂｒｕｎｏ　Ｅｘａｍｐｌｅ") == plain);
  CHECK(reader().skeleton("Bru\u200bno  Example ") == plain);
  CHECK(reader().skeleton("Bruno Exarnple") == plain);  // rn for m
  CHECK(reader().skeleton("Bruna Example") != plain);
  CHECK(reader().skeleton("Bru\xc3no").empty());
}

TEST_CASE("canonically equal names are found, and their bytes differ", "[confusable]") {
  const std::string composed = "Ren\u00e9 \u00d1o\u00f1o";
  const std::string decomposed = "Rene\u0301 N\u0303on\u0303o";
  REQUIRE(composed != decomposed);
  CHECK(reader().canonical(composed) == reader().canonical(decomposed));
  CHECK(reader().canonical("  BRUNO  example") == reader().canonical("Bruno Example"));
  CHECK(reader().canonical("Βruno") != reader().canonical("Bruno"));  // Greek beta looks, is not
}

TEST_CASE("one name in two scripts is written alike in Latin", "[confusable]") {
  CHECK(reader().transliterated("Владимир Примеров") ==
        reader().transliterated("PRIMEROV, Vladimir"));
  CHECK(reader().transliterated("Ødegård") == "odegard");
  CHECK(reader().transliterated("O’Sample") == reader().transliterated("OSample"));
  CHECK(reader().transliterated("…").empty());
}

TEST_CASE("heaped marks and invisible letters are shown as what they are", "[confusable][text]") {
  std::string flood = "a";
  for (int i = 0; i < 60; ++i) flood += "\u0304";
  const std::string shown = core::printable(flood);
  CHECK(shown.find("\\u0304") != std::string::npos);
  std::size_t marks = 0;
  for (std::size_t at = shown.find("\u0304"); at != std::string::npos;
       at = shown.find("\u0304", at + 1))
    ++marks;
  CHECK(marks == 4);
  CHECK(core::html_escape(flood).find("\\u0304") != std::string::npos);
  CHECK(core::printable("Bruno\u3164") == "Bruno\\u3164");
  CHECK(core::printable("❤\ufe0f") == "❤\ufe0f");
}

TEST_CASE("every row of the published table of names gets the verdict it expects",
          "[confusable][shared]") {
  PALERMO_NEED_SHARED(shared);
  std::istringstream file{test::read_file(shared / "data/hostile-input/unicode/names.tsv")};
  std::string line;
  std::getline(file, line);
  struct Row {
    std::string id, bytes, expect;
  };
  std::vector<Row> rows;
  std::map<std::string, std::string> by_id;
  while (std::getline(file, line)) {
    const auto cells = cells_of(line);
    REQUIRE(cells.size() == 5);
    rows.push_back({cells[0], *core::from_hex(cells[2]), cells[4]});
    by_id[cells[0]] = rows.back().bytes;
  }
  CHECK(rows.size() >= 50);
  for (const Row& row : rows) {
    INFO(row.id << " expects " << row.expect);
    const Flags flags = reader().flags(row.bytes);
    const auto other = row.expect.find(':') == std::string::npos
                           ? std::string{}
                           : by_id.at(row.expect.substr(row.expect.find(':') + 1));
    if (row.expect == "accept" || row.expect == "accept_no_flag" ||
        row.expect == "accept_or_reject_without_truncation") {
      CHECK(flags.empty());
    } else if (row.expect == "flag_bidi_control") {
      CHECK(has(flags, NameFlag::BidiControl));
    } else if (row.expect == "flag_mixed_script") {
      CHECK(has(flags, NameFlag::MixedScript));
    } else if (row.expect == "flag_noncharacter") {
      CHECK(has(flags, NameFlag::Noncharacter));
    } else if (row.expect == "reject_or_flag_control") {
      CHECK(has(flags, NameFlag::Control));
    } else if (row.expect == "accept_bounded_rendering") {
      CHECK(has(flags, NameFlag::CombiningFlood));
    } else if (row.expect == "reject") {
      CHECK(has(flags, NameFlag::Empty));
    } else if (row.expect.starts_with("confusable_with:")) {
      CHECK(reader().skeleton(row.bytes) == reader().skeleton(other));
      CHECK(reader().canonical(row.bytes) != reader().canonical(other));
    } else if (row.expect.starts_with("canonically_equal:")) {
      CHECK(reader().canonical(row.bytes) == reader().canonical(other));
      CHECK(row.bytes != other);
    } else {
      FAIL("an expectation this test does not know");
    }
  }
  // Nobody looks like somebody else unless the table says so.
  std::map<std::string, std::vector<std::string>> looks;
  for (const Row& row : rows)
    if (row.expect == "accept" || row.expect == "accept_no_flag")
      looks[reader().skeleton(row.bytes)].push_back(row.id);
  for (const auto& [skeleton, ids] : looks) {
    INFO(ids.front());
    CHECK(ids.size() == 1);
  }
}

TEST_CASE("every row of the published table of invalid UTF-8 is flagged", "[confusable][shared]") {
  PALERMO_NEED_SHARED(shared);
  std::istringstream file{test::read_file(shared / "data/hostile-input/unicode/utf8_invalid.tsv")};
  std::string line;
  std::getline(file, line);
  std::size_t rows = 0;
  while (std::getline(file, line)) {
    const auto cells = cells_of(line);
    REQUIRE(cells.size() == 3);
    INFO(cells[0]);
    CHECK(reader().flags(*core::from_hex(cells[1])) == Flags{NameFlag::InvalidUtf8});
    ++rows;
  }
  CHECK(rows >= 8);
}
