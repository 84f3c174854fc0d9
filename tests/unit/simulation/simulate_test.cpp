#include "simulation/simulate.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "analysis/criteria/assess.hpp"
#include "core/authorization/coverage.hpp"
#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "core/base/time.hpp"
#include "palermo/v1/authorization.pb.h"
#include "palermo/v1/record.pb.h"
#include "palermo/v1/statement.pb.h"
#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

namespace fs = std::filesystem;
using namespace palermo;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "palermo-simulate-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ec;
    fs::remove_all(path_, ec);
  }
  [[nodiscard]] fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

simulation::WrittenCase write(const fs::path& folder, std::uint64_t seed = 5,
                              std::uint64_t calls = 3000, std::uint32_t persons = 60) {
  auto written = simulation::write_case({seed, persons, calls, folder});
  REQUIRE(written.ok());
  return *std::move(written);
}

core::Json json_of(const fs::path& path) {
  auto json = core::parse_json(test::read_file(path));
  REQUIRE(json.ok());
  return *std::move(json);
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream{text};
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  if (!text.empty() && text.back() == at && at == ',') parts.emplace_back();
  return parts;
}

std::map<std::string, authorization::Coverage> coverages(const fs::path& folder) {
  std::map<std::string, authorization::Coverage> compiled;
  for (const core::Json& json : json_of(folder / "authorizations.json")) {
    v1::Authorization one;
    REQUIRE(core::fill_message(json, one).ok());
    INFO(one.id());
    CHECK(one.targets_size() > 0);
    CHECK(one.scope().has_max_hops());
    CHECK(one.applicant().id() != one.authorizer().id());
    auto coverage = authorization::Coverage::compile(one);
    REQUIRE(coverage.ok());
    compiled.emplace(one.id(), *std::move(coverage));
  }
  return compiled;
}

void check_counts(const core::Json& file, const std::map<std::string, std::uint64_t>& seen) {
  INFO(file["file"]);
  std::uint64_t rows = 0;
  std::uint64_t held = 0;
  core::Json by_reason = core::Json::object();
  for (const auto& [reason, count] : seen) {
    rows += count;
    if (reason.empty()) continue;
    held += count;
    by_reason[reason] = count;
  }
  CHECK(file["expected"]["rows_read"] == rows);
  CHECK(file["expected"]["quarantined"] == held);
  CHECK(file["expected"]["stored"] == rows - held);
  CHECK(file["expected"]["quarantined_by_reason"] == by_reason);
}

}  // namespace

TEST_CASE("simulate: the same options give the same bytes, other seeds others", "[simulation]") {
  const Folder folder;
  write(folder / "a");
  write(folder / "b");
  write(folder / "c", 6);
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator{folder / "a"}) {
    const fs::path name = entry.path().filename();
    INFO(name.string());
    ++files;
    const std::string text = test::read_file(entry.path());
    CHECK(text == test::read_file(folder / "b" / name));
    CHECK(text != test::read_file(folder / "c" / name));
    CHECK(text.find('\r') == std::string::npos);
  }
  CHECK(files == 10);
}

TEST_CASE("simulate: the manifest names every file with its digest", "[simulation]") {
  const Folder folder;
  const auto written = write(folder / "case");
  const core::Json manifest = json_of(written.manifest);
  std::set<std::string> named = {"manifest.json"};
  for (const core::Json& file : manifest["files"]) {
    const std::string text = test::read_file(folder / "case" / file["file"].get<std::string>());
    CHECK(file["sha256"] == core::to_hex(core::sha256(text)));
    CHECK(file["bytes"] == text.size());
    named.insert(file["file"].get<std::string>());
  }
  for (const auto& entry : fs::directory_iterator{folder / "case"})
    CHECK(named.count(entry.path().filename().string()) == 1);
}

