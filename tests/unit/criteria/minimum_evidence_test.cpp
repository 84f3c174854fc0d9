// Minimum evidence sets: against a search that tries everything, and on cases worked out by hand.
#include "analysis/criteria/minimum_evidence.hpp"

#include <algorithm>
#include <set>

#include "ingest/facts/facts_reader.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/criteria/random_facts.hpp"

using namespace palermo;
using v1::Statement;

namespace {

v1::FactsFile read(const std::string& statements, const std::string& offences = "") {
  const auto json = core::parse_json(
      R"({"case": {"as_of": "2031-06-01", "state": "DE", "parties": ["DE", "IT"]}, "offences": [)" +
      offences + R"(], "statements": [)" + statements + "]}");
  REQUIRE(json.ok());
  auto facts = ingest::read_facts(*json);
  REQUIRE(facts.ok());
  return *std::move(facts);
}

v1::Element element_of(const v1::FactsFile& facts, const std::string& id,
                       criteria::AssessOptions options = {}) {
  const auto finding = criteria::assess(facts, options);
  REQUIRE(finding.ok());
  return test::elements_of(*finding).at(id);
}

const v1::MinimumEvidence& unit_of(const v1::Element& element, const std::string& unit) {
  for (const v1::MinimumEvidence& one : element.minimum_evidence())
    if (one.unit() == unit) return one;
  FAIL("no " << unit);
  return element.minimum_evidence(0);
}

std::set<std::set<std::string>> sets_of(const v1::MinimumEvidence& found) {
  std::set<std::set<std::string>> out;
  for (const v1::EvidenceSet& set : found.sets()) out.emplace(set.ids().begin(), set.ids().end());
  return out;
}

std::string danger(const std::string& id, const std::string& more = "") {
  return R"({"id": ")" + id + R"(", "kind": "fact", "danger": {"kind": "endangers"})" + more + "}";
}

/// Outcomes with some statements left out, derived without the searched code.
std::map<std::string, criteria::Outcome> outcomes_without(
    const criteria::Instruments& instruments, const v1::FactsFile& facts,
    const std::unordered_set<const Statement*>& out) {
  criteria::Facts::Choice choice;
  choice.left_out = &out;
  std::map<std::string, criteria::Outcome> outcomes;
  for (const auto& [id, answer] : criteria::evaluate(instruments, criteria::Facts{facts, choice}))
    outcomes[id] = answer.outcome;
  return outcomes;
}

/// Sizes of the smallest sets by trying all subsets up to three statements; 4: none is smaller.
std::map<std::string, std::size_t> smallest(const criteria::Instruments& instruments,
                                            const v1::FactsFile& facts) {
  const auto whole = outcomes_without(instruments, facts, {});
  std::map<std::string, std::size_t> out;
  for (const auto& [id, outcome] : whole) out[id] = 4;
  const int n = facts.statements_size();
  const auto look = [&](const std::unordered_set<const Statement*>& left_out) {
    for (const auto& [id, outcome] : outcomes_without(instruments, facts, left_out))
      if (outcome != whole.at(id)) out[id] = std::min(out[id], left_out.size());
  };
  for (int a = 0; a < n; ++a) {
    look({&facts.statements(a)});
    for (int b = a + 1; b < n; ++b) {
      look({&facts.statements(a), &facts.statements(b)});
      for (int c = b + 1; c < n; ++c)
        look({&facts.statements(a), &facts.statements(b), &facts.statements(c)});
    }
  }
  return out;
}

criteria::MinimumEvidence found_in(const criteria::Instruments& instruments,
                                   const v1::FactsFile& facts,
                                   const criteria::SearchLimits& limits) {
  const criteria::Facts::Choice choice;
  const criteria::Facts view{facts, choice};
  return criteria::minimum_evidence(instruments, facts, choice, view,
                                    criteria::evaluate(instruments, view), limits);
}

}  // namespace

TEST_CASE("one statement, one origin, one authorization", "[criteria]") {
  const v1::Element element = element_of(
      read(danger("S1", R"(, "source": "K", "authorization_id": "AUTH-1")")), "som.6.3.a");
  REQUIRE(element.outcome() == criteria::kIndicated);
  CHECK(unit_of(element, "statement").size() == 1);
  CHECK(unit_of(element, "statement").exact());
  CHECK(sets_of(unit_of(element, "statement")) == std::set<std::set<std::string>>{{"S1"}});
  CHECK(sets_of(unit_of(element, "origin")) == std::set<std::set<std::string>>{{"K"}});
  CHECK(sets_of(unit_of(element, "authorization")) == std::set<std::set<std::string>>{{"AUTH-1"}});
  REQUIRE(element.single_points_size() == 2);
  CHECK(element.single_points(0) ==
        "It rests on S1 alone; without it the element would be undetermined.");
  CHECK(element.single_points(1).find("AUTH-1") != std::string::npos);
}

