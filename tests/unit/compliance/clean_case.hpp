// A small case that keeps every rule, with the near misses of each, and ways to break one.
#pragma once

#include <set>
#include <string>

#include "analysis/compliance/rules.hpp"
#include "core/base/json_message.hpp"
#include "core/base/time.hpp"

namespace palermo::tests {

/// The parts of a case as JSON; `facts` turns them into what the rules see.
struct CleanCase {
  core::Json authorizations;
  core::Json uses;
  core::Json reports;
  core::Json statements;
  std::vector<compliance::SessionFact> sessions;
  std::vector<compliance::PersonFact> persons;
  std::vector<compliance::HeldFact> held;
  std::vector<compliance::StoredProduct> products;
  std::vector<compliance::AccessFact> accesses;
  std::string as_of = "2026-01-15T00:00:00Z";

  CleanCase();
  [[nodiscard]] compliance::Facts facts() const;
  [[nodiscard]] v1::ComplianceResult judged() const { return compliance::judge(facts()); }
  /// "AU06 A-URGENT" of every violation.
  [[nodiscard]] std::set<std::string> found() const {
    std::set<std::string> all;
    const v1::ComplianceResult result = judged();
    for (const auto& each : result.violations()) all.insert(each.rule() + " " + each.subject());
    return all;
  }
  /// The first authorization, use or report of that id.
  core::Json& authorization(const std::string& id) { return named(authorizations, "id", id); }
  core::Json& use(const std::string& id) { return named(uses, "use_id", id); }
  core::Json& report(const std::string& id) { return named(reports, "report_id", id); }
  core::Json& statement(const std::string& id) { return named(statements, "id", id); }

