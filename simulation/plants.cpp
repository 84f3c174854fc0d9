#include "simulation/plants.hpp"

#include <fmt/format.h>

#include "core/base/time.hpp"

namespace palermo::simulation {
namespace {

using core::Json;

std::string use_id(const Unit& unit) { return unit.uses[0]["use_id"].get<std::string>(); }
std::string product_subject(const Unit& unit) { return use_id(unit) + "/PR-1"; }
Json& product(Unit& unit) { return unit.uses[0]["products"][0]; }

/// A moment of the unit moved by days and minutes.
std::string moved(const Json& time, int days, int minutes = 0) {
  const auto read = core::parse_instant(time.get<std::string>());
  return core::format_utc((read ? read->us : 0) + days * core::kUsPerDay +
                          minutes * core::kUsPerMinute);
}

std::string first_renewal(Unit& unit, const std::string& granted, const std::string& facts) {
  Json& a = unit.authorization;
  a["renewals"].push_back({{"granted_at", granted},
                           {"expires_at", moved(a["expires_at"], 20)},
                           {"fresh_facts", facts},
                           {"authorizer", a["authorizer"]}});
  a["notification"] = {{"due_at", moved(a["expires_at"], 200)},
                       {"done_at", moved(a["expires_at"], 190)}};
  return unit.id() + "/renewal 1";
}

Json person_statement(const std::string& id, const std::string& person, const char* category) {
  Json stated = {{"id", person}};
  if (category != nullptr) stated["category"] = category;
  return {{"id", id}, {"kind", "fact"}, {"grade", "B2"}, {"person", std::move(stated)}};
}

std::string au06(Unit& unit, const Place& at) {
  Json& a = unit.authorization;
  const std::string oral = a["effective_from"];
  // Three working days are over after a week at the latest; the confirmation is late or unreasoned.
  a["urgent"] = {{"oral_at", oral}, {"reason", "The van leaves tonight."},
                 {"confirmed_at", moved(oral, 0, 60)}, {"confirmed_by", a["authorizer"]}};
  a["granted_at"] = oral;
  a["urgent"]["confirmed_by"]["role"] =
      a["regime"] == "GB-IPA" ? "judicial commissioner" : "court";
  if (at.index % 2 == 0) {
    a["urgent"]["reason"] = "";
    return unit.id();
  }
  a["urgent"]["confirmed_at"] = moved(oral, 14);
  // What was done under it lies before the time it had to be confirmed by.
  Json& use = unit.uses[0];
  use["started_at"] = moved(oral, 0, 60);
  use["ended_at"] = moved(oral, 0, 600);
  product(unit)["captured_from"] = moved(oral, 0, 70);
  product(unit)["captured_to"] = moved(oral, 0, 80);
  unit.session["start"] = moved(oral, 0, 100);
  unit.session["end"] = moved(oral, 0, 104);
  return unit.id();
}

std::string au12(Unit& unit, const Place& at) {
  // Pairs share their words; one left over says nothing at all.
  const bool second = at.index % 3 == 1 && at.before != nullptr;
  const bool first = at.index % 3 == 0 && at.index + 1 < at.count;
  if (second) unit.authorization["necessity"] = at.before->authorization["necessity"];
  if (!first && !second) unit.authorization["proportionality"] = "  ";
  return unit.id();
}

std::string au13(Unit& unit, const Place& at) {
  if (at.index % 2 == 0) {
    unit.authorization["targets"].push_back({{"kind", "person"}, {"value", "unknown"}, {"minor", false}});
  } else {
    unit.authorization["targets"].push_back({{"kind", "msisdn"}, {"value", ""}, {"minor", false}});
  }
  return unit.id();
}

std::string sc01(Unit& unit, const Place& at) {
  const std::string stranger = imsi_text(9'000'000'000ULL + at.number);
  if (at.index % 2 == 0) {
    unit.uses[0]["targets"].push_back(stranger);
    return use_id(unit);
  }
  product(unit)["subject"] = stranger;
  return product_subject(unit);
}

std::string sc03(Unit& unit, const Place& at) {
  const Json& target = unit.authorization["targets"][0];
  unit.statements = {
      {{"id", fmt::format("S-{}-1", at.number)},
       {"kind", "fact"},
       {"grade", "B2"},
       {"attribution",
        {{"person", fmt::format("Q-{}", at.number)}, {"identifier", target["value"]},
         {"from", moved(unit.uses[0]["started_at"], 0, 30)}}}},
      person_statement(fmt::format("S-{}-2", at.number), fmt::format("Q-{}", at.number), "witness"),
      person_statement(fmt::format("S-{}-3", at.number), target["person_id"].get<std::string>(),
                       "suspect")};
  return unit.id() + "/target 1";
}

std::string sc04(Unit& unit, const Place& at) {
  if (at.index % 2 == 0) {
    unit.uses[0]["kind"] = "content_interception";
  } else {
    unit.uses[0]["products"][0]["data_type"] = "location";
  }
  return use_id(unit);
}

std::string pr01(Unit& unit, const Place& at) {
  if (at.index % 2 == 0) {
    unit.session["privileged"] = "legal";
    unit.session["summary"] = "Counsel gives advice.";
    return unit.session["session_id"].get<std::string>();
  }
  product(unit)["privileged"] = "core_private";
  return product_subject(unit);
}

std::string pr02(Unit& unit, const Place& at) {
  unit.authorization["targets"][0]["profession"] = at.index % 2 == 0 ? "lawyer" : "journalist";
  Json kept = Json::array();
  for (const Json& approval : unit.authorization["second_approvals"])
    if (approval["kind"] != "SPECIAL") kept.push_back(approval);
  unit.authorization["second_approvals"] = kept;
  return unit.id() + "/target 1";
}

std::string pr03(Unit& unit, const Place&) {
  unit.authorization["targets"][0]["minor"] = true;
  Json kept = Json::array();
  for (const Json& approval : unit.authorization["second_approvals"])
    if (approval["kind"] != "MINOR") kept.push_back(approval);
  unit.authorization["second_approvals"] = kept;
  return unit.id();
}

std::string rv01(Unit& unit, const Place& at) {
  Json& a = unit.authorization;
  if (at.index % 2 == 0) {
    a["reviews"][0].erase("done_at");
    return unit.id() + "/review 1";
  }
  a["condition_states"] = {{{"text", "progress report"}, {"due_at", moved(a["effective_from"], 10)}}};
  return unit.id() + "/condition 1";
}

std::string nt01(Unit& unit, const Place& at) {
  Json& plan = unit.authorization["notification"];
  plan.erase("done_at");
  if (at.index % 2 == 1)
    plan["deferred"] = {{"until", "2026-12-31"}, {"reason", ""}, {"approved_by", "J-1"},
                        {"approved_role", "court"}};
  return unit.id();
}

std::string dt03(Unit& unit, const Place& at) {
  if (at.index % 3 == 0) product(unit)["checked_sha256"] = std::string(64, 'f');
  if (at.index % 3 == 1) product(unit).erase("sealed_at");
  if (at.index % 3 == 2) product(unit)["custody"][1]["from"] = "E-7";
  return product_subject(unit);
}

std::string lg01(Unit& unit, const Place& at) {
  if (at.index % 2 == 0) {
    unit.uses[0]["accesses"][0]["reason"] = "";
    return use_id(unit) + "/access 1";
  }
  unit.uses[0]["accesses"][1].erase("recipient");
  return use_id(unit) + "/access 2";
}

std::string lg02(Unit& unit, const Place& at) {
  const std::string id = fmt::format("S-{}-1", at.number);
  const std::string person = fmt::format("Q-{}", at.number);
  if (at.index % 2 == 0) {
    unit.statements = {person_statement(id, person, nullptr)};
  } else {
    unit.statements = {person_statement(id, person, "smuggled_migrant"),
                       person_statement(fmt::format("S-{}-2", at.number), person, "suspect")};
  }
  return id;
}

std::string lg03(Unit& unit, const Place& at) {
  const std::string id = fmt::format("S-{}-1", at.number);
  const std::string person = fmt::format("Q-{}", at.number);
  const std::string other = fmt::format("Q-{}b", at.number);
  unit.statements = {person_statement(fmt::format("S-{}-2", at.number), person, "suspect"),
                     person_statement(fmt::format("S-{}-3", at.number), other, "suspect"),
                     {{"id", id},
                      {"kind", "fact"},
                      {"grade", "B2"},
                      {"identity", {{"a", person}, {"b", other},
                                    {"relation", at.index % 2 == 0 ? "possibly_same" : "distinct"}}}}};
  if (at.index % 2 == 1) unit.statements[2].erase("grade");
  return id;
}

std::string uc01(Unit& unit, const Place&) {
  Json& contact = unit.report["first_contact"][0];
  contact["initiated_by"] = "officer";
  unit.authorization["suspicion_facts"][0]["at"] = moved(contact["at"], 3);
  return unit.report["report_id"].get<std::string>() + "/contact 1";
}

std::string uc02(Unit& unit, const Place& at) {
  static const std::vector<std::string> kActs{"proposal", "pressure", "price_raise",
                                              "repeat_after_refusal"};
  unit.report["conduct"][1]["type"] = kActs[at.index % kActs.size()];
  return unit.report["report_id"].get<std::string>();
}

std::string uc03(Unit& unit, const Place& at) {
  const std::string group = fmt::format("G-{}", at.number);
  for (int i = 1; i <= 3; ++i) {
    const std::string person = fmt::format("Q-{}-{}", at.number, i);
    unit.statements.push_back(
        person_statement(fmt::format("S-{}-{}", at.number, i), person, "suspect"));
    unit.statements.push_back({{"id", fmt::format("S-{}-m{}", at.number, i)},
                               {"kind", "fact"},
                               {"grade", "B2"},
                               {"undercover_act", i == 3},
                               {"membership", {{"person", person}, {"group", group}}}});
  }
  return "group " + group;
}

std::string uc04(Unit& unit, const Place& at) {
  if (at.index % 3 == 0) unit.report["conduct"][1]["authorized"] = false;
  if (at.index % 3 == 1) unit.report["controller"] = unit.report["handler"];
  if (at.index % 3 == 2) unit.report["contact_log"] = "";
  return unit.report["report_id"].get<std::string>();
}

std::string cd01(Unit& unit, const Place& at) {
  Json& delivery = unit.uses[0]["delivery"];
  if (at.index % 2 == 0) {
    delivery["states"].push_back("NL");
  } else {
    delivery["track_gaps"] = {"forty minutes at sea"};
  }
  return use_id(unit);
}

std::string cd02(Unit& unit, const Place& at) {
  Json& use = unit.uses[0];
  use["delivery"]["persons_present"] = true;
  if (at.index % 2 == 0) {
    use["delivery"]["rescue_asset"] = "";
  } else {
    use["events"] = {{{"at", moved(use["started_at"], 0, 30)}, {"type", "danger"}, {"text", "heat"}}};
  }
  return use_id(unit);
}

/// A request of France with one use of what it sent.
std::string foreign(Unit& unit, Json use) {
  use["use_id"] = "M-9";
  unit.authorization["foreign_request"] = {{"case", "FR-1"},
                                           {"state", "FR"},
                                           {"caveats", {"INTELLIGENCE_ONLY"}},
                                           {"uses", Json::array({std::move(use)})}};
  return unit.id() + "/M-9";
}

std::string ex01(Unit& unit, const Place& at) {
  const Json when = moved(unit.authorization["effective_from"], 40);
  return at.index % 2 == 0
             ? foreign(unit, {{"case", "OTHER"}, {"purpose", "intelligence"}, {"at", when}})
             : foreign(unit, {{"case", "FR-1"}, {"purpose", "evidence"}, {"at", when}});
}

std::string ex02(Unit& unit, const Place& at) {
  if (at.index % 2 == 0)
    return foreign(unit, {{"case", "FR-1"}, {"purpose", "defence"}, {"exculpatory", true},
                          {"at", moved(unit.authorization["effective_from"], 40)}});
  unit.uses[0]["exports"][0]["items"] = {"PR-1"};
  return use_id(unit) + "/X-1";
}

}  // namespace

const std::vector<Plant>& plants() {
  static const std::vector<Plant> kPlants = {
      {"AU01", Technique::Tap,
       [](Unit& unit, const Place&) {
         unit.uses[0]["authorization_id"] = unit.id() + "-NONE";
         return use_id(unit);
       }},
      {"AU02", Technique::Tap,
       [](Unit& unit, const Place&) {
         unit.uses[0]["ended_at"] = moved(unit.authorization["expires_at"], 0, 1);
         return use_id(unit);
       }},
      {"AU03", Technique::Search,
       [](Unit& unit, const Place&) {
         unit.authorization["expires_at"] = moved(unit.authorization["effective_from"], 40);
         return unit.id();
       }},
      {"AU04", Technique::Tap,
       [](Unit& unit, const Place&) {
         return first_renewal(unit, moved(unit.authorization["expires_at"], 1), "A second van was seen.");
       }},
      {"AU05", Technique::Tap,
       [](Unit& unit, const Place& at) {
         const std::string& first = unit.authorization["suspicion_facts"][0]["text"];
         return first_renewal(unit, moved(unit.authorization["expires_at"], -1),
                              at.index % 2 == 0 ? std::string{} : first);
       }},
      {"AU06", Technique::Tap, au06},
      {"AU07", Technique::Metadata,
       [](Unit& unit, const Place& at) {
         unit.authorization["authorizer"]["id"] =
             at.index % 2 == 0 ? unit.authorization["applicant"]["id"] : Json("AP-90");
         return unit.id();
       }},
      {"AU08", Technique::Tap,
       [](Unit& unit, const Place&) {
         unit.authorization["authorizer"]["role"] = "case officer";
         return unit.id();
       }},
      {"AU09", Technique::Officer,
       [](Unit& unit, const Place&) {
         unit.authorization["legal_basis"] = "";
         return unit.id();
       }},
      {"AU10", Technique::Tap,
       [](Unit& unit, const Place&) {
         Json& a = unit.authorization;
         // Only one regime here has a catalogue: the order becomes a German one.
         a["regime"] = "DE-100a";
         a.erase("urgent");
         a["state"] = "DE";
         a["scope"]["territory"] = {"DE"};
         a["legal_basis"] = "StPO s. 100a";
         a["authorizer"]["role"] = "judge";
         a["expires_at"] = moved(a["effective_from"], 80);
         a["notification"] = {{"due_at", moved(a["expires_at"], 180)},
                              {"done_at", moved(a["expires_at"], 170)}};
         unit.uses[0]["state"] = "DE";
         a["offence_refs"] = {"AufenthG 96(1)"};
         product(unit)["offence_refs"] = a["offence_refs"];
         return unit.id();
       }},
      {"AU11", Technique::Search,
       [](Unit& unit, const Place& at) {
         Json& facts = unit.authorization["suspicion_facts"];
         if (at.index % 2 == 0) {
           facts = Json::array();
         } else {
           facts.erase(0);
         }
         return unit.id();
       }},
      {"AU12", Technique::Metadata, au12},
      {"AU13", Technique::Tap, au13},
      {"SC01", Technique::Tap, sc01},
      {"SC02", Technique::Metadata,
       [](Unit& unit, const Place&) {
         unit.uses[0]["hops"] = 3;
         return use_id(unit);
       }},
      {"SC03", Technique::Tap, sc03},
      {"SC04", Technique::Metadata, sc04},
      {"SC05", Technique::Tap,
       [](Unit& unit, const Place&) {
         product(unit)["offence_refs"].push_back("StGB 211");
         return product_subject(unit);
       }},
      {"SC06", Technique::Officer,
       [](Unit& unit, const Place& at) {
         if (at.index % 2 == 0) {
           unit.authorization["collateral_intrusion"] = "";
         } else {
           unit.authorization["reviews"][0]["collateral_reassessed"] = false;
         }
         return unit.id();
       }},
      {"PR01", Technique::Tap, pr01},
      {"PR02", Technique::Tap, pr02},
      {"PR03", Technique::Search, pr03},
      {"RV01", Technique::Officer, rv01},
      {"RV02", Technique::Tap,
       [](Unit& unit, const Place& at) {
         static const std::vector<std::string> kEvents{"arrest", "case_closed", "grounds_ceased"};
         Json& use = unit.uses[0];
         use["events"] = {{{"at", moved(use["started_at"], 0, 60)},
                           {"type", kEvents[at.index % kEvents.size()]}, {"text", "noted"}}};
         return unit.id();
       }},
      {"NT01", Technique::Search, nt01},
      {"DT01", Technique::Tap,
       [](Unit& unit, const Place& at) {
         if (at.index % 2 == 0) {
           product(unit)["origin_mark"] = "";
         } else {
           product(unit)["custody"][1]["origin_mark"] = "";
         }
         return product_subject(unit);
       }},
      {"DT02", Technique::Metadata,
       [](Unit& unit, const Place& at) {
         unit.authorization["retention"] = {{"destroy_by", "2025-06-30"}};
         if (at.index % 2 == 1) unit.authorization["retention"]["destroyed_at"] = "2025-06-01T09:00:00Z";
         return unit.id();
       }},
      {"DT03", Technique::Tap, dt03},
      {"LG01", Technique::Search, lg01},
      {"LG02", Technique::Metadata, lg02, true},
      {"LG03", Technique::Metadata, lg03, true},
      {"LG04", Technique::Tap,
       [](Unit& unit, const Place&) {
         unit.uses[0]["adverse_outputs"][0]["automated"] = true;
         unit.uses[0]["adverse_outputs"][0]["reviewer"] = "";
         return use_id(unit) + "/output 1";
       }},
      {"UC01", Technique::Officer, uc01},
      {"UC02", Technique::Officer, uc02},
      {"UC03", Technique::Officer, uc03, true},
      {"UC04", Technique::Officer, uc04},
      {"CD01", Technique::Delivery, cd01},
      {"CD02", Technique::Delivery, cd02},
      {"EX01", Technique::Metadata, ex01},
      {"EX02", Technique::Metadata, ex02},
  };
  return kPlants;
}

}  // namespace palermo::simulation
