#include "core/authorization/life.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/authorization/coverage.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::authorization {
namespace {

using core::Error;
using core::ErrorCode;
using core::Status;

std::optional<std::int64_t> moment(const std::string& text, bool end = false) {
  if (text.empty()) return std::nullopt;
  const auto read = core::parse_date_or_instant(text, end);
  return read ? std::optional{read->us} : std::nullopt;
}

bool says_nothing(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

Error usage(std::string message, std::string next = {}) {
  return {ErrorCode::Usage, std::move(message), std::nullopt, std::move(next)};
}

void fill(const Decider& from, v1::Authorization::Officer* to) {
  to->set_id(from.id);
  to->set_role(from.role);
}

/// Expiry of the last period that was granted so far.
std::optional<std::int64_t> last_expiry(const v1::Authorization& a) {
  auto end = moment(a.expires_at(), true);
  for (const auto& renewal : a.renewals())
    if (const auto until = moment(renewal.expires_at(), true))
      end = end ? std::max(*end, *until) : *until;
  return end;
}

}  // namespace

Status require_open(const v1::Authorization& a, std::int64_t now_us) {
  PALERMO_TRY(const DerivedStatus status, status_at(a, now_us));
  // A cancellation that is recorded for later ends it as surely.
  const std::string state = !a.cancelled_at().empty() ? "cancelled" : status.status;
  if (state != "cancelled" && state != "refused") return core::ok();
  return Error{ErrorCode::Refused,
               fmt::format("authorization '{}' is {}; no way leads out of that",
                           core::printable(a.id(), 60), state),
               std::nullopt, "a new authorization is needed"};
}

Status require_independent(const v1::Authorization& a, const std::string& id) {
  if (id.empty()) return core::ok();
  const auto& chain = a.applicant().chain();
  const bool above = std::find(chain.begin(), chain.end(), id) != chain.end();
  if (id != a.applicant().id() && !above) return core::ok();
  return Error{ErrorCode::Refused,
               fmt::format("{} {} of authorization '{}' and cannot decide about it",
                           core::printable(id, 60),
                           above ? "stands above the applicant" : "is the applicant",
                           core::printable(a.id(), 60)),
               std::nullopt, "somebody who is independent of the applicant decides", "AU07"};
}

Status require_executor(const v1::Authorization& a, const std::string& id) {
  if (id.empty() || (id != a.applicant().id() && id != a.authorizer().id())) return core::ok();
  return Error{ErrorCode::Refused,
               fmt::format("{} {} authorization '{}' and does not carry it out",
                           core::printable(id, 60),
                           id == a.authorizer().id() ? "granted" : "applied for",
                           core::printable(a.id(), 60)),
               std::nullopt,
               "if that is what happened, ingest the log of the technique: `audit rules` tells it",
               "AU07"};
}

Status renew(v1::Authorization& a, const Decider& decider, const std::string& until,
             const std::string& fresh_facts, const std::string& late_reason) {
  PALERMO_CHECK_OK(require_independent(a, decider.id));
  const auto granted = moment(decider.at);
  const auto end = moment(until, true);
  const auto expiry = last_expiry(a);
  if (expiry && granted && *granted > *expiry && says_nothing(late_reason))
    return Error{ErrorCode::Refused,
                 fmt::format("authorization '{}' expired at {}, before the renewal of {}",
                             core::printable(a.id(), 60), core::format_utc(*expiry),
                             core::format_utc(*granted)),
                 std::nullopt,
                 "a renewal is decided before expiry; to record one that came late all the same, "
                 "give --late-reason: it covers nothing in the gap",
                 "AU04"};
  if (expiry && end && *end <= *expiry)
    return usage(fmt::format("--until {} is not after the present expiry, {}", until,
                             core::format_utc(*expiry)));
  auto& added = *a.add_renewals();
  added.set_granted_at(decider.at);
  added.set_expires_at(until);
  added.set_fresh_facts(fresh_facts);
  if (!decider.id.empty() || !decider.role.empty()) fill(decider, added.mutable_authorizer());
  return core::ok();
}

Status confirm(v1::Authorization& a, const Decider& decider) {
  PALERMO_CHECK_OK(require_independent(a, decider.id));
  if (!a.has_urgent() || a.urgent().oral_at().empty())
    return usage("only an urgent grant is confirmed; this one was not urgent");
  if (!a.urgent().confirmed_at().empty())
    return usage(
        fmt::format("confirmed already at {}", core::printable(a.urgent().confirmed_at())));
  a.mutable_urgent()->set_confirmed_at(decider.at);
  if (!decider.id.empty() || !decider.role.empty())
    fill(decider, a.mutable_urgent()->mutable_confirmed_by());
  return core::ok();
}

Status refuse(v1::Authorization& a, const Decider& decider, const std::string& reason) {
  PALERMO_CHECK_OK(require_independent(a, decider.id));
  if (!a.has_urgent() || a.urgent().oral_at().empty())
    return usage("only an urgent grant can be refused; this one was not urgent",
                 "an application that was refused gave no authorization to record");
  if (!a.urgent().confirmed_at().empty())
    return usage(fmt::format("confirmed already at {}; what is confirmed is cancelled, not refused",
                             core::printable(a.urgent().confirmed_at())));
  if (says_nothing(reason)) return usage("--reason says nothing");
  const auto oral = moment(a.urgent().oral_at());
  const auto at = moment(decider.at);
  if (oral && at && *at < *oral)
    return usage(fmt::format("--at {} is before the oral grant of {}", decider.at,
                             core::printable(a.urgent().oral_at())));
  a.mutable_urgent()->set_refused_at(decider.at);
  a.mutable_urgent()->set_refusal_reason(reason);
  if (!decider.id.empty() || !decider.role.empty())
    fill(decider, a.mutable_urgent()->mutable_refused_by());
  return core::ok();
}

Status cancel(v1::Authorization& a, const std::string& at, const std::string& reason) {
  a.set_cancelled_at(at);
  a.set_cancellation_reason(reason);
  return core::ok();
}

Status review(v1::Authorization& a, const Decider& decider, const std::string& outcome,
              bool reassessed, const std::string& next_due) {
  if (says_nothing(outcome)) return usage("--outcome says nothing");
  auto* reviews = a.mutable_reviews();
  const auto open = std::find_if(reviews->begin(), reviews->end(),
                                 [](const auto& each) { return each.done_at().empty(); });
  auto& held = open != reviews->end() ? *open : *a.add_reviews();
  held.set_done_at(decider.at);
  held.set_outcome(outcome);
  held.set_by(decider.id);
  held.set_collateral_reassessed(reassessed);
  if (!next_due.empty()) {
    const auto next = moment(next_due, true);
    const auto now = moment(decider.at);
    if (next && now && *next <= *now)
      return usage(fmt::format("--next {} is not after the review of {}", next_due, decider.at));
    a.add_reviews()->set_due_at(next_due);
  }
  return core::ok();
}

Status set_condition(v1::Authorization& a, const std::string& text, const std::string& due_at) {
  if (says_nothing(text)) return usage("--text says nothing");
  auto& condition = *a.add_condition_states();
  condition.set_text(text);
  condition.set_due_at(due_at);
  return core::ok();
}

Status meet_condition(v1::Authorization& a, int number, const Decider& decider) {
  if (number < 1 || number > a.condition_states_size())
    return usage(fmt::format("there is no condition {}", number),
                 fmt::format("authorization '{}' has {} with a day", core::printable(a.id(), 60),
                             a.condition_states_size()));
  auto& condition = *a.mutable_condition_states(number - 1);
  if (!condition.met_at().empty())
    return usage(fmt::format("condition {} was met at {}", number,
                             core::printable(condition.met_at())));
  condition.set_met_at(decider.at);
  condition.set_by(decider.id);
  return core::ok();
}

Status notify(v1::Authorization& a, const Decider& decider, const std::string& method) {
  auto& plan = *a.mutable_notification();
  if (!plan.done_at().empty())
    return usage(fmt::format("notice was given at {}", core::printable(plan.done_at())));
  plan.set_done_at(decider.at);
  plan.set_by(decider.id);
  plan.set_method(method);
  return core::ok();
}

Status defer_notice(v1::Authorization& a, const Decider& decider, const std::string& until,
                    const std::string& reason) {
  PALERMO_CHECK_OK(require_independent(a, decider.id));
  auto& plan = *a.mutable_notification();
  if (!plan.done_at().empty())
    return usage(fmt::format("notice was given at {}", core::printable(plan.done_at())));
  if (says_nothing(reason)) return usage("a deferral needs a --reason");
  if (says_nothing(decider.id)) return usage("a deferral needs --by: who approved it");
  const auto end = moment(until, true);
  const auto before = moment(plan.deferred().until(), true);
  if (end && before && *end <= *before)
    return usage(fmt::format("--until {} is not after the deferral before it, {}", until,
                             core::printable(plan.deferred().until())));
  if (plan.has_deferred()) *plan.add_earlier() = plan.deferred();
  auto& deferral = *plan.mutable_deferred();
  deferral.set_until(until);
  deferral.set_reason(reason);
  deferral.set_approved_by(decider.id);
  deferral.set_approved_role(decider.role);
  deferral.set_decided_at(decider.at);
  return core::ok();
}

Status destroyed(v1::Authorization& a, const Decider& ordered_by, const std::string& executed_by,
                 const std::string& record) {
  auto& plan = *a.mutable_retention();
  if (!says_nothing(plan.hold()))
    return Error{ErrorCode::Refused,
                 fmt::format("the product of '{}' must be kept: {}", core::printable(a.id(), 60),
                             core::printable(plan.hold())),
                 std::nullopt, "nothing was destroyed", "DT02"};
  if (!plan.destroyed_at().empty())
    return usage(fmt::format("destroyed already at {}", core::printable(plan.destroyed_at())));
  if (ordered_by.id == executed_by)
    return Error{ErrorCode::Refused,
                 fmt::format("{} cannot order and carry out the destruction",
                             core::printable(executed_by, 60)),
                 std::nullopt, "name with --by who ordered it", "DT02"};
  plan.set_destroyed_at(ordered_by.at);
  plan.set_record(record);
  plan.set_ordered_by(ordered_by.id);
  plan.set_executed_by(executed_by);
  return core::ok();
}

}  // namespace palermo::authorization
