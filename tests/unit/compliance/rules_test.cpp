// Each rule fires on what breaks it, and on nothing in a case that keeps them all.
#include <functional>

#include "clean_case.hpp"
#include "tests/support/catch.hpp"

namespace palermo {
namespace {

using core::Json;
using tests::CleanCase;

struct Breach {
  const char* what;
  std::string rule;
  std::string subject;
  std::function<void(CleanCase&)> commit;
};

compliance::HeldFact held(const char* rule, const char* authorization) {
  return {"Q-1", rule, authorization, 3, "held"};
}

Json& product(CleanCase& c, std::size_t index = 0) { return c.use("U-1")["products"][index]; }

std::vector<Breach> breaches() {
  return {
      {"product without authorization", "AU01", "Q-1",
       [](CleanCase& c) { c.held = {held("AU01", "")}; }},
      {"use without authorization", "AU01", "U-1",
       [](CleanCase& c) { c.use("U-1")["authorization_id"] = "A-NONE"; }},
      {"product sealed as captured after expiry", "AU02", "Q-1",
       [](CleanCase& c) { c.held = {held("AU02", "A-TAP")}; }},
      {"use that ends after cancellation", "AU02", "U-3",
       [](CleanCase& c) { c.use("U-3")["ended_at"] = "2025-12-30T14:00:01Z"; }},
      {"product captured before effect", "AU02", "U-1/I-1",
       [](CleanCase& c) {
         product(c)["captured_from"] = "2024-02-29T22:59:59Z";
         product(c)["subject"] = "";
       }},
      {"stored product after expiry", "AU02", "A-MLA",
       [](CleanCase& c) {
         const auto at = core::parse_instant("2026-01-02T00:00:00Z")->us;
         c.products.push_back({"SRC-9:1", "A-MLA", at, at});
       }},
      {"product sealed after an unconfirmed emergency lapsed", "AU02", "Q-1",
       [](CleanCase& c) { c.held = {held("AU06", "A-URGENT")}; }},
      {"order a day above three months", "AU03", "A-TAP",
       [](CleanCase& c) { c.authorization("A-TAP")["expires_at"] = "2024-06-02T00:00:00+02:00"; }},
      {"renewal above three months", "AU03", "A-TAP/renewal 1",
       [](CleanCase& c) {
         c.authorization("A-TAP")["renewals"][0]["expires_at"] = "2024-09-02T00:00:00+02:00";
       }},
      {"renewal after expiry", "AU04", "A-TAP/renewal 1",
       [](CleanCase& c) {
         c.authorization("A-TAP")["renewals"][0]["granted_at"] = "2024-06-01T00:00:00+02:00";
       }},
      {"product sealed as captured in the gap", "AU04", "Q-1",
       [](CleanCase& c) { c.held = {held("AU04", "A-TAP")}; }},
      {"renewal without fresh facts", "AU05", "A-TAP/renewal 1",
       [](CleanCase& c) { c.authorization("A-TAP")["renewals"][0]["fresh_facts"] = " "; }},
      {"renewal that repeats the first facts", "AU05", "A-TAP/renewal 1",
       [](CleanCase& c) {
         c.authorization("A-TAP")["renewals"][0]["fresh_facts"] = "a driver named the LINE";
       }},
      {"urgency without reason", "AU06", "A-URGENT",
       [](CleanCase& c) { c.authorization("A-URGENT")["urgent"]["reason"] = ""; }},
      {"confirmation a minute late", "AU06", "A-URGENT",
       [](CleanCase& c) {
         c.authorization("A-URGENT")["urgent"]["confirmed_at"] = "2024-03-13T00:01:00+01:00";
       }},
      {"refused, and product not sealed", "AU06", "A-URGENT",
       [](CleanCase& c) {
         c.authorization("A-URGENT")["urgent"]["refused_at"] = "2024-03-11T00:00:00Z";
         const auto at = core::parse_instant("2024-03-10T00:00:00Z")->us;
         c.products.push_back({"SRC-9:1", "A-URGENT", at, at});
         c.authorization("A-URGENT")["retention"].erase("destroyed_at");
         c.authorization("A-URGENT")["retention"]["hold"] = "objection pending";
       }},
      {"applicant authorizes", "AU07", "A-TAP",
       [](CleanCase& c) { c.authorization("A-TAP")["authorizer"]["id"] = "P-1"; }},
      {"a superior of the case authorizes", "AU07", "A-TAP",
       [](CleanCase& c) { c.authorization("A-TAP")["authorizer"]["id"] = "P-9"; }},
      {"the applicant renews", "AU07", "A-TAP",
       [](CleanCase& c) {
         c.authorization("A-TAP")["renewals"][0]["authorizer"]["id"] = "P-1";
       }},
      {"the authorizer carries it out", "AU07", "U-1",
       [](CleanCase& c) { c.use("U-1")["operators"].push_back("J-1"); }},
      {"a police officer authorizes an interception", "AU08", "A-TAP",
       [](CleanCase& c) { c.authorization("A-TAP")["authorizer"]["role"] = "police"; }},
      {"a State that is not the regime's", "AU08", "A-MLA",
       [](CleanCase& c) {
         c.authorization("A-MLA")["state"] = "US";
         c.authorization("A-MLA")["foreign_request"]["uses"][1].erase("recipient_state");
       }},
      {"a named accused without a court", "AU08", "A-URGENT",
       [](CleanCase& c) {
         c.authorization("A-URGENT")["targets"][0]["kind"] = "accused";
         c.authorization("A-URGENT")["urgent"]["confirmed_by"]["role"] = "prosecutor";
       }},
      {"no legal basis", "AU09", "A-TAP",
       [](CleanCase& c) { c.authorization("A-TAP")["legal_basis"] = "  "; }},
      {"law not yet in force", "AU09", "A-CD",
       [](CleanCase& c) { c.authorization("A-CD")["granted_at"] = "1999-03-01T09:00:00Z";
                          c.authorization("A-CD")["effective_from"] = "2024-03-01T09:00:00Z"; }},
      {"offence outside the catalogue", "AU10", "A-TAP",
       [](CleanCase& c) {
         c.authorization("A-TAP")["offence_refs"] = Json::parse(R"(["§ 96 Abs. 1 AufenthG"])");
         product(c)["offence_refs"] = Json::array();
       }},
      {"no facts of suspicion", "AU11", "A-MLA",
       [](CleanCase& c) { c.authorization("A-MLA")["suspicion_facts"] = Json::array(); }},
      {"a network position alone", "AU11", "A-MLA",
       [](CleanCase& c) {
         c.authorization("A-MLA")["suspicion_facts"][0]["type"] = "network_position";
       }},
      {"no proportionality", "AU12", "A-MLA",
       [](CleanCase& c) { c.authorization("A-MLA")["proportionality"] = ""; }},
      {"no target", "AU13", "A-CD",
       [](CleanCase& c) {
         c.authorization("A-CD")["targets"] = Json::array();
         c.use("U-2")["targets"] = Json::array();
       }},
      {"an unknown target", "AU13", "A-CD",
       [](CleanCase& c) {
         c.authorization("A-CD")["targets"].push_back({{"kind", "person"}, {"value", "unknown"}});
       }},
      {"product of a stranger", "SC01", "U-1/I-1",
       [](CleanCase& c) { product(c)["subject"] = "+447700900777"; }},
      {"use against a stranger", "SC01", "U-3",
       [](CleanCase& c) { c.use("U-3")["targets"][0] = "+447700900777"; }},
      {"sealed as nobody's product", "SC01", "Q-1",
       [](CleanCase& c) { c.held = {held("SC01", "A-TAP")}; }},
      {"a hop too many", "SC02", "U-1", [](CleanCase& c) { c.use("U-1")["hops"] = 3U; }},
      {"a hop where none is stated", "SC02", "U-3", [](CleanCase& c) { c.use("U-3")["hops"] = 2U; }},
      {"a look beyond the hops that was not refused", "SC02", "entry 7",
       [](CleanCase& c) { c.accesses[0].data.set_hops_requested(3); }},
      {"the line passed on while tapped", "SC03", "A-TAP/target 1",
       [](CleanCase& c) { c.statement("S-12")["attribution"]["from"] = "2024-04-01"; }},
      {"content under an order for traffic data", "SC04", "U-3",
       [](CleanCase& c) { c.use("U-3")["kind"] = "content_interception"; }},
      {"a tap in another State", "SC04", "U-1",
       [](CleanCase& c) {
         c.use("U-1")["state"] = "AT";
         c.use("U-1")["delivery"] = {{"consents", {"AT"}}, {"persons_present", false}};
       }},
      {"an incidental find used without order", "SC05", "U-1/I-2",
       [](CleanCase& c) {
         product(c, 1)["use_order"] = "";
         product(c, 1)["subject"] = "";
       }},
      {"no word on collateral intrusion", "SC06", "A-MLA",
       [](CleanCase& c) { c.authorization("A-MLA")["collateral_intrusion"] = ""; }},
      {"a review that did not look at it", "SC06", "A-TAP",
       [](CleanCase& c) { c.authorization("A-TAP")["reviews"][0]["collateral_reassessed"] = false; }},
      {"words with counsel in the case", "PR01", "I-2",
       [](CleanCase& c) { c.sessions[1].has_words = true; }},
      {"privileged product kept", "PR01", "U-1/I-2",
       [](CleanCase& c) { product(c, 1).erase("destroyed_at"); }},
      {"a lawyer without special approval", "PR02", "A-CD/target 2",
       [](CleanCase& c) { c.authorization("A-CD")["second_approvals"][0]["kind"] = "SECOND_LOCK"; }},
      {"a minor without the enhanced regime", "PR03", "A-CD",
       [](CleanCase& c) { c.authorization("A-CD")["second_approvals"][1]["kind"] = "ISSUE"; }},
      {"a minor as source", "PR03", "A-TAP",
       [](CleanCase& c) {
         c.statements.push_back(Json::parse(
             R"({"id":"S-20","kind":"fact","grade":"B2","person":{"id":"M-1","category":"informant","minor":true}})"));
       }},
      {"a review never held", "RV01", "A-TAP/review 1",
       [](CleanCase& c) { c.authorization("A-TAP")["reviews"][0].erase("done_at"); }},
      {"a progress report late", "RV01", "A-TAP/condition 1",
       [](CleanCase& c) {
         c.authorization("A-TAP")["condition_states"][0]["met_at"] = "2024-04-03";
       }},
      {"a tap that outlasts the arrest", "RV02", "A-TAP",
       [](CleanCase& c) { c.use("U-1")["events"][0]["at"] = "2024-05-01T10:00:00+02:00"; }},
      {"no notice", "NT01", "A-TAP",
       [](CleanCase& c) { c.authorization("A-TAP")["notification"].erase("done_at"); }},
      {"a deferral without reason", "NT01", "A-URGENT",
       [](CleanCase& c) {
         c.authorization("A-URGENT")["notification"] = Json::parse(
             R"({"due_at":"2024-12-01","deferred":{"until":"2025-06-01","approved_by":"J-2","approved_role":"judge"},
                 "done_at":"2025-05-01"})");
       }},
      {"a deferral above a year without court", "NT01", "A-URGENT",
       [](CleanCase& c) {
         c.authorization("A-URGENT")["notification"] = Json::parse(
             R"({"deferred":{"until":"2025-12-01","reason":"deployed","approved_by":"S-1","approved_role":"prosecutor"},
                 "done_at":"2025-05-01"})");
       }},
      {"no mark of origin", "DT01", "U-1/I-1", [](CleanCase& c) { product(c)["origin_mark"] = ""; }},
      {"the mark lost on transfer", "DT01", "U-1/I-1",
       [](CleanCase& c) { product(c)["custody"][1]["origin_mark"] = ""; }},
      {"kept too long", "DT02", "A-TAP",
       [](CleanCase& c) { c.authorization("A-TAP")["retention"].erase("hold"); }},
      {"destroyed without record", "DT02", "A-URGENT",
       [](CleanCase& c) { c.authorization("A-URGENT")["retention"].erase("record"); }},
      {"said to be destroyed, and still there", "DT02", "A-URGENT",
       [](CleanCase& c) {
         const auto at = core::parse_instant("2024-03-10T00:00:00Z")->us;
         c.products.push_back({"SRC-9:1", "A-URGENT", at, at});
       }},
      {"not sealed", "DT03", "U-1/I-1", [](CleanCase& c) { product(c).erase("sealed_at"); }},
      {"sealed two days later", "DT03", "U-1/I-1",
       [](CleanCase& c) { product(c)["sealed_at"] = "2024-03-04T10:00:00+01:00"; }},
      {"another hash", "DT03", "U-1/I-1", [](CleanCase& c) { product(c)["checked_sha256"] = "ff"; }},
      {"a gap in custody", "DT03", "U-1/I-1",
       [](CleanCase& c) { product(c)["custody"][1]["from"] = "E-2"; }},
      {"an access without reason", "LG01", "U-1/access 1",
       [](CleanCase& c) { c.use("U-1")["accesses"][0]["reason"] = ""; }},
      {"a disclosure to nobody", "LG01", "U-1/access 2",
       [](CleanCase& c) { c.use("U-1")["accesses"][1].erase("recipient"); }},
      {"an entry without purpose", "LG01", "entry 7",
       [](CleanCase& c) { c.accesses[0].data.clear_purpose(); }},
      {"a person without category", "LG02", "S-9",
       [](CleanCase& c) { c.statement("S-9")["person"].erase("category"); }},
      {"a migrant kept as a suspect", "LG02", "S-9",
       [](CleanCase& c) {
         c.statements.push_back(Json::parse(
             R"({"id":"S-20","kind":"fact","grade":"B2","person":{"id":"P2","category":"smuggled_migrant"}})"));
       }},
      {"a statement without grade", "LG03", "S-5",
       [](CleanCase& c) { c.statement("S-5").erase("grade"); }},
      {"a possibility stored as fact", "LG03", "S-10",
       [](CleanCase& c) { c.statement("S-10")["kind"] = "fact"; }},
      {"an automated decision nobody reviewed", "LG04", "U-1/output 1",
       [](CleanCase& c) { c.use("U-1")["adverse_outputs"][0]["reviewer"] = ""; }},
      {"approach before suspicion", "UC01", "R-1/contact 1",
       [](CleanCase& c) {
         c.authorization("A-URGENT")["suspicion_facts"][0]["at"] = "2024-03-11";
         c.statement("S-2")["observed_at"] = "2024-03-12";
       }},
      {"pressure", "UC02", "R-1",
       [](CleanCase& c) { c.report("R-1")["conduct"][1]["type"] = "pressure"; }},
      {"the officer is the third member", "UC03", "group G",
       [](CleanCase& c) { c.statement("S-3")["undercover_act"] = true; }},
      {"the officer brings the benefit", "UC03", "group G",
       [](CleanCase& c) { c.statement("S-5")["undercover_act"] = true; }},
      {"the officer crosses the border", "UC03", "offence O-1",
       [](CleanCase& c) { c.statement("S-7")["undercover_act"] = true; }},
      {"conduct beyond the authorization", "UC04", "R-1",
       [](CleanCase& c) { c.report("R-1")["conduct"][1]["authorized"] = false; }},
      {"handler and controller are one", "UC04", "R-1",
       [](CleanCase& c) { c.report("R-1")["controller"] = "H-1"; }},
      {"no log of contacts", "UC04", "R-1",
       [](CleanCase& c) { c.report("R-1")["contact_log"] = ""; }},
      {"a transit State that was not asked", "CD01", "U-2",
       [](CleanCase& c) { c.use("U-2")["delivery"]["states"].push_back("NL"); }},
      {"sight lost", "CD01", "U-2",
       [](CleanCase& c) { c.use("U-2")["delivery"]["track_gaps"] = {"04:10 to 04:40 at sea"}; }},
      {"persons and no plan", "CD02", "U-2",
       [](CleanCase& c) { c.authorization("A-CD")["safety_plan"] = ""; }},
      {"persons and no rescue", "CD02", "U-2",
       [](CleanCase& c) { c.use("U-2")["delivery"]["rescue_asset"] = ""; }},
      {"it went on after danger", "CD02", "U-2",
       [](CleanCase& c) { c.use("U-2")["events"].erase(1); }},
      {"used for another case", "EX01", "A-MLA/M-1",
       [](CleanCase& c) {
         c.authorization("A-MLA")["foreign_request"]["uses"][0]["case"] = "CA-9";
       }},
      {"used as evidence against the caveat", "EX01", "A-MLA/M-1",
       [](CleanCase& c) {
         c.authorization("A-MLA")["foreign_request"]["uses"][0]["purpose"] = "evidence";
       }},
      {"handed on against the caveat", "EX01", "A-MLA/M-1",
       [](CleanCase& c) {
         c.authorization("A-MLA")["foreign_request"]["uses"][0]["recipient_state"] = "US";
       }},
      {"exculpatory without notice", "EX02", "A-MLA/M-3",
       [](CleanCase& c) {
         c.authorization("A-MLA")["foreign_request"]["uses"][2]["notice_at"] = "2025-12-02";
       }},
      {"exculpatory left out", "EX02", "U-1/X-1",
       [](CleanCase& c) { c.use("U-1")["exports"][0]["items"] = {"I-1"}; }},
  };
}

}  // namespace

