// Releases of statistics: what is withheld, and what two of them tell together.
#include "analysis/statistics/release.hpp"

#include <random>

#include "core/base/json_message.hpp"
#include "tests/support/catch.hpp"

using namespace palermo;
using statistics::CaseFacts;

namespace {

/// An order with so many renewals, for one offence.
void add(CaseFacts& facts, const std::string& offence, int renewals, bool urgent = false) {
  const std::string id = "A-" + std::to_string(facts.facts.authorizations.size());
  v1::Authorization& a = facts.facts.authorizations[id].data;
  a.set_id(id);
  a.set_state("DE");
  a.set_kind("content_interception");
  a.add_offence_refs(offence);
  if (urgent)
    a.mutable_urgent()->set_oral_at("2023-02-01T10:00:00Z");
  else
    a.set_granted_at("2023-02-01T10:00:00Z");
  a.set_expires_at("2023-05-01T10:00:00Z");
  for (int i = 0; i < renewals; ++i) {
    auto& renewal = *a.add_renewals();
    renewal.set_granted_at("2023-04-15T10:00:00Z");
    renewal.set_expires_at("2023-08-01T10:00:00Z");
  }
}

CaseFacts facts_of(const std::vector<std::pair<std::string, int>>& offences) {
  CaseFacts facts;
  for (const auto& [offence, number] : offences)
    for (int i = 0; i < number; ++i) add(facts, offence, i % 2);
  return facts;
}

std::string number(const v1::StatisticsResult& result, const std::string& row,
                   const std::string& column) {
  for (const auto& each : result.rows())
    if (each.section() == "s. 100a, orders by offence" && each.row() == row &&
        each.column() == column)
      return each.status() == "published" ? std::to_string(each.value()) : each.status();
  return "no such row";
}

statistics::ReleaseOptions options() {
  statistics::ReleaseOptions out;
  out.table = "de";
  out.year = 2023;
  return out;
}

}  // namespace

TEST_CASE("statistics: orders and extensions are counted once for each offence they name",
          "[statistics]") {
  std::vector<CaseFacts> cases;
  cases.push_back(facts_of({{"AufenthG 96(2)", 20}, {"StGB 129(1)", 14}}));
  auto exact = options();
  exact.exact = true;
  const auto all = statistics::release(cases, exact);
  REQUIRE(all.ok());
  CHECK(number(*all, "AufenthG 96(2)", "first orders") == "20");
  CHECK(number(*all, "AufenthG 96(2)", "extensions") == "10");
  CHECK(number(*all, "total", "total") == "51");
  CHECK(all->withheld() == 0);
  auto other = exact;
  other.year = 2022;
  CHECK(number(*statistics::release(cases, other), "none", "total") == "0");
  other.table = "fr";
  CHECK(statistics::release(cases, other).error().code == core::ErrorCode::Usage);
  bool asked = false;
  for (const auto& row : all->rows()) {
    if (row.status() != "not_recorded") continue;
    asked = true;
    CHECK_FALSE(row.has_value());  // unknown is absent, never 0
  }
  CHECK(asked);
}

TEST_CASE(
    "statistics: small counts are withheld with what would tell them, and the rule is printed",
    "[statistics]") {
  std::vector<CaseFacts> cases;
  cases.push_back(facts_of({{"AufenthG 96(2)", 40}, {"StGB 129(1)", 3}, {"StGB 263", 30}}));
  const auto out = statistics::release(cases, options());
  REQUIRE(out.ok());
  CHECK(number(*out, "StGB 129(1)", "first orders") == "withheld");
  CHECK(number(*out, "StGB 129(1)", "extensions") == "withheld");
  CHECK(out->withheld() > 4);
  CHECK(out->rule().find("1 to 4") != std::string::npos);
  for (const auto& row : out->rows())
    if (row.status() == "withheld") CHECK_FALSE(row.has_value());
}

TEST_CASE("statistics: a second release tells nothing by its difference", "[statistics]") {
  std::vector<CaseFacts> before;
  before.push_back(facts_of({{"AufenthG 96(2)", 40}, {"StGB 129(1)", 20}}));
  const auto first = statistics::release(before, options());
  REQUIRE(first.ok());
  CHECK(number(*first, "AufenthG 96(2)", "first orders") == "40");
  auto again = options();
  again.earlier.push_back(*first);
  // The same numbers: the same table.
  const auto same = statistics::release(before, again);
  REQUIRE(same.ok());
  CHECK(number(*same, "AufenthG 96(2)", "first orders") == "40");
  // One order more: whoever subtracts would know of it.
  std::vector<CaseFacts> after;
  after.push_back(facts_of({{"AufenthG 96(2)", 41}, {"StGB 129(1)", 20}}));
  const auto more = statistics::release(after, again);
  if (more) {
    CHECK(number(*more, "AufenthG 96(2)", "first orders") == "withheld");
    CHECK(number(*more, "total", "first orders") == "withheld");
  } else {
    CHECK(more.error().reason == "DIFFERENCE");
  }
  // Many more of each: the difference is a table of large counts.
  std::vector<CaseFacts> later;
  later.push_back(facts_of({{"AufenthG 96(2)", 80}, {"StGB 129(1)", 60}}));
  const auto much = statistics::release(later, again);
  REQUIRE(much.ok());
  CHECK(number(*much, "AufenthG 96(2)", "first orders") == "80");
}

TEST_CASE("statistics: pairs of random releases never print a small difference", "[statistics]") {
  std::mt19937_64 random{7};
  const int pairs = std::getenv("PALERMO_SOAK") != nullptr ? 2000 : 60;
  int refused = 0;
  for (int i = 0; i < pairs; ++i) {
    const auto below = [&random](int n) {
      return static_cast<int>(random() % static_cast<unsigned>(n));
    };
    std::vector<std::pair<std::string, int>> offences{
        {"a", below(20)}, {"b", below(60)}, {"c", below(9)}};
    std::vector<CaseFacts> cases;
    cases.push_back(facts_of(offences));
    const auto first = statistics::release(cases, options());
    REQUIRE(first.ok());
    for (auto& [name, count] : offences) count += below(3) == 0 ? below(30) : below(4);
    cases[0] = facts_of(offences);
    auto again = options();
    again.earlier.push_back(*first);
    const auto second = statistics::release(cases, again);
    if (!second) {
      CHECK(second.error().reason == "DIFFERENCE");
      ++refused;
      continue;
    }
    for (const auto& row : second->rows())
      for (const auto& old : first->rows()) {
        if (row.section() != old.section() || row.row() != old.row() ||
            row.column() != old.column())
          continue;
        if (old.status() == "withheld" && row.status() == "published" && row.value() > 0)
          FAIL("pair " << i << " prints what was withheld: " << row.row());
        if (row.status() != "published" || old.status() != "published") continue;
        const auto change = static_cast<int>(row.value()) - static_cast<int>(old.value());
        if (change != 0 && std::abs(change) < 5) FAIL("pair " << i << ": " << row.row());
      }
  }
  CHECK(refused < pairs);
}
