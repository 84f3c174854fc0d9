// Working days, clock changes and hours: until when an urgent grant must be confirmed.
#include "clean_case.hpp"
#include "tests/support/catch.hpp"

namespace palermo {
namespace {

std::string confirm_by(const char* regime, const char* oral) {
  return core::format_utc(
      authorization::confirm_by(regime, "", *core::parse_instant(oral)).us / 1'000'000 * 1'000'000);
}

std::int32_t day(const char* text) { return core::parse_date(text)->days; }

}  // namespace

TEST_CASE("every regime that LEGAL names is there and parses", "[compliance][regimes]") {
  for (const char* id :
       {"DE-100a", "DE-100b", "DE-110a", "GB-RIPA", "GB-IPA", "US-2518", "CA-185"}) {
    INFO(id);
    const v1::Regime* regime = authorization::regime_of(id);
    REQUIRE(regime != nullptr);
    CHECK(regime->has_confirmation());
    CHECK_FALSE(regime->confirmation().authority().source().empty());
    if (!regime->zone().empty()) CHECK(core::TimeZone::find(regime->zone()).ok());
  }
  CHECK(authorization::regimes().regimes_size() == 7);
  CHECK(authorization::regime_of("DE-100") == nullptr);
}

TEST_CASE("three German working days end at midnight in Berlin and skip weekend and holidays",
          "[compliance][regimes]") {
  // Thursday: Friday, Monday, Tuesday.
  CHECK(confirm_by("DE-100a", "2024-03-07T16:00:00+01:00") == "2024-03-12T22:59:59Z");
  // The offset that the time carries does not move the court's midnight.
  CHECK(confirm_by("DE-100a", "2024-03-07T15:00:00Z") == "2024-03-12T22:59:59Z");
  // Friday: Monday, Tuesday, Wednesday; the clocks change in between.
  CHECK(confirm_by("DE-100a", "2023-03-24T16:00:00+01:00") == "2023-03-29T21:59:59Z");
  // Wednesday before Easter 2024: Thursday, then Tuesday and Wednesday.
  CHECK(confirm_by("DE-100a", "2024-03-27T09:00:00+01:00") == "2024-04-03T21:59:59Z");
  // Saturday night in Berlin is still Friday in Greenwich; it counts as Saturday.
  CHECK(confirm_by("DE-110a", "2024-03-08T23:30:00Z") == "2024-03-13T22:59:59Z");
  // Christmas: Friday 2023-12-22, then 27, 28 and 29 December.
  CHECK(confirm_by("DE-100b", "2023-12-22T10:00:00+01:00") == "2023-12-29T22:59:59Z");
}

TEST_CASE("the British third working day leaves out bank holidays and their substitutes",
          "[compliance][regimes]") {
  // Friday 2021-12-24: 27 and 28 December replace Christmas and Boxing Day; 29, 30, 31 count.
  CHECK(confirm_by("GB-IPA", "2021-12-24T10:00:00Z") == "2021-12-31T23:59:59Z");
  // Friday 2022-12-30: Monday 2 and Tuesday 3 January are bank holidays somewhere; 4, 5, 6 count.
  CHECK(confirm_by("GB-IPA", "2022-12-30T10:00:00Z") == "2023-01-06T23:59:59Z");
  // The day of the State funeral, Monday 2022-09-19: Tuesday, Wednesday, Thursday.
  CHECK(confirm_by("GB-IPA", "2022-09-16T10:00:00+01:00") == "2022-09-22T22:59:59Z");
  // In 2020 the early May holiday was on Friday 8, not on Monday 4.
  CHECK(confirm_by("GB-IPA", "2020-05-01T10:00:00+01:00") == "2020-05-06T22:59:59Z");
  CHECK(confirm_by("GB-IPA", "2020-05-05T10:00:00+01:00") == "2020-05-11T22:59:59Z");
}

TEST_CASE("hours run through nights, weekends and clock changes", "[compliance][regimes]") {
  CHECK(confirm_by("GB-RIPA", "2024-03-04T09:00:00Z") == "2024-03-07T09:00:00Z");
  CHECK(confirm_by("US-2518", "2024-03-09T09:00:00-05:00") == "2024-03-11T14:00:00Z");
  CHECK(confirm_by("CA-185", "2024-03-09T09:00:00-05:00") == "2024-03-11T02:00:00Z");
}

TEST_CASE("what is not known of a calendar is said", "[compliance][regimes]") {
  const auto oral = *core::parse_instant("2024-12-24T10:00:00+01:00");
  const auto unknown = authorization::confirm_by("", "FR", oral);
  CHECK(unknown.caveat.find("public holidays of FR are not known") != std::string::npos);
  CHECK(unknown.unverified);
  CHECK(authorization::confirm_by("GB-IPA", "", *core::parse_instant("2031-01-06T10:00:00Z"))
            .caveat == "the holidays of GB are listed for 2018-2026 only");
  CHECK(authorization::confirm_by("DE-100a", "", oral).caveat.find("single Laender") !=
        std::string::npos);
}

TEST_CASE("Easter falls where the tables have it", "[compliance][regimes]") {
  for (const char* text : {"1961-04-02", "2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31",
                           "2025-04-20", "2038-04-25"})
    CHECK(authorization::easter_sunday(std::stoi(std::string{text}.substr(0, 4))) == day(text));
}

TEST_CASE("holidays of 2024 are those of the calendars", "[compliance][regimes]") {
  const auto* germany = authorization::calendar_of("DE");
  REQUIRE(germany != nullptr);
  for (const char* text : {"2024-01-01", "2024-03-29", "2024-04-01", "2024-05-01", "2024-05-09",
                           "2024-05-20", "2024-10-03", "2024-12-25", "2024-12-26", "2024-06-08"})
    CHECK_FALSE(authorization::is_working_day(germany, day(text)));
  for (const char* text : {"2024-01-02", "2024-05-10", "2024-12-24", "2024-12-27"})
    CHECK(authorization::is_working_day(germany, day(text)));
  const auto* britain = authorization::calendar_of("GB");
  REQUIRE(britain != nullptr);
  for (const char* text : {"2024-01-02", "2024-03-18", "2024-05-06", "2024-05-27", "2024-07-12",
                           "2024-08-05", "2024-08-26", "2024-12-02"})
    CHECK_FALSE(authorization::is_working_day(britain, day(text)));
  CHECK(authorization::is_working_day(britain, day("2024-12-03")));
}

TEST_CASE("months end where the month ends", "[compliance][regimes]") {
  v1::LegalPeriod month;
  month.set_months(1);
  const auto after = [&](const char* from, const char* zone) {
    return core::format_utc(
        authorization::after(core::parse_instant(from)->us, month, zone));
  };
  CHECK(after("2024-01-31T10:00:00Z", "") == "2024-02-29T10:00:00Z");
  CHECK(after("2023-12-31T23:30:00Z", "Europe/Berlin") == "2024-01-31T23:30:00Z");
  // Ten o'clock stays ten o'clock when the clocks change.
  CHECK(after("2024-03-15T10:00:00+01:00", "Europe/Berlin") == "2024-04-15T08:00:00Z");
}

TEST_CASE("a meeting 73 hours after an oral British grant is AU06 and AU02 (LEGAL section 7, case 21)",
          "[compliance]") {
  tests::CleanCase c;
  c.authorizations = core::Json::parse(R"([{"id":"A-CHIS","technique":"UNDERCOVER_OPERATION","kind":"informant",
    "state":"GB","regime":"GB-RIPA","offence_refs":["Immigration Act 1971 s. 25"],"legal_basis":"RIPA s. 29",
    "applicant":{"id":"H-1"},"authorizer":{"id":"D-9","role":"superintendent"},
    "urgent":{"oral_at":"2024-03-04T09:00:00Z","reason":"The boat leaves on Thursday."},
    "expires_at":"2024-03-31","targets":[{"kind":"person","value":"P1","person_id":"P1","minor":false}],
    "suspicion_facts":[{"type":"document","text":"He hired the boat.","at":"2024-03-01"}],
    "necessity":"Nobody else hears where the boat lands before it has landed on that night.",
    "subsidiarity":"The harbour is watched, and the boat leaves from one of forty beaches instead.",
    "proportionality":"One meeting in a public house, with one person, about one boat.",
    "collateral_intrusion":"Guests are not named.","notification":{"due_at":"2027-01-01"},
    "retention":{"destroy_by":"2027-01-01"}}])");
  c.reports.clear();
  c.sessions.clear();
  c.products.clear();
  c.uses = core::Json::parse(R"([{"use_id":"MEET","authorization_id":"A-CHIS","kind":"informant",
    "technique":"UNDERCOVER_OPERATION","started_at":"2024-03-07T10:00:00Z","ended_at":"2024-03-07T11:00:00Z",
    "targets":["P1"]}])");
  CHECK(c.found() == std::set<std::string>{"AU06 A-CHIS", "AU02 MEET"});
  const auto result = c.judged();
  CHECK(result.violations(1).text().find("had to be confirmed by 2024-03-07T09:00:00Z (72 hours, "
                                         "GB-RIPA (RIPA s. 43(3)))") != std::string::npos);
  for (const auto& found : result.violations()) CHECK(found.severity() == "B");
  // An hour earlier the meeting is covered, and the grant is still not confirmed.
  c.use("MEET")["started_at"] = "2024-03-07T08:00:00Z";
  c.use("MEET")["ended_at"] = "2024-03-07T09:00:00Z";
  CHECK(c.found() == std::set<std::string>{"AU06 A-CHIS"});
  // A written grant in time cures both.
  c.authorization("A-CHIS")["urgent"]["confirmed_at"] = "2024-03-07T08:59:00Z";
  c.use("MEET")["ended_at"] = "2024-03-07T11:00:00Z";
  CHECK(c.found().empty());
}

