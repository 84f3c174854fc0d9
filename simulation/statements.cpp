#include <fmt/format.h>

#include "simulation/evidence.hpp"

namespace palermo::simulation {
namespace {

using core::Json;

constexpr std::string_view kGroup = "G1";

/// What every statement carries beside its body.
struct Frame {
  std::string_view text;
  std::string_view grade;
  int day = -1;  // of observation; before 0: none given
  std::string_view source;
  std::string_view authorization = {};
  std::string_view kind = "fact";
  std::string_view polarity = "supports";
  bool lawful = true;
  bool undercover_act = false;
  bool restricted = false;
};

class Statements {
 public:
  void add(const Frame& frame, std::string_view body, Json content) {
    Json json = {{"id", fmt::format("S{:03}", ++count_)},
                 {"kind", frame.kind},
                 {"text", frame.text},
                 {"grade", frame.grade},
                 {"source", frame.source},
                 {"lawful", frame.lawful},
                 {"undercover_act", frame.undercover_act},
                 {"restricted", frame.restricted},
                 {"polarity", frame.polarity}};
    if (frame.day >= 0) json["observed_at"] = day_text(frame.day);
    if (!frame.authorization.empty()) json["authorization_id"] = frame.authorization;
    json[std::string{body}] = std::move(content);
    all_.push_back(std::move(json));
  }
  [[nodiscard]] Json take() { return std::move(all_); }

