// What the log says about the clock it was kept by: heartbeats, jumps, facts entered late.
// Ledger::append writes such entries before the one at hand, so that no command can leave them out;
// the index of what it appended may therefore lie above the size before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.hpp"
#include "palermo/v1/ledger.pb.h"
#include "palermo/v1/ledger_time.pb.h"

namespace palermo::ledger {

/// Ids of the entries about time, so that each kind forms one chain of revisions.
inline constexpr std::string_view kHeartbeatId = "heartbeat";
inline constexpr std::string_view kClockId = "clock";

/// A log without an entry for longer gets a heartbeat before its next one.
inline constexpr std::int64_t kHeartbeatEvery_us = core::kUsPerDay;
/// A clock that stands further behind the last entry was set back; less is a step of a time daemon.
inline constexpr std::int64_t kStepTolerance_us = core::kUsPerSecond;
/// A fact older than this when it is entered is marked late.
inline constexpr std::int64_t kLateAfter_us = 3 * core::kUsPerDay;
/// Two honest clocks differ by less.
inline constexpr std::int64_t kClockTolerance_us = 5 * core::kUsPerMinute;

/// Both kinds are entries with a Heartbeat, whose note is canonical JSON (ledger_time.proto).
/// @return nullopt for an entry of another kind, or one whose note is not of that form
[[nodiscard]] std::optional<v1::HeartbeatNote> heartbeat_of(const v1::LedgerEntry& entry);
[[nodiscard]] std::optional<v1::ClockJump> clock_jump_of(const v1::LedgerEntry& entry);
/// @param why  words for the note
[[nodiscard]] v1::LedgerEntry heartbeat_entry(std::string why);

/// Fills boot and running time of this machine.
/// @param salt  of the case, so that two cases of one machine are not linked
[[nodiscard]] core::Status stamp_heartbeat(v1::LedgerEntry& entry, std::string_view salt);
[[nodiscard]] core::Result<v1::LedgerEntry> clock_jump_entry(const v1::ClockJump& jump);

/// What the clock did between two heartbeats of one start of the machine: nullopt where it agrees
/// with the time that the machine ran, to within a minute and 500 parts in a million.
/// @param before, after  entries with a heartbeat each, in this order
[[nodiscard]] std::optional<v1::ClockJump> jump_between(const v1::LedgerEntry& before,
                                                        const v1::LedgerEntry& after);

/// That the clock stands `shown_us` although an entry was recorded at `last_us` already.
[[nodiscard]] v1::ClockJump jump_back(std::int64_t last_us, std::int64_t shown_us);

/// Why an entry about a fact of `occurred_us` is late, in words; nullopt: it is not.
/// @param witnessed_us  newest time at which a witness or time stamp saw the log before this entry
[[nodiscard]] std::optional<std::string> late_mark(std::int64_t occurred_us,
                                                   std::int64_t recorded_us,
                                                   std::optional<std::int64_t> witnessed_us);

/// Time of a review by somebody with a clock of their own (WITNESS, TIMESTAMP); nullopt for others.
[[nodiscard]] std::optional<std::int64_t> witnessed_at(const v1::LedgerEntry& entry);

}  // namespace palermo::ledger
