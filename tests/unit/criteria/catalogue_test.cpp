// Bounds, two times and sources of catalogue rows; Parties by day.
#include "analysis/criteria/catalogue.hpp"

#include "analysis/criteria/instrument.hpp"
#include "analysis/criteria/parties.hpp"
#include "tests/support/catch.hpp"

using namespace palermo;
using criteria::Catalogue;

namespace {

std::string row(const std::string& id, const std::string& law, const std::string& more = "") {
  return "rows { id: \"" + id +
         "\" label: \"x\" law { state: \"XA\" provision: \"1\" form: \"basic\" " + law +
         " source: \"s\" } confidence: \"verified\" known_from: \"2026-01-01\" " + more + "}\n";
}

const std::string kVersion = "version: \"1\"\n";

core::Date day(const char* text) { return *core::parse_day(text); }

std::string in_force(const std::string& law, const std::string& more, const char* on) {
  const auto catalogue = Catalogue::parse(kVersion + row("A", law, more));
  REQUIRE(catalogue.ok());
  return criteria::in_force_on(*catalogue->find("A"), day(on));
}

}  // namespace

TEST_CASE("a row is in force on both its bounds, and unknown where a bound is", "[catalogue]") {
  const std::string both = R"(in_force_from: "2020-01-01" in_force_to: "2022-12-31")";
  CHECK(in_force(both, "", "2019-12-31") == "no");
  CHECK(in_force(both, "", "2020-01-01") == "yes");
  CHECK(in_force(both, "", "2022-12-31") == "yes");
  CHECK(in_force(both, "", "2023-01-01") == "no");
  CHECK(in_force(R"(in_force_to: "2022-12-31")", "", "2021-01-01") == "unknown");
  CHECK(in_force(R"(in_force_to: "2022-12-31")", "", "2023-01-01") == "no");
  CHECK(in_force(R"(in_force_from: "2020-01-01")", "", "2040-01-01") == "yes");
  const std::string read = R"(certain_from: "2015-11-17" certain_to: "2017-05-10")";
  CHECK(in_force("", read, "2016-01-01") == "yes");
  CHECK(in_force("", read, "2015-11-16") == "unknown");
  CHECK(in_force("", read, "2017-05-11") == "unknown");
}

TEST_CASE("four years are serious, less is not, and a row from memory says nothing",
          "[catalogue]") {
  const auto serious = [](const std::string& maximum) {
    const auto catalogue = Catalogue::parse(kVersion + row("A", maximum));
    REQUIRE(catalogue.ok());
    return criteria::serious_by_maximum(*catalogue->find("A"));
  };
  CHECK(serious("max_years { number_value: 4 }") == "yes");
  CHECK(serious("max_years { number_value: 3.99 }") == "no");
  CHECK(serious("max_years { string_value: \"LIFE\" }") == "yes");
  CHECK(serious("") == "unknown");
}

TEST_CASE("the version of a row is the one known on the day", "[catalogue]") {
  const std::string old = row("A", "max_years { number_value: 1 }", R"(known_to: "2026-05-31")");
  std::string now = row("A", "max_years { number_value: 9 }");
  now.replace(now.find("2026-01-01"), 10, "2026-06-01");
  const auto catalogue = Catalogue::parse(kVersion + old + now);
  REQUIRE(catalogue.ok());
  CHECK(catalogue->find("A")->law().max_years().number_value() == 9);
  CHECK(catalogue->find("A", day("2026-05-31"))->law().max_years().number_value() == 1);
  CHECK(catalogue->find("A", day("2026-06-01"))->law().max_years().number_value() == 9);
  CHECK(catalogue->find("A", day("2025-12-31")) == nullptr);
  CHECK(catalogue->rows().size() == 1);
  CHECK_FALSE(Catalogue::parse(kVersion + row("A", "") + row("A", "")).ok());
}

TEST_CASE("every mistake of a catalogue is named with its line", "[catalogue]") {
  const auto problems = criteria::check_catalogue(
      kVersion + row("A", "") + row("", R"(in_force_from: "2020-13-01")", R"(parent_id: "Z")"),
      nullptr);
  REQUIRE(problems.size() == 3);
  for (const v1::DataProblem& problem : problems) CHECK(problem.line() == 3);
  CHECK(criteria::check_catalogue("rows {", nullptr).size() == 1);
  CHECK(criteria::check_catalogue(criteria::builtin_catalogue_text(), nullptr).empty());
}