TEST_CASE("simulate: calls are covered by their authorization, but for the seeded rows",
          "[simulation]") {
  const Folder folder;
  const auto written = write(folder / "case");
  const auto compiled = coverages(folder / "case");
  const core::Json manifest = json_of(written.manifest);
  std::uint64_t calls = 0;
  for (const core::Json& file : manifest["files"]) {
    if (file["format"] != "call_csv:palermo") continue;
    std::istringstream lines{test::read_file(folder / "case" / file["file"].get<std::string>())};
    std::string line;
    REQUIRE(std::getline(lines, line));
    REQUIRE(line == "a,b,start,duration_s,kind,direction,cell,imei,imsi");
    const auto& coverage = compiled.at(file["authorization"].get<std::string>());
    std::map<std::string, std::uint64_t> seen;
    std::set<std::string> rows;
    std::int64_t last_us = 0;
    bool sorted = true;
    while (std::getline(lines, line)) {
      ++calls;
      CHECK(rows.insert(line).second);
      const auto cells = split(line, ',');
      REQUIRE(cells.size() == 9);
      for (const std::string& number : {cells[0], cells[1]}) {
        REQUIRE(number.size() == 13);
        CHECK(number.substr(0, 10) == "+447700900");
      }
      CHECK(cells[0] != cells[1]);
      CHECK((cells[4] == "call" || cells[4] == "sms"));
      CHECK((cells[5] == "in" || cells[5] == "out"));
      CHECK(cells[7].substr(0, 8) == "00440100");
      CHECK(cells[8].substr(0, 5) == "00101");
      const auto start = core::parse_instant(cells[2]);
      REQUIRE(start.ok());
      sorted = sorted && start->us >= last_us - 2 * core::kUsPerSecond;
      last_us = start->us;
      const std::int64_t end = start->us + std::stoll(cells[3]) * core::kUsPerSecond;
      ++seen[std::string{
          coverage.check(authorization::DataType::Traffic, start->us, end, {cells[0], cells[1]})}];
    }
    CHECK(sorted);
    check_counts(file, seen);
    CHECK(seen[""] > 0);
  }
  CHECK(calls == 3000);
}

TEST_CASE("simulate: intercepts, reports and payments break exactly the seeded rules",
          "[simulation]") {
  const Folder folder;
  const auto written = write(folder / "case");
  const auto compiled = coverages(folder / "case");
  const core::Json manifest = json_of(written.manifest);
  for (const core::Json& file : manifest["files"]) {
    const std::string format = file["format"];
    std::istringstream lines{test::read_file(folder / "case" / file["file"].get<std::string>())};
    std::map<std::string, std::uint64_t> seen;
    std::string line;
    const auto time = [](const std::string& text) {
      const auto instant = core::parse_instant(text);
      REQUIRE(instant.ok());
      return instant->us;
    };
    if (format == "intercept_log") {
      while (std::getline(lines, line)) {
        v1::InterceptSession session;
        REQUIRE(core::fill_message(*core::parse_json(line), session).ok());
        seen[""] += static_cast<std::uint64_t>(session.statements_size());
        ++seen[std::string{compiled.at(session.authorization_id())
                               .check(authorization::DataType::Content, time(session.start()),
                                      time(session.end()), {session.line()})}];
      }
      CHECK(seen["SC04"] == 2);
      CHECK(seen["SC01"] == 2);
      CHECK(seen["AU02"] == 1);
    } else if (format == "undercover_report") {
      while (std::getline(lines, line)) {
        v1::UndercoverReport report;
        REQUIRE(core::fill_message(*core::parse_json(line), report).ok());
        REQUIRE(report.contacts_size() == 1);
        seen[""] += static_cast<std::uint64_t>(report.statements_size());
        ++seen[std::string{compiled.at(report.authorization_id())
                               .check(authorization::DataType::Undercover, time(report.from()),
                                      time(report.to()), {report.contacts(0)})}];
      }
      CHECK(seen["AU02"] == 1);
    } else if (format == "payments") {
      REQUIRE(std::getline(lines, line));
      while (std::getline(lines, line)) {
        const auto cells = split(line, ',');
        REQUIRE(cells.size() == 9);
        ++seen[std::string{compiled.at(cells[8]).check(authorization::DataType::Financial,
                                                       time(cells[5]), time(cells[5]),
                                                       {cells[1], cells[2]})}];
      }
      CHECK(seen.size() == 1);
    } else {
      continue;
    }
    check_counts(file, seen);
  }
}

