#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/store/database.hpp"
#include "tests/support/catch.hpp"

using namespace palermo;
using store::Database;

namespace {
std::filesystem::path scratch() {
  std::string pattern = (std::filesystem::temp_directory_path() / "palermo-store-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  return pattern;
}
}  // namespace

TEST_CASE("a case file is made once and opened again", "[core][store]") {
  const auto folder = scratch();
  const std::string path = (folder / "a.palermo").string();
  {
    auto db = Database::create(path);
    REQUIRE(db.ok());
    REQUIRE(db->set_meta("title", "x").ok());
  }
  CHECK(Database::create(path).error().code == core::ErrorCode::BadInput);
  auto again = Database::open(path);
  REQUIRE(again.ok());
  CHECK(*again->meta("title").value() == "x");
  std::filesystem::remove_all(folder);
}

TEST_CASE("what is no case is refused by name and left alone", "[core][store]") {
  const auto folder = scratch();
  const auto path = folder / "notes.txt";
  std::ofstream{path} << "hello";
  CHECK(Database::open(path.string()).error().code == core::ErrorCode::BadInput);
  CHECK(Database::open(folder.string()).error().message.find("folder") != std::string::npos);
  CHECK(Database::open((folder / "absent").string()).error().message.find("no such file") !=
        std::string::npos);
  CHECK(std::filesystem::file_size(path) == 5);
  std::filesystem::remove_all(folder);
}

TEST_CASE("a transaction that is not committed leaves nothing", "[core][store]") {
  auto db = Database::in_memory();
  REQUIRE(db.ok());
  {
    auto transaction = db->begin();
    REQUIRE(transaction.ok());
    REQUIRE(db->set_meta("a", "1").ok());
  }
  CHECK_FALSE(db->meta("a").value().has_value());
}

TEST_CASE("leaves and segments refuse updates", "[core][store]") {
  auto db = Database::in_memory();
  REQUIRE(db->exec("INSERT INTO leaf VALUES (0, x'00', x'01')").ok());
  CHECK_FALSE(db->exec("UPDATE leaf SET bytes = x'02'").ok());
  CHECK_FALSE(db->exec("DELETE FROM leaf").ok());
}