 private:
  static core::Json& named(core::Json& list, const char* key, const std::string& id) {
    for (core::Json& each : list)
      if (each[key] == id) return each;
    throw std::out_of_range(id);
  }
};

inline CleanCase::CleanCase() {
  authorizations = core::Json::parse(R"json([
   {"id":"A-TAP","technique":"ELECTRONIC_SURVEILLANCE","kind":"content_interception","state":"DE","regime":"DE-100a",
    "offence_refs":["AufenthG 96(2)","StGB 263"],"legal_basis":"StPO s. 100a(1)",
    "applicant":{"id":"P-1","unit":"prosecution","chain":["P-9"]},
    "authorizer":{"id":"J-1","unit":"local court","role":"investigating judge"},
    "granted_at":"2024-02-28T15:00:00+01:00","effective_from":"2024-03-01T00:00:00+01:00",
    "expires_at":"2024-05-31T23:59:59+02:00",
    "renewals":[{"granted_at":"2024-05-29T10:00:00+02:00","expires_at":"2024-08-31T23:59:59+02:00",
      "fresh_facts":"Since March two transports were arranged on this line.",
      "authorizer":{"id":"J-1","role":"investigating judge"}}],
    "cancelled_at":"2024-08-20T12:00:00+02:00",
    "targets":[{"kind":"msisdn","value":"+447700900001","person_id":"P1","minor":false}],
    "scope":{"data_types":["content","location"],"territory":["DE"],"max_hops":2},
    "suspicion_facts":[{"type":"testimony","text":"A driver named the line.","at":"2024-02-10"},
                       {"type":"network_position","text":"It calls both drivers.","at":"2024-02-11"}],
    "necessity":"The drivers meet nowhere; only the line gives the time of the next transport in advance.",
    "subsidiarity":"Observation lost both vans at the border twice in January, and no witness will speak.",
    "proportionality":"One line of the suspected organizer, for three months, with calls of his family cut off.",
    "collateral_intrusion":"His family uses the line; a monitor cuts those calls off.",
    "reviews":[{"due_at":"2024-04-15","done_at":"2024-04-12","outcome":"goes on","collateral_reassessed":true},
               {"due_at":"2024-12-01"}],
    "condition_states":[{"text":"report monthly","due_at":"2024-04-01","met_at":"2024-03-28"}],
    "notification":{"due_at":"2024-11-30","done_at":"2024-11-20"},
    "retention":{"destroy_by":"2025-12-31","hold":"appeal pending before the regional court"}},
   {"id":"A-URGENT","technique":"UNDERCOVER_OPERATION","kind":"undercover","state":"DE","regime":"DE-110a",
    "offence_refs":["AufenthG 97"],"legal_basis":"StPO s. 110a",
    "applicant":{"id":"P-2","unit":"police"},
    "authorizer":{"id":"S-1","unit":"prosecution","role":"prosecutor"},
    "urgent":{"oral_at":"2024-03-07T16:00:00+01:00","reason":"The meeting is tomorrow.",
              "confirmed_at":"2024-03-12T23:00:00+01:00","confirmed_by":{"id":"J-2","role":"judge"}},
    "expires_at":"2024-06-30","targets":[{"kind":"person","value":"P2","person_id":"P2","minor":false}],
    "scope":{"territory":["DE"]},
    "suspicion_facts":[{"type":"surveillance","text":"P2 hires the vans.","at":"2024-03-01"}],
    "necessity":"Nobody but somebody he trusts learns where the group hides people before a crossing.",
    "subsidiarity":"Lines are changed weekly, so that interception came too late on three occasions this year.",
    "proportionality":"Meetings in public places only, reported within a day and ended with the first arrest.",
    "collateral_intrusion":"Bystanders at meetings are not identified.",
    "notification":{"deferred":{"until":"2025-06-01","reason":"the officer is still deployed","approved_by":"J-2",
                    "approved_role":"judge"},"done_at":"2025-05-30"},
    "retention":{"destroy_by":"2025-12-31","destroyed_at":"2025-11-01","record":"PROT-17"}},
   {"id":"A-CD","technique":"CONTROLLED_DELIVERY","kind":"controlled_delivery","state":"GB","regime":"GB-RIPA",
    "offence_refs":["Immigration Act 1971 s. 25"],"legal_basis":"RIPA s. 28",
    "applicant":{"id":"D-1"},"authorizer":{"id":"D-9","role":"superintendent"},
    "granted_at":"2024-03-01T09:00:00Z","expires_at":"2024-05-31T09:00:00Z",
    "targets":[{"kind":"person","value":"P3","person_id":"P3","profession":"haulier","minor":false},
               {"kind":"person","value":"P4","person_id":"P4","profession":"lawyer","minor":true}],
    "second_approvals":[{"id":"C-1","role":"judicial commissioner","kind":"SPECIAL"},
                        {"id":"C-2","role":"assistant chief constable","kind":"MINOR"}],
    "scope":{"territory":["GB"]},"consent_states":["BE"],"safety_plan":"A rescue boat follows at one mile.",
    "suspicion_facts":[{"type":"document","text":"The booking names his lorry.","at":"2024-02-20"}],
    "necessity":"Only following the lorry shows who takes the people over at the far end of the route.",
    "subsidiarity":"Stopping the lorry at the port twice led to the driver alone and to nobody behind him.",
    "proportionality":"One crossing under watch from both coasts, broken off at the first sign of danger.",
    "collateral_intrusion":"Other passengers of the ferry are not recorded.",
    "notification":{"due_at":"2027-01-01"},"retention":{"destroy_by":"2027-01-01"}},
   {"id":"A-MLA","technique":"ELECTRONIC_SURVEILLANCE","kind":"traffic_data","state":"CA","regime":"CA-185",
    "offence_refs":["IRPA 117"],"legal_basis":"Criminal Code s. 186",
    "applicant":{"id":"K-1"},"authorizer":{"id":"K-9","role":"judge"},
    "granted_at":"2025-11-01T09:00:00-05:00","expires_at":"2025-12-30T09:00:00-05:00",
    "targets":[{"kind":"msisdn","value":"+447700900009","minor":false}],"scope":{"data_types":["traffic_data"]},
    "suspicion_facts":[{"type":"financial","text":"It pays for the berths.","at":"2025-10-01"}],
    "necessity":"Billing data alone ties the payments for the berths to one subscriber on this coast.",
    "subsidiarity":"The bank knows no name, and the harbour master was paid in cash on each occasion.",
    "proportionality":"Traffic data of one number for sixty days and nothing of what is said on it.",
    "collateral_intrusion":"Callers are kept as numbers.",
    "notification":{"due_at":"2027-01-01"},"retention":{"destroy_by":"2027-01-01"},
    "foreign_request":{"case":"GB-7","state":"GB","caveats":["INTELLIGENCE_ONLY","NO_ONWARD_TRANSFER"],
      "uses":[{"use_id":"M-1","case":"GB-7","purpose":"intelligence","at":"2025-11-10"},
              {"use_id":"M-2","case":"CA-3","purpose":"evidence","at":"2025-11-20","consent":"letter of 2025-11-12",
               "recipient_state":"US"},
              {"use_id":"M-3","case":"GB-7","purpose":"defence","at":"2025-12-01","exculpatory":true,
               "notice_at":"2025-11-30"}]}}
  ])json");
  uses = core::Json::parse(R"json([
   {"use_id":"U-1","authorization_id":"A-TAP","technique":"ELECTRONIC_SURVEILLANCE","kind":"content_interception",
    "started_at":"2024-03-02T08:00:00+01:00","ended_at":"2024-05-30T20:00:00+02:00","state":"DE","hops":2,
    "operators":["M-1"],"targets":["+447700900001"],
    "events":[{"at":"2024-08-20T10:00:00+02:00","type":"arrest","text":"P1 was arrested."}],
    "products":[{"product_id":"I-1","sha256":"AB","checked_sha256":"ab","captured_from":"2024-03-02T08:00:00+01:00",
      "captured_to":"2024-03-02T09:00:00+01:00","received_at":"2024-03-02T09:00:00+01:00",
      "sealed_at":"2024-03-02T10:00:00+01:00","origin_mark":"A-TAP/U-1","subject":"+447700900001","data_type":"content",
      "offence_refs":["StGB 263"],
      "custody":[{"from":"M-1","to":"E-1","at":"2024-03-02T10:00:00+01:00","origin_mark":"A-TAP/U-1"},
                 {"from":"E-1","to":"C-1","at":"2024-03-03T10:00:00+01:00","origin_mark":"A-TAP/U-1"}]},
     {"product_id":"I-2","sha256":"cd","received_at":"2024-03-02T09:00:00+01:00","sealed_at":"2024-03-03T09:00:00+01:00",
      "origin_mark":"A-TAP/U-1","privileged":"legal","destroyed_at":"2024-03-04","destruction_record":"PROT-3",
      "offence_refs":["StGB 211"],"use_order":"order of the court of 2024-03-20","subject":"+447700900007"}],
    "accesses":[{"at":"2024-03-05T09:00:00+01:00","by":"M-1","action":"consultation","reason":"transcript"},
                {"at":"2024-03-06T09:00:00+01:00","by":"M-1","action":"disclosure","reason":"MLA","recipient":"GB"}],
    "adverse_outputs":[{"at":"2024-03-07","text":"search","automated":true,"reviewer":"S-1"},
                       {"at":"2024-03-08","text":"listing","automated":false}],
    "exports":[{"export_id":"X-1","at":"2024-04-01","recipient":"court","items":["I-1","I-9"],
                "exculpatory_known":["I-9"]}]},
   {"use_id":"U-2","authorization_id":"A-CD","technique":"CONTROLLED_DELIVERY","kind":"controlled_delivery",
    "started_at":"2024-03-10T02:00:00Z","ended_at":"2024-03-10T08:00:00Z","state":"GB","targets":["P3"],
    "events":[{"at":"2024-03-10T05:00:00Z","type":"danger","text":"The lorry is locked."},
              {"at":"2024-03-10T05:10:00Z","type":"intervention","text":"It is opened."}],
    "delivery":{"mode":"intact","persons_present":true,"states":["BE","FR","GB"],"consents":["FR"],
      "intervention_criteria":"heat, crying, no movement","rescue_asset":"ambulance at the port"}},
   {"use_id":"U-3","authorization_id":"A-MLA","technique":"ELECTRONIC_SURVEILLANCE","kind":"traffic_data",
    "started_at":"2025-11-02T00:00:00Z","ended_at":"2025-11-03T00:00:00Z","targets":["+447700900009"],"hops":1}
  ])json");
  reports = core::Json::parse(R"json([
   {"report_id":"R-1","officer":"UCO-1","handler":"H-1","controller":"H-2","authorization_id":"A-URGENT",
    "from":"2024-03-10T18:00:00+01:00","to":"2024-03-10T20:00:00+01:00","contact_log":"LOG-1",
    "first_contact":[{"person":"P2","at":"2024-03-10","initiated_by":"officer"},
                     {"person":"P8","at":"2024-03-10","initiated_by":"person"}],
    "conduct":[{"type":"observation","authorized":true},{"type":"purchase","authorized":true}]}
  ])json");
  statements = core::Json::parse(R"json([
   {"id":"S-1","kind":"fact","grade":"B2","observed_at":"2024-02-10","membership":{"person":"P1","group":"G"}},
   {"id":"S-2","kind":"fact","grade":"B2","observed_at":"2024-02-10","membership":{"person":"P2","group":"G"}},
   {"id":"S-3","kind":"fact","grade":"B2","observed_at":"2024-02-10","membership":{"person":"P3","group":"G"}},
   {"id":"S-4","kind":"fact","grade":"B2","undercover_act":true,"benefit":{"persons":["P1"],"kind":"money"}},
   {"id":"S-5","kind":"fact","grade":"B2","benefit":{"persons":["P2"],"kind":"money"}},
   {"id":"S-6","kind":"fact","grade":"B2","act":{"type":"commission","offence":"O-1","persons":["P1"],"state":"DE"}},
   {"id":"S-7","kind":"fact","grade":"B2","act":{"type":"planning","offence":"O-1","persons":["P2"],"state":"IT"}},
   {"id":"S-8","kind":"fact","grade":"B2","person":{"id":"P1","category":"suspect"}},
   {"id":"S-9","kind":"fact","grade":"B2","person":{"id":"P2","category":"suspect"}},
   {"id":"S-10","kind":"assessment","grade":"C3","identity":{"a":"P3","b":"P9","relation":"possibly_same"}},
   {"id":"S-11","kind":"fact","grade":"B2","attribution":{"person":"P1","identifier":"+447700900001","from":"2024-01-01"}},
   {"id":"S-12","kind":"fact","grade":"B2","attribution":{"person":"P5","identifier":"+447700900001","from":"2024-09-01"}}
  ])json");
  compliance::SessionFact plain;
  plain.record_id = "SRC-1:1";
  plain.session_id = "I-1";
  plain.authorization_id = "A-TAP";
  plain.privileged = v1::InterceptSession::none;
  plain.has_words = true;
  compliance::SessionFact counsel = plain;
  counsel.record_id = "SRC-1:2";
  counsel.session_id = "I-2";
  counsel.privileged = v1::InterceptSession::legal;
  counsel.has_words = false;
  counsel.minimised = counsel.deletion_recorded = true;
  sessions = {plain, counsel};
  persons = {{"P1", {"P1"}, "suspect", false}, {"P2", {"P2"}, "suspect", false}};
  products = {{"SRC-1:1", "A-TAP", core::parse_instant("2024-03-02T09:00:00Z")->us,
               core::parse_instant("2024-03-02T09:10:00Z")->us}};
  compliance::AccessFact look;
  look.leaf = 7;
  look.actor = "anna";
  look.data.set_purpose("this case");
  look.data.set_hops_requested(2);
  look.data.set_hops_allowed(2);
  compliance::AccessFact refused = look;
  refused.leaf = 8;
  refused.data.set_hops_requested(5);
  refused.data.set_decision("refused");
  refused.data.set_rule_id("SC02");
  accesses = {look, refused};
}