TEST_CASE("simulate: the facts file is read and its references hold", "[simulation]") {
  const Folder folder;
  write(folder / "case");
  const auto compiled = coverages(folder / "case");
  v1::FactsFile facts;
  const auto status = core::fill_message(json_of(folder / "case" / "statements.json"), facts);
  INFO((status.ok() ? std::string{} : status.error().message));
  REQUIRE(status.ok());
  std::set<std::string> persons;
  std::set<std::string> offences;
  std::set<std::string> ids;
  std::set<v1::Person::Category> categories;
  for (const auto& offence : facts.offences()) offences.insert(offence.id());
  for (const auto& statement : facts.statements()) {
    CHECK(ids.insert(statement.id()).second);
    if (!statement.has_person()) continue;
    persons.insert(statement.person().id());
    categories.insert(statement.person().category());
  }
  CHECK(persons.size() == 60);
  CHECK(categories.size() == 11);
  const auto known = [&](const std::string& id) { CHECK(persons.count(id) == 1); };
  for (const auto& statement : facts.statements()) {
    INFO(statement.id());
    for (const auto& person : statement.act().persons()) known(person);
    for (const auto& person : statement.agreement().persons()) known(person);
    for (const auto& person : statement.benefit().persons()) known(person);
    if (statement.has_act()) CHECK(offences.count(statement.act().offence()) == 1);
    if (statement.has_membership()) known(statement.membership().person());
    if (statement.has_entry()) known(statement.entry().person());
    if (statement.has_attribution())
      CHECK(statement.attribution().identifier().rfind("+447700900", 0) == 0);
    if (statement.authorization_id().empty()) continue;
    const auto day = core::parse_date_or_instant(statement.observed_at(), false);
    REQUIRE(day.ok());
    const auto noon = day->us + core::kUsPerDay / 2;
    CHECK(compiled.at(statement.authorization_id())
              .check(authorization::DataType::Statement, noon, noon, {})
              .empty());
  }
}

TEST_CASE("simulate: the facts come out as the manifest says", "[simulation][criteria]") {
  const Folder folder;
  for (const std::uint64_t seed : {1U, 5U}) {
    const fs::path path = folder / std::to_string(seed);
    const auto written = write(path, seed);
    v1::FactsFile facts;
    REQUIRE(core::fill_message(json_of(path / "statements.json"), facts).ok());
    auto finding = criteria::assess(facts, {});
    REQUIRE(finding.ok());
    const core::Json expected = json_of(written.manifest)["expected_findings"];
    CHECK(finding->persons().lo() == expected["persons"]["lo"]);
    CHECK(finding->persons().hi() == expected["persons"]["hi"]);
    std::map<std::string, std::string> outcomes;
    const std::function<void(const v1::Element&)> walk = [&](const v1::Element& element) {
      outcomes[element.id()] = v1::Element::Outcome_Name(element.outcome());
      for (const v1::Element& child : element.children()) walk(child);
    };
    for (const v1::Element& element : finding->elements()) walk(element);
    for (const auto& [id, outcome] : expected["elements"].items()) {
      INFO(id);
      CHECK(outcomes[id] == outcome.get<std::string>());
    }
  }
}

TEST_CASE("simulate: size bounds and folders are checked before anything is written",
          "[simulation]") {
  const Folder folder;
  const auto code = [&](std::uint32_t persons, std::uint64_t calls, const fs::path& path) {
    auto written = simulation::write_case({1, persons, calls, path});
    REQUIRE_FALSE(written.ok());
    return written.error().code;
  };
  CHECK(code(39, 3000, folder / "x") == core::ErrorCode::InvalidArgument);
  CHECK(code(601, 3000, folder / "x") == core::ErrorCode::InvalidArgument);
  CHECK(code(60, 599, folder / "x") == core::ErrorCode::InvalidArgument);
  CHECK_FALSE(fs::exists(folder / "x"));
  std::ofstream{folder / "file"} << "x";
  CHECK(code(60, 3000, folder / "file") == core::ErrorCode::BadInput);
  fs::create_directory(folder / "full");
  std::ofstream{folder / "full" / "note"} << "x";
  CHECK(code(60, 3000, folder / "full") == core::ErrorCode::BadInput);
  CHECK(std::distance(fs::directory_iterator{folder / "full"}, {}) == 1);
}

TEST_CASE("simulate: the smallest and the largest cast fit the thousand numbers", "[simulation]") {
  const Folder folder;
  for (const std::uint32_t persons : {simulation::kMinPersons, simulation::kMaxPersons}) {
    const auto written = write(folder / std::to_string(persons), 9, 2000, persons);
    CHECK(written.phones <= 1000);
    const core::Json truth = json_of(folder / std::to_string(persons) / "ground_truth.json");
    CHECK(truth["persons"].size() == persons);
    std::set<std::string> numbers;
    for (const core::Json& person : truth["persons"])
      for (const core::Json& phone : person["phones"])
        CHECK(numbers.insert(phone["msisdn"].get<std::string>()).second);
    CHECK(numbers.size() == written.phones);
  }
}