TEST_CASE("three reports of one informant fall together", "[criteria]") {
  const std::string person =
      R"({"id": "S0", "kind": "fact", "person": {"id": "K", "category": "informant"}},)";
  const v1::Element element =
      element_of(read(person + danger("S1", R"(, "source": "K")") + "," +
                      danger("S2", R"(, "source": "report 2", "origin": "S1")") + "," +
                      danger("S3", R"(, "source": "report 3", "origin": "S2")")),
                 "som.6.3.a");
  CHECK(unit_of(element, "statement").size() == 3);
  CHECK(unit_of(element, "origin").size() == 1);
  CHECK(element.reporting().reports() == 3);
  CHECK(element.reporting().origins() == 1);
  CHECK(element.reporting().circular());
  CHECK(element.reporting().quotes(1) == "S3 repeats S2, which goes back to K");
  REQUIRE(element.single_points_size() == 1);
  CHECK(element.single_points(0) ==
        "All three statements rest on one informant (K); without it the element would be "
        "undetermined.");
}

TEST_CASE("reports that quote each other in a ring show no origin", "[criteria]") {
  const v1::FactsFile facts = read(danger("S1", R"(, "source": "A", "origin": "B")") + "," +
                                   danger("S2", R"(, "source": "B", "origin": "A")"));
  const v1::Element element = element_of(facts, "som.6.3.a");
  CHECK(element.reporting().reports() == 2);
  CHECK(element.reporting().origins() == 1);
  CHECK(element.reporting().by_origin(0).name().empty());
  criteria::AssessOptions corroborated;
  corroborated.lens = criteria::Lens::Corroborated;
  CHECK(element_of(facts, "som.6.3.a", corroborated).outcome() == criteria::kUndetermined);
}

TEST_CASE("a source that only repeats another is no second origin", "[criteria]") {
  const v1::Element element =
      element_of(read(danger("S1", R"(, "source": "police report", "origin": "K")") + "," +
                      danger("S2", R"(, "source": "newspaper", "origin": "police report")")),
                 "som.6.3.a");
  CHECK(element.reporting().origins() == 1);
  CHECK(element.reporting().by_origin(0).name() == "K");
}

TEST_CASE("several sets of the same size are all counted", "[criteria]") {
  // Three members and no more: without any one of them it is open whether there are three.
  std::string members;
  for (const char* name : {"P1", "P2", "P3"})
    members += std::string{members.empty() ? "" : ","} + R"({"id": "M)" + name +
               R"(", "kind": "fact", "membership": {"person": ")" + name + R"(", "group": "G"}})";
  const v1::Element number = element_of(read(members), "untoc.2a.number");
  REQUIRE(number.outcome() == criteria::kIndicated);
  const auto& found = unit_of(number, "statement");
  CHECK(found.size() == 1);
  CHECK(found.sets_total() == 3);
  for (const v1::EvidenceSet& set : found.sets()) CHECK(set.to() == criteria::kUndetermined);
}

TEST_CASE("what rests on law alone falls with no statement", "[criteria]") {
  const v1::Element element = element_of(
      read(danger("S1"), R"({"id": "O1", "state": "DE", "date": "2031-03-04", "law": {"state": "DE",
        "provision": "p", "form": "basic", "max_years": 1, "in_force_from": "2000-01-01"}})"),
      "untoc.2b");
  REQUIRE(element.outcome() == criteria::kNotIndicated);
  CHECK_FALSE(unit_of(element, "statement").has_size());
  CHECK(unit_of(element, "statement").exact());
  CHECK(element.single_points_size() == 0);
}

TEST_CASE("open elements say what would settle them either way", "[criteria]") {
  const std::string members =
      R"({"id": "S1", "kind": "fact", "membership": {"person": "P1", "group": "G"}},
         {"id": "S2", "kind": "fact", "membership": {"person": "P2", "group": "G"}},
         {"id": "S3", "kind": "fact", "membership": {"person": "P3", "group": "G"}},
         {"id": "S4", "kind": "fact", "identity": {"a": "P2", "b": "P3", "relation": "possibly_same"}},
         {"id": "S5", "kind": "assessment", "danger": {"kind": "endangers"}})";
  const v1::FactsFile facts = read(members);
  const v1::Element number = element_of(facts, "untoc.2a.number");
  REQUIRE(number.outcome() == criteria::kUndetermined);
  std::map<std::string, criteria::Outcome> to;
  for (const v1::Change& change : number.would_change()) to[change.what()] = change.to();
  CHECK(to.at("it is shown that P2 and P3 are one person") == criteria::kNotIndicated);
  CHECK(to.at("it is shown that P2 and P3 are two persons") == criteria::kIndicated);
  const v1::Element danger_element = element_of(facts, "som.6.3.a");
  REQUIRE(danger_element.would_change_size() > 0);
  CHECK(danger_element.would_change(0).what() == "what S5 assesses is shown as a fact");
  CHECK(danger_element.would_change(0).to() == criteria::kIndicated);
}

