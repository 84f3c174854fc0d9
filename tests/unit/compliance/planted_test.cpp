// What `simulate --violations` plants, the rules find: all of it, and nothing else.
#include <unistd.h>

#include <filesystem>
#include <map>
#include <sstream>

#include "clean_case.hpp"
#include "simulation/violations.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

namespace palermo {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "palermo-planted-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ec;
    fs::remove_all(path_, ec);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

core::Json lines_of(const fs::path& path) {
  core::Json all = core::Json::array();
  if (!fs::exists(path)) return all;
  std::istringstream text{test::read_file(path)};
  for (std::string line; std::getline(text, line);) all.push_back(core::Json::parse(line));
  return all;
}

/// The written files as the rules see them after ingest.
compliance::Facts facts_of(const fs::path& folder) {
  tests::CleanCase c;
  c.authorizations = core::Json::parse(test::read_file(folder / "authorizations.json"));
  c.uses = lines_of(folder / "uses.jsonl");
  c.reports = lines_of(folder / "undercover.jsonl");
  c.statements = core::Json::parse(test::read_file(folder / "statements.json"))["statements"];
  c.as_of = simulation::kJudgedAt;
  c.sessions.clear();
  c.products.clear();
  c.persons.clear();
  std::set<std::string> persons;
  for (const core::Json& statement : c.statements)
    if (statement.contains("person") && persons.insert(statement["person"]["id"]).second)
      c.persons.push_back({statement["person"]["id"], {statement["person"]["id"]}, "", false});
  for (const core::Json& json : lines_of(folder / "intercepts.jsonl")) {
    v1::InterceptSession session;
    REQUIRE(core::fill_message(json, session).ok());
    c.sessions.push_back({"SRC-3:1", session.session_id(), session.authorization_id(),
                          session.privileged(), session.minimised(), !session.summary().empty(),
                          !session.deletion_record().empty()});
  }
  return c.facts();
}

using Found = std::map<std::string, int>;

Found compare(const simulation::WrittenViolations& written, const fs::path& folder) {
  Found difference;
  for (const auto& each : written.planted)
    ++difference[each.rule + " " + each.authorization_id + " " + each.subject];
  const v1::ComplianceResult result = compliance::judge(facts_of(folder));
  for (const auto& each : result.violations())
    --difference[each.rule() + " " + each.authorization_id() + " " + each.subject()];
  std::erase_if(difference, [](const auto& each) { return each.second == 0; });
  return difference;
}

simulation::WrittenViolations write(const simulation::ViolationOptions& options) {
  auto written = simulation::write_violations(options);
  REQUIRE(written.ok());
  return *std::move(written);
}

}  // namespace

TEST_CASE("forty rules, twenty-five times each, among a thousand clean uses", "[compliance]") {
  Folder folder;
  const auto written = write({1, {}, 25, 1000, folder / "case"});
  CHECK(written.planted.size() == 1000);
  CHECK(written.uses == 2000);
  CHECK(compare(written, folder / "case") == Found{});
}

TEST_CASE("other seeds and sizes plant as exactly", "[compliance]") {
  for (std::uint64_t seed = 2; seed <= 9; ++seed) {
    Folder folder;
    const auto written =
        write({seed, {}, static_cast<std::uint32_t>(seed), 80, folder / "case"});
    INFO("seed " << seed);
    CHECK(compare(written, folder / "case") == Found{});
  }
}

TEST_CASE("each rule planted alone is found alone", "[compliance]") {
  for (const std::string& rule : simulation::plantable_rules()) {
    Folder folder;
    const auto written = write({11, {rule}, 6, 12, folder / "case"});
    INFO(rule);
    CHECK(written.planted.size() == 6);
    CHECK(compare(written, folder / "case") == Found{});
  }
}

TEST_CASE("the same options plant the same bytes", "[compliance]") {
  Folder folder;
  write({4, {}, 2, 20, folder / "a"});
  write({4, {}, 2, 20, folder / "b"});
  for (const char* name : {"authorizations.json", "uses.jsonl", "manifest.json"})
    CHECK(test::read_file(folder / "a" / name) == test::read_file(folder / "b" / name));
}

TEST_CASE("an unknown rule or a full folder is refused and writes nothing", "[compliance]") {
  Folder folder;
  CHECK(simulation::write_violations({1, {"AU99"}, 1, 1, folder / "x"}).error().code ==
        core::ErrorCode::InvalidArgument);
  CHECK_FALSE(fs::exists(folder / "x"));
  write({1, {"AU01"}, 1, 1, folder / "y"});
  CHECK(simulation::write_violations({1, {"AU01"}, 1, 1, folder / "y"}).error().code ==
        core::ErrorCode::BadInput);
}

}  // namespace palermo
