#include <fmt/format.h>

#include <algorithm>

#include "core/ledger/verify_detail.hpp"

namespace palermo::ledger::detail {
namespace {

std::string in_words(std::int64_t us) {
  const std::int64_t minutes = us / core::kUsPerMinute;
  if (minutes >= 2 * 24 * 60)
    return fmt::format("{} days {} h", minutes / (24 * 60), minutes / 60 % 24);
  if (minutes >= 120) return fmt::format("{} h {} min", minutes / 60, minutes % 60);
  return fmt::format("{} s", us / core::kUsPerSecond);
}

}  // namespace

void TimeWatch::see(std::uint64_t index, const v1::LedgerEntry& entry, Findings& findings) {
  const auto recorded = core::parse_instant(entry.recorded_at());
  if (!recorded) return;  // told by whoever checks the form
  if (last_us_ && recorded->us - *last_us_ > longest_us_) {
    longest_us_ = recorded->us - *last_us_;
    longest_before_ = index;
  }
  last_us_ = std::max(last_us_.value_or(recorded->us), recorded->us);
  see_clock(index, entry, findings);
  const auto occurred = core::parse_instant(entry.occurred_at());
  if (const auto at = witnessed_at(entry))
    witnessed_us_ = std::max(witnessed_us_.value_or(*at), *at);
  if (!occurred || entry.has_review() || entry.has_heartbeat()) return;
  if (!entry.late_reason().empty()) {
    ++late_;
  } else if (witnessed_us_ && occurred->us + kClockTolerance_us < *witnessed_us_) {
    findings.add("TIME_REGRESSION", fmt::format("leaf {}", index),
                 fmt::format("it says that it is about {}, which a witness had passed at {} "
                             "already, and bears no mark of being late",
                             entry.occurred_at(), core::format_utc_us(*witnessed_us_)));
  }
}

void TimeWatch::see_clock(std::uint64_t index, const v1::LedgerEntry& entry, Findings& findings) {
  if (!entry.has_heartbeat() || (entry.id() != kClockId && entry.id() != kHeartbeatId)) return;
  if (const auto jump = clock_jump_of(entry)) {
    ++jumps_;
    told_ = true;
    if (jump->by_us() >= largest_us_) {
      largest_us_ = jump->by_us();
      largest_at_ = index;
      largest_direction_ = jump->direction();
    }
  } else if (heartbeat_of(entry)) {
    if (heartbeat_ && !told_ && jump_between(*heartbeat_, entry)) untold_.push_back(index);
    heartbeat_ = entry;
    told_ = false;
  } else {
    findings.add("NONCANONICAL", fmt::format("leaf {}", index),
                 "its note about time is not of the form that its id says");
  }
}

void TimeWatch::report(v1::VerifyResult& result) const {
  if (longest_us_ > kHeartbeatEvery_us)
    result.add_notices(fmt::format("the longest silence of the log is {}, before entry {}",
                                   in_words(longest_us_), longest_before_));
  if (jumps_ > 0)
    result.add_notices(fmt::format("the clock was set {}; by most, {}, {} at entry {}",
                                   jumps_ == 1 ? "once" : fmt::format("{} times", jumps_),
                                   in_words(static_cast<std::int64_t>(largest_us_)),
                                   core::printable(largest_direction_, 10), largest_at_));
  for (const std::uint64_t index : untold_)
    result.add_notices(fmt::format(
        "the clock and the time the machine ran disagree at entry {}, and no entry says so",
        index));
  if (late_ > 0)
    result.add_notices(
        fmt::format("{} entered late, and marked so (late_reason)",
                    late_ == 1 ? "one fact was" : fmt::format("{} facts were", late_)));
}

}  // namespace palermo::ledger::detail