TEST_CASE("a search of any facts finds what trying everything finds", "[criteria][property]") {
  const auto instruments = criteria::Instruments::builtin();
  REQUIRE(instruments.ok());

  rc::prop("exhaustively, the sizes are the smallest", [&] {
    const v1::FactsFile facts =
        *rc::gen::arbitrary<bool>() ? test::any_facts(5) : test::any_facts(3);
    const auto truth = smallest(*instruments, facts);
    criteria::SearchLimits limits;
    limits.directed = 0;
    const auto found = found_in(*instruments, facts, limits);
    for (const auto& [id, units] : found.by_element) {
      const v1::MinimumEvidence& statements = units.at(0);
      RC_LOG() << id << ": " << statements.ShortDebugString() << std::endl;
      if (statements.has_size() && statements.size() <= 3)
        RC_ASSERT(statements.size() == truth.at(id));
      if (truth.at(id) <= 3) RC_ASSERT(statements.has_size());
    }
  });

  rc::prop("along what carries an element, every set makes it fall, and none is below the bound",
           [&] {
             const v1::FactsFile facts = test::likely_facts();
             criteria::SearchLimits limits;
             limits.combined = 0;  // only single statements are tried one by one
             const auto found = found_in(*instruments, facts, limits);
             std::map<std::string, const Statement*> by_id;
             for (const Statement& s : facts.statements()) by_id[s.id()] = &s;
             const auto whole = outcomes_without(*instruments, facts, {});
             for (const auto& [id, units] : found.by_element) {
               const v1::MinimumEvidence& statements = units.at(0);
               RC_ASSERT(!statements.has_size() || statements.size() >= statements.at_least());
               for (const v1::EvidenceSet& set : statements.sets()) {
                 std::unordered_set<const Statement*> out;
                 for (const std::string& one : set.ids()) out.insert(by_id.at(one));
                 RC_LOG() << id << ": " << statements.ShortDebugString() << std::endl;
                 const auto without = outcomes_without(*instruments, facts, out);
                 RC_ASSERT(without.at(id) != whole.at(id));
                 RC_ASSERT(without.at(id) == set.to());
               }
             }
           });
}

TEST_CASE("a brief derivation says what a full one says", "[criteria][property]") {
  const auto instruments = criteria::Instruments::builtin();
  REQUIRE(instruments.ok());
  rc::prop("under every lens, with anything left out, decisions included", [&] {
    const v1::FactsFile facts =
        *rc::gen::arbitrary<bool>() ? test::any_facts() : test::likely_facts();
    criteria::Facts::Choice choice;
    choice.lens = *rc::gen::elementOf(std::vector<criteria::Lens>(std::begin(criteria::kAllLenses),
                                                                  std::end(criteria::kAllLenses)));
    std::unordered_set<const Statement*> out;
    for (const Statement& s : facts.statements())
      if (*rc::gen::inRange(0, 4) == 0) out.insert(&s);
    choice.left_out = &out;
    const criteria::Statements stated{facts};
    const auto derive = [&](bool brief) {
      choice.brief = brief;
      criteria::Facts::Choice every = choice;
      every.lens = criteria::Lens::All;
      criteria::EvaluateOptions options;
      options.evidence = !brief;
      const auto all = criteria::evaluate(*instruments, criteria::Facts{stated, every}, options);
      options.under_all = choice.lens == criteria::Lens::All ? nullptr : &all;
      return criteria::evaluate(*instruments, criteria::Facts{stated, choice}, options);
    };
    const auto full = derive(false), brief = derive(true);
    RC_ASSERT(full.size() == brief.size());
    for (const auto& [id, answer] : full) {
      RC_LOG() << id << std::endl;
      RC_ASSERT(brief.at(id).outcome == answer.outcome);
    }
  });
}

TEST_CASE("a large case is bounded, and the bound is stated", "[criteria]") {
  v1::FactsFile facts = read(danger("D1"));
  for (int i = 2; i <= 2000; ++i) {
    Statement& s = *facts.add_statements();
    s = facts.statements(0);
    s.set_id("D" + std::to_string(i));
    s.set_source("report " + std::to_string(i % 40));
  }
  Statement& lone = *facts.add_statements();
  lone.set_id("L1");
  lone.set_kind(Statement::fact);
  lone.mutable_interference()->set_means(v1::Interference::force);
  lone.mutable_interference()->set_aim(v1::Interference::testimony);
  const v1::Element wide = element_of(facts, "som.6.3.a"),
                    thin = element_of(facts, "untoc.23.a.conduct");
  REQUIRE(wide.outcome() == criteria::kIndicated);
  const auto& bounded = unit_of(wide, "statement");
  CHECK_FALSE(bounded.has_size());
  CHECK_FALSE(bounded.exact());
  CHECK(bounded.at_least() == 8);
  CHECK(bounded.bound().find("at least 8 statements") != std::string::npos);
  REQUIRE(thin.outcome() == criteria::kIndicated);
  CHECK(sets_of(unit_of(thin, "statement")) == std::set<std::set<std::string>>{{"L1"}});
}
