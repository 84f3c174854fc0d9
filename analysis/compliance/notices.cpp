// What a reader of the violations should know that is no violation.
#include <map>
#include <set>

#include "analysis/compliance/words.hpp"

namespace palermo::compliance {
namespace {

/// Values of a regime, and how many of them nobody read in the source.
std::pair<int, int> checked_values(const v1::Regime& regime) {
  int all = 0;
  int unread = 0;
  const auto count = [&](const v1::Authority& authority) {
    ++all;
    if (authority.confidence() != v1::Authority::VERIFIED) ++unread;
  };
  for (const auto& each : regime.maximums()) count(each.authority());
  for (const auto& each : regime.competences()) count(each.authority());
  for (const auto& each : regime.legal_bases()) count(each.authority());
  for (const auto& each : regime.offences()) count(each.authority());
  if (regime.has_confirmation()) count(regime.confirmation().authority());
  if (regime.has_second_lock()) count(regime.second_lock().authority());
  if (regime.has_notification()) count(regime.notification().authority());
  if (regime.has_seal_within()) count(regime.seal_authority());
  return {all, unread};
}

}  // namespace

std::vector<std::string> notices_about(const Facts& facts) {
  std::vector<std::string> notices;
  std::map<std::string, std::size_t> unknown;
  std::set<const v1::Regime*> used;
  std::set<std::string> calendars;
  for (const auto& [id, authorization] : facts.authorizations) {
    if (authorization.regime != nullptr) {
      used.insert(authorization.regime);
      if (authorization.regime->confirmation().within().working_days() > 0)
        calendars.insert(authorization.regime->state());
    } else {
      ++unknown[authorization.data.regime()];
    }
  }
  for (const auto& [regime, count] : unknown)
    notices.push_back(fmt::format(
        "{} authorization{} name{} {}: durations, competence, confirmation and notice were not judged "
        "against a regime",
        count, count == 1 ? "" : "s", count == 1 ? "s" : "",
        regime.empty() ? std::string{"no regime"}
                       : fmt::format("regime {}, which this program does not know", shown(regime))));
  for (const v1::Regime& regime : authorization::regimes().regimes()) {
    if (!used.contains(&regime)) continue;
    const auto [all, unread] = checked_values(regime);
    if (unread > 0)
      notices.push_back(fmt::format("regime {}: {} of {} values were not read in the source; a "
                                    "reviewer of {} has to check them (data/regimes)",
                                    regime.id(), unread, all, regime.state()));
  }
  for (const std::string& state : calendars) {
    const auto* calendar = authorization::calendar_of(state);
    if (calendar == nullptr) {
      notices.push_back(fmt::format("public holidays of {} are not known; only Saturdays and Sundays "
                                    "were left out",
                                    state));
    } else {
      notices.push_back(fmt::format("working days of {}: {}{}{}", state, calendar->authority().source(),
                                    calendar->note().empty() ? "" : "; ", calendar->note()));
    }
  }
  std::map<std::string, std::uint32_t> settled;
  for (const HeldFact& held : facts.held)
    if (held.status != "held") ++settled[held.status];
  for (const auto& [status, count] : settled)
    notices.push_back(fmt::format("{} item{} of quarantine {} {} by a recorded decision and {} not "
                                  "listed again (`palermo quarantine list`)",
                                  count, count == 1 ? "" : "s", count == 1 ? "was" : "were", status,
                                  count == 1 ? "is" : "are"));
  std::size_t refused = 0;
  for (const AccessFact& access : facts.accesses)
    if (access.data.decision() == "refused" && access.data.rule_id() == "SC02") ++refused;
  if (refused > 0)
    notices.push_back(fmt::format("{} attempt{} beyond the authorized hops {} refused, and logged",
                                  refused, refused == 1 ? "" : "s", refused == 1 ? "was" : "were"));
  return notices;
}

}  // namespace palermo::compliance
