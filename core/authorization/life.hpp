// The life of an authorization after it was granted: each step edits the message and keeps the
// invariants of OVERSIGHT section 2.2. No store, no clock: `now_us` is the caller's.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.hpp"
#include "palermo/v1/authorization.pb.h"

namespace palermo::authorization {

/// Who decided something, and when. Empty fields are not recorded.
struct Decider {
  std::string id;
  std::string role;
  std::string at;  // ISO 8601
};

/// Refuses when the authorization is cancelled or refused: no way leads out of that.
/// @error Refused  it is
[[nodiscard]] core::Status require_open(const v1::Authorization& a, std::int64_t now_us);
/// Refuses a decider who is the applicant, or stands above or under the applicant in the case.
/// @error Refused  he or she is
[[nodiscard]] core::Status require_independent(const v1::Authorization& a, const std::string& id);
/// Refuses an executor who applied for the measure or authorized it.
/// @error Refused  he or she did
[[nodiscard]] core::Status require_executor(const v1::Authorization& a, const std::string& id);

/// @param late_reason  why a renewal decided after expiry is recorded all the same: it opens a gap
///                     (rule AU04) and cures nothing
/// @error Refused  decided after expiry and no reason given; or a decider of the own case
/// @error Usage    the new expiry is not after the one it replaces
[[nodiscard]] core::Status renew(v1::Authorization& a, const Decider& decider,
                                 const std::string& until, const std::string& fresh_facts,
                                 const std::string& late_reason);
/// @error Usage  not urgent, confirmed already
[[nodiscard]] core::Status confirm(v1::Authorization& a, const Decider& decider);
/// Refusal of an urgent grant by whoever had to confirm it.
/// @error Usage  not urgent, or confirmed already, or no reason
[[nodiscard]] core::Status refuse(v1::Authorization& a, const Decider& decider,
                                  const std::string& reason);
[[nodiscard]] core::Status cancel(v1::Authorization& a, const std::string& at,
                                  const std::string& reason);

/// Records that the first open review was held, or one that was not planned; plans the next.
/// @param reassessed  whether collateral intrusion was looked at anew
[[nodiscard]] core::Status review(v1::Authorization& a, const Decider& decider,
                                  const std::string& outcome, bool reassessed,
                                  const std::string& next_due);
/// Sets a condition with the day it is due.
[[nodiscard]] core::Status set_condition(v1::Authorization& a, const std::string& text,
                                         const std::string& due_at);
/// @param number  of the condition, from 1  @error Usage  no such condition, or met already
[[nodiscard]] core::Status meet_condition(v1::Authorization& a, int number, const Decider& decider);

/// Notice was given. @error Usage  given already
[[nodiscard]] core::Status notify(v1::Authorization& a, const Decider& decider,
                                  const std::string& method);
/// Notice is deferred: with a reason and the name of whoever approved it, else not at all.
/// @error Usage  no reason, no approver, or not after the deferral before
[[nodiscard]] core::Status defer_notice(v1::Authorization& a, const Decider& decider,
                                        const std::string& until, const std::string& reason);
/// Records the destruction of all product.
/// @error Refused  it must be kept (retention.hold), or ordered and carried out by one person
[[nodiscard]] core::Status destroyed(v1::Authorization& a, const Decider& ordered_by,
                                     const std::string& executed_by, const std::string& record);

}  // namespace palermo::authorization
