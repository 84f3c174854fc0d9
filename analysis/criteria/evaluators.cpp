#include "analysis/criteria/evaluators.hpp"

#include <array>

namespace palermo::criteria {
namespace {

struct Named {
  std::string_view name;
  Evaluator run;
};

inline constexpr char kEu841[] = "eu-841";
inline constexpr char kDe129[] = "de-129";
inline constexpr char kFr450[] = "fr-450-1";
inline constexpr char kIt416[] = "it-416";
inline constexpr char kIt416bis[] = "it-416-bis";
inline constexpr char kNl140[] = "nl-140";

template <const char* kInstrument>
Answer in_force(const Facts& facts) {
  return text_in_force(facts, kInstrument);
}

constexpr std::array kEvaluators = {
    Named{"random", evaluate_random},
    Named{"immediate", evaluate_immediate},
    Named{"number", evaluate_number},
    Named{"time", evaluate_time},
    Named{"concert", evaluate_concert},
    Named{"aim_directed", evaluate_aim_directed},
    Named{"aim_serious", evaluate_aim_serious},
    Named{"benefit", evaluate_benefit},
    Named{"serious_crime", evaluate_serious_crime},
    Named{"one_offence", evaluate_one_offence},
    Named{"bound_by_protocol", evaluate_bound_by_protocol},
    Named{"committed_in_states", evaluate_committed_in_states},
    Named{"directed_from_abroad", evaluate_directed_from_abroad},
    Named{"group_active_in_states", evaluate_group_active_in_states},
    Named{"effects_abroad", evaluate_effects_abroad},
    Named{"agreement", evaluate_agreement},
    Named{"agreed_serious", evaluate_agreed_serious},
    Named{"furtherance", evaluate_furtherance},
    Named{"participant_knowledge", evaluate_participant_knowledge},
    Named{"active_part", evaluate_active_part},
    Named{"organizing_or_aiding", evaluate_organizing_or_aiding},
    Named{"aided_serious", evaluate_aided_serious},
    Named{"legal_person", evaluate_legal_person},
    Named{"laundering", evaluate_laundering},
    Named{"bribery", evaluate_bribery},
    Named{"interference_testimony", evaluate_interference_testimony},
    Named{"interference_duty", evaluate_interference_duty},
    Named{"procurement", evaluate_procurement},
    Named{"illegal_entry", evaluate_illegal_entry},
    Named{"receiving_state_party", evaluate_receiving_state_party},
    Named{"migrant_status", evaluate_migrant_status},
    Named{"intent_entry", evaluate_intent_entry},
    Named{"migrants_protected", evaluate_migrants_protected},
    Named{"document_producing", evaluate_document_producing},
    Named{"document_procuring", evaluate_document_procuring},
    Named{"enabling_stay", evaluate_enabling_stay},
    Named{"illegal_stay", evaluate_illegal_stay},
    Named{"stay_status", evaluate_stay_status},
    Named{"illegal_means", evaluate_illegal_means},
    Named{"attempt", evaluate_attempt},
    Named{"accomplice", evaluate_accomplice},
    Named{"organizing_smuggling", evaluate_organizing_smuggling},
    Named{"danger", evaluate_danger},
    Named{"degrading", evaluate_degrading},
    Named{"text_in_force:eu-841", in_force<kEu841>},
    Named{"text_in_force:de-129", in_force<kDe129>},
    Named{"text_in_force:fr-450-1", in_force<kFr450>},
    Named{"text_in_force:it-416", in_force<kIt416>},
    Named{"text_in_force:it-416-bis", in_force<kIt416bis>},
    Named{"text_in_force:nl-140", in_force<kNl140>},
    Named{"lasting", evaluate_lasting},
    Named{"organized_union", evaluate_organized_union},
    Named{"common_interest", evaluate_common_interest},
    Named{"material_act", evaluate_material_act},
    Named{"aim_two_years", evaluate_aim_two_years},
    Named{"aim_five_years", evaluate_aim_five_years},
    Named{"several_offences", evaluate_several_offences},
    Named{"intimidating_force", evaluate_intimidating_force},
    Named{"left_to_an_officer", evaluate_left_to_an_officer},
};

}  // namespace

Evaluator find_evaluator(std::string_view name) {
  for (const Named& entry : kEvaluators)
    if (entry.name == name) return entry.run;
  return nullptr;
}

std::vector<std::string> evaluator_names() {
  std::vector<std::string> out;
  for (const Named& entry : kEvaluators) out.emplace_back(entry.name);
  return out;
}

Answer Tally::settle(const std::string& missing) && {
  if (clean_ > 0) {
    answer.outcome = kIndicated;
  } else if (contested_ > 0) {
    answer.open(v1::Element::CONFLICT, "what settles the contradiction between the statements");
  } else if (against_ > 0) {
    answer.outcome = kNotIndicated;
  } else {
    answer.open(
        v1::Element::MISSING,
        leads_ > 0 ? missing + " (as a fact: only leads or assessments point to it)" : missing);
  }
  return std::move(answer);
}

}  // namespace palermo::criteria
