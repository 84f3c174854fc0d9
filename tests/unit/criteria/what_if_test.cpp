// What a revocation or an earlier moment leaves, and who decided what.
#include <algorithm>

#include "analysis/criteria/assess.hpp"
#include "analysis/criteria/known_at.hpp"
#include "ingest/facts/facts_reader.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/criteria/random_facts.hpp"

using namespace palermo;

namespace {

v1::FactsFile read(const std::string& statements) {
  const auto json = core::parse_json(
      R"({"case": {"as_of": "2031-06-01", "state": "DE"}, "statements": [)" + statements + "]}");
  REQUIRE(json.ok());
  auto facts = ingest::read_facts(*json);
  REQUIRE(facts.ok());
  return *std::move(facts);
}

std::string effect_on(const v1::Finding& finding, const std::string& id) {
  for (const v1::ElementShift& one : finding.what_if().elements())
    if (one.element() == id) return one.effect();
  return "absent";
}

const std::string kFacts =
    R"({"id": "S1", "kind": "fact", "source": "A", "grade": "A1", "observed_at": "2031-01-10",
        "authorization_id": "AUTH-1", "danger": {"kind": "endangers"}},
       {"id": "S2", "kind": "fact", "source": "B", "grade": "C3", "observed_at": "2031-02-10",
        "authorization_id": "AUTH-2", "danger": {"kind": "endangers"}},
       {"id": "S3", "kind": "fact", "source": "B", "observed_at": "2031-03-10",
        "authorization_id": "AUTH-2",
        "interference": {"means": "force", "aim": "testimony"}},
       {"id": "S4", "kind": "fact", "source": "C", "observed_at": "2031-03-10",
        "danger": {"kind": "degrading"}})";

}  // namespace

TEST_CASE("what survives, weakens and falls when an authorization falls", "[criteria]") {
  criteria::AssessOptions options;
  options.without = {"AUTH-2"};
  const auto finding = criteria::assess(read(kFacts), options);
  REQUIRE(finding.ok());
  const auto elements = test::elements_of(*finding);
  CHECK(elements.at("som.6.3.a").outcome() == criteria::kIndicated);
  CHECK(elements.at("untoc.23.a.conduct").outcome() == criteria::kUndetermined);
  CHECK(elements.at("untoc.23.a.conduct").reason_codes(0) == v1::Element::MISSING);
  CHECK(effect_on(*finding, "som.6.3.a") == "weakens");
  CHECK(effect_on(*finding, "som.6.3.b") == "survives");
  CHECK(effect_on(*finding, "untoc.23.a.conduct") == "falls");
  CHECK(finding->what_if().statements_left_out() == 2);
  CHECK(finding->without(0) == "AUTH-2");
  CHECK(finding->statements_excluded() == 2);

  criteria::AssessOptions both = options;
  both.without = {"AUTH-2", "AUTH-1"};
  const auto neither = criteria::assess(read(kFacts), both);
  REQUIRE(neither.ok());
  CHECK(effect_on(*neither, "som.6.3.a") == "falls");
  CHECK(neither->finding_id() != finding->finding_id());
  std::reverse(both.without.begin(), both.without.end());
  CHECK(criteria::assess(read(kFacts), both)->SerializeAsString() == neither->SerializeAsString());
}

TEST_CASE("an authorization under which nothing was obtained is refused", "[criteria]") {
  criteria::AssessOptions options;
  options.without = {"AUTH-3"};
  const auto finding = criteria::assess(read(kFacts), options);
  REQUIRE_FALSE(finding.ok());
  CHECK(finding.error().message.find("AUTH-3") != std::string::npos);
}

TEST_CASE("a facts file goes back to what was observed by then", "[criteria]") {
  const v1::FactsFile facts = read(kFacts);
  const auto then = criteria::known_at(facts, "2031-02-28");
  REQUIRE(then.ok());
  CHECK(then->statements_size() == 2);
  criteria::AssessOptions options;
  options.known_at = "2031-02-28";
  options.now = &facts;
  const auto finding = criteria::assess(*then, options);
  REQUIRE(finding.ok());
  CHECK(effect_on(*finding, "untoc.23.a.conduct") == "falls");
  CHECK(effect_on(*finding, "som.6.3.a") == "survives");
  const auto undated = criteria::known_at(
      read(R"({"id": "S9", "kind": "fact", "danger": {"kind": "endangers"}})"), "2031-02-28");
  REQUIRE_FALSE(undated.ok());
  CHECK(undated.error().message.find("S9") != std::string::npos);
  CHECK_FALSE(criteria::known_at(facts, "soon").ok());
}

TEST_CASE("a decision stands beside what the facts give", "[criteria]") {
  v1::FactsFile facts =
      read(kFacts + R"(,{"id": "J1", "kind": "fact", "judgement": {"element": "som.6.3.a",
        "outcome": "not_indicated", "by": "A. Officer", "reason": "the boat was sound",
        "at": "2031-04-01"}})");
  const auto finding = criteria::assess(facts, {});
  REQUIRE(finding.ok());
  const v1::Element decided = test::elements_of(*finding).at("som.6.3.a");
  CHECK(decided.outcome() == criteria::kNotIndicated);
  CHECK(decided.derived() == criteria::kIndicated);
  REQUIRE(decided.decisions_size() == 1);
  CHECK(decided.decisions(0).reason() == "the boat was sound");
  CHECK_FALSE(decided.decisions(0).signed_());
  // An element above it keeps what the facts give beside what follows from the decision.
  const v1::Element above = test::elements_of(*finding).at("som.6.3");
  if (above.outcome() != criteria::kIndicated) CHECK(above.derived() == criteria::kIndicated);
  // It rests on the decision: without it the facts speak.
  REQUIRE(decided.minimum_evidence_size() > 0);
  CHECK(decided.minimum_evidence(0).sets(0).ids(0) == "J1");
  CHECK(decided.minimum_evidence(0).sets(0).to() == criteria::kIndicated);
}

TEST_CASE("what an operator signed stands before what a later file says", "[criteria]") {
  v1::FactsFile facts =
      read(kFacts + R"(,{"id": "J1", "kind": "fact", "judgement": {"element": "som.6.3.a",
        "outcome": "not_indicated", "by": "A. Officer", "reason": "r", "at": "2039-04-01"}})");
  v1::Statement& sealed = *facts.add_statements();
  sealed.set_id("DEC-1");
  v1::Judgement& judgement = *sealed.mutable_judgement();
  judgement.set_element("som.6.3.a");
  judgement.set_outcome("undetermined");
  judgement.set_by("legal");
  judgement.set_reason("the survey is awaited");
  judgement.set_at("2031-04-01");
  sealed.mutable_decided()->set_event_id("DEC-1");
  const auto finding = criteria::assess(facts, {});
  REQUIRE(finding.ok());
  const v1::Element decided = test::elements_of(*finding).at("som.6.3.a");
  CHECK(decided.outcome() == criteria::kUndetermined);
  REQUIRE(decided.decisions_size() == 2);
  CHECK(decided.decisions(1).decision_id() == "DEC-1");
  CHECK(decided.decisions(1).signed_());
  CHECK(decided.decisions(1).in_effect());
  CHECK(decided.decisions(1).version() == 2);
  CHECK_FALSE(decided.decisions(0).in_effect());
}
