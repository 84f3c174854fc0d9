// A finding derives again, whatever the facts, after the case went elsewhere and a year of other
// entries was added there.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "analysis/criteria/case_finding.hpp"
#include "analysis/entity/change.hpp"
#include "core/base/clock_for_tests.hpp"
#include "core/base/json_message.hpp"
#include "core/base/time.hpp"
#include "core/ledger/verify.hpp"
#include "core/session/transfer.hpp"
#include "ingest/pipeline.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/criteria/random_facts.hpp"

using namespace palermo;

namespace {

constexpr int kCases = 8;  // each some 30 entries, an export, an import and their verifications

/// A folder with keys and cases, and a clock that the test moves.
struct Place {
  std::filesystem::path path;
  Place() {
    std::string name = (std::filesystem::temp_directory_path() / "palermo-moved-XXXXXX").string();
    RC_ASSERT(mkdtemp(name.data()) != nullptr);
    path = name;
    setenv("PALERMO_KEYS", (path / "keys").c_str(), 1);
    at(0);
  }
  ~Place() {
    core::detail::fix_clock_for_tests(std::nullopt);
    std::error_code ec;
    std::filesystem::remove_all(path, ec);
  }
  static void at(int day) {
    constexpr std::int64_t kDayUs = 86'400'000'000;
    core::detail::fix_clock_for_tests(core::parse_instant("2031-01-01T10:00:00Z")->us +
                                      day * kDayUs);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return (path / name).string(); }
};

template <typename T>
T done(core::Result<T> result) {
  if (!result.ok()) RC_FAIL(result.error().message);
  return *std::move(result);
}

void ingest(session::Session& session, const std::string& file, const v1::FactsFile& facts) {
  std::ofstream{file} << core::to_json_sparse(facts).dump();
  ingest::IngestOptions options;
  options.technique = "NONE";
  (void)done(ingest::ingest_files(session, {file}, options));
}

/// Facts that a file may hold: others are refused before they reach a case.
v1::FactsFile named(v1::FactsFile facts, const std::string& suffix) {
  const auto of_itself = [](const v1::Statement& statement) {
    return statement.identity().a() == statement.identity().b() && statement.has_identity();
  };
  facts.mutable_statements()->erase(
      std::remove_if(facts.mutable_statements()->begin(), facts.mutable_statements()->end(),
                     of_itself),
      facts.mutable_statements()->end());
  for (v1::Statement& statement : *facts.mutable_statements()) {
    statement.set_id(statement.id() + suffix);
    statement.clear_authorization_id();  // nothing of it is on record here
  }
  return facts;
}

criteria::AssessOptions some_options() {
  criteria::AssessOptions options;
  options.lens = *rc::gen::elementOf(std::vector<criteria::Lens>(std::begin(criteria::kAllLenses),
                                                                 std::end(criteria::kAllLenses)));
  return options;
}

void decide(session::Session& session) {
  const std::string element = *rc::gen::element<std::string>(
      "untoc.2a.number", "untoc.2a.structured", "untoc.3.2.b", "untoc.2a.time");
  const std::string outcome =
      *rc::gen::element<std::string>("indicated", "not_indicated", "undetermined");
  const v1::DecisionResult decided = done(criteria::decide(session, element, outcome, "as heard"));
  if (*rc::gen::arbitrary<bool>())
    (void)done(criteria::withdraw(session, decided.decision_id(), "heard again"));
}

std::string records_of(session::Session& session) {
  return done(criteria::stated_by_case(session.db(), std::nullopt)).SerializeAsString();
}

void holds(session::Session& session) {
  const v1::VerifyResult verified = done(ledger::verify_log(session.db(), {}));
  if (!verified.ok()) RC_FAIL(verified.ShortDebugString());
}

void reproduces(session::Session& session, const std::vector<v1::Finding>& findings) {
  for (const v1::Finding& finding : findings) {
    const v1::Reproduction again = done(criteria::reproduce(session, finding.finding_id()));
    if (!again.same()) RC_FAIL(again.ShortDebugString());
  }
}

void one_case() {
  const Place place;
  session::NewCase request;
  request.path = place.file("case.palermo");
  request.title = "T";
  request.state = "IT";
  request.operator_name = "anna";
  session::Session session = done(session::Session::create(request));
  ingest(session, place.file("first.json"), named(test::likely_facts(), ""));
  std::vector<v1::Finding> findings;
  findings.push_back(done(criteria::assess_case(session, some_options())));
  decide(session);
  findings.push_back(done(criteria::assess_case(session, some_options())));

  Place::at(1);
  const std::string file = place.file("case.palermo-case");
  const v1::CaseExported given = done(session::export_case(session, file, "Office B"));
  const std::string elsewhere = place.file("elsewhere.palermo");
  const auto key = done(ledger::VerifierKey::parse(given.vkey()));
  const v1::CaseImported taken = done(session::import_case(file, elsewhere, key));
  RC_ASSERT(taken.entries() == given.checkpoint_size());
  RC_ASSERT(taken.root() == given.root());
  session::Session moved = done(session::Session::open({elsewhere, "anna", ""}));
  RC_ASSERT(records_of(moved) == records_of(session));
  reproduces(moved, findings);

  for (int month = 1; month <= 12; ++month) {
    Place::at(30 * month);
    const std::string name = "m" + std::to_string(month);
    ingest(moved, place.file(name + ".json"), named(test::any_facts(4), "-" + name));
    if (month % 3 == 0) decide(moved);
    if (month % 4 == 0) (void)done(criteria::assess_case(moved, some_options()));
  }
  reproduces(moved, findings);
  holds(moved);
  holds(session);
}

}  // namespace

TEST_CASE("a finding derives again elsewhere, a year later", "[criteria][property]") {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = kCases;
  params.disableShrinking = true;
  const auto result = rc::detail::checkTestable(one_case, rc::detail::TestMetadata{{}, "moved"}, params);
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  INFO(text.str());
  CHECK(result.is<rc::detail::SuccessResult>());
}
