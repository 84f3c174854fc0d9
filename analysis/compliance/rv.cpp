// RV01, RV02, NT01: what has to be done while a measure runs and after it.
#include <map>

#include "analysis/compliance/words.hpp"

namespace palermo::compliance {
namespace {

std::optional<std::int64_t> end_of(const AuthorizationFact& authorization) {
  const auto& periods = authorization.coverage.periods();
  return periods.empty() ? std::nullopt : std::optional{periods.back().to_us};
}

/// Whether a deferral says why and on whose word.
bool is_reasoned(const v1::Authorization::Deferral& deferral) {
  return !is_blank(deferral.reason()) && !is_blank(deferral.approved_by());
}

struct Due {
  std::int64_t at_us = 0;
  std::string text;
  bool unverified = false;
};

/// When notice is due: as the authorization says, else as the regime says.
std::optional<Due> due_of(const v1::Authorization& a, const v1::Regime* regime, std::int64_t end) {
  if (const auto stated = time_of(a.notification().due_at(), true))
    return Due{*stated, "as the authorization says", false};
  if (regime == nullptr || !regime->notification().required()) return std::nullopt;
  const auto& rule = regime->notification();
  const v1::LegalPeriod& within = rule.has_within() ? rule.within() : rule.consent_above();
  return Due{authorization::after(end, within, regime->zone()),
             fmt::format("{} after the end, {}", authorization::in_words(within),
                         rule.authority().source()),
             rule.authority().confidence() != v1::Authority::VERIFIED};
}

}  // namespace

void judge_rv01(const Facts& facts, Ruling& ruling) {
  for (const auto& [id, authorization] : facts.authorizations) {
    const v1::Authorization& a = authorization.data;
    const auto end = end_of(authorization);
    const auto overdue = [&](const std::string& due_at, const std::string& done_at,
                             bool until_end) -> std::optional<std::string> {
      const auto due = time_of(due_at, true);
      if (!due || *due > facts.as_of_us) return std::nullopt;
      if (until_end && end && *end < *due) return std::nullopt;  // it had ended by then
      const auto done = time_of(done_at);
      if (!done) return fmt::format("was due at {} and is not recorded as done", utc(*due));
      if (*done > *due)
        return fmt::format("was due at {} and was done at {}", utc(*due), utc(*done));
      return std::nullopt;
    };
    for (int i = 0; i < a.reviews_size(); ++i) {
      ruling.judged();
      if (const auto late = overdue(a.reviews(i).due_at(), a.reviews(i).done_at(), true))
        ruling.violation(id, fmt::format("{}/review {}", id, i + 1),
                         fmt::format("Review {} {}.", i + 1, *late));
    }
    for (int i = 0; i < a.condition_states_size(); ++i) {
      ruling.judged();
      const auto& condition = a.condition_states(i);
      if (const auto late = overdue(condition.due_at(), condition.met_at(), false))
        ruling.violation(id, fmt::format("{}/condition {}", id, i + 1),
                         fmt::format("Condition {} (\"{}\") {}.", i + 1,
                                     core::printable(condition.text(), 120), *late));
    }
    if (a.conditions_size() > 0 && a.condition_states_size() == 0)
      ruling.not_judged(id, "conditions are set, and whether they are met is not recorded");
  }
}

void judge_rv02(const Facts& facts, Ruling& ruling) {
  using Event = v1::TechniqueUseRecord::Event;
  struct Ceased {
    std::int64_t at_us;
    std::string text;
    std::string record_id;
  };
  std::map<std::string, Ceased> ceased;  // by authorization: the first event
  for (const UseFact& use : facts.uses)
    for (const auto& event : use.data.events()) {
      if (event.type() != Event::arrest && event.type() != Event::case_closed &&
          event.type() != Event::grounds_ceased)
        continue;
      const auto at = time_of(event.at());
      if (!at) {
        ruling.not_judged(use.data.use_id(), "an event by which the grounds ceased bears no time");
        continue;
      }
      const std::string what = event.type() == Event::arrest        ? "an arrest"
                               : event.type() == Event::case_closed ? "the closing of the case"
                                                                    : "the end of the grounds";
      const auto found = ceased.find(use.data.authorization_id());
      if (found == ceased.end() || *at < found->second.at_us)
        ceased[use.data.authorization_id()] = {*at, what, use.record_id};
    }
  for (const auto& [id, event] : ceased) {
    ruling.judged();
    const UseFact* last = nullptr;
    for (const UseFact& use : facts.uses) {
      if (use.data.authorization_id() != id) continue;
      // A use without end ran on as long as nobody says that it ended.
      const std::int64_t end = use.data.ended_at().empty()
                                   ? facts.as_of_us
                                   : use.to_us.value_or(use.from_us.value_or(0));
      if (end > event.at_us) last = &use;
    }
    if (last == nullptr) continue;
    ruling.violation(
        id, id,
        fmt::format("{} is recorded at {}, and the {} went on {}.", event.text, utc(event.at_us),
                    use_name(*last),
                    last->data.ended_at().empty() ? std::string{"without a recorded end"}
                                                  : "until " + utc(last->to_us.value_or(0))),
        {event.record_id, last->record_id});
  }
}

void judge_nt01(const Facts& facts, Ruling& ruling) {
  for (const auto& [id, authorization] : facts.authorizations) {
    const v1::Authorization& a = authorization.data;
    const v1::Authorization::NotificationPlan& plan = a.notification();
    const auto end = end_of(authorization);
    if (!end) {
      ruling.not_judged(id, "when the measure ended does not follow from its dates");
      continue;
    }
    const auto due = due_of(a, authorization.regime, *end);
    if (!due) {
      ruling.not_judged(id, "when notice is due is neither stated nor known for the regime");
      continue;
    }
    ruling.judged();
    const auto done = time_of(plan.done_at());
    const auto until = time_of(plan.deferred().until(), true);
    const std::int64_t now = done ? *done : facts.as_of_us;
    std::vector<std::string> found;
    if (now > due->at_us) {
      if (!until) {
        found.push_back(done ? fmt::format("Notice was given at {}; it was due at {} ({}), and no "
                                           "deferral is recorded.",
                                           utc(*done), utc(due->at_us), due->text)
                             : fmt::format("Notice was due at {} ({}). It is neither given nor "
                                           "deferred.",
                                           utc(due->at_us), due->text));
      } else if (!is_reasoned(plan.deferred())) {
        found.emplace_back("Notice is deferred without reason or without the name of whoever "
                           "approved it.");
      } else if (now > *until) {
        found.push_back(fmt::format("Notice was deferred until {} and {}.", utc(*until),
                                    done ? "given later, at " + utc(*done) : "is not given"));
      }
    }
    bool unverified = due->unverified && !found.empty();
    if (authorization.regime != nullptr && until) {
      const auto& rule = authorization.regime->notification();
      const bool unsure = rule.authority().confidence() != v1::Authority::VERIFIED;
      const std::string& zone = authorization.regime->zone();
      if (rule.has_consent_above() &&
          *until > authorization::after(*end, rule.consent_above(), zone) &&
          !has_role(plan.deferred().approved_role(), rule.consent_roles())) {
        found.push_back(fmt::format("It is deferred until {}, more than {} after the end. {} asks "
                                    "for the consent of {}; none is recorded.",
                                    utc(*until), authorization::in_words(rule.consent_above()),
                                    rule.authority().source(),
                                    fmt::join(rule.consent_roles(), " or ")));
        unverified = unverified || unsure;
      }
      if (rule.has_longest() && *until > authorization::after(*end, rule.longest(), zone)) {
        found.push_back(fmt::format("No deferral beyond {} is allowed ({}).",
                                    authorization::in_words(rule.longest()),
                                    rule.authority().source()));
        unverified = unverified || unsure;
      }
    }
    if (!found.empty())
      ruling.violation(id, id, fmt::format("{}", fmt::join(found, " ")), {}, unverified);
  }
}

}  // namespace palermo::compliance