TEST_CASE("a case that keeps the rules breaks none of them", "[compliance]") {
  const v1::ComplianceResult result = CleanCase{}.judged();
  for (const auto& found : result.violations())
    FAIL_CHECK(found.rule() << " " << found.subject() << ": " << found.text());
  REQUIRE(result.rules_size() == 40);
  // Every rule had something to judge: silence is not a pass.
  for (const auto& rule : result.rules()) CHECK((rule.judged() > 0 || rule.rule() == "none"));
}

TEST_CASE("each rule finds what breaks it, and nothing else", "[compliance]") {
  std::set<std::string> covered;
  for (const Breach& breach : breaches()) {
    CleanCase c;
    breach.commit(c);
    INFO(breach.what);
    const std::string expected = breach.rule + " " + breach.subject;
    CHECK(c.found() == std::set<std::string>{expected});
    covered.insert(breach.rule);
  }
  for (const auto& rule : compliance::rules()) CHECK(covered.contains(std::string{rule.id}));
}

TEST_CASE("nearly equal reasons against different people are told for both", "[compliance]") {
  CleanCase c;
  const std::string text = c.authorization("A-TAP")["necessity"];
  c.authorization("A-MLA")["necessity"] = text + " again";
  CHECK(c.found() == std::set<std::string>{"AU12 A-MLA", "AU12 A-TAP"});
  // The same application against the same person may use the same words.
  c.authorization("A-MLA")["targets"][0]["person_id"] = "P1";
  CHECK(c.found().empty());
}

