// CD01, CD02: controlled deliveries. EX01, EX02: what another State sent, and what is handed on.
#include <set>

#include "analysis/compliance/words.hpp"

namespace palermo::compliance {
namespace {

using Use = v1::TechniqueUseRecord;

bool contains(const auto& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

void judge_cd01(const Facts& facts, Ruling& ruling) {
  for (const UseFact& use : facts.uses) {
    const AuthorizationFact* authorization = facts.find(use.data.authorization_id());
    if (authorization == nullptr) continue;
    const auto& delivery = use.data.delivery();
    std::set<std::string> crossed{delivery.states().begin(), delivery.states().end()};
    if (!use.data.state().empty()) crossed.insert(use.data.state());
    crossed.erase(authorization->data.state());
    if (crossed.empty() && !use.data.has_delivery()) continue;
    ruling.judged();
    std::vector<std::string> silent;
    for (const std::string& state : crossed)
      if (!contains(delivery.consents(), state) &&
          !contains(authorization->data.consent_states(), state))
        silent.push_back(shown(state));
    std::vector<std::string> found;
    if (!silent.empty())
      found.push_back(fmt::format("It passed through {} without that State's recorded consent.",
                                  fmt::join(silent, ", ")));
    if (!delivery.track_gaps().empty())
      found.push_back(fmt::format("Supervision was lost {} time{}: {}.", delivery.track_gaps_size(),
                                  delivery.track_gaps_size() == 1 ? "" : "s",
                                  core::printable(delivery.track_gaps(0), 120)));
    if (!found.empty())
      ruling.violation(use.data.authorization_id(), use.data.use_id(),
                       fmt::format("The {}: {}", use_name(use), fmt::join(found, " ")),
                       {use.record_id});
  }
}

void judge_cd02(const Facts& facts, Ruling& ruling) {
  for (const UseFact& use : facts.uses) {
    if (!use.data.has_delivery()) continue;
    const auto& delivery = use.data.delivery();
    if (!delivery.has_persons_present()) {
      ruling.not_judged(use.data.use_id(), "whether persons were in the consignment is not stated");
      continue;
    }
    ruling.judged();
    if (!delivery.persons_present()) continue;
    std::vector<std::string> found;
    const AuthorizationFact* authorization = facts.find(use.data.authorization_id());
    if (authorization == nullptr || is_blank(authorization->data.safety_plan()))
      found.emplace_back("no safety plan is recorded");
    if (is_blank(delivery.intervention_criteria()))
      found.emplace_back("when to intervene is not laid down");
    if (is_blank(delivery.rescue_asset())) found.emplace_back("no means of rescue is named");
    std::optional<std::int64_t> danger;
    std::optional<std::int64_t> intervention;
    for (const auto& event : use.data.events()) {
      const auto at = time_of(event.at());
      if (event.type() == Use::Event::danger && at && (!danger || *at < *danger)) danger = at;
      if (event.type() == Use::Event::intervention && at) intervention = at;
    }
    if (danger && !(intervention && *intervention >= *danger)) {
      const bool ended = !use.data.ended_at().empty() && use.to_us && *use.to_us <= *danger;
      if (!ended)
        found.push_back(fmt::format("it went on after the danger noted at {} without intervention",
                                    utc(*danger)));
    }
    if (!found.empty())
      ruling.violation(use.data.authorization_id(), use.data.use_id(),
                       fmt::format("Persons travelled with the consignment of the {}: {}. Persons "
                                   "are no goods; their lives come first.",
                                   use_name(use), fmt::join(found, "; ")),
                       {use.record_id});
  }
}

void judge_ex01(const Facts& facts, Ruling& ruling) {
  for (const auto& [id, authorization] : facts.authorizations) {
    const auto& request = authorization.data.foreign_request();
    for (const auto& use : request.uses()) {
      const std::string subject = fmt::format("{}/{}", id, use.use_id());
      ruling.judged();
      std::vector<std::string> found;
      const bool consent = !is_blank(use.consent());
      if (!use.case_().empty() && use.case_() != request.case_() && !consent)
        found.push_back(fmt::format("the material came for case {} and was used for case {} without "
                                    "the consent of {}",
                                    shown(request.case_()), shown(use.case_()),
                                    shown(request.state())));
      for (const std::string& caveat : request.caveats()) {
        const std::string word = lower(caveat);
        const std::string purpose = lower(use.purpose());
        if (word == "intelligence_only") {
          if ((purpose == "evidence" || purpose == "trial") && !consent)
            found.push_back(fmt::format("caveat {} was ignored: it was used as {}", shown(caveat),
                                        shown(purpose)));
        } else if (word == "no_onward_transfer") {
          if (!use.recipient_state().empty() && use.recipient_state() != authorization.data.state() &&
              !consent)
            found.push_back(fmt::format("caveat {} was ignored: it went to {}", shown(caveat),
                                        shown(use.recipient_state())));
        } else {
          ruling.not_judged(subject, "a caveat is written in words this program cannot compare with "
                                     "a use");
        }
      }
      if (!found.empty())
        ruling.violation(id, subject,
                         fmt::format("Use {} of {}: {}.", shown(use.use_id()), shown(use.at()),
                                     fmt::join(found, "; ")));
    }
  }
}

void judge_ex02(const Facts& facts, Ruling& ruling) {
  for (const auto& [id, authorization] : facts.authorizations) {
    const auto& request = authorization.data.foreign_request();
    for (const auto& use : request.uses()) {
      if (!use.has_exculpatory() || !use.exculpatory()) continue;
      ruling.judged();
      const auto notice = time_of(use.notice_at());
      const auto at = time_of(use.at(), true);
      if (notice && (!at || *notice <= *at)) continue;
      ruling.violation(id, fmt::format("{}/{}", id, use.use_id()),
                       fmt::format("Use {} disclosed exculpatory material of {} at {}; {}.",
                                   shown(use.use_id()), shown(request.state()), shown(use.at()),
                                   notice ? fmt::format("that State was told only at {}", utc(*notice))
                                          : "no notice to that State is recorded"));
    }
  }
  for (const UseFact& use : facts.uses)
    for (const auto& exported : use.data.exports()) {
      ruling.judged();
      std::vector<std::string> absent;
      for (const std::string& item : exported.exculpatory_known())
        if (!contains(exported.items(), item)) absent.push_back(shown(item));
      if (absent.empty()) continue;
      ruling.violation(use.data.authorization_id(),
                       fmt::format("{}/{}", use.data.use_id(), exported.export_id()),
                       fmt::format("Export {} to {} leaves out what speaks for the person: {}.",
                                   shown(exported.export_id()), shown(exported.recipient()),
                                   fmt::join(absent, ", ")),
                       {use.record_id});
    }
}

}  // namespace palermo::compliance