inline compliance::Facts CleanCase::facts() const {
  const auto must = [](const core::Status& status) {
    if (!status) throw std::invalid_argument(status.error().message);
  };
  const auto times = [](const auto& from, const auto& to, auto& fact) {
    if (const auto read = core::parse_date_or_instant(from, false)) fact.from_us = read->us;
    if (const auto read = core::parse_date_or_instant(to, true)) fact.to_us = read->us;
    if (!fact.to_us) fact.to_us = fact.from_us;
  };
  compliance::Facts all;
  all.as_of_us = core::parse_instant(as_of)->us;
  for (const core::Json& json : authorizations) {
    v1::Authorization data;
    must(core::fill_message(json, data));
    auto coverage = authorization::Coverage::compile(data);
    auto status = authorization::status_at(data, all.as_of_us);
    if (!coverage || !status) throw std::invalid_argument(data.id());
    const std::string id = data.id();
    const v1::Regime* regime = authorization::regime_of(data.regime());
    all.authorizations.emplace(
        id, compliance::AuthorizationFact{std::move(data), *coverage, *status, regime});
  }
  int line = 0;
  for (const core::Json& json : uses) {
    compliance::UseFact& fact = all.uses.emplace_back();
    must(core::fill_message(json, fact.data));
    fact.record_id = "SRC-2:" + std::to_string(++line);
    times(fact.data.started_at(), fact.data.ended_at(), fact);
  }
  for (const core::Json& json : reports) {
    compliance::ReportFact& fact = all.reports.emplace_back();
    must(core::fill_message(json, fact.data));
    fact.record_id = "SRC-3:" + std::to_string(++line);
  }
  for (const core::Json& json : statements) {
    compliance::StatementFact& fact = all.statements.emplace_back();
    must(core::fill_message(json, fact.data));
    fact.record_id = json["id"].get<std::string>();
    fact.grade = fact.data.grade();
  }
  all.sessions = sessions;
  all.persons = persons;
  all.held = held;
  all.products = products;
  all.accesses = accesses;
  return all;
}

}  // namespace palermo::tests