TEST_CASE("a violation says its severity and the record behind it", "[compliance]") {
  CleanCase c;
  c.use("U-1")["hops"] = 3U;
  const auto result = c.judged();
  REQUIRE(result.violations_size() == 1);
  CHECK(result.violations(0).severity() == "B");
  CHECK(result.violations(0).authorization_id() == "A-TAP");
  REQUIRE(result.violations(0).records_size() == 1);
  CHECK(result.violations(0).records(0) == "SRC-2:1");
  CHECK(result.violations(0).text() ==
        "The use U-1 chained contacts over 3 hops; the authorization allows 2.");
}

TEST_CASE("what cannot be judged is said, and is no violation", "[compliance]") {
  CleanCase c;
  c.authorization("A-TAP")["regime"] = "FR-1";
  c.sessions[0].privileged = v1::InterceptSession::privilege_unspecified;
  c.use("U-1").erase("targets");
  CHECK(c.found().empty());
  std::set<std::string> rules;
  const v1::ComplianceResult result = c.judged();
  for (const auto& each : result.not_judged()) rules.insert(each.rule());
  for (const char* rule : {"AU03", "AU08", "AU10", "PR01", "SC01"}) CHECK(rules.contains(rule));
  bool told = false;
  for (const std::string& notice : result.notices())
    told = told || notice.find("FR-1, which this program does not know") != std::string::npos;
  CHECK(told);
}

