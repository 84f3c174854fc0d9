// Findings of a case over time: derived again after a year of other entries, taken back to an
// earlier moment, and without what an authorization brought.
#include "analysis/criteria/case_finding.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "analysis/entity/change.hpp"
#include "core/base/clock_for_tests.hpp"
#include "core/base/json_message.hpp"
#include "core/base/time.hpp"
#include "ingest/pipeline.hpp"
#include "tests/support/catch.hpp"

using namespace palermo;

namespace {

struct Case {
  std::filesystem::path path;
  Case() {
    std::string name = (std::filesystem::temp_directory_path() / "palermo-finding-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
    setenv("PALERMO_KEYS", (path / "keys").c_str(), 1);
    at("2031-01-01T10:00:00Z");
  }
  ~Case() {
    core::detail::fix_clock_for_tests(std::nullopt);
    std::error_code ec;
    std::filesystem::remove_all(path, ec);
  }
  static void at(const char* moment) {
    core::detail::fix_clock_for_tests(core::parse_instant(moment)->us);
  }
  [[nodiscard]] std::string file() const { return (path / "case.palermo").string(); }
  [[nodiscard]] session::Session open(const std::string& file_path) const {
    auto session = session::Session::open({file_path, "anna", ""});
    REQUIRE(session.ok());
    return *std::move(session);
  }
  [[nodiscard]] session::Session create() const {
    session::NewCase request;
    request.path = file();
    request.title = "T";
    request.state = "IT";
    request.operator_name = "anna";
    auto made = session::Session::create(request);
    REQUIRE(made.ok());
    return *std::move(made);
  }
  void ingest(session::Session& session, const std::string& name,
              const std::string& statements) const {
    const std::string target = (path / (name + ".json")).string();
    std::ofstream{target} << R"({"case": {"title": "T", "state": "IT"}, "statements": [)"
                          << statements << "]}";
    ingest::IngestOptions options;
    options.technique = "NONE";
    const auto done = ingest::ingest_files(session, {target}, options);
    REQUIRE(done.ok());
  }
};

std::string member(int i) {
  return R"({"id": "M)" + std::to_string(i) +
         R"(", "kind": "fact", "source": "watch", "membership": )" + R"({"person": "P)" +
         std::to_string(i) + R"(", "group": "G"}})";
}

const v1::Element* found(const google::protobuf::RepeatedPtrField<v1::Element>& elements,
                         const std::string& id) {
  for (const v1::Element& element : elements) {
    if (element.id() == id) return &element;
    if (const v1::Element* below = found(element.children(), id)) return below;
  }
  return nullptr;
}

v1::Finding assess(session::Session& session, const criteria::AssessOptions& options = {}) {
  auto finding = criteria::assess_case(session, options);
  if (!finding.ok()) FAIL(finding.error().message);
  return *std::move(finding);
}

void expect_same(session::Session& session, const v1::Finding& finding) {
  const auto again = criteria::reproduce(session, finding.finding_id());
  REQUIRE(again.ok());
  CAPTURE(again->ShortDebugString());
  CHECK(again->same());
}

}  // namespace

TEST_CASE("findings derive again after a year of other entries", "[criteria]") {
  const Case held;
  session::Session session = held.create();
  held.ingest(session, "first", member(1) + "," + member(2) + "," + member(3));
  Case::at("2031-01-02T10:00:00Z");
  const v1::Finding first = assess(session);
  CHECK(found(first.elements(), "untoc.2a.number")->outcome() == criteria::kIndicated);
  criteria::AssessOptions lawful;
  lawful.lens = criteria::Lens::Lawful;
  const v1::Finding under_lens = assess(session, lawful);

  Case::at("2031-02-01T10:00:00Z");
  const auto decided = criteria::decide(session, "untoc.2a.number", "undetermined",
                                        "the observers are to be heard again");
  REQUIRE(decided.ok());
  const v1::Finding with_decision = assess(session);
  const v1::Element& number = *found(with_decision.elements(), "untoc.2a.number");
  CHECK(number.outcome() == criteria::kUndetermined);
  CHECK(number.derived() == criteria::kIndicated);
  REQUIRE(number.decisions_size() == 1);
  CHECK(number.decisions(0).signed_());
  CHECK(number.decisions(0).by() == "anna");

  for (int month = 3; month <= 12; ++month) {
    Case::at(
        ("2031-" + std::string{month < 10 ? "0" : ""} + std::to_string(month) + "-01T10:00:00Z")
            .c_str());
    held.ingest(session, "month" + std::to_string(month), member(10 + month));
    (void)assess(session);
  }
  Case::at("2032-02-02T10:00:00Z");
  REQUIRE(criteria::decide(session, "untoc.2a.number", "indicated", "they were heard").ok());
  const v1::Finding last = assess(session);
  const v1::Element& settled = *found(last.elements(), "untoc.2a.number");
  CHECK(settled.outcome() == criteria::kIndicated);
  REQUIRE(settled.decisions_size() == 2);
  CHECK(settled.decisions(1).version() == 2);
  CHECK(settled.decisions(1).in_effect());

  for (const v1::Finding& finding : {first, under_lens, with_decision, last})
    expect_same(session, finding);

  // The file taken elsewhere is the case: it derives the same findings.
  const std::string copy = (held.path / "copy.palermo").string();
  REQUIRE(session.db().scalar("SELECT count(*) FROM finding").ok());
  {
    auto backup = session.db().prepare("VACUUM INTO ?1");
    REQUIRE(backup.ok());
    REQUIRE(backup->bind(1, copy).ok());
    REQUIRE(backup->run().ok());
  }
  session::Session elsewhere = held.open(copy);
  expect_same(elsewhere, first);
  expect_same(elsewhere, last);
}

TEST_CASE("a case as known then holds what was recorded by then", "[criteria]") {
  const Case held;
  session::Session session = held.create();
  held.ingest(session, "first", member(1) + "," + member(2));
  Case::at("2031-03-01T10:00:00Z");
  const v1::Finding before = assess(session);
  Case::at("2031-04-01T10:00:00Z");
  held.ingest(session, "second", member(3));
  REQUIRE(criteria::decide(session, "untoc.2a.time", "indicated", "seen together").ok());

  criteria::AssessOptions options;
  options.known_at = "2031-03-15";
  const v1::Finding then = assess(session, options);
  CHECK(then.facts_sha256() == before.facts_sha256());
  CHECK(found(then.elements(), "untoc.2a.number")->outcome() == criteria::kNotIndicated);
  CHECK(found(then.elements(), "untoc.2a.time")->decisions_size() == 0);
  CHECK(then.known_entries() > 0);
  CHECK(then.known_entries() < then.ledger_size());
  REQUIRE(then.has_what_if());

  // The day on which it came in counts whole; an instant before it does not.
  options.known_at = "2031-04-01";
  CHECK(found(assess(session, options).elements(), "untoc.2a.number")->outcome() ==
        criteria::kIndicated);
  options.known_at = "2031-04-01T09:59:59Z";
  CHECK(assess(session, options).facts_sha256() == before.facts_sha256());

  Case::at("2032-04-01T10:00:00Z");
  held.ingest(session, "third", member(4));
  expect_same(session, then);

  options.known_at = "2030-12-31";
  const auto too_early = criteria::assess_case(session, options);
  REQUIRE_FALSE(too_early.ok());
  CHECK(too_early.error().message.find("did not exist") != std::string::npos);
}