TEST_CASE("the mildest of the rows that replaced one stands beside it as later law",
          "[catalogue]") {
  const auto catalogue = Catalogue::parse(
      kVersion +
      row("A",
          R"(max_years { number_value: 8 } in_force_from: "2010-01-01" in_force_to: "2014-12-31")",
          R"(succeeded_by: "B")") +
      row("B",
          R"(max_years { number_value: 1 } in_force_from: "2015-01-01" in_force_to: "2019-12-31")",
          R"(succeeded_by: "C")") +
      row("C", R"(max_years { number_value: 6 } in_force_from: "2020-01-01")"));
  REQUIRE(catalogue.ok());
  v1::FactsFile facts;
  v1::Offence& offence = *facts.add_offences();
  offence.set_catalogue_ref("A");
  offence.set_date("2012-03-01");
  catalogue->apply(facts);
  CHECK(facts.offences(0).law().max_years().number_value() == 8);
  CHECK(facts.offences(0).later_law().max_years().number_value() == 1);
}

TEST_CASE("a State is bound from its day, and unknown when it was not read", "[catalogue]") {
  using criteria::treaty_status;
  CHECK(treaty_status("DE", "untoc", day("2006-07-13")) == false);
  CHECK(treaty_status("DE", "untoc", day("2006-07-14")) == true);
  CHECK_FALSE(treaty_status("DE", "som", day("2020-01-01")).has_value());
  CHECK(treaty_status("ES", "som", day("2004-01-28")) == true);
  CHECK(treaty_status("ES", "untoc", day("2010-01-01")) == true);  // art. 37(2)
  CHECK_FALSE(treaty_status("ES", "untoc", day("2004-01-01")).has_value());
  CHECK(treaty_status("CZ", "som", day("2013-10-24")) == true);  // thirtieth day after the deposit
  CHECK(treaty_status("CZ", "som", day("2013-10-23")) == false);
  CHECK_FALSE(treaty_status("XA", "som", day("2020-01-01")).has_value());
  std::set<std::pair<std::string, std::string>> seen;
  for (const v1::PartyRow& each : criteria::party_table().rows()) {
    CHECK_FALSE(each.source().empty());
    CHECK(core::parse_day(each.in_force_from()).ok());
    CHECK(seen.emplace(each.state(), each.instrument()).second);
  }
  CHECK(seen.size() > 100);
}

TEST_CASE("an instrument without article, words, source or in-force date is refused",
          "[instrument]") {
  const auto parse = [](const std::string& drop, const std::string& put = "") {
    std::string text =
        "id: \"x\" version: \"1\" source: \"s\" language: \"en\" in_force_from: \"2020-01-01\" "
        "confidence: \"verified\" roots: \"x.1\" elements { id: \"x.1\" article: \"art. 1\" "
        "title: \"T\" text: \"W\" operator: LEAF evaluator: \"number\" }";
    if (const auto at = text.find(drop); !drop.empty() && at != std::string::npos)
      text.replace(at, drop.size(), put);
    return criteria::Instruments::parse({text});
  };
  REQUIRE(parse("").ok());
  for (const char* needed :
       {"article: \"art. 1\"", "text: \"W\"", "source: \"s\"", "in_force_from: \"2020-01-01\"",
        "confidence: \"verified\"", "language: \"en\"", "version: \"1\""})
    CHECK_FALSE(parse(needed).ok());
  CHECK_FALSE(parse("2020-01-01", "2020-02-30").ok());
  CHECK_FALSE(parse("language: \"en\"", "language: \"de\"").ok());  // no English rendering
  CHECK(parse("in_force_from: \"2020-01-01\"", "certain_from: \"2020-01-01\"").ok());
}

TEST_CASE("a topic is asked once an instrument, and what is left out is not asked",
          "[instrument]") {
  const auto trees = criteria::Instruments::builtin();
  REQUIRE(trees.ok());
  for (const v1::Instrument& instrument : trees->all()) {
    std::set<std::string> topics;
    for (const v1::ElementDef& element : instrument.elements())
      if (!element.topic().empty()) CHECK(topics.insert(element.topic()).second);
    for (const v1::AbsentTopic& absent : instrument.absent())
      CHECK_FALSE(topics.contains(absent.topic()));
    CHECK(instrument.id() ==
          trees->names()[static_cast<std::size_t>(&instrument - trees->all().data())]);
  }
  CHECK(trees->concerns("untoc", "som.6.1.a"));
  CHECK_FALSE(trees->concerns("untoc", "de-129.2.lasting"));
  CHECK(trees->concerns("eu-841", "untoc.2c.random"));
  CHECK_FALSE(trees->concerns("de-129", "untoc.2a.benefit"));
  const auto treaty = criteria::Instruments::builtin("untoc")->ids();
  CHECK(std::all_of(treaty.begin(), treaty.end(),
                    [&](const std::string& id) { return trees->concerns("untoc", id); }));
  const auto german = criteria::Instruments::builtin("de-129")->ids();
  CHECK(std::find(german.begin(), german.end(), "de-129.2.lasting") != german.end());
  CHECK(std::find(german.begin(), german.end(), "untoc.3.1") != german.end());  // the gates
  CHECK(std::find(german.begin(), german.end(), "it-416") == german.end());
  CHECK(trees->version("de-129") == "de-129 1");
  CHECK(trees->version("eu-841").find("untoc ") != std::string::npos);
}
