#include "simulation/clean_unit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/time.hpp"

namespace palermo::simulation {
namespace {

using core::Json;

struct Regime {
  const char* id;
  const char* state;
  const char* technique;
  const char* kind;
  const char* data_type;
  const char* offence;
  const char* basis;
  const char* role;
  int days;  // length of the grant
};

/// Regimes a technique runs under; they take turns.
std::vector<Regime> regimes_of(Technique technique) {
  switch (technique) {
    case Technique::Tap:
      return {{"DE-100a", "DE", "ELECTRONIC_SURVEILLANCE", "content_interception", "content",
               "AufenthG 96(2)", "StPO s. 100a", "investigating judge", 88},
              {"GB-IPA", "GB", "ELECTRONIC_SURVEILLANCE", "content_interception", "content",
               "Immigration Act 1971 s. 25", "IPA s. 19", "secretary_of_state", 170},
              {"US-2518", "US", "ELECTRONIC_SURVEILLANCE", "content_interception", "content",
               "8 USC 1324", "18 USC 2518", "judge", 29}};
    case Technique::Search:
      return {{"DE-100b", "DE", "ELECTRONIC_SURVEILLANCE", "equipment_interference", "device_data",
               "StGB 129", "StPO s. 100b", "court", 27}};
    case Technique::Officer:
      return {{"DE-110a", "DE", "UNDERCOVER_OPERATION", "undercover", "undercover", "AufenthG 97",
               "StPO s. 110a", "judge", 120},
              {"GB-RIPA", "GB", "UNDERCOVER_OPERATION", "undercover", "undercover",
               "Immigration Act 1971 s. 25", "RIPA s. 29", "superintendent", 300}};
    case Technique::Delivery:
      return {{"GB-RIPA", "GB", "CONTROLLED_DELIVERY", "controlled_delivery", "delivery",
               "Immigration Act 1971 s. 25", "RIPA s. 28", "superintendent", 80}};
    case Technique::Metadata:
      return {{"CA-185", "CA", "ELECTRONIC_SURVEILLANCE", "traffic_data", "traffic_data", "IRPA 117",
               "Criminal Code s. 186", "judge", 58}};
  }
  return {};
}

std::string pick(Random& random, const auto& words) {
  return words[static_cast<std::size_t>(random.below(words.size()))];
}

Json product_of(const std::string& id, const Regime& regime, const std::string& authorization,
                const std::string& use, const std::string& subject, int day) {
  const std::string mark = authorization + "/" + use;
  return {{"product_id", id},
          {"sha256", fmt::format("{:064x}", day * 7919 + 13)},
          {"checked_sha256", fmt::format("{:064x}", day * 7919 + 13)},
          {"captured_from", time_text(day, 9)},
          {"captured_to", time_text(day, 10)},
          {"received_at", time_text(day, 11)},
          {"sealed_at", time_text(day, 12)},
          {"origin_mark", mark},
          {"subject", subject},
          {"data_type", regime.data_type},
          {"offence_refs", {regime.offence}},
          {"custody",
           {{{"from", "M-1"}, {"to", "E-1"}, {"at", time_text(day, 12)}, {"origin_mark", mark}},
            {{"from", "E-1"}, {"to", "C-1"}, {"at", time_text(day + 1, 12)}, {"origin_mark", mark}}}}};
}

Json use_of(const std::string& id, const Regime& regime, const Unit& unit,
            const std::string& subject, int day, Random& random) {
  Json use = {{"use_id", id},
              {"authorization_id", unit.id()},
              {"technique", regime.technique},
              {"kind", regime.kind},
              {"started_at", time_text(day, 8)},
              {"ended_at", time_text(day, 20)},
              {"state", regime.state},
              {"operators", {fmt::format("OP-{}", random.below(40))}},
              {"targets", {subject}},
              {"stop_reason", "end of shift"}};
  use["products"] = Json::array({product_of("PR-1", regime, unit.id(), id, subject, day)});
  use["accesses"] = {{{"at", time_text(day + 2, 9)}, {"by", "M-1"}, {"action", "consultation"},
                      {"reason", "transcript"}},
                     {{"at", time_text(day + 3, 9)}, {"by", "M-1"}, {"action", "disclosure"},
                      {"reason", "request of the court"}, {"recipient", "court"}}};
  use["adverse_outputs"] = {{{"at", time_text(day + 4, 9)}, {"text", "search of a flat"},
                             {"automated", random.chance(1, 3)}, {"reviewer", "S-1"}}};
  use["exports"] = {{{"export_id", "X-1"}, {"at", time_text(day + 5, 9)}, {"recipient", "court"},
                     {"items", {"PR-1", "NOTE-2"}}, {"exculpatory_known", {"NOTE-2"}}}};
  return use;
}

void add_technique_parts(Unit& unit, Technique technique, const Regime& regime,
                         std::uint32_t number, const std::string& person,
                         const std::string& identifier, int day, Random& random) {
  if (technique == Technique::Officer) {
    const bool by_officer = random.chance(1, 2);
    unit.report = {{"report_id", fmt::format("R-{}", number)},
                   {"officer", fmt::format("UCO-{}", number % 17)},
                   {"handler", "H-1"},
                   {"controller", "H-2"},
                   {"authorization_id", unit.id()},
                   {"from", time_text(day, 18)},
                   {"to", time_text(day, 20)},
                   {"state", regime.state},
                   {"narrative", "Met the target; the price was named by him."},
                   {"contact_log", fmt::format("LOG-{}", number)},
                   {"first_contact",
                    {{{"person", person}, {"at", time_text(day, 18)},
                      {"initiated_by", by_officer ? "officer" : "person"}}}},
                   {"conduct",
                    {{{"type", "observation"}, {"text", "listened"}, {"authorized", true}},
                     {{"type", "purchase"}, {"text", "one place"}, {"authorized", true}}}}};
  }
  if (technique == Technique::Delivery) {
    unit.authorization["safety_plan"] = "An ambulance follows; the lorry is opened on any sign of danger.";
    unit.authorization["consent_states"] = {"BE"};
    unit.uses[0]["delivery"] = {{"mode", "intact"},
                                {"persons_present", random.chance(1, 2)},
                                {"states", {"BE", "FR", "GB"}},
                                {"consents", {"FR"}},
                                {"intervention_criteria", "heat, crying, no movement"},
                                {"rescue_asset", "ambulance at the port"}};
    if (random.chance(1, 3))
      unit.uses[0]["events"] = {{{"at", time_text(day, 12)}, {"type", "danger"}, {"text", "heat"}},
                                {{"at", time_text(day, 12, 5)}, {"type", "intervention"},
                                 {"text", "the lorry was opened"}}};
  }
  if (technique == Technique::Tap) {
    const bool counsel = random.chance(1, 5);
    unit.session = {{"session_id", fmt::format("I-{}", number)},
                    {"authorization_id", unit.id()},
                    {"line", identifier},
                    {"start", time_text(day, 9)},
                    {"end", time_text(day, 9, 4)},
                    {"direction", "out"},
                    {"kind", "voice"},
                    {"monitor", "M-1"},
                    {"relevance", counsel ? "not_relevant" : "relevant"},
                    {"privileged", counsel ? "legal" : "none"},
                    {"minimised", counsel}};
    if (counsel) {
      unit.session["deleted_at"] = time_text(day + 1, 9);
      unit.session["deletion_record"] = fmt::format("PROT-{}", number);
    } else {
      unit.session["summary"] = "They settle the time of the next van.";
    }
  }
}

/// Things that look like a breach and are none.
void add_near_misses(Unit& unit, const Regime& regime, int from, Random& random) {
  Json& a = unit.authorization;
  if (random.chance(1, 4)) {
    a["targets"][0]["profession"] = "lawyer";
    a["second_approvals"].push_back(
        {{"id", "C-1"}, {"role", "court"}, {"kind", "SPECIAL"}, {"at", time_text(from - 2, 9)}});
  }
  if (random.chance(1, 6)) {
    a["targets"][0]["minor"] = true;
    a["second_approvals"].push_back(
        {{"id", "C-2"}, {"role", "court"}, {"kind", "MINOR"}, {"at", time_text(from - 2, 9)}});
    // A juvenile source has a shorter limit.
    if (std::string_view{regime.id} == "GB-RIPA") a["expires_at"] = time_text(from + 80, 8);
  }
  if (random.chance(1, 4))
    a["urgent"] = {{"oral_at", a["effective_from"]},
                   {"reason", "The van leaves tonight."},
                   {"confirmed_at", time_text(from, 23)},
                   {"confirmed_by",
                    {{"id", "J-7"},
                     {"role", std::string_view{regime.id} == "GB-IPA" ? "judicial commissioner" : "court"}}}};
  if (random.chance(1, 4))
    a["condition_states"] = {{{"text", "report after a month"}, {"due_at", time_text(from + 30, 9)},
                              {"met_at", time_text(from + 29, 9)}}};
  if (random.chance(1, 4)) {
    a["retention"] = {{"destroy_by", time_text(700, 9)}, {"hold", "appeal pending"}};
  }
  if (random.chance(1, 5))
    a["foreign_request"] = {
        {"case", "FR-1"},
        {"state", "FR"},
        {"caveats", {"INTELLIGENCE_ONLY", "NO_ONWARD_TRANSFER"}},
        {"uses",
         {{{"use_id", "M-1"}, {"case", "FR-1"}, {"purpose", "intelligence"}, {"at", time_text(from + 40, 9)}},
          {{"use_id", "M-2"}, {"case", "OTHER"}, {"purpose", "evidence"}, {"at", time_text(from + 50, 9)},
           {"consent", "letter"}},
          {{"use_id", "M-3"}, {"case", "FR-1"}, {"purpose", "defence"}, {"at", time_text(from + 60, 9)},
           {"exculpatory", true}, {"notice_at", time_text(from + 59, 9)}}}}};
}

}  // namespace

std::string time_text(int day, int hour, int minute) {
  return core::format_utc(core::civil_to_us(2023, 1, 1, 0, 0, 0) + day * core::kUsPerDay +
                          (hour * 60 + minute) * core::kUsPerMinute);
}

std::string imsi_text(std::uint64_t number) { return fmt::format("00101{:010}", number); }

void write_grounds(Json& authorization, std::uint32_t number, Random& random) {
  static const std::array<std::string, 8> kWho{"the driver", "the cook", "the mechanic", "the brother",
                                               "the landlord", "the clerk", "the courier", "the skipper"};
  static const std::array<std::string, 8> kWhere{"at the port", "in the yard", "on the ferry",
                                                 "near the border", "in the flat", "at the market",
                                                 "in the workshop", "by the river"};
  static const std::array<std::string, 8> kWhat{"counts money", "changes plates", "hires vans",
                                                "sells places", "names prices", "hides people",
                                                "burns papers", "buys phones"};
  // The file number stands in every phrase, so that no two texts share most of their words.
  authorization["necessity"] =
      fmt::format("In file {0} {1} {2} {3}, and report {0} shows that no open step reaches item {0} "
                  "in time.",
                  number, pick(random, kWho), pick(random, kWhat), pick(random, kWhere));
  authorization["subsidiarity"] =
      fmt::format("Visit {0} {1} gave nothing; witness {0} is silent, and {2} who {3} left on day {0}.",
                  number, pick(random, kWhere), pick(random, kWho), pick(random, kWhat));
  authorization["proportionality"] =
      fmt::format("Measure {0} reaches {1} only while he {2} {3}; plan {0} ends it and list {0} bounds it.",
                  number, pick(random, kWho), pick(random, kWhat), pick(random, kWhere));
}

Unit make_unit(const std::string& id, std::uint32_t number, Technique technique, std::uint32_t uses,
               Random& random) {
  const std::vector<Regime> regimes = regimes_of(technique);
  const Regime& regime = regimes[number % regimes.size()];
  const int from = static_cast<int>(random.between(60, 300));
  const std::string person = fmt::format("T-{}", number);
  const std::string identifier = imsi_text(number);
  const bool by_person = technique == Technique::Officer || technique == Technique::Delivery;
  const std::string subject = by_person ? person : identifier;

  Unit unit;
  Json& a = unit.authorization;
  a = {{"id", id},
       {"reference", fmt::format("{}-{}", regime.state, number)},
       {"technique", regime.technique},
       {"kind", regime.kind},
       {"state", regime.state},
       {"regime", regime.id},
       {"offence_refs", {regime.offence}},
       {"legal_basis", regime.basis},
       {"applicant", {{"id", fmt::format("AP-{}", number % 31)}, {"unit", "investigation"},
                      {"chain", {"AP-90"}}}},
       {"authorizer", {{"id", fmt::format("AU-{}", number % 23)}, {"unit", "court"},
                       {"role", regime.role}}},
       {"granted_at", time_text(from - 1, 15)},
       {"effective_from", time_text(from, 8)},
       {"expires_at", time_text(from + regime.days, 8)},
       {"second_approvals", Json::array()},
       {"renewals", Json::array()},
       {"targets",
        {{{"kind", by_person ? "person" : "imsi"}, {"value", subject}, {"person_id", person},
          {"minor", false}}}},
       {"scope", {{"data_types", {regime.data_type}}, {"territory", {regime.state}}, {"max_hops", 2}}},
       {"suspicion_facts",
        {{{"type", "testimony"}, {"text", fmt::format("Witness {} named him.", number)},
          {"at", time_text(from - 20, 9)}},
         {{"type", "network_position"}, {"text", "He calls two drivers."}, {"at", time_text(from - 19, 9)}}}}};
  write_grounds(a, number, random);
  a["collateral_intrusion"] = fmt::format("Household {} uses the line; such calls are cut off.", number);
  a["reviews"] = {{{"due_at", time_text(from + 15, 9)}, {"done_at", time_text(from + 14, 9)},
                   {"outcome", "goes on"}, {"collateral_reassessed", true}}};
  a["notification"] = {{"due_at", time_text(from + regime.days + 180, 9)},
                       {"done_at", time_text(from + regime.days + 170, 9)}};
  a["retention"] = {{"destroy_by", "2027-06-30"}};
  if (std::string_view{regime.id} == "GB-IPA")
    a["second_approvals"].push_back({{"id", "JC-1"}, {"role", "judicial commissioner"},
                                     {"kind", "SECOND_LOCK"}, {"at", time_text(from - 1, 17)}});
  add_near_misses(unit, regime, from, random);
  for (std::uint32_t i = 0; i < uses; ++i) {
    const int day = from + 2 + static_cast<int>(random.below(20));
    Json use = use_of(fmt::format("U-{}-{}", number, i + 1), regime, unit, subject, day, random);
    if (technique == Technique::Metadata) use["hops"] = random.below(3);
    unit.uses.push_back(std::move(use));
  }
  // Near misses that only a unit with several uses has: an arrest at the end of the last one, and a
  // number that passed on when the measure was over.
  if (uses > 1 && number % 3 == 0 && technique != Technique::Delivery) {
    Json& last = *std::max_element(unit.uses.begin(), unit.uses.end(), [](const Json& x, const Json& y) {
      return x["ended_at"].get<std::string>() < y["ended_at"].get<std::string>();
    });
    last["events"] = {{{"at", last["ended_at"]}, {"type", "arrest"}, {"text", "arrested on the spot"}}};
  }
  if (uses > 1 && technique == Technique::Tap && number % 2 == 1) {
    const std::string other = fmt::format("N-{}", number);
    const auto stated = [&](const char* part, const std::string& who, const char* category) {
      return Json{{"id", fmt::format("S-{}-{}", number, part)}, {"kind", "fact"}, {"grade", "B2"},
                  {"person", {{"id", who}, {"category", category}}}};
    };
    unit.statements = {
        stated("p", person, "suspect"), stated("q", other, "witness"),
        {{"id", fmt::format("S-{}-r", number)}, {"kind", "fact"}, {"grade", "B2"},
         {"attribution", {{"person", other}, {"identifier", identifier},
                          {"from", time_text(from + regime.days + 30, 9)}}}}};
  }
  const int day = from + 2 + static_cast<int>(random.below(20));
  add_technique_parts(unit, technique, regime, number, person, identifier, day, random);
  if (technique == Technique::Delivery && unit.uses[0].contains("events")) {
    // Danger and rescue belong to the day of the delivery itself.
    unit.uses[0]["started_at"] = time_text(day, 8);
    unit.uses[0]["ended_at"] = time_text(day, 20);
  }
  return unit;
}

}  // namespace palermo::simulation