 private:
  int count_ = 0;
  Json all_ = Json::array();
};

Json law(std::string_view state, std::string_view provision, std::string_view form, int max_years,
         std::string_view from, std::string_view to, std::vector<std::string> implements,
         std::string_view source) {
  Json json = {{"state", state}, {"provision", provision}, {"form", form}};
  if (max_years > 0) json["max_years"] = max_years;
  json["in_force_from"] = from;
  if (!to.empty()) json["in_force_to"] = to;
  json["implements"] = std::move(implements);
  json["source"] = source;
  return json;
}

Json offence(std::string_view id, std::string_view state, int day, Json provision) {
  return {{"id", id}, {"law", std::move(provision)}, {"state", state}, {"date", day_text(day)}};
}

}  // namespace

core::Json make_statements(const Cast& cast) {
  Statements out;
  const auto id = [&](std::string_view role) { return cast.by_role(role).id; };
  const auto ids = [&](std::initializer_list<std::string_view> roles) {
    Json list = Json::array();
    for (const std::string_view role : roles) list.push_back(id(role));
    return list;
  };

  // Persons, and who uses which line.
  for (const Person& person : cast.persons) {
    Json body = {{"id", person.id}, {"name", person.name}, {"category", person.category}};
    if (!person.nationality.empty()) body["nationality"] = person.nationality;
    if (person.category == "smuggled_migrant") body["minor"] = person.minor;
    if (person.category == "undercover_officer" || person.category == "informant") {
      body["tasked_from"] = person.category == "informant" ? day_text(50) : day_text(42);
      body["tasked_to"] = person.category == "informant" ? day_text(122) : day_text(111);
    }
    const std::string text = fmt::format("{} is known to the case as: {}.", person.id, person.role);
    out.add({text, person.category == "unknown" ? "C3" : "B2", -1, "case file, person index"},
            "person", body);
  }
  for (const Person& person : cast.persons) {
    if (person.category == "unknown" || person.category == "customer") continue;
    for (const int index : person.phones) {
      const Phone& phone = cast.phones[static_cast<std::size_t>(index)];
      Json body = {{"person", person.id}, {"identifier", phone.number}};
      if (phone.from_day > 0) body["from"] = day_text(phone.from_day);
      if (phone.to_day < kDays - 1) body["to"] = day_text(phone.to_day);
      const std::string text = fmt::format("{} uses the line {}.", person.id, phone.number);
      out.add({text, "B2", -1, "subscriber check and observation"}, "attribution", body);
    }
  }

  // The group.
  for (const Person& person : cast.persons) {
    if (person.cell == Cell::None) continue;
    const std::string text = fmt::format("{} takes part as {}.", person.id, person.role);
    const bool seen_only = person.role == "man on the blue van";
    out.add(
        {text, seen_only ? "C3" : "B2", 20,
         seen_only ? "observation at the border" : "observation and intercepts"},
        "membership",
        {{"person", person.id}, {"group", kGroup}, {"role", person.role}, {"from", day_text(0)}});
  }
  out.add(
      {"The man on the blue van may be the second Italian driver; the pictures do not settle it.",
       "C3", 46, "observation at the border"},
      "identity",
      {{"a", id("IT driver 2")}, {"b", id("man on the blue van")}, {"relation", "possibly_same"}});
  out.add({"The organiser and the three coordinators settle route, sums and vans in Lugano.", "B2",
           23, "intercept DE, 25 May", "AUTH-DE-CONTENT"},
          "agreement",
          {{"persons", ids({"organiser", "IT coordinator", "CH coordinator", "DE coordinator"})},
           {"offence", "O-DE-962"},
           {"at", day_text(23)},
           {"state", "CH"}});
  out.add({"The same people worked together for months, each with a task.", "B2", 60,
           "observation, three States"},
          "formation", {{"group", kGroup}, {"random", false}, {"immediate", false}});
  out.add({"The members did not meet by chance: the coordinators chose the drivers.", "C2", 58,
           "informant, oral report"},
          "formation", {{"group", kGroup}, {"random", false}, {"immediate", false}});

  // Three transports, each an act in three States.
  struct Leg {
    std::string_view offence;
    std::string_view state;
    std::vector<std::string_view> roles;
  };
  // The handover on Swiss soil belongs to the German offence: one offence, two States.
  const std::vector<Leg> legs = {
      {"O-IT-123", "IT", {"IT coordinator", "IT driver 1", "IT safe-house keeper"}},
      {"O-CH-1163", "CH", {"CH coordinator", "CH driver 1", "CH driver 2"}},
      {"O-DE-962", "CH", {"CH coordinator", "CH driver 1", "DE driver 1"}},
      {"O-DE-962", "DE", {"DE coordinator", "DE driver 1", "DE safe-house keeper"}}};
  for (const int day : {45, 66, 94}) {
    for (const Leg& leg : legs) {
      Json persons = Json::array();
      for (const std::string_view role : leg.roles) persons.push_back(id(role));
      const int on = leg.state == "IT" ? day : day + 1;
      const std::string text =
          fmt::format("Transport of {}: the leg through {} ({}) is carried out together.",
                      day_text(day), leg.state, leg.offence);
      const std::string source = fmt::format("observation {}, {}", leg.state, day_text(on));
      out.add({text, "B2", on, source}, "act",
              {{"type", "commission"},
               {"offence", leg.offence},
               {"persons", persons},
               {"state", leg.state},
               {"at", day_text(on)},
               {"joint", true},
               {"knowing", true}});
    }
  }
  out.add({"People are gathered in a flat and made ready for the journey.", "B2", 44,
           "intercept IT, 14 June", "AUTH-IT-CONTENT"},
          "act",
          {{"type", "preparation"},
           {"offence", "O-IT-123"},
           {"persons", ids({"IT recruiter", "IT safe-house keeper"})},
           {"state", "IT"},
           {"at", day_text(44)},
           {"joint", true},
           {"knowing", true}});
  out.add({"The organiser plans the weekly journeys from a flat in Lugano.", "B2", 24,
           "intercept DE, 25 May", "AUTH-DE-CONTENT"},
          "act",
          {{"type", "planning"},
           {"offence", "O-DE-962"},
           {"persons", ids({"organiser"})},
           {"state", "CH"},
           {"at", day_text(24)},
           {"knowing", true}});
  out.add({"The organiser has the ledger brought and controls the sums.", "B3", 38,
           "intercept DE, 8 June", "AUTH-DE-CONTENT"},
          "act",
          {{"type", "control"},
           {"offence", "O-DE-962"},
           {"persons", ids({"organiser", "money mover"})},
           {"state", "CH"},
           {"at", day_text(38)},
           {"knowing", true}});
  out.add({"A van with eleven people is turned back at the border.", "A1", 73, "border report CH"},
          "act",
          {{"type", "attempt"},
           {"offence", "O-CH-1163"},
           {"persons", ids({"CH driver 2", "IT driver 2"})},
           {"state", "CH"},
           {"at", day_text(73)},
           {"joint", true},
           {"knowing", true}});
  out.add({"The coordinators agree to load more people into one van.", "B2", 73, "intercept CH-2",
           "AUTH-CH-TRAFFIC", "fact", "supports", false},
          "act",
          {{"type", "planning"},
           {"offence", "O-CH-1163"},
           {"persons", ids({"CH coordinator", "DE coordinator"})},
           {"state", "CH"},
           {"at", day_text(73)},
           {"joint", true},
           {"knowing", true}});
  out.add({"A further car is hired after the officer had proposed it.", "B2", 77,
           "undercover report UC-5", "AUTH-DE-UNDERCOVER", "fact", "supports", true, true},
          "act",
          {{"type", "preparation"},
           {"offence", "O-DE-962"},
           {"persons", ids({"DE recruiter", "DE coordinator"})},
           {"state", "DE"},
           {"at", day_text(77)},
           {"joint", true},
           {"knowing", true}});
  out.add({"The journeys were one-off favours among people who met by chance.", "E4", 80,
           "interview of a driver's relative", "", "assessment", "contradicts"},
          "act",
          {{"type", "planning"},
           {"offence", "O-DE-962"},
           {"persons", ids({"organiser"})},
           {"state", "CH"},
           {"at", day_text(24)}});

  // Benefit, and what speaks against it.
  out.add({"2,400 euros a person, half in advance.", "B2", 31, "intercept DE, 1 June",
           "AUTH-DE-CONTENT"},
          "benefit",
          {{"persons", ids({"DE recruiter", "DE coordinator"})},
           {"kind", "money"},
           {"amount", 2400},
           {"currency", "EUR"},
           {"phase", "promised"},
           {"direct", true}});
  out.add({"The ledger shows shares for organiser and coordinators after each journey.", "A2", 75,
           "money mover's ledger", "AUTH-DE-PAYMENTS"},
          "benefit",
          {{"persons", ids({"organiser", "IT coordinator", "CH coordinator", "DE coordinator"})},
           {"kind", "money"},
           {"amount", 4200},
           {"currency", "EUR"},
           {"phase", "received"},
           {"direct", true}});
  out.add({"A driver travels free of charge with his own cousin among the passengers.", "C3", 46,
           "interview of a person carried"},
          "benefit",
          {{"persons", ids({"CH driver 2"})},
           {"kind", "passage"},
           {"phase", "received"},
           {"direct", false}});
  out.add({"The keeper says she let people sleep there out of pity and took nothing.", "C3", 100,
           "interview of the keeper"},
          "no_benefit", {{"persons", ids({"DE safe-house keeper"})}, {"reason", "humanitarian"}});

  // Entries, one a person carried; the register stays apart from the suspects.
  for (const Person& person : cast.persons) {
    if (person.category != "smuggled_migrant") continue;
    const std::size_t number = static_cast<std::size_t>(std::stoul(person.role.substr(8)));
    const int day = number % 3 == 0 ? 46 : number % 3 == 1 ? 67 : 95;
    const bool open = number % 6 == 5;
    // A name in running text, as real reports have it; outputs must replace it.
    const std::string text =
        number == 1 ? fmt::format("{} says: four people lay on the floor of the van.", person.name)
        : open      ? fmt::format("Whether {} needed a visa on that day is not known.", person.id)
                    : fmt::format("{} entered without the papers required.", person.id);
    out.add({text, number == 1 ? "B2" : "A2", day, "border and police reports DE"}, "entry",
            {{"person", person.id},
             {"state", "DE"},
             {"lawful", open ? "unknown" : "no"},
             {"nationality", person.nationality},
             {"permanent_resident", false}});
  }
  out.add(
      {"Forged identity cards are made for journeys to come.", "B2", 53, "intercept IT, 22 June",
       "AUTH-IT-CONTENT"},
      "document",
      {{"persons", ids({"document forger"})}, {"act", "producing"}, {"purpose_smuggling", true}});
  out.add({"Fourteen people stood in a van without windows for six hours.", "B2", 46,
           "police report DE"},
          "danger",
          {{"persons", ids({"migrant 1", "migrant 2", "migrant 3"})}, {"kind", "endangers"}});
  out.add({"The doctor found no sign of degrading treatment in the flat.", "B2", 84,
           "medical report", "", "fact", "contradicts"},
          "danger", {{"persons", ids({"migrant 4"})}, {"kind", "degrading"}});
  out.add({"Shelters in the district were full for two weeks after each journey.", "C3", 97,
           "letter of the district"},
          "effect",
          {{"offence", "O-IT-123"},
           {"state", "DE"},
           {"text", "shelters full for two weeks"},
           {"substantial", "unset"}});

  // Money, officials, witnesses.
  out.add({"Fares are moved through the ledger to hide where they come from.", "B3", 76,
           "money mover's ledger", "AUTH-DE-PAYMENTS"},
          "property",
          {{"persons", ids({"money mover"})}, {"act", "transfer"}, {"purpose", "disguise"}});
  out.add({"The Italian coordinator rings an official of the border post.", "B3", 65,
           "intercept IT, 5 July", "AUTH-IT-CONTENT"},
          "bribe",
          {{"giver", id("IT coordinator")},
           {"official", id("border official")},
           {"duty", "border control"}});
  out.add(
      {"A witness was told to keep quiet or lose his home.", "C3", 90, "informant, oral report"},
      "interference",
      {{"persons", ids({"CH coordinator"})}, {"means", "threat"}, {"aim", "testimony"}});
  out.add({"The witness says nobody threatened him.", "B3", 93, "interview of the witness", "",
           "fact", "contradicts"},
          "interference",
          {{"persons", ids({"CH coordinator"})}, {"means", "threat"}, {"aim", "testimony"}});
  out.add({"At the border check the drivers did as they were told; no force was used.", "A2", 73,
           "border report CH", "", "fact", "contradicts"},
          "interference",
          {{"persons", ids({"CH driver 2"})}, {"means", "force"}, {"aim", "official_duty"}});

  // Who stands beside the group.
  for (const Person& person : cast.persons) {
    if (person.category != "customer" && person.category != "service_provider" &&
        person.category != "legal_person")
      continue;
    const bool customer = person.category == "customer";
    const std::string text = fmt::format("{} deals with the group as {}.", person.id, person.role);
    out.add({text, "C3", 70, "traffic data and observation"}, "association",
            {{"person", person.id},
             {"group", kGroup},
             {"as", customer ? "customer" : "service_provider"}});
  }
  out.add({"The taxi driver is employed by the firm.", "A1", 70, "commercial register"}, "relation",
          {{"a", id("taxi firm")}, {"b", id("taxi driver")}, {"kind", "employer"}});
  out.add({"A Swiss driver has a cousin among the people carried.", "C3", 46,
           "interview of a person carried"},
          "relation", {{"a", id("CH driver 2")}, {"b", id("migrant 2")}, {"kind", "family"}});
  out.add({"The ledger's second book is kept in Lugano.", "B3", 76,
           "foreign police, spontaneous information", "", "fact", "supports", true, false, true},
          "located", {{"what", "proceeds"}, {"state", "CH"}});
  out.add({"Two witnesses live in Italy and Switzerland.", "A2", 80, "case file"}, "located",
          {{"what", "witness"}, {"state", "IT"}});

  Json parties = Json::array({"AT", "CH", "DE", "FR", "IT"});
  Json file = {
      {"case",
       {{"title", "Lugano corridor (simulated)"},
        {"as_of", "2023-10-15"},
        {"state", "DE"},
        {"parties", std::move(parties)}}},
      {"offences",
       Json::array(
           {offence("O-IT-123", "IT", 45,
                    law("IT", "d.lgs. 286/1998 art. 12(3)", "aggravated", 16, "2023-03-11", "",
                        {"som.6.1.a", "som.6.3.a"}, "offence catalogue, verified")),
            offence("O-CH-1161", "CH", 46,
                    law("CH", "AIG art. 116(1)", "basic", 1, "2008-01-01", "", {"som.6.1.c"},
                        "offence catalogue, verified")),
            offence("O-CH-1163", "CH", 46,
                    law("CH", "AIG art. 116(3)(a)", "aggravated", 5, "2008-01-01", "",
                        {"som.6.1.a"}, "offence catalogue, verified")),
            offence("O-DE-962", "DE", 46,
                    law("DE", "AufenthG s. 96(2)", "aggravated", 10, "2012-01-01", "2024-02-26",
                        {"som.6.1.a", "som.6.3.a"}, "offence catalogue, verified")),
            offence("O-IT-DOC", "IT", 53,
                    law("IT", "document offence, provision not in the catalogue", "basic", 0,
                        "2008-01-01", "", {"som.6.1.b"}, "maximum unknown"))})},
      {"statements", out.take()}};
  return file;
}

}  // namespace palermo::simulation
