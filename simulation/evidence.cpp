#include "simulation/evidence.hpp"

#include <fmt/format.h>

#include <array>

#include "core/base/time.hpp"

namespace palermo::simulation {
namespace {

using core::Json;

std::string line_of(const Json& json) { return json.dump() + "\n"; }

/// One intercepted conversation of the story; fillers come from the generator.
struct Talk {
  std::string_view authorization;
  int day;
  int hour;
  int minute;
  int duration_s;
  std::string_view line;   // role whose phone is intercepted
  std::string_view other;  // role of the other party
  std::string_view direction;
  std::string_view summary;
  std::string_view relevance = "relevant";
  std::string_view privileged = "none";
  std::string_view rule = "";  // seeded violation
};

constexpr std::string_view kDe = "AUTH-DE-CONTENT";
constexpr std::string_view kIt = "AUTH-IT-CONTENT";

// Days: 45 is Thursday 15 June 2023, 66 Thursday 6 July, 94 Thursday 3 August.
constexpr std::array<Talk, 22> kTalks = {{
    {kDe, 10, 18, 4, 212, "DE coordinator", "CH coordinator", "in",
     "They settle that the next people go over Chiasso and that the van is changed at Altstetten."},
    {kDe, 24, 20, 31, 148, "DE coordinator", "organiser", "in",
     "The caller says who drives and what each leg is paid; the other repeats the sums."},
    {kDe, 31, 12, 15, 95, "DE recruiter", "DE coordinator", "out",
     "Two families ask for places; the price named is 2,400 euros a person, half in advance."},
    {kDe, 38, 21, 2, 61, "money mover", "organiser", "in",
     "Asks for the ledger of the week by tomorrow."},
    {kIt, 33, 19, 40, 187, "IT coordinator", "CH coordinator", "out",
     "Says how many are ready in the flat and asks for the time of the handover at the border."},
    {kIt, 44, 22, 5, 73, "IT coordinator", "IT driver 1", "out",
     "Sends the driver to load at four."},
    {kDe, 45, 23, 12, 118, "DE coordinator", "CH driver 1", "in",
     "The driver reports that the people changed vans; one child is ill and gets no doctor."},
    {kDe, 46, 5, 48, 64, "DE coordinator", "DE safe-house keeper", "out",
     "Announces fourteen people for seven o'clock."},
    {kDe, 47, 11, 20, 240, "DE coordinator", "counsel", "out",
     "Talk with counsel about a lease; cut off after the first words.", "not_relevant", "legal"},
    {kIt, 52, 18, 33, 131, "IT coordinator", "document forger", "out",
     "Orders four identity cards and asks for the photographs to be returned."},
    {kDe, 59, 20, 17, 166, "DE coordinator", "organiser", "in",
     "The caller moves the next transport to Thursday and names the drivers."},
    {kIt, 65, 21, 55, 84, "IT coordinator", "border official", "out",
     "Asks which night the post is thinly manned; the other says he cannot talk."},
    {kDe, 66, 22, 41, 57, "DE coordinator", "CH coordinator", "in", "The vans are past the pass."},
    {kDe, 74, 17, 9, 203, "money mover", "IT coordinator", "out",
     "Settles the share of the Italian side: 300 euros a person carried."},
    {kDe, 87, 19, 26, 110, "DE recruiter", "customer 1", "in",
     "A man asks what bringing his brother would cost."},
    {kDe, 94, 23, 3, 49, "DE coordinator", "CH driver 1", "in",
     "The driver says he is one hour late."},
    {kDe, 101, 20, 11, 139, "DE coordinator", "organiser", "in",
     "After the August transport the caller wants everybody to throw away their cards."},
    {"AUTH-CH-TRAFFIC", 52, 20, 45, 133, "CH coordinator", "organiser", "in",
     "They speak about the money kept in the taxi office.", "relevant", "none", "SC04"},
    {"AUTH-CH-TRAFFIC", 73, 21, 30, 96, "CH coordinator", "DE coordinator", "out",
     "They agree to carry more people in one van than before.", "relevant", "none", "SC04"},
    {kDe, 61, 10, 12, 88, "landlord", "contact of the landlord", "in",
     "The landlord speaks with a relative about a boiler.", "not_relevant", "none", "SC01"},
    {kDe, 80, 16, 54, 45, "landlord", "contact of the landlord", "out",
     "The landlord asks for a spare key.", "not_relevant", "none", "SC01"},
    {kIt, 72, 19, 8, 77, "IT coordinator", "IT keeper", "out", "Asks whether the flat is empty.",
     "relevant", "none", "AU02"},
}};

Json session_statement(std::string_view id, std::string_view text, std::string_view grade, int day,
                       std::string_view source, std::string_view authorization) {
  return {{"id", id},
          {"kind", "fact"},
          {"text", text},
          {"grade", grade},
          {"observed_at", day_text(day)},
          {"source", source},
          {"authorization_id", authorization},
          {"lawful", true},
          {"polarity", "supports"}};
}

}  // namespace

std::string day_text(int day) {
  // 2023-05-01 is day 19,478 since 1970-01-01.
  return core::format_date(core::Date{19'478 + day});
}

std::string local_time(int day, int hour, int minute, int second) {
  return fmt::format("{}T{:02}:{:02}:{:02}+02:00", day_text(day), hour, minute, second);
}

Evidence make_intercepts(const Cast& cast, std::uint64_t seed) {
  Random random{seed, 30};
  Evidence out;
  const auto number_on = [&](std::string_view role, int day) -> std::string {
    const std::size_t index = cast.index_of(role);
    if (index == cast.persons.size()) return {};
    for (const int phone : cast.persons[index].phones) {
      const Phone& held = cast.phones[static_cast<std::size_t>(phone)];
      if (held.from_day <= day && day <= held.to_day) return held.number;
    }
    return {};
  };
  // Somebody outside the case, who must not be among the targets.
  const std::string relative = number_on("witness 2", 0);
  int de = 0;
  int it = 0;
  int ch = 0;
  const auto emit = [&](const Talk& talk, Json statements) {
    const bool german = talk.authorization == kDe;
    const bool italian = talk.authorization == kIt;
    const std::string id = german    ? fmt::format("DE-{}", ++de)
                           : italian ? fmt::format("IT-{}", ++it)
                                     : fmt::format("CH-{}", ++ch);
    const std::string line = number_on(talk.line, talk.day);
    std::string other = number_on(talk.other, talk.day);
    if (other.empty()) other = relative;
    const int start_s = talk.hour * 3600 + talk.minute * 60 + 7;
    const int end_s = start_s + talk.duration_s;
    Json session = {
        {"session_id", id},
        {"authorization_id", talk.authorization},
        {"line", line},
        {"start", local_time(talk.day, start_s / 3600, start_s / 60 % 60, start_s % 60)},
        {"end", local_time(talk.day, end_s / 3600, end_s / 60 % 60, end_s % 60)},
        {"direction", talk.direction},
        {"parties", Json::array({line, other})},
        {"kind", "voice"},
        {"language", "und"},
        {"summary", talk.summary},
        {"monitor", german    ? "DE-MON-3"
                    : italian ? "IT-MON-1"
                              : "CH-MON-2"},
        {"relevance", talk.relevance},
        {"privileged", talk.privileged},
        {"minimised", talk.privileged != "none"},
    };
    // Statements inside a session are records of their own and count as rows.
    out.rows += 1 + statements.size();
    if (!statements.empty()) session["statements"] = std::move(statements);
    out.text += line_of(session);
    if (!talk.rule.empty()) ++out.quarantined[std::string{talk.rule}];
  };
  for (const Talk& talk : kTalks) {
    Json statements = Json::array();
    if (talk.authorization == kDe && talk.day == 59) {
      Json fact =
          session_statement("SI-1", "The organiser moves the transport and names the drivers.",
                            "B2", 59, "intercept DE, 29 June", kDe);
      fact["act"] = {{"type", "direction"},
                     {"offence", "O-DE-962"},
                     {"persons", Json::array({cast.by_role("organiser").id})},
                     {"state", "CH"},
                     {"at", day_text(59)},
                     {"knowing", true}};
      statements.push_back(fact);
    } else if (talk.authorization == kDe && talk.day == 74) {
      Json fact = session_statement("SI-2", "The Italian side keeps 300 euros a person carried.",
                                    "B2", 74, "intercept DE, 14 July", kDe);
      fact["benefit"] = {{"persons", Json::array({cast.by_role("IT coordinator").id})},
                         {"kind", "money"},
                         {"amount", 300},
                         {"currency", "EUR"},
                         {"phase", "promised"},
                         {"direct", true}};
      statements.push_back(fact);
    }
    emit(talk, std::move(statements));
  }
  constexpr std::array<std::string_view, 4> kNothing = {"Family matters.", "A wrong number.",
                                                        "Talk about football.", "Nobody speaks."};
  for (int i = 0; i < 20; ++i) {
    Talk talk{kDe,
              static_cast<int>(random.between(8, 120)),
              static_cast<int>(random.between(8, 21)),
              static_cast<int>(random.below(60)),
              static_cast<int>(random.between(10, 400)),
              random.chance(1, 2) ? "DE coordinator" : "DE recruiter",
              "contact of the landlord",
              random.chance(1, 2) ? "in" : "out",
              kNothing[static_cast<std::size_t>(random.below(kNothing.size()))],
              "not_relevant"};
    emit(talk, Json::array());
  }
  return out;
}

Evidence make_undercover(const Cast& cast) {
  Evidence out;
  const std::string officer = cast.by_role("undercover officer").name;
  const std::string recruiter = cast.by_role("DE recruiter").id;
  const std::string keeper = cast.by_role("DE safe-house keeper").id;
  const std::string coordinator = cast.by_role("DE coordinator").id;
  struct Report {
    int day;
    std::string_view place;
    std::string_view narrative;
    std::string_view conduct;
    std::string_view conduct_text;
    bool authorized;
    std::string_view rule = "";
  };
  constexpr std::array<Report, 8> kReports = {{
      {43, "München, a café near the station",
       "The recruiter spoke to the officer first and offered work as a driver's helper.",
       "observation", "Listened; asked nothing about prices.", true},
      {48, "München, the same café",
       "The recruiter explained that people are fetched on Thursdays and pay half in advance.",
       "observation", "Listened.", true},
      {55, "Augsburg, a car park",
       "The keeper showed the flat: eleven mattresses, a bucket, the windows nailed shut.",
       "observation", "Helped to carry food.", true},
      {62, "München", "The coordinator said the group had worked since spring and would go on.",
       "observation", "Listened.", true},
      {76, "München",
       "The officer asked whether a further car could be used and named a price for it.",
       "proposal", "Proposed the hire of a second car.", false},
      {83, "Augsburg, the flat", "Nine people were locked in overnight; one asked for a doctor.",
       "observation", "Called the handler; a doctor came as a neighbour.", true},
      {104, "München", "The recruiter spoke of a pause until autumn.", "observation", "Listened.",
       true},
      {114, "München", "The recruiter met the officer by chance and spoke about the flat.",
       "observation", "Listened.", false, "AU02"},
  }};
  int number = 0;
  for (const Report& report : kReports) {
    ++number;
    Json json = {{"report_id", fmt::format("UC-{}", number)},
                 {"officer", officer},
                 {"handler", "DE-HANDLER-2"},
                 {"authorization_id", "AUTH-DE-UNDERCOVER"},
                 {"from", local_time(report.day, 16, 0)},
                 {"to", local_time(report.day, 18, 30)},
                 {"place", report.place},
                 {"state", "DE"},
                 {"narrative", report.narrative},
                 {"conduct", Json::array({{{"type", report.conduct},
                                           {"text", report.conduct_text},
                                           {"authorized", report.authorized}}})}};
    if (number == 1)
      json["first_contact"] = Json::array(
          {{{"person", recruiter}, {"at", local_time(43, 16, 0)}, {"initiated_by", "person"}}});
    json["contacts"] = Json::array({number == 3 || number == 6 ? keeper
                                    : number == 4              ? coordinator
                                                               : recruiter});
    if (number == 4) {
      Json fact =
          session_statement("SU-1", "The coordinator said the group had worked since spring.", "B3",
                            report.day, "undercover report UC-4", "AUTH-DE-UNDERCOVER");
      fact["formation"] = {{"group", "G1"}, {"random", false}, {"immediate", false}};
      json["statements"] = Json::array({fact});
    } else if (number == 6) {
      Json fact = session_statement("SU-2", "Nine people were locked in overnight.", "B2",
                                    report.day, "undercover report UC-6", "AUTH-DE-UNDERCOVER");
      fact["danger"] = {{"persons", Json::array({cast.by_role("migrant 1").id})},
                        {"kind", "endangers"}};
      json["statements"] = Json::array({fact});
    }
    out.text += line_of(json);
    out.rows += 1 + (json.contains("statements") ? json["statements"].size() : 0);
    if (!report.rule.empty()) ++out.quarantined[std::string{report.rule}];
  }
  return out;
}

Evidence make_payments(const Cast& cast, std::uint64_t seed) {
  Random random{seed, 40};
  Evidence out;
  out.text = "payment_id,from,to,amount,currency,at,channel,reference,authorization_id\n";
  const std::string mover = cast.by_role("money mover").account;
  int number = 0;
  const auto pay = [&](std::string_view from, std::string_view to, std::int64_t amount, int day,
                       int hour, int minute) {
    out.text += fmt::format("PAY-{},{},{},{},EUR,{},hawala,week {},AUTH-DE-PAYMENTS\n", ++number,
                            from, to, amount, local_time(day, hour, minute), day / 7 + 1);
    ++out.rows;
  };
  // Every second week the fares come in on Friday and the shares go out on Saturday.
  for (int day = 4; day < 122; day += 14) {
    for (const std::string_view role : {"IT recruiter", "CH recruiter", "DE recruiter"})
      pay(cast.by_role(role).account, mover, random.between(60, 140) * 100, day, 15,
          static_cast<int>(random.below(60)));
    for (const std::string_view role :
         {"organiser", "IT coordinator", "CH coordinator", "DE coordinator", "IT driver 1",
          "CH driver 1", "DE driver 1", "DE safe-house keeper", "document forger"})
      pay(mover, cast.by_role(role).account,
          role == "organiser" ? random.between(30, 60) * 100 : random.between(3, 14) * 100, day + 1,
          static_cast<int>(random.between(9, 17)), static_cast<int>(random.below(60)));
  }
  return out;
}

}  // namespace palermo::simulation