TEST_CASE("a value that nobody verified is told with the violation", "[compliance]") {
  CleanCase c;
  c.authorization("A-MLA")["expires_at"] = "2026-01-05T09:00:00-05:00";
  // Longer than sixty days is not judged here: a year is allowed for a criminal organization.
  CHECK(c.found().empty());
  c.authorization("A-CD")["expires_at"] = "2024-06-30";  // verified: three months
  c.authorization("A-CD")["authorizer"]["role"] = "constable";  // roles are from memory
  const auto result = c.judged();
  REQUIRE(result.violations_size() == 2);
  CHECK(result.violations(0).rule() == "AU03");
  CHECK_FALSE(result.violations(0).unverified_parameter());
  CHECK(result.violations(1).rule() == "AU08");
  CHECK(result.violations(1).unverified_parameter());
}

TEST_CASE("what a recorded decision settled is told and not listed again", "[compliance]") {
  CleanCase c;
  c.held = {{"Q-1", "AU02", "A-TAP", 3, "destroyed"}, {"Q-2", "SC01", "A-TAP", 1, "released"}};
  CHECK(c.found().empty());
  const auto result = c.judged();
  CHECK(std::count_if(result.notices().begin(), result.notices().end(), [](const auto& notice) {
          return notice.find("by a recorded decision") != std::string::npos;
        }) == 2);
}

TEST_CASE("an operator's decision settles the category of a person", "[compliance]") {
  CleanCase c;
  c.statements.push_back(Json::parse(
      R"({"id":"S-20","kind":"fact","grade":"B2","person":{"id":"P2","category":"smuggled_migrant"}})"));
  CHECK(c.found() == std::set<std::string>{"LG02 S-9"});
  c.persons[1].decided = true;
  CHECK(c.found().empty());
}

TEST_CASE("no text of a rule names a number or a person", "[compliance]") {
  for (const Breach& breach : breaches()) {
    CleanCase c;
    breach.commit(c);
    const v1::ComplianceResult result = c.judged();
    for (const auto& found : result.violations()) {
      INFO(found.text());
      CHECK(found.text().find("+4477") == std::string::npos);
      CHECK(found.text().find(" P1") == std::string::npos);
      CHECK(found.text().find("guilt") == std::string::npos);
    }
  }
}

}  // namespace palermo