TEST_CASE("a German court that needs a higher one beyond six months", "[compliance]") {
  tests::CleanCase c;
  core::Json& a = c.authorization("A-TAP");
  a["regime"] = "DE-100b";
  a["legal_basis"] = "StPO s. 100b";
  a["expires_at"] = "2024-04-01T00:00:00+02:00";
  a["authorizer"]["role"] = "court";
  a["renewals"] = core::Json::array();
  for (const char* month : {"04", "05", "06", "07", "08", "09"}) {
    const int next = std::stoi(month) + 1;
    const std::string until = std::string{"2024-"} + (next < 10 ? "0" : "") + std::to_string(next);
    a["renewals"].push_back({{"granted_at", std::string{"2024-"} + month + "-01T00:00:00+02:00"},
                             {"expires_at", until + "-01T00:00:00+02:00"},
                             {"fresh_facts", std::string{"Result of month "} + month},
                             {"authorizer", {{"id", "J-3"}, {"role", "court"}}}});
  }
  a["cancelled_at"] = "2024-09-20T12:00:00+02:00";
  a["notification"] = core::Json::parse(R"({"due_at":"2024-11-30","done_at":"2024-11-20"})");
  a["reviews"].erase(1);
  CHECK(c.found() == std::set<std::string>{"AU03 A-TAP/renewal 6"});
  a["renewals"][5]["authorizer"]["role"] = "higher_court";
  CHECK(c.found().empty());
  a["renewals"][5]["authorizer"].erase("role");
  CHECK(c.found().empty());
}

}  // namespace palermo
