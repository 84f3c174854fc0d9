#include <fmt/format.h>

#include "simulation/calls.hpp"
#include "simulation/evidence.hpp"

namespace palermo::simulation {
namespace {

using core::Json;

Json officer(std::string_view id, std::string_view unit, std::string_view role = "") {
  Json json = {{"id", id}, {"unit", unit}};
  if (!role.empty()) json["role"] = role;
  return json;
}

void add_phones(Json& targets, const Cast& cast, const Person& person) {
  for (const int index : person.phones) {
    const Phone& phone = cast.phones[static_cast<std::size_t>(index)];
    Json target = {{"kind", "msisdn"}, {"value", phone.number}, {"person_id", person.id}};
    // A number that came into use later is a target from then on.
    if (phone.from_day > 0) target["from"] = local_time(phone.from_day, 0);
    targets.push_back(std::move(target));
  }
}

struct Order {
  std::string id;
  std::string technique;
  std::string kind;
  std::string state;
  std::string regime;
  std::vector<std::string> offences;
  std::string basis;
  std::string from;
  std::string to;
  std::vector<std::string> data_types;
  std::uint32_t hops = 1;
};

Json make(const Order& order, Json targets) {
  const std::string state = order.state;
  Json json = {
      {"id", order.id},
      {"technique", order.technique},
      {"kind", order.kind},
      {"state", state},
      {"regime", order.regime},
      {"offence_refs", order.offences},
      {"legal_basis", order.basis},
      {"applicant", officer(state + "-PROS-1", state + " public prosecutor, organized crime")},
      {"authorizer", officer(state + "-JUDGE-1", state + " investigating court", "judge")},
      {"granted_at", ""},
      {"effective_from", order.from},
      {"expires_at", order.to},
      {"targets", std::move(targets)},
      {"scope",
       {{"data_types", order.data_types},
        {"territory", Json::array({state})},
        {"max_hops", order.hops}}},
      {"suspicion_facts",
       Json::array(
           {{{"type", "testimony"},
             {"text", "A person carried in April 2023 described the safe house and two drivers."},
             {"at", "2023-04-19"}},
            {{"type", "surveillance"},
             {"text", "Vans were seen loading at the same address on three Thursdays."},
             {"at", "2023-04-27"}}})},
      {"necessity",
       "The drivers change handsets; observation alone lost them twice at the border."},
      {"subsidiarity", "Open observation and border checks were tried in April without result."},
      {"proportionality",
       fmt::format("Limited to the named lines and to {} for the offences named.",
                   order.kind == "traffic_data" ? "traffic data" : "the stated technique")},
      {"collateral_intrusion", "Family members use some of the lines; their calls are minimised."},
      {"privilege_plan", "Calls with counsel are cut off, noted and not transcribed."},
      {"reviews", Json::array()},
      {"retention", {{"destroy_by", "2028-12-31"}}},
  };
  json["granted_at"] = order.from.substr(0, 8) == "2023-05-" && order.from.substr(8, 2) == "01"
                           ? "2023-04-28T15:00:00+02:00"
                           : order.from.substr(0, 10) + "T00:00:00+02:00";
  return json;
}

}  // namespace

core::Json make_authorizations(const Cast& cast) {
  Json all = Json::array();
  const auto members_of = [&](Cell cell) {
    Json targets = Json::array();
    for (const Person& person : cast.persons)
      if (person.cell == cell) add_phones(targets, cast, person);
    return targets;
  };
  const auto window = [](Cell cell) { return kTrafficWindows[static_cast<std::size_t>(cell)]; };
  const auto from = [&](Cell cell) { return local_time(window(cell).first_day, 0); };
  const auto to = [&](Cell cell) { return local_time(window(cell).last_day, 23, 59, 59); };
  constexpr std::string_view kNotModelled =
      "judicial order; the domestic provision is not modelled";

  all.push_back(make({"AUTH-IT-TRAFFIC",
                      "ELECTRONIC_SURVEILLANCE",
                      "traffic_data",
                      "IT",
                      "",
                      {"O-IT-123"},
                      std::string{kNotModelled},
                      from(Cell::It),
                      to(Cell::It),
                      {"traffic_data", "location"},
                      1},
                     members_of(Cell::It)));
  all.push_back(make({"AUTH-CH-TRAFFIC",
                      "ELECTRONIC_SURVEILLANCE",
                      "traffic_data",
                      "CH",
                      "",
                      {"O-CH-1163"},
                      std::string{kNotModelled},
                      from(Cell::Ch),
                      to(Cell::Ch),
                      {"traffic_data", "location"},
                      2},
                     members_of(Cell::Ch)));
  all.push_back(make({"AUTH-DE-TRAFFIC",
                      "ELECTRONIC_SURVEILLANCE",
                      "traffic_data",
                      "DE",
                      "",
                      {"O-DE-962"},
                      "StPO s. 100g",
                      from(Cell::De),
                      to(Cell::De),
                      {"traffic_data", "location"},
                      1},
                     members_of(Cell::De)));

  Json lines = Json::array();
  add_phones(lines, cast, cast.by_role("DE coordinator"));
  add_phones(lines, cast, cast.by_role("DE recruiter"));
  add_phones(lines, cast, cast.by_role("money mover"));
  Json content = make({"AUTH-DE-CONTENT",
                       "ELECTRONIC_SURVEILLANCE",
                       "content_interception",
                       "DE",
                       "DE-100a",
                       {"O-DE-962"},
                       "StPO s. 100a",
                       local_time(7, 0),
                       local_time(98, 23, 59, 59),
                       {"content", "traffic_data"},
                       1},
                      std::move(lines));
  content["renewals"] = Json::array(
      {{{"granted_at", "2023-08-03T10:00:00+02:00"},
        {"expires_at", "2023-09-30T23:59:59+02:00"},
        {"fresh_facts", "The session of 15 June gives the route and the change of vans."}}});
  content["reviews"] = Json::array({{{"due_at", "2023-07-07T12:00:00+02:00"},
                                     {"done_at", "2023-07-06T11:00:00+02:00"},
                                     {"outcome", "to be continued"}}});
  all.push_back(std::move(content));

  Json italian = Json::array();
  add_phones(italian, cast, cast.by_role("IT coordinator"));
  Json stopped = make({"AUTH-IT-CONTENT",
                       "ELECTRONIC_SURVEILLANCE",
                       "content_interception",
                       "IT",
                       "",
                       {"O-IT-123"},
                       std::string{kNotModelled},
                       local_time(31, 0),
                       local_time(75, 23, 59, 59),
                       {"content", "traffic_data"},
                       1},
                      std::move(italian));
  stopped["cancelled_at"] = "2023-07-10T12:00:00+02:00";
  stopped["cancellation_reason"] = "the line is no longer used by the target";
  all.push_back(std::move(stopped));

  Json met = Json::array();
  for (const std::string_view role : {"DE recruiter", "DE safe-house keeper", "DE coordinator"}) {
    const Person& person = cast.by_role(role);
    met.push_back({{"kind", "person"}, {"value", person.id}, {"person_id", person.id}});
  }
  Json undercover = make({"AUTH-DE-UNDERCOVER",
                          "UNDERCOVER_OPERATION",
                          "undercover",
                          "DE",
                          "DE-110a",
                          {"O-DE-962"},
                          "StPO s. 110a",
                          local_time(42, 0),
                          local_time(111, 23, 59, 59),
                          {"undercover_reports"},
                          1},
                         std::move(met));
  undercover["second_approvals"] = Json::array({{{"id", "DE-JUDGE-2"},
                                                 {"unit", "DE investigating court"},
                                                 {"role", "judge"},
                                                 {"at", "2023-06-09T14:00:00+02:00"},
                                                 {"kind", "CONFIRM"}}});
  undercover["conditions"] = Json::array({"No proposal of an offence by the officer.",
                                          "The handler reports to the court every four weeks."});
  undercover["safety_plan"] =
      "A rescue team stands by; danger to persons carried ends the operation.";
  all.push_back(std::move(undercover));

  Json accounts = Json::array();
  for (const Person& person : cast.persons)
    if (!person.account.empty())
      accounts.push_back(
          {{"kind", "account"}, {"value", person.account}, {"person_id", person.id}});
  all.push_back(make({"AUTH-DE-PAYMENTS",
                      "OTHER",
                      "financial_data",
                      "DE",
                      "",
                      {"O-DE-962"},
                      "order for the money mover's ledger; the provision is not modelled",
                      local_time(0, 0),
                      local_time(122, 23, 59, 59),
                      {"payments"},
                      1},
                     std::move(accounts)));
  return all;
}

}  // namespace palermo::simulation
